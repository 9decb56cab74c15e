//! A provider refers a person on to a partner.

mod opened;
mod refused;
mod statuses;
mod stopped;

use jiff::Timestamp;
use serde_json::{Value, json};
use workwell_gateway::adapters::store::{CaseRow, LegKind};
use workwell_gateway::config::{Clock, Settings, Token, TokenSource};
use workwell_gateway::conformance::parties::gp::Answer;
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::{Place, Referral, Stop, StopAs};
use workwell_gateway::gateway::read::outbox::{Leg, LegState};
use workwell_gateway::gateway::sha256;

use crate::support::TestGateway;
use crate::support::call::{Call, Got};

const PARTNER: &str = "stillwater";
const PARTNER_TOKEN: &str = "stillwater-in-a-test";

fn with_partner(settings: &mut Settings) {
    settings.provider_api.tokens.push(Token {
        provider: PARTNER.to_owned(),
        source: TokenSource::Sha256(sha256(PARTNER_TOKEN.as_bytes())),
    });
}

/// A gateway that knows the partner; the test is the council, the hub, and the partner.
async fn quiet() -> TestGateway {
    quiet_with(|_| {}).await
}

async fn quiet_with(change: impl FnOnce(&mut Settings)) -> TestGateway {
    quiet_at(Clock::default(), change).await
}

async fn quiet_at(clock: Clock, change: impl FnOnce(&mut Settings)) -> TestGateway {
    let gateway = TestGateway::at(clock, |settings| {
        with_partner(settings);
        change(settings);
    })
    .await;
    let away = Script::silent().received(Reception::Hang { times: u32::MAX });
    gateway.parties.borough_works.desk.script_usual(away);
    gateway
}

fn call(gateway: &TestGateway, token: &str, verb: &str, path: &str) -> Call {
    let url = format!("{}/{path}", gateway.provider_api());
    let call = match verb {
        "POST" => Call::post(url),
        _ => Call::get(url),
    };
    call.token(token)
}

/// As the council, which holds the case.
fn hub(gateway: &TestGateway, verb: &str, path: &str) -> Call {
    let token = gateway.parties.borough_works.desk.api().token().to_owned();
    call(gateway, &token, verb, path)
}

/// As the partner.
fn partner(gateway: &TestGateway, verb: &str, path: &str) -> Call {
    call(gateway, PARTNER_TOKEN, verb, path)
}

/// A case that the council has read.
async fn held_case(gateway: &TestGateway, seed: u64) -> (Referral, Answer, String) {
    let referral = Referral::new(seed).at(Place::BOROUGH_WORKS);
    let answer = gateway.refer(&referral).await;
    assert!(answer.accepted(), "{answer:?}");
    let leg = gateway.leg_in(LegKind::Deliver, LegState::Waiting).await;
    let id = leg.case_id.to_string();
    let got = hub(gateway, "GET", &format!("cases/{id}")).send().await;
    assert_eq!(got.status, 200, "{}", got.text);
    (referral, answer, id)
}

/// Everything that a referral on needs.
fn asked() -> Value {
    json!({
        "partner": PARTNER,
        "consent": {
            "recipient": PARTNER,
            "given_at": Timestamp::now().to_string(),
            "recorded_by": "Work and health coach",
            "how": "spoken",
        },
    })
}

async fn refer_on(gateway: &TestGateway, id: &str, key: &str, body: &Value) -> Got {
    hub(gateway, "POST", &format!("cases/{id}/refer-on"))
        .header("Idempotency-Key", key)
        .body(body.to_string())
        .send()
        .await
}

/// A case that the council has referred on: its id and the id of the partner's case.
async fn referred(gateway: &TestGateway, seed: u64) -> (Referral, Answer, String, String) {
    let (referral, answer, id) = held_case(gateway, seed).await;
    let got = refer_on(gateway, &id, "on-1", &asked()).await;
    assert_eq!(got.status, 200, "{}", got.text);
    let child = got.json()["id"].as_str().expect("an id").to_owned();
    (referral, answer, id, child)
}

async fn report(call: Call, key: &str, word: &str) -> Got {
    let at = Timestamp::now().to_string();
    call.header("Idempotency-Key", key)
        .body(json!({ "status": word, "occurred_at": at }).to_string())
        .send()
        .await
}

/// The partner reports a word.
async fn partner_reports(gateway: &TestGateway, child: &str, word: &str) {
    let call = partner(gateway, "POST", &format!("cases/{child}/updates"));
    let got = report(call, word.replace(' ', "-").as_str(), word).await;
    assert_eq!(got.status, 200, "{word}: {}", got.text);
}

async fn view(call: Call) -> Value {
    let got = call.send().await;
    assert_eq!(got.status, 200, "{}", got.text);
    got.json()
}

async fn stop(gateway: &TestGateway, referral: &Referral, answer: &Answer, how: StopAs) {
    let stop = Stop::of(&answer.body, referral.correlation_id(), how);
    let stopped = gateway.stop(&stop).await;
    let stopped = stopped.expect("an answer");
    assert_eq!(stopped.status, 200, "{stopped:?}");
}

/// The legs of a case of this kind.
async fn legs_of(gateway: &TestGateway, id: &str, kind: LegKind) -> Vec<Leg> {
    let mut legs = gateway.legs(kind).await;
    legs.retain(|leg| leg.case_id.to_string() == id);
    legs
}

/// A case as the store has it.
async fn row_of(gateway: &TestGateway, id: &str) -> CaseRow {
    let legs = legs_of(gateway, id, LegKind::Deliver).await;
    gateway.case_of(legs.first().expect("a leg")).await
}
