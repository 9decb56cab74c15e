//! Random people, and what is written in every field of theirs: words, numbers and dates that
//! nothing else uses.

use jiff::civil::Date;
use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;
use workwell_gateway::domain::case::{
    Address, Answer, Barrier, BarrierGroup, Case, Contact, ContactKind, EmploymentStatus, FitNote,
    Flag, FlagKind, MODEL_VERSION, NhsNumberStatus, PersonName, Referral, Referrer, Security,
    SenderIds, SicknessAbsence, SourceRoute, Work,
};
use workwell_gateway::domain::consent::{Consents, Decision, Recipient, Record};
use workwell_gateway::domain::identifiers::{
    BundleId, CaseId, CaseReference, CorrelationId, JourneyId, NhsNumber, OdsCode, Postcode,
    ServiceAddress, ServiceRequestId,
};
use workwell_gateway::domain::sensitive::Sensitive;

/// A value that nothing else has, in the form in which it is searched for: small letters and
/// digits only.
#[derive(Clone, Debug)]
pub struct Canary {
    /// The published field, or a name of its own where no field reads it.
    pub field: &'static str,
    /// Any of these is the value.
    pub forms: Vec<String>,
    /// How it may be found.
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Anywhere within a value.
    Within,
    /// As the whole value: too short to be looked for within others.
    Whole,
    /// A number or address in words that somebody typed: only unscreened words keep it.
    Typed,
    /// Never accepted, whatever a table says.
    Never,
}

/// A case, and everything that is recognisable in it.
#[derive(Clone)]
pub struct Person {
    pub case: Case,
    pub canaries: Vec<Canary>,
    /// For what is done with a few people only.
    pub number: u64,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let fields: Vec<&str> = self.canaries.iter().map(|canary| canary.field).collect();
        write!(formatter, "person {} with {fields:?}", self.number)
    }
}

/// A random person. Each choice is a small number, so that a failure shrinks to a person of
/// whom little is known.
pub fn person() -> impl Strategy<Value = Person> {
    (any::<u64>(), vec(0_u8..4, 64)).prop_map(|(number, choices)| {
        let mut maker = Maker {
            number,
            state: number,
            choices: choices.into_iter(),
            canaries: Vec::new(),
        };
        let case = maker.case();
        Person {
            case,
            canaries: maker.canaries,
            number,
        }
    })
}

/// A day in the forms in which it may be written.
pub fn written(day: Date) -> Vec<String> {
    let patterns = ["%Y%m%d", "%d%m%Y", "%d%b%Y", "%d%B%Y"];
    let forms = patterns
        .iter()
        .map(|pattern| day.strftime(pattern).to_string());
    forms.map(|form| form.to_lowercase()).collect()
}

struct Maker {
    number: u64,
    state: u64,
    choices: std::vec::IntoIter<u8>,
    canaries: Vec<Canary>,
}

type Secret = Option<Sensitive<String>>;

impl Maker {
    /// The next of the small numbers.
    fn choice(&mut self) -> u8 {
        self.choices.next().unwrap_or(0)
    }

    /// A number that follows from the person's (SplitMix64).
    fn random(&mut self, below: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }

    fn keep(&mut self, field: &'static str, kind: Kind, forms: Vec<String>) {
        self.canaries.push(Canary { field, forms, kind });
    }

    /// A word of twelve letters.
    fn word(&mut self, field: &'static str) -> String {
        let mut word = String::from("Zq");
        for _ in 0..10 {
            let letter = u8::try_from(self.random(26)).unwrap_or(0);
            word.push(char::from(b'a' + letter));
        }
        self.keep(field, Kind::Within, vec![word.to_lowercase()]);
        word
    }

    fn secret(&mut self, field: &'static str) -> Secret {
        (self.choice() > 0).then(|| self.word(field).into())
    }

    fn open(&mut self, field: &'static str) -> Option<String> {
        (self.choice() > 0).then(|| self.word(field))
    }

    fn several(&mut self, field: &'static str) -> Vec<Sensitive<String>> {
        let count = self.choice();
        (0..count).map(|_| self.word(field).into()).collect()
    }

