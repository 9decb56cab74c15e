//! Delivery over real sockets: repeats, isolation, parking, stops, and telling the
//! referrer.

mod agreement;
mod csv;
mod effects;
mod isolation;
mod operator;
mod questions;
mod response;
mod retry;
mod stop;

use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::config::Settings;
use workwell_gateway::conformance::parties::gp::Answer;
use workwell_gateway::conformance::parties::referral::{Place, Referral, Stop, StopAs};
use workwell_gateway::gateway::read::outbox::{Leg, LegState};

use crate::support::receiver::Receiver;
use crate::support::{TestGateway, eventually};

/// Points the charity's webhook at a receiver of the test's own.
fn lantern_at(settings: &mut Settings, receiver: &Receiver) {
    let lantern = settings.providers.entry("lantern".to_owned()).or_default();
    lantern.url = Some(format!("{}/inbox", receiver.url()));
}

/// A referral that goes to the charity, accepted.
async fn refer_to_lantern(gateway: &TestGateway, seed: u64) -> (Referral, Answer) {
    refer_to(gateway, seed, Place::LANTERN).await
}

/// A referral that goes to the provider of a place, accepted.
async fn refer_to(gateway: &TestGateway, seed: u64, place: Place) -> (Referral, Answer) {
    let referral = Referral::new(seed).at(place);
    let answer = gateway.refer(&referral).await;
    assert!(answer.accepted(), "{answer:?}");
    (referral, answer)
}

/// The practice stops a referral.
async fn stop(gateway: &TestGateway, referral: &Referral, answer: &Answer, how: StopAs) -> Answer {
    let stop = Stop::of(&answer.body, referral.correlation_id(), how);
    let answer = gateway.stop(&stop).await;
    answer.expect("an answer")
}

/// Waits until the delivery that was made last is in this state.
async fn delivery_in(gateway: &TestGateway, state: LegState) -> Leg {
    gateway.leg_in(LegKind::Deliver, state).await
}

/// Waits until the practice was told so many things about a referral; the statuses of
/// the Encounter in the order of their arrival.
async fn told(gateway: &TestGateway, referral: &Referral, count: usize) -> Vec<String> {
    eventually("the practice is told", || async {
        let responses = gateway.parties.gp.responses_to(referral.bundle_id());
        let words: Vec<String> = responses
            .into_iter()
            .map(|response| response.encounter_status)
            .collect();
        (words.len() >= count).then_some(words)
    })
    .await
}
