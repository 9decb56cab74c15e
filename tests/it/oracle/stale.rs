//! A verdict is of the bytes that were judged. Where a file is another by now, was never
//! judged, or is gone, the verdicts are stale and say nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use workwell_gateway::adapters::seal::{hex, sha256};

use super::{FIXTURES, VERDICTS, errors, json};
use crate::support::shared;

/// The sets whose files are judged as they stand, and where they do; the mutants are made.
const SETS: [(&str, &str); 4] = [
    ("valid", FIXTURES),
    ("emitted", "conformance/fixtures/emitted"),
    ("definitions", "profiles/workwell"),
    ("examples", "profiles/workwell/examples"),
];

/// Digest by file, as an oracle's verdicts of a set carry it.
fn judged(set: &str, oracle: &str) -> BTreeMap<String, String> {
    let path = Path::new(VERDICTS)
        .join(set)
        .join(format!("{oracle}.jsonl"));
    let text = fs::read_to_string(&path).expect("verdicts");
    let lines = text.lines().map(|line| {
        let verdict: Value = serde_json::from_str(line).expect("a verdict");
        let word = |name: &str| verdict[name].as_str().unwrap_or_default().to_owned();
        (word("file"), word("digest"))
    });
    lines.collect()
}

/// Every JSON document below a folder, by its name from there.
fn documents(folder: &Path) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next).expect("a committed folder") {
            let path = entry.expect("a committed file").path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|ending| ending == "json") {
                let name = path.strip_prefix(folder).expect("it is below");
                found.insert(name.to_string_lossy().into_owned(), path);
            }
        }
    }
    found
}

/// What belongs to a set, by file.
fn files(set: &str, folder: &str) -> BTreeMap<String, PathBuf> {
    let mut files = documents(Path::new(folder));
    files.retain(|name, _| match set {
        "valid" => name.starts_with("messages/") || name.starts_with("referrals/"),
        // The definitions are named by their type; a lock is none.
        "definitions" => !name.contains('/') && name.starts_with(char::is_uppercase),
        _ => true,
    });
    files
}

/// What of a set is not as it was judged, a line each.
fn stale(
    set: &str,
    judged: &BTreeMap<String, String>,
    now: &BTreeMap<String, String>,
) -> Vec<String> {
    let names = judged.keys().chain(now.keys());
    let names: std::collections::BTreeSet<&String> = names.collect();
    let differs = names
        .into_iter()
        .filter(|name| judged.get(*name) != now.get(*name));
    let told = differs.map(|name| match (judged.get(name), now.get(name)) {
        (None, _) => format!("{set}/{name} was never judged"),
        (_, None) => format!("{set}/{name} is judged and is not there"),
        _ => format!("{set}/{name} is not what was judged"),
    });
    told.collect()
}

fn assert_current(set: &str, now: &BTreeMap<String, String>) {
    assert!(!now.is_empty(), "{set} has files");
    for oracle in ["hapi", "medplum"] {
        let found = stale(set, &judged(set, oracle), now);
        assert!(
            found.is_empty(),
            "the verdicts of {oracle} are stale; judge anew with: conformance/oracle/record.sh \
             {set}, then UPDATE=1 cargo test --test it is_current\n{}",
            found.join("\n")
        );
    }
}

#[test]
fn every_file_that_an_oracle_judges_is_what_it_judged() {
    for (set, folder) in SETS {
        let files = files(set, folder).into_iter();
        let now = files.map(|(name, path)| {
            let bytes = fs::read(&path).expect("a file");
            (name, hex(&sha256(&bytes)))
        });
        assert_current(set, &now.collect());
    }
}

#[test]
fn every_mutant_is_made_of_what_it_was_made_of_when_it_was_judged() {
    let mut now = BTreeMap::new();
    for (_, path) in documents(&Path::new(FIXTURES).join("mutants")) {
        let description = fs::read(&path).expect("a file");
        for mutant in json(&path).as_array().expect("a list") {
            let word = |name: &str| mutant[name].as_str().expect("a word");
            let base = Path::new(FIXTURES).join(word("base"));
            let mut bytes = fs::read(base).expect("a fixture");
            bytes.push(0);
            bytes.extend_from_slice(&description);
            now.insert(format!("{}.json", word("id")), hex(&sha256(&bytes)));
        }
    }
    assert_current("mutants", &now);
}

#[test]
fn what_uk_core_publishes_is_what_was_judged() {
    let Some(folder) = shared("corpus/uk-core") else {
        return;
    };
    let names = judged("uk-core", "hapi").into_keys();
    let now = names.map(|name| {
        let bytes = fs::read(folder.join(&name)).unwrap_or_default();
        (name, hex(&sha256(&bytes)))
    });
    assert_current("uk-core", &now.collect());
}

#[test]
fn what_is_emitted_has_no_error_with_ours_and_none_with_hapi() {
    for (set, folder) in [SETS[1], SETS[2]] {
        let path = Path::new(VERDICTS).join(set).join("hapi.jsonl");
        for line in fs::read_to_string(path).expect("verdicts").lines() {
            let verdict: Value = serde_json::from_str(line).expect("a verdict");
            let word = verdict["verdict"].as_str().unwrap_or_default();
            assert!(!["error", "fatal"].contains(&word), "{line}");
        }
        for (name, path) in files(set, folder) {
            let found = errors(fs::read(&path).expect("a file"));
            assert!(found.is_empty(), "{set}/{name}: {found:?}");
        }
    }
}

#[test]
fn a_file_that_is_another_new_or_gone_makes_the_verdicts_stale() {
    let of = |rows: &[(&str, &str)]| -> BTreeMap<String, String> {
        let rows = rows.iter();
        rows.map(|(name, digest)| ((*name).to_owned(), (*digest).to_owned()))
            .collect()
    };
    let judged = of(&[("a", "1"), ("b", "2"), ("c", "")]);
    let now = of(&[("a", "1"), ("b", "3"), ("d", "4")]);
    assert_eq!(
        stale("set", &judged, &now),
        [
            "set/b is not what was judged",
            "set/c is judged and is not there",
            "set/d was never judged",
        ]
    );
}
