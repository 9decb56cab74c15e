//! A death that is reported, and one that was reported wrongly.

use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::providers::Script;
use workwell_gateway::conformance::parties::referral::Place;
use workwell_gateway::gateway::read::outbox::LegState;

use super::withdrawn::lantern_at;
use crate::support::TestGateway;
use crate::support::casework::Casework;
use crate::support::receiver::Receiver;

const DIED: [&str; 5] = ["correct", "--to", "deceased", "--evidence", "call 3"];

#[tokio::test(flavor = "multi_thread")]
async fn a_death_stops_the_holder_and_is_named_to_nobody() {
    let (charity, practice) = (Receiver::start().await, Receiver::start().await);
    let gateway = TestGateway::with(|settings| {
        lantern_at(settings, &charity);
        settings.bars.outbound.base_url = Some(practice.url());
    })
    .await;
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "delivered", "provider").await;
    assert_eq!(case.done(&gateway, &DIED).await, "deceased");
    gateway.leg_in(LegKind::Stop, LegState::Delivered).await;
    case.until(&gateway, "deceased", "referrer").await;
    let (to_charity, to_practice) = (charity.taken(), practice.taken());
    assert_eq!(to_charity[1].json()["data"]["reason"], "cancelled");
    assert_eq!(to_practice.len(), 2, "delivered, and the end");
    for taken in to_charity[1..].iter().chain(&to_practice) {
        let text = String::from_utf8_lossy(&taken.body).to_lowercase();
        assert!(
            !text.contains("deceased") && !text.contains("died"),
            "{text}"
        );
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_that_was_none_reopens_the_case_and_nothing_leaves_before_a_decision() {
    let gateway = TestGateway::start().await;
    gateway.parties.lantern.desk.script_usual(Script::waiting());
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "acknowledged", "provider").await;
    case.done(&gateway, &DIED).await;
    case.until(&gateway, "deceased", "referrer").await;
    Casework::until_queue(&gateway, &[]).await;

    let at_once = ["correct", "--to", "routed", "--evidence", "call 4"];
    assert_eq!(case.refused(&gateway, &at_once).await, "WW-OPR-006");
    let alive = ["correct", "--to", "held", "--evidence", "call 4"];
    assert_eq!(case.done(&gateway, &alive).await, "held");
    assert_eq!(case.stands(&gateway).await, ("held", "gateway-operator"));
    let gateway = gateway.restart().await;
    assert_eq!(
        case.legs_in_short(&gateway, LegKind::Deliver).await,
        ["delivered -1"]
    );
    // The charity says nothing this time, so that the delivery itself is seen.
    let desk = &gateway.parties.lantern.desk;
    desk.script_usual(Script::silent());
    let decided = ["resolve", "--evidence", "call 5"];
    assert_eq!(case.done(&gateway, &decided).await, "routed");
    case.until(&gateway, "delivered", "provider").await;
    assert_eq!(
        case.legs_in_short(&gateway, LegKind::Deliver).await,
        ["delivered -1", "delivered -2"]
    );
    gateway.end().await;
}
