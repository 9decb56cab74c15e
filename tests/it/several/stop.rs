//! A stop and an attempt that begins in another process at the same moment.

use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::{Place, Referral, Stop, StopAs};
use workwell_gateway::gateway::read::outbox::LegState;

use crate::support::{TestGateway, eventually, postgres};

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_waits_for_an_attempt_that_is_just_begun_and_follows_it() {
    let Some(database) = postgres::database().await else {
        return;
    };
    let gateway = TestGateway::on(database).await;
    let away = Script::silent().received(Reception::Hang { times: u32::MAX });
    gateway.parties.borough_works.desk.script_usual(away);
    let referral = Referral::new(1).at(Place::BOROUGH_WORKS);
    let answer = gateway.refer(&referral).await;
    assert!(answer.accepted(), "{answer:?}");
    gateway.leg_in(LegKind::Deliver, LegState::Waiting).await;

    // Another process counts its attempt and has not committed yet.
    let database = gateway.store.database().expect("a gateway on PostgreSQL");
    let mut other = database.session();
    other.sql("BEGIN");
    other.sql("UPDATE legs SET attempts = attempts + 1 WHERE kind = 'deliver'");
    let stop = Stop::of(&answer.body, referral.correlation_id(), StopAs::Cancelled);
    let stopping = async { gateway.stop(&stop).await };
    let commit = async {
        eventually("the stop waits for it", || async {
            let waiting = database.sql(
                "SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND wait_event_type = 'Lock'",
            );
            (waiting.trim() != "0").then_some(())
        })
        .await;
        other.sql("COMMIT");
    };
    let (stopped, ()) = tokio::join!(stopping, commit);
    assert!(stopped.expect("an answer").accepted());
    let stops = gateway.legs(LegKind::Stop).await;
    assert_eq!(stops.len(), 1, "whoever may have it hears of it");
    gateway.end().await;
}
