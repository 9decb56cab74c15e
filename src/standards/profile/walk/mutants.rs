//! Single defects of a sound message: each is found, by its own rule and layer, and
//! nothing else of the message is found wrong because of it.

mod base;
mod profiles;

use serde_json::{Value, json};

use super::*;
use crate::standards::fhir::Limits;
use crate::standards::profile::finding::NOT_EVALUATED;

const FIXTURE: &str = "conformance/fixtures/referrals/referral-16k.json";

fn message() -> Value {
    let text = std::fs::read(FIXTURE).expect("the fixture is committed");
    serde_json::from_slice(&text).expect("JSON")
}

fn errors(message: &Value) -> Vec<(Layer, &'static str, String)> {
    let document = Document::parse(message.to_string().into_bytes(), &Limits::default());
    let found = check(&document.expect("sound form"), &Ask::everything());
    let errors = found.into_iter().filter(Finding::is_error);
    errors.map(|f| (f.layer, f.rule, f.path)).collect()
}

/// What a mutation does at a JSON pointer.
enum Do {
    Set(Value),
    Remove,
    /// Repeats the last item of the list there.
    Repeat,
    Push(Value),
}

use Do::{Push, Remove, Repeat, Set};

fn mutate(message: &mut Value, pointer: &str, what: &Do) {
    match what {
        Set(value) => {
            let (above, name) = pointer.rsplit_once('/').expect("a pointer");
            let above = message.pointer_mut(above).expect(pointer);
            match above {
                Value::Array(items) => items[name.parse::<usize>().expect(name)] = value.clone(),
                above => above[name] = value.clone(),
            }
        }
        Remove => {
            let (above, name) = pointer.rsplit_once('/').expect("a pointer");
            let above = message.pointer_mut(above).and_then(Value::as_object_mut);
            above.expect(pointer).remove(name).expect(pointer);
        }
        Repeat => {
            let list = message.pointer_mut(pointer).and_then(Value::as_array_mut);
            let list = list.expect(pointer);
            let last = list.last().expect("an item").clone();
            list.push(last);
        }
        Push(value) => {
            let list = message.pointer_mut(pointer).and_then(Value::as_array_mut);
            list.expect(pointer).push(value.clone());
        }
    }
}

/// Resource by its place in the fixture.
const HEADER: &str = "/entry/0/resource";
const REQUEST: &str = "/entry/1/resource";
const ENCOUNTER: &str = "/entry/2/resource";
const CARE_PLAN: &str = "/entry/3/resource";
const CONDITION: &str = "/entry/5/resource";
const PATIENT: &str = "/entry/7/resource";
const ORGANIZATION: &str = "/entry/8/resource";
const CONSENT: &str = "/entry/14/resource";
const FLAG: &str = "/entry/22/resource";

