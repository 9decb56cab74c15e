//! The call for a person: signed, coded, repeated until it is taken.

use std::path::PathBuf;

use clap::{Command, FromArgMatches, Subcommand};
use jiff::SignedDuration;
use workwell_gateway::adapters::channels::SigningKeys;
use workwell_gateway::config::{Alerts, Clock};
use workwell_gateway::conformance::parties::referral::{Place, Referral, person};
use workwell_gateway::surfaces::cli::cases::{self, Cases};

use super::{held, queue, quiet, refer, until, watch};
use crate::support::TestGateway;
use crate::support::call::Call;
use crate::support::receiver::{Receiver, Reply, Taken};

/// 24 bytes and more, as Standard Webhooks asks.
const SECRET: &str = "whsec_c3ludGhldGljLXNlY3JldC1vZi1hLXRlc3Qtb25seQ==";

async fn alerting(receiver: &Receiver) -> (TestGateway, Clock, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let secret: PathBuf = folder.path().join("alerts.hook");
    std::fs::write(&secret, SECRET).expect("written");
    let url = format!("{}/alerts", receiver.url());
    let (gateway, clock) = quiet(|settings| {
        settings.alerts = Some(Alerts {
            url,
            secret_file: secret,
        });
        settings.clocks.escalate_to = Some("Head of desk".to_owned());
    })
    .await;
    (gateway, clock, folder)
}

