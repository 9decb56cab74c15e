//! One destination's trouble is nobody else's.

use std::time::Duration;

use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::gp::Conduct;
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::Place;
use workwell_gateway::gateway::read::outbox::LegState;

use super::{refer_to, refer_to_lantern, told};
use crate::support::{TestGateway, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_hangs_delays_no_other() {
    let gateway = TestGateway::with(|settings| {
        settings.delivery.attempt_timeout = Duration::from_mins(1);
        settings.delivery.concurrency_per_destination = 2;
    })
    .await;
    let hanging = Script::silent().received(Reception::Hang { times: u32::MAX });
    gateway.parties.lantern.desk.script_usual(hanging);
    // More than it has places, and than one look at the outbox could overlook.
    for seed in 1..=8 {
        refer_to_lantern(&gateway, seed).await;
    }
    eventually("the charity's places are taken", || async {
        let taken = gateway.parties.lantern.desk.attempts();
        (taken == 2).then_some(())
    })
    .await;
    let (to_trust, _) = refer_to(&gateway, 21, Place::VALE_NHS_TRUST).await;
    let (to_council, _) = refer_to(&gateway, 22, Place::BOROUGH_WORKS).await;
    for referral in [&to_trust, &to_council] {
        let words = told(&gateway, referral, 4).await;
        assert_eq!(words[0], "planned");
    }
    assert_eq!(
        gateway.parties.lantern.desk.attempts(),
        2,
        "its places only"
    );
    let waiting = gateway.legs(LegKind::Deliver).await;
    let waiting = waiting.iter().filter(|leg| leg.destination == "lantern");
    for leg in waiting {
        assert_eq!(leg.state, LegState::Released);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referrer_that_hangs_delays_no_provider() {
    let gateway = TestGateway::with(|settings| {
        settings.bars.outbound.attempt_timeout = Duration::from_mins(1);
    })
    .await;
    gateway.parties.gp.conduct(Conduct::Hang);
    for seed in 1..=6 {
        refer_to(&gateway, seed, Place::VALE_NHS_TRUST).await;
    }
    eventually("the trust works on all six", || async {
        let effects = gateway.parties.vale_nhs_trust.desk.effects();
        (effects.len() == 6).then_some(())
    })
    .await;
    assert!(gateway.parties.gp.responses().is_empty());
}
