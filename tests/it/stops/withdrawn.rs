//! The person does not want to go on.

use std::time::Duration;

use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::config::Settings;
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::Place;
use workwell_gateway::gateway::read::outbox::LegState;

use crate::support::casework::{CALLED, Casework};
use crate::support::receiver::{Receiver, Reply};
use crate::support::{TestGateway, eventually};

const WITHDRAW: [&str; 3] = ["withdraw", "--evidence", "call 12"];

pub fn lantern_at(settings: &mut Settings, receiver: &Receiver) {
    let lantern = settings.providers.entry("lantern".to_owned()).or_default();
    lantern.url = Some(format!("{}/inbox", receiver.url()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_reaches_each_kind_of_provider_and_stays_open_until_it_confirms() {
    let gateway = TestGateway::start().await;
    let parties = &gateway.parties;
    for (seed, place, desk) in [
        (1, Place::LANTERN, &parties.lantern.desk),
        (2, Place::VALE_NHS_TRUST, &parties.vale_nhs_trust.desk),
        (3, Place::BOROUGH_WORKS, &parties.borough_works.desk),
    ] {
        desk.script_next(Script::waiting());
        let case = Casework::open(&gateway, seed, place).await;
        case.until(&gateway, "acknowledged", "provider").await;
        for _ in 0..2 {
            assert_eq!(case.done(&gateway, &WITHDRAW).await, "withdrawn");
        }
        case.until(&gateway, "withdrawn", "referrer").await;
        case.until_told(&gateway, "The person chose not to go on")
            .await;
        case.until_legs(&gateway, LegKind::Stop, &["delivered -1-stop-withdrawn"])
            .await;
        Casework::until_queue(&gateway, &[]).await;
        let reference = case.answer.case_reference().expect("a reference");
        assert_eq!(desk.stops().get(reference), Some(&1));
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_that_took_the_stop_and_says_nothing_is_awaited_over_a_restart() {
    let receiver = Receiver::start().await;
    let gateway = TestGateway::with(|settings| lantern_at(settings, &receiver)).await;
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "delivered", "provider").await;
    case.done(&gateway, &WITHDRAW).await;
    gateway.leg_in(LegKind::Stop, LegState::Delivered).await;
    case.until(&gateway, "withdrawn", "referrer").await;
    let waits = ["stop-unheard lantern awaiting-acknowledgement"];
    Casework::until_queue(&gateway, &waits).await;
    let gateway = gateway.restart().await;
    assert_eq!(Casework::queue(&gateway), waits);
    let token = gateway.parties.lantern.desk.api().token().to_owned();
    for _ in 0..2 {
        let got = case.confirmed_by(&gateway, &token).await;
        assert_eq!(got.json()["status"], "withdrawn", "{}", got.text);
    }
    assert!(Casework::queue(&gateway).is_empty());
    let facts = "SELECT actor FROM audit WHERE kind = 'stop.confirmed'";
    assert_eq!(gateway.store.rows(facts), [["provider:lantern"]]);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_overtakes_a_delivery_that_is_parked_or_waits_for_its_next_try() {
    for retry_after in [Vec::new(), vec![Duration::from_hours(1)]] {
        let receiver = Receiver::start().await;
        receiver.answer_next([Reply::Status(503)]);
        let gateway = TestGateway::with(|settings| {
            lantern_at(settings, &receiver);
            settings.delivery.retry_after = retry_after;
        })
        .await;
        let case = Casework::open(&gateway, 1, Place::LANTERN).await;
        eventually("the first try has failed", || async {
            let leg = gateway.legs(LegKind::Deliver).await.pop()?;
            leg.last_error.map(|_| ())
        })
        .await;
        case.done(&gateway, &WITHDRAW).await;
        gateway.leg_in(LegKind::Stop, LegState::Delivered).await;
        let taken = receiver.taken();
        assert_eq!(taken.len(), 2, "one try, then the stop");
        assert_eq!(taken[1].json()["data"]["reason"], "withdrawn");
        case.until(&gateway, "withdrawn", "referrer").await;
        assert_eq!(
            Casework::queue(&gateway),
            ["stop-unheard lantern awaiting-acknowledgement"],
            "the charity may have it"
        );
        gateway.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_during_an_attempt_follows_it_and_the_attempt_is_not_repeated() {
    let gateway = TestGateway::with(|settings| {
        settings.delivery.attempt_timeout = Duration::from_secs(1);
    })
    .await;
    let desk = &gateway.parties.lantern.desk;
    desk.script_next(Script::silent().received(Reception::Hang { times: u32::MAX }));
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    eventually("the attempt has begun", || async {
        (desk.attempts() == 1).then_some(())
    })
    .await;
    case.done(&gateway, &WITHDRAW).await;
    case.until_legs(&gateway, LegKind::Stop, &["delivered -1-stop-withdrawn"])
        .await;
    let reference = case.answer.case_reference().expect("a reference");
    eventually("the charity has stopped", || async {
        desk.stops().get(reference).map(|_| ())
    })
    .await;
    assert!(desk.effects().is_empty(), "the case never had an effect");
    assert_eq!(desk.attempts(), 2, "one delivery, one stop");
    case.until(&gateway, "withdrawn", "referrer").await;
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_confirms_on_the_telephone_is_written_down_by_the_operator() {
    let receiver = Receiver::start().await;
    let gateway = TestGateway::with(|settings| lantern_at(settings, &receiver)).await;
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "delivered", "provider").await;
    case.stopped_by_practice(
        &gateway,
        workwell_gateway::conformance::parties::referral::StopAs::Cancelled,
    )
    .await;
    gateway.leg_in(LegKind::Stop, LegState::Delivered).await;
    assert_eq!(
        case.stands(&gateway).await,
        ("cancel-requested", "provider")
    );
    Casework::until_queue(&gateway, &["stop-unheard lantern awaiting-acknowledgement"]).await;
    let stopped = ["stopped", "--provider", "lantern"];
    // A call from before the stop can have told nothing of it.
    let early = ["--told", "reception", "--when", "2019-01-05T10:15:00Z"];
    let early = [&stopped, &early[..]].concat();
    assert_eq!(case.refused(&gateway, &early).await, "WW-OPR-009");
    let said = [&stopped, &CALLED[..]].concat();
    for _ in 0..2 {
        assert_eq!(case.done(&gateway, &said).await, "cancelled");
        assert_eq!(case.stands(&gateway).await, ("cancelled", "referrer"));
    }
    case.until_told(&gateway, "Cancelled").await;
    assert!(Casework::queue(&gateway).is_empty());
    gateway.end().await;
}
