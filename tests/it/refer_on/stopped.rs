//! A stop of the case reaches the partner's too (DESIGN I10).

use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::referral::StopAs;
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::gateway::read::outbox::LegState;

use super::{
    TestGateway, asked, held_case, hub, legs_of, partner, partner_reports, quiet, refer_on,
    referred, report, row_of, stop, view,
};

async fn statuses(gateway: &TestGateway, parent: &str, child: &str) -> (String, String) {
    let code = |row: workwell_gateway::adapters::store::CaseRow| row.status.code().to_owned();
    (
        code(row_of(gateway, parent).await),
        code(row_of(gateway, child).await),
    )
}

fn both(status: &str) -> (String, String) {
    (status.to_owned(), status.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_reaches_both_holders_and_waits_for_each() {
    let gateway = quiet().await;
    let (referral, answer, id, child) = referred(&gateway, 1).await;
    view(partner(&gateway, "GET", &format!("cases/{child}"))).await;
    stop(&gateway, &referral, &answer, StopAs::Cancelled).await;
    assert_eq!(
        statuses(&gateway, &id, &child).await,
        both("cancel-requested")
    );
    // The practice's message is the evidence of both.
    let inside = &gateway.running.gateway;
    let mut shown_by = Vec::new();
    for case in [&id, &child] {
        let known = inside.know_case(&Caller::System, case).await;
        let last = known.expect("it is known").events.pop();
        shown_by.push(last.expect("an event").event.evidence);
    }
    assert!(shown_by[0].is_some());
    assert_eq!(shown_by[0], shown_by[1]);
    let stops = legs_of(&gateway, &child, LegKind::Stop).await;
    assert_eq!(stops.len(), 1);
    assert_eq!(
        (stops[0].destination.as_str(), stops[0].state),
        ("stillwater", LegState::Waiting)
    );
    // Each confirms for itself.
    let path = format!("cases/{child}/acknowledge");
    let got = partner(&gateway, "POST", &path).send().await;
    assert_eq!(got.json()["status"], "cancelled", "{}", got.text);
    let (parent, onward) = statuses(&gateway, &id, &child).await;
    assert_eq!(
        (parent.as_str(), onward.as_str()),
        ("cancel-requested", "cancelled")
    );
    let path = format!("cases/{id}/acknowledge");
    hub(&gateway, "POST", &path).send().await;
    assert_eq!(statuses(&gateway, &id, &child).await, both("cancelled"));
    let row = row_of(&gateway, &child).await;
    assert_eq!(row.responsible.kind(), "referrer");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_partner_has_not_fetched_dies_with_the_stop() {
    let gateway = quiet().await;
    let (referral, answer, id, child) = referred(&gateway, 1).await;
    stop(&gateway, &referral, &answer, StopAs::Cancelled).await;
    let (parent, onward) = statuses(&gateway, &id, &child).await;
    assert_eq!(
        (parent.as_str(), onward.as_str()),
        ("cancel-requested", "cancelled")
    );
    let legs = legs_of(&gateway, &child, LegKind::Deliver).await;
    assert_eq!(legs[0].state, LegState::Stopped);
    assert!(legs_of(&gateway, &child, LegKind::Stop).await.is_empty());
    let got = partner(&gateway, "GET", &format!("cases/{child}"))
        .send()
        .await;
    assert_eq!(got.refusal(), (404, "WW-PRV-002".to_owned()));
    // Who has the person is whoever has the case it came from.
    let row = row_of(&gateway, &child).await;
    assert_eq!(row.responsible.name(), "borough-works");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_withdraws_at_the_hub_has_withdrawn_everywhere() {
    let gateway = quiet().await;
    let (_, _, id, child) = referred(&gateway, 1).await;
    view(partner(&gateway, "GET", &format!("cases/{child}"))).await;
    let path = format!("cases/{id}/updates");
    let got = report(hub(&gateway, "POST", &path), "k", "WITHDRAWN").await;
    assert_eq!(got.status, 200, "{}", got.text);
    assert_eq!(statuses(&gateway, &id, &child).await, both("withdrawn"));
    let stops = legs_of(&gateway, &child, LegKind::Stop).await;
    assert_eq!(stops.len(), 1, "the partner is told");
    let path = format!("cases/{child}/acknowledge");
    let got = partner(&gateway, "POST", &path).send().await;
    assert_eq!(got.status, 200, "{}", got.text);
    let stops = legs_of(&gateway, &child, LegKind::Stop).await;
    assert_eq!(stops[0].state, LegState::Delivered);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_withdraws_at_the_partner_stays_with_the_hub() {
    let gateway = quiet().await;
    let (_, _, id, child) = referred(&gateway, 1).await;
    view(partner(&gateway, "GET", &format!("cases/{child}"))).await;
    partner_reports(&gateway, &child, "No longer wanted").await;
    let (parent, onward) = statuses(&gateway, &id, &child).await;
    assert_eq!(
        (parent.as_str(), onward.as_str()),
        ("delivered", "withdrawn")
    );
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_person_is_recalled_from_a_partner_whose_work_is_over() {
    let gateway = quiet().await;
    let (referral, answer, id, child) = referred(&gateway, 1).await;
    view(partner(&gateway, "GET", &format!("cases/{child}"))).await;
    partner_reports(&gateway, &child, "Sessions finished").await;
    stop(&gateway, &referral, &answer, StopAs::EnteredInError).await;
    assert_eq!(
        statuses(&gateway, &id, &child).await,
        both("entered-in-error")
    );
    let stops = legs_of(&gateway, &child, LegKind::Stop).await;
    assert_eq!(stops.len(), 1);
    let case = view(partner(&gateway, "GET", &format!("cases/{child}"))).await;
    assert!(
        case["payload"].is_null(),
        "nothing of the wrong person is read again"
    );
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_stop_and_a_referral_on_at_once_no_case_is_left_running() {
    for seed in 1..5 {
        let gateway = quiet().await;
        let (referral, answer, id) = held_case(&gateway, seed).await;
        let body = asked();
        let (got, ()) = tokio::join!(
            refer_on(&gateway, &id, "on-1", &body),
            stop(&gateway, &referral, &answer, StopAs::Cancelled)
        );
        match got.status {
            200 => {
                let child = got.json()["id"].as_str().expect("an id").to_owned();
                let (_, onward) = statuses(&gateway, &id, &child).await;
                assert_eq!(onward, "cancelled");
            }
            _ => assert_eq!(got.refusal(), (409, "WW-HND-005".to_owned())),
        }
        gateway.end().await;
    }
}
