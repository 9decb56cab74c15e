//! A hold of an operator's, and what a decision releases.

use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::{Consent, Place, Referral};

use crate::support::TestGateway;
use crate::support::casework::Casework;

const RESOLVE: [&str; 3] = ["resolve", "--evidence", "call 2"];

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_has_not_left_is_held_and_released_as_a_new_delivery() {
    let gateway = TestGateway::start().await;
    let desk = &gateway.parties.borough_works.desk;
    desk.script_usual(Script::silent().received(Reception::Hang { times: u32::MAX }));
    let case = Casework::open(&gateway, 1, Place::BOROUGH_WORKS).await;
    for _ in 0..2 {
        let hold = ["hold", "--reason", "call 1"];
        assert_eq!(case.done(&gateway, &hold).await, "held");
    }
    assert_eq!(case.stands(&gateway).await, ("held", "gateway-operator"));
    let token = desk.api().token().to_owned();
    let got = case.confirmed_by(&gateway, &token).await;
    assert_eq!(got.status, 404, "for the council there is no case");
    let gateway = gateway.restart().await;
    for _ in 0..2 {
        assert_eq!(case.done(&gateway, &RESOLVE).await, "routed");
    }
    case.until_legs(&gateway, LegKind::Deliver, &["stopped -1", "waiting -2"])
        .await;
    let got = case.confirmed_by(&gateway, &token).await;
    assert_eq!(got.json()["status"], "acknowledged", "{}", got.text);
    let open = "SELECT kind FROM queue WHERE closed_at IS NULL";
    assert!(gateway.store.rows(open).is_empty());
    let kinds = "SELECT kind FROM audit WHERE actor LIKE 'operator:%' ORDER BY seq";
    assert_eq!(
        gateway.store.rows(kinds),
        [["case.held"], ["case.released"]]
    );
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_consent_is_asked_for_recorded_and_then_the_case_leaves() {
    let gateway = TestGateway::start().await;
    let referral = Referral::new(1).at(Place::LANTERN);
    let case = Casework::of(&gateway, referral.workwell_consent(Consent::Absent)).await;
    assert_eq!(case.refused(&gateway, &RESOLVE).await, "WW-OPR-005");
    let anyway = [&RESOLVE[..], &["--send-anyway"]].concat();
    assert_eq!(case.refused(&gateway, &anyway).await, "WW-OPR-005");
    let asked = [&RESOLVE[..], &["--consent", "spoken"]].concat();
    assert_eq!(case.done(&gateway, &asked).await, "routed");
    case.until_legs(&gateway, LegKind::Deliver, &["delivered -1"])
        .await;
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_looked_like_a_crisis_or_a_second_case_leaves_when_a_person_has_judged_it() {
    let gateway = TestGateway::start().await;
    gateway.parties.lantern.desk.script_usual(Script::waiting());
    let crisis = Referral::new(1).at(Place::LANTERN).red_flag();
    let first = Casework::of(&gateway, crisis).await;
    let second = Referral::new(2).at(Place::LANTERN).same_person_as(1);
    let second = Casework::of(&gateway, second).await;
    for case in [&first, &second] {
        assert_eq!(case.stands(&gateway).await, ("held", "gateway-operator"));
        assert_eq!(case.refused(&gateway, &RESOLVE).await, "WW-OPR-005");
        let anyway = [&RESOLVE[..], &["--send-anyway"]].concat();
        assert_eq!(case.done(&gateway, &anyway).await, "routed");
        case.until_legs(&gateway, LegKind::Deliver, &["delivered -1"])
            .await;
    }
    gateway.end().await;
}
