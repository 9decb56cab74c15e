//! A synthetic case and a bare provider for tests.

use jiff::civil::date;
use uuid::Uuid;

use crate::domain::case::{
    Address, Answer, Barrier, BarrierGroup, Case, Contact, ContactKind, EmploymentStatus, FitNote,
    Flag, FlagKind, MODEL_VERSION, NhsNumberStatus, Person, PersonName, Referral, Referrer,
    Security, SicknessAbsence, SourceRoute, Work,
};
use crate::domain::consent::{ConfidentialityBasis, Consents, Decision, Recipient, Record};
use crate::domain::identifiers::{
    BundleId, CaseId, CaseReference, CorrelationId, JourneyId, NhsNumber, OdsCode, Postcode,
    ServiceAddress, ServiceRequestId,
};
use crate::domain::mapping::{StatusWords, narrow};
use crate::domain::provider::{
    Agreement, Capacity, Channel, Clocks, ConsentPolicy, ControllerRole, Country, Dspt, DsptStatus,
    FreeTextPolicy, Governance, PayloadKind, Provider, Validity,
};
use crate::domain::routing::{Catchment, Eligibility};
use crate::domain::sensitive::Sensitive;

// Wrapped here, because nearly every use fills an optional field.
#[allow(clippy::unnecessary_wraps)]
fn secret(text: &str) -> Option<Sensitive<String>> {
    Some(Sensitive::new(text.to_owned()))
}

fn uuid(last: u128) -> Uuid {
    Uuid::from_u128(0x0192_f000_0000_7000_8000_0000_0000_0000 | last)
}

/// An invented person of 36 in postcode district ZZ1, off sick from work.
pub(crate) fn person() -> Person {
    Person {
        nhs_number: NhsNumber::parse("9990000018").ok(),
        nhs_number_status: NhsNumberStatus::Verified,
        name: PersonName {
            prefix: secret("Ms"),
            given: vec![
                Sensitive::new("Ottoline".into()),
                Sensitive::new("Mae".into()),
            ],
            family: secret("Quillfeather"),
            text: None,
        },
        birth_date: Some(Sensitive::new(date(1990, 2, 3))),
        gender: secret("female"),
        address: Address {
            lines: vec![Sensitive::new("7 Fernlea Row".into())],
            city: secret("Exampleton"),
            district: None,
            postcode: Postcode::parse("ZZ1 1AA"),
        },
        contacts: vec![
            Contact {
                kind: ContactKind::Email,
                value: Sensitive::new("ottoline@mail.example".into()),
                usage: None,
                rank: None,
            },
            Contact {
                kind: ContactKind::Phone,
                value: Sensitive::new("01632 960001".into()),
                usage: Some("home".into()),
                rank: Some(2),
            },
            Contact {
                kind: ContactKind::Phone,
                value: Sensitive::new("07700 900001".into()),
                usage: Some("mobile".into()),
                rank: Some(1),
            },
        ],
        language: secret("iso|en"),
        interpreter: Answer::Known(false),
        ethnicity: Answer::Declined,
        practice: OdsCode::parse("Y99001"),
        security: Security::Unrestricted,
        deceased: false,
    }
}

