//! Folders, areas, damage and reload.

use std::fs;
use std::path::Path;

use super::{Copy, one_fault, package};
use crate::adapters::tables::{Loaded, load};

#[test]
fn a_bad_folder_disables_its_provider_only() {
    let copy = Copy::new();
    fs::remove_file(copy.path("lantern/catchment.csv")).expect("a writable copy");
    let loaded = copy.load();
    let slugs: Vec<&str> = loaded.providers.iter().map(|p| p.slug.as_str()).collect();
    assert_eq!(slugs, ["borough-works", "stillwater", "vale-nhs-trust"]);
    assert_eq!((loaded.areas.len(), loaded.disabled.len()), (1, 1));
    one_fault(
        &copy,
        &["WW-MAP-001", "exampleshire/lantern/catchment.csv:1:1"],
    );
    assert!(loaded.has_faults());
}

#[test]
fn every_fault_is_reported_at_once() {
    let copy = Copy::new();
    copy.edit(
        "lantern/provider.toml",
        "[retention]\ndays = 730",
        "[retention]\ndays = \"long\"",
    );
    copy.edit("lantern/fields.csv", "To greet the person,O", ",O");
    copy.edit("lantern/eligibility.csv", "age,below", "aeg,below");
    copy.edit(
        "lantern/status.csv",
        "Got it,acknowledged",
        "Got it,delivered",
    );
    let faults = copy.lantern();
    assert_eq!(faults.len(), 4, "{faults:#?}");
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_accepted() {
    let copy = Copy::new();
    for file in [
        "lantern/fields.csv",
        "lantern/codes/barriers.csv",
        "lantern/provider.toml",
    ] {
        let text = fs::read_to_string(copy.path(file)).expect("a committed table");
        let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        fs::write(copy.path(file), windows).expect("a writable copy");
    }
    assert_eq!(copy.lantern(), Vec::<String>::new());
    copy.edit(
        "lantern/fields.csv",
        "who.born,birth_date",
        "who.born,birthdate",
    );
    // The line is the editor's, whatever ends it and however many blank ones precede.
    one_fault(&copy, &["lantern/fields.csv:8:2", "birth_date"]);
    copy.edit(
        "lantern/fields.csv",
        "case_id,case_id",
        "\r\n\r\ncase_id,case_id",
    );
    one_fault(&copy, &["lantern/fields.csv:10:2", "birth_date"]);
}

#[test]
fn a_wrong_header_shows_the_right_one() {
    let copy = Copy::new();
    copy.edit(
        "lantern/fields.csv",
        "target,source,transform",
        "target,from,transform",
    );
    let faults = copy.lantern();
    let header = &faults[0];
    assert!(header.contains("WW-MAP-002") && header.contains("lantern/fields.csv:1:2"));
    assert!(header.contains("target,source,transform,requirement,purpose,category,comment"));
}

#[test]
fn damage_is_named_with_its_place_and_never_a_panic() {
    let copy = Copy::new();
    fs::write(copy.path("lantern/fields.csv"), b"target,\xff\xfe").expect("a writable copy");
    let faults = copy.lantern();
    assert!(
        faults[0].contains("WW-MAP-011") && faults[0].contains("UTF-8"),
        "{faults:#?}"
    );

    let copy = Copy::new();
    fs::write(copy.path("lantern/eligibility.csv"), "").expect("a writable copy");
    one_fault(
        &copy,
        &["WW-MAP-002", "eligibility.csv:1:1", "the file is empty"],
    );

    let copy = Copy::new();
    copy.append("lantern/catchment.csv", "practice,Y99003");
    one_fault(
        &copy,
        &[
            "WW-MAP-011",
            "catchment.csv:8:1",
            "found 2 cells, expected 6",
        ],
    );

    let copy = Copy::new();
    copy.append("lantern/provider.toml", "this is not TOML");
    let faults = copy.lantern();
    assert!(
        faults
            .iter()
            .any(|f| f.contains("WW-MAP-011") && f.contains("provider.toml:"))
    );
}

#[test]
fn a_routing_row_without_a_folder_is_a_fault_and_a_folder_without_a_row_a_warning() {
    let copy = Copy::new();
    copy.append("routing.csv", "ghost,40,,,");
    copy.edit(
        "routing.csv",
        "lantern,10,2026-04-01,,North: home or practice\n",
        "",
    );
    let loaded = copy.load();
    let told: Vec<(String, bool)> = loaded
        .problems
        .iter()
        .map(|p| (p.to_string(), p.warning))
        .collect();
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told[0].0.contains("\"ghost\" has no folder") && !told[0].1);
    assert!(told[1].0.contains("\"lantern\" has no row") && told[1].1);
    assert_eq!(loaded.areas.len(), 1, "the rest of the area is served");
}

