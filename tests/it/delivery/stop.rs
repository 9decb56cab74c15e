//! A stop overtakes everything, and follows a case to whoever may hold it (DESIGN I10).

use std::time::Duration;

use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::gp::Answer;
use workwell_gateway::conformance::parties::providers::{Desk, Reception, Script};
use workwell_gateway::conformance::parties::referral::{Place, Referral, StopAs};
use workwell_gateway::gateway::read::outbox::LegState;

use super::{delivery_in, lantern_at, refer_to, refer_to_lantern, stop, told};
use crate::support::call::{Call, Got};
use crate::support::receiver::{Receiver, Reply};
use crate::support::{TestGateway, eventually};

async fn acknowledge(gateway: &TestGateway, desk: &Desk, case: &str) -> Got {
    let url = format!("{}/cases/{case}/acknowledge", gateway.provider_api());
    Call::post(url).token(desk.api().token()).send().await
}

async fn cancel(gateway: &TestGateway, referral: &Referral, answer: &Answer) {
    let stopped = stop(gateway, referral, answer, StopAs::Cancelled).await;
    assert!(stopped.accepted(), "{stopped:?}");
}

/// A council that does not come.
async fn council_stays_away(gateway: &TestGateway) {
    let away = Script::silent().received(Reception::Hang { times: u32::MAX });
    gateway.parties.borough_works.desk.script_usual(away);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_overtakes_a_delivery_that_is_parked_or_waits_for_its_next_try() {
    for retry_after in [Vec::new(), vec![Duration::from_hours(1)]] {
        let parks = retry_after.is_empty();
        let receiver = Receiver::start().await;
        receiver.answer_next([Reply::Status(503)]);
        let gateway = TestGateway::with(|settings| {
            lantern_at(settings, &receiver);
            settings.delivery.retry_after = retry_after;
        })
        .await;
        let (referral, answer) = refer_to_lantern(&gateway, 1).await;
        let leg = eventually("the first try has failed", || async {
            let leg = gateway.legs(LegKind::Deliver).await.pop()?;
            (leg.last_error.is_some()).then_some(leg)
        })
        .await;
        assert_eq!(leg.state == LegState::Parked, parks);
        cancel(&gateway, &referral, &answer).await;
        let stop = gateway.leg_in(LegKind::Stop, LegState::Delivered).await;
        let taken = receiver.taken();
        assert_eq!(taken.len(), 2, "one try, then the stop");
        assert_eq!(taken[1].json()["type"], "referral.cancelled");
        assert_eq!(taken[1].header("webhook-id"), stop.effect_key);
        assert_eq!(delivery_in(&gateway, LegState::Stopped).await.attempts, 1);
        // The charity may have it: the case ends when the charity says so.
        assert_eq!(
            gateway.case_of(&leg).await.status.code(),
            "cancel-requested"
        );
        let id = leg.case_id.to_string();
        let got = acknowledge(&gateway, &gateway.parties.lantern.desk, &id).await;
        assert_eq!(got.json()["status"], "cancelled", "{}", got.text);
        assert_eq!(told(&gateway, &referral, 1).await, ["cancelled"]);
        gateway.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_never_left_is_cancelled_at_once() {
    let gateway = TestGateway::start().await;
    council_stays_away(&gateway).await;
    let (referral, answer) = refer_to(&gateway, 1, Place::BOROUGH_WORKS).await;
    let leg = delivery_in(&gateway, LegState::Waiting).await;
    cancel(&gateway, &referral, &answer).await;
    assert_eq!(told(&gateway, &referral, 1).await, ["cancelled"]);
    delivery_in(&gateway, LegState::Stopped).await;
    assert!(
        gateway.legs(LegKind::Stop).await.is_empty(),
        "nobody to tell"
    );
    let case = gateway.case_of(&leg).await;
    assert_eq!(case.status.code(), "cancelled");
    assert_eq!(case.responsible.kind(), "referrer");
    // The council comes too late: for it there never was a case.
    let url = format!("{}/cases/{}", gateway.provider_api(), leg.case_id);
    let token = gateway.parties.borough_works.desk.api().token();
    let got = Call::get(url).token(token).send().await;
    assert_eq!(got.refusal(), (404, "WW-PRV-002".to_owned()));
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_after_delivery_stays_open_until_the_holder_confirms_it() {
    let receiver = Receiver::start().await;
    let gateway = TestGateway::with(|settings| lantern_at(settings, &receiver)).await;
    let (referral, answer) = refer_to_lantern(&gateway, 1).await;
    let leg = delivery_in(&gateway, LegState::Delivered).await;
    assert_eq!(told(&gateway, &referral, 1).await, ["planned"]);
    cancel(&gateway, &referral, &answer).await;
    gateway.leg_in(LegKind::Stop, LegState::Delivered).await;
    // It was sent the stop, and has not said that it knows.
    let case = gateway.case_of(&leg).await;
    assert_eq!(case.status.code(), "cancel-requested");
    assert_eq!(case.responsible.name(), "lantern");
    let id = leg.case_id.to_string();
    let got = acknowledge(&gateway, &gateway.parties.lantern.desk, &id).await;
    assert_eq!(
        (got.status, got.json()["outcome"].as_str()),
        (200, Some("moved"))
    );
    assert_eq!(told(&gateway, &referral, 2).await, ["planned", "cancelled"]);
    let case = gateway.case_of(&leg).await;
    assert_eq!(case.status.code(), "cancelled");
    assert_eq!(case.responsible.kind(), "referrer");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_comes_while_a_stop_is_open_does_not_bring_the_case_back() {
    let receiver = Receiver::start().await;
    let gateway = TestGateway::with(|settings| lantern_at(settings, &receiver)).await;
    let (referral, answer) = refer_to_lantern(&gateway, 1).await;
    let leg = delivery_in(&gateway, LegState::Delivered).await;
    cancel(&gateway, &referral, &answer).await;
    let api = gateway.parties.lantern.desk.api();
    let id = leg.case_id.to_string();
    let done = api
        .update(&id, "late-1", "We've said yes", 1)
        .await
        .expect("taken");
    assert_eq!(
        (done.status.as_str(), done.outcome.as_str()),
        ("cancel-requested", "history")
    );
    acknowledge(&gateway, &gateway.parties.lantern.desk, &id).await;
    assert_eq!(told(&gateway, &referral, 2).await, ["planned", "cancelled"]);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_provider_confirms_a_stop_in_its_own_way() {
    let gateway = TestGateway::start().await;
    let parties = &gateway.parties;
    for (seed, place, desk) in [
        (1, Place::LANTERN, &parties.lantern.desk),
        (2, Place::VALE_NHS_TRUST, &parties.vale_nhs_trust.desk),
        (3, Place::BOROUGH_WORKS, &parties.borough_works.desk),
    ] {
        desk.script_next(Script::silent());
        let (referral, answer) = refer_to(&gateway, seed, place).await;
        assert_eq!(told(&gateway, &referral, 1).await, ["planned"]);
        cancel(&gateway, &referral, &answer).await;
        assert_eq!(told(&gateway, &referral, 2).await, ["planned", "cancelled"]);
        let reference = answer.case_reference().expect("a reference");
        assert_eq!(desk.stops().get(reference), Some(&1));
        gateway.leg_in(LegKind::Stop, LegState::Delivered).await;
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_sent_in_error_is_over_at_once_and_its_holder_is_still_told() {
    let gateway = TestGateway::start().await;
    let desk = &gateway.parties.borough_works.desk;
    desk.script_next(Script::silent());
    let (referral, answer) = refer_to(&gateway, 1, Place::BOROUGH_WORKS).await;
    assert_eq!(told(&gateway, &referral, 1).await, ["planned"]);
    let stopped = stop(&gateway, &referral, &answer, StopAs::EnteredInError).await;
    assert!(stopped.accepted(), "{stopped:?}");
    assert_eq!(
        told(&gateway, &referral, 2).await,
        // A response knows planned, in progress, finished and cancelled only.
        ["planned", "cancelled"]
    );
    // The council finds the case in its list as removed, and confirms that it has seen it.
    gateway.leg_in(LegKind::Stop, LegState::Delivered).await;
    let leg = delivery_in(&gateway, LegState::Delivered).await;
    assert_eq!(
        gateway.case_of(&leg).await.status.code(),
        "entered-in-error"
    );
    gateway.end().await;
}
