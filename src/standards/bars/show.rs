//! Reads: `GET /ServiceRequest/{id}` and the searches.
//!
//! A Sender looks here before it cancels, so ServiceRequest.status is the current one:
//! active, revoked or entered-in-error, which is all that BaRS allows. Where the case
//! stands is in a note, in plain words, and in a search in our Encounter too.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::codes;
use super::person_out;
use super::response::{category, encounter, original_identifiers};
use crate::domain::case::Case;
use crate::domain::identifiers::{CaseReference, OdsCode};
use crate::domain::status::{Milestone, Status};

/// A case to show to its referrer.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The case.
    pub case: &'a Case,
    /// Where it stands.
    pub status: Status,
    /// Since when.
    pub since: Timestamp,
    /// The provider's name, where the referrer may see it.
    pub provider: Option<&'a str>,
}

/// Shows one ServiceRequest.
pub fn service_request(shown: &Shown<'_>) -> Value {
    let case = shown.case;
    let referral = &case.referral;
    let hides = referral.person.security.hides_location();
    let mut request = json!({
        "resourceType": "ServiceRequest",
        "id": case.service_request_id.to_string(),
        "meta": { "lastUpdated": shown.since.to_string() },
        "status": request_status(shown.status),
        "intent": "plan",
        "category": [category(&referral.use_case)],
        "subject": subject(case),
        "note": [{
            "time": shown.since.to_string(),
            "text": Milestone::of(shown.status).words,
        }],
    });
    let mut identifiers = vec![json!({
        "system": CaseReference::SYSTEM,
        "value": case.reference.as_str(),
    })];
    identifiers.extend(original_identifiers(case));
    request["identifier"] = json!(identifiers);
    // The profile asks for authoredOn; without one it is not claimed.
    if let Some(authored) = referral.authored_at {
        request["authoredOn"] = json!(authored.to_string());
        request["meta"]["profile"] = json!([codes::profile::SERVICE_REQUEST]);
    }
    if let Some(ods) = referral.referrer.organisation.as_ref().filter(|_| !hides) {
        request["requester"] = json!({
            "type": "Organization",
            "identifier": { "system": OdsCode::SYSTEM, "value": ods.as_str() },
        });
    }
    // Who serves a person tells where the person lives.
    if let Some(provider) = shown.provider.filter(|_| !hides) {
        request["performer"] = json!([{ "type": "Organization", "display": provider }]);
    }
    request
}

/// Shows the matches of a search: each ServiceRequest with its Patient and our
/// Encounter. There is no `link`: it would repeat the search, and with it the NHS
/// number, in a URL. No match is an empty searchset: the standard leaves it open, and
/// an answer is no fault.
pub fn searchset(base_url: &str, matches: &[Shown<'_>]) -> Value {
    let base = base_url.trim_end_matches('/');
    let entries: Vec<Value> = matches
        .iter()
        .flat_map(|shown| match_entries(base, shown))
        .collect();
    let mut bundle = json!({
        "resourceType": "Bundle",
        "type": "searchset",
        "total": matches.len(),
    });
    if !entries.is_empty() {
        bundle["entry"] = json!(entries);
    }
    bundle
}

fn match_entries(base: &str, shown: &Shown<'_>) -> [Value; 3] {
    let case = shown.case;
    let request_url = format!("{base}/ServiceRequest/{}", case.service_request_id);
    // The Patient lives in this answer only. Its id is made of the case's, so that it is
    // the same in every answer and nobody else's.
    let patient_id = format!("patient-{}", case.id);
    let patient_url = format!("{base}/Patient/{patient_id}");
    let encounter_url = format!("{base}/Encounter/{}", case.id);
    let mut request = service_request(shown);
    request["subject"]["reference"] = json!(patient_url);
    let mut encounter = encounter(case, shown.status, shown.since);
    encounter["subject"] = json!({ "reference": patient_url });
    encounter["basedOn"] = json!([{ "reference": request_url }]);
    let patient = person_out::patient(&case.referral.person, &patient_id);
    [
        (request_url.clone(), request, "match"),
        (patient_url.clone(), patient, "include"),
        (encounter_url, encounter, "include"),
    ]
    .map(|(url, resource, mode)| {
        json!({ "fullUrl": url, "resource": resource, "search": { "mode": mode } })
    })
}

/// The person by identifier alone: the NHS number, else our case reference.
fn subject(case: &Case) -> Value {
    let reference = || json!({ "system": CaseReference::SYSTEM, "value": case.reference.as_str() });
    let identifier = match &case.referral.person.nhs_number {
        Some(number) => json!({ "system": codes::NHS_NUMBER, "value": number.expose() }),
        None => reference(),
    };
    json!({ "type": "Patient", "identifier": identifier })
}

/// ServiceRequest.status of a case. What ended well, or by the provider, stays active:
/// only a stop revokes (reference/workwell.md 3).
pub const fn request_status(status: Status) -> &'static str {
    match status {
        Status::EnteredInError => "entered-in-error",
        Status::CancelRequested | Status::Cancelled | Status::Withdrawn | Status::Deceased => {
            "revoked"
        }
        _ => "active",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::Security;
    use crate::standards::bars::sample;
    use crate::standards::emitted;

    fn shown(case: &Case, status: Status) -> Shown<'_> {
        Shown {
            case,
            status,
            since: "2026-09-03T10:00:00Z".parse().expect("an instant"),
            provider: Some("Saltmarsh Trust"),
        }
    }

    #[test]
    fn a_search_shows_request_patient_and_encounter() {
        let case = sample::case();
        let set = searchset(
            "https://gateway.example/bars/",
            &[shown(&case, Status::InSupport)],
        );
        sample::assert_sound(&set);
        emitted::kept("a-search-shows-request-patient-and-encounter", &set);
    }

    #[test]
    fn an_empty_search_has_no_empty_list() {
        let set = searchset("https://gateway.example/bars", &[]);
        assert_eq!((set["total"].as_u64(), set.get("entry")), (Some(0), None));
        emitted::kept("an-empty-search", &set);
    }

    #[test]
    fn a_referral_is_read_alone() {
        let case = sample::case();
        for (name, status) in [
            ("a-referral-read", Status::InSupport),
            ("a-cancelled-referral-read", Status::Cancelled),
        ] {
            let request = service_request(&shown(&case, status));
            sample::assert_sound(&request);
            emitted::kept(name, &request);
        }
    }

    #[test]
    fn only_a_stop_revokes() {
        for status in Status::ALL {
            let expected = match (*status, status.is_stopped()) {
                (Status::EnteredInError, _) => "entered-in-error",
                (_, true) => "revoked",
                (_, false) => "active",
            };
            assert_eq!(request_status(*status), expected, "{}", status.code());
        }
    }

    #[test]
    fn a_restricted_persons_practice_and_provider_are_not_shown() {
        let mut case = sample::case();
        case.referral.person.security = Security::Unrecognised;
        let set = searchset("https://gateway.example", &[shown(&case, Status::Held)]);
        let text = set.to_string();
        for hidden in ["Y99001", "Saltmarsh", "Invented Row", "ZZ1"] {
            assert!(!text.contains(hidden), "{hidden}");
        }
        emitted::kept("a-search-shows-a-restricted-person", &set);
    }

    #[test]
    fn a_person_without_nhs_number_is_named_by_the_case_reference() {
        let mut case = sample::case();
        case.referral.person.nhs_number = None;
        let request = service_request(&shown(&case, Status::Received));
        sample::assert_sound(&request);
        let subject = &request["subject"]["identifier"];
        assert_eq!(subject["system"], CaseReference::SYSTEM);
    }
}
