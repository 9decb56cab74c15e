use serde_json::{Value, json};

use super::*;
use crate::standards::bars::sample::{self, found, policy, read_as, resource};

#[test]
fn each_rule_has_its_fault_at_its_place() {
    type Change = fn(&mut Value);
    let cases: &[(Change, &[&str])] = &[
        (
            |m| m["type"] = json!("collection"),
            &["WW-FHR-008 Bundle.type"],
        ),
        (
            |m| m["resourceType"] = json!("Parameters"),
            &["WW-FHR-008 -"],
        ),
        (|m| m["id"] = json!("42"), &["WW-REF-001 Bundle.id"]),
        (
            |m| {
                m["meta"].as_object_mut().expect("meta").remove("versionId");
            },
            &["WW-REF-002 Bundle.meta.versionId"],
        ),
        (
            |m| m["meta"]["versionId"] = json!("9.0.0"),
            &["WW-REF-003 Bundle.meta.versionId"],
        ),
        (
            |m| m["entry"].as_array_mut().expect("entries").rotate_left(1),
            &["WW-REF-004 Bundle.entry[0]"],
        ),
        (
            |m| {
                m["entry"][5]
                    .as_object_mut()
                    .expect("entry")
                    .remove("fullUrl");
            },
            &[
                "WW-REF-005 Bundle.entry[5].fullUrl",
                "WW-REF-006 Bundle.entry[4].resource.addresses[0].reference",
            ],
        ),
        (
            |m| m["entry"][11]["fullUrl"] = json!(sample::url(10)),
            &["WW-REF-005 Bundle.entry[11].fullUrl"],
        ),
        (
            |m| resource(m, 6)["subject"] = json!({ "reference": sample::url(99) }),
            &["WW-REF-006 Bundle.entry[5].resource.subject.reference"],
        ),
        (
            |m| resource(m, 6)["recorder"] = json!({ "reference": "Practitioner/unknown" }),
            &["WW-REF-006 Bundle.entry[5].resource.recorder.reference"],
        ),
        (
            |m| resource(m, 1)["reason"]["coding"][0]["code"] = json!("replace"),
            &["WW-REF-007 Bundle.entry[0].resource.reason"],
        ),
        (
            |m| resource(m, 2)["category"][0]["coding"][1]["code"] = json!("a1t1"),
            &["WW-REF-010 Bundle.entry[1].resource.category"],
        ),
        (
            |m| {
                m["entry"].as_array_mut().expect("entries").remove(9);
            },
            &["WW-REF-012 Bundle.entry"],
        ),
        (
            |m| {
                let p = resource(m, 3).clone();
                sample::add(m, 20, p);
            },
            &["WW-REF-013 Bundle.entry"],
        ),
        (
            |m| sample::add(m, 20, json!({ "resourceType": "DocumentReference" })),
            &["WW-REF-014 Bundle.entry[12]"],
        ),
        (
            |m| {
                resource(m, 2)["category"][0]["coding"]
                    .as_array_mut()
                    .expect("codings")
                    .pop();
            },
            &["WW-REF-015 Bundle.entry[1].resource.category"],
        ),
        (
            |m| {
                resource(m, 2)
                    .as_object_mut()
                    .expect("resource")
                    .remove("subject");
            },
            &["WW-REF-016 Bundle.entry[1].resource.subject"],
        ),
        (
            |m| resource(m, 3)["identifier"][0]["value"] = json!("9990000019"),
            &["WW-REF-017 Bundle.entry[2].resource.identifier[0].value"],
        ),
        (
            |m| resource(m, 12)["category"][0]["coding"][0]["code"] = json!("OTHER"),
            &["WW-REF-018 Bundle.entry"],
        ),
        (
            |m| {
                m["entry"].as_array_mut().expect("entries").pop();
            },
            &["WW-REF-018 Bundle.entry"],
        ),
        (
            |m| resource(m, 1)["destination"][0]["endpoint"] = json!("2000099999"),
            &["WW-REF-019 Bundle.entry[0].resource.destination[0].endpoint"],
        ),
        (
            |m| {
                resource(m, 1)["destination"][0]["endpoint"] =
                    json!("https://fhir.nhs.uk/Id/dos-service-id|1");
            },
            &[
                "WW-REF-020 Bundle.entry[0].resource.destination[0].endpoint",
                "WW-REF-021 Bundle.entry[0].resource.destination[0].endpoint",
            ],
        ),
        (
            |m| resource(m, 1)["sender"] = json!({ "reference": sample::url(9) }),
            &["WW-REF-022 Bundle.entry[0].resource.sender"],
        ),
        (
            |m| resource(m, 7)["identifier"][0]["value"] = json!("Y99002"),
            &["WW-HDR-011 Bundle.entry[0].resource.sender"],
        ),
        (
            |m| {
                resource(m, 1)["source"]
                    .as_object_mut()
                    .expect("source")
                    .remove("endpoint");
            },
            &["WW-REF-024 Bundle.entry[0].resource.source.endpoint"],
        ),
        // Warnings: taken, but told.
        (
            |m| {
                resource(m, 7)
                    .as_object_mut()
                    .expect("resource")
                    .remove("identifier");
            },
            &[
                "w WW-REF-023 Bundle.entry[0].resource.sender",
                "w WW-REF-027 Bundle.entry[6].resource.identifier",
            ],
        ),
        (
            |m| {
                for number in [1, 3] {
                    let other = "https://gp.example/StructureDefinition/any";
                    resource(m, number)["meta"] = json!({ "profile": [other] });
                }
            },
            &[
                "w WW-REF-027 Bundle.entry[0].resource.meta.lastUpdated",
                "w WW-REF-027 Bundle.entry[2].resource.meta.lastUpdated",
            ],
        ),
        (
            |m| resource(m, 1)["source"]["endpoint"] = json!("https://gp.example/bars"),
            &["w WW-REF-024 Bundle.entry[0].resource.source.endpoint"],
        ),
        (
            |m| {
                resource(m, 5)
                    .as_object_mut()
                    .expect("resource")
                    .remove("period");
            },
            &["w WW-REF-027 Bundle.entry[4].resource.period"],
        ),
        (
            |m| {
                resource(m, 1)
                    .as_object_mut()
                    .expect("resource")
                    .remove("definition");
            },
            &["w WW-REF-028 Bundle.entry[0].resource.definition"],
        ),
        (
            |m| {
                resource(m, 1)
                    .as_object_mut()
                    .expect("resource")
                    .remove("focus");
            },
            &["w WW-REF-029 Bundle.entry[0].resource.focus"],
        ),
        (
            |m| resource(m, 2)["note"] = json!([{ "text": "x".repeat(2_500) }]),
            &["w WW-REF-031 Bundle.entry[1].resource"],
        ),
        (
            |m| resource(m, 3)["birthDate"] = json!("1984"),
            &["w WW-FHR-009 Bundle.entry[2].resource.birthDate"],
        ),
        (
            |m| resource(m, 3)["address"][0]["postalCode"] = json!("nowhere"),
            &["w WW-FHR-009 Bundle.entry[2].resource.address[0].postalCode"],
        ),
    ];
    for (change, expected) in cases {
        assert_eq!(faults(change), *expected);
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let told = faults(|message| {
        message["id"] = json!("42");
        resource(message, 3)["identifier"][0]["value"] = json!("123");
        resource(message, 6)["subject"] = json!({ "reference": sample::url(99) });
        message["entry"]
            .as_array_mut()
            .expect("entries")
            .retain(|e| e["resource"]["resourceType"] != "Consent");
    });
    let codes: Vec<&str> = told.iter().filter_map(|f| f.split(' ').next()).collect();
    assert_eq!(
        codes,
        ["WW-REF-001", "WW-REF-006", "WW-REF-018", "WW-REF-017"]
    );
}

#[test]
fn no_fault_holds_a_datum_of_the_person() {
    let mut message = sample::referral();
    let datum = "Zebulon-9990000019";
    resource(&mut message, 3)["identifier"][0]["value"] = json!(datum);
    resource(&mut message, 3)["birthDate"] = json!(datum);
    resource(&mut message, 3)["address"][0]["postalCode"] = json!(datum);
    resource(&mut message, 2)["status"] = json!("Zebulon Q");
    resource(&mut message, 2)["category"][0]["coding"][1]["code"] = json!("Zebulon Q");
    resource(&mut message, 6)["subject"] = json!({ "reference": datum });
    let reading = read_as(&message, &policy());
    assert!(reading.problems.len() >= 5, "{:?}", found(&reading));
    for problem in &reading.problems {
        assert!(!problem.to_string().contains("Zebulon"), "{problem}");
    }
}
