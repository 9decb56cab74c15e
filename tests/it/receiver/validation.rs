//! Profiles on the way of a message: what refuses, what is told, and for whom.

use serde_json::{Value, json};
use workwell_gateway::config::Verdict;
use workwell_gateway::conformance::parties::referral::bundle::resource_mut;
use workwell_gateway::conformance::parties::referral::{Place, Referral};
use workwell_gateway::start;

use super::{PRACTICE_ODS, facts, quieted, wire};
use crate::support::TestGateway;

const BAD: &str = "REC_BAD_REQUEST";

fn resource<'a>(bundle: &'a mut Value, kind: &str) -> &'a mut Value {
    resource_mut(bundle, kind).expect("the referral has one")
}

fn changed(change: impl FnOnce(&mut Value)) -> Referral {
    Referral::new(1).at(Place::LANTERN).change(change)
}

/// Two defects of BaRS profiles, one of R4.
fn with_three_defects() -> Referral {
    changed(|bundle| {
        resource(bundle, "ServiceRequest")["intent"] = json!("order");
        resource(bundle, "Patient")["birthDate"] = json!("1981-02-31");
        bundle
            .as_object_mut()
            .expect("a Bundle")
            .remove("timestamp");
    })
}

/// A fault that UK Core alone sees: two NHS numbers.
fn with_a_fault_of_uk_core() -> Referral {
    changed(|bundle| {
        let identifiers = &mut resource(bundle, "Patient")["identifier"];
        let again = identifiers[0].clone();
        identifiers.as_array_mut().expect("a list").push(again);
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_finding_of_a_refused_message_is_in_one_answer() {
    let gateway = TestGateway::start().await;
    let sending = gateway.parties.gp.prepare(&with_three_defects());
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(reply.status, 400, "{}", reply.json);
    let codes = reply.codes();
    for code in ["WW-FHR-018", "WW-FHR-009"] {
        assert!(codes.contains(&code.to_owned()), "{code}: {}", reply.json);
    }
    let text = reply.json.to_string();
    for part in [
        "BARSServiceRequest-request-referral",
        "BARSBundleMessage",
        "birthDate",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("1981-02-31"), "no value is repeated: {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn uk_core_is_reported_unless_it_was_agreed_with_the_referrer() {
    let gateway = TestGateway::start().await;
    let answer = gateway.refer(&with_a_fault_of_uk_core()).await;
    assert!(answer.accepted(), "{answer:?}");
    gateway.end().await;

    let gateway = TestGateway::with(|settings| {
        let own = settings.referrers.entry(PRACTICE_ODS.to_owned());
        let layers = &mut own.or_default().layers;
        layers.insert("uk_core".to_owned(), Verdict::Reject);
        // What the sample message breaks of UK Core beside that.
        let rules = &mut settings.validation.rules;
        for rule in ["binding", "unknown-code"] {
            rules.insert(rule.to_owned(), Verdict::Warn);
        }
    })
    .await;
    let gateway = quieted(gateway);
    let sending = gateway.parties.gp.prepare(&with_a_fault_of_uk_core());
    let place = patient_path(&sending.body);
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(reply.status, 400, "{}", reply.json);
    let wanted = [BAD, "invariant", "WW-FHR-018", place.as_str()].map(str::to_owned);
    assert_eq!(reply.errors(), [wanted], "{}", reply.json);
    assert_eq!(facts(&gateway, "message.refused").await, 1);
}

fn patient_path(body: &[u8]) -> String {
    let bundle: Value = serde_json::from_slice(body).expect("JSON");
    let entries = bundle["entry"].as_array().expect("entries");
    let at = entries
        .iter()
        .position(|entry| entry["resource"]["resourceType"] == "Patient");
    format!(
        "Bundle.entry[{}].resource.identifier",
        at.expect("a Patient")
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_must_be_there_and_is_not_stops_the_start() {
    let gateway = TestGateway::start().await;
    let mut settings = gateway.running.gateway.settings().clone();
    gateway.end().await;
    settings.profiles.required = vec!["https://a.example/StructureDefinition/Unheard".to_owned()];
    settings
        .validation
        .rules
        .insert("pat-99".to_owned(), Verdict::Warn);
    let faults = start::build(settings, &start::Tools::default()).await;
    let faults = faults.err().expect("it does not start");
    let told: Vec<String> = faults
        .iter()
        .map(|fault| {
            format!(
                "{} {}",
                fault.entry.code,
                fault.detail.clone().unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("WW-CFG-009") && told[0].contains("Unheard"),
        "{told:?}"
    );
    assert!(told[1].contains("pat-99"), "{told:?}");
}
