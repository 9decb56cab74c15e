use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::domain::mapping::{FHIR_TARGETS, OutValue};
use crate::standards::emitted;
use crate::standards::payload::sample::{self, ID};

fn output(target: &str, text: &str) -> Output {
    Output {
        target: target.to_owned(),
        value: OutValue::Text(text.to_owned()),
    }
}

fn bytes(version: u32, outputs: &[Output]) -> Result<Vec<u8>, Vec<Problem>> {
    let reference = sample::reference();
    referral(&sample::heading(&reference, version), outputs)
}

fn bundle_of(outputs: &[Output]) -> Value {
    version_of(1, outputs)
}

fn version_of(version: u32, outputs: &[Output]) -> Value {
    let bytes = bytes(version, outputs).expect("no fault");
    serde_json::from_slice(&bytes).expect("JSON")
}

fn resources<'a>(bundle: &'a Value, kind: &str) -> Vec<&'a Value> {
    entries(bundle)
        .iter()
        .map(|entry| &entry["resource"])
        .filter(|resource| resource["resourceType"] == kind)
        .collect()
}

fn entries(bundle: &Value) -> &Vec<Value> {
    bundle["entry"].as_array().expect("entries")
}

/// A value that the target takes.
fn sample(target: &str) -> &'static str {
    match target {
        "Patient.gender" => "female",
        "Patient.identifier[nhs-number]" => "9990000018",
        "Patient.communication.interpreter" => "true",
        "Observation.weeks-out-of-work" => "61",
        "Consent.decision" | "Consent.gp-feedback" => "refused",
        "Patient.birthDate"
        | "ServiceRequest.authoredOn"
        | "Observation.absence-start"
        | "Observation.fit-note-to"
        | "Consent.dateTime" => "1987-06-05",
        _ => "Zebulon",
    }
}

/// One output for every target there is.
fn everything() -> Vec<Output> {
    FHIR_TARGETS
        .iter()
        .map(|target| output(target.name, sample(target.name)))
        .collect()
}

#[test]
fn every_published_target_reaches_the_bundle() {
    for target in FHIR_TARGETS {
        let mut outputs = vec![output(target.name, sample(target.name))];
        if target.name == "Consent.dateTime" {
            outputs.push(output("Consent.decision", "given"));
        }
        let written = bundle_of(&outputs).to_string();
        let expected = match sample(target.name) {
            "refused" => r#""status":"rejected""#,
            value => value,
        };
        assert!(written.contains(expected), "{}: {written}", target.name);
    }
}

#[test]
fn an_empty_table_still_gives_a_whole_request_about_a_nameless_patient() {
    let bundle = bundle_of(&[]);
    assert_eq!(bundle["type"], "transaction");
    assert_eq!(entries(&bundle).len(), 2);
    let patient = resources(&bundle, "Patient")[0];
    assert_eq!(
        *patient,
        json!({
            "resourceType": "Patient",
            "identifier": [{
                "system": "https://workwell-gateway.example/Id/case-version",
                "value": format!("{ID}-1")
            }]
        })
    );
    let request = resources(&bundle, "ServiceRequest")[0];
    assert_eq!(request["status"], "active");
    assert_eq!(request["intent"], "order");
    assert_eq!(
        request["subject"]["reference"],
        entries(&bundle)[0]["fullUrl"]
    );
}

#[test]
fn the_same_case_and_version_gives_the_same_bytes_and_another_version_other_ids() {
    let urls = |version| -> BTreeSet<String> {
        let bytes = bytes(version, &everything()).expect("no fault");
        let bundle: Value = serde_json::from_slice(&bytes).expect("JSON");
        entries(&bundle)
            .iter()
            .map(|entry| entry["fullUrl"].to_string())
            .collect()
    };
    assert_eq!(bytes(1, &everything()), bytes(1, &everything()));
    assert_eq!(urls(1).len(), entries(&bundle_of(&everything())).len());
    assert!(urls(1).is_disjoint(&urls(2)));
}

