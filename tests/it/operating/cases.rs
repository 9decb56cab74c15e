//! `cases list|show|timeline` on a running gateway.

use serde_json::Value;
use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::{Consent, Place, Referral, person};
use workwell_gateway::gateway::read::outbox::LegState;
use workwell_gateway::surfaces::cli::cases::{self, Cases};

use crate::support::{TestGateway, eventually};

pub(super) async fn run(gateway: &TestGateway, words: &[&str]) -> (i32, String) {
    use clap::{Command, FromArgMatches, Subcommand};
    let command = Cases::augment_subcommands(Command::new("cases"));
    let words = ["cases"].iter().chain(words);
    let matches = command.try_get_matches_from(words).expect("a command");
    let args = Cases::from_arg_matches(&matches).expect("a command");
    let mut out = Vec::new();
    let code = cases::run(&args, &gateway.running.gateway, &mut out).await;
    (code, String::from_utf8(out).expect("text"))
}

/// A gateway with one case that has run its course and one that is held.
async fn two_cases() -> (TestGateway, String, String) {
    let gateway = TestGateway::start().await;
    let done = Referral::new(1).at(Place::LANTERN);
    let done = gateway.refer(&done).await;
    let held = Referral::new(2).at(Place::LANTERN);
    let held = gateway.refer(&held.workwell_consent(Consent::Absent)).await;
    let name = |answer: &workwell_gateway::conformance::parties::gp::Answer| {
        answer.case_reference().expect("a reference").to_owned()
    };
    let (done, held) = (name(&done), name(&held));
    eventually("the first case ends and its referrer is told", || async {
        let (_, text) = run(&gateway, &["list", "--status", "completed"]).await;
        text.contains(&done).then_some(())
    })
    .await;
    gateway.leg_in(LegKind::Respond, LegState::Delivered).await;
    (gateway, done, held)
}

