//! How many resources there are, and which fields the payload tables ask for.

use super::Faults;
use super::bundle::Entries;
use crate::problem::Problem;
use crate::problem::area::referral as entry;
use crate::standards::bars::message_rules::{Focus, MessageRule};
use crate::standards::bars::policy::Grade;
use crate::standards::fhir::resource_types;

/// Counts the resources against a message's rules.
pub(super) fn check(rule: &MessageRule, entries: &Entries<'_>, faults: &mut Faults<'_>) {
    let mut counts = vec![0; rule.focus.len()];
    let mut unlisted = Vec::new();
    for found in &entries.list {
        match rule.focus.iter().position(|focus| focus.kind == found.kind) {
            Some(at) => counts[at] += 1,
            None => unlisted.push(found),
        }
    }
    for (focus, count) in rule.focus.iter().zip(counts) {
        check_focus(focus, count, faults);
    }
    for found in unlisted {
        let grade = if rule.closed {
            Grade::Refuse
        } else {
            Grade::Warn
        };
        faults.tell(&entry::UNLISTED_RESOURCE, grade, |problem| {
            let problem = problem.at(found.node.path());
            problem.with(format!("the resource type is {}", shown_type(found.kind)))
        });
    }
}

/// A resource type as it may be repeated: one that R4 defines.
fn shown_type(kind: &str) -> &str {
    resource_types::known(kind).unwrap_or("another value")
}

fn check_focus(focus: &Focus, count: usize, faults: &mut Faults<'_>) {
    if count >= focus.min && focus.max.is_none_or(|max| count <= max) {
        return;
    }
    let expected = match focus.max {
        Some(max) if max == focus.min => max.to_string(),
        Some(max) => format!("{} to {max}", focus.min),
        None => format!("{} or more", focus.min),
    };
    let row = match focus.kind {
        // A referral without any Consent is reported as lacking the BaRS consent.
        "Consent" => return,
        // That the first entry is none is told before.
        "MessageHeader" if count == 0 => return,
        "Patient" if count > 1 => &entry::TWO_PATIENTS,
        _ => &entry::CARDINALITY,
    };
    let detail = format!("{}: found {count}, expected {expected}", focus.kind);
    faults.add(Problem::new(row).at("Bundle.entry").with(detail));
}

/// What the payload tables of Application 5 ask of a referral (BaRS-APP5, payloads), as
/// far as it can be told by presence: type and members.
static APPLICATION_FIELDS: &[(&str, &[&str])] = &[
    (
        "ServiceRequest",
        &["authoredOn", "requester", "performer", "basedOn"],
    ),
    ("Encounter", &["class", "episodeOfCare"]),
    ("CarePlan", &["period", "activity"]),
    ("Organization", &["identifier", "name", "type"]),
    ("HealthcareService", &["identifier", "name"]),
    ("Consent", &["dateTime"]),
    ("Patient", &["name", "birthDate", "contact"]),
];

/// Reports fields that the payload tables ask for, by policy as warnings. Every resource
/// says when it was last changed (BaRS Core 1.5.0, lastUpdated).
pub(super) fn check_application_fields(entries: &Entries<'_>, faults: &mut Faults<'_>) {
    for found in &entries.list {
        let Some(resource) = found.resource else {
            continue;
        };
        let of_type = APPLICATION_FIELDS.iter().find(|row| row.0 == found.kind);
        for member in of_type.map_or(&[][..], |row| row.1) {
            if resource.get(member).is_none() {
                faults.application(|| format!("{}.{member}", resource.path()));
            }
        }
        if resource.dig(&["meta", "lastUpdated"]).is_none() {
            faults.application(|| format!("{}.meta.lastUpdated", resource.path()));
        }
    }
}
