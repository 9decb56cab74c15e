//! The table of condition groups: what the page says to write, and who is told of a fault.

use std::fs;
use std::path::Path;

use super::verbs::text;
use super::{TODAY, copy, copy_of_tables, package, settings};
use crate::domain::case::BarrierGroup;
use crate::gateway::tables::{CONDITION_GROUPS, Report, Trial, check};
use crate::surfaces::cli::exit;
use crate::surfaces::cli::mappings::{Common, test as test_verb};

/// A copy of the committed tables with these rows behind those of the condition groups.
fn with_rows(rows: &str) -> tempfile::TempDir {
    let root = copy_of_tables();
    let path = root.path().join(CONDITION_GROUPS);
    let text = fs::read_to_string(&path).expect("a committed table");
    fs::write(path, format!("{text}{rows}\n")).expect("a writable copy");
    root
}

fn checked(root: &Path, names: &[&str]) -> Report {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    check(root, &names, TODAY).expect("the names are known")
}

#[test]
fn the_row_that_the_page_shows_is_sound_and_groups_its_code() {
    let page = fs::read_to_string(package("docs/how-to/change-tables.md")).expect("the page");
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("sct|"))
        .collect();
    let [row] = rows[..] else {
        panic!("{rows:?}");
    };
    let root = with_rows(row);
    let report = checked(root.path(), &[]);
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    let trial = Trial::open(root.path(), &settings().tables.places).expect("places");
    let mut cells = row.split(',');
    let (code, group) = (cells.next().expect("a code"), cells.nth(1));
    let found = trial.condition_groups().group_of(code);
    assert_eq!(found.map(BarrierGroup::code), group);
}

#[test]
fn a_fault_of_the_groups_is_told_whoever_is_asked_about() {
    let root = with_rows("sct|73211009,Diabetes mellitus,diabetes,");
    for names in [
        &[][..],
        &["lantern"],
        &["exampleshire"],
        &["exampleshire/lantern"],
    ] {
        let report = checked(root.path(), names);
        let places = report.findings.iter().map(|found| found.path.as_deref());
        let place = format!("{CONDITION_GROUPS}:26:3");
        assert_eq!(places.collect::<Vec<_>>(), [Some(&*place)], "{names:?}");
        // It costs its row alone.
        assert!(report.providers.iter().all(|one| one.tables.is_some()));
    }
}

#[test]
fn without_the_table_a_test_of_each_area_does_not_hold() {
    let root = tempfile::tempdir().expect("a temporary folder");
    copy(&package("mappings"), root.path());
    fs::remove_file(root.path().join(CONDITION_GROUPS)).expect("a copy");
    let mut settings = settings();
    settings.tables.mappings = root.path().to_owned();
    let common = Common::default();
    let (said, code) = text(|out| test_verb::run(&common, &settings, &[], false, TODAY, out));
    assert_eq!(code, exit::FINDING);
    for test in [
        "exampleshire/lantern/tests/by-message",
        "northmoor/fit-note-first/tests/by-message",
    ] {
        assert!(said.contains(&format!("differs  {test}\n")), "{said}");
    }
}
