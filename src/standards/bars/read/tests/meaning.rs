use serde_json::json;

use super::*;
use crate::standards::bars::sample::{self, found, policy, read_as, resource};

#[test]
fn cancels_of_both_kinds_are_recognised() {
    let id = "0b5f7a40-3333-4000-8000-000000000001";
    let mut message = sample::cancel(id);
    for (reason, status, entered_in_error) in [
        ("update", "revoked", false),
        ("update", "entered-in-error", true),
        ("delete", "entered-in-error", true),
    ] {
        resource(&mut message, 1)["reason"]["coding"][0]["code"] = json!(reason);
        resource(&mut message, 2)["status"] = json!(status);
        let reading = read_as(&message, &policy());
        assert_eq!(found(&reading), [""; 0], "{reason} {status}");
        assert_eq!(reading.meaning, Some(Meaning::Cancel { entered_in_error }));
        let facts = reading.message.expect("facts");
        assert_eq!(
            facts.service_request_id.map(|id| id.to_string()).as_deref(),
            Some(id)
        );
        assert!(
            reading
                .referral
                .is_some_and(|r| r.person.nhs_number.is_some())
        );
    }
}

#[test]
fn an_extra_resource_does_not_lose_a_cancel() {
    let mut message = sample::cancel("0b5f7a40-3333-4000-8000-000000000001");
    sample::add(&mut message, 30, json!({ "resourceType": "Practitioner" }));
    let reading = read_as(&message, &policy());
    assert!(!reading.is_refused());
    assert_eq!(found(&reading), ["w WW-REF-014 Bundle.entry[5]"]);
}

#[test]
fn amending_is_offered_by_use_case() {
    let mut message = sample::referral();
    resource(&mut message, 1)["reason"]["coding"][0]["code"] = json!("update");
    let reading = read_as(&message, &policy());
    assert_eq!(reading.meaning, Some(Meaning::Amend));
    assert_eq!(
        found(&reading),
        ["WW-REF-011 Bundle.entry[1].resource.category"]
    );
    let allowing = ReadPolicy {
        amend: vec!["a5t1".to_owned()],
        ..policy()
    };
    assert!(!read_as(&message, &allowing).is_refused());
}

#[test]
fn a_response_needs_a_request_of_ours() {
    let mut message = sample::referral();
    let header = resource(&mut message, 1);
    header["eventCoding"]["code"] = json!("servicerequest-response");
    assert_eq!(
        found(&read_as(&message, &policy())),
        ["WW-REF-025 Bundle.entry[0].resource"]
    );
    resource(&mut message, 1)["response"] = json!({ "identifier": sample::url(77), "code": "ok" });
    assert_eq!(
        found(&read_as(&message, &policy())),
        ["WW-REF-026 Bundle.entry[0].resource"]
    );
    let expecting = ReadPolicy {
        expects_responses: true,
        ..policy()
    };
    assert!(
        !found(&read_as(&message, &expecting))
            .iter()
            .any(|f| f.contains("REF-026"))
    );
}

#[test]
fn the_focus_of_a_request_is_the_service_request_and_anything_else_is_told() {
    for mut message in [
        sample::referral(),
        sample::cancel("0b5f7a40-3333-4000-8000-000000000001"),
    ] {
        assert_eq!(found(&read_as(&message, &policy())), [""; 0]);
        resource(&mut message, 1)["focus"][0]["reference"] = json!(sample::url(3));
        let reading = read_as(&message, &policy());
        assert!(!reading.is_refused());
        assert_eq!(
            found(&reading),
            ["w WW-REF-029 Bundle.entry[0].resource.focus"]
        );
        let detail = reading.problems[0].detail.as_deref();
        assert_eq!(
            detail,
            Some("it leads to a Patient, expected the ServiceRequest")
        );
    }
}

#[test]
fn a_request_that_says_that_it_answers_something_is_taken_and_told() {
    let mut message = sample::referral();
    resource(&mut message, 1)["response"] =
        json!({ "identifier": "0b5f7a40-4444-4000-8000-000000000001", "code": "ok" });
    let reading = read_as(&message, &policy());
    assert_eq!(reading.meaning, Some(Meaning::NewReferral));
    assert_eq!(
        found(&reading),
        ["w WW-REF-049 Bundle.entry[0].resource.response"]
    );
}

#[test]
fn each_sign_that_fits_nowhere_is_told_at_its_own_element() {
    let told = faults(|message| {
        resource(message, 1)["eventCoding"]["code"] = json!("zanzibarrow");
        resource(message, 1)["reason"]["coding"][0]["code"] = json!("14-wobblethorpe-row");
        resource(message, 2)["status"] = json!("draft");
    });
    let header = "WW-REF-007 Bundle.entry[0].resource";
    let request = "WW-REF-007 Bundle.entry[1].resource";
    assert_eq!(
        told,
        [
            format!("{header}.eventCoding"),
            format!("{header}.reason"),
            format!("{request}.status"),
        ]
    );
    let told = faults(|message| {
        resource(message, 5)["status"] = json!("active");
        resource(message, 4)["status"] = json!("planned");
    });
    assert_eq!(
        told,
        [
            "WW-REF-007 Bundle.entry[4].resource.status",
            "WW-REF-007 Bundle.entry[3].resource.status",
        ]
    );
}
