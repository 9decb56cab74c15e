use serde_json::{Value, json};

use crate::domain::case::Person;
use crate::standards::bars::sample::{self, found, policy, read_as};

/// The person of the sample after a change, and what is told.
fn read(change: impl FnOnce(&mut Value)) -> (Person, Vec<String>) {
    let mut message = sample::referral();
    change(patient(&mut message));
    let reading = read_as(&message, &policy());
    let told = found(&reading);
    (reading.referral.expect("a referral").person, told)
}

fn patient(message: &mut Value) -> &mut Value {
    let entries = message["entry"].as_array_mut().expect("entries");
    let mut resources = entries.iter_mut().map(|entry| &mut entry["resource"]);
    let patient = resources.find(|resource| resource["resourceType"] == "Patient");
    patient.expect("a Patient")
}

fn notification(code: &str) -> Value {
    const SYSTEM: &str = "https://fhir.hl7.org.uk/CodeSystem/UKCore-DeathNotificationStatus";
    json!([{
        "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeathNotificationStatus",
        "extension": [{
            "url": "deathNotificationStatus",
            "valueCodeableConcept": { "coding": [{ "system": SYSTEM, "code": code }] },
        }],
    }])
}

#[test]
fn who_is_marked_as_dead_is_read_however_it_is_written() {
    let plain = json!({});
    for (members, is_marked) in [
        (plain, false),
        (json!({ "deceasedBoolean": false }), false),
        (json!({ "deceasedBoolean": true }), true),
        (json!({ "deceasedDateTime": "2026-08-30" }), true),
        (json!({ "deceasedDateTime": "2026" }), true),
        (json!({ "extension": notification("1") }), true),
        (json!({ "extension": notification("2") }), true),
        (json!({ "extension": notification("9") }), true),
        (json!({ "extension": notification("U") }), false),
        (
            json!({ "extension": notification("U"), "deceasedBoolean": true }),
            true,
        ),
    ] {
        let (person, told) = read(|patient| {
            for (name, value) in members.as_object().expect("members") {
                patient[name] = value.clone();
            }
        });
        assert_eq!(person.deceased, is_marked, "{members}");
        assert_eq!(told, [""; 0], "{members}");
    }
}

#[test]
fn a_birth_date_that_nobody_can_have_is_told_and_absent() {
    // Received on 3 September 2026.
    for (birth, is_taken) in [
        ("2026-09-03", true),
        ("2026-09-04", false),
        ("2040-01-01", false),
        ("1896-09-03", true),
        ("1896-09-02", false),
        ("1890-01-01", false),
        ("0001-01-01", false),
    ] {
        let (person, told) = read(|patient| patient["birthDate"] = json!(birth));
        assert_eq!(person.birth_date.is_some(), is_taken, "{birth}");
        let is_told = told
            .iter()
            .any(|told| told.starts_with("w WW-FHR-009") && told.ends_with(".birthDate"));
        assert_eq!(is_told, !is_taken, "{birth}: {told:?}");
        assert_eq!(told.len(), usize::from(!is_taken), "{told:?}");
    }
}

#[test]
fn a_referral_dated_in_the_future_is_told_and_keeps_its_date() {
    for (written, is_told) in [
        ("2026-09-03T09:04:00+00:00", false),
        ("2026-09-03T09:06:00+00:00", true),
        ("2031-01-01T00:00:00+00:00", true),
    ] {
        let mut message = sample::referral();
        let entries = message["entry"].as_array_mut().expect("entries");
        for entry in entries {
            if entry["resource"]["resourceType"] == "ServiceRequest" {
                entry["resource"]["authoredOn"] = json!(written);
            }
        }
        let reading = read_as(&message, &policy());
        let told = found(&reading);
        assert_eq!(told.len(), usize::from(is_told), "{told:?}");
        assert!(
            told.iter().all(|told| told.ends_with(".authoredOn")),
            "{told:?}"
        );
        assert!(!reading.is_refused() && reading.referral.is_some());
    }
}
