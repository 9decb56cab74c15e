//! The whole road, once.

use workwell_gateway::conformance::parties::referral::{Place, Referral};

use crate::support::{TestGateway, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_crosses_the_gateway_and_its_status_comes_back() {
    let gateway = TestGateway::start().await;
    let referral = Referral::new(1).at(Place::LANTERN);
    let answer = gateway.refer(&referral).await;
    assert!(answer.accepted(), "{answer:?}");
    let responses = eventually("the referrer is told of an end", || async {
        let responses = gateway.parties.gp.responses_to(referral.bundle_id());
        let ended = responses
            .iter()
            .any(|response| response.encounter_status == "finished");
        ended.then_some(responses)
    })
    .await;
    assert!(responses.len() >= 2, "{responses:?}");
    assert!(gateway.parties.gp.faults().is_empty());
    gateway.end().await;
}
