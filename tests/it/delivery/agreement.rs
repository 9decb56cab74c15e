//! An agreement that has ended forbids new disclosure; status, cancel and stop still flow
//! (DESIGN section 5).

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::config::Clock;
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::{Place, Referral, StopAs};
use workwell_gateway::gateway::read::outbox::LegState;

use super::{delivery_in, lantern_at, refer_to, refer_to_lantern, stop};
use crate::support::call::Call;
use crate::support::receiver::{Receiver, Reply};
use crate::support::{TestGateway, eventually};

/// Later than every agreement of the shipped tables.
fn years_later(clock: &Clock) {
    clock.advance(SignedDuration::from_hours(24 * 365 * 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_agreement_nothing_new_is_disclosed() {
    let receiver = Receiver::start().await;
    receiver.answer_usual(Reply::Status(503));
    let clock = Clock::fixed(Timestamp::now());
    let gateway = TestGateway::at(clock.clone(), |settings| {
        lantern_at(settings, &receiver);
        settings.delivery.retry_after = vec![Duration::from_hours(1)];
    })
    .await;
    let council = &gateway.parties.borough_works.desk;
    council.script_usual(Script::silent().received(Reception::Hang { times: u32::MAX }));
    refer_to(&gateway, 1, Place::BOROUGH_WORKS).await;
    let collected = delivery_in(&gateway, LegState::Waiting).await;
    refer_to_lantern(&gateway, 2).await;
    receiver.until_taken(1).await;
    receiver.answer_usual(Reply::Status(200));
    // The clock moves on only when the failure is written down with its next time.
    eventually("the failure is recorded", || async {
        let leg = delivery_in(&gateway, LegState::Released).await;
        leg.last_error.map(|_| ())
    })
    .await;
    years_later(&clock);
    // Released before, not sent before: it is not sent any more.
    let parked = delivery_in(&gateway, LegState::Parked).await;
    assert_eq!(parked.last_error.as_deref(), Some("WW-RTE-006"));
    assert_eq!(receiver.taken().len(), 1);
    // Waiting to be collected: the list tells of it, the person's data stay here.
    let url = format!("{}/cases/{}", gateway.provider_api(), collected.case_id);
    let got = Call::get(url).token(council.api().token()).send().await;
    assert_eq!(
        got.refusal(),
        (403, "WW-PRV-009".to_owned()),
        "{}",
        got.text
    );
    // A report is no way round it.
    let url = format!(
        "{}/cases/{}/acknowledge",
        gateway.provider_api(),
        collected.case_id
    );
    let got = Call::post(url).token(council.api().token()).send().await;
    assert_eq!(
        got.refusal(),
        (409, "WW-PRV-004".to_owned()),
        "{}",
        got.text
    );
    let waiting = gateway.legs(LegKind::Deliver).await;
    assert_eq!(waiting[0].state, LegState::Waiting);
    // A new referral stays with its referrer.
    let answer = gateway.refer(&Referral::new(3).at(Place::LANTERN)).await;
    assert_eq!(answer.status, 422);
    assert_eq!(crate::support::gateway_codes(&answer.body), ["WW-RTE-006"]);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_agreement_status_and_stop_still_flow() {
    let receiver = Receiver::start().await;
    let clock = Clock::fixed(Timestamp::now());
    let gateway = TestGateway::at(clock.clone(), |settings| lantern_at(settings, &receiver)).await;
    let (referral, answer) = refer_to_lantern(&gateway, 1).await;
    let leg = delivery_in(&gateway, LegState::Delivered).await;
    gateway.leg_in(LegKind::Respond, LegState::Delivered).await;
    years_later(&clock);
    let token = gateway.parties.lantern.desk.api().token();
    let case = format!("{}/cases/{}", gateway.provider_api(), leg.case_id);
    let body = json!({ "status": "We've said yes", "occurred_at": clock.now().to_string() });
    let got = Call::post(format!("{case}/updates"))
        .token(token)
        .header("Idempotency-Key", "one")
        .body(body.to_string())
        .send()
        .await;
    assert_eq!(
        (got.status, got.json()["status"].as_str()),
        (200, Some("accepted")),
        "{}",
        got.text
    );
    // What the charity holds it may read again: that is no new disclosure.
    assert_eq!(Call::get(&case).token(token).send().await.status, 200);
    let stopped = stop(&gateway, &referral, &answer, StopAs::Cancelled).await;
    assert!(stopped.accepted(), "{stopped:?}");
    gateway.leg_in(LegKind::Stop, LegState::Delivered).await;
    let got = Call::post(format!("{case}/acknowledge"))
        .token(token)
        .send()
        .await;
    assert_eq!(got.json()["status"], "cancelled", "{}", got.text);
    let told = super::told(&gateway, &referral, 3).await;
    assert_eq!(told, ["planned", "in-progress", "cancelled"]);
    gateway.end().await;
}