#[test]
fn an_area_without_partners_needs_no_table_of_them() {
    let copy = Copy::new();
    fs::remove_file(copy.path("partners.csv")).expect("a writable copy");
    fs::remove_dir_all(copy.path("stillwater")).expect("a writable copy");
    let loaded = copy.load();
    assert!(loaded.problems.is_empty(), "{:#?}", loaded.problems);
    assert!(loaded.areas[0].partners.is_empty());
}

#[test]
fn every_fault_of_a_table_of_partners_is_told_with_its_place() {
    for (row, place, words, allowed) in [
        // Of two rows for one pair neither counts.
        ("lantern,stillwater,28,,,", "4:2", "WW-MAP-006", 1),
        ("lantern,lantern,28,,,", "4:2", "write another provider", 2),
        ("lantern,vale-nhs-trust,soon,,,", "4:3", "a whole number", 2),
        ("lantern,vale-nhs-trust,28,soon,,", "4:4", "yyyy-mm-dd", 2),
        ("lantern,,28,,,", "4:2", "WW-MAP-005", 2),
        ("lantern,ghost,28,,,", "4:1", "\"ghost\" has no folder", 3),
    ] {
        let copy = Copy::new();
        copy.append("partners.csv", row);
        let loaded = copy.load();
        let told: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
        let place = format!("exampleshire/partners.csv:{place}");
        let found = told.len() == 1 && told[0].contains(&place) && told[0].contains(words);
        assert!(found, "{row}: {told:#?}");
        // The area is served without the row: nobody is referred on by it.
        assert_eq!(loaded.areas.len(), 1, "{row}");
        assert_eq!(loaded.areas[0].partners.len(), allowed, "{row}");
    }
}

#[test]
fn a_damaged_area_is_not_served_and_says_why() {
    let copy = Copy::new();
    copy.edit("area.toml", "prefer-practice\"", "prefer-pratice\"");
    let loaded = copy.load();
    assert!(loaded.areas.is_empty());
    let told = loaded.problems[0].to_string();
    assert!(
        told.contains("exampleshire/area.toml:6:1")
            && told.contains("did you mean \"prefer-practice\""),
        "{told}"
    );
}

#[test]
fn first_listed_needs_priorities_of_their_own() {
    let copy = Copy::new();
    copy.edit(
        "area.toml",
        "tie = \"prefer-practice\"",
        "tie = \"first-listed\"",
    );
    assert!(!copy.load().has_faults());
    copy.edit("routing.csv", "borough-works,20", "borough-works,10");
    assert!(copy.load().problems[0].to_string().contains("WW-MAP-006"));
}

