//! The verbs over tables that cannot be used: nothing false is written as expected, and nothing
//! that was not looked at is called sound.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::verbs::{fits, text, unwrapped};
use super::{TODAY, copy_of_tables, settings};
use crate::config::Settings;
use crate::surfaces::cli::mappings::{
    Common, Mappings, check as check_verb, conflicts, run, test as test_verb,
};
use crate::surfaces::cli::{Format, exit};
use clap::Parser;

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    verb: Mappings,
}

fn over(root: &Path) -> Settings {
    let mut settings = settings();
    settings.tables.mappings = root.to_owned();
    settings
}

fn common(format: Format) -> Common {
    Common {
        mappings: None,
        format,
    }
}

fn break_area(root: &Path) {
    edit(
        root,
        "exampleshire/routing.csv",
        "lantern,10",
        "lantern,first",
    );
}

fn break_lantern(root: &Path) {
    edit(
        root,
        "exampleshire/lantern/fields.csv",
        "target,source",
        "target;source",
    );
}

fn edit(root: &Path, file: &str, find: &str, put: &str) {
    let path = root.join(file);
    let now = fs::read_to_string(&path).expect("a committed table");
    assert!(now.contains(find), "{file}: {find}");
    fs::write(path, now.replacen(find, put, 1)).expect("a writable copy");
}

/// Every expected file under a folder, with its text.
fn expectations(root: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if name.contains("/expected") {
                let text = fs::read_to_string(&path).expect("text");
                found.push((name, text));
            }
        }
    }
    found.sort_unstable();
    found
}

#[test]
fn an_update_over_tables_with_faults_writes_nothing_and_says_why() {
    for (damage, place) in [
        (break_area as fn(&Path), "exampleshire/routing.csv:2:2"),
        (break_lantern, "exampleshire/lantern/fields.csv:1"),
    ] {
        for names in [&[][..], &["borough-works".to_owned()]] {
            let root = copy_of_tables();
            damage(root.path());
            let before = expectations(root.path());
            let (said, code) = text(|out| {
                let common = common(Format::Text);
                test_verb::run(&common, &over(root.path()), names, true, TODAY, out)
            });
            assert_eq!(code, exit::FINDING, "{said}");
            fits(&said);
            assert!(said.contains(place), "{said}");
            let words = unwrapped(&said);
            assert!(words.contains("nothing is written"), "{said}");
            assert!(!words.contains("all hold"), "{said}");
            assert_eq!(expectations(root.path()), before);
        }
    }
}

#[test]
fn an_update_goes_on_beside_a_folder_to_which_no_area_leads() {
    let root = copy_of_tables();
    let words = ["workwell-gateway", "new", "begun"];
    let line = Line::try_parse_from(words).expect("a verb");
    let settings = over(root.path());
    assert_eq!(text(|out| run(&line.verb, &settings, out)).1, exit::OK);
    let names = ["lantern".to_owned()];
    let common = common(Format::Text);
    let (said, code) = text(|out| test_verb::run(&common, &settings, &names, true, TODAY, out));
    assert_eq!(code, exit::OK, "{said}");
}

#[test]
fn the_tests_of_an_area_that_is_not_used_are_not_run() {
    let root = copy_of_tables();
    break_area(root.path());
    let settings = over(root.path());
    let (said, code) =
        text(|out| test_verb::run(&common(Format::Text), &settings, &[], false, TODAY, out));
    assert_eq!(code, exit::FINDING);
    let says = "not run exampleshire/lantern: its area is not used";
    assert!(unwrapped(&said).contains(says), "{said}");
    assert!(!said.contains("differs"), "{said}");
    let (said, _) =
        text(|out| test_verb::run(&common(Format::Json), &settings, &[], false, TODAY, out));
    let tree: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(tree["holds"], false);
    assert_eq!(tree["providers"][0]["areaUsed"], false);
}

#[test]
fn conflicts_tells_what_it_could_not_look_at_and_no_gap_that_may_be_none() {
    for (damage, place) in [
        (break_area as fn(&Path), "exampleshire/routing.csv"),
        (break_lantern, "exampleshire/lantern/fields.csv"),
    ] {
        let root = copy_of_tables();
        damage(root.path());
        let settings = over(root.path());
        let (said, code) =
            text(|out| conflicts::run(&common(Format::Json), &settings, false, TODAY, out));
        assert_eq!(code, exit::FINDING, "{said}");
        let tree: Value = serde_json::from_str(&said).expect("JSON");
        assert_eq!(tree["sound"], false);
        let findings = tree["findings"].as_array().expect("findings");
        let faults = findings.iter().filter(|one| one["severity"] == "error");
        let files: Vec<&str> = faults.filter_map(|one| one["file"].as_str()).collect();
        assert!(files.contains(&place), "{said}");
        assert!(
            findings.iter().all(|one| one["code"] != "WW-TBL-006"),
            "{said}"
        );
    }
}

#[test]
fn diff_tells_the_faults_of_either_side() {
    let (before, after) = (copy_of_tables(), copy_of_tables());
    break_lantern(after.path());
    let folders = [before.path(), after.path()].map(|path| path.display().to_string());
    for (sides, side) in [([0, 1], 1), ([1, 0], 1), ([1, 1], 1)] {
        let [one, other] = sides.map(|side| folders[side].as_str());
        let words = ["workwell-gateway", "diff", one, other, "--format", "json"];
        let line = Line::try_parse_from(words).expect("a verb");
        let (said, code) = text(|out| run(&line.verb, &settings(), out));
        assert_eq!(code, exit::FINDING, "{said}");
        let tree: Value = serde_json::from_str(&said).expect("JSON");
        let file = format!("{}/exampleshire/lantern/fields.csv", folders[side]);
        assert_eq!(tree["findings"][0]["file"], file, "{said}");
    }
}

#[test]
fn a_folder_without_an_area_is_not_in_order() {
    let empty = tempfile::tempdir().expect("a temporary folder");
    let tables = copy_of_tables();
    let provider = tables.path().join("exampleshire/lantern");
    for root in [empty.path(), &provider] {
        let settings = over(root);
        let common = common(Format::Text);
        for (said, code) in [
            text(|out| check_verb::run(&common, &settings, &[], false, TODAY, out)),
            text(|out| test_verb::run(&common, &settings, &[], false, TODAY, out)),
            text(|out| conflicts::run(&common, &settings, false, TODAY, out)),
        ] {
            assert_eq!(code, exit::FINDING, "{said}");
            assert!(said.contains("WW-TBL-011"), "{said}");
            assert!(!said.contains("all hold"), "{said}");
        }
    }
}
