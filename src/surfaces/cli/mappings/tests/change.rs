//! The verbs about a change of tables: compare, conflicts, approve, exchange.

use std::fs;
use std::path::Path;

use clap::Parser;
use serde_json::Value;

use super::{TODAY, copy, package, settings, with_groups};
use crate::config::{Approval, Settings};
use crate::gateway::tables::check;
use crate::surfaces::cli::mappings::{Mappings, approve, conflicts, run};
use crate::surfaces::cli::{Format, WIDTH, exit};

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    verb: Mappings,
}

fn fits(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= WIDTH, "{line}");
    }
}

/// One area with Lantern alone: what others add to the shipped tables changes nothing here.
fn lantern() -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a temporary folder");
    let area = root.path().join("exampleshire");
    fs::create_dir_all(area.join("lantern")).expect("a writable folder");
    copy(
        &package("mappings/exampleshire/lantern"),
        &area.join("lantern"),
    );
    // One golden case is enough, and leaves every count as it is whatever others are added.
    let tests = area.join("lantern/tests");
    for found in fs::read_dir(&tests).expect("tests") {
        let found = found.expect("a test").path();
        if !found.ends_with("off-sick") {
            fs::remove_dir_all(found).expect("a writable copy");
        }
    }
    let head = "name = \"Exampleshire\"\nicb = \"QZX\"\ntie = \"none\"\n";
    fs::write(area.join("area.toml"), head).expect("written");
    let routing = "provider,priority,from,to,comment\nlantern,10,,,\n";
    fs::write(area.join("routing.csv"), routing).expect("written");
    with_groups(root.path());
    root
}

fn edit(root: &Path, file: &str, find: &str, put: &str) {
    let path = root.join("exampleshire").join(file);
    let text = fs::read_to_string(&path).expect("a table");
    assert!(text.contains(find), "{file}: {find}");
    fs::write(path, text.replace(find, put)).expect("a writable copy");
}

fn over(root: &Path) -> Settings {
    let mut settings = settings();
    settings.tables.mappings = root.to_owned();
    settings
}

/// Runs a command line; what it says, and its code.
fn say(words: &[&str], settings: &Settings) -> (String, i32) {
    let line = ["workwell-gateway"].iter().chain(words);
    let line = Line::try_parse_from(line).unwrap_or_else(|error| panic!("{words:?}: {error}"));
    let mut out = Vec::new();
    let code = run(&line.verb, settings, &mut out);
    (String::from_utf8(out).expect("text"), code)
}

#[test]
fn a_change_is_told_field_by_field_and_route_by_route() {
    let (before, after) = (lantern(), lantern());
    edit(
        after.path(),
        "lantern/codes/employment.csv",
        "I have a job",
        "In work",
    );
    edit(
        after.path(),
        "lantern/fields.csv",
        "who.born,",
        "who.birthday,",
    );
    edit(after.path(), "lantern/catchment.csv", "Y99001", "Y99009");
    edit(
        after.path(),
        "lantern/catchment.csv",
        "postcode,ZZ",
        "postcode,YY",
    );
    let folders = [before.path(), after.path()].map(|path| path.display().to_string());
    let words = ["diff", &folders[0], &folders[1]];
    let (said, code) = say(&words, &settings());
    assert_eq!(code, exit::FINDING);
    fits(&said);
    insta::assert_snapshot!(said);
    let (said, code) = say(&["diff", &folders[0], &folders[0]], &settings());
    assert_eq!(
        (code, said.as_str()),
        (exit::OK, "1 golden case: none changes.\n")
    );
    let words = ["diff", &folders[0], &folders[1], "--format", "json"];
    let (said, _) = say(&words, &settings());
    let tree: Value = serde_json::from_str(&said).expect("JSON");
    let changed = &tree["golden"]["changed"][0];
    assert_eq!(changed["route"]["before"], "lantern");
    assert_eq!(tree["same"], false);
}

#[test]
fn a_folder_without_tables_is_no_state_to_compare_with() {
    let (before, empty) = (lantern(), tempfile::tempdir().expect("a temporary folder"));
    let folders = [before.path(), empty.path()].map(|path| path.display().to_string());
    let (said, code) = say(&["diff", &folders[0], &folders[1]], &settings());
    assert_eq!(code, exit::FINDING);
    assert!(said.contains("WW-TBL-011"), "{said}");
}

