//! The demonstration, played around a whole gateway.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
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

/// The program, with its temporary files in a folder of the test's.
fn program(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_workwell-gateway"));
    let temporary = folder.join("tmp");
    fs::create_dir_all(&temporary).expect("a folder");
    command
        .args(words)
        .current_dir(folder)
        .env_clear()
        .env("TMPDIR", temporary)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

#[test]
fn tables_that_somebody_works_on_beside_the_program_change_no_story() {
    let folder = tempfile::tempdir().expect("a folder");
    let area = folder.path().join("mappings/exampleshire");
    fs::create_dir_all(&area).expect("a folder");
    fs::write(area.join("area.toml"), "name = \"Half written\"\n").expect("written");
    let words = ["demo", "--once", "--format", "json"];
    let ended = program(folder.path(), &words).output().expect("it starts");
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert_eq!(ended.status.code(), Some(0), "{text}");
    assert_eq!(text, format!("{FIGURES}\n"));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_leaves_nothing_behind_and_its_secrets_were_its_own() {
    use std::os::unix::fs::PermissionsExt;

    use rustix::process::{Pid, Signal, kill_process};

    use crate::support::eventually;

    for signal in [Signal::TERM, Signal::HUP] {
        let folder = tempfile::tempdir().expect("a folder");
        let child = program(folder.path(), &["demo"])
            .stdout(Stdio::null())
            .spawn();
        let mut child = child.expect("it starts");
        let temporary = folder.path().join("tmp");
        let left = || -> Vec<PathBuf> {
            let found = fs::read_dir(&temporary).expect("the folder").flatten();
            found.map(|entry| entry.path()).collect()
        };
        let store = eventually("the store is there", || async {
            let made = left().pop()?;
            made.join("demo.db").exists().then_some(made)
        })
        .await;
        for secret in ["lantern.hook", "vale.token"] {
            let mode = fs::metadata(store.join(secret))
                .expect("the secret")
                .permissions();
            assert_eq!(mode.mode() & 0o777, 0o600, "{secret}");
        }
        kill_process(Pid::from_child(&child), signal).expect("it runs");
        let code = eventually("the program ends", || {
            let status = child.try_wait().expect("it is our child");
            std::future::ready(status.map(|status| status.code()))
        })
        .await;
        assert_eq!(code, Some(1), "{signal:?}");
        assert!(left().is_empty(), "{:?}", left());
    }
}
