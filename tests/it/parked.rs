//! What an operator takes out of the worker's hands.

use std::time::Duration;

use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::{Place, Referral};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::gateway::read::outbox::{Filter, LegState};

use crate::support::{TestGateway, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_leg_that_is_parked_during_an_attempt_stays_parked_when_the_attempt_fails() {
    let gateway = TestGateway::with(|settings| {
        settings.delivery.attempt_timeout = Duration::from_secs(1);
    })
    .await;
    let desk = &gateway.parties.lantern.desk;
    desk.script_next(Script::silent().received(Reception::Hang { times: 1 }));
    gateway.refer(&Referral::new(721).at(Place::LANTERN)).await;
    eventually("the attempt has begun", || async {
        (desk.attempts() == 1).then_some(())
    })
    .await;
    let inside = &gateway.running.gateway;
    let all = Filter::default();
    let legs = inside
        .list_legs(&Caller::System, &all)
        .await
        .expect("the outbox");
    inside
        .park(&Caller::System, legs[0].id)
        .await
        .expect("parked");
    let failed = eventually("the attempt has failed", || async {
        let legs = inside.list_legs(&Caller::System, &all).await.ok()?;
        legs.into_iter()
            .next()
            .filter(|leg| leg.last_error.is_some())
    })
    .await;
    assert_eq!(failed.state, LegState::Parked);
    assert_eq!(desk.attempts(), 1);
    gateway.end().await;
}
