//! The demonstration, played around a whole gateway.

use std::sync::Arc;

use workwell_gateway::config::Clock;
use workwell_gateway::conformance::parties::Parties;
use workwell_gateway::conformance::parties::referral::person;
use workwell_gateway::start::demo;
use workwell_gateway::surfaces::cli::demo::{Addresses, Options, STORIES, play};

use crate::support::TestGateway;

/// What every run counts.
const FIGURES: &str = r#"{"sent":10,"accepted":9,"refused":1,"delivered":8,"cancelled":2,"status_returned":9,"lost":0,"returned":3,"referred_on":1,"unowned":0}"#;

async fn played(json: bool) -> (String, bool) {
    let mut out = Vec::new();
    let tally = Box::pin(demo::run(true, json, &mut out)).await;
    let text = String::from_utf8(out).expect("text");
    match tally {
        Ok(tally) => (text, tally.is_complete()),
        Err(failure) => panic!("it was not played: {failure:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_people_come_to_their_ends_and_the_one_who_watches_sees_who_holds_each() {
    let (text, complete) = Box::pin(played(false)).await;
    assert!(complete, "{text}");
    assert_eq!(text.matches(" of 10: ").count(), 10);
    for line in [
        // Withdrawn while the delivery was tried.
        "could not take it: 503",
        "records: the person withdraws",
        "was told to stop, and never had it",
        // Referred on.
        "refers on to stillwater",
        "the person is with Stillwater",
        "reported \"Sessions finished\"",
        // The wrong person.
        "recalls it: the wrong person",
        // Silence.
        "is called: not acknowledged",
        "told: No news since ",
        "rang: nobody answers; gives back",
        "the person is with Demo operator",
        "the person is with the practice",
        "0 lost, 0 without somebody who holds the person",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let wide = text.lines().find(|line| line.chars().count() > 80);
    assert_eq!(wide, None, "{text}");
    assert!(!text.contains("MISSING"), "{text}");
    for seed in STORIES.map(|story| story.seed) {
        let number = person::nhs_number(seed);
        for datum in [person::family(seed), person::given(seed), &number] {
            assert!(!text.contains(datum), "a datum is shown");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn its_figures_are_the_last_line_and_nothing_but_that_line() {
    let (text, complete) = Box::pin(played(true)).await;
    assert!(complete, "{text}");
    assert_eq!(text, format!("{FIGURES}\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_answers_every_story_is_missing_and_none_is_lost() {
    let gateway = TestGateway::at(Clock::movable(), |_| ()).await;
    let parties = Parties::start().await.expect("free ports");
    // Port 9 is the discard service: nobody listens on a test machine.
    let addresses = Addresses {
        bars_base: "http://127.0.0.1:9".to_owned(),
        provider_base: "http://127.0.0.1:9/provider/v1".to_owned(),
    };
    let mut out = Vec::new();
    let options = Options {
        json: true,
        ..Options::default()
    };
    let inside = Arc::clone(&gateway.running.gateway);
    let tally = play(&inside, &addresses, parties, &mut out, options)
        .await
        .expect("a vector takes everything");
    let figures = (tally.sent, tally.accepted, tally.lost, tally.unowned);
    assert_eq!(figures, (10, 0, 0, 0));
    assert_eq!(tally.missing.len(), 10);
    assert!(!tally.is_complete());
    let text = String::from_utf8(out).expect("text");
    assert_eq!(text.lines().last(), Some(tally.json().as_str()));
    drop(inside);
    gateway.end().await;
}
