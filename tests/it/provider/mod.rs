//! The provider API over real sockets.

mod access;
mod collect;
mod description;
mod list;
mod updates;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::providers::{Desk, Reception, Script};
use workwell_gateway::conformance::parties::referral::{Place, Referral};
use workwell_gateway::gateway::read::outbox::LegState;

use crate::support::TestGateway;
use crate::support::call::{Call, Got};

/// A gateway whose parties do nothing by themselves: the test is the provider.
async fn quiet() -> TestGateway {
    let gateway = TestGateway::start().await;
    let away = Script::silent().received(Reception::Hang { times: u32::MAX });
    gateway.parties.borough_works.desk.script_usual(away);
    for desk in [
        &gateway.parties.lantern.desk,
        &gateway.parties.vale_nhs_trust.desk,
    ] {
        desk.script_usual(Script::silent());
    }
    gateway
}

fn council(gateway: &TestGateway) -> &Desk {
    &gateway.parties.borough_works.desk
}

/// A call of the council's own system.
fn call(gateway: &TestGateway, verb: &str, path: &str) -> Call {
    let url = format!("{}/{path}", gateway.provider_api());
    let call = match verb {
        "POST" => Call::post(url),
        _ => Call::get(url),
    };
    call.token(council(gateway).api().token())
}

/// A referral that waits for the council, by the gateway's id of its case.
async fn waiting_case(gateway: &TestGateway, seed: u64) -> (Referral, String) {
    let referral = Referral::new(seed).at(Place::BOROUGH_WORKS);
    let answer = gateway.refer(&referral).await;
    assert!(answer.accepted(), "{answer:?}");
    let leg = gateway.leg_in(LegKind::Deliver, LegState::Waiting).await;
    (referral, leg.case_id.to_string())
}

/// A case that the council has read.
async fn read_case(gateway: &TestGateway, seed: u64) -> (Referral, String) {
    let (referral, id) = waiting_case(gateway, seed).await;
    let got = call(gateway, "GET", &format!("cases/{id}")).send().await;
    assert_eq!(got.status, 200, "{}", got.text);
    (referral, id)
}

/// The council reports a word that was true so many minutes from now.
async fn report(gateway: &TestGateway, id: &str, key: &str, word: &str, minutes: i64) -> Got {
    let at = Timestamp::now() + SignedDuration::from_mins(minutes);
    let body = json!({ "status": word, "occurred_at": at.to_string() });
    post_update(gateway, id, key, &body.to_string()).await
}

async fn post_update(gateway: &TestGateway, id: &str, key: &str, body: &str) -> Got {
    call(gateway, "POST", &format!("cases/{id}/updates"))
        .header("Idempotency-Key", key)
        .body(body)
        .send()
        .await
}

/// The case's status and the outcome of a report.
fn outcome(got: &Got) -> (u16, String, String) {
    let text = |name: &str| got.json()[name].as_str().unwrap_or_default().to_owned();
    (got.status, text("status"), text("outcome"))
}

/// `(200, status, outcome)`, to compare with.
fn done(status: &str, outcome: &str) -> (u16, String, String) {
    (200, status.to_owned(), outcome.to_owned())
}
