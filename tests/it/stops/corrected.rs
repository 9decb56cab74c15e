//! Closed in error: the case goes on, and what was stopped is not revived.

use serde_json::json;
use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::{Place, StopAs};
use workwell_gateway::domain::caller::Caller;

use super::reports::report;
use super::withdrawn::lantern_at;
use crate::support::TestGateway;
use crate::support::casework::Casework;
use crate::support::receiver::Receiver;

const ROUTED: [&str; 5] = ["correct", "--to", "routed", "--evidence", "ticket 9"];

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_case_that_goes_on_is_delivered_anew_and_lives_a_whole_life() {
    let receiver = Receiver::start().await;
    let gateway = TestGateway::with(|settings| lantern_at(settings, &receiver)).await;
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "delivered", "provider").await;
    let token = gateway.parties.lantern.desk.api().token().to_owned();
    case.confirmed_by(&gateway, &token).await;
    case.stopped_by_practice(&gateway, StopAs::Cancelled).await;
    case.confirmed_by(&gateway, &token).await;
    assert_eq!(case.stands(&gateway).await, ("cancelled", "referrer"));

    // The charity was stopped: it does not hold the person.
    let holds = ["correct", "--to", "in-support", "--evidence", "ticket 9"];
    assert_eq!(case.refused(&gateway, &holds).await, "WW-OPR-006");
    assert_eq!(case.done(&gateway, &ROUTED).await, "routed");
    case.until(&gateway, "delivered", "provider").await;
    case.until_legs(
        &gateway,
        LegKind::Deliver,
        &["delivered -1", "delivered -2"],
    )
    .await;
    let gateway = gateway.restart().await;
    for _ in 0..2 {
        let got = case.confirmed_by(&gateway, &token).await;
        assert_eq!(got.json()["status"], "acknowledged", "{}", got.text);
    }
    case.stopped_by_practice(&gateway, StopAs::Cancelled).await;
    let stops = ["delivered -1-stop-cancelled", "delivered -2-stop-cancelled"];
    case.until_legs(&gateway, LegKind::Stop, &stops).await;
    case.confirmed_by(&gateway, &token).await;
    case.until(&gateway, "cancelled", "referrer").await;
    Casework::until_queue(&gateway, &[]).await;
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leg_that_was_stopped_stays_stopped_when_its_case_goes_on() {
    let gateway = TestGateway::start().await;
    let away = Script::silent().received(Reception::Hang { times: u32::MAX });
    gateway.parties.borough_works.desk.script_usual(away);
    let case = Casework::open(&gateway, 1, Place::BOROUGH_WORKS).await;
    case.stopped_by_practice(&gateway, StopAs::Cancelled).await;
    assert_eq!(case.stands(&gateway).await, ("cancelled", "referrer"));
    assert_eq!(case.done(&gateway, &ROUTED).await, "routed");
    assert_eq!(case.stands(&gateway).await, ("routed", "gateway-operator"));
    let legs = case.legs(&gateway, LegKind::Deliver).await;
    let states: Vec<&str> = legs.iter().map(|leg| leg.state.code()).collect();
    assert_eq!(states, ["stopped", "waiting"]);
    let inside = &gateway.running.gateway;
    let again = inside.retry(&Caller::System, legs[0].id).await;
    assert_eq!(again.expect_err("refused").entry.code, "WW-DLV-017");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_withdrew_is_asked_again_before_anything_leaves() {
    let gateway = TestGateway::start().await;
    let desk = &gateway.parties.lantern.desk;
    desk.script_next(Script {
        report: vec!["Changed their mind".to_owned()],
        ..Script::waiting()
    });
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "withdrawn", "referrer").await;
    assert_eq!(case.refused(&gateway, &ROUTED).await, "WW-OPR-006");
    let open = ["correct", "--to", "held", "--evidence", "ticket 9"];
    assert_eq!(case.done(&gateway, &open).await, "held");
    let decided = ["resolve", "--evidence", "call 1", "--consent", "spoken"];
    assert_eq!(case.refused(&gateway, &decided[..3]).await, "WW-OPR-005");
    assert_eq!(case.done(&gateway, &decided).await, "routed");
    case.until_legs(
        &gateway,
        LegKind::Deliver,
        &["delivered -1", "delivered -2"],
    )
    .await;
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_never_says_what_is_not_so() {
    let gateway = TestGateway::start().await;
    gateway.parties.lantern.desk.script_next(Script::waiting());
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "acknowledged", "provider").await;
    for to in [
        "received",
        "cancel-requested",
        "cancelled",
        "held",
        "routed",
        "returned",
    ] {
        let words = ["correct", "--to", to, "--evidence", "ticket 9"];
        assert_eq!(case.refused(&gateway, &words).await, "WW-OPR-006", "{to}");
    }
    let paused = ["correct", "--to", "paused", "--evidence", "ticket 9"];
    assert_eq!(case.done(&gateway, &paused).await, "paused");
    let declined = ["correct", "--to", "declined", "--evidence", "ticket 10"];
    assert_eq!(case.done(&gateway, &declined).await, "declined");
    case.until(&gateway, "declined", "referrer").await;
    // Closed in error, and its provider was never told to stop.
    let goes_on = ["correct", "--to", "in-support", "--evidence", "ticket 11"];
    assert_eq!(case.done(&gateway, &goes_on).await, "in-support");
    assert_eq!(case.stands(&gateway).await, ("in-support", "provider"));
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_the_operator_confirms_leaves_no_stop_waiting_to_be_collected() {
    let gateway = TestGateway::start().await;
    let desk = &gateway.parties.borough_works.desk;
    desk.script_usual(Script::silent());
    let case = Casework::open(&gateway, 1, Place::BOROUGH_WORKS).await;
    case.until(&gateway, "delivered", "provider").await;
    case.stopped_by_practice(&gateway, StopAs::Cancelled).await;
    let waits = ["waiting -1-stop-cancelled"];
    case.until_legs(&gateway, LegKind::Stop, &waits).await;
    let confirmed = ["correct", "--to", "cancelled", "--evidence", "ticket 9"];
    assert_eq!(case.done(&gateway, &confirmed).await, "cancelled");
    assert_eq!(case.stands(&gateway).await, ("cancelled", "referrer"));
    let heard = ["delivered -1-stop-cancelled"];
    case.until_legs(&gateway, LegKind::Stop, &heard).await;
    Casework::until_queue(&gateway, &[]).await;
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reports_the_end_that_it_was_told_of_holds_the_person_no_longer() {
    let receiver = Receiver::start().await;
    let gateway = TestGateway::with(|settings| lantern_at(settings, &receiver)).await;
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "delivered", "provider").await;
    case.stopped_by_practice(&gateway, StopAs::Cancelled).await;
    let withdrawn = ["correct", "--to", "withdrawn", "--evidence", "ticket 9"];
    assert_eq!(case.done(&gateway, &withdrawn).await, "withdrawn");
    assert_eq!(case.stands(&gateway).await, ("withdrawn", "provider"));
    let (id, now) = (case.id(&gateway).await, jiff::Timestamp::now().to_string());
    let word = json!({ "status": "Changed their mind", "occurred_at": now }).to_string();
    let got = report(&gateway, &id, "k1", &word).await;
    assert_eq!(got.status, 200, "{}", got.text);
    assert_eq!(case.stands(&gateway).await, ("withdrawn", "referrer"));
    Casework::until_queue(&gateway, &[]).await;
    gateway.end().await;
}
