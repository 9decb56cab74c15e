//! Exit codes and answers of the verbs that read.

use super::process::{Folder, SERVES};
use crate::support::store::TestStore;

#[test]
fn a_good_configuration_passes_its_check() {
    let folder = Folder::with(SERVES);
    assert_eq!(folder.run(&["key"]).code, Some(0));
    for words in [
        &["config", "check"][..],
        &["--config", "gateway.toml", "config", "check"],
        &["config", "check", "--config", "gateway.toml"],
    ] {
        let ended = folder.run(words);
        assert_eq!(ended.code, Some(0), "{words:?}: {ended:?}");
    }
}

#[test]
fn every_fault_of_a_configuration_is_told_at_once_with_the_nearest_name() {
    let folder = Folder::with(
        "[listen]\nbras = \"127.0.0.1:0\"\n\n[delivery]\nconcurrency_per_destination = 0\n",
    );
    let ended = folder.run(&["config", "check"]);
    assert_eq!(ended.code, Some(78), "{ended:?}");
    let told = format!("{}{}", ended.out, ended.err);
    for part in [
        "WW-CFG-002",
        "`listen.bars`",
        "gateway.toml:2",
        "WW-CFG-001",
        "concurrency_per_destination",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    // A verb that needs the settings does not begin.
    for words in [&["serve"][..], &["store", "check"], &["outbox", "list"]] {
        let ended = folder.run(words);
        assert_eq!(ended.code, Some(78), "{words:?}");
        assert!(ended.err.contains("WW-CFG-002"), "{words:?}: {}", ended.err);
    }
}

#[test]
fn the_file_that_is_named_before_the_verb_is_the_file_that_is_checked() {
    let folder = Folder::with(SERVES);
    std::fs::write(folder.path().join("other.toml"), "[listne]\n").expect("written");
    let ended = folder.run(&["--config", "other.toml", "config", "check"]);
    assert_ne!(ended.code, Some(0), "{ended:?}");
    let told = format!("{}{}", ended.out, ended.err);
    assert!(told.contains("`listen`"), "{told}");
}

#[test]
fn the_defaults_that_are_printed_lack_only_what_serve_needs_of_an_operator() {
    let folder = Folder::with("");
    let default = folder.run(&["config", "default"]);
    assert_eq!(default.code, Some(0));
    let folder = Folder::with(&default.out);
    let checked = folder.run(&["config", "check", "--format", "json"]);
    assert_eq!(checked.code, Some(78), "{checked:?}");
    let found = checked.json();
    let found = found["findings"].as_array().expect("findings").iter();
    let faults = found.filter(|found| found["severity"] == "error");
    let codes: Vec<&str> = faults.filter_map(|fault| fault["code"].as_str()).collect();
    // Who answers for PDS being off, the places of this folder, and the key.
    assert_eq!(codes, ["WW-CFG-006", "WW-PLC-016", "WW-STO-006"]);
}

#[test]
fn the_versions_are_told() {
    let folder = Folder::with("");
    let ended = folder.run(&["version", "--format", "json"]);
    assert_eq!(ended.code, Some(0));
    assert_eq!(ended.json()["version"], env!("CARGO_PKG_VERSION"));
    let text = folder.run(&["version"]);
    assert!(text.out.starts_with("workwell-gateway "), "{}", text.out);
}

#[test]
fn a_code_is_explained_and_an_unknown_one_gets_its_neighbours() {
    let folder = Folder::with("");
    let known = folder.run(&["explain", "WW-DLV-017"]);
    assert_eq!(known.code, Some(0));
    assert!(known.out.contains("The case was stopped"), "{}", known.out);
    let unknown = folder.run(&["explain", "WW-DLV-999"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.out.contains("The nearest are:"), "{}", unknown.out);
}

#[test]
fn a_command_line_that_means_nothing_is_usage() {
    let folder = Folder::with("");
    for words in [
        &["sevre"][..],
        &[],
        &["outbox", "show", "no-id"],
        &["outbox", "list", "--state", "lost"],
    ] {
        let ended = folder.run(words);
        assert_eq!(ended.code, Some(2), "{words:?}: {ended:?}");
    }
}

#[test]
fn a_store_that_is_damaged_is_a_finding() {
    let folder = Folder::with(SERVES);
    folder.run(&["key"]);
    assert_eq!(
        folder.run(&["store", "check"]).code,
        Some(0),
        "a new store is whole"
    );
    let nobody = match folder.store() {
        TestStore::Sqlite(_) => "zeroblob(16)",
        TestStore::Postgres(_) => "decode(repeat('00', 16), 'hex')",
    };
    folder.store().damage(&format!(
        "INSERT INTO events
         (case_id, seq, at, occurred_at, actor, kind, status, visible_to_referrer)
         VALUES ({nobody}, 1, 0, 0, 'gateway', 'case.held', 'held', FALSE)"
    ));
    let ended = folder.run(&["store", "check"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.out.contains("fault: "), "{}", ended.out);
}

#[test]
fn a_payload_that_cannot_leave_is_told_so_beside_it() {
    let folder = Folder::with(SERVES);
    let tests = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/mappings/northmoor/restart-fell/tests"
    );
    for (test, says) in [("no-consent", "It cannot be sent: "), ("twelve-weeks", "")] {
        let file = format!("{tests}/{test}/referral.json");
        let ended = folder.run(&["map", &file, "--provider", "restart-fell"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.json().is_object(), "the answer is the payload alone");
        assert!(ended.err.contains(says), "{}", ended.err);
        assert_eq!(ended.err.is_empty(), says.is_empty(), "{}", ended.err);
    }
}

#[test]
fn a_verb_that_looks_at_a_store_makes_none() {
    let folder = Folder::with(SERVES);
    if !matches!(folder.store(), TestStore::Sqlite(_)) {
        return;
    }
    folder.run(&["key"]);
    for words in [&["cases", "list"][..], &["outbox", "list"]] {
        let ended = folder.run(words);
        assert_eq!(ended.code, Some(78), "{words:?}: {ended:?}");
        assert!(ended.err.contains("WW-STO-025"), "{}", ended.err);
        assert!(folder.store().is_untouched(), "{words:?}");
    }
}
