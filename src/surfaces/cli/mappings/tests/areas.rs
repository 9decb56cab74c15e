//! What `mappings check` says where an area's own files have faults.

use std::fs;

use serde_json::Value;

use super::verbs::{fits, text, unwrapped};
use super::{TODAY, copy_of_tables, settings};
use crate::gateway::tables::check;
use crate::surfaces::cli::mappings::{Common, check as check_verb};
use crate::surfaces::cli::{Format, exit};

#[test]
fn an_area_that_is_not_used_is_told_with_each_of_its_providers() {
    for (file, find, put) in [
        ("area.toml", "tie = \"prefer-practice\"", "tie = \"toss\""),
        (
            "area.toml",
            "name = \"Exampleshire\"",
            "name = \"Exampleshire\"\n[overflow]\nlantern = \"lantern\"",
        ),
        ("routing.csv", "lantern,10", "lantern,first"),
    ] {
        let root = copy_of_tables();
        let path = root.path().join("exampleshire").join(file);
        let now = fs::read_to_string(&path).expect("a committed table");
        assert!(now.contains(find), "{find}");
        fs::write(&path, now.replace(find, put)).expect("a writable copy");
        let mut settings = settings();
        settings.tables.mappings = root.path().to_owned();
        let said = |format, names: &[String]| {
            let common = Common {
                mappings: None,
                format,
            };
            text(|out| check_verb::run(&common, &settings, names, false, TODAY, out))
        };
        for names in [&[][..], &["lantern".to_owned()][..]] {
            let (person, code) = said(Format::Text, names);
            assert_eq!(code, exit::FINDING, "{person}");
            fits(&person);
            let words = unwrapped(&person);
            for says in [
                "not used exampleshire/lantern: its area is not used",
                "not used exampleshire: the area is not used",
                "nobody is routed to any of its providers",
                &format!("exampleshire/{file}"),
            ] {
                assert!(words.contains(says), "{says}: {person}");
            }
            assert!(!words.contains("usable"), "{person}");
            let (program, _) = said(Format::Json, names);
            let tree: Value = serde_json::from_str(&program).expect("JSON");
            assert_eq!(tree["areasNotUsed"], serde_json::json!(["exampleshire"]));
            assert_eq!(tree["providers"][0]["usable"], false);
            assert_eq!(tree["providers"][0]["areaUsed"], false);
        }
    }
}

#[test]
fn a_bad_row_of_partners_is_a_fault_that_leaves_the_area_in_use() {
    let root = copy_of_tables();
    let path = root.path().join("exampleshire/partners.csv");
    let now = fs::read_to_string(&path).expect("a committed table");
    fs::write(&path, now.replace("stillwater,28", "stillwater,soon")).expect("a writable copy");
    let names = ["lantern".to_owned()];
    let report = check(root.path(), &names, TODAY).expect("it is there");
    assert_eq!((report.faults(), report.warnings()), (1, 0));
    assert_eq!(report.areas_not_used, Vec::<String>::new());
    assert!(report.providers[0].area_used);
}