    /// A day of these years, in the forms in which it may be written.
    fn day(&mut self, field: &'static str, from: i16, years: u64) -> Date {
        let year = from + i16::try_from(self.random(years)).unwrap_or(0);
        let month = i8::try_from(1 + self.random(12)).unwrap_or(1);
        let day = i8::try_from(1 + self.random(28)).unwrap_or(1);
        let date = jiff::civil::date(year, month, day);
        self.keep(field, Kind::Within, written(date));
        date
    }

    fn some_day(&mut self, field: &'static str, from: i16, years: u64) -> Option<Date> {
        (self.choice() > 0).then(|| self.day(field, from, years))
    }

    fn instant(&mut self, field: &'static str, from: i16, years: u64) -> Option<jiff::Timestamp> {
        let day = self.some_day(field, from, years)?;
        format!("{day}T12:00:00Z").parse().ok()
    }

    /// A number of the range that is kept for drama.
    fn phone(&mut self, field: &'static str, kind: Kind) -> String {
        let last = self.random(1_000_000);
        // The national form, and what is left of it abroad.
        self.keep(field, kind, vec![format!("7700{last:06}")]);
        format!("07700 {last:06}")
    }

    fn ods(&mut self, field: &'static str) -> Option<OdsCode> {
        let code = format!("Y9{:04}", self.random(10_000));
        self.keep(field, Kind::Within, vec![code.to_lowercase()]);
        OdsCode::parse(&code)
    }

    fn uuid(&mut self) -> Uuid {
        let high = u128::from(self.random(u64::MAX)) << 64;
        Uuid::from_u128(high | u128::from(self.random(u64::MAX)))
    }

    /// An id that no table may name.
    fn hidden(&mut self, field: &'static str) -> Uuid {
        let id = self.uuid();
        let form = id.simple().to_string();
        self.keep(field, Kind::Within, vec![form]);
        id
    }

    fn answer<T>(&mut self, known: impl FnOnce(&mut Self) -> T) -> Answer<T> {
        match self.choice() {
            0 => Answer::Absent,
            1 => Answer::NotKnown,
            2 => Answer::Declined,
            _ => Answer::Known(known(self)),
        }
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        let index = self.random(u64::try_from(all.len()).unwrap_or(1));
        all[usize::try_from(index).unwrap_or(0)]
    }

    /// Words that somebody typed, with numbers among them.
    fn typed(&mut self, field: &'static str) -> String {
        let word = self.word(field);
        let phone = self.phone(field, Kind::Typed);
        let mail = self.random(1_000_000);
        self.keep(field, Kind::Typed, vec![format!("m{mail}mailexample")]);
        let national_insurance = self.national_insurance(field);
        format!(
            "{word}, ring {phone} or m{mail}@mail.example, NI {national_insurance}; wants to work"
        )
    }

    fn national_insurance(&mut self, field: &'static str) -> String {
        let digits = format!("{:06}", self.random(1_000_000));
        self.keep(field, Kind::Never, vec![format!("qq{digits}c")]);
        if self.choice() > 1 {
            return format!("QQ {} {} {} C", &digits[..2], &digits[2..4], &digits[4..]);
        }
        format!("QQ{digits}C")
    }

    fn case(&mut self) -> Case {
        let id = self.uuid();
        let number = self.number;
        Case {
            model_version: MODEL_VERSION.into(),
            id: CaseId::new(id),
            reference: CaseReference::of(id),
            service_request_id: ServiceRequestId::new(self.hidden("(request id)")),
            part_of: None,
            referred_on_by: number.is_multiple_of(4).then(|| "lantern".to_owned()),
            test_person: true,
            has_red_flag: Some(number.is_multiple_of(5)),
            sender_ids: SenderIds {
                patient: Some(self.word("(sender's patient id)")),
                encounter: Some(self.word("(sender's encounter id)")),
                encounter_as: None,
            },
            received_at: "2026-11-20T09:31:00Z".parse().expect("an instant"),
            referral: self.referral(),
        }
    }

