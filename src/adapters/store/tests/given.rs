//! Synthetic cases and units to begin from.

use jiff::Timestamp;
use uuid::Uuid;

use crate::adapters::store::{
    Answer, Answered, ChosenProvider, Direction, LegKind, LegState, NewCase, NewEvent, NewLeg,
    NewMessage, RequestKey, Unit,
};
use crate::domain::caller::Caller;
use crate::domain::case::{
    Address, Case, MODEL_VERSION, Person, PersonName, Referral, Referrer, Work,
};
use crate::domain::consent::Consents;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::{
    BundleId, CaseId, CaseReference, CorrelationId, JourneyId, MessageId, NhsNumber, OdsCode,
    OutboxId, Postcode, RequestId, ServiceAddress, ServiceRequestId,
};
use crate::domain::responsibility::Responsible;
use crate::domain::sensitive::Sensitive;
use crate::domain::status::Status;

pub const PROVIDER: &str = "northside";
pub const FAMILY: &str = "Quincewhistle";

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).expect("a time in range")
}

pub fn nhs_number() -> NhsNumber {
    NhsNumber::parse("9990000018").expect("a right number")
}

pub fn ods(code: &str) -> OdsCode {
    OdsCode::parse(code).expect("an ODS code")
}

pub fn practice() -> Caller {
    Caller::Referrer(ods("Y99001"))
}

pub fn other_practice() -> Caller {
    Caller::Referrer(ods("Y99002"))
}

pub fn provider() -> Caller {
    Caller::Provider(PROVIDER.to_owned())
}

pub fn case_id(number: u128) -> CaseId {
    CaseId::new(Uuid::from_u128(number))
}

pub fn leg_id(number: u128) -> OutboxId {
    OutboxId::new(Uuid::from_u128(number))
}

pub fn correlation(number: u128) -> CorrelationId {
    CorrelationId::new(Uuid::from_u128(1000 + number))
}

pub fn request_key(number: u128) -> RequestKey {
    RequestKey {
        organisation: "Y99001".to_owned(),
        request_id: RequestId::new(Uuid::from_u128(2000 + number)),
        correlation_id: correlation(number),
    }
}

pub fn case(number: u128) -> Case {
    let id = Uuid::from_u128(number);
    let address = ServiceAddress {
        system: ServiceAddress::DOS.to_owned(),
        value: "2000099999".to_owned(),
    };
    Case {
        model_version: MODEL_VERSION.to_owned(),
        id: case_id(number),
        reference: CaseReference::of(id),
        service_request_id: ServiceRequestId::new(Uuid::from_u128(3000 + number)),
        part_of: None,
        referred_on_by: None,
        test_person: true,
        has_red_flag: None,
        sender_ids: crate::domain::case::SenderIds::default(),
        received_at: at(0),
        referral: Referral {
            bundle_id: BundleId::new(Uuid::from_u128(4000 + number)),
            correlation_id: correlation(number),
            journey_id: Some(JourneyId::new(Uuid::from_u128(5000 + number))),
            service_request_identifier: Some(format!("https://gp.example/sr|{number}")),
            further_identifiers: Vec::new(),
            use_case: "a5t1".to_owned(),
            application_version: "1.0.0".to_owned(),
            authored_at: Some(at(-5)),
            referrer: Referrer::default(),
            return_address: Some(address.clone()),
            addressed_to: address,
            person: person(),
            work: Work::default(),
            barriers: Vec::new(),
            flags: Vec::new(),
            reason: Some(Sensitive::new("Lumbagosaurus since spring".to_owned())),
            consents: Consents::default(),
        },
    }
}

pub fn person() -> Person {
    Person {
        nhs_number: Some(nhs_number()),
        name: PersonName {
            given: vec![Sensitive::new("Zebulonia".to_owned())],
            family: Some(Sensitive::new(FAMILY.to_owned())),
            ..PersonName::default()
        },
        birth_date: Some(Sensitive::new(jiff::civil::date(1971, 3, 9))),
        address: Address {
            lines: vec![Sensitive::new("7 Marzipanby Row".to_owned())],
            postcode: Postcode::parse("ZE1 9ZZ"),
            ..Address::default()
        },
        ..Person::default()
    }
}

pub fn new_case(number: u128) -> NewCase {
    NewCase {
        case: Box::new(case(number)),
        referrer: "Y99001".to_owned(),
        status: Status::Routed,
        hold: None,
        provider: Some(ChosenProvider {
            slug: PROVIDER.to_owned(),
            digest: "d1".to_owned(),
        }),
        restricted: false,
        responsible: Responsible::GatewayOperator("duty".to_owned()),
        milestone: None,
    }
}

pub fn message(number: u128) -> NewMessage {
    NewMessage {
        id: MessageId::new(Uuid::now_v7()),
        case_id: case_id(number),
        direction: Direction::In,
        bundle_id: BundleId::new(Uuid::from_u128(4000 + number)),
        request_id: RequestId::new(Uuid::from_u128(2000 + number)),
        correlation_id: correlation(number),
        event: "servicerequest-request".to_owned(),
        reason: "new".to_owned(),
        body: format!("{{\"family\":\"{FAMILY}\",\"number\":{number}}}").into_bytes(),
        body_hash: [1; 32],
    }
}

pub fn event(number: u128) -> NewEvent {
    NewEvent {
        case_id: case_id(number),
        occurred_at: at(0),
        actor: "referrer:Y99001".to_owned(),
        kind: FactKind::ReferralAccepted.code().to_owned(),
        status: Status::Received,
        provider_word: None,
        note: None,
        evidence: None,
        visible_to_referrer: true,
        holder: None,
    }
}

pub fn leg(number: u128, case: u128, kind: LegKind) -> NewLeg {
    NewLeg {
        id: leg_id(number),
        case_id: case_id(case),
        kind,
        destination: PROVIDER.to_owned(),
        channel: "webhook".to_owned(),
        content_type: "application/json".to_owned(),
        payload: format!("{{\"name\":\"{FAMILY}\"}}").into_bytes(),
        trace: Some(b"target,source\nname,person.family\n".to_vec()),
        effect_key: format!("effect-{number}"),
        says: None,
        version: 1,
        state: LegState::Released,
        due_at: at(0),
    }
}

pub fn answered(number: u128) -> Answer {
    Answer {
        key: request_key(number),
        body_hash: [1; 32],
        outcome: Answered::Done {
            case_id: Some(case_id(number)),
            http: 200,
        },
        at: at(0),
    }
}

/// Receive and release of one referral, as one unit.
pub fn receipt(number: u128) -> Unit {
    let fact = Fact::new(FactKind::ReferralAccepted, &practice()).about(case_id(number));
    Unit {
        answer: Some(answered(number)),
        open: Some(new_case(number)),
        messages: vec![message(number)],
        events: vec![event(number)],
        legs: vec![leg(10 * number, number, LegKind::Deliver)],
        facts: vec![fact.with("use-case", "a5t1")],
        ..Unit::default()
    }
}
