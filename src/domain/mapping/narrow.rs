//! What of a case another provider's table names: all that a case which is referred on
//! takes over. A table that changes later finds no more than this either.

use std::collections::BTreeSet;

use super::Part;
use crate::domain::case::{
    Address, Answer, Barrier, BarrierGroup, Contact, ContactKind, FitNote, FlagKind,
    NhsNumberStatus, Person, PersonName, Referral, Work,
};
use crate::domain::consent::{Consents, Decision, Recipient, Record};
use crate::domain::provider::Provider;

/// Takes everything out of a referral that no row of the provider's table sends: the person,
/// work, barriers, flags, words, consents and the sender's identifier. Ids of the
/// conversation, the use case and the mark of a restricted record stay; who referred, and
/// with what consent, is the caller's to say.
#[must_use]
pub fn narrow(referral: &Referral, provider: &Provider) -> Referral {
    let named = Named::by(provider);
    Referral {
        service_request_identifier: named
            .field("service_request_identifier")
            .then(|| referral.service_request_identifier.clone())
            .flatten(),
        // No field of a table sends them.
        further_identifiers: Vec::new(),
        authored_at: referral.authored_at.filter(|_| named.field("authored_on")),
        person: person(&referral.person, &named),
        work: work(&referral.work, &named),
        barriers: barriers(&referral.barriers, &named),
        flags: referral
            .flags
            .iter()
            .filter(|flag| named.field(flag_field(flag.kind)))
            .cloned()
            .collect(),
        reason: named.kept("reason", referral.reason.as_ref()),
        consents: consents(&referral.consents, &named),
        ..referral.clone()
    }
}

