//! The database goes in mid-flight: nothing is acknowledged, the caller is told when to
//! come again, and the gateway recovers without a hand.

use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::gp::Sending;
use workwell_gateway::conformance::parties::referral::{Place, Referral};
use workwell_gateway::gateway::read::outbox::LegState;

use crate::receiver::wire;
use crate::support::call::Call;
use crate::support::postgres::{self, Database};
use crate::support::{TestGateway, eventually};

/// A way to lose a database and to have it back.
type Loss = (&'static str, fn(&TestGateway, bool));

const LOSSES: [Loss; 2] = [
    ("read-only", |gateway, lost| {
        database(gateway).read_only(lost);
    }),
    ("refusing", |gateway, lost| database(gateway).refuse(lost)),
];

fn database(gateway: &TestGateway) -> &Database {
    gateway.store.database().expect("a gateway on PostgreSQL")
}

fn referral(gateway: &TestGateway, seed: u64) -> Sending {
    let referral = Referral::new(seed).at(Place::LANTERN);
    gateway.parties.gp.prepare(&referral)
}

/// 503 with a time to come again, and nothing ready.
async fn turns_away(gateway: &TestGateway, sending: &Sending, how: &str) {
    let reply = wire::post(gateway, sending).await;
    assert_eq!(reply.status, 503, "{how}: {}", reply.json);
    reply.assert_outcome();
    reply.assert_echoes(sending);
    assert_eq!(
        reply.errors(),
        [["REC_SERVICE_UNAVAILABLE", "transient", "WW-STO-001", ""]],
        "{how}"
    );
    assert_eq!(reply.header("retry-after"), "5", "{how}");
    let ready = Call::get(format!("{}/readyz", gateway.admin()))
        .send()
        .await;
    assert_eq!(ready.status, 503, "{how}");
}

/// The same request is taken, once, and goes its way.
async fn takes(gateway: &TestGateway, sending: &Sending, how: &str) {
    let taken = eventually(how, || async {
        let reply = wire::post(gateway, sending).await;
        (reply.status != 503).then_some(reply)
    })
    .await;
    assert_eq!(taken.status, 200, "{how}: {}", taken.json);
    gateway.leg_in(LegKind::Deliver, LegState::Delivered).await;
    let ready = Call::get(format!("{}/readyz", gateway.admin()))
        .send()
        .await;
    assert_eq!(ready.status, 200, "{how}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_read_only_or_refuses_is_told_as_503_until_it_is_well() {
    let Some(database) = postgres::database().await else {
        return;
    };
    let gateway = TestGateway::on(database).await;
    for (seed, (how, lose)) in (1..).zip(LOSSES) {
        let sending = referral(&gateway, seed);
        lose(&gateway, true);
        turns_away(&gateway, &sending, how).await;
        lose(&gateway, false);
        takes(&gateway, &sending, how).await;
    }
    let opened = gateway.store.rows("SELECT count(*) FROM cases");
    assert_eq!(opened, [["2"]], "nothing was taken twice");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_and_started_again_is_found_again() {
    let Some(cluster) = postgres::own_cluster().await else {
        return;
    };
    let gateway = TestGateway::on(Database::create(&cluster)).await;
    let before = referral(&gateway, 1);
    takes(&gateway, &before, "before").await;
    let during = referral(&gateway, 2);
    cluster.stop_hard();
    turns_away(&gateway, &during, "killed").await;
    cluster.start_again();
    takes(&gateway, &during, "started again").await;
    let again = wire::post(&gateway, &before).await;
    assert_eq!(
        (again.status, again.codes()),
        (409, vec!["WW-REF-043".to_owned()]),
        "what was acknowledged is kept"
    );
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_cut_cost_no_answer_after_the_next_attempt() {
    let Some(database) = postgres::database().await else {
        return;
    };
    let gateway = TestGateway::on(database).await;
    for seed in 1..=3 {
        let sending = referral(&gateway, seed);
        self::database(&gateway).cut();
        // A connection is found to be dead only when it is used.
        takes(&gateway, &sending, "cut").await;
    }
    gateway.end().await;
}
