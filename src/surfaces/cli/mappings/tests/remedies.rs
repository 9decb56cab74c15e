//! What is said to do is what helps.

use std::fs;

use jiff::civil::Date;

use super::verbs::{text, unwrapped};
use super::{TODAY, copy_of_tables, package, settings};
use crate::gateway::tables::scaffold;
use crate::surfaces::cli::exit;
use crate::surfaces::cli::mappings::{Common, approve, test as test_verb};

#[test]
fn a_new_folder_without_its_area_is_told_of_areas_and_not_of_a_file() {
    let empty = tempfile::tempdir().expect("a temporary folder");
    let shipped = package("mappings");
    let day: Date = TODAY;
    for (root, area, says) in [
        (shipped.as_path(), None, "name the area with --area"),
        (
            shipped.as_path(),
            Some("elsewhere"),
            "there is no area \"elsewhere\"",
        ),
        (empty.path(), None, "holds no area"),
    ] {
        let refused = scaffold(root, area, "begun", day).expect_err("no area");
        assert_eq!(refused.entry.code, "WW-TBL-011");
        let detail = refused.detail.unwrap_or_default();
        assert!(detail.contains(says), "{detail}");
        assert!(refused.entry.advice.contains("--area"));
    }
}

#[test]
fn a_test_whose_referral_cannot_be_read_is_named() {
    let root = copy_of_tables();
    let test = "exampleshire/lantern/tests/off-sick/referral.json";
    fs::write(root.path().join(test), "no referral").expect("a writable copy");
    let mut settings = settings();
    settings.tables.mappings = root.path().to_owned();
    let common = Common::default();
    let names = ["lantern".to_owned()];
    let (said, code) = text(|out| test_verb::run(&common, &settings, &names, false, TODAY, out));
    assert_eq!(code, exit::FINDING);
    assert!(said.contains(&format!("error    {test}")), "{said}");
    assert!(!said.contains("the tables  "), "{said}");
}

#[test]
fn a_name_with_what_a_name_does_not_have_is_told_what_to_leave_out() {
    let root = copy_of_tables();
    let mut settings = settings();
    settings.tables.mappings = root.path().to_owned();
    let common = Common::default();
    for name in ["B", "X, \"Y\""] {
        let (said, code) =
            text(|out| approve::run(&common, &settings, "lantern", name, TODAY, out));
        assert_eq!(code, exit::FINDING);
        assert!(unwrapped(&said).contains("without a comma"), "{said}");
    }
}
