//! Consents: the one that BaRS fixes and the explicit one that WorkWell needs, never
//! inferred from one another.

mod answer;
mod moment;
mod settle;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Faults;
use super::bundle::Entries;
use super::coding::{Coding, codings_in, sensitive};
use crate::domain::consent::{Consents, Decision, Recipient, Record};
use crate::domain::sensitive::Sensitive;
use crate::problem::Problem;
use crate::problem::area::referral as entry;
use crate::standards::bars::codes;
use crate::standards::bars::policy::Grade;
use crate::standards::fhir::Node;
use answer::{Found, Said};
use settle::Heard;

/// Reports a referral without the BaRS direct-care consent, with what is found in each Consent
/// of that category.
pub(super) fn check_direct_care(entries: &Entries<'_>, faults: &mut Faults<'_>) {
    let heard = direct_care(entries);
    if is_given(&heard) {
        return;
    }
    let told: Vec<(Node<'_>, Found)> = heard
        .into_iter()
        .filter_map(|(consent, said)| Some((consent, against(said)?)))
        .collect();
    if told.is_empty() {
        faults.at(&entry::CONSENT_MISSING, "Bundle.entry");
    }
    for (consent, found) in told {
        faults.tell(&entry::CONSENT_MISSING, Grade::Refuse, |problem| {
            says(problem, consent, found)
        });
    }
}

fn says(problem: Problem, consent: Node<'_>, found: Found) -> Problem {
    let path = format!("{}.{}", consent.path(), found.member);
    problem.at(path).with(found.what)
}

const fn against(said: Said) -> Option<Found> {
    match said {
        Said::Yes => None,
        Said::No(found) | Said::TakenBack(found) | Said::Unclear(found) | Said::Nothing(found) => {
            Some(found)
        }
    }
}

/// What every Consent of category DRC says.
fn direct_care<'d>(entries: &Entries<'d>) -> Vec<(Node<'d>, Said)> {
    let is_direct_care = |consent: &Node<'_>| {
        let categories = codings_in(*consent, "category");
        let mut categories = categories.iter();
        categories.any(|coding| coding.is(codes::CONSENT_CATEGORIES, "DRC"))
    };
    let consents = entries.of_type("Consent").filter(is_direct_care);
    let heard = consents.map(|consent| (consent, answer::direct_care(consent)));
    heard.collect()
}

/// Whether a yes stands that no later no takes away, nor one of which nobody can tell.
fn is_given(heard: &[(Node<'_>, Said)]) -> bool {
    let at = |consent: &Node<'_>| consent.str("dateTime").and_then(instant);
    let last_no = heard
        .iter()
        .filter(|(_, said)| matches!(said, Said::No(_) | Said::TakenBack(_)))
        .map(|(consent, _)| at(consent).unwrap_or(Timestamp::MAX))
        .max();
    let mut yes = heard.iter().filter(|(_, said)| *said == Said::Yes);
    yes.any(|(consent, _)| last_no.is_none_or(|no| at(consent).is_some_and(|yes| yes > no)))
}

/// Reads all consents.
pub(super) fn read(entries: &Entries<'_>, faults: &mut Faults<'_>) -> Consents {
    let mut all = AllHeard::default();
    for consent in entries.of_type("Consent") {
        let mut codings = codings_in(consent, "category");
        codings.extend(codings_in(consent, "policyRule"));
        codings.retain(|coding| coding.is_of(codes::workwell::CONSENT));
        if codings.is_empty() {
            continue;
        }
        let heard = hear(consent, entries, faults);
        for coding in codings {
            all.place(coding, consent, &heard);
        }
    }
    let of_recipient = |(recipient, heard)| (recipient, settle::settled(heard));
    Consents {
        direct_care: is_given(&direct_care(entries)),
        workwell: settle::settled(all.workwell),
        recipients: all.recipients.into_iter().map(of_recipient).collect(),
    }
}

/// Everything that was heard, by what it is about.
#[derive(Default)]
struct AllHeard {
    workwell: Vec<Heard>,
    recipients: Vec<(Recipient, Vec<Heard>)>,
    places: BTreeMap<Recipient, usize>,
}

impl AllHeard {
    fn place(&mut self, coding: Coding<'_>, consent: Node<'_>, heard: &Heard) {
        let recipient = match coding.code {
            "workwell-referral" => {
                self.workwell.push(heard.clone());
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
        if let Some(at) = self.places.get(&recipient) {
            self.recipients[*at].1.push(heard.clone());
            return;
        }
        let next = self.recipients.len();
        self.places.insert(recipient.clone(), next);
        self.recipients.push((recipient, vec![heard.clone()]));
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

/// The record of one Consent. One that is in force and says neither yes nor no is told.
fn hear(consent: Node<'_>, entries: &Entries<'_>, faults: &mut Faults<'_>) -> Heard {
    let said = answer::explicit(consent, faults.received_at);
    if let Said::Unclear(found) = said {
        faults.tell(&entry::CONSENT_UNCLEAR, Grade::Warn, |problem| {
            says(problem, consent, found)
        });
    }
    let decision = match said {
        Said::Yes => Decision::Given,
        Said::No(_) => Decision::Refused,
        Said::TakenBack(_) => Decision::Withdrawn,
        Said::Unclear(_) | Said::Nothing(_) => Decision::NotRecorded,
    };
    let is_yes = decision == Decision::Given;
    Heard {
        record: Record {
            decision,
            at: consent.str("dateTime").and_then(instant),
            until: is_yes.then(|| answer::until(consent)).flatten(),
            recorded_by: recorder(consent, entries),
            how: None,
        },
        is_unclear: matches!(said, Said::Unclear(_)),
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

fn recorder(consent: Node<'_>, entries: &Entries<'_>) -> Option<Sensitive<String>> {
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

#[cfg(test)]
mod tests;
