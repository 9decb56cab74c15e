//! The same NHS number with another birth date: it may be somebody else's number, on either
//! referral. A person asks; the gateway guesses nothing and tells neither referrer.

use serde_json::{Value, json};
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::bundle::resource_mut;
use workwell_gateway::conformance::parties::referral::{Place, Referral, StopAs};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::gateway::read::queue::Filter;
use workwell_gateway::surfaces::waiting::{what_to_do, why};

use crate::support::TestGateway;
use crate::support::casework::Casework;

const CODE: &str = "open-case-birth-date";
const OTHER: &str = "1931-02-03";
const RESOLVE: [&str; 3] = ["resolve", "--evidence", "call 2"];
const ANYWAY: [&str; 4] = ["resolve", "--evidence", "call 2", "--send-anyway"];
const REDECIDE: [&str; 5] = ["redecide", "--by", "A. Analyst", "--why", "call 3"];

/// A gateway whose council does not come by itself.
async fn quiet() -> TestGateway {
    let gateway = TestGateway::start().await;
    let away = Script::silent().received(Reception::Hang { times: u32::MAX });
    gateway.parties.borough_works.desk.script_usual(away);
    gateway
}

fn first() -> Referral {
    Referral::new(1).at(Place::BOROUGH_WORKS)
}

/// A second referral with the number of the person of seed 1.
fn second(seed: u64) -> Referral {
    let second = Referral::new(seed).same_person_as(1);
    second.at(Place::BOROUGH_WORKS)
}

/// Gives the message's person another birth date, or none.
fn bear(bundle: &mut Value, date: Option<&str>) {
    let patient = resource_mut(bundle, "Patient").and_then(Value::as_object_mut);
    let patient = patient.expect("a Patient");
    patient.remove("birthDate");
    if let Some(date) = date {
        patient.insert("birthDate".to_owned(), json!(date));
    }
}

fn born(referral: Referral, date: Option<&str>) -> Referral {
    referral.change(|bundle| bear(bundle, date))
}

async fn reason(gateway: &TestGateway, case: &Casework) -> String {
    let row = case.row(gateway).await;
    row.hold.map(|hold| hold.reason).unwrap_or_default()
}

