use serde_json::{Value, json};

use super::*;
use crate::domain::case::{BarrierGroup, EncounterAs, SourceRoute};
use crate::domain::consent::Decision;
use crate::domain::identifiers::OdsCode;
use crate::standards::bars::sample::{self, found, policy, read_as, resource};
use crate::standards::fhir::Limits;

#[test]
fn a_plain_referral_is_read_whole_and_without_a_fault() {
    let referral = referral_of(&sample::referral());
    assert_eq!(referral.use_case, "a5t1");
    assert_eq!(referral.application_version, "1.1.0");
    assert_eq!(
        referral.service_request_identifier.as_deref(),
        Some("https://gp.example/Id/referral|R-1001")
    );
    assert_eq!(
        referral
            .journey_id
            .map(|id| format!("EpisodeOfCare/{id}"))
            .as_deref(),
        Some(sample::JOURNEY)
    );
    assert_eq!(
        referral.authored_at.map(|at| at.to_string()).as_deref(),
        Some("2026-09-01T08:30:00Z")
    );
    assert_eq!(
        referral.return_address,
        Some(sample::address(sample::SENDER))
    );
    let referrer = &referral.referrer;
    assert_eq!(
        referrer.organisation.as_ref().map(OdsCode::as_str),
        Some("Y99001")
    );
    assert_eq!(referrer.route, SourceRoute::Gp);
    let name = referrer
        .practitioner_name
        .as_ref()
        .map(|n| n.expose().as_str());
    assert_eq!(name, Some("Dr Ivo Thrupp"));
    assert!(referral.consents.direct_care);
    assert_eq!(referral.consents.workwell.decision, Decision::NotRecorded);
    assert_eq!(referral.barriers.len(), 1);
    assert_eq!(referral.barriers[0].group, BarrierGroup::Msk);
    let reason = referral.reason.expect("a reason");
    assert!(reason.expose().starts_with("Off work six weeks"));
}

#[test]
fn members_in_any_order_give_the_same_referral() {
    fn reversed(value: &Value) -> Value {
        match value {
            Value::Object(members) => Value::Object(
                members
                    .iter()
                    .rev()
                    .map(|(k, v)| (k.clone(), reversed(v)))
                    .collect(),
            ),
            Value::Array(items) => Value::Array(items.iter().map(reversed).collect()),
            other => other.clone(),
        }
    }
    let text = reversed(&sample::referral()).to_string();
    assert_ne!(text, sample::referral().to_string());
    let document =
        Document::parse(text.into_bytes(), &Limits::default()).expect("a readable document");
    let headers = sample::headers("Y99001", sample::SERVICE);
    let reading = read(
        &document,
        &headers,
        &policy(),
        &sample::groups(),
        sample::received_at(),
    );
    assert_eq!(found(&reading), [""; 0]);
    let plain = read_as(&sample::referral(), &policy());
    let shown = |reading: &Reading| serde_json::to_string(&reading.referral).expect("JSON");
    assert_eq!(shown(&reading), shown(&plain));
}

#[test]
fn a_sender_without_ods_code_is_known_by_the_header() {
    let mut message = sample::referral();
    resource(&mut message, 7)
        .as_object_mut()
        .expect("resource")
        .remove("identifier");
    let reading = read_as(&message, &policy());
    let referrer = reading.referral.expect("a referral").referrer;
    assert_eq!(
        referrer.organisation.map(|o| o.to_string()),
        Some("Y99001".to_owned())
    );
}

/// The JSON pointers of every value in a message.
fn places(value: &Value, at: &str, into: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(i, v)| (i.to_string(), v))
            .collect(),
        _ => Vec::new(),
    };
    for (name, child) in children {
        let path = format!("{at}/{name}");
        places(child, &path, into);
        into.push(path);
    }
}

#[test]
fn whatever_stands_at_any_place_is_read_without_a_panic_and_never_repeated() {
    let message = sample::referral();
    let mut all = Vec::new();
    places(&message, "", &mut all);
    assert!(all.len() > 200);
    for place in all {
        for other in [json!("Zebulon Q"), json!([7])] {
            let mut changed = message.clone();
            *changed.pointer_mut(&place).expect("a place") = other;
            let reading = read_as(&changed, &policy());
            for problem in &reading.problems {
                assert!(
                    !problem.to_string().contains("Zebulon"),
                    "{place}: {problem}"
                );
            }
        }
    }
}

#[test]
fn the_sample_itself_is_sound() {
    sample::assert_sound(&sample::referral());
    sample::assert_sound(&sample::cancel("0b5f7a40-3333-4000-8000-000000000001"));
}

#[test]
fn a_long_reason_is_cut() {
    let mut message = sample::referral();
    resource(&mut message, 2)["note"] = json!([{ "text": "x ".repeat(1_200) }]);
    let reading = read_as(&message, &policy());
    let reason = reading
        .referral
        .expect("a referral")
        .reason
        .expect("a reason");
    assert_eq!(reason.expose().chars().count(), 2_000);
}

#[test]
fn the_senders_encounter_is_kept_with_what_identifies_it_and_no_words() {
    let mut message = sample::referral();
    let encounter = resource(&mut message, 4);
    encounter["identifier"] = json!([
        { "system": "https://larkspur.example/Id/encounter", "value": "LK-CASE-000077" },
        { "value": "77", "assigner": { "display": "Zebulon Q" } },
        { "system": "https://larkspur.example/Id/encounter" },
        { "value": "Z".repeat(201) },
    ]);
    encounter["period"] = json!({ "start": "2026-09-01T09:10:00+01:00", "end": "Zebulon Q" });
    encounter["class"]["display"] = json!("Zebulon Q");
    let facts = read_as(&message, &policy()).message.expect("facts");
    let kept = facts.encounter_as.expect("an Encounter");
    assert_eq!(
        kept.identifiers,
        [
            "https://larkspur.example/Id/encounter|LK-CASE-000077",
            "|77"
        ]
    );
    assert_eq!(kept.start.as_deref(), Some("2026-09-01T09:10:00+01:00"));
    assert_eq!(kept.end, None);
    let whole = serde_json::to_string(&kept).expect("JSON");
    assert!(!whole.contains("Zebulon"), "{whole}");
    // A case of an earlier version is read as it is.
    let before = r#"{"status":"finished","class":"EMER"}"#;
    let before: EncounterAs = serde_json::from_str(before).expect("JSON");
    assert!(before.identifiers.is_empty() && before.start.is_none());
}
