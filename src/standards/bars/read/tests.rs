use serde_json::{Value, json};

use super::*;
use crate::domain::case::{
    Answer, BarrierGroup, EmploymentStatus, FlagKind, NhsNumberStatus, Security, SicknessAbsence,
    SourceRoute,
};
use crate::domain::consent::{Decision, Recipient};
use crate::domain::identifiers::{NhsNumber, OdsCode, Postcode};
use crate::domain::sensitive::Sensitive;
use crate::standards::bars::sample::{self, found, policy, read_as, resource};
use crate::standards::fhir::tree::STEPS;

fn referral_of(message: &Value) -> Referral {
    let reading = read_as(message, &policy());
    assert_eq!(found(&reading), [""; 0]);
    reading.referral.expect("a referral")
}

/// The faults of the sample after a change.
fn faults(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut message = sample::referral();
    change(&mut message);
    found(&read_as(&message, &policy()))
}

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
fn the_person_is_read_with_their_own_contacts_by_rank_and_nobody_elses() {
    let person = referral_of(&sample::referral()).person;
    assert_eq!(
        person.nhs_number.as_ref().map(NhsNumber::expose),
        Some("9990000018")
    );
    assert_eq!(person.nhs_number_status, NhsNumberStatus::Verified);
    assert_eq!(
        person.name.family.as_ref().map(|n| n.expose().as_str()),
        Some("Quillfeather")
    );
    assert_eq!(person.name.given.len(), 2);
    assert_eq!(
        person.address.postcode.as_ref().map(Postcode::expose),
        Some("ZZ1 1ZZ")
    );
    assert_eq!(
        person.practice.as_ref().map(OdsCode::as_str),
        Some("Y99001")
    );
    assert_eq!(
        person.ethnicity.known().map(|e| e.expose().as_str()),
        Some("A")
    );
    assert_eq!(person.security, Security::Unrestricted);
    let contacts: Vec<&str> = person
        .contacts
        .iter()
        .map(|c| c.value.expose().as_str())
        .collect();
    assert_eq!(
        contacts,
        ["07700900001", "01632960001", "orla@person.example"]
    );
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
    let document = Document::parse(
        text.into_bytes(),
        &crate::standards::fhir::Limits::default(),
    )
    .expect("a readable document");
    let headers = sample::headers("Y99001", sample::SERVICE);
    let reading = super::read(
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
            &["WW-REF-007 Bundle.entry[0].resource"],
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

/// Two services of one operator that take different things.
fn two_services() -> ReadPolicy {
    let other = Served {
        address: sample::address(OTHER),
        use_cases: vec!["ww1".to_owned()],
        application_versions: vec!["9.0.0".to_owned()],
    };
    let mut policy = policy();
    policy.services.push(other);
    policy
}

const OTHER: &str = "https://fhir.nhs.uk/Id/dos-service-id|2000088888";

#[test]
fn a_message_is_judged_by_what_the_service_takes_that_it_is_for() {
    let version = "WW-REF-003 Bundle.meta.versionId";
    let use_case = "WW-REF-010 Bundle.entry[1].resource.category";
    let differs = "WW-REF-020 Bundle.entry[0].resource.destination[0].endpoint";
    let unread = "WW-REF-019 Bundle.entry[0].resource.destination[0].endpoint";
    for (target, destination, said, told) in [
        (sample::SERVICE, sample::SERVICE, ("1.1.0", "a5t1"), &[][..]),
        (OTHER, OTHER, ("9.0.0", "ww1"), &[]),
        (OTHER, OTHER, ("1.1.0", "a5t1"), &[version, use_case]),
        (
            sample::SERVICE,
            sample::SERVICE,
            ("9.0.0", "ww1"),
            &[version, use_case],
        ),
        (
            sample::SERVICE,
            sample::SERVICE,
            ("1.1.0", "ww1"),
            &[use_case],
        ),
        (OTHER, OTHER, ("1.1.0", "ww1"), &[version]),
        // For which of the two it is cannot be told: that alone is the fault.
        (OTHER, sample::SERVICE, ("1.1.0", "a5t1"), &[differs]),
        (OTHER, sample::SERVICE, ("5.0.0", "a1t1"), &[differs]),
        // What the message does not say, the request's header does.
        (OTHER, "nowhere", ("9.0.0", "ww1"), &[unread]),
        (OTHER, "nowhere", ("9.0.0", "a5t1"), &[unread, use_case]),
    ] {
        let mut message = sample::referral();
        message["meta"]["versionId"] = json!(said.0);
        resource(&mut message, 2)["category"][0]["coding"][1]["code"] = json!(said.1);
        resource(&mut message, 1)["destination"][0]["endpoint"] = json!(destination);
        let headers = sample::headers("Y99001", target);
        let document = sample::document(&message);
        let reading = super::read(
            &document,
            &headers,
            &two_services(),
            &sample::groups(),
            sample::received_at(),
        );
        assert_eq!(found(&reading), told, "{target} {destination} {said:?}");
    }
}

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
                "WW-REF-007 Bundle.entry[0].resource",
                "WW-REF-012 Bundle.entry",
                "WW-REF-017 Bundle.entry[1].resource.identifier[0].value",
            ],
        ),
        (
            |m| resource(m, 1)["reason"]["coding"][0]["code"] = json!("replace"),
            &[
                "WW-REF-007 Bundle.entry[0].resource",
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
fn two_different_nhs_numbers_are_a_fault() {
    let told = faults(|message| {
        let second =
            json!({ "system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000026" });
        let identifiers = resource(message, 3)["identifier"]
            .as_array_mut()
            .expect("identifiers");
        identifiers.push(second);
    });
    assert_eq!(
        told,
        ["WW-REF-017 Bundle.entry[2].resource.identifier[1].value"]
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
fn a_referral_without_an_nhs_number_is_taken() {
    let mut message = sample::referral();
    resource(&mut message, 3)
        .as_object_mut()
        .expect("resource")
        .remove("identifier");
    assert_eq!(referral_of(&message).person.nhs_number, None);
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

fn workwell_consent(code: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut consent = json!({
        "resourceType": "Consent",
        "status": "active",
        "scope": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy" }] },
        "category": [{ "coding": [{ "system": "https://workwell-gateway.example/CodeSystem/workwell-consent", "code": code }] }],
        "patient": { "reference": sample::url(3) },
        "dateTime": "2026-09-01T09:00:00+00:00",
        "performer": [{ "reference": sample::url(9) }],
        "policyRule": { "text": "WorkWell" },
        "provision": { "type": "permit" },
    });
    change(&mut consent);
    consent
}

fn consents(added: &[Value]) -> (crate::domain::consent::Consents, Vec<String>) {
    let mut message = sample::referral();
    for (number, consent) in (40..).zip(added) {
        sample::add(&mut message, number, consent.clone());
    }
    let reading = read_as(&message, &policy());
    let told = found(&reading);
    (reading.referral.expect("a referral").consents, told)
}

#[test]
fn the_workwell_consent_is_its_own_record_with_its_evidence() {
    for (status, provision, decision) in [
        ("active", Some("permit"), Decision::Given),
        ("active", Some("deny"), Decision::Refused),
        ("rejected", None, Decision::Refused),
        ("inactive", Some("permit"), Decision::Withdrawn),
        ("draft", Some("permit"), Decision::NotRecorded),
        ("entered-in-error", Some("permit"), Decision::NotRecorded),
    ] {
        let consent = workwell_consent("workwell-referral", |c| {
            c["status"] = json!(status);
            c["provision"] = provision.map_or(
                json!({ "period": { "start": "2026" } }),
                |p| json!({ "type": p }),
            );
        });
        let (consents, told) = consents(&[consent]);
        assert_eq!(
            consents.workwell.decision, decision,
            "{status} {provision:?}"
        );
        assert_eq!(told, [""; 0]);
        assert!(consents.direct_care);
        let recorded_by = consents.workwell.recorded_by.map(Sensitive::into_exposed);
        assert_eq!(recorded_by.as_deref(), Some("Dr Ivo Thrupp"));
    }
}

#[test]
fn an_active_consent_without_permit_or_deny_counts_as_not_recorded() {
    let consent = workwell_consent("workwell-referral", |c| {
        c.as_object_mut().expect("consent").remove("provision");
    });
    let (consents, told) = consents(&[consent]);
    assert_eq!(consents.workwell.decision, Decision::NotRecorded);
    assert_eq!(told, ["w WW-REF-032 Bundle.entry[12].resource.provision"]);
}

#[test]
fn of_two_consents_the_later_counts_and_in_doubt_the_stricter() {
    let given = workwell_consent("workwell-referral", |_| {});
    let later_refusal = workwell_consent("workwell-referral", |c| {
        c["dateTime"] = json!("2026-09-02");
        c["provision"]["type"] = json!("deny");
    });
    let undated_refusal = workwell_consent("workwell-referral", |c| {
        c.as_object_mut().expect("consent").remove("dateTime");
        c["provision"]["type"] = json!("deny");
    });
    for added in [
        [given.clone(), later_refusal.clone()],
        [later_refusal, given.clone()],
        [given.clone(), undated_refusal.clone()],
        [undated_refusal, given],
    ] {
        assert_eq!(consents(&added).0.workwell.decision, Decision::Refused);
    }
}

#[test]
fn consents_by_recipient_are_kept_apart() {
    let partner = workwell_consent("partner", |c| {
        c["provision"]["actor"] = json!([{
            "role": { "text": "recipient" },
            "reference": { "display": "Saltmarsh Trust" },
        }]);
    });
    let (consents, _) = consents(&[
        workwell_consent("employer", |c| c["provision"]["type"] = json!("deny")),
        workwell_consent("gp-feedback", |_| {}),
        partner,
    ]);
    assert_eq!(consents.workwell.decision, Decision::NotRecorded);
    assert_eq!(
        consents.for_recipient(&Recipient::Employer),
        Decision::Refused
    );
    assert_eq!(
        consents.for_recipient(&Recipient::GpFeedback),
        Decision::Given
    );
    assert_eq!(
        consents.for_recipient(&Recipient::Evaluation),
        Decision::NotRecorded
    );
    let partner = Recipient::Partner("Saltmarsh Trust".to_owned());
    assert_eq!(consents.for_recipient(&partner), Decision::Given);
}

fn observation(system: &str, code: &str, members: &Value) -> Value {
    let mut observation = json!({
        "resourceType": "Observation",
        "status": "final",
        "code": { "coding": [{ "system": system, "code": code }] },
    });
    for (name, value) in members.as_object().expect("members") {
        observation[name] = value.clone();
    }
    observation
}

fn work_of(observations: &[Value]) -> crate::domain::case::Work {
    let mut message = sample::referral();
    for (number, observation) in (50..).zip(observations) {
        sample::add(&mut message, number, observation.clone());
    }
    referral_of(&message).work
}

const LOCAL: &str = "https://workwell-gateway.example/CodeSystem/workwell-observation";
const ANSWER: &str = "https://workwell-gateway.example/CodeSystem/workwell-answer";
const SNOMED: &str = "http://snomed.info/sct";

fn coded(system: &str, code: &str) -> Value {
    json!({ "valueCodeableConcept": { "coding": [{ "system": system, "code": code }] } })
}

#[test]
fn employment_is_read_from_local_words_and_data_dictionary_codes() {
    let nhs = "https://datadictionary.nhs.uk/data_elements/employment_status";
    for (system, code, answer) in [
        (nhs, "01", Answer::Known(EmploymentStatus::Employed)),
        (nhs, "04", Answer::Known(EmploymentStatus::LongTermSick)),
        (ANSWER, "student", Answer::Known(EmploymentStatus::Student)),
        (nhs, "ZZ", Answer::Declined),
        (ANSWER, "declined", Answer::Declined),
        (ANSWER, "astronaut", Answer::NotKnown),
        ("https://other.example", "01", Answer::NotKnown),
    ] {
        let work = work_of(&[observation(
            LOCAL,
            "employment-status",
            &coded(system, code),
        )]);
        assert_eq!(work.employment, answer, "{code}");
    }
    let absent = json!({ "dataAbsentReason": { "coding": [{ "code": "asked-declined" }] } });
    let work = work_of(&[observation(LOCAL, "employment-status", &absent)]);
    assert_eq!(work.employment, Answer::Declined);
    assert_eq!(work_of(&[]).employment, Answer::Absent);
}

#[test]
fn listed_snomed_codes_answer_and_half_answers_do_not() {
    for (code, employment, absence) in [
        (
            "160904001",
            Answer::Known(EmploymentStatus::Employed),
            Answer::Absent,
        ),
        (
            "224459001",
            Answer::Absent,
            Answer::Known(SicknessAbsence::OffSick),
        ),
        ("73438004", Answer::Absent, Answer::Absent),
    ] {
        let work = work_of(&[observation(SNOMED, code, &json!({}))]);
        assert_eq!(
            (work.employment, work.absence),
            (employment, absence),
            "{code}"
        );
    }
    let denied = observation(SNOMED, "224459001", &json!({ "valueBoolean": false }));
    assert_eq!(work_of(&[denied]).absence, Answer::Absent);
}

#[test]
fn the_codes_of_the_data_dictionary_are_read_under_the_systems_of_our_profiles() {
    let coded_as = |list: &str, code: &str| {
        let system = format!("https://workwell-gateway.example/CodeSystem/{list}");
        coded(&system, code)
    };
    let work = work_of(&[
        observation(
            LOCAL,
            "employment-status",
            &coded_as("employment-status", "01"),
        ),
        observation(
            LOCAL,
            "sickness-absence",
            &coded_as("sickness-absence", "Y"),
        ),
    ]);
    assert_eq!(work.employment, Answer::Known(EmploymentStatus::Employed));
    assert_eq!(work.absence, Answer::Known(SicknessAbsence::OffSick));
}

#[test]
fn the_rest_of_work_is_read_from_observations() {
    let period = json!({ "effectivePeriod": { "start": "2026-07-20", "end": "2026-09-20" } });
    let work = work_of(&[
        observation(LOCAL, "sickness-absence", &coded(ANSWER, "off-sick")),
        observation(
            LOCAL,
            "absence-start",
            &json!({ "valueDateTime": "2026-07-20" }),
        ),
        observation(LOCAL, "weeks-out-of-work", &json!({ "valueInteger": 6 })),
        observation(LOCAL, "occupation", &json!({ "valueString": "joiner" })),
        observation(SNOMED, "751601000000107", &period),
    ]);
    assert_eq!(work.absence, Answer::Known(SicknessAbsence::OffSick));
    assert_eq!(work.absence_start, Some(jiff::civil::date(2026, 7, 20)));
    assert_eq!(work.weeks_out_of_work, Some(6));
    assert_eq!(
        work.occupation.map(Sensitive::into_exposed).as_deref(),
        Some("joiner")
    );
    let note = work.fit_note.expect("a fit note");
    assert!(note.may_be_fit);
    assert_eq!(
        (note.from, note.to),
        (
            Some(jiff::civil::date(2026, 7, 20)),
            Some(jiff::civil::date(2026, 9, 20))
        )
    );
}

#[test]
fn conditions_are_grouped_by_listed_codes_only() {
    let mut message = sample::referral();
    for (number, code, verification) in [
        (60, "35489007", "confirmed"),
        (61, "195967001", "refuted"),
        (62, "12345678910", "confirmed"),
    ] {
        sample::add(
            &mut message,
            number,
            json!({
                "resourceType": "Condition",
                "verificationStatus": { "coding": [{ "code": verification }] },
                "code": { "coding": [{ "system": SNOMED, "code": code }] },
                "subject": { "reference": sample::url(3) },
            }),
        );
    }
    let groups: Vec<BarrierGroup> = referral_of(&message)
        .barriers
        .iter()
        .map(|b| b.group)
        .collect();
    assert_eq!(
        groups,
        [
            BarrierGroup::Msk,
            BarrierGroup::MentalHealth,
            BarrierGroup::NotKnown
        ]
    );
}

/// A referral whose one condition is coded so, or in words only.
fn condition(codings: &[(&str, &str)]) -> Reading {
    let mut message = sample::referral();
    let codings = codings.iter();
    let code = &mut resource(&mut message, 6)["code"];
    *code = json!({ "text": "Sore back" });
    if !codings.as_slice().is_empty() {
        code["coding"] = codings
            .map(|(system, code)| json!({ "system": system, "code": code }))
            .collect();
    }
    read_as(&message, &policy())
}

#[test]
fn a_condition_is_grouped_by_any_of_its_codes_and_keeps_the_snomed_one() {
    const ICD: &str = "http://hl7.org/fhir/sid/icd-10";
    for (codings, group, code) in [
        (
            vec![(ICD, "M54.5"), (SNOMED, "279039007")],
            BarrierGroup::Msk,
            Some("sct|279039007"),
        ),
        (
            vec![(SNOMED, "12345678910"), (ICD, "M54.5")],
            BarrierGroup::Msk,
            Some("sct|12345678910"),
        ),
        (
            // Two that are listed: SNOMED CT decides, wherever it stands.
            vec![(ICD, "M54.5"), (SNOMED, "35489007")],
            BarrierGroup::MentalHealth,
            Some("sct|35489007"),
        ),
        (vec![(ICD, "M54.5")], BarrierGroup::Msk, Some("icd10|M54.5")),
        (
            // A system without an alias; its code looks like a listed one.
            vec![("http://read.info/ctv3", "279039007")],
            BarrierGroup::NotKnown,
            None,
        ),
    ] {
        let referral = condition(&codings).referral.expect("a referral");
        let barrier = &referral.barriers[0];
        assert_eq!(barrier.group, group, "{codings:?}");
        let kept = barrier.code.as_ref().map(|code| code.expose().as_str());
        assert_eq!(kept, code, "{codings:?}");
    }
}

#[test]
fn a_code_in_no_group_is_told_by_its_system_and_words_alone_are_no_code() {
    for (codings, told) in [
        (vec![(SNOMED, "279039007")], &[][..]),
        (vec![(SNOMED, "12345678910")], &["sct"]),
        (
            vec![("http://hl7.org/fhir/sid/icd-10", "Z99.9")],
            &["icd10"],
        ),
        (vec![("http://read.info/ctv3", "X0001")], &["other"]),
        (vec![], &[]),
    ] {
        let reading = condition(&codings);
        assert_eq!(reading.conditions_in_no_group, told, "{codings:?}");
    }
}

#[test]
fn every_flag_category_has_its_kind() {
    let bars = "https://fhir.nhs.uk/CodeSystem/flag-categories-bars";
    let own = "https://workwell-gateway.example/CodeSystem/workwell-flag";
    for (system, code, kind) in [
        (bars, "SG", FlagKind::Safeguarding),
        (bars, "SS", FlagKind::StaffRisk),
        (bars, "RA", FlagKind::ReasonableAdjustment),
        (bars, "RS", FlagKind::Other),
        (bars, "IR", FlagKind::Other),
        (bars, "API", FlagKind::Other),
        (own, "safe-contact", FlagKind::SafeContact),
        (own, "communication-need", FlagKind::CommunicationNeed),
        ("https://other.example", "SG", FlagKind::Other),
    ] {
        let mut message = sample::referral();
        sample::add(
            &mut message,
            70,
            json!({
                "resourceType": "Flag",
                "status": "active",
                "category": [{ "coding": [{ "system": system, "code": code }] }],
                "code": { "text": "Invented words" },
            }),
        );
        let flags = referral_of(&message).flags;
        assert_eq!(
            flags.iter().map(|f| f.kind).collect::<Vec<_>>(),
            [kind],
            "{code}"
        );
    }
}

#[test]
fn security_labels_restrict_and_an_unknown_one_restricts_too() {
    for (label, security) in [
        ("U", Security::Unrestricted),
        ("R", Security::Restricted),
        ("V", Security::Restricted),
        ("REDACTED", Security::Restricted),
        ("N", Security::Unrestricted),
        ("Q", Security::Unrecognised),
    ] {
        let mut message = sample::referral();
        resource(&mut message, 3)["meta"]["security"] = json!([{ "code": label }]);
        assert_eq!(referral_of(&message).person.security, security, "{label}");
    }
}

#[test]
fn a_label_on_the_bundle_or_on_any_resource_restricts_as_well() {
    let mut on_bundle = sample::referral();
    on_bundle["meta"]["security"] = json!([{ "code": "R" }]);
    let mut on_request = sample::referral();
    resource(&mut on_request, 1)["meta"]["security"] = json!([{ "code": "V" }]);
    for message in [on_bundle, on_request] {
        let person = referral_of(&message).person;
        assert_eq!(person.security, Security::Restricted);
    }
}

#[test]
fn a_red_flag_is_found_in_the_whole_text_even_behind_the_cut() {
    let mut message = sample::referral();
    let long = format!("{} Says he is suicidal.", "x ".repeat(1_200));
    resource(&mut message, 2)["note"] = json!([{ "text": long }]);
    let reading = read_as(&message, &policy());
    assert_eq!(reading.red_flags, ["suicide-risk"]);
    let reason = reading
        .referral
        .expect("a referral")
        .reason
        .expect("a reason");
    assert_eq!(reason.expose().chars().count(), 2_000);
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