    fn referral(&mut self) -> Referral {
        Referral {
            bundle_id: BundleId::new(self.hidden("(bundle id)")),
            correlation_id: CorrelationId::new(self.hidden("(correlation id)")),
            journey_id: (self.choice() > 0).then(|| JourneyId::new(self.hidden("journey_id"))),
            service_request_identifier: self
                .open("service_request_identifier")
                .map(|word| format!("https://gp.example/Id|{word}")),
            further_identifiers: self
                .open("(further identifiers)")
                .map(|word| format!("https://gp.example/Id|{word}"))
                .into_iter()
                .collect(),
            use_case: "a5t1".into(),
            application_version: "1.0.0".into(),
            authored_at: self.instant("authored_on", 2010, 2),
            referrer: Referrer {
                organisation: self.ods("referrer_ods"),
                organisation_name: self.open("referrer_name"),
                practitioner_name: self.secret("referrer_practitioner"),
                telephone: (self.choice() > 0)
                    .then(|| self.phone("referrer_telephone", Kind::Within)),
                route: self.one_of(&SourceRoute::ALL.iter().map(|row| row.0).collect::<Vec<_>>()),
            },
            return_address: None,
            addressed_to: ServiceAddress {
                system: ServiceAddress::DOS.into(),
                value: self.word("(service)"),
            },
            person: self.person(),
            work: self.work(),
            barriers: self.barriers(),
            flags: self.flags(),
            reason: (self.choice() > 0).then(|| self.typed("reason").into()),
            consents: self.consents(),
        }
    }

    fn person(&mut self) -> workwell_gateway::domain::case::Person {
        workwell_gateway::domain::case::Person {
            nhs_number: self.nhs_number(),
            nhs_number_status: NhsNumberStatus::Unverified,
            name: PersonName {
                prefix: self.secret("title"),
                given: self.several("given_names"),
                family: self.secret("family_name"),
                text: None,
            },
            birth_date: self.some_day("birth_date", 1950, 50).map(Sensitive::new),
            gender: (self.choice() > 0).then(|| {
                self.one_of(&["male", "female", "other", "unknown"])
                    .to_owned()
                    .into()
            }),
            address: Address {
                lines: self.several("address_lines"),
                city: self.secret("city"),
                district: self.secret("district"),
                postcode: self.postcode(),
            },
            contacts: self.contacts(),
            language: self.secret("language"),
            interpreter: self.answer(|maker| maker.choice() > 1),
            ethnicity: self.answer(|maker| maker.word("ethnicity").into()),
            practice: (self.choice() > 0)
                .then(|| self.ods("practice_ods"))
                .flatten(),
            security: Security::Unrestricted,
            deceased: false,
        }
    }

    /// A number of the range of tests, with the check digit that fits.
    fn nhs_number(&mut self) -> Option<NhsNumber> {
        if self.choice() == 0 {
            return None;
        }
        let first = format!("999{:06}", self.random(1_000_000));
        let number = (0..10).find_map(|digit| NhsNumber::parse(&format!("{first}{digit}")).ok())?;
        self.keep("nhs_number", Kind::Within, vec![number.expose().to_owned()]);
        Some(number)
    }

    fn postcode(&mut self) -> Option<Postcode> {
        let district = self.one_of(&["ZZ1", "ZZ5", "ZZ8", "ZZ98"]);
        if self.choice() == 0 {
            return None;
        }
        let letters = self.one_of(&["AB", "QX", "WD", "EH", "JL"]);
        let text = format!("{district} {}{letters}", self.random(10));
        let form = text.replace(' ', "").to_lowercase();
        self.keep("postcode", Kind::Within, vec![form]);
        Postcode::parse(&text)
    }

    fn contacts(&mut self) -> Vec<Contact> {
        let mut contacts = Vec::new();
        for rank in 0..self.choice() {
            contacts.push(Contact {
                kind: self.one_of(&[ContactKind::Phone, ContactKind::Sms]),
                value: self.phone("phones", Kind::Within).into(),
                usage: None,
                rank: Some(u32::from(rank) + 1),
            });
        }
        for _ in 0..self.choice() {
            let word = self.word("emails");
            contacts.push(Contact {
                kind: ContactKind::Email,
                value: format!("{word}@mail.example").into(),
                usage: None,
                rank: None,
            });
        }
        contacts
    }

