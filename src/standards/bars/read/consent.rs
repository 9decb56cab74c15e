//! Consents: the one that BaRS fixes and the explicit one that WorkWell needs, never
//! inferred from one another.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Faults;
use super::bundle::Entries;
use super::coding::{Coding, codings_in, sensitive};
use crate::domain::consent::{Consents, Decision, Recipient, Record};
use crate::problem::area::referral as entry;
use crate::standards::bars::codes;
use crate::standards::bars::policy::Grade;
use crate::standards::fhir::Node;

/// Reports a referral without the BaRS direct-care consent.
pub(super) fn check_direct_care(entries: &Entries<'_>, faults: &mut Faults<'_>) {
    if !has_direct_care(entries) {
        faults.at(&entry::CONSENT_MISSING, "Bundle.entry");
    }
}

fn has_direct_care(entries: &Entries<'_>) -> bool {
    entries.of_type("Consent").any(|consent| {
        consent.str("status") == Some("active")
            && codings_in(consent, "category")
                .iter()
                .any(|coding| coding.is(codes::CONSENT_CATEGORIES, "DRC"))
    })
}

/// Reads all consents.
pub(super) fn read(entries: &Entries<'_>, faults: &mut Faults<'_>) -> Consents {
    let mut consents = Consents {
        direct_care: has_direct_care(entries),
        ..Consents::default()
    };
    let mut places = BTreeMap::new();
    for consent in entries.of_type("Consent") {
        let mut codings = codings_in(consent, "category");
        codings.extend(codings_in(consent, "policyRule"));
        codings.retain(|coding| coding.is_of(codes::workwell::CONSENT));
        if codings.is_empty() {
            continue;
        }
        let record = record(consent, entries, faults);
        for coding in codings {
            place(&mut consents, &mut places, coding, (consent, &record));
        }
    }
    consents
}

fn place(
    consents: &mut Consents,
    places: &mut BTreeMap<Recipient, usize>,
    coding: Coding<'_>,
    (consent, record): (Node<'_>, &Record),
) {
    let recipient = match coding.code {
        "workwell-referral" => {
            if counts_more(record, &consents.workwell) {
                consents.workwell = record.clone();
            }
            return;
        }
        "gp-feedback" => Recipient::GpFeedback,
        "employer" => Recipient::Employer,
        "evaluation" => Recipient::Evaluation,
        "partner" => match partner(consent, coding) {
            Some(name) => Recipient::Partner(name),
            None => return,
        },
        _ => return,
    };
    let recipients = &mut consents.recipients;
    if let Some(at) = places.get(&recipient) {
        let known = &mut recipients[*at].1;
        if counts_more(record, known) {
            *known = record.clone();
        }
        return;
    }
    places.insert(recipient.clone(), recipients.len());
    recipients.push((recipient, record.clone()));
}

/// Of two records about the same thing the later counts; where that cannot be told, the
/// one that permits less.
fn counts_more(new: &Record, known: &Record) -> bool {
    let strictness = |record: &Record| match record.decision {
        Decision::NotRecorded => 0,
        Decision::Given => 1,
        Decision::Refused => 2,
        Decision::Withdrawn => 3,
    };
    match (new.at, known.at) {
        _ if known.decision == Decision::NotRecorded => true,
        _ if new.decision == Decision::NotRecorded => false,
        (Some(new_at), Some(known_at)) if new_at != known_at => new_at > known_at,
        _ => strictness(new) > strictness(known),
    }
}

/// The partner that a consent names: the actor's name, else the coding's display.
fn partner(consent: Node<'_>, coding: Coding<'_>) -> Option<String> {
    let actor = consent.dig(&["provision", "actor", "reference"]);
    let identifier = actor
        .and_then(|actor| actor.get("identifier"))
        .and_then(|identifier| identifier.str("value"));
    identifier
        .or_else(|| actor.and_then(|actor| actor.str("display")))
        .or(coding.display)
        .map(str::to_owned)
}

fn record(consent: Node<'_>, entries: &Entries<'_>, faults: &mut Faults<'_>) -> Record {
    Record {
        decision: decision(consent, faults),
        at: consent.str("dateTime").and_then(instant),
        recorded_by: recorder(consent, entries),
        how: None,
    }
}

/// What the person said. An active Consent without permit or deny says nothing.
fn decision(consent: Node<'_>, faults: &mut Faults<'_>) -> Decision {
    let provision = consent.dig(&["provision", "type"]).and_then(Node::text);
    match (consent.str("status"), provision) {
        (Some("active"), Some("permit")) => Decision::Given,
        (Some("active"), Some("deny")) | (Some("rejected"), _) => Decision::Refused,
        (Some("inactive"), _) => Decision::Withdrawn,
        (Some("active"), _) => {
            faults.tell(&entry::CONSENT_UNCLEAR, Grade::Warn, |problem| {
                problem.at(format!("{}.provision", consent.path()))
            });
            Decision::NotRecorded
        }
        _ => Decision::NotRecorded,
    }
}

/// An instant, or the beginning of a day in UTC.
fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let day: Date = text.parse().ok()?;
        let start = day.to_zoned(TimeZone::UTC).ok()?;
        Some(start.timestamp())
    })
}

fn recorder(
    consent: Node<'_>,
    entries: &Entries<'_>,
) -> Option<crate::domain::sensitive::Sensitive<String>> {
    ["performer", "organization"].iter().find_map(|member| {
        let reference = consent.each(member).next()?;
        let resource = reference
            .str("reference")
            .and_then(|text| entries.resolve(text))
            // The Patient is who answered, not who wrote it down.
            .filter(|found| found.kind != "Patient")
            .and_then(|found| found.resource);
        let named = resource.and_then(|resource| match resource.str("name") {
            Some(name) => Some(name.to_owned()),
            None => super::person::whole_name(resource),
        });
        sensitive(reference.str("display").or(named.as_deref()))
    })
}
