//! What a provider says about a case that is going on, said again or late.

use std::time::Duration;

use serde_json::json;
use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::{Place, StopAs};

use super::withdrawn::lantern_at;
use crate::support::receiver::{Receiver, Reply};

use crate::support::TestGateway;
use crate::support::call::{Call, Got};
use crate::support::casework::Casework;

/// Lantern reports this body under this key.
pub async fn report(gateway: &TestGateway, id: &str, key: &str, body: &str) -> Got {
    let url = format!("{}/cases/{id}/updates", gateway.provider_api());
    Call::post(url)
        .token(gateway.parties.lantern.desk.api().token())
        .header("Idempotency-Key", key)
        .body(body)
        .send()
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_after_the_work_began_is_told_where_the_case_stands_now() {
    let gateway = TestGateway::start().await;
    let desk = &gateway.parties.lantern.desk;
    desk.script_next(Script {
        report: vec!["We've said yes".to_owned()],
        ..Script::waiting()
    });
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "accepted", "provider").await;
    let token = desk.api().token().to_owned();
    let got = case.confirmed_by(&gateway, &token).await;
    let answer = got.json();
    assert_eq!(
        (&answer["status"], &answer["outcome"]),
        (&json!("accepted"), &json!("unchanged"))
    );
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_word_said_again_is_one_event_and_is_settled_once() {
    let gateway = TestGateway::start().await;
    gateway.parties.lantern.desk.script_next(Script::waiting());
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "acknowledged", "provider").await;
    let id = case.id(&gateway).await;
    let at = jiff::Timestamp::now().to_string();
    let body = json!({ "status": "gone fishing", "occurred_at": at }).to_string();
    let held = "SELECT count(*) FROM events WHERE kind = 'case.held'";
    for key in ["k1", "k1", "k2"] {
        let got = report(&gateway, &id, key, &body).await;
        assert_eq!(got.refusal(), (422, "WW-PRV-003".to_owned()));
        assert_eq!(gateway.store.rows(held), [["1"]], "{key}");
    }
    let settled = ["resolve", "--evidence", "call 6"];
    for _ in 0..2 {
        assert_eq!(case.done(&gateway, &settled).await, "acknowledged");
    }
    assert!(case.row(&gateway).await.hold.is_none());
    // What was looked at once is not put before the operator again.
    let got = report(&gateway, &id, "k3", &body).await;
    assert_eq!(got.status, 422);
    assert!(case.row(&gateway).await.hold.is_none());
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_returned_is_counted_by_what_it_told() {
    let gateway = TestGateway::start().await;
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until_told(&gateway, "Support finished").await;
    case.until(&gateway, "completed", "provider").await;
    let told = case.told(&gateway).len();
    let counted = crate::support::eventually("every response is counted", || async {
        let metrics = Call::get(format!("{}/metrics", gateway.admin()))
            .send()
            .await;
        let lines = metrics.text.lines();
        let lines: Vec<String> = lines
            .filter(|line| line.starts_with("workwell_statuses_returned_total"))
            .map(str::to_owned)
            .collect();
        (lines.len() == told).then_some(lines)
    })
    .await;
    for line in &counted {
        assert!(line.ends_with(" 1"), "one of each: {counted:#?}");
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_was_not_heard_yet_is_sent_although_its_holder_says_it_has_ended() {
    let receiver = Receiver::start().await;
    let gateway = TestGateway::with(|settings| {
        lantern_at(settings, &receiver);
        settings.delivery.retry_after = vec![Duration::from_hours(1)];
    })
    .await;
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "delivered", "provider").await;
    receiver.answer_next([Reply::Status(503)]);
    case.stopped_by_practice(&gateway, StopAs::Cancelled).await;
    receiver.until_taken(2).await;
    let at = jiff::Timestamp::now().to_string();
    let body = json!({ "status": "All done", "occurred_at": at }).to_string();
    let id = case.id(&gateway).await;
    let got = report(&gateway, &id, "k1", &body).await;
    assert_eq!(got.json()["status"], "cancelled", "{}", got.text);
    assert_eq!(
        case.legs_in_short(&gateway, LegKind::Stop).await,
        ["released -1-stop-cancelled"]
    );
    gateway.end().await;
}

/// A report of the council's on a case that nobody there has fetched yet.
#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_case_that_was_never_fetched_is_taken_and_shows_that_it_arrived() {
    let gateway = TestGateway::start().await;
    let desk = &gateway.parties.borough_works.desk;
    desk.script_usual(Script::silent().received(Reception::Hang { times: u32::MAX }));
    let case = Casework::open(&gateway, 1, Place::BOROUGH_WORKS).await;
    case.until_legs(&gateway, LegKind::Deliver, &["waiting -1"])
        .await;
    let url = format!(
        "{}/cases/{}/updates",
        gateway.provider_api(),
        case.id(&gateway).await
    );
    let at = jiff::Timestamp::now().to_string();
    let call = Call::post(url)
        .token(desk.api().token())
        .header("Idempotency-Key", "k1")
        .body(json!({ "status": "WITHDRAWN", "occurred_at": at }).to_string());
    let got = tokio::time::timeout(Duration::from_secs(10), call.send()).await;
    let got = got.expect("an answer");
    assert_eq!(got.json()["status"], "withdrawn", "{}", got.text);
    case.until_legs(&gateway, LegKind::Deliver, &["delivered -1"])
        .await;
    assert_eq!(case.legs(&gateway, LegKind::Stop).await.len(), 0);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_word_on_a_case_that_is_over_asks_nobody_to_decide() {
    let gateway = TestGateway::start().await;
    gateway.parties.lantern.desk.script_next(Script::waiting());
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "acknowledged", "provider").await;
    let back = ["return", "--reason", "ineligible-area"];
    assert_eq!(case.done(&gateway, &back).await, "returned");
    let id = case.id(&gateway).await;
    let at = jiff::Timestamp::now().to_string();
    let body = json!({ "status": "gone fishing", "occurred_at": at }).to_string();
    let got = report(&gateway, &id, "k1", &body).await;
    assert_eq!(got.refusal(), (422, "WW-PRV-003".to_owned()));
    let held = "SELECT count(*) FROM queue WHERE kind = 'held'";
    assert_eq!(gateway.store.rows(held), [["0"]]);
    gateway.end().await;
}