    fn work(&mut self) -> Work {
        let statuses: Vec<EmploymentStatus> =
            EmploymentStatus::ALL.iter().map(|row| row.0).collect();
        let absences: Vec<SicknessAbsence> = SicknessAbsence::ALL.iter().map(|row| row.0).collect();
        Work {
            employment: self.answer(|maker| maker.one_of(&statuses)),
            absence: self.answer(|maker| maker.one_of(&absences)),
            absence_start: self.some_day("absence_start", 2012, 2),
            weeks_out_of_work: (self.choice() > 0).then(|| {
                let weeks = 7_000 + self.random(1_000);
                self.keep("weeks_out_of_work", Kind::Whole, vec![weeks.to_string()]);
                u32::try_from(weeks).unwrap_or(7_000)
            }),
            fit_note: (self.choice() > 0).then(|| FitNote {
                may_be_fit: self.choice() > 1,
                from: self.some_day("fit_note_from", 2014, 2),
                to: self.some_day("fit_note_to", 2016, 2),
            }),
            occupation: (self.choice() > 0).then(|| self.typed("occupation").into()),
            employer: self.secret("employer"),
        }
    }

    fn barriers(&mut self) -> Vec<Barrier> {
        let groups: Vec<BarrierGroup> = BarrierGroup::ALL.iter().map(|row| row.0).collect();
        let count = usize::from(self.choice());
        (0..count)
            .map(|index| Barrier {
                group: self.one_of(&groups),
                code: self
                    .open(if index == 0 {
                        "primary_barrier_code"
                    } else {
                        "secondary_barrier_codes"
                    })
                    .map(|word| format!("local|{word}").into()),
                text: (self.choice() > 0).then(|| match index {
                    0 => self.typed("primary_barrier_text").into(),
                    // No field reads the words of the others.
                    _ => self.word("(words of another barrier)").into(),
                }),
            })
            .collect()
    }

    fn flags(&mut self) -> Vec<Flag> {
        let mut flags = Vec::new();
        for (kind, field) in [
            (FlagKind::ReasonableAdjustment, "reasonable_adjustments"),
            (FlagKind::CommunicationNeed, "communication_needs"),
            (FlagKind::SafeContact, "safe_contact"),
            (FlagKind::Safeguarding, "safeguarding"),
            (FlagKind::StaffRisk, "staff_risk"),
            (FlagKind::Other, "other_flags"),
        ] {
            for _ in 0..self.choice() {
                let mut text = self.word(field);
                if self.choice() == 3 {
                    text = format!("{text}, NI {}", self.national_insurance(field));
                }
                flags.push(Flag {
                    kind,
                    text: text.into(),
                });
            }
        }
        flags
    }

    fn consents(&mut self) -> Consents {
        let decisions = [
            Decision::Given,
            Decision::Refused,
            Decision::Withdrawn,
            Decision::NotRecorded,
        ];
        let mut recipients = Vec::new();
        for recipient in [
            Recipient::GpFeedback,
            Recipient::Employer,
            Recipient::Evaluation,
        ] {
            if self.choice() > 0 {
                let decision = self.one_of(&decisions);
                recipients.push((
                    recipient,
                    Record {
                        decision,
                        ..Record::default()
                    },
                ));
            }
        }
        if self.number.is_multiple_of(4) {
            let record = Record {
                decision: Decision::Given,
                at: self.instant("onward_consent_on", 2018, 2),
                until: None,
                recorded_by: self.secret("onward_consent_by"),
                how: self.open("onward_consent_how"),
            };
            recipients.push((Recipient::Partner("stillwater".into()), record));
        }
        Consents {
            direct_care: self.choice() > 0,
            workwell: Record {
                decision: self.one_of(&decisions),
                at: self.instant("workwell_consent_on", 2020, 2),
                until: None,
                recorded_by: self.secret("workwell_consent_by"),
                how: self.open("workwell_consent_how"),
            },
            recipients,
        }
    }
}
