//! Profiles on the way of a message: what refuses, what is told, and for whom.

use serde_json::{Value, json};
use workwell_gateway::config::{Policy, Verdict};
use workwell_gateway::conformance::parties::referral::bundle::{resource_mut, resources};
use workwell_gateway::conformance::parties::referral::{Place, Referral};
use workwell_gateway::start;

use super::{PRACTICE_ODS, facts, kinds, quieted, wire};
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
    let told = warnings(&answer.body);
    let place = patient_path(with_a_fault_of_uk_core().json());
    let wanted = ["warning", "WW-FHR-018", place.as_str()].map(str::to_owned);
    assert!(told.contains(&wanted), "{told:?}");
    gateway.end().await;

    let gateway = TestGateway::with(|settings| {
        let own = settings.referrers.entry(PRACTICE_ODS.to_owned());
        let layers = &mut own.or_default().layers;
        layers.insert("uk_core".to_owned(), Verdict::Reject);
        // What the sample message breaks of UK Core beside that.
        let rules = &mut settings.validation.rules;
        rules.insert("unknown-code".to_owned(), Verdict::Warn);
    })
    .await;
    let gateway = quieted(gateway);
    let sending = gateway.parties.gp.prepare(&with_a_fault_of_uk_core());
    let place = patient_path(with_a_fault_of_uk_core().json());
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(reply.status, 400, "{}", reply.json);
    let wanted = [BAD, "invariant", "WW-FHR-018", place.as_str()].map(str::to_owned);
    assert_eq!(reply.errors(), [wanted], "{}", reply.json);
    assert_eq!(facts(&gateway, "message.refused").await, 1);
}

