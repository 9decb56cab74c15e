//! The ways to a referrer, one after the other.

use workwell_gateway::config::ReturnChannel;
use workwell_gateway::conformance::parties::gp::Conduct;
use workwell_gateway::conformance::parties::providers::Script;
use workwell_gateway::conformance::parties::referral::Place;
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::gateway::read::outbox::LegState;

use workwell_gateway::adapters::store::LegKind;

use crate::support::TestGateway;
use crate::support::casework::{CALLED, Casework};

fn decline(gateway: &TestGateway) {
    let desk = &gateway.parties.lantern.desk;
    desk.script_next(Script::decline(desk.words()));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_system_to_tell_a_person_rings_at_once() {
    for change in [
        |settings: &mut workwell_gateway::config::Settings| {
            settings.bars.outbound.base_url = None;
        },
        |settings: &mut workwell_gateway::config::Settings| {
            settings.returns.channels = vec![ReturnChannel::Human];
        },
    ] {
        let gateway = TestGateway::with(change).await;
        decline(&gateway);
        let case = Casework::open(&gateway, 1, Place::LANTERN).await;
        case.until(&gateway, "declined", "gateway-operator").await;
        assert_eq!(Casework::queue(&gateway), ["return-unheard  ring-referrer"]);
        let told = [&["return"], &CALLED[..]].concat();
        assert_eq!(case.done(&gateway, &told).await, "declined");
        assert_eq!(case.stands(&gateway).await, ("declined", "referrer"));
        gateway.end().await;
    }
}

/// A case that the provider declined, of which the practice's system takes no word for good.
async fn refused_for_good() -> (TestGateway, Casework) {
    let gateway = TestGateway::with(|settings| settings.delivery.retry_after.clear()).await;
    gateway.parties.gp.conduct(Conduct::Fail {
        status: 400,
        times: u32::MAX,
    });
    decline(&gateway);
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    Casework::until_queue(&gateway, &["return-unheard  ring-referrer"]).await;
    (gateway, case)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_that_failed_for_good_can_still_be_the_one_that_is_heard() {
    let (gateway, case) = refused_for_good().await;
    gateway.parties.gp.conduct(Conduct::Orderly);
    let last = gateway.leg_in(LegKind::Respond, LegState::Parked).await;
    let inside = &gateway.running.gateway;
    inside.retry(&Caller::System, last.id).await.expect("due");
    case.until(&gateway, "declined", "referrer").await;
    Casework::until_queue(&gateway, &[]).await;
    gateway.end().await;
}

/// The open entries about answers that were given up.
fn given_up(gateway: &TestGateway) -> usize {
    let sql = "SELECT number FROM queue WHERE closed_at IS NULL AND kind = 'parked'";
    gateway.store.rows(sql).len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_settles_what_the_practice_s_system_would_not_take_for_good() {
    let (gateway, case) = refused_for_good().await;
    assert!(given_up(&gateway) > 0);
    // The verb of either entry ends both.
    let told = [&["called"], &CALLED[..]].concat();
    assert_eq!(case.done(&gateway, &told).await, "declined");
    assert_eq!(case.stands(&gateway).await, ("declined", "referrer"));
    Casework::until_queue(&gateway, &[]).await;
    assert_eq!(given_up(&gateway), 0, "nobody is called about it again");
    gateway.parties.gp.conduct(Conduct::Orderly);
    let inside = &gateway.running.gateway;
    for leg in case.legs(&gateway, LegKind::Respond).await {
        assert_eq!(leg.state, LegState::Stopped);
        assert!(inside.retry(&Caller::System, leg.id).await.is_err());
    }
    assert!(case.told(&gateway).is_empty());
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_for_good_after_the_call_is_put_before_nobody() {
    let gateway = TestGateway::with(|settings| {
        settings.delivery.retry_after = vec![std::time::Duration::from_secs(2)];
    })
    .await;
    gateway.parties.gp.conduct(Conduct::Fail {
        status: 503,
        times: u32::MAX,
    });
    decline(&gateway);
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "declined", "gateway-operator").await;
    let told = [&["return"], &CALLED[..]].concat();
    assert_eq!(case.done(&gateway, &told).await, "declined");
    gateway.leg_in(LegKind::Respond, LegState::Stopped).await;
    assert_eq!(given_up(&gateway), 0);
    Casework::until_queue(&gateway, &[]).await;
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_news_that_fails_says_nothing_of_the_return() {
    let gateway = TestGateway::with(|settings| settings.delivery.retry_after.clear()).await;
    // The first thing told is refused, what follows is taken.
    gateway.parties.gp.conduct(Conduct::Fail {
        status: 400,
        times: 1,
    });
    decline(&gateway);
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "declined", "referrer").await;
    Casework::until_queue(&gateway, &[]).await;
    let ways = gateway
        .store
        .rows("SELECT reason FROM queue WHERE kind = 'return-unheard'");
    assert_eq!(ways, [["awaiting-acknowledgement"]]);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_that_is_corrected_to_a_planned_end_is_awaited_by_nobody() {
    let gateway = TestGateway::with(|settings| {
        settings.returns.channels = vec![ReturnChannel::Human];
    })
    .await;
    decline(&gateway);
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    Casework::until_queue(&gateway, &["return-unheard  ring-referrer"]).await;
    let done = ["correct", "--to", "completed", "--evidence", "call 1"];
    assert_eq!(case.done(&gateway, &done).await, "completed");
    Casework::until_queue(&gateway, &[]).await;
    assert_eq!(case.stands(&gateway).await, ("completed", "provider"));
    gateway.end().await;
}
