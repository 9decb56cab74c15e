//! A referral with several identifiers is known by each of them, in whatever order they
//! come: as a double, for a cancel and for a search.

use serde_json::{Value, json};
use workwell_gateway::conformance::parties::gp::Answer;
use workwell_gateway::conformance::parties::referral::bundle::resource_mut;
use workwell_gateway::conformance::parties::referral::{Consent, Place, Referral, Stop, StopAs};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::domain::status::Status;
use workwell_gateway::gateway::correct::Correction;

use super::wire::Reply;
use super::{case_of, facts, holds, quiet, reaches, second_practice, sent_by, wire};
use crate::support::TestGateway;

const SYSTEM: &str = "https://larkspur.example/Id/referral";

fn identifiers(values: &[&str]) -> Value {
    let one = |value: &&str| json!({ "system": SYSTEM, "value": value });
    values.iter().map(one).collect()
}

/// A referral under these identifiers.
fn named(seed: u64, values: &[&str]) -> Referral {
    Referral::new(seed).at(Place::LANTERN).change(|bundle| {
        let request = resource_mut(bundle, "ServiceRequest").expect("a ServiceRequest");
        request["identifier"] = identifiers(values);
    })
}

async fn send(gateway: &TestGateway, referral: &Referral) -> Reply {
    let sending = gateway.parties.gp.prepare(referral);
    wire::post(gateway, &sending).await
}

/// A cancel that names these identifiers and not our id.
async fn cancel(gateway: &TestGateway, referral: &Referral, values: &[&str]) -> Reply {
    let stop = cancel_naming(referral, identifiers(values));
    wire::post(gateway, &gateway.parties.gp.prepare_stop(&stop)).await
}

fn cancel_naming(referral: &Referral, named: Value) -> Stop {
    let mut message = referral.json().clone();
    let request = resource_mut(&mut message, "ServiceRequest").expect("a ServiceRequest");
    request["identifier"] = named;
    Stop::of(&message, referral.correlation_id(), StopAs::Cancelled)
}

/// The identifiers with which a read shows it, our reference the first.
async fn shown_identifiers(gateway: &TestGateway, answer: &Answer) -> Value {
    let id = answer.service_request_id().expect("an id");
    let reply = wire::get(gateway, &format!("ServiceRequest/{id}")).await;
    let shown = reply.json["identifier"].clone();
    let reference = answer.case_reference().expect("a reference");
    assert_eq!(shown[0]["value"], reference, "{shown}");
    shown
}

/// Makes a case unreadable; a second time, readable again.
fn spoil(gateway: &TestGateway, answer: &Answer) {
    let reference = answer.case_reference().expect("a reference");
    gateway.store.execute(&format!(
        "UPDATE cases SET sealed_case = wrapped_key, wrapped_key = sealed_case
         WHERE reference = '{reference}'"
    ));
}

/// A delivered referral, and a held one with the same identifiers.
async fn delivered_and_held(gateway: &TestGateway) -> (Referral, Answer, Answer) {
    let first = named(1, &["A", "B"]).workwell_consent(Consent::Absent);
    let held = holds(gateway, &first, "workwell-consent-not-recorded").await;
    assert_eq!(cancel(gateway, &first, &["A"]).await.status, 200);
    let again = named(1, &["B", "A"]);
    let delivered = reaches(gateway, &again, "lantern").await;
    reopen(gateway, &held).await;
    (again, delivered, held)
}

async fn status_of(gateway: &TestGateway, answer: &Answer) -> Status {
    case_of(gateway, &answer.body).await.row.status
}

fn assert_open_already(reply: &Reply) {
    assert_eq!(reply.status, 409, "{}", reply.json);
    reply.assert_outcome();
    let place = "ServiceRequest.identifier";
    let expected = ["REC_CONFLICT", "conflict", "WW-REF-042", place];
    assert_eq!(reply.errors(), [expected]);
}

