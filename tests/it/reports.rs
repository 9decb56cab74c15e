//! What a provider reports, and what it may read, around the edges.

use serde_json::{Value, json};
use workwell_gateway::conformance::parties::gp::Answer;
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::{Place, Referral};

use crate::support::{TestGateway, eventually};

/// A referral to the charity, taken by it, with nothing reported yet. Gives the case's id.
async fn at_lantern(gateway: &TestGateway, seed: u64, script: Script) -> (Answer, String) {
    gateway.parties.lantern.desk.script_next(script);
    let answer = gateway.refer(&Referral::new(seed).at(Place::LANTERN)).await;
    let reference = answer
        .case_reference()
        .expect("an accepted referral")
        .to_owned();
    let api = gateway.parties.lantern.desk.api();
    let id = eventually("the case is in the provider's list", || async {
        api.find(&reference).await.ok().flatten()
    })
    .await;
    (answer, id)
}

async fn until_status(gateway: &TestGateway, id: &str, status: &str) {
    let api = gateway.parties.lantern.desk.api();
    eventually(status, || async {
        let case = api.read(id).await.ok()?;
        (case["status"] == status).then_some(())
    })
    .await;
}

async fn post(gateway: &TestGateway, path: &str, key: &str, body: &Value) -> (u16, Value) {
    let token = gateway.parties.lantern.desk.api().token().to_owned();
    let answer = reqwest::Client::new()
        .post(format!("{}/{path}", gateway.provider_api()))
        .bearer_auth(token)
        .header("Idempotency-Key", key)
        .json(body)
        .send()
        .await
        .expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_before_a_receipt_was_confirmed_still_moves_the_case() {
    let gateway = TestGateway::start().await;
    let (_, id) = at_lantern(&gateway, 701, Script::waiting()).await;
    until_status(&gateway, &id, "acknowledged").await;
    // The provider decided a minute ago, and its clock is its own.
    let earlier = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(60);
    let body = json!({ "status": "We've said yes", "occurred_at": earlier.to_string() });
    let (status, answer) = post(&gateway, &format!("cases/{id}/updates"), "k1", &body).await;
    assert_eq!(
        (status, &answer["outcome"]),
        (200, &json!("moved")),
        "{answer}"
    );
    until_status(&gateway, &id, "accepted").await;
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_whose_delivery_has_not_begun_can_neither_be_read_nor_reported_on() {
    // No place at the provider is free: a first case hangs, the second has not left.
    let gateway = TestGateway::with(|settings| {
        settings.delivery.concurrency_per_destination = 1;
    })
    .await;
    let desk = &gateway.parties.lantern.desk;
    desk.script_next(Script::silent().received(Reception::Hang { times: 1 }));
    gateway.refer(&Referral::new(702).at(Place::LANTERN)).await;
    eventually("the first case is being delivered", || async {
        (desk.attempts() == 1).then_some(())
    })
    .await;
    let (_, id) = at_lantern(&gateway, 703, Script::silent()).await;
    let case = desk.api().read(&id).await.expect("the case is listed");
    assert_eq!(case["payload"], Value::Null, "nothing was sent yet");
    assert_eq!(case["status"], "routed");
    let body = json!({
        "status": "Got it",
        "occurred_at": jiff::Timestamp::now().to_string(),
    });
    let (status, answer) = post(&gateway, &format!("cases/{id}/updates"), "k1", &body).await;
    assert_eq!(
        (status, &answer["code"]),
        (409, &json!("WW-PRV-004")),
        "{answer}"
    );
    // Not ended in order: that would wait for the delivery that hangs.
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_of_an_unknown_word_does_not_start_the_operators_clock_anew() {
    use workwell_gateway::domain::caller::Caller;
    use workwell_gateway::gateway::read::outbox::Filter;

    let gateway = TestGateway::start().await;
    let (_, id) = at_lantern(&gateway, 704, Script::waiting()).await;
    until_status(&gateway, &id, "acknowledged").await;
    let inside = &gateway.running.gateway;
    let filter = Filter {
        case_id: Some(id.parse().expect("a case id")),
        ..Filter::default()
    };
    let legs = inside
        .list_legs(&Caller::System, &filter)
        .await
        .expect("legs");
    let mut since = Vec::new();
    for key in ["k1", "k2"] {
        let body = json!({
            "status": "gone fishing",
            "occurred_at": jiff::Timestamp::now().to_string(),
        });
        let (status, _) = post(&gateway, &format!("cases/{id}/updates"), key, &body).await;
        assert_eq!(status, 422);
        let shown = inside
            .show_leg(&Caller::System, legs[0].id)
            .await
            .expect("a leg");
        since.push(shown.case.hold.expect("a hold").since);
    }
    assert_eq!(since[0], since[1]);
    gateway.end().await;
}