type Mutant = (&'static str, &'static str, Do, Layer, &'static str);

#[test]
fn the_sound_message_has_no_errors_outside_uk_core() {
    let errors = errors(&message());
    let ours: Vec<_> = errors.iter().filter(|e| e.0 != Layer::UkCore).collect();
    assert!(ours.is_empty(), "{ours:?}");
}

#[test]
fn every_single_defect_is_found_by_its_rule_and_layer() {
    let before = errors(&message());
    let mut faults = Vec::new();
    for (resource, below, what, layer, rule) in base::all().into_iter().chain(profiles::all()) {
        let mut mutant = message();
        let pointer = format!("{resource}{below}");
        mutate(&mut mutant, &pointer, &what);
        let found: Vec<_> = errors(&mutant)
            .into_iter()
            .filter(|error| !before.contains(error))
            .collect();
        let is_found = found.iter().any(|(l, r, _)| *l == layer && *r == rule);
        if is_found == (rule == "none") {
            faults.push(format!(
                "{pointer}: wanted {layer:?} {rule}, found {found:?}"
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_profile_of_the_message_definition_applies_to_a_resource_that_names_none() {
    let mut message = message();
    mutate(&mut message, &format!("{REQUEST}/meta"), &Remove);
    mutate(
        &mut message,
        &format!("{REQUEST}/intent"),
        &Set(json!("order")),
    );
    let found = errors(&message);
    let path = "Bundle.entry[1].resource.intent";
    assert!(
        found.iter().any(|f| f.1 == "fixed-value" && f.2 == path),
        "{found:?}"
    );
}

#[test]
fn resources_are_counted_as_the_message_definition_says() {
    let mut message = message();
    mutate(
        &mut message,
        "/entry",
        &Push(json!({"fullUrl": "urn:uuid:1", "resource":
        {"resourceType": "Patient", "name": [{"text": "x"}]}})),
    );
    let found = errors(&message);
    assert!(
        found.iter().any(|f| f.1 == "message-cardinality"),
        "{found:?}"
    );
}

#[test]
fn what_is_met_and_not_evaluated_is_said_once() {
    let mut message = message();
    let unknown = json!("https://a.example/StructureDefinition/Unheard");
    mutate(
        &mut message,
        &format!("{PATIENT}/meta/profile"),
        &Push(unknown),
    );
    let document = Document::parse(message.to_string().into_bytes(), &Limits::default());
    let found = check(&document.expect("sound form"), &Ask::everything());
    let told: Vec<_> = found
        .iter()
        .filter(|finding| finding.severity == Severity::Information)
        .map(|finding| finding.found.as_str())
        .collect();
    assert!(
        told.contains(&"a profile that is in no package here"),
        "{told:?}"
    );
    let mut once = told.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), told.len(), "{told:?}");
}

#[test]
fn another_version_of_a_profile_and_rules_a_resource_names_are_told_as_not_evaluated() {
    let told = |message: &Value| -> Vec<String> {
        let document = Document::parse(message.to_string().into_bytes(), &Limits::default());
        let found = check(&document.expect("sound form"), &Ask::everything());
        let of_rule = found.into_iter().filter(|one| one.rule == NOT_EVALUATED);
        of_rule.map(|one| one.found).collect()
    };
    let mut message = message();
    let before = told(&message);
    let place = format!("{PATIENT}/meta/profile/0");
    let url = message.pointer(&place).and_then(Value::as_str);
    let url = url.expect("the patient names its profile").to_owned();
    let installed = crate::standards::profile::rules::embedded().profile(&url);
    let version = installed.expect("a profile that is here").1.version;
    let own = "http://hl7.org/fhir/StructureDefinition/Patient|4.0.1";

    mutate(
        &mut message,
        &place,
        &Set(json!(format!("{url}|{version}"))),
    );
    mutate(
        &mut message,
        &format!("{PATIENT}/meta/profile"),
        &Push(json!(own)),
    );
    assert_eq!(told(&message), before);

    mutate(&mut message, &place, &Set(json!(format!("{url}|9.9.9"))));
    mutate(
        &mut message,
        &format!("{PATIENT}/implicitRules"),
        &Set(json!("urn:x")),
    );
    mutate(
        &mut message,
        &format!("{CONSENT}/implicitRules"),
        &Set(json!("urn:x")),
    );
    let mut now = told(&message);
    now.retain(|found| !before.contains(found));
    now.sort_unstable();
    assert_eq!(
        now,
        [
            format!("a version of a profile other than the one here: {url}"),
            "rules that a resource names: implicitRules".to_owned(),
        ]
    );
}

#[test]
fn no_value_of_the_message_stands_in_a_finding() {
    let canary = "CANARYCANARY";
    for (resource, below) in [
        (PATIENT, "/birthDate"),
        (PATIENT, "/gender"),
        (PATIENT, "/identifier/0/value"),
        (PATIENT, "/identifier/0/system"),
        (PATIENT, "/extension/0/url"),
        (PATIENT, "/meta/profile/0"),
        (PATIENT, "/generalPractitioner/0/reference"),
        (HEADER, "/eventCoding/code"),
        (REQUEST, "/intent"),
        (ENCOUNTER, "/class/code"),
        (CONSENT, "/policyRule/coding/0/code"),
    ] {
        let mut message = message();
        mutate(
            &mut message,
            &format!("{resource}{below}"),
            &Set(json!(canary)),
        );
        let document = Document::parse(message.to_string().into_bytes(), &Limits::default());
        let found = check(&document.expect("sound form"), &Ask::everything());
        assert!(!format!("{found:?}").contains(canary), "{below}");
    }
}