async fn reopen(gateway: &TestGateway, answer: &Answer) {
    let operator = Caller::Operator("Duty operator".to_owned());
    let row = case_of(gateway, &answer.body).await.row;
    let correction = Correction {
        to: Status::Held,
        evidence: "call 17".to_owned(),
        reason: None,
    };
    let use_cases = &gateway.running.gateway;
    let corrected = use_cases.correct(&operator, row.id, &correction).await;
    assert_eq!(corrected, Ok(Status::Held));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_with_an_identifier_in_common_with_an_open_one_is_refused() {
    let gateway = quiet().await;
    reaches(&gateway, &named(1, &["A", "B"]), "lantern").await;
    // The same person again, and others: the order makes no other referral.
    for (seed, values) in [
        (1, &["B", "A"][..]),
        (2, &["B", "A"]),
        (3, &["B"]),
        (4, &["C", "B"]),
        (5, &["C", "D", "A"]),
    ] {
        assert_open_already(&send(&gateway, &named(seed, values)).await);
    }
    assert_eq!(facts(&gateway, "referral.accepted").await, 1);
    // Another system's number of the same spelling is another identifier.
    let other = named(6, &["B"]).change(|bundle| {
        let request = resource_mut(bundle, "ServiceRequest").expect("a ServiceRequest");
        request["identifier"][0]["system"] = json!("https://larkspur.example/Id/letter");
    });
    reaches(&gateway, &other, "lantern").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_once_with_an_identifier_in_common_one_is_taken() {
    let gateway = quiet().await;
    for round in 0..4 {
        let shared = format!("SHARED-{round}");
        let [own, other] = [format!("ONE-{round}"), format!("TWO-{round}")];
        let pair = [
            named(10 + round, &[&own, &shared]),
            named(20 + round, &[&shared, &other]),
        ];
        let (one, two) = tokio::join!(send(&gateway, &pair[0]), send(&gateway, &pair[1]));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", one.json, two.json);
        assert_open_already(if one.status == 409 { &one } else { &two });
    }
    assert_eq!(facts(&gateway, "referral.accepted").await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_finds_the_referral_by_any_identifier_in_any_order() {
    let gateway = quiet().await;
    for (seed, named_by) in [
        (1, &["B", "A"][..]),
        (2, &["B"]),
        (3, &["A"]),
        (4, &["X", "B"]),
    ] {
        let own = |value: &&str| format!("{value}-{seed}");
        let (carried, named_by): (Vec<String>, Vec<String>) = (
            ["A", "B"].iter().map(own).collect(),
            named_by.iter().map(own).collect(),
        );
        let carried: Vec<&str> = carried.iter().map(String::as_str).collect();
        let named_by: Vec<&str> = named_by.iter().map(String::as_str).collect();
        let referral = named(seed, &carried);
        let answer = reaches(&gateway, &referral, "lantern").await;
        let reply = cancel(&gateway, &referral, &named_by).await;
        assert_eq!(reply.status, 200, "{named_by:?}: {}", reply.json);
        assert!(status_of(&gateway, &answer).await.is_stopped());
    }
    // None of its identifiers, in its conversation: another referral, and nothing is stopped.
    let referral = named(9, &["A-9", "B-9"]);
    let answer = reaches(&gateway, &referral, "lantern").await;
    let reply = cancel(&gateway, &referral, &["C-9"]).await;
    assert_eq!(
        (reply.status, reply.codes()),
        (400, vec!["WW-REF-040".to_owned()])
    );
    assert!(!status_of(&gateway, &answer).await.is_stopped());
}

#[tokio::test(flavor = "multi_thread")]
async fn identifiers_are_free_when_the_case_ends_and_taken_when_it_is_opened_again() {
    let gateway = quiet().await;
    let first = named(1, &["A", "B"]).workwell_consent(Consent::Absent);
    let answer = holds(&gateway, &first, "workwell-consent-not-recorded").await;
    assert_open_already(&send(&gateway, &named(2, &["C", "B"])).await);
    assert_eq!(cancel(&gateway, &first, &["B"]).await.status, 200);
    reopen(&gateway, &answer).await;
    assert_open_already(&send(&gateway, &named(3, &["C", "B"])).await);
    assert_eq!(cancel(&gateway, &first, &["B"]).await.status, 200);
    reaches(&gateway, &named(4, &["C", "B"]), "lantern").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_open_ones_the_delivered_one_is_stopped() {
    let gateway = quiet().await;
    let (again, delivered, held) = delivered_and_held(&gateway).await;
    let reply = cancel(&gateway, &again, &["A", "B"]).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    assert!(status_of(&gateway, &delivered).await.is_stopped());
    assert_eq!(status_of(&gateway, &held).await, Status::Held);
    // A second cancel ends what waits, too.
    assert_eq!(cancel(&gateway, &again, &["A", "B"]).await.status, 200);
    assert_eq!(status_of(&gateway, &held).await, Status::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_that_names_our_reference_stops_that_referral_and_no_other() {
    let gateway = quiet().await;
    let (again, delivered, held) = delivered_and_held(&gateway).await;
    let shown = shown_identifiers(&gateway, &held).await;
    let stop = cancel_naming(&again, shown);
    assert!(gateway.stop(&stop).await.expect("an answer").accepted());
    assert_eq!(status_of(&gateway, &held).await, Status::Cancelled);
    assert!(!status_of(&gateway, &delivered).await.is_stopped());

    // The reference alone, of a referral that has identifiers of its own.
    let shown = shown_identifiers(&gateway, &delivered).await;
    let reference = json!([shown[0]]);
    let other = second_practice("Y99009").await;
    let theirs = cancel_naming(&sent_by(named(1, &["B", "A"]), "Y99009"), reference.clone());
    let reply = wire::post(&gateway, &other.prepare_stop(&theirs)).await;
    assert_eq!(
        (reply.status, reply.codes()),
        (400, vec!["WW-REF-040".to_owned()])
    );
    // Nor is it another person's.
    let of_another = cancel_naming(&named(2, &["Z"]), reference.clone());
    let sending = gateway.parties.gp.prepare_stop(&of_another);
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(
        (reply.status, reply.codes()),
        (400, vec!["WW-REF-046".to_owned()])
    );
    assert!(!status_of(&gateway, &delivered).await.is_stopped());
    let stop = cancel_naming(&again, reference);
    assert!(gateway.stop(&stop).await.expect("an answer").accepted());
    assert!(status_of(&gateway, &delivered).await.is_stopped());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_that_is_over_and_cannot_be_read_keeps_no_cancel_from_its_successor() {
    let gateway = quiet().await;
    let first = named(1, &["A", "B"]).workwell_consent(Consent::Absent);
    let over = holds(&gateway, &first, "workwell-consent-not-recorded").await;
    assert_eq!(cancel(&gateway, &first, &["A"]).await.status, 200);
    let again = named(1, &["B", "A"]);
    let delivered = reaches(&gateway, &again, "lantern").await;
    spoil(&gateway, &over);
    let reply = cancel(&gateway, &again, &["A", "B"]).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    assert!(status_of(&gateway, &delivered).await.is_stopped());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_that_failed_on_our_side_is_decided_anew_once_that_is_mended() {
    let gateway = quiet().await;
    let referral = named(1, &["A"]);
    let delivered = reaches(&gateway, &referral, "lantern").await;
    let stop = cancel_naming(&referral, identifiers(&["A"]));
    let sending = gateway.parties.gp.prepare_stop(&stop);
    spoil(&gateway, &delivered);
    for _ in 0..2 {
        let reply = wire::post(&gateway, &sending).await;
        reply.assert_outcome();
        assert_eq!(
            (reply.status, reply.codes()),
            (500, vec!["WW-STO-005".to_owned()])
        );
    }
    assert_eq!(facts(&gateway, "message.refused").await, 2);
    spoil(&gateway, &delivered);
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    assert!(status_of(&gateway, &delivered).await.is_stopped());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_two_open_ones_could_be_meant_none_is_stopped_and_the_sender_is_told() {
    let gateway = quiet().await;
    let referral = named(1, &["A", "B"]).workwell_consent(Consent::Absent);
    let reason = "workwell-consent-not-recorded";
    let first = holds(&gateway, &referral, reason).await;
    assert_eq!(cancel(&gateway, &referral, &["A"]).await.status, 200);
    let second = holds(&gateway, &referral, reason).await;
    reopen(&gateway, &first).await;

    let reply = cancel(&gateway, &referral, &["B", "A"]).await;
    reply.assert_outcome();
    let place = "ServiceRequest.identifier";
    let expected = ["REC_BAD_REQUEST", "invariant", "WW-REF-040", place];
    assert_eq!(
        (reply.status, reply.errors()),
        (400, vec![expected.map(str::to_owned)])
    );
    for answer in [&first, &second] {
        assert_eq!(status_of(&gateway, answer).await, Status::Held);
    }
    // Our id says which.
    let correlation = referral.correlation_id();
    let stop = Stop::of(&second.body, correlation, StopAs::Cancelled);
    assert!(gateway.stop(&stop).await.expect("an answer").accepted());
    assert_eq!(status_of(&gateway, &second).await, Status::Cancelled);
    assert_eq!(status_of(&gateway, &first).await, Status::Held);
}

/// A cancel that names this id of ours, where there is one, and these identifiers.
fn cancel_by(referral: &Referral, id: Option<&str>, named: &[&Value]) -> Stop {
    let mut message = referral.json().clone();
    let request = resource_mut(&mut message, "ServiceRequest").expect("a ServiceRequest");
    if let Some(id) = id {
        request["id"] = json!(id);
    }
    request["identifier"] = json!(named);
    Stop::of(&message, referral.correlation_id(), StopAs::Cancelled)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_whose_ids_point_at_two_open_referrals_stops_neither() {
    let gateway = quiet().await;
    let [one, two] = [named(1, &["A"]), named(2, &["B"])];
    let first = reaches(&gateway, &one, "lantern").await;
    let second = reaches(&gateway, &two, "lantern").await;
    let own = |value: &str| identifiers(&[value])[0].clone();
    let [a, b, unknown] = [own("A"), own("B"), own("X")];
    let [of_first, of_second] = [
        shown_identifiers(&gateway, &first).await[0].clone(),
        shown_identifiers(&gateway, &second).await[0].clone(),
    ];
    let id = first.service_request_id();
    for (id, named) in [
        (id, &[&b][..]),
        (id, &[&a, &b]),
        (id, &[&b, &a]),
        (id, &[&of_second]),
        (id, &[&a, &of_second]),
        (None, &[&a, &b]),
        (None, &[&unknown, &a, &b]),
        (None, &[&of_first, &of_second]),
        (None, &[&of_first, &b]),
        (None, &[&of_second, &a]),
    ] {
        let stop = cancel_by(&one, id, named);
        let reply = wire::post(&gateway, &gateway.parties.gp.prepare_stop(&stop)).await;
        assert_eq!(
            (reply.status, reply.codes()),
            (400, vec!["WW-REF-040".to_owned()]),
            "{id:?} {named:?}"
        );
        for answer in [&first, &second] {
            assert!(!status_of(&gateway, answer).await.is_stopped(), "{named:?}");
        }
    }
    // What points at one is taken, whatever else is not known here.
    let stop = cancel_by(&one, id, &[&a, &unknown, &of_first]);
    assert!(gateway.stop(&stop).await.expect("an answer").accepted());
    assert!(status_of(&gateway, &first).await.is_stopped());
    assert!(!status_of(&gateway, &second).await.is_stopped());
    // The first is over: it is no rival of the second.
    let stop = cancel_by(&two, second.service_request_id(), &[&b, &a]);
    assert!(gateway.stop(&stop).await.expect("an answer").accepted());
    assert!(status_of(&gateway, &second).await.is_stopped());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_is_read_back_by_any_identifier_and_shows_them_all() {
    let gateway = quiet().await;
    let answer = reaches(&gateway, &named(1, &["A", "B"]), "lantern").await;
    for (value, total) in [("A", 1), ("B", 1), ("C", 0)] {
        let path = format!("ServiceRequest?identifier={SYSTEM}%7C{value}");
        let reply = wire::get(&gateway, &path).await;
        assert_eq!(
            (reply.status, &reply.json["total"]),
            (200, &json!(total)),
            "{value}"
        );
    }
    let id = answer.service_request_id().expect("an id");
    let reply = wire::get(&gateway, &format!("ServiceRequest/{id}")).await;
    let shown = reply.json["identifier"].as_array().expect("identifiers");
    for identifier in identifiers(&["A", "B"]).as_array().expect("two") {
        assert!(shown.contains(identifier), "{shown:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_identifiers_than_are_looked_up_are_refused() {
    let gateway = quiet().await;
    let values: Vec<String> = (0..21).map(|number| format!("N-{number}")).collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let reply = send(&gateway, &named(1, &values)).await;
    assert_eq!(
        (reply.status, reply.codes()),
        (400, vec!["WW-REF-012".to_owned()])
    );
    reaches(&gateway, &named(2, &values[..20]), "lantern").await;
}
