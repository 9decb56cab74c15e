//! A repeat is no second effect, and order holds within a case.

use std::time::Duration;

use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::gp::Conduct;
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::Place;
use workwell_gateway::gateway::read::outbox::LegState;

use super::{delivery_in, lantern_at, refer_to, refer_to_lantern, told};
use crate::support::TestGateway;
use crate::support::receiver::{Receiver, Reply};

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_whose_answer_was_cut_off_is_repeated_under_the_same_key() {
    let receiver = Receiver::start().await;
    receiver.answer_next([Reply::Cut, Reply::Cut]);
    let gateway = TestGateway::with(|settings| lantern_at(settings, &receiver)).await;
    refer_to_lantern(&gateway, 1).await;
    let leg = delivery_in(&gateway, LegState::Delivered).await;
    let taken = receiver.taken();
    assert_eq!((leg.attempts, taken.len()), (3, 3));
    for repeat in &taken {
        assert_eq!(repeat.header("webhook-id"), leg.effect_key);
        assert_eq!(repeat.body, taken[0].body);
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_was_taken_although_its_answer_was_lost_is_counted_once() {
    let gateway = TestGateway::with(|settings| {
        settings.delivery.attempt_timeout = Duration::from_millis(300);
    })
    .await;
    let lost = Script::silent().received(Reception::AnswerLost { times: 2 });
    let parties = &gateway.parties;
    for (seed, place, desk) in [
        (1, Place::LANTERN, &parties.lantern.desk),
        (2, Place::VALE_NHS_TRUST, &parties.vale_nhs_trust.desk),
    ] {
        desk.script_next(lost.clone());
        let (_, answer) = refer_to(&gateway, seed, place).await;
        let leg = delivery_in(&gateway, LegState::Delivered).await;
        assert_eq!(leg.attempts, 3);
        let reference = answer.case_reference().expect("a reference");
        assert_eq!(
            desk.effects().get(reference),
            Some(&1),
            "{:?}",
            desk.effects()
        );
        assert_eq!(desk.attempts(), 3);
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_entry_of_a_fhir_delivery_is_conditional_so_that_a_repeat_creates_nothing() {
    let receiver = Receiver::start().await;
    receiver.answer_next([Reply::Cut]);
    let gateway = TestGateway::with(|settings| {
        let trust = settings.providers.get_mut("vale-nhs-trust").expect("it");
        trust.url = Some(receiver.url());
    })
    .await;
    refer_to(&gateway, 2, Place::VALE_NHS_TRUST).await;
    let leg = delivery_in(&gateway, LegState::Delivered).await;
    let taken = receiver.taken();
    assert_eq!((leg.attempts, taken.len()), (2, 2));
    assert_eq!(taken[0].body, taken[1].body);
    let bundle = taken[0].json();
    assert_eq!(bundle["type"], "transaction");
    let entries = bundle["entry"].as_array().expect("entries");
    assert!(!entries.is_empty());
    for entry in entries {
        let condition = entry["request"]["ifNoneExist"].as_str().unwrap_or_default();
        assert!(condition.contains(&leg.effect_key), "{}", entry["request"]);
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_referrer_is_told_in_order_even_when_it_fails_at_first() {
    let gateway = TestGateway::start().await;
    gateway.parties.gp.conduct(Conduct::Fail {
        status: 503,
        times: 3,
    });
    let (referral, _) = refer_to_lantern(&gateway, 1).await;
    let words = told(&gateway, &referral, 5).await;
    // Delivered, acknowledged, accepted, in support, completed.
    assert_eq!(
        words,
        [
            "planned",
            "planned",
            "in-progress",
            "in-progress",
            "finished"
        ]
    );
    assert_eq!(gateway.parties.gp.faults(), Vec::<String>::new());
    let legs = gateway.legs(LegKind::Respond).await;
    assert_eq!(legs.iter().map(|leg| leg.attempts).sum::<u32>(), 8);
    gateway.end().await;
}
