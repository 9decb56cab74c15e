//! A stop that waits to be collected ends with the holder's confirmation.

use workwell_gateway::conformance::parties::providers::Script;
use workwell_gateway::conformance::parties::referral::{Place, Referral, Stop, StopAs};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::gateway::read::outbox::{Filter, LegState};

use crate::support::{TestGateway, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_collecting_provider_that_confirms_an_error_leaves_no_stop_waiting() {
    for how in [StopAs::Cancelled, StopAs::EnteredInError] {
        let gateway = TestGateway::start().await;
        let desk = &gateway.parties.borough_works.desk;
        desk.script_usual(Script::waiting());
        let referral = Referral::new(1).at(Place::BOROUGH_WORKS);
        let answer = gateway.refer(&referral).await;
        let reference = answer.case_reference().expect("accepted").to_owned();
        eventually("the council collects the case", || async {
            desk.effects().contains_key(&reference).then_some(())
        })
        .await;
        let stop = Stop::of(&answer.body, referral.correlation_id(), how);
        let stopped = gateway.stop(&stop).await;
        assert_eq!(stopped.expect("an answer").status, 200, "{how:?}");
        eventually("the council sees the stop", || async {
            desk.stops().contains_key(&reference).then_some(())
        })
        .await;
        let filter = Filter {
            state: Some(LegState::Waiting),
            limit: 10,
            ..Filter::default()
        };
        eventually(&format!("no stop waits after {how:?}"), || async {
            let waiting = gateway
                .running
                .gateway
                .list_legs(&Caller::System, &filter)
                .await;
            waiting
                .expect("the outbox can be read")
                .is_empty()
                .then_some(())
        })
        .await;
        gateway.end().await;
    }
}
