//! People and made-up people are kept apart: what a number of the test range gets at a
//! gateway that serves people, and a number outside it at one that serves nobody.

use std::time::Duration;

use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::config::{Mode, Policy, Settings};
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::{Place, Referral};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::domain::status::Status;
use workwell_gateway::gateway::read::outbox::LegState;

use crate::support::call::Call;
use crate::support::{TestGateway, eventually, gateway_codes};

/// A number outside the test range that is nobody's all the same: the example of the PDS
/// sandbox, of a range that is not issued.
const OUTSIDE_RANGE: &str = "9000000009";

async fn production() -> TestGateway {
    TestGateway::with(|settings| settings.gateway.mode = Mode::Production).await
}

async fn statuses(gateway: &TestGateway) -> Vec<(Status, u64)> {
    let counts = gateway.running.gateway.counts().await;
    counts.expect("counts").cases
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_serves_people_holds_a_test_number_and_delivers_nothing_of_it() {
    let gateway = production().await;
    for (seed, place) in [
        (1, Place::LANTERN),
        (2, Place::BOROUGH_WORKS),
        (3, Place::VALE_NHS_TRUST),
    ] {
        let answer = gateway.refer(&Referral::new(seed).at(place)).await;
        assert!(answer.accepted(), "{answer:?}");
    }
    assert_eq!(statuses(&gateway).await, [(Status::Held, 3)]);
    for kind in LegKind::ALL {
        assert!(gateway.legs(*kind).await.is_empty(), "{}", kind.code());
    }
    let facts = gateway.running.gateway.audit(&Caller::System, 1, 100).await;
    let facts = facts.expect("the audit log");
    let held = facts.iter().filter(|fact| fact.kind == "case.held");
    let reasons: Vec<&str> = held.map(|fact| fact.details.as_str()).collect();
    assert_eq!(reasons, [r#"{"reason":"test-number"}"#; 3]);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_serves_people_delivers_a_number_of_a_person() {
    let gateway = production().await;
    let referral = Referral::new(1)
        .nhs_number(OUTSIDE_RANGE)
        .at(Place::LANTERN);
    assert!(gateway.refer(&referral).await.accepted());
    gateway.leg_in(LegKind::Deliver, LegState::Delivered).await;
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_released_for_a_test_is_not_delivered_once_the_gateway_serves_people() {
    let hours = |settings: &mut Settings| {
        settings.delivery.retry_after = vec![Duration::from_hours(1)];
    };
    let gateway = TestGateway::with(hours).await;
    let away = Script::silent().received(Reception::Hang { times: u32::MAX });
    gateway.parties.borough_works.desk.script_usual(away);
    let failing = Reception::Fail {
        status: 503,
        times: 1,
    };
    let failing = Script::silent().received(failing);
    gateway.parties.lantern.desk.script_usual(failing);
    for (seed, place) in [(1, Place::BOROUGH_WORKS), (2, Place::LANTERN)] {
        let answer = gateway.refer(&Referral::new(seed).at(place)).await;
        assert!(answer.accepted(), "{answer:?}");
    }
    let sent = eventually("the first try has failed", || async {
        let last = gateway.legs(LegKind::Deliver).await.pop()?;
        last.last_error.is_some().then_some(last)
    })
    .await;
    let waiting = gateway.legs(LegKind::Deliver).await.remove(0);
    let gateway = gateway
        .restart_with(|settings| settings.gateway.mode = Mode::Production)
        .await;
    // One that is to be sent is parked with the reason, whoever tries it again.
    let operator = Caller::Operator("duty".to_owned());
    let retried = gateway.running.gateway.retry(&operator, sent.id).await;
    assert_eq!(retried.expect("it waits").state, LegState::Released);
    eventually("the charity's leg is parked", || async {
        let shown = gateway.running.gateway.show_leg(&Caller::System, sent.id);
        let leg = shown.await.expect("the row is there").leg;
        let parked = leg.state == LegState::Parked;
        (parked && leg.last_error.as_deref() == Some("WW-SAF-001")).then_some(())
    })
    .await;
    assert!(gateway.parties.lantern.desk.effects().is_empty());
    // One that is to be collected is not given out.
    let url = format!("{}/cases/{}", gateway.provider_api(), waiting.case_id);
    let token = gateway.parties.borough_works.desk.api().token();
    let got = Call::get(url).token(token).send().await;
    assert_eq!(got.refusal(), (403, "WW-SAF-001".to_owned()));
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_serves_nobody_refuses_a_number_that_may_be_a_persons() {
    let gateway = TestGateway::start().await;
    let referral = Referral::new(1)
        .nhs_number(OUTSIDE_RANGE)
        .at(Place::LANTERN);
    let answer = gateway.refer(&referral).await;
    assert_eq!(answer.status, 422);
    assert_eq!(gateway_codes(&answer.body), ["WW-SAF-002"]);
    assert!(!answer.body.to_string().contains(OUTSIDE_RANGE));
    assert!(statuses(&gateway).await.is_empty(), "nothing was kept");
    // Who comes without a number is taken at the sender's word.
    let unnumbered = Referral::new(2).without_nhs_number().at(Place::LANTERN);
    assert!(gateway.refer(&unnumbered).await.accepted());
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_environment_with_numbers_of_its_own_may_say_so() {
    let gateway = TestGateway::with(|settings| {
        settings.bars.policies.number_outside_test_range = Policy::Warn;
    })
    .await;
    let referral = Referral::new(1)
        .nhs_number(OUTSIDE_RANGE)
        .at(Place::LANTERN);
    assert!(gateway.refer(&referral).await.accepted());
    gateway.end().await;
}
