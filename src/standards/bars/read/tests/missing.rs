use serde_json::{Value, json};

use super::*;
use crate::standards::bars::sample::{self, found, policy, read_as, resource};

/// Takes every resource of this type away.
fn without(message: &mut Value, kind: &str) {
    let entries = message["entry"].as_array_mut().expect("entries");
    entries.retain(|entry| entry["resource"]["resourceType"] != kind);
}

#[test]
fn what_is_missing_or_unknown_hides_no_other_fault_and_makes_none() {
    type Change = fn(&mut Value);
    let cases: &[(Change, &[&str])] = &[
        (
            |m| without(m, "MessageHeader"),
            &[
                "WW-REF-004 Bundle.entry[0]",
                "WW-REF-018 Bundle.entry",
                "WW-REF-017 Bundle.entry[1].resource.identifier[0].value",
            ],
        ),
        (
            |m| without(m, "ServiceRequest"),
            &[
                "WW-REF-012 Bundle.entry",
                "WW-REF-018 Bundle.entry",
                "WW-REF-017 Bundle.entry[1].resource.identifier[0].value",
            ],
        ),
        (
            |m| {
                without(m, "ServiceRequest");
                resource(m, 1)["reason"]["coding"][0]["code"] = json!("replace");
            },
            // Without either it may as well be a cancel, which has no consent.
            &[
                "WW-REF-007 Bundle.entry[0].resource.reason",
                "WW-REF-012 Bundle.entry",
                "WW-REF-017 Bundle.entry[1].resource.identifier[0].value",
            ],
        ),
        (
            |m| resource(m, 1)["reason"]["coding"][0]["code"] = json!("replace"),
            &[
                "WW-REF-007 Bundle.entry[0].resource.reason",
                "WW-REF-018 Bundle.entry",
                "WW-REF-017 Bundle.entry[2].resource.identifier[0].value",
            ],
        ),
        (
            |m| {
                let request = resource(m, 2).as_object_mut().expect("resource");
                request.remove("category");
            },
            &[
                "WW-REF-015 Bundle.entry[1].resource.category",
                "WW-REF-018 Bundle.entry",
                "WW-REF-017 Bundle.entry[2].resource.identifier[0].value",
            ],
        ),
        (
            |m| {
                m["meta"]["versionId"] = json!("9.0.0");
                m["id"] = json!("42");
                without(m, "MessageHeader");
                without(m, "ServiceRequest");
            },
            &[
                "WW-REF-004 Bundle.entry[0]",
                "WW-REF-001 Bundle.id",
                "WW-REF-003 Bundle.meta.versionId",
                "WW-REF-012 Bundle.entry",
                "WW-REF-017 Bundle.entry[0].resource.identifier[0].value",
            ],
        ),
    ];
    for (change, expected) in cases {
        let told = faults(|message| {
            resource(message, 3)["identifier"][0]["value"] = json!("9990000019");
            without(message, "Consent");
            change(message);
        });
        assert_eq!(told, *expected);
    }
}

#[test]
fn a_cancel_that_lacks_a_part_is_not_asked_for_what_a_referral_has() {
    for (kind, told) in [
        ("MessageHeader", "WW-REF-004 Bundle.entry[0]"),
        ("ServiceRequest", "WW-REF-012 Bundle.entry"),
    ] {
        let mut message = sample::cancel("0b5f7a40-3333-4000-8000-000000000001");
        without(&mut message, kind);
        assert_eq!(found(&read_as(&message, &policy())), [told], "{kind}");
    }
}
