use serde_json::{Value, json};

use super::*;
use crate::standards::bars::sample::{self, policy, read_as, resource};
use crate::standards::fhir::tree::STEPS;

/// The problems of the sample with so many references that lead nowhere.
fn with_dangling(count: usize, policy: &ReadPolicy) -> Vec<Problem> {
    let mut message = sample::referral();
    let nowhere = |number: usize| json!({ "reference": format!("urn:uuid:{number}") });
    let all: Vec<Value> = (0..count).map(nowhere).collect();
    resource(&mut message, 2)["supportingInfo"] = json!(all);
    read_as(&message, policy).problems
}

#[test]
fn of_one_code_a_hundred_are_told_and_the_others_counted() {
    for dangling in [Grade::Refuse, Grade::Warn] {
        let policy = ReadPolicy {
            dangling,
            ..policy()
        };
        let problems = with_dangling(6_000, &policy);
        assert_eq!(problems.len(), 101, "{:?}", problems.last());
        let is_warning = dangling == Grade::Warn;
        assert!(problems.iter().all(|one| one.warning == is_warning));
        let last = problems.last().and_then(|last| last.detail.as_deref());
        assert_eq!(last, Some("5900 more that are not listed"));
        let answer = crate::standards::bars::outcome::render(&problems, uuid::Uuid::nil());
        assert!(answer.body.to_string().len() < 100_000);
    }
    assert_eq!(with_dangling(100, &policy()).len(), 100);
}

#[test]
fn a_refusal_is_told_behind_any_number_of_warnings_of_its_code() {
    let policy = policy();
    let mut faults = Faults {
        problems: Vec::new(),
        counts: Vec::new(),
        policy: &policy,
        received_at: sample::received_at(),
    };
    for _ in 0..1_000 {
        faults.warn(&entry::SOURCE, "Bundle");
    }
    faults.at(&entry::SOURCE, "Bundle");
    let problems = faults.into_problems();
    assert!(problems.iter().any(|problem| !problem.warning));
}

#[test]
fn of_several_entries_with_one_address_the_first_is_meant_and_each_other_told() {
    let mut message = sample::referral();
    sample::add(
        &mut message,
        40,
        json!({ "resourceType": "Patient", "id": "a" }),
    );
    sample::add(
        &mut message,
        40,
        json!({ "resourceType": "Location", "id": "b" }),
    );
    sample::add(
        &mut message,
        40,
        json!({ "resourceType": "Location", "id": "b" }),
    );
    let document = sample::document(&message);
    let entries = Entries::of(document.root());
    let found = entries.resolve(&sample::url(40)).map(|found| found.kind);
    assert_eq!(found, Some("Patient"));
    let by_id = entries.resolve("Location/b").map(|found| found.node);
    let first = entries.list.iter().find(|one| one.kind == "Location");
    assert_eq!(by_id, first.map(|one| one.node));
    assert!(entries.resolve("Location/a").is_none());
    let problems = read_as(&message, &policy()).problems;
    let code = entry::FULL_URL.code;
    let doubles = problems.iter().filter(|one| one.entry.code == code);
    assert_eq!(doubles.count(), 2);
}

#[test]
fn a_contained_resource_is_found_among_many() {
    let mut message = sample::referral();
    let contained = |number: usize| json!({ "resourceType": "Device", "id": format!("d{number}") });
    let all: Vec<Value> = (0..3_000).map(contained).collect();
    let named = |number: usize| json!({ "reference": format!("#d{number}") });
    let references: Vec<Value> = (0..3_001).map(named).collect();
    let request = resource(&mut message, 2);
    request["contained"] = json!(all);
    request["supportingInfo"] = json!(references);
    let before = STEPS.get();
    let problems = read_as(&message, &policy()).problems;
    assert!(STEPS.get() - before < 200_000, "{}", STEPS.get() - before);
    let path = problems[0].path.as_deref().unwrap_or_default();
    assert_eq!(problems.len(), 1);
    assert!(path.ends_with("supportingInfo[3000].reference"), "{path}");
}