/// Severity, our code and the place of what an accepted message is told, in order.
pub(super) fn warnings(answer: &Value) -> Vec<[String; 3]> {
    let outcome = resources(answer, "OperationOutcome").next();
    let issues = outcome.and_then(|outcome| outcome["issue"].as_array());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let issues = issues.into_iter().flatten();
    issues
        .map(|issue| {
            [
                text(&issue["severity"]),
                text(&issue["details"]["coding"][0]["code"]),
                text(&issue["expression"][0]),
            ]
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_message_is_told_its_warnings_in_its_answer_and_one_without_gets_none() {
    let gateway = quieted(TestGateway::start().await);
    let plain = gateway.refer(&changed(|_| {})).await;
    assert_eq!(warnings(&plain.body), <[[String; 3]; 0]>::default());
    assert_eq!(kinds(&plain.body).last(), Some(&"Encounter"));
    gateway.end().await;
    let gateway = quieted(TestGateway::start().await);
    // A gap of the payload tables of Application 5, which a policy only reports, and a
    // profile of the sender's own.
    let referral = changed(|bundle| {
        let plan = resource(bundle, "CarePlan").as_object_mut();
        plan.expect("an object").remove("period");
        resource(bundle, "Patient")["meta"]["profile"] =
            json!(["https://larkspur.example/StructureDefinition/Patient"]);
    });
    let answer = gateway.refer(&referral).await;
    assert!(answer.accepted(), "{answer:?}");
    let told = warnings(&answer.body);
    assert!(told.len() >= 2, "{told:?}");
    let codes: Vec<&str> = told.iter().map(|row| row[1].as_str()).collect();
    assert!(codes.contains(&"WW-REF-027"), "{told:?}");
    let last = told.last().expect("an issue");
    assert_eq!(
        (last[0].as_str(), last[1].as_str()),
        ("information", "WW-FHR-015")
    );
    assert!(told.iter().all(|row| row[0] != "error"), "{told:?}");
    assert_eq!(kinds(&answer.body).last(), Some(&"OperationOutcome"));
    // The person's own words are in the echo; the outcome repeats none of them.
    let outcome = resources(&answer.body, "OperationOutcome").next();
    let outcome = outcome.expect("an outcome").to_string();
    for datum in ["9990000018", "ZZ99"] {
        assert!(!outcome.contains(datum), "{outcome}");
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_outside_extensible_lists_are_told_to_the_referrer_whose_policy_asks_for_them() {
    let gateway = TestGateway::with(|settings| {
        let own = settings.referrers.entry(PRACTICE_ODS.to_owned());
        let rules = &mut own.or_default().rules;
        rules.insert("extensible-binding".to_owned(), Verdict::Warn);
    })
    .await;
    let gateway = quieted(gateway);
    let answer = gateway.refer(&changed(|_| {})).await;
    assert!(answer.accepted(), "{answer:?}");
    let told = warnings(&answer.body);
    assert!(!told.is_empty());
    let code = "WW-FHR-022";
    assert!(
        told.iter().all(|row| row[0] == "warning" && row[1] == code),
        "{told:?}"
    );
    gateway.end().await;
}

fn patient_path(bundle: &Value) -> String {
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

/// A message that says it is for the practice that sends it.
fn for_its_own_sender() -> Referral {
    changed(|bundle| {
        let header = resource(bundle, "MessageHeader");
        let sender = header["sender"]["reference"].clone();
        header["destination"][0]["receiver"]["reference"] = sender;
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_not_us_is_told_and_refused_where_the_policy_says_so() {
    let place = "Bundle.entry[0].resource.destination[0].receiver";
    let gateway = quieted(TestGateway::start().await);
    let answer = gateway.refer(&for_its_own_sender()).await;
    assert!(answer.accepted(), "{answer:?}");
    let told = warnings(&answer.body);
    assert_eq!(told, [["warning", "WW-REF-033", place]]);
    gateway.end().await;
    let strict = TestGateway::with(|settings| {
        settings.bars.policies.receiver_not_ours = Policy::Refuse;
    });
    let gateway = quieted(strict.await);
    let sending = gateway.parties.gp.prepare(&for_its_own_sender());
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(reply.status, 400, "{}", reply.json);
    assert_eq!(reply.errors(), [[BAD, "value", "WW-REF-033", place]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_that_does_not_say_when_it_was_last_changed_is_told() {
    let gateway = quieted(TestGateway::start().await);
    let referral = changed(|bundle| {
        let meta = resource(bundle, "Patient")["meta"].as_object_mut();
        meta.expect("an object").remove("lastUpdated");
    });
    let answer = gateway.refer(&referral).await;
    assert!(answer.accepted(), "{answer:?}");
    let told = warnings(&answer.body);
    let place = "Bundle.entry[7].resource.meta.lastUpdated";
    assert_eq!(told, [["warning", "WW-REF-027", place]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_tells_of_codes_outside_extensible_lists_only_where_the_policy_asks() {
    let extensible = |reply: &wire::Reply| reply.json.to_string().matches("WW-FHR-022").count();
    let gateway = quieted(TestGateway::start().await);
    let sending = gateway.parties.gp.prepare(&with_three_defects());
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(
        (reply.status, extensible(&reply)),
        (400, 0),
        "{}",
        reply.json
    );
    gateway.end().await;
    let asked = TestGateway::with(|settings| {
        let own = settings.referrers.entry(PRACTICE_ODS.to_owned());
        let rules = &mut own.or_default().rules;
        rules.insert("extensible-binding".to_owned(), Verdict::Warn);
    });
    let gateway = quieted(asked.await);
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(reply.status, 400, "{}", reply.json);
    assert!(extensible(&reply) > 0, "{}", reply.json);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_nhs_number_is_said_to_be_taken_as_absent_only_where_the_message_is_taken() {
    let wrong = changed(|bundle| {
        resource(bundle, "Patient")["identifier"][0]["value"] = json!("9990000019");
    });
    let gateway = quieted(TestGateway::start().await);
    let sending = gateway.parties.gp.prepare(&wrong);
    let reply = wire::post(&gateway, &sending).await;
    let text = reply.json.to_string();
    assert_eq!(reply.status, 400, "{text}");
    assert!(text.contains("the check digit does not hold"), "{text}");
    assert!(!text.contains("taken as absent"), "{text}");
    gateway.end().await;
    let lenient = TestGateway::with(|settings| {
        settings.bars.policies.nhs_number_check = Policy::Warn;
    });
    let gateway = quieted(lenient.await);
    let answer = gateway.refer(&wrong).await;
    assert!(answer.accepted(), "{answer:?}");
    assert!(
        answer.body.to_string().contains("taken as absent"),
        "{answer:?}"
    );
}
