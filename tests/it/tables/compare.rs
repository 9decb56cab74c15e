//! `mappings diff --store` and `mappings unmapped`: what they say of stored cases.

use clap::{Command, FromArgMatches, Subcommand};
use workwell_gateway::conformance::parties::referral::Place;
use workwell_gateway::surfaces::cli::mappings::{self, Mappings};

use super::{Bench, copy, package};
use crate::support::casework::Casework;

/// Runs a verb of `mappings` over the store: code and text.
pub(super) async fn verb(bench: &Bench, words: &[&str]) -> (i32, String) {
    let command = Mappings::augment_subcommands(Command::new("mappings"));
    let line = ["mappings"].iter().chain(words);
    let matches = command.try_get_matches_from(line).expect("a command line");
    let args = Mappings::from_arg_matches(&matches).expect("a verb");
    assert!(args.needs_store(), "{words:?}");
    let mut out = Vec::new();
    let gateway = &bench.gateway.running.gateway;
    let code = mappings::run_with_store(&args, gateway, &mut out).await;
    (code, String::from_utf8(out).expect("text"))
}

#[tokio::test(flavor = "multi_thread")]
async fn stored_cases_are_compared_by_field_and_no_value_of_theirs_is_told() {
    let bench = Bench::start().await;
    let case = Casework::open(&bench.gateway, 1, Place::LANTERN).await;
    case.until(&bench.gateway, "delivered", "provider").await;
    let before = tempfile::tempdir().expect("a temporary folder");
    let before = before.path().join("mappings");
    copy(&package("mappings"), &before);
    bench.edit(
        "lantern/fields.csv",
        "date:dd/mm/yyyy,optional,To choose",
        "year,optional,To choose",
    );
    let after = bench.root.path().join("mappings");
    let folders = [&before, &after].map(|path| path.display().to_string());
    let mut words = vec!["diff", folders[0].as_str(), folders[1].as_str(), "--store"];
    words.extend(["--format", "json"]);
    let (code, said) = verb(&bench, &words).await;
    assert_eq!(code, 1, "{said}");
    let tree: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    let changed = &tree["stored"]["changed"][0];
    let reference = case.row(&bench.gateway).await.reference;
    assert_eq!(changed["case"], reference.as_str());
    assert_eq!(changed["fields"][0]["target"], "who.born");
    assert_eq!(changed["fields"][0]["how"], "changed");
    // The golden case, which is of nobody, shows its values; the stored one does not.
    assert!(changed["fields"][0].get("before").is_none(), "{changed}");
    let golden = &tree["golden"]["changed"][0]["fields"][0];
    assert!(golden["before"][0].is_string(), "{golden}");
    let facts = bench.facts("case.searched").await;
    // A provider that asks for its cases is recorded meanwhile too.
    assert!(facts.iter().any(|fact| fact["found"] == "1"), "{facts:?}");
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_held_case_there_is_nothing_to_list() {
    let bench = Bench::start().await;
    let (code, said) = verb(&bench, &["unmapped"]).await;
    assert_eq!(code, 0);
    assert!(said.starts_with("No case is held"), "{said}");
    bench.gateway.end().await;
}
