//! `serve` from its start to SIGTERM, and what it refuses to serve.

use workwell_gateway::conformance::parties::Parties;
use workwell_gateway::conformance::parties::referral::{Place, Referral};

use super::process::{Folder, SERVES, addresses};
use crate::support::call::Call;

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_serves_until_sigterm_and_keeps_what_it_acknowledged() {
    let folder = Folder::with(SERVES);
    let made = folder.run(&["key"]);
    assert_eq!(made.code, Some(0), "{made:?}");
    let running = folder.start(&["serve", "--addresses", "addresses.json"]);
    let addresses = addresses(&folder.path().join("addresses.json")).await;
    let base = |name: &str| addresses[name].as_str().expect("an address").to_owned();
    let ready = Call::get(format!("{}/readyz", base("admin"))).send().await;
    assert_eq!(ready.status, 200, "{}", ready.text);
    let cases = Call::get(format!("{}/provider/v1/cases", base("provider")))
        .send()
        .await;
    assert_eq!(cases.status, 401);
    let parties = Parties::start().await.expect("the parties start");
    let sending = parties
        .gp
        .prepare(&Referral::new(1).at(Place::BOROUGH_WORKS));
    let answer = parties
        .gp
        .post(&base("bars"), &sending)
        .await
        .expect("an answer");
    assert!(answer.accepted(), "{answer:?}");
    running.terminate();
    assert_eq!(running.ended().await, Some(0));
    let gone = Call::get(format!("{}/livez", base("admin")))
        .try_send()
        .await;
    assert!(gone.is_none(), "nobody listens any more");
    let check = folder.run(&["store", "check", "--format", "json"]);
    assert_eq!(check.code, Some(0), "{check:?}");
    let found = check.json();
    assert_eq!(found["faults"].as_array().map(Vec::len), Some(0));
    assert_eq!(found["cases"]["routed"], 1);
    assert_eq!(found["legs"]["waiting"], 1);
    // The command line reads the same store.
    let list = folder.run(&["outbox", "list", "--format", "json"]);
    assert_eq!(list.json()["legs"][0]["destination"], "borough-works");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_master_key_nothing_is_served_and_a_key_is_never_overwritten() {
    let folder = Folder::with(SERVES);
    let ended = folder.run(&["serve"]);
    assert_eq!(ended.code, Some(78));
    assert!(ended.err.contains("WW-STO-006"), "{}", ended.err);
    assert_eq!(folder.run(&["key"]).code, Some(0));
    let key = std::fs::read(folder.path().join("workwell.key")).expect("a key");
    let again = folder.run(&["key"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    let same = std::fs::read(folder.path().join("workwell.key")).expect("a key");
    assert!(key == same && key.len() >= 64);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_others_reach_is_refused_unless_the_sentence_is_written() {
    for key in ["bars", "provider", "admin"] {
        let here = format!("{key} = \"127.0.0.1:0\"");
        let open = format!("{key} = \"0.0.0.0:0\"");
        let folder = Folder::with(&SERVES.replace(&here, &open));
        folder.run(&["key"]);
        let ended = folder.run(&["serve"]);
        assert_eq!(ended.code, Some(78), "{key}");
        assert!(ended.err.contains("WW-CFG-005"), "{key}: {}", ended.err);
        assert!(
            ended.err.contains(&format!("listen.{key}")),
            "{}",
            ended.err
        );
    }
    let open = SERVES.replace(
        "bars = \"127.0.0.1:0\"",
        "bars = \"0.0.0.0:0\"\nnon_loopback = \"I understand that callers are not authenticated yet\"",
    );
    let folder = Folder::with(&open);
    folder.run(&["key"]);
    let running = folder.start(&["serve", "--addresses", "addresses.json"]);
    addresses(&folder.path().join("addresses.json")).await;
    running.terminate();
    assert_eq!(running.ended().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_served_before_somebody_answers_for_pds_being_off() {
    let (without, _) = SERVES.split_once("[clearance]").expect("the section");
    let expired = SERVES.replace("2999-12-31", "2020-01-31");
    for configuration in [without, expired.as_str()] {
        let folder = Folder::with(configuration);
        folder.run(&["key"]);
        let ended = folder.run(&["serve"]);
        assert_eq!(ended.code, Some(78));
        assert!(ended.err.contains("WW-CFG-006"), "{}", ended.err);
        assert!(folder.store().is_untouched(), "nothing was begun");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("bound").to_string();
    let folder =
        Folder::with(&SERVES.replace("admin = \"127.0.0.1:0\"", &format!("admin = \"{address}\"")));
    folder.run(&["key"]);
    let ended = folder.run(&["serve"]);
    assert_eq!(ended.code, Some(78));
    assert!(ended.err.contains("WW-CFG-008"), "{}", ended.err);
    assert!(ended.err.contains("listen.admin"), "{}", ended.err);
}

/// What both say, and that both end with 78.
fn both_refuse(folder: &Folder, code: &str, part: &str) {
    for verb in [vec!["serve"], vec!["config", "check"]] {
        let ended = folder.run(&verb);
        assert_eq!(ended.code, Some(78), "{verb:?}: {ended:?}");
        let text = format!("{}{}", ended.out, ended.err);
        assert!(
            text.contains(code) && text.contains(part),
            "{verb:?}: {text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_serve_would_end_with_is_told_by_config_check() {
    let keyed = |text: &str| {
        let folder = Folder::with(text);
        assert_eq!(folder.run(&["key"]).code, Some(0));
        folder
    };
    let folder = keyed(SERVES);
    let sound = folder.run(&["config", "check"]);
    assert_eq!(sound.code, Some(0), "{sound:?}");
    both_refuse(&Folder::with(SERVES), "WW-STO-006", "workwell.key");
    let (without, _) = SERVES.split_once("[clearance]").expect("the section");
    both_refuse(&keyed(without), "WW-CFG-006", "clearance");

    let token = "\n[[provider_api.tokens]]\nprovider = \"lantern\"\ntoken_file = \"t.token\"\n";
    let folder = keyed(&format!("{SERVES}{token}"));
    both_refuse(&folder, "WW-CFG-004", "t.token");
    std::fs::write(folder.path().join("t.token"), " \n").expect("written");
    both_refuse(&folder, "WW-CFG-007", "t.token");

    let admin = "admin = \"127.0.0.1:0\"";
    let file = format!("{admin}\nadmin_token_file = \"a.token\"");
    both_refuse(
        &keyed(&SERVES.replace(admin, &file)),
        "WW-CFG-004",
        "a.token",
    );

    let places = "{SOURCE}/conformance/fixtures/places";
    let folder = keyed(&SERVES.replace(places, "no/such/places"));
    both_refuse(&folder, "WW-PLC", "no/such/places");

    let twice = SERVES.replace(
        "provider = \"127.0.0.1:0\"",
        "provider = \"127.0.0.1:47811\"",
    );
    let twice = twice.replace(admin, "admin = \"127.0.0.1:47811\"");
    both_refuse(&keyed(&twice), "WW-CFG-008", "listen.admin");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_serve_would_warn_of_is_told_by_config_check_and_a_secret_is_judged() {
    let more = "\n[providers.lantrn]\nurl = \"https://a.example\"\n\
                [providers.lantern]\nsecret_file = \"lantern.hook\"\n";
    let folder = Folder::with(&format!("{SERVES}{more}"));
    assert_eq!(folder.run(&["key"]).code, Some(0));
    std::fs::write(folder.path().join("lantern.hook"), "hello\n").expect("written");
    let checked = folder.run(&["config", "check"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    let text = checked.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "WW-CFG-013",
        "`lantrn`",
        "a line does not begin with whsec_",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("hello"), "{text}");
    let denied = folder.run(&["config", "check", "--deny-warnings"]);
    assert_eq!(denied.code, Some(1), "{denied:?}");
}
