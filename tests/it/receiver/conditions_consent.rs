//! A no is heard, and a yes has to be clear: what the gateway makes of the Consents of a
//! message, at the receipt and when a held case is released.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use workwell_gateway::config::Clock;
use workwell_gateway::conformance::parties::referral::{Place, Referral};
use workwell_gateway::domain::clock::date_in_england;

use super::validation::warnings;
use super::{holds, open_cases, quiet, quieted, reaches, wire};
use crate::support::TestGateway;
use crate::support::casework::Casework;

const ACT_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
const SCOPES: &str = "http://terminology.hl7.org/CodeSystem/consentscope";
const ANYWAY: [&str; 4] = ["resolve", "--evidence", "call 2", "--send-anyway"];

fn coded(system: &str, code: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code }] })
}

/// The referral whose Consents of this category have these members.
fn with_consent(referral: Referral, category: &str, members: &Value) -> Referral {
    referral.change(|bundle| {
        for entry in bundle["entry"].as_array_mut().into_iter().flatten() {
            let resource = &mut entry["resource"];
            let is_meant = resource["resourceType"] == "Consent"
                && resource["category"][0]["coding"][0]["code"] == category;
            if is_meant {
                for (name, value) in members.as_object().expect("members") {
                    resource[name] = value.clone();
                }
            }
        }
    })
}

fn workwell(seed: u64, place: Place, members: &Value) -> Referral {
    let referral = Referral::new(seed).at(place);
    with_consent(referral, "workwell-referral", members)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_care_consent_that_says_no_is_refused_in_words_that_say_so() {
    let gateway = quiet().await;
    for (seed, members, what) in [
        (
            1,
            json!({ "provision": { "type": "deny" } }),
            "its provision denies",
        ),
        (
            2,
            json!({ "policyRule": coded(ACT_CODE, "OPTOUT") }),
            "its policyRule says OPTOUT",
        ),
        (
            3,
            json!({ "scope": coded(SCOPES, "research") }),
            "its scope is another than patient-privacy",
        ),
    ] {
        let referral = Referral::new(seed).at(Place::LANTERN);
        let referral = with_consent(referral, "DRC", &members);
        let sending = gateway.parties.gp.prepare(&referral);
        let reply = wire::post(&gateway, &sending).await;
        assert_eq!(reply.status, 400, "{}", reply.json);
        reply.assert_outcome();
        let codes = reply.codes();
        assert!(codes.contains(&"WW-REF-018".to_owned()), "{}", reply.json);
        assert!(reply.json.to_string().contains(what), "{}", reply.json);
    }
    assert_eq!(open_cases(&gateway).await, 0);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workwell_consent_that_is_no_clear_yes_counts_as_not_recorded() {
    let gateway = quiet().await;
    let permit = |more: Value| {
        let mut provision = json!({ "type": "permit" });
        let members = more.as_object().expect("members");
        for (name, value) in members {
            provision[name] = value.clone();
        }
        json!({ "provision": provision })
    };
    let over = permit(json!({ "period": { "start": "2020-01-01", "end": "2021-01-01" } }));
    for (seed, members) in (1..).zip([
        over.clone(),
        permit(json!({ "period": { "start": "2099-01-01" } })),
        permit(json!({ "provision": [{ "type": "deny" }] })),
        json!({ "dateTime": "2099-01-01T00:00:00Z" }),
        json!({ "policyRule": coded(ACT_CODE, "OPTOUT") }),
    ]) {
        let referral = workwell(seed, Place::LANTERN, &members);
        let answer = holds(&gateway, &referral, "workwell-consent-not-recorded").await;
        let told = warnings(&answer.body);
        let is_told = told.iter().any(|told| told[1] == "WW-REF-032");
        assert!(is_told, "{members}: {told:?}");
    }
    // Where direct care is the basis, no such consent is needed.
    let referral = workwell(9, Place::VALE_NHS_TRUST, &over);
    reaches(&gateway, &referral, "vale-nhs-trust").await;
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opting_out_alone_is_a_refusal() {
    let gateway = quiet().await;
    let optout = json!({ "policyRule": coded(ACT_CODE, "OPTOUT"), "provision": { "period": { "start": "2026" } } });
    let referral = workwell(1, Place::VALE_NHS_TRUST, &optout);
    holds(&gateway, &referral, "workwell-consent-refused").await;
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_runs_out_while_the_case_is_held_does_not_release_it() {
    let clock = Clock::fixed(Timestamp::now());
    let gateway = quieted(TestGateway::at(clock.clone(), |_| {}).await);
    let tomorrow = date_in_england(clock.now()).tomorrow().expect("a day");
    let period = json!({ "start": "2026-09-14", "end": tomorrow.to_string() });
    let members = json!({ "provision": { "type": "permit", "period": period } });

    // In its time the word of a person is enough.
    let referral = workwell(1, Place::LANTERN, &members).red_flag();
    let answer = holds(&gateway, &referral, "red-flag").await;
    let in_time = Casework { referral, answer };
    let referral = workwell(2, Place::LANTERN, &members).red_flag();
    let answer = holds(&gateway, &referral, "red-flag").await;
    let too_late = Casework { referral, answer };
    assert_eq!(in_time.done(&gateway, &ANYWAY).await, "routed");

    clock.advance(SignedDuration::from_hours(72));
    let (code, answer) = too_late.verb(&gateway, &ANYWAY).await;
    assert_eq!(
        (code, &answer["code"]),
        (1, &json!("WW-OPR-005")),
        "{answer}"
    );
    assert_eq!(
        answer["detail"], "workwell-consent-not-recorded",
        "{answer}"
    );
    let again = ["redecide", "--by", "A. Analyst", "--why", "call 3"];
    let (code, answer) = too_late.verb(&gateway, &again).await;
    assert_eq!((code, &answer["outcome"]), (1, &json!("held")), "{answer}");
    assert_eq!(
        answer["details"],
        json!(["workwell-consent-not-recorded"]),
        "{answer}"
    );
    let asked = [&ANYWAY[..], &["--consent", "spoken"]].concat();
    assert_eq!(too_late.done(&gateway, &asked).await, "routed");
    gateway.end().await;
}