async fn detail(gateway: &TestGateway, case: &Casework, words: &[&str]) -> Value {
    let (code, answer) = case.verb(gateway, words).await;
    assert_eq!(
        (code, &answer["code"]),
        (1, &json!("WW-OPR-005")),
        "{answer}"
    );
    answer["detail"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_held_and_the_operator_is_told_that_the_number_may_be_the_wrong_one_on_either() {
    let gateway = quiet().await;
    let one = Casework::of(&gateway, first()).await;
    let two = Casework::of(&gateway, born(second(2), Some(OTHER))).await;
    assert_eq!(two.stands(&gateway).await, ("held", "gateway-operator"));
    let row = two.row(&gateway).await;
    assert_eq!(row.part_of, Some(one.row(&gateway).await.id));

    let operator = Caller::Operator("Demo operator".to_owned());
    let of_case = Filter {
        case_id: Some(row.id),
        ..Filter::default()
    };
    let page = gateway.running.gateway.queue_page(&operator, &of_case);
    let page = page.await.expect("the queue is read");
    let [waiting] = &page.waiting[..] else {
        panic!("one entry: {:?}", page.waiting.len());
    };
    let entry = &waiting.row.entry;
    assert_eq!((entry.kind.code(), entry.reason.as_str()), ("held", CODE));
    assert!(!entry.owner.is_empty());
    let said = why(&waiting.row);
    assert!(said.contains("another birth date"), "{said}");
    assert!(said.contains("wrong on either referral"), "{said}");
    let steps = what_to_do(&waiting.row, &waiting.case, None);
    let ask = "Ask both referrers for number and birth date before anything is released";
    assert!(steps[1].words.starts_with(ask), "{}", steps[1].words);

    // A code and no datum, wherever it is kept in clear.
    let kept = [
        "SELECT reason FROM queue",
        "SELECT note FROM events WHERE note IS NOT NULL",
        "SELECT details FROM audit",
    ];
    let kept: Vec<_> = kept.iter().map(|sql| gateway.store.rows(sql)).collect();
    let kept = format!("{kept:?}");
    assert!(kept.contains(CODE) && !kept.contains(OTHER), "{kept}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_a_persons_word_releases_it_also_when_the_other_case_is_over() {
    let gateway = quiet().await;
    let one = Casework::of(&gateway, first().security("R")).await;
    let two = Casework::of(&gateway, born(second(2), Some(OTHER))).await;
    for _ in 0..2 {
        assert_eq!(detail(&gateway, &two, &RESOLVE).await, CODE);
        let (_, answer) = two.verb(&gateway, &REDECIDE).await;
        assert_eq!(
            (&answer["outcome"], &answer["reason"]),
            (&json!("held"), &json!(CODE))
        );
        let back = ["return", "--reason", "unable-to-contact"];
        one.verb(&gateway, &back).await;
        assert!(one.row(&gateway).await.status.is_terminal());
    }
    assert_eq!(two.done(&gateway, &ANYWAY).await, "routed");
    let released = "SELECT details FROM audit WHERE kind = 'case.released' ORDER BY seq DESC";
    let released = gateway.store.rows(released)[0][0].clone();
    let set_aside = format!(r#""set-aside":"{CODE}""#);
    assert!(released.contains(&set_aside), "{released}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_case_is_kept_for_it_too_where_it_has_not_left() {
    let gateway = quiet().await;
    let one = Casework::of(&gateway, first()).await;
    assert_eq!(
        one.done(&gateway, &["hold", "--reason", "call 1"]).await,
        "held"
    );
    Casework::of(&gateway, born(second(2), Some(OTHER))).await;
    assert_eq!(detail(&gateway, &one, &RESOLVE).await, CODE);
    assert_eq!(one.done(&gateway, &ANYWAY).await, "routed");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_birth_date_that_one_does_not_carry_is_no_difference() {
    let gateway = quiet().await;
    Casework::of(&gateway, born(first(), None)).await;
    let with = Casework::of(&gateway, second(2)).await;
    assert_eq!(reason(&gateway, &with).await, "open-case");
    let without = Casework::of(&gateway, born(second(3), None)).await;
    assert_eq!(reason(&gateway, &without).await, "open-case");
    // Of several open cases one that differs is enough.
    let other = Casework::of(&gateway, born(second(4), Some(OTHER))).await;
    assert_eq!(reason(&gateway, &other).await, CODE);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_phrase_of_a_crisis_it_stands_in_the_history_and_in_the_refusal() {
    let gateway = quiet().await;
    Casework::of(&gateway, first()).await;
    let crisis = born(second(2), Some(OTHER)).red_flag();
    let crisis = Casework::of(&gateway, crisis).await;
    assert_eq!(reason(&gateway, &crisis).await, "red-flag");
    let both = format!("red-flag; {CODE}");
    let note = "SELECT note FROM events WHERE kind = 'case.held'";
    assert_eq!(gateway.store.rows(note), [[both.clone()]]);
    assert_eq!(detail(&gateway, &crisis, &RESOLVE).await, both.as_str());
    assert_eq!(crisis.done(&gateway, &ANYWAY).await, "routed");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_other_case_cannot_be_read_it_is_held_as_any_second_one() {
    let gateway = quiet().await;
    let one = Casework::of(&gateway, first().security("R")).await;
    let id = one.row(&gateway).await.reference;
    let spoilt = format!(
        "UPDATE cases SET sealed_case = wrapped_key WHERE reference = '{}'",
        id.as_str()
    );
    gateway.store.execute(&spoilt);
    let two = Casework::of(&gateway, born(second(2), Some(OTHER))).await;
    assert_eq!(reason(&gateway, &two).await, "open-case");
    gateway.end().await;
}

/// A stop is never refused for it (DESIGN I10), and whoever reads the case later sees it.
#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_with_another_birth_date_stops_and_says_so_in_history_and_audit() {
    for (date, differs) in [(Some(OTHER), true), (None, false)] {
        let gateway = quiet().await;
        let mut case = Casework::of(&gateway, first()).await;
        bear(&mut case.answer.body, date);
        case.stopped_by_practice(&gateway, StopAs::Cancelled).await;
        let row = case.row(&gateway).await;
        assert!(row.status.lets_nothing_leave());
        let notes = "SELECT note FROM events WHERE kind = 'case.stopped' AND note IS NOT NULL";
        let notes = gateway.store.rows(notes);
        let wanted: &[[&str; 1]] = if differs {
            &[["birth-date-differs"]]
        } else {
            &[]
        };
        assert_eq!(notes, wanted);
        let facts = "SELECT details FROM audit WHERE kind = 'case.stopped'";
        let fact = gateway.store.rows(facts)[0][0].clone();
        let said = fact.contains(r#""person":"birth-date-differs""#);
        assert_eq!(said, differs, "{fact}");
        assert!(!fact.contains(OTHER), "{fact}");
        gateway.end().await;
    }
}