fn assert_fits_and_shows_nobody(text: &str) {
    for line in text.lines() {
        // A command to be copied is never broken.
        let command = line.trim_start().starts_with("workwell-gateway ");
        assert!(command || line.chars().count() <= 80, "{line}");
    }
    for seed in [1, 2] {
        let (number, born) = (person::nhs_number(seed), person::birth_date(seed));
        for datum in [person::family(seed), person::given(seed), &number, &born] {
            assert!(!text.contains(datum), "a datum is shown");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_shows_who_has_each_person_and_what_is_awaited() {
    let (gateway, done, held) = two_cases().await;
    let (code, text) = run(&gateway, &["list"]).await;
    assert_eq!(code, 0);
    assert!(text.contains(&held) && !text.contains(&done), "{text}");
    for part in [
        "held at lantern",
        "the person is with Demo operator (gateway operator)",
        "held: workwell-consent-not-recorded, since",
        "hold is awaited by",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_fits_and_shows_nobody(&text);
    let (_, all) = run(&gateway, &["list", "--all", "--provider", "lantern"]).await;
    assert!(all.contains(&held) && all.contains(&done), "{all}");
    let (_, none) = run(&gateway, &["list", "--provider", "borough-works"]).await;
    assert_eq!(none, "No case is like that.\n");
    let (code, json) = run(&gateway, &["list", "--format", "json"]).await;
    let json: Value = serde_json::from_str(&json).expect("one document");
    assert_eq!(code, 0);
    assert_eq!(json["cases"][0]["reference"], held.as_str());
    assert_eq!(json["cases"][0]["awaited"]["step"], "hold");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_shown_by_its_reference_as_a_person_types_it_with_what_to_do() {
    let (gateway, _, held) = two_cases().await;
    let typed = held.to_lowercase().replace('-', " ");
    let (code, text) = run(&gateway, &["show", &typed]).await;
    assert_eq!(code, 0, "{text}");
    for part in [
        held.as_str(),
        "Held: No WorkWell consent recorded",
        "Demo operator, By ",
        "workwell-gateway cases resolve ",
        "--consent HOW",
        "workwell-gateway cases return ",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_fits_and_shows_nobody(&text);
    let (code, text) = run(&gateway, &["show", "WW-0000-0000-000"]).await;
    assert_eq!(code, 1);
    assert!(text.contains("WW-OPR-001"), "{text}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timeline_names_who_has_the_person_after_each_event() {
    let (gateway, done, held) = two_cases().await;
    let (code, text) = run(&gateway, &["timeline", &done]).await;
    assert_eq!(code, 0);
    for part in [
        "Referral accepted",
        "the person goes to Demo operator (gateway operator)",
        "the person goes to lantern (provider)",
        "the person stays with lantern (provider)",
        "deliver to lantern by webhook",
        "nothing more is awaited",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_fits_and_shows_nobody(&text);
    let (_, json) = run(&gateway, &["timeline", &done, "--format", "json"]).await;
    let json: Value = serde_json::from_str(&json).expect("one document");
    let moments = json["timeline"].as_array().expect("moments");
    let times: Vec<&str> = moments.iter().filter_map(|m| m["at"].as_str()).collect();
    assert_eq!(times.len(), moments.len());
    let unowned = moments
        .iter()
        .filter(|moment| moment["what"] == "event" && moment["holder"].is_null());
    assert_eq!(unowned.count(), 0, "somebody always holds the person");
    // The message that brought the person is the evidence of who took them.
    let received = moments.iter().find(|m| m["kind"] == "referral.accepted");
    let evidence = received.expect("the receipt")["evidence"].as_str();
    let message = evidence.expect("a message's id");
    let (_, text) = run(&gateway, &["timeline", &done]).await;
    assert!(
        text.contains(&format!("shown by message {message}")),
        "{text}"
    );
    let (_, text) = run(&gateway, &["timeline", &held]).await;
    assert!(text.contains("Put into the queue: Held"), "{text}");
    assert_fits_and_shows_nobody(&text);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_person_s_practice_is_named_nowhere() {
    let gateway = TestGateway::start().await;
    let referral = Referral::new(1).at(Place::LANTERN).security("R");
    let answer = gateway.refer(&referral).await;
    let reference = answer.case_reference().expect("a reference");
    for verb in ["show", "timeline"] {
        for format in ["text", "json"] {
            let (code, text) = run(&gateway, &[verb, reference, "--format", format]).await;
            assert_eq!(code, 0);
            assert!(!text.contains("Y99001"), "{text}");
        }
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_provider_is_no_empty_list() {
    let gateway = TestGateway::start().await;
    let (code, text) = run(&gateway, &["list", "--provider", "lanten"]).await;
    assert_eq!(code, 1);
    for part in ["WW-OPR-017", "found `lanten`; did you mean `lantern`?"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let (code, text) = run(&gateway, &["list", "--provider", "999 000 0018"]).await;
    assert_eq!(code, 1);
    assert!(!text.contains("999 000"), "{text}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_is_not_there_is_repeated_where_it_has_the_form_of_one() {
    let gateway = TestGateway::start().await;
    for (typed, repeated) in [("WW-0000-0000-000", true), ("Ann Brown", false)] {
        for verb in ["show", "timeline", "audit"] {
            let (code, text) = run(&gateway, &[verb, typed]).await;
            assert_eq!(code, 1, "{text}");
            assert!(text.contains("`cases list`"), "{text}");
            assert_eq!(text.contains(typed), repeated, "{text}");
        }
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn resolving_what_is_not_held_says_that_nothing_was_done() {
    let gateway = TestGateway::start().await;
    let away = Script::silent().received(Reception::Hang { times: u32::MAX });
    gateway.parties.borough_works.desk.script_usual(away);
    let answer = gateway
        .refer(&Referral::new(1).at(Place::BOROUGH_WORKS))
        .await;
    let reference = answer.case_reference().expect("a reference");
    let (code, text) = run(&gateway, &["resolve", reference, "--evidence", "call 1"]).await;
    assert_eq!(code, 0);
    assert!(text.contains("is not held: nothing was done"), "{text}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crisis_is_first_in_the_list_and_a_refused_release_names_the_way() {
    let gateway = TestGateway::start().await;
    let held = Referral::new(1).at(Place::LANTERN);
    gateway.refer(&held.workwell_consent(Consent::Absent)).await;
    let urgent = gateway
        .refer(&Referral::new(2).at(Place::LANTERN).red_flag())
        .await;
    let urgent = urgent.case_reference().expect("a reference");
    let (_, text) = run(&gateway, &["list"]).await;
    assert!(text.starts_with(urgent), "{text}");
    assert!(text.contains("first: a crisis; `cases show` says whom to call now"));
    assert_fits_and_shows_nobody(&text);
    let (_, text) = run(&gateway, &["show", urgent]).await;
    let call = text.find("- Call the referrer now").expect("the call");
    let look = text.find("- Look at what happened").expect("the look");
    assert!(call < look, "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    let (code, text) = run(&gateway, &["resolve", urgent, "--evidence", "call 1"]).await;
    assert_eq!(code, 1);
    assert!(text.contains("`--send-anyway` releases it"), "{text}");
    gateway.end().await;
}