/// A referral of [`person`] by a GP, with every kind of fact.
pub(crate) fn referral() -> Referral {
    let flag = |kind, text: &str| Flag {
        kind,
        text: Sensitive::new(text.into()),
    };
    Referral {
        bundle_id: BundleId::new(uuid(2)),
        correlation_id: CorrelationId::new(uuid(3)),
        journey_id: Some(JourneyId::new(uuid(4))),
        service_request_identifier: Some("https://gp.example/Id/referral|R-1".into()),
        further_identifiers: Vec::new(),
        use_case: "a5t1".into(),
        application_version: "1.0.0".into(),
        authored_at: "2026-11-20T09:30:00Z".parse().ok(),
        referrer: Referrer {
            organisation: OdsCode::parse("Y99001"),
            organisation_name: Some("Brookside Practice".into()),
            practitioner_name: secret("Dr Ignatius Plume"),
            telephone: Some("01632 960100".into()),
            route: SourceRoute::Gp,
        },
        return_address: None,
        addressed_to: ServiceAddress {
            system: ServiceAddress::DOS.into(),
            value: "2000099999".into(),
        },
        person: person(),
        work: Work {
            employment: Answer::Known(EmploymentStatus::Employed),
            absence: Answer::Known(SicknessAbsence::OffSick),
            absence_start: Some(date(2026, 10, 5)),
            weeks_out_of_work: None,
            fit_note: Some(FitNote {
                may_be_fit: true,
                from: Some(date(2026, 11, 1)),
                to: Some(date(2026, 11, 30)),
            }),
            occupation: secret("Warehouse operative"),
            employer: secret("Copperpot Logistics"),
        },
        barriers: vec![
            Barrier {
                group: BarrierGroup::Msk,
                code: secret("sct|928000"),
                text: secret("Lower back pain"),
            },
            Barrier {
                group: BarrierGroup::MentalHealth,
                code: None,
                text: None,
            },
        ],
        flags: vec![
            flag(FlagKind::ReasonableAdjustment, "Step-free access"),
            flag(FlagKind::SafeContact, "Mobile only, no voicemail"),
            flag(FlagKind::Safeguarding, "See referrer before a home visit"),
        ],
        reason: secret("Would like help to return to work."),
        consents: Consents {
            direct_care: true,
            workwell: Record {
                decision: Decision::Given,
                at: "2026-11-20T09:25:00Z".parse().ok(),
                until: None,
                recorded_by: secret("Practice nurse"),
                how: Some("spoken".into()),
            },
            recipients: vec![(
                Recipient::GpFeedback,
                Record {
                    decision: Decision::Given,
                    ..Record::default()
                },
            )],
        },
    }
}

/// The case of [`referral`], received on 20 November 2026.
pub(crate) fn case() -> Case {
    Case {
        model_version: MODEL_VERSION.into(),
        id: CaseId::new(uuid(1)),
        reference: CaseReference::of(uuid(1)),
        service_request_id: ServiceRequestId::new(uuid(5)),
        part_of: None,
        referred_on_by: None,
        test_person: true,
        has_red_flag: None,
        sender_ids: crate::domain::case::SenderIds::default(),
        received_at: "2026-11-20T09:31:00Z".parse().expect("a written timestamp"),
        referral: referral(),
    }
}

/// The case as the provider Lantern referred the person on to this partner, to which they
/// have consented.
pub(crate) fn referred_on(partner: &Provider) -> Case {
    let mut case = case();
    case.referral = narrow(&case.referral, partner);
    case.referral.referrer.organisation_name = Some("Lantern".to_owned());
    case.referred_on_by = Some("lantern".to_owned());
    let consent = Record {
        decision: Decision::Given,
        at: "2026-11-19T10:00:00Z".parse().ok(),
        until: None,
        recorded_by: None,
        how: Some("spoken".to_owned()),
    };
    let recipient = Recipient::Partner(partner.slug.clone());
    case.referral.consents.recipients = vec![(recipient, consent)];
    case
}

/// A provider that serves nobody and takes no field: tests fill in what they are about.
pub(crate) fn provider(slug: &str) -> Provider {
    Provider {
        slug: slug.into(),
        name: format!("The {slug} service"),
        version: "1.0.0".into(),
        digest: "0".repeat(64),
        ods: None,
        closed: None,
        area: "exampleshire".into(),
        channel: Channel::Webhook {
            url: "https://hooks.example/workwell".into(),
            secret_file: Some("lantern.secret".into()),
        },
        payload: PayloadKind::Json,
        validity: Validity::default(),
        agreement: Agreement {
            reference: "DSA-1".into(),
            expires: date(2030, 3, 31),
        },
        basis: ConfidentialityBasis::ExplicitConsent,
        approved_by: None,
        lawful_basis: vec!["6(1)(e)".into(), "9(2)(h)".into()],
        governance: Governance {
            role: ControllerRole::Controller,
            approved_on: None,
            s251_reference: None,
            recipients: Vec::new(),
            hosting: Country {
                code: "GB".into(),
                safeguard: None,
            },
            dspt: Dspt {
                status: DsptStatus::Met,
                on: date(2026, 6, 30),
            },
            privacy_notice: "https://lantern.example/privacy".into(),
        },
        retention_days: 730,
        workwell_consent: ConsentPolicy::Hold,
        free_text: FreeTextPolicy::default(),
        clocks: Clocks::default(),
        contact: None,
        capacity: Capacity::default(),
        catchment: Catchment::default(),
        eligibility: Eligibility::default(),
        fields: Vec::new(),
        withheld: Vec::new(),
        codes: Vec::new(),
        status_words: StatusWords::default(),
    }
}
