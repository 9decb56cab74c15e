use serde_json::json;

use super::*;
use crate::domain::case::NhsNumberStatus;
use crate::domain::identifiers::OdsCode;
use crate::standards::bars::sample::{self, found, policy, read_as, resource};

#[test]
fn a_policy_can_lower_the_check_digit_to_a_warning_and_then_the_number_is_absent() {
    let mut message = sample::referral();
    resource(&mut message, 3)["identifier"][0]["value"] = json!("9990000019");
    let lenient = ReadPolicy {
        nhs_number_check: Grade::Warn,
        ..policy()
    };
    let reading = read_as(&message, &lenient);
    assert!(!reading.is_refused());
    assert_eq!(found(&reading).len(), 1);
    let person = reading.referral.expect("a referral").person;
    assert_eq!(
        (person.nhs_number, person.nhs_number_status),
        (None, NhsNumberStatus::None)
    );
}

#[test]
fn a_policy_can_lower_every_reference_to_nothing_to_a_warning_but_not_a_missing_party() {
    let lenient = ReadPolicy {
        dangling: Grade::Warn,
        ..policy()
    };
    for reference in [&*sample::url(99), "Practitioner/unknown"] {
        let mut message = sample::referral();
        resource(&mut message, 6)["recorder"] = json!({ "reference": reference });
        let place = "WW-REF-006 Bundle.entry[5].resource.recorder.reference";
        assert_eq!(found(&read_as(&message, &policy())), [place], "{reference}");
        let reading = read_as(&message, &lenient);
        assert_eq!(found(&reading), [format!("w {place}")], "{reference}");
        assert!(!reading.is_refused() && reading.referral.is_some());
    }
    let mut message = sample::referral();
    resource(&mut message, 2)["subject"] = json!({ "reference": sample::url(99) });
    assert_eq!(
        found(&read_as(&message, &lenient)),
        [
            "w WW-REF-006 Bundle.entry[1].resource.subject.reference",
            "WW-REF-016 Bundle.entry[1].resource.subject",
        ]
    );
}

#[test]
fn a_policy_can_refuse_gaps_of_the_application_and_a_sender_without_ods_code() {
    let mut gap = sample::referral();
    let plan = resource(&mut gap, 5).as_object_mut().expect("resource");
    plan.remove("period");
    let strict = ReadPolicy {
        application_fields: Grade::Refuse,
        ..policy()
    };
    assert_eq!(
        found(&read_as(&gap, &strict)),
        ["WW-REF-027 Bundle.entry[4].resource.period"]
    );
    let mut nameless = sample::referral();
    let sender = resource(&mut nameless, 7)
        .as_object_mut()
        .expect("resource");
    sender.remove("identifier");
    let strict = ReadPolicy {
        sender_without_ods: Grade::Refuse,
        ..policy()
    };
    assert_eq!(
        found(&read_as(&nameless, &strict)),
        [
            "WW-REF-023 Bundle.entry[0].resource.sender",
            "w WW-REF-027 Bundle.entry[6].resource.identifier",
        ]
    );
}

#[test]
fn a_receiver_that_is_another_organisation_is_told_or_refused_by_policy() {
    let ours = |code: &str, receiver_not_ours| ReadPolicy {
        organisation: OdsCode::parse(code),
        receiver_not_ours,
        ..policy()
    };
    let message = sample::referral();
    let place = "WW-REF-033 Bundle.entry[0].resource.destination[0].receiver";
    for (policy, expected) in [
        (ours("Y99100", Grade::Refuse), vec![]),
        (ours("ZZ998", Grade::Warn), vec![format!("w {place}")]),
        (ours("ZZ998", Grade::Refuse), vec![place.to_owned()]),
    ] {
        assert_eq!(found(&read_as(&message, &policy)), expected);
    }
    let mut without = message;
    resource(&mut without, 8)
        .as_object_mut()
        .expect("resource")
        .remove("identifier");
    let found = found(&read_as(&without, &ours("ZZ998", Grade::Refuse)));
    assert!(
        found.iter().all(|fault| !fault.contains("WW-REF-033")),
        "{found:?}"
    );
}