fn is_signed(taken: &Taken, folder: &tempfile::TempDir) -> bool {
    let keys = SigningKeys::read(&folder.path().join("alerts.hook")).expect("a secret");
    let at = taken.header("webhook-timestamp").parse().expect("seconds");
    let signature = keys.sign(taken.header("webhook-id"), at, &taken.body);
    taken.header("webhook-signature") == signature
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_signed_and_says_codes_and_the_reference_and_nothing_of_the_person() {
    let receiver = Receiver::start().await;
    let (gateway, _, folder) = alerting(&receiver).await;
    let (_, answer, id) = held(&gateway, 3).await;
    watch(&gateway).await;
    let taken = receiver.taken();
    assert_eq!(taken.len(), 1);
    assert!(is_signed(&taken[0], &folder));
    let body = taken[0].json();
    assert_eq!(body["type"], "queue.raised");
    assert_eq!(
        body["data"]["caseReference"],
        answer.case_reference().expect("one")
    );
    assert_eq!(body["data"]["kind"], "held");
    assert_eq!(body["data"]["reason"], "workwell-consent-not-recorded");
    assert_eq!(body["data"]["owner"], "Demo operator");
    let due = queue(&gateway).await[0].entry.due_at;
    assert_eq!(body["data"]["dueAt"], due.to_string());
    let text = String::from_utf8_lossy(&taken[0].body).into_owned();
    for datum in [person::family(3), person::given(3), &person::nhs_number(3)] {
        assert!(!text.contains(datum), "a datum is in an alert");
    }
    assert!(!text.contains(&id.to_string()));
    assert_eq!(watch(&gateway).await.alerted, 0, "once is enough");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phrase_that_tells_of_a_crisis_is_alerted_whatever_else_keeps_the_case() {
    let receiver = Receiver::start().await;
    let (gateway, _, _folder) = alerting(&receiver).await;
    let at_lantern = |seed| Referral::new(seed).at(Place::LANTERN);
    refer(&gateway, &at_lantern(1)).await;
    let second = at_lantern(2).same_person_as(1).red_flag();
    refer(&gateway, &second).await;
    refer(&gateway, &at_lantern(3).security("R").red_flag()).await;
    watch(&gateway).await;
    let taken = receiver.taken();
    let mut reasons: Vec<String> = taken
        .iter()
        .map(|taken| taken.json()["data"]["reason"].to_string())
        .collect();
    reasons.sort();
    let wanted = [r#""red-flag""#, r#""red-flag""#, r#""restricted""#];
    assert_eq!(reasons, wanted);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_that_is_not_taken_is_sent_again_under_the_same_id() {
    let receiver = Receiver::start().await;
    receiver.answer_next([Reply::Status(503), Reply::Cut]);
    let (gateway, clock, _folder) = alerting(&receiver).await;
    held(&gateway, 1).await;
    let every = gateway.settings().clocks.every;
    for (fails, pause) in [(true, every), (true, every * 2), (false, every)] {
        assert_eq!(watch(&gateway).await.alerts_fail, fails);
        clock.advance(SignedDuration::try_from(pause).expect("a short pause"));
    }
    let taken = receiver.taken();
    let ids: Vec<&str> = taken.iter().map(|t| t.header("webhook-id")).collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_keeps_failing_is_tried_after_growing_pauses_and_at_once_when_it_is_well() {
    let receiver = Receiver::start().await;
    receiver.answer_usual(Reply::Status(503));
    let (gateway, clock, _folder) = alerting(&receiver).await;
    held(&gateway, 1).await;
    let every = gateway.settings().clocks.every;
    let every = SignedDuration::try_from(every).expect("a short pause");
    // Rounds in which it is tried, of the first sixteen: after 1, 2, 4 and 8 pauses.
    let mut tried = Vec::new();
    for round in 0..16 {
        if watch(&gateway).await.alerts_fail {
            tried.push(round);
        }
        clock.advance(every);
    }
    assert_eq!(tried, [0, 1, 3, 7, 15]);
    assert_eq!(receiver.taken().len(), 5);
    // While it is left alone a new entry waits too; nothing of either is lost.
    held(&gateway, 2).await;
    assert_eq!(watch(&gateway).await.alerted, 0);
    receiver.answer_usual(Reply::Status(200));
    clock.advance(every * 15);
    assert_eq!(watch(&gateway).await.alerted, 2);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_does_not_answer_is_tried_once_a_round_and_keeps_nobody_untold() {
    let receiver = Receiver::start().await;
    receiver.answer_usual(Reply::Status(500));
    let (gateway, clock, _folder) = alerting(&receiver).await;
    held(&gateway, 1).await;
    held(&gateway, 2).await;
    let due = queue(&gateway).await[1].entry.due_at;
    until(&clock, due);
    let watched = watch(&gateway).await;
    assert_eq!((watched.told, watched.alerted), (2, 0), "{watched:?}");
    assert_eq!(receiver.taken().len(), 1);
    let told: Vec<bool> = queue(&gateway)
        .await
        .iter()
        .map(|row| row.told_at.is_some())
        .collect();
    assert_eq!(told, [true, true]);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_passes_its_time_is_called_for_anew_and_goes_to_somebody_else() {
    let receiver = Receiver::start().await;
    let (gateway, clock, folder) = alerting(&receiver).await;
    held(&gateway, 1).await;
    watch(&gateway).await;
    let due = queue(&gateway).await[0].entry.due_at;
    until(&clock, due);
    watch(&gateway).await;
    let taken = receiver.taken();
    assert_eq!(taken.len(), 2);
    assert_ne!(taken[0].header("webhook-id"), taken[1].header("webhook-id"));
    assert!(is_signed(&taken[1], &folder));
    assert_eq!(taken[1].json()["type"], "queue.overdue");
    assert_eq!(queue(&gateway).await[0].entry.owner, "Head of desk");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_show_what_waits_by_kind_how_long_and_who_was_called() {
    let receiver = Receiver::start().await;
    let (gateway, clock, _folder) = alerting(&receiver).await;
    held(&gateway, 1).await;
    held(&gateway, 2).await;
    watch(&gateway).await;
    clock.advance(jiff::SignedDuration::from_secs(90));
    let text = Call::get(format!("{}/metrics", gateway.admin()))
        .send()
        .await
        .text;
    for line in [
        r#"workwell_queue_entries{kind="held"} 2"#,
        r#"workwell_queue_entries{kind="parked"} 0"#,
        r#"workwell_queue_oldest_seconds{kind="held"} 90"#,
        r#"workwell_alerts_total{kind="held",outcome="sent"} 2"#,
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_nobody_could_be_sent_is_recorded_as_none() {
    let (gateway, _) = quiet(|settings| settings.alerts = None).await;
    let (_, answer, _) = held(&gateway, 1).await;
    watch(&gateway).await;
    let json = queue_as_json(&gateway).await;
    let entry = &json["entries"][0];
    assert_eq!(entry["alertedAt"], serde_json::Value::Null);
    assert!(entry["nobodyToAlertAt"].is_string(), "{entry}");
    let reference = answer.case_reference().expect("a reference");
    let (_, timeline) = verb(&gateway, &["timeline", reference]).await;
    let line = "Nobody could be called: no address is set for alerts: Held";
    assert!(timeline.contains(line), "{timeline}");
    assert!(!timeline.contains("The owner was called"), "{timeline}");
    let (_, audit) = verb(&gateway, &["audit", reference]).await;
    let line = "Nobody could be alerted: no address is set, by gateway";
    assert!(audit.contains(line), "{audit}");
    assert!(!audit.contains("Operators alerted"), "{audit}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_was_taken_is_recorded_as_one() {
    let receiver = Receiver::start().await;
    let (gateway, _, _folder) = alerting(&receiver).await;
    let (_, answer, _) = held(&gateway, 1).await;
    watch(&gateway).await;
    let json = queue_as_json(&gateway).await;
    let entry = &json["entries"][0];
    assert!(entry["alertedAt"].is_string(), "{entry}");
    assert_eq!(entry["nobodyToAlertAt"], serde_json::Value::Null);
    let reference = answer.case_reference().expect("a reference");
    let (_, timeline) = verb(&gateway, &["timeline", reference]).await;
    assert!(
        timeline.contains("The owner was called: Held"),
        "{timeline}"
    );
    gateway.end().await;
}

async fn queue_as_json(gateway: &TestGateway) -> serde_json::Value {
    let address = format!("{}/admin/queue", gateway.admin());
    Call::get(address).send().await.json()
}

async fn verb(gateway: &TestGateway, words: &[&str]) -> (i32, String) {
    let cases = Cases::augment_subcommands(Command::new("cases"));
    let words = std::iter::once(&"cases").chain(words);
    let read = cases.try_get_matches_from(words).expect("a verb");
    let args = Cases::from_arg_matches(&read).expect("its words");
    let mut out = Vec::new();
    let code = cases::run(&args, &gateway.running.gateway, &mut out).await;
    (code, String::from_utf8(out).expect("text"))
}
