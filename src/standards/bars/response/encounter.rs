//! The two Encounters of a response: the sender's as it was, and ours with the progress.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Rejection, Told, Urls, identifiers_of, to};
use crate::domain::case::{Case, EncounterAs};
use crate::domain::identifiers::CaseReference;
use crate::domain::status::{EncounterStatus, Milestone, Status};
use crate::standards::bars::accept::emergency;
use crate::standards::bars::codes::{self, profile::uk_core, profile::workwell};

fn journey(case: &Case) -> Option<Value> {
    let id = case.referral.journey_id?;
    Some(json!([{ "reference": format!("EpisodeOfCare/{id}") }]))
}

/// The sender's Encounter, as far as it is kept. Of a case from before that was, it is said
/// to be finished: a referral is made from one that is triaged or finished.
pub(super) fn senders_encounter(told: &Told<'_>, urls: &Urls) -> Value {
    let kept = &told.case.sender_ids;
    let was = kept.encounter_as.as_ref();
    let class = was.and_then(|was| was.class.as_ref());
    let mut encounter = json!({
        "resourceType": "Encounter",
        "meta": { "profile": [uk_core("Encounter")] },
        "status": was.map_or("finished", |was| was.status.as_str()),
        "class": class.map_or_else(
            emergency,
            |code| class_of(code),
        ),
        "subject": to(urls.patient),
    });
    if let Some(was) = was {
        echo_identity(&mut encounter, was);
    }
    // Its id is the sender's; without one none is made up.
    if let Some(id) = &kept.encounter {
        encounter["id"] = json!(id);
    }
    if let Some(journey) = journey(told.case) {
        encounter["episodeOfCare"] = journey;
    }
    encounter
}

/// What the sender knows its Encounter again by (BaRS Core 1.5.0: its Encounter is echoed).
fn echo_identity(encounter: &mut Value, was: &EncounterAs) {
    let identifiers = identifiers_of(was.identifiers.iter().map(String::as_str));
    if !identifiers.is_empty() {
        encounter["identifier"] = json!(identifiers);
    }
    for (side, moment) in [("start", &was.start), ("end", &was.end)] {
        if let Some(moment) = moment {
            encounter["period"][side] = json!(moment);
        }
    }
}

/// Encounter.class, with the words of its code system where they are known.
fn class_of(code: &str) -> Value {
    let mut class = json!({ "system": codes::ACT_CODE, "code": code });
    if let Some((_, display)) = codes::ENCOUNTER_CLASSES.iter().find(|row| row.0 == code) {
        class["display"] = json!(display);
    }
    class
}

pub(super) fn our_encounter(told: &Told<'_>, urls: &Urls) -> Value {
    let mut encounter = encounter(told.case, told.status, told.since);
    encounter["subject"] = to(urls.patient);
    if let Some(summary) = told.summary
        && let Some(types) = encounter["type"].as_array_mut()
    {
        types.push(json!({ "text": summary }));
    }
    if bars_status(told.status) == EncounterStatus::Cancelled {
        let (code, display) = told.rejection.unwrap_or(Rejection::Other).code();
        encounter["reasonCode"] = json!([{
            "coding": [{ "system": codes::REJECTED_REASONS, "code": code, "display": display }],
            "text": told.summary.unwrap_or(Milestone::of(told.status).words),
        }]);
    }
    encounter
}

/// Our Encounter of a case without its subject: status, and the same in plain words.
pub(in crate::standards::bars) fn encounter(
    case: &Case,
    status: Status,
    since: Timestamp,
) -> Value {
    let mut period = json!({ "start": case.received_at.to_string() });
    if status.is_terminal() {
        period["end"] = json!(since.to_string());
    }
    let mut encounter = json!({
        "resourceType": "Encounter",
        "id": case.id.to_string(),
        "meta": { "profile": [uk_core("Encounter"), workwell("Encounter-Status")] },
        "identifier": [{ "system": CaseReference::SYSTEM, "value": case.reference.as_str() }],
        "status": bars_status(status).code(),
        "class": emergency(),
        "type": [{
            "coding": [{ "system": codes::workwell::STATUS, "code": shown_status(status) }],
            "text": Milestone::of(status).words,
        }],
        "period": period,
    });
    if let Some(journey) = journey(case) {
        encounter["episodeOfCare"] = journey;
    }
    encounter
}

/// The status code that goes out. Why a case is held, and that a person has died, is
/// not told by a code either: the code says no more than the words.
pub(in crate::standards::bars) const fn shown_status(status: Status) -> &'static str {
    match status {
        Status::Deceased => "closed",
        other => other.code(),
    }
}

/// Encounter.status as Application 6 allows it: planned, in-progress, arrived, finished
/// or cancelled. A pause is still in progress, an error is cancelled; the words tell the
/// difference.
const fn bars_status(status: Status) -> EncounterStatus {
    match Milestone::of(status).encounter {
        EncounterStatus::OnLeave => EncounterStatus::InProgress,
        EncounterStatus::EnteredInError => EncounterStatus::Cancelled,
        other => other,
    }
}