/// The fields that a table sends, with the parts of those that are made up of others.
struct Named(BTreeSet<&'static str>);

impl Named {
    fn by(provider: &Provider) -> Self {
        let rows = provider.fields.iter();
        let sent = rows.filter(|row| row.is_sent());
        let mut names = BTreeSet::new();
        for field in sent.filter_map(|row| row.source) {
            names.insert(field.name);
            if let Part::Of(parts) = field.part {
                names.extend(parts);
            }
        }
        Self(names)
    }

    fn field(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    fn kept<T: Clone>(&self, name: &str, value: Option<&T>) -> Option<T> {
        value.filter(|_| self.field(name)).cloned()
    }

    fn list<T: Clone>(&self, name: &str, values: &[T]) -> Vec<T> {
        if self.field(name) {
            values.to_vec()
        } else {
            Vec::new()
        }
    }

    fn answer<T: Clone>(&self, name: &str, answer: &Answer<T>) -> Answer<T> {
        if self.field(name) {
            answer.clone()
        } else {
            Answer::Absent
        }
    }
}

fn person(person: &Person, named: &Named) -> Person {
    let contact = |contact: &&Contact| {
        named.field(match contact.kind {
            ContactKind::Email => "emails",
            ContactKind::Phone | ContactKind::Sms => "phones",
        })
    };
    let status = person.nhs_number_status;
    Person {
        nhs_number: named.kept("nhs_number", person.nhs_number.as_ref()),
        nhs_number_status: if named.field("nhs_number_status") {
            status
        } else {
            NhsNumberStatus::default()
        },
        name: PersonName {
            prefix: named.kept("title", person.name.prefix.as_ref()),
            given: named.list("given_names", &person.name.given),
            family: named.kept("family_name", person.name.family.as_ref()),
            text: named.kept("full_name", person.name.text.as_ref()),
        },
        birth_date: named.kept("birth_date", person.birth_date.as_ref()),
        gender: named.kept("gender", person.gender.as_ref()),
        address: Address {
            lines: named.list("address_lines", &person.address.lines),
            city: named.kept("city", person.address.city.as_ref()),
            district: named.kept("district", person.address.district.as_ref()),
            postcode: named.kept("postcode", person.address.postcode.as_ref()),
        },
        contacts: person.contacts.iter().filter(contact).cloned().collect(),
        language: named.kept("language", person.language.as_ref()),
        interpreter: named.answer("interpreter", &person.interpreter),
        ethnicity: named.answer("ethnicity", &person.ethnicity),
        practice: named.kept("practice_ods", person.practice.as_ref()),
        security: person.security,
        // Of the person's own case a named person has judged the mark.
        deceased: false,
    }
}

fn work(work: &Work, named: &Named) -> Work {
    Work {
        employment: named.answer("employment_status", &work.employment),
        absence: named.answer("sickness_absence", &work.absence),
        absence_start: named.kept("absence_start", work.absence_start.as_ref()),
        weeks_out_of_work: named.kept("weeks_out_of_work", work.weeks_out_of_work.as_ref()),
        fit_note: work
            .fit_note
            .as_ref()
            .and_then(|note| fit_note(note, named)),
        occupation: named.kept("occupation", work.occupation.as_ref()),
        employer: named.kept("employer", work.employer.as_ref()),
    }
}

/// A note without what it says would say the opposite, so that stays with its dates.
fn fit_note(note: &FitNote, named: &Named) -> Option<FitNote> {
    let dated = named.field("fit_note_from") || named.field("fit_note_to");
    (dated || named.field("fit_note")).then(|| FitNote {
        may_be_fit: note.may_be_fit,
        from: named.kept("fit_note_from", note.from.as_ref()),
        to: named.kept("fit_note_to", note.to.as_ref()),
    })
}

/// The main barrier stays first, be it without a word.
fn barriers(barriers: &[Barrier], named: &Named) -> Vec<Barrier> {
    const NONE: &str = "";
    let fields = |index| match index {
        0 => [
            "primary_barrier",
            "primary_barrier_code",
            "primary_barrier_text",
        ],
        _ => ["secondary_barriers", "secondary_barrier_codes", NONE],
    };
    let any = (0..2).flat_map(fields).any(|name| named.field(name));
    if !any {
        return Vec::new();
    }
    let kept = barriers.iter().enumerate().map(|(index, barrier)| {
        let [group, code, text] = fields(index);
        Barrier {
            group: if named.field(group) {
                barrier.group
            } else {
                BarrierGroup::NotKnown
            },
            code: named.kept(code, barrier.code.as_ref()),
            text: named.kept(text, barrier.text.as_ref()),
        }
    });
    kept.collect()
}

const fn flag_field(kind: FlagKind) -> &'static str {
    match kind {
        FlagKind::ReasonableAdjustment => "reasonable_adjustments",
        FlagKind::CommunicationNeed => "communication_needs",
        FlagKind::SafeContact => "safe_contact",
        FlagKind::Safeguarding => "safeguarding",
        FlagKind::StaffRisk => "staff_risk",
        FlagKind::Other => "other_flags",
    }
}

fn consents(consents: &Consents, named: &Named) -> Consents {
    let workwell = &consents.workwell;
    let recipient = |recipient: &Recipient| match recipient {
        Recipient::GpFeedback => named.field("gp_feedback_consent"),
        // The employer's name leaves under this consent.
        Recipient::Employer => named.field("employer_consent") || named.field("employer"),
        Recipient::Evaluation => named.field("evaluation_consent"),
        Recipient::Partner(_) => false,
    };
    Consents {
        direct_care: consents.direct_care && named.field("direct_care_consent"),
        workwell: Record {
            decision: if named.field("workwell_consent") {
                workwell.decision
            } else {
                Decision::default()
            },
            at: workwell.at.filter(|_| named.field("workwell_consent_on")),
            until: workwell.until.filter(|_| named.field("workwell_consent")),
            recorded_by: named.kept("workwell_consent_by", workwell.recorded_by.as_ref()),
            how: named.kept("workwell_consent_how", workwell.how.as_ref()),
        },
        recipients: consents
            .recipients
            .iter()
            .filter(|(found, _)| recipient(found))
            .cloned()
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::Case;
    use crate::domain::mapping::{
        Category, FieldRow, Position, Requirement, Transform, Written, field, fields, sample,
    };

    /// What a referral on carries whatever a table names: the envelope, not the person.
    const ENVELOPE: &[&str] = &[
        "case_reference",
        "case_id",
        "part_of",
        "journey_id",
        "use_case",
        "received_on",
        "source_route",
        "referrer_ods",
        "referrer_name",
        "referrer_practitioner",
        "referrer_telephone",
        "direct_care_consent",
        "workwell_consent",
        "gp_feedback_consent",
        "employer_consent",
        "evaluation_consent",
        "nhs_number_status",
    ];

    fn narrowed(names: &[&str]) -> Case {
        let mut provider = sample::provider("stillwater");
        provider.fields = names.iter().map(|name| row(name)).collect();
        let mut case = sample::case();
        case.referral = narrow(&case.referral, &provider);
        case
    }

    fn row(name: &str) -> FieldRow {
        let source = Some(field(name).expect("a published field"));
        let position = Position::new("fields.csv", 2);
        FieldRow {
            written: Written::of(name, source, &[], &position),
            target: (*name).to_owned(),
            source,
            steps: Vec::new(),
            requirement: Requirement::Optional,
            purpose: "To know".to_owned(),
            category: Category::C,
            comment: String::new(),
            position,
        }
    }

    #[test]
    fn a_table_that_names_nothing_leaves_nothing_of_the_person() {
        let case = narrowed(&[]);
        for field in fields().iter().filter(|f| !ENVELOPE.contains(&f.name)) {
            assert!(!(field.read)(&case).is_known(), "{}", field.name);
        }
    }

    #[test]
    fn every_field_that_a_table_names_reads_as_before_and_brings_no_other() {
        let whole = sample::case();
        for named in fields() {
            let case = narrowed(&[named.name]);
            let (before, after) = ((named.read)(&whole), (named.read)(&case));
            // The onward consent is the new case's own.
            assert_eq!(before, after, "{}", named.name);
            let Part::Own = named.part else { continue };
            for other in fields().iter().filter(|f| !ENVELOPE.contains(&f.name)) {
                let part = matches!(other.part, Part::Of(parts) if parts.contains(&named.name));
                let of_note = named.name.starts_with("fit_note") && other.name == "fit_note";
                if other.name == named.name || part || of_note {
                    continue;
                }
                assert!(
                    !(other.read)(&case).is_known(),
                    "{} brought {}",
                    named.name,
                    other.name
                );
            }
        }
    }

    #[test]
    fn a_prohibited_or_dropped_row_keeps_its_field_out() {
        let mut provider = sample::provider("stillwater");
        let mut prohibited = row("reason");
        prohibited.requirement = Requirement::Prohibited;
        let mut dropped = row("occupation");
        dropped.steps = vec![Transform::Drop];
        provider.fields = vec![prohibited, dropped];
        let narrowed = narrow(&sample::referral(), &provider);
        assert!(narrowed.reason.is_none() && narrowed.work.occupation.is_none());
    }
}
