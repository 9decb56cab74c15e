//! What is awaited follows the status, whichever verb moved it.

use workwell_gateway::conformance::parties::referral::StopAs;
use workwell_gateway::domain::clock::{Step, awaited};
use workwell_gateway::domain::provider::Clocks;
use workwell_gateway::domain::status::Status;

use super::{AT_ITS_PROVIDER, correct, council, fetched, held, know, queue, quiet, stop, waiting};
use crate::support::TestGateway;

async fn step_of(gateway: &TestGateway, reference: &str) -> Option<String> {
    let due = know(gateway, reference).await.row.milestone;
    due.map(|due| due.milestone)
}

/// Each can be set by hand after the one before it.
const OVER: [Status; 7] = [
    Status::Completed,
    Status::ClosedNotEngaged,
    Status::Declined,
    Status::Withdrawn,
    Status::EnteredInError,
    Status::Deceased,
    Status::Cancelled,
];

#[tokio::test(flavor = "multi_thread")]
async fn a_case_at_every_status_awaits_what_its_clock_says_and_nothing_once_it_is_over() {
    let (gateway, clock) = quiet(|_| ()).await;
    let (_, answer, leg) = fetched(&gateway, 1).await;
    let reference = answer.case_reference().expect("a reference");
    let calendar = gateway.running.gateway.settings().working_days();
    let tables = gateway.running.gateway.tables();
    let own = tables
        .provider("borough-works")
        .expect("the council's table");
    assert_ne!(own.clocks, Clocks::default(), "its own days count");
    for status in AT_ITS_PROVIDER {
        correct(&gateway, leg.case_id, status).await;
        let due = know(&gateway, reference).await.row.milestone;
        let due = due.unwrap_or_else(|| panic!("{} awaits something", status.code()));
        let plain = awaited(status, None, &own.clocks, clock.now(), &calendar);
        let plain = plain.expect("an open case awaits something");
        assert_eq!(due.milestone, plain.step.code(), "{}", status.code());
        if plain.step == Step::EndOfSupport {
            assert!(due.at > clock.now() && due.at <= plain.due);
            continue;
        }
        assert_eq!(due.at, plain.due, "{}", status.code());
    }
    for status in OVER {
        correct(&gateway, leg.case_id, status).await;
        let due = know(&gateway, reference).await.row.milestone;
        assert_eq!(due, None, "{}", status.code());
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_verb_that_moves_a_case_says_what_is_awaited_next() {
    let (gateway, _) = quiet(|_| ()).await;
    let (referral, answer, leg) = waiting(&gateway, 1).await;
    let reference = answer.case_reference().expect("a reference");
    let mut steps = vec![step_of(&gateway, reference).await];
    council(&gateway, "GET", &format!("cases/{}", leg.case_id)).await;
    steps.push(step_of(&gateway, reference).await);
    council(
        &gateway,
        "POST",
        &format!("cases/{}/acknowledge", leg.case_id),
    )
    .await;
    steps.push(step_of(&gateway, reference).await);
    stop(&gateway, &referral, &answer, StopAs::Cancelled).await;
    steps.push(step_of(&gateway, reference).await);
    council(
        &gateway,
        "POST",
        &format!("cases/{}/acknowledge", leg.case_id),
    )
    .await;
    steps.push(step_of(&gateway, reference).await);
    let steps: Vec<&str> = steps.iter().flatten().map(String::as_str).collect();
    assert_eq!(steps, ["collect", "acknowledge", "first-contact", "stop"]);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_is_held_awaits_a_decision() {
    let (gateway, _) = quiet(|_| ()).await;
    let (_, answer, _) = held(&gateway, 1).await;
    let reference = answer.case_reference().expect("a reference");
    assert_eq!(step_of(&gateway, reference).await.as_deref(), Some("hold"));
    let due = know(&gateway, reference).await.row.milestone.expect("due");
    assert_eq!(queue(&gateway).await[0].entry.due_at, due.at);
    gateway.end().await;
}
