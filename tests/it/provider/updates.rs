//! `POST /cases/{id}/updates`.

use aws_lc_rs::digest;
use serde_json::json;
use workwell_gateway::adapters::seal::hex;
use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::referral::{Stop, StopAs};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::domain::queue::QueueKind;
use workwell_gateway::domain::status::{ClosureReason, Status};
use workwell_gateway::gateway::correct::Correction;
use workwell_gateway::gateway::read::outbox::LegState;

use super::{call, done, outcome, post_update, quiet, read_case, report};
use crate::support::{TestGateway, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_and_body_get_the_same_answer_and_another_body_is_a_conflict() {
    let gateway = quiet().await;
    let (_, id) = read_case(&gateway, 1).await;
    let body = |word: &str| {
        json!({ "status": word, "occurred_at": jiff::Timestamp::now().to_string(), "sequence": 1 })
            .to_string()
    };
    let accepted = body("ACCEPTED");
    let first = post_update(&gateway, &id, "key-1", &accepted).await;
    assert_eq!(outcome(&first), done("accepted", "moved"));
    report(&gateway, &id, "key-2", "IN PROGRESS", 1).await;
    // The repeat gets the answer of its time, not of now.
    let repeat = post_update(&gateway, &id, "key-1", &accepted).await;
    assert_eq!((repeat.status, &repeat.text), (200, &first.text));
    let misuse = post_update(&gateway, &id, "key-1", &body("WITHDRAWN")).await;
    assert_eq!(misuse.refusal(), (409, "WW-PRV-005".to_owned()));
    let view = call(&gateway, "GET", &format!("cases/{id}"))
        .send()
        .await
        .json();
    assert_eq!(view["status"], "in-support");
    // Delivered, accepted, in support: the repeat told nobody anything.
    assert_eq!(gateway.legs(LegKind::Respond).await.len(), 3);
    // A key that looks like one of the gateway's own is as good as any other.
    let own = "acknowledge:acknowledged";
    let got = report(&gateway, &id, own, "SUSPENDED", 2).await;
    assert_eq!(outcome(&got), done("paused", "moved"));
    let path = format!("cases/{id}/acknowledge");
    assert_eq!(call(&gateway, "POST", &path).send().await.status, 200);
    // The key is the case's: another case may use it.
    let (_, other) = read_case(&gateway, 2).await;
    let got = report(&gateway, &other, "key-1", "ACCEPTED", 0).await;
    assert_eq!(outcome(&got), done("accepted", "moved"));
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_names_each_report_by_the_hash_of_its_bytes() {
    let gateway = quiet().await;
    let (_, id) = read_case(&gateway, 1).await;
    let body = json!({ "status": "ACCEPTED", "occurred_at": jiff::Timestamp::now().to_string() });
    let body = body.to_string();
    post_update(&gateway, &id, "key-1", &body).await;
    let inside = &gateway.running.gateway;
    let known = inside.know_case(&Caller::System, &id).await;
    let last = known.expect("it is known").events.pop();
    let note = last.expect("an event").event.note.expect("a note");
    let whole = hex(digest::digest(&digest::SHA256, body.as_bytes()).as_ref());
    let shown = note.strip_prefix("report sha256:").expect("a hash");
    assert_eq!(shown.len(), 16);
    assert!(whole.starts_with(shown), "{note} of {whole}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_is_answered_with_the_providers_own_words_and_an_empty_one_is_no_report() {
    let gateway = quiet().await;
    let (_, id) = read_case(&gateway, 1).await;
    let leg = gateway.leg_in(LegKind::Deliver, LegState::Delivered).await;
    for empty in ["", "  "] {
        let got = report(&gateway, &id, "k1", empty, 0).await;
        assert_eq!(got.refusal(), (400, "WW-PRV-006".to_owned()));
        assert_eq!(got.json()["pointer"], "status");
    }
    assert!(
        gateway.case_of(&leg).await.hold.is_none(),
        "nobody is asked"
    );
    let got = report(&gateway, &id, "k2", "gone fishing", 0).await;
    assert_eq!(got.refusal(), (422, "WW-PRV-003".to_owned()));
    let detail = got.json()["detail"].as_str().expect("a detail").to_owned();
    let tables = gateway.running.gateway.tables();
    let council = tables.provider("borough-works").expect("the council");
    for row in council.status_words.rows() {
        let word = format!("\"{}\"", row.word);
        assert!(detail.contains(&word), "{word} in {detail}");
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_cannot_be_true_is_refused_and_makes_no_later_report_look_late() {
    let gateway = quiet().await;
    let (_, id) = read_case(&gateway, 1).await;
    // A local summer time written with Z; and a wrong year.
    for minutes in [60, 11, -15, -365 * 24 * 60] {
        let got = report(&gateway, &id, "k1", "IN PROGRESS", minutes).await;
        assert_eq!(got.refusal(), (422, "WW-PRV-011".to_owned()), "{minutes}");
        let body = got.json();
        assert_eq!(body["pointer"], "occurred_at");
        let detail = body["detail"].as_str().expect("a detail");
        assert_eq!(detail.matches('Z').count(), 2, "both times: {detail}");
    }
    let got = report(&gateway, &id, "k1", "ACCEPTED", 0).await;
    assert_eq!(outcome(&got), done("accepted", "moved"));
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_is_dated_before_the_last_report_reaches_the_operators_queue() {
    let gateway = quiet().await;
    let (_, id) = read_case(&gateway, 1).await;
    let leg = gateway.leg_in(LegKind::Deliver, LegState::Delivered).await;
    report(&gateway, &id, "k1", "IN PROGRESS", 8).await;
    let end = report(&gateway, &id, "k2", "CLOSED - SUCCESSFUL", 0).await;
    assert_eq!(outcome(&end), done("in-support", "history"));
    let waiting = async || {
        let filter = workwell_gateway::gateway::read::queue::Filter::default();
        let queue = gateway.running.gateway.queue_page(&Caller::System, &filter);
        let waiting = queue.await.expect("the queue is read").waiting;
        let held = waiting.into_iter().map(|entry| entry.row.entry);
        held.map(|entry| (entry.kind, entry.reason))
            .collect::<Vec<_>>()
    };
    let expected = (QueueKind::Held, "end-reported-late".to_owned());
    assert_eq!(waiting().await, [expected]);
    let case = gateway.case_of(&leg).await;
    assert_eq!(case.status.code(), "in-support");
    // Nothing of it is sent to the practice; the next report in order settles it.
    assert_eq!(gateway.legs(LegKind::Respond).await.len(), 2);
    let end = report(&gateway, &id, "k3", "CLOSED - SUCCESSFUL", 9).await;
    assert_eq!(outcome(&end), done("completed", "moved"));
    assert_eq!(waiting().await, []);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_misspelt_member_is_named_with_the_one_that_was_meant() {
    let gateway = quiet().await;
    let (_, id) = read_case(&gateway, 1).await;
    let body = r#"{"status":"ACCEPTED","occured_at":"2026-11-01T10:00:00Z"}"#;
    let got = post_update(&gateway, &id, "k", body).await;
    assert_eq!(got.refusal(), (400, "WW-PRV-006".to_owned()));
    let detail = got.json()["detail"].as_str().expect("a detail").to_owned();
    for part in [
        "a member is not known; was `occurred_at` meant?",
        "`occurred_at` is missing",
    ] {
        assert!(detail.contains(part), "{part} in {detail}");
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_word_is_refused_and_a_named_operator_is_asked_to_look() {
    let gateway = quiet().await;
    let (_, id) = read_case(&gateway, 1).await;
    let leg = gateway.leg_in(LegKind::Deliver, LegState::Delivered).await;
    let got = report(&gateway, &id, "k1", "gone fishing", 0).await;
    assert_eq!(got.refusal(), (422, "WW-PRV-003".to_owned()));
    assert!(!got.text.contains("fishing"), "{}", got.text);
    let case = gateway.case_of(&leg).await;
    assert_eq!(case.status.code(), "delivered", "the status stays");
    let hold = case.hold.expect("it is held");
    assert_eq!(hold.reason, "unknown-provider-word");
    let view = call(&gateway, "GET", &format!("cases/{id}"))
        .send()
        .await
        .json();
    let kinds: Vec<&str> = view["history"]
        .as_array()
        .expect("a history")
        .iter()
        .filter_map(|event| event["kind"].as_str())
        .collect();
    assert!(kinds.contains(&"case.held"), "{kinds:?}");
    // Nothing of it reaches the practice, and the case goes on with a known word.
    assert_eq!(gateway.legs(LegKind::Respond).await.len(), 1);
    let got = report(&gateway, &id, "k2", "ACCEPTED", 0).await;
    assert_eq!(outcome(&got), done("accepted", "moved"));
    gateway.end().await;
}

/// Why the only case ended, and what waits for a person.
fn ending(gateway: &TestGateway) -> (String, Vec<Vec<String>>) {
    let reason = gateway.store.rows("SELECT closure_reason FROM cases");
    let queue = "SELECT kind, subject, reason FROM queue WHERE closed_at IS NULL";
    (reason[0][0].clone(), gateway.store.rows(queue))
}

#[tokio::test(flavor = "multi_thread")]
async fn another_reason_for_an_end_changes_nothing_until_a_person_has_judged() {
    let gateway = quiet().await;
    let (_, id) = read_case(&gateway, 1).await;
    let got = report(&gateway, &id, "k1", "CLOSED - JOB START", 0).await;
    assert_eq!(outcome(&got), done("completed", "moved"));
    let told = gateway.legs(LegKind::Respond).await.len();
    let started = "completed-started-work".to_owned();
    assert_eq!(ending(&gateway), (started.clone(), vec![]));
    // The same reason again asks nobody anything.
    let got = report(&gateway, &id, "k2", "CLOSED - JOB START", 1).await;
    assert_eq!(outcome(&got), done("completed", "unchanged"));
    assert_eq!(ending(&gateway), (started.clone(), vec![]));

    let differs = "closing-reason-differs";
    let waits = vec![["held", differs, differs].map(str::to_owned).to_vec()];
    for (key, word) in [("k3", "CLOSED - NO CHANGE"), ("k4", "CLOSED - RETURNED")] {
        let got = report(&gateway, &id, key, word, 2).await;
        assert_eq!(outcome(&got), done("completed", "history"));
        assert_eq!(ending(&gateway), (started.clone(), waits.clone()));
    }
    assert_eq!(gateway.legs(LegKind::Respond).await.len(), told);
    let view = call(&gateway, "GET", &format!("cases/{id}"))
        .send()
        .await
        .json();
    let last = view["history"].as_array().expect("a history").last();
    assert_eq!(last.expect("an event")["word"], "CLOSED - RETURNED");

    let operator = Caller::Operator("Duty operator".to_owned());
    let correct = async |reason: &str| {
        let correction = Correction {
            to: Status::Completed,
            evidence: "call 17".to_owned(),
            reason: ClosureReason::from_code(reason),
        };
        let id = id.parse().expect("an id");
        let use_cases = &gateway.running.gateway;
        let corrected = use_cases.correct(&operator, id, &correction).await;
        assert_eq!(corrected, Ok(Status::Completed));
    };
    // The first was right: the entry ends, and nobody is told anything.
    correct(&started).await;
    assert_eq!(ending(&gateway), (started, vec![]));
    assert_eq!(gateway.legs(LegKind::Respond).await.len(), told);
    // The later one was: it is set, and the practice is told.
    report(&gateway, &id, "k5", "CLOSED - NO CHANGE", 3).await;
    assert_eq!(ending(&gateway).1, waits);
    for _ in 0..2 {
        correct("completed-no-change").await;
        assert_eq!(ending(&gateway), ("completed-no-change".to_owned(), vec![]));
        assert_eq!(gateway.legs(LegKind::Respond).await.len(), told + 1);
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cancelled_keeps_the_reason_for_which_it_was_cancelled() {
    let gateway = quiet().await;
    let (referral, id) = read_case(&gateway, 1).await;
    let how = StopAs::Cancelled;
    let stop = Stop::of(referral.json(), referral.correlation_id(), how);
    assert!(gateway.stop(&stop).await.expect("an answer").accepted());
    let got = report(&gateway, &id, "k1", "CLOSED - JOB START", 1).await;
    assert_eq!(outcome(&got), done("cancelled", "moved"));
    assert_eq!(ending(&gateway).0, "referrer-cancelled");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_report_goes_to_history_and_is_not_sent_on() {
    let gateway = quiet().await;
    let (referral, id) = read_case(&gateway, 1).await;
    report(&gateway, &id, "k1", "IN PROGRESS", 0).await;
    let late = report(&gateway, &id, "k2", "APPOINTMENT MADE", -5).await;
    assert_eq!(outcome(&late), done("in-support", "history"));
    let view = call(&gateway, "GET", &format!("cases/{id}"))
        .send()
        .await
        .json();
    assert_eq!(view["status"], "in-support");
    let last = view["history"].as_array().expect("a history").last();
    assert_eq!(last.expect("an event")["word"], "APPOINTMENT MADE");
    eventually("the practice is told twice", || async {
        let told = gateway.parties.gp.responses_to(referral.bundle_id());
        (told.len() == 2).then_some(())
    })
    .await;
    assert_eq!(
        gateway.legs(LegKind::Respond).await.len(),
        2,
        "delivered, in support"
    );
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_providers_own_sequence_goes_before_its_clock() {
    let gateway = quiet().await;
    let (_, id) = read_case(&gateway, 1).await;
    for (key, word, sequence, expected) in [
        ("k1", "IN PROGRESS", 5, done("in-support", "moved")),
        ("k2", "SUSPENDED", 4, done("in-support", "history")),
        ("k3", "ACCEPTED", 5, done("in-support", "history")),
        ("k4", "SUSPENDED", 6, done("paused", "moved")),
    ] {
        let at = jiff::Timestamp::now().to_string();
        let body = json!({ "status": word, "occurred_at": at, "sequence": sequence });
        let got = post_update(&gateway, &id, key, &body.to_string()).await;
        assert_eq!(outcome(&got), expected, "{word} {sequence}");
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_is_over_takes_no_further_report() {
    let gateway = quiet().await;
    let (_, id) = read_case(&gateway, 1).await;
    let closed = report(&gateway, &id, "k1", "CLOSED - SUCCESSFUL", 0).await;
    assert_eq!(outcome(&closed), done("completed", "moved"));
    let got = report(&gateway, &id, "k2", "IN PROGRESS", 1).await;
    assert_eq!(got.refusal(), (409, "WW-PRV-004".to_owned()));
    assert!(got.text.contains("case-is-over"), "{}", got.text);
    let got = call(&gateway, "POST", &format!("cases/{id}/acknowledge"))
        .send()
        .await;
    assert_eq!(outcome(&got), done("completed", "unchanged"));
    let view = call(&gateway, "GET", &format!("cases/{id}"))
        .send()
        .await
        .json();
    assert_eq!(view["status"], "completed");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cannot_be_read_is_refused_without_its_words() {
    let gateway = quiet().await;
    let (_, id) = read_case(&gateway, 1).await;
    let long = format!(r#"{{"status":"{}"}}"#, "zebulon ".repeat(3_000));
    let huge = "zebulon ".repeat(400_000);
    for body in [
        "",
        "zebulon",
        r#"["zebulon"]"#,
        r#"{"status":"ACCEPTED"}"#,
        r#"{"status":17,"occurred_at":"2026-11-01T10:00:00Z"}"#,
        r#"{"status":"ACCEPTED","occurred_at":"zebulon"}"#,
        r#"{"status":"ACCEPTED","occurred_at":"2026-11-01T10:00:00"}"#,
        r#"{"status":"ACCEPTED","occurred_at":"2026-11-01T10:00:00Z","sequence":"zebulon"}"#,
        r#"{"status":"ACCEPTED","occurred_at":"2026-11-01T10:00:00Z","zebulon":1}"#,
        &long,
        &huge,
    ] {
        let got = post_update(&gateway, &id, "k", body).await;
        let shown: String = body.chars().take(80).collect();
        assert_eq!(got.refusal(), (400, "WW-PRV-006".to_owned()), "{shown}");
        assert_eq!(got.header("content-type"), "application/problem+json");
        assert!(!got.text.contains("zebulon"), "{}", got.text);
    }
    let body = r#"{"status":"ACCEPTED","occurred_at":"2026-11-01T10:00:00Z"}"#;
    for key in [
        None,
        Some(""),
        Some("zebulon zebulon"),
        Some(&*"z".repeat(101)),
    ] {
        let mut update = call(&gateway, "POST", &format!("cases/{id}/updates")).body(body);
        if let Some(key) = key {
            update = update.header("Idempotency-Key", key);
        }
        let got = update.send().await;
        assert_eq!(got.refusal(), (400, "WW-PRV-006".to_owned()), "{key:?}");
        assert_eq!(got.json()["pointer"], "Idempotency-Key");
        assert!(!got.text.contains("zebulon"), "{}", got.text);
    }
    let view = call(&gateway, "GET", &format!("cases/{id}"))
        .send()
        .await
        .json();
    assert_eq!(view["status"], "delivered");
    gateway.end().await;
}
