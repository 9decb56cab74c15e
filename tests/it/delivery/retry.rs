//! What is repeated, when, and when it is given up.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use workwell_gateway::config::Clock;
use workwell_gateway::gateway::read::outbox::{Leg, LegState};

use super::{delivery_in, lantern_at, refer_to_lantern};
use crate::support::receiver::{Receiver, Reply};
use crate::support::{TestGateway, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_provider_gets_the_same_message_under_the_same_key_until_it_recovers() {
    let receiver = Receiver::start().await;
    receiver.answer_next([Reply::Status(500), Reply::Status(502), Reply::Status(429)]);
    let gateway = TestGateway::with(|settings| lantern_at(settings, &receiver)).await;
    refer_to_lantern(&gateway, 1).await;
    let leg = delivery_in(&gateway, LegState::Delivered).await;
    let taken = receiver.taken();
    assert_eq!((leg.attempts, taken.len()), (4, 4));
    for repeat in &taken {
        assert_eq!(repeat.path, "/inbox");
        assert_eq!(repeat.header("webhook-id"), leg.effect_key);
        assert_eq!(repeat.body, taken[0].body);
        assert!(repeat.header("webhook-signature").starts_with("v1,"));
    }
    assert_eq!(leg.last_error, None);
    let case = gateway.case_of(&leg).await;
    assert_eq!(case.responsible.name(), "lantern");
    gateway.end().await;
}

/// Waits until so many attempts have failed and the next is planned.
async fn planned_after(gateway: &TestGateway, attempts: u32, now: Timestamp) -> Leg {
    eventually("the next try is planned", || async {
        let leg = delivery_in(gateway, LegState::Released).await;
        // An attempt under way has its next time planned already; its result decides, and
        // may have come since the row was read.
        let over = !gateway.running.gateway.is_sending(&leg);
        let leg = delivery_in(gateway, LegState::Released).await;
        (over && leg.attempts == attempts && leg.due_at > now).then_some(leg)
    })
    .await
}

/// The pause is never undercut, and at most a tenth longer.
fn assert_pause(leg: &Leg, now: Timestamp, seconds: i64) {
    let pause = leg.due_at.duration_since(now);
    let (least, most) = (
        SignedDuration::from_secs(seconds),
        SignedDuration::from_millis(seconds * 1_100),
    );
    assert!(least <= pause && pause <= most, "{pause:?} for {seconds} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schedule_is_kept_and_retry_after_is_honoured_within_its_cap() {
    let receiver = Receiver::start().await;
    receiver.answer_next([
        Reply::Status(503),
        Reply::Full(503, "retry-after: 100\r\n", ""),
        Reply::Full(429, "retry-after: 86400\r\n", ""),
        Reply::Full(503, "retry-after: 1\r\n", ""),
    ]);
    let clock = Clock::fixed(Timestamp::now());
    let gateway = TestGateway::at(clock.clone(), |settings| {
        lantern_at(settings, &receiver);
        settings.delivery.retry_after = [10, 20, 30, 40].map(Duration::from_secs).to_vec();
        settings.delivery.retry_after_cap = Duration::from_mins(5);
    })
    .await;
    refer_to_lantern(&gateway, 1).await;
    for (attempt, seconds) in [
        (1, 10),  // no wish: the schedule
        (2, 100), // a wish longer than the schedule
        (3, 300), // a wish cut to the cap
        (4, 40),  // a wish shorter than the schedule
    ] {
        let leg = planned_after(&gateway, attempt, clock.now()).await;
        assert_pause(&leg, clock.now(), seconds);
        assert_eq!(leg.last_error.as_deref(), Some("WW-DLV-003"));
        clock.advance(SignedDuration::from_secs(seconds * 2));
    }
    let leg = delivery_in(&gateway, LegState::Delivered).await;
    assert_eq!((leg.attempts, receiver.taken().len()), (5, 5));
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_parked_after_the_last_try_with_the_code_of_its_last_failure() {
    let receiver = Receiver::start().await;
    receiver.answer_usual(Reply::Status(500));
    let gateway = TestGateway::with(|settings| {
        lantern_at(settings, &receiver);
        settings.delivery.retry_after = vec![Duration::from_millis(10); 2];
    })
    .await;
    let (referral, _) = refer_to_lantern(&gateway, 1).await;
    let leg = delivery_in(&gateway, LegState::Parked).await;
    assert_eq!((leg.attempts, receiver.taken().len()), (3, 3));
    assert_eq!(leg.last_error.as_deref(), Some("WW-DLV-004"));
    let case = gateway.case_of(&leg).await;
    assert_eq!(case.status.code(), "routed");
    assert_eq!(case.responsible.kind(), "gateway-operator");
    assert_eq!(case.responsible.name(), "Demo operator");
    let told = gateway.parties.gp.responses_to(referral.bundle_id());
    assert!(told.is_empty(), "nothing was delivered: {told:?}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_that_is_planned_survives_a_restart_under_its_key() {
    let receiver = Receiver::start().await;
    receiver.answer_next([Reply::Status(503)]);
    let gateway = TestGateway::with(|settings| {
        lantern_at(settings, &receiver);
        settings.delivery.retry_after = vec![Duration::from_secs(1)];
    })
    .await;
    refer_to_lantern(&gateway, 1).await;
    receiver.until_taken(1).await;
    let gateway = gateway.restart().await;
    let leg = delivery_in(&gateway, LegState::Delivered).await;
    let taken = receiver.taken();
    assert_eq!((leg.attempts, taken.len()), (2, 2));
    assert_eq!(taken[1].header("webhook-id"), leg.effect_key);
    assert_eq!(taken[1].body, taken[0].body);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_repeat_cannot_cure_is_parked_at_once() {
    let receiver = Receiver::start().await;
    let gateway = TestGateway::with(|settings| lantern_at(settings, &receiver)).await;
    for (seed, status, code) in [
        (1, 400, "WW-DLV-005"),
        (2, 401, "WW-DLV-006"),
        (3, 410, "WW-DLV-007"),
        (4, 302, "WW-DLV-008"),
        (5, 409, "WW-DLV-013"),
    ] {
        receiver.answer_usual(Reply::Status(status));
        refer_to_lantern(&gateway, seed).await;
        let leg = delivery_in(&gateway, LegState::Parked).await;
        assert_eq!(leg.last_error.as_deref(), Some(code), "{status}");
        assert_eq!(leg.attempts, 1, "{status}");
    }
    assert_eq!(receiver.taken().len(), 5, "no redirect was followed");
    gateway.end().await;
}