#[test]
fn conflicts_are_told_with_the_row_and_what_to_do() {
    let root = lantern();
    let area = root.path().join("exampleshire");
    fs::create_dir(area.join("second")).expect("a writable folder");
    copy(
        &package("mappings/exampleshire/lantern"),
        &area.join("second"),
    );
    edit(
        root.path(),
        "routing.csv",
        "lantern,10,,,\n",
        "lantern,10,,,\nsecond,20,,,\n",
    );
    let settings = over(root.path());
    let mut out = Vec::new();
    let code = conflicts::run(
        &super::super::Common::default(),
        &settings,
        false,
        TODAY,
        &mut out,
    );
    let said = String::from_utf8(out).expect("text");
    assert_eq!(code, exit::FINDING, "{said}");
    fits(&said);
    let overlap = said.split("\n\n").find(|part| part.contains("WW-TBL-005"));
    insta::assert_snapshot!(overlap.expect("an overlap"));
    let last = said.lines().last().expect("a summary");
    assert!(last.contains("1 conflict"), "{last}");
    // A rule that chooses leaves warnings only.
    edit(root.path(), "area.toml", "\"none\"", "\"first-listed\"");
    let common = super::super::Common {
        mappings: None,
        format: Format::Json,
    };
    for (denied, expected) in [(false, exit::OK), (true, exit::FINDING)] {
        let mut out = Vec::new();
        let code = conflicts::run(&common, &settings, denied, TODAY, &mut out);
        assert_eq!(code, expected);
        let tree: Value = serde_json::from_slice(&out).expect("JSON");
        assert_eq!(tree["sound"], !denied);
    }
}

fn approved(by: &str, settings: &Settings) -> (String, i32) {
    let mut out = Vec::new();
    let common = super::super::Common::default();
    let code = approve::run(&common, settings, "lantern", by, TODAY, &mut out);
    (String::from_utf8(out).expect("text"), code)
}

#[test]
fn two_persons_approve_and_a_change_is_told_until_they_do_so_again() {
    let root = lantern();
    let settings = over(root.path());
    let warnings = || {
        let report = check(root.path(), &[], TODAY).expect("no names are given");
        let found = report.findings.into_iter();
        let codes = found.map(|one| (one.entry.code, one.warning));
        codes.collect::<Vec<_>>()
    };
    assert_eq!(warnings(), []);
    let (first, code) = approved("A. Analyst", &settings);
    assert_eq!(code, exit::OK, "{first}");
    assert_eq!(warnings(), [("WW-TBL-002", true)], "one is not two");
    let (same, code) = approved("a analyst", &settings);
    assert_eq!(code, exit::FINDING, "{same}");
    let (second, code) = approved("B. Reader", &settings);
    assert_eq!(code, exit::OK);
    fits(&format!("{first}{same}{second}"));
    // The digest is the committed tables' own, which others change.
    let digest = digest_in(&first);
    insta::assert_snapshot!(format!("{first}\n{same}\n{second}").replace(&digest, "DIGEST"));
    assert_eq!(warnings(), []);
    edit(
        root.path(),
        "lantern/codes/employment.csv",
        "I have a job",
        "In work",
    );
    assert_eq!(warnings(), [("WW-TBL-002", true)]);
    // Its golden test does not hold any more: nobody approves that.
    let (said, code) = approved("A. Analyst", &settings);
    assert_eq!(code, exit::FINDING);
    assert!(said.contains("WW-TBL-003"), "{said}");
}

#[test]
fn where_approval_is_required_tables_that_nobody_approved_are_a_fault() {
    let root = lantern();
    let mut settings = over(root.path());
    assert_eq!(say(&["check"], &settings).1, exit::OK);
    settings.tables.approval = Approval::Required;
    let (said, code) = say(&["check"], &settings);
    assert_eq!(code, exit::FINDING);
    assert!(
        said.contains("WW-TBL-002") && said.contains("1 fault"),
        "{said}"
    );
    for by in ["A. Analyst", "B. Reader"] {
        assert_eq!(approved(by, &settings).1, exit::OK);
    }
    assert_eq!(say(&["check"], &settings).1, exit::OK);
}

/// What stands in the first brackets.
fn digest_in(text: &str) -> String {
    let (_, rest) = text.split_once('(').expect("a digest in brackets");
    rest.split(')').next().unwrap_or_default().to_owned()
}

#[test]
fn a_list_goes_out_as_a_map_and_comes_in_as_a_list_with_its_faults_told() {
    let root = lantern();
    let settings = over(root.path());
    let words = ["export", "lantern", "--concept-map", "gender"];
    let (map, code) = say(&words, &settings);
    assert_eq!(code, exit::OK);
    insta::assert_snapshot!(map);
    let file = root.path().join("map.json");
    fs::write(&file, &map).expect("a writable folder");
    let file = file.display().to_string();
    let words = ["import", "lantern", "--concept-map", "gender", &file];
    let (said, code) = say(&words, &settings);
    assert_eq!(code, exit::FINDING, "it is there already: {said}");
    let (said, code) = say(&[&words[..], &["--replace"]].concat(), &settings);
    assert_eq!(code, exit::OK, "{said}");
    assert!(said.contains("was written anew with 4 rows"), "{said}");
    let (said, code) = say(
        &["export", "lantern", "--concept-map", "genders"],
        &settings,
    );
    assert_eq!(code, exit::FINDING);
    assert!(
        said.contains("there is: barriers, employment, gender"),
        "{said}"
    );
    let (_, code) = say(&["export", "lantren", "--concept-map", "gender"], &settings);
    assert_eq!(code, exit::USAGE);
}
