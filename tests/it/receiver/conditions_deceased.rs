//! A person whom the message marks as dead: nothing leaves until a named person has judged it.

use serde_json::{Value, json};
use workwell_gateway::conformance::parties::gp::Answer;
use workwell_gateway::conformance::parties::referral::bundle::resource_mut;
use workwell_gateway::conformance::parties::referral::{Place, Referral, Stop, StopAs};
use workwell_gateway::domain::status::Status;

use super::{assert_held, case_of, has_reached, quiet, reaches, shape};
use crate::support::TestGateway;
use crate::support::casework::Casework;

const RESOLVE: [&str; 3] = ["resolve", "--evidence", "call 2"];
const ANYWAY: [&str; 4] = ["resolve", "--evidence", "call 2", "--send-anyway"];
const MARKS: [&str; 2] = ["deceasedBoolean", "deceasedDateTime"];

fn marked(seed: u64, member: &str, value: &Value) -> Referral {
    let referral = Referral::new(seed).at(Place::LANTERN);
    referral.change(|bundle| mark(bundle, member, value))
}

fn mark(bundle: &mut Value, member: &str, value: &Value) {
    resource_mut(bundle, "Patient").expect("a Patient")[member] = value.clone();
}

fn dead(seed: u64) -> Referral {
    marked(seed, "deceasedBoolean", &json!(true))
}

/// The answer without what it echoes of the mark.
fn unmarked(mut answer: Answer) -> Answer {
    let patient = resource_mut(&mut answer.body, "Patient").expect("a Patient");
    for member in MARKS {
        patient.as_object_mut().expect("a Patient").remove(member);
    }
    answer
}

async fn held(gateway: &TestGateway, referral: Referral) -> Casework {
    let answer = gateway.refer(&referral).await;
    assert!(answer.accepted() && answer.ids_echoed, "{answer:?}");
    let answer = unmarked(answer);
    assert_held(gateway, &answer, "deceased").await;
    Casework { referral, answer }
}

/// The open entries of the queue, as the store has them.
fn waiting(gateway: &TestGateway) -> Vec<Vec<String>> {
    let open = "SELECT kind, subject, reason FROM queue WHERE closed_at IS NULL ORDER BY subject";
    gateway.store.rows(open)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_marked_as_dead_is_held_until_a_named_person_has_judged_it() {
    let gateway = quiet().await;
    let by_date = held(
        &gateway,
        marked(1, "deceasedDateTime", &json!("2026-09-01")),
    )
    .await;
    let by_mark = held(&gateway, dead(2)).await;
    let plain = marked(3, "deceasedBoolean", &json!(false));
    let plain = unmarked(reaches(&gateway, &plain, "lantern").await);
    // The referrer is answered as for a usual receipt.
    for case in [&by_date, &by_mark] {
        assert_eq!(case.answer.status, plain.status);
        assert_eq!(shape(&case.answer.body), shape(&plain.body));
    }
    assert_eq!(waiting(&gateway), [["held", "", "deceased"]; 2]);

    let (code, answer) = by_mark.verb(&gateway, &RESOLVE).await;
    assert_eq!(
        (code, &answer["code"]),
        (1, &json!("WW-OPR-005")),
        "{answer}"
    );
    assert_eq!(answer["detail"], "deceased", "{answer}");
    assert_eq!(by_mark.done(&gateway, &ANYWAY).await, "routed");
    has_reached(&gateway, &by_mark.answer, "lantern").await;

    let died = ["correct", "--to", "deceased", "--evidence", "call 3"];
    assert_eq!(by_date.done(&gateway, &died).await, "deceased");
    // What is left is that the referrer hears of the end.
    assert!(waiting(&gateway).iter().all(|entry| entry[0] != "held"));
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_referral_that_carries_the_mark_names_the_open_case() {
    let gateway = quiet().await;
    let first = reaches(&gateway, &Referral::new(1).at(Place::LANTERN), "lantern").await;
    let second = Referral::new(2).at(Place::LANTERN).same_person_as(1);
    let second = second.change(|bundle| mark(bundle, "deceasedBoolean", &json!(true)));
    let second = held(&gateway, second).await;
    let row = second.row(&gateway).await;
    assert_eq!(
        row.part_of,
        Some(case_of(&gateway, &first.body).await.row.id)
    );
    let (_, answer) = second.verb(&gateway, &RESOLVE).await;
    assert_eq!(answer["detail"], "deceased; open-case", "{answer}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phrase_that_tells_of_a_crisis_is_not_hidden_by_the_mark() {
    let gateway = quiet().await;
    let case = held(&gateway, dead(1).red_flag()).await;
    assert!(case.answer.body.to_string().contains("no crisis service"));
    assert_eq!(
        waiting(&gateway),
        [["held", "", "deceased"], ["held", "red-flag", "red-flag"]]
    );
    let (_, answer) = case.verb(&gateway, &RESOLVE).await;
    assert_eq!(answer["detail"], "deceased; red-flag", "{answer}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_record_that_carries_the_mark_stays_restricted_and_says_so() {
    let gateway = quiet().await;
    let referral = dead(1).security("R");
    let answer = gateway.refer(&referral).await;
    let answer = unmarked(answer);
    assert_held(&gateway, &answer, "restricted").await;
    let case = Casework { referral, answer };
    let (_, answer) = case.verb(&gateway, &RESOLVE).await;
    assert_eq!(answer["detail"], "restricted; deceased", "{answer}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_that_carries_the_mark_is_taken_as_ever() {
    let gateway = quiet().await;
    let sent = Referral::new(1).at(Place::LANTERN);
    let answer = reaches(&gateway, &sent, "lantern").await;
    let mut body = answer.body.clone();
    mark(&mut body, "deceasedBoolean", &json!(true));
    let stop = Stop::of(&body, sent.correlation_id(), StopAs::Cancelled);
    let stopped = gateway.stop(&stop).await.expect("an answer");
    assert!(stopped.accepted(), "{stopped:?}");
    let row = case_of(&gateway, &answer.body).await.row;
    assert!(
        matches!(row.status, Status::CancelRequested | Status::Cancelled),
        "{:?}",
        row.status
    );
    gateway.end().await;
}