#[test]
fn every_entry_is_a_conditional_create_on_its_own_identifier() {
    let bundle = bundle_of(&everything());
    let mut seen = BTreeSet::new();
    for entry in entries(&bundle) {
        let kind = entry["resource"]["resourceType"].as_str().expect("a type");
        let value = entry["resource"]["identifier"][0]["value"]
            .as_str()
            .expect("an identifier");
        assert!(value.starts_with(&format!("{ID}-1")), "{value}");
        assert_eq!(
            entry["request"],
            json!({
                "method": "POST",
                "url": kind,
                "ifNoneExist": format!(
                    "identifier=https://workwell-gateway.example/Id/case-version|{value}"
                )
            })
        );
        assert!(seen.insert((kind, value)), "{kind} {value} twice");
    }
}

/// Every `reference` in a value.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_str() {
                    Some(text) if name == "reference" => found.push(text.to_owned()),
                    _ => references(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn every_reference_resolves_and_every_resource_hangs_on_the_request() {
    let bundle = bundle_of(&everything());
    let mut found = Vec::new();
    references(&bundle, &mut found);
    let found: BTreeSet<String> = found.into_iter().collect();
    for reference in &found {
        let resolved = entries(&bundle)
            .iter()
            .any(|entry| entry["fullUrl"] == reference.as_str());
        assert!(resolved, "{reference}");
    }
    // All but the request itself are pointed to.
    assert_eq!(found.len(), entries(&bundle).len() - 1);
}

#[test]
fn no_member_is_empty_because_fhir_allows_none() {
    let written = bundle_of(&[
        output("Patient.name.family", "  "),
        output("Patient.address.line", ""),
        output("Flag.text", "\u{0}"),
    ])
    .to_string();
    for empty in [r#":"""#, ":[]", ":{}", ":null"] {
        assert!(!written.contains(empty), "{empty} in {written}");
    }
    assert!(!written.contains("Flag"), "{written}");
}

#[test]
fn a_repeating_target_gives_one_resource_for_each_text() {
    let bundle = bundle_of(&[
        output("Condition.code.text", "Bad back"),
        output("Condition.code", "sct|279039007"),
        Output {
            target: "Condition.code.text".to_owned(),
            value: OutValue::List(vec!["Low mood".to_owned(), "Asthma".to_owned()]),
        },
    ]);
    let codes: Vec<&Value> = resources(&bundle, "Condition")
        .into_iter()
        .map(|condition| &condition["code"])
        .collect();
    assert_eq!(
        codes,
        [
            &json!({"coding": [{"system": "http://snomed.info/sct", "code": "279039007"}]}),
            &json!({"text": "Bad back"}),
            &json!({"text": "Low mood"}),
            &json!({"text": "Asthma"}),
        ]
    );
}

#[test]
fn consent_is_written_as_it_was_decided_and_not_at_all_when_nobody_asked() {
    for (decision, status, provision) in [
        ("given", "active", "permit"),
        ("refused", "rejected", "deny"),
        ("withdrawn", "inactive", "deny"),
    ] {
        let bundle = bundle_of(&[output("Consent.decision", decision)]);
        let consent = resources(&bundle, "Consent")[0];
        assert_eq!(consent["status"], status);
        assert_eq!(consent["provision"]["type"], provision);
    }
    let bundle = bundle_of(&[output("Consent.decision", "not-recorded")]);
    assert_eq!(resources(&bundle, "Consent").len(), 0);
}

#[test]
fn a_referrer_with_a_telephone_becomes_a_role_and_one_without_a_reference() {
    let plain = bundle_of(&[
        output("ServiceRequest.requester[ods]", "Y99001"),
        output("ServiceRequest.requester.name", "Old Mill Surgery"),
    ]);
    assert_eq!(
        resources(&plain, "ServiceRequest")[0]["requester"],
        json!({
            "type": "Organization",
            "identifier": {
                "system": "https://fhir.nhs.uk/Id/ods-organization-code",
                "value": "Y99001"
            },
            "display": "Old Mill Surgery"
        })
    );
    let role = bundle_of(&[output("ServiceRequest.requester.telephone", "01632 960000")]);
    assert_eq!(
        resources(&role, "PractitionerRole")[0]["telecom"],
        json!([{"system": "phone", "value": "01632 960000"}])
    );
}

#[test]
fn what_no_element_can_hold_is_a_fault_at_its_target_without_the_value() {
    let list = Output {
        target: "Patient.name.family".to_owned(),
        value: OutValue::List(vec!["Zebulon".to_owned(), "Zebedee".to_owned()]),
    };
    let outputs = [
        output("Patient.birthDate", "Zebulon"),
        output("Patient.gender", "Zebulon"),
        output("Patient.communication.interpreter", "Zebulon"),
        output("Observation.weeks-out-of-work", "Zebulon"),
        output("Consent.decision", "Zebulon"),
        output("Patient.photo", "Zebulon"),
        output("Patient.address.city", "Zebulon"),
        output("Patient.address.city", "Zebulon"),
        list,
    ];
    let problems = bytes(1, &outputs).expect_err("eight faults");
    let found: BTreeSet<(&str, &str)> = problems
        .iter()
        .map(|problem| (problem.path.as_deref().unwrap_or(""), problem.entry.code))
        .collect();
    assert_eq!(
        found,
        BTreeSet::from([
            ("Patient.birthDate", "WW-DLV-016"),
            ("Patient.gender", "WW-DLV-016"),
            ("Patient.communication.interpreter", "WW-DLV-016"),
            ("Observation.weeks-out-of-work", "WW-DLV-016"),
            ("Consent.decision", "WW-DLV-016"),
            ("Patient.photo", "WW-DLV-016"),
            ("Patient.address.city", "WW-DLV-015"),
            ("Patient.name.family", "WW-DLV-016"),
        ])
    );
    let shown: String = problems.iter().map(ToString::to_string).collect();
    assert!(!shown.contains("Zebulon"), "{shown}");
}

/// Nothing that a provider gets breaks a rule of R4.
fn assert_sound(bundle: &Value) {
    use crate::standards::fhir::Limits;
    use crate::standards::profile::{Ask, Finding, inspect};
    let source = bundle.to_string().into_bytes();
    let mut faults = inspect(source, &Limits::default(), &Ask::everything()).findings;
    faults.retain(Finding::is_error);
    assert!(faults.is_empty(), "{faults:#?}");
}

/// For a reader's eye and for independent validators.
#[test]
fn the_bundles_look_as_they_did() {
    for (name, bundle) in [
        ("every-target", bundle_of(&everything())),
        ("every-target-amended", version_of(2, &everything())),
        ("an-empty-table", bundle_of(&[])),
    ] {
        assert_sound(&bundle);
        emitted::kept(name, &bundle);
    }
}

/// The guarded leaf parses strictly by the R4 element definitions: an unknown element, a
/// wrong type or a list in the place of an object is refused.
#[test]
fn a_strict_r4_parser_takes_the_whole_bundle() {
    let bytes = bytes(1, &everything()).expect("no fault");
    let parsed = crate::standards::fhir::xml::from_json(&bytes, 1 << 20);
    assert!(parsed.is_ok(), "{:?}", parsed.err());
}

#[test]
fn what_to_ask_stands_among_the_notes_and_is_told_from_them() {
    let questions = Output {
        target: "ServiceRequest.note[to-ask]".to_owned(),
        value: OutValue::List(vec!["How old are you?".into(), "Are you at work?".into()]),
    };
    let bundle = bundle_of(&[questions, output("ServiceRequest.note", "A story.")]);
    let request = resources(&bundle, "ServiceRequest")[0];
    assert_eq!(
        request["note"],
        json!([
            { "text": "A story." },
            { "text": "To ask the person: How old are you?" },
            { "text": "To ask the person: Are you at work?" }
        ])
    );
}