#[test]
fn one_slug_in_two_areas_is_refused() {
    let copy = Copy::new();
    let second = copy.root.path().join("otherland");
    fs::create_dir(&second).expect("a writable copy");
    super::copy(
        &package("conformance/fixtures/mappings-catch-all/everywhere"),
        &second,
    );
    fs::rename(second.join("catch-all"), second.join("lantern")).expect("a writable copy");
    fs::write(
        second.join("routing.csv"),
        "provider,priority,from,to,comment\nlantern,1,,,\n",
    )
    .expect("a writable copy");
    let loaded = copy.load();
    assert_eq!(loaded.disabled[0].area, "otherland");
    assert!(
        loaded
            .provider("lantern")
            .is_some_and(|p| p.area == "exampleshire")
    );
}

#[test]
fn the_digest_changes_with_any_table_and_not_with_its_tests() {
    let digest = |copy: &Copy| copy.load().provider("lantern").map(|p| p.digest.clone());
    let copy = Copy::new();
    let before = digest(&copy).expect("a whole folder");
    assert_eq!(before.len(), 64);
    assert!(before.bytes().all(|b| b.is_ascii_hexdigit()));
    assert_eq!(digest(&Copy::new()), Some(before.clone()));
    fs::write(copy.path("lantern/tests/note.txt"), "a note").expect("a writable copy");
    assert_eq!(digest(&copy), Some(before.clone()));
    copy.edit("lantern/codes/gender.csv", "Another word", "Another");
    assert_ne!(digest(&copy), Some(before));
}

#[test]
fn a_missing_root_is_one_problem() {
    let loaded = load(Path::new("no/such/folder"));
    assert_eq!(loaded.problems.len(), 1);
    assert!(loaded.has_faults() && loaded.areas.is_empty());
}

#[test]
fn on_reload_a_bad_folder_keeps_its_last_good_version() {
    let copy = Copy::new();
    let before = copy.load();
    copy.edit(
        "lantern/fields.csv",
        "who.name,full_name",
        "who.name,fullname",
    );
    copy.edit("area.toml", "prefer-practice\"", "prefer-pratice\"");
    let after = copy.load().keeping(&before);
    let digest = |loaded: &Loaded| loaded.provider("lantern").map(|p| p.digest.clone());
    assert_eq!(digest(&after), digest(&before));
    assert_eq!(after.areas, before.areas);
    assert_eq!(after.disabled.len(), 1, "its faults are still told");
    assert!(after.has_faults());
}

#[test]
fn a_provider_whose_folder_is_gone_is_not_kept() {
    let copy = Copy::new();
    let before = copy.load();
    fs::remove_dir_all(copy.path("lantern")).expect("a writable copy");
    assert!(copy.load().keeping(&before).provider("lantern").is_none());
}

#[test]
fn a_quote_that_is_not_closed_loses_no_row_without_a_word() {
    let copy = Copy::new();
    copy.edit(
        "lantern/eligibility.csv",
        "Lantern helps people from their sixteenth birthday.",
        "\"Lantern helps people from their sixteenth birthday.",
    );
    one_fault(
        &copy,
        &[
            "WW-MAP-011",
            "lantern/eligibility.csv:2:6",
            "none closes it",
        ],
    );
    let copy = Copy::new();
    copy.edit("routing.csv", "North: home", "\"North: home");
    let loaded = copy.load();
    assert!(loaded.areas.is_empty());
    let told = loaded.problems[0].to_string();
    assert_eq!(loaded.problems.len(), 1, "{:#?}", loaded.problems);
    assert!(
        told.contains("WW-MAP-011") && told.contains("exampleshire/routing.csv:2:5"),
        "{told}"
    );
}

#[test]
fn a_folder_with_something_still_to_write_is_not_used() {
    let copy = Copy::new();
    copy.edit("lantern/status.csv", "Got it", "TO WRITE: its own word");
    one_fault(&copy, &["WW-MAP-005", "status.csv:2:1", "its own word"]);
    let copy = Copy::new();
    copy.edit(
        "lantern/provider.toml",
        "expires = ",
        "expires = \"TO WRITE\" # ",
    );
    one_fault(
        &copy,
        &["WW-MAP-005", "agreement.expires: still says TO WRITE"],
    );
}
