use std::fs;
use std::path::Path;

use jiff::civil::date;

use super::*;
use crate::adapters::tables::CONDITION_GROUPS;
use crate::testing::{copy, package};

const TODAY: Date = date(2026, 11, 20);

const ANYWHERE: &str = "kind,code,mode,from,to,comment\nany,,include,,,everybody\n";
const PRACTICE: &str = "kind,code,mode,from,to,comment\npractice,Y99001,include,,,one practice\n";
const HOME: &str = "kind,code,mode,from,to,comment\npostcode,ZZ5,include,,,one district\n";

/// An area of copies of one shipped provider, each with a catchment and an eligibility of
/// its own, over the invented places.
fn area(tie: &str, providers: &[(&str, &str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a temporary folder");
    let area = root.path().join("exampleshire");
    fs::create_dir(&area).expect("a writable folder");
    let head = format!("name = \"Exampleshire\"\nicb = \"QZX\"\ntie = \"{tie}\"\n");
    fs::write(area.join("area.toml"), head).expect("written");
    let mut routing = "provider,priority,from,to,comment\n".to_owned();
    for (index, (slug, catchment, eligibility)) in providers.iter().enumerate() {
        copy(&package("mappings/exampleshire/lantern"), &area.join(slug));
        fs::write(area.join(slug).join("catchment.csv"), catchment).expect("written");
        let header = "rule,operator,value,outcome,reason,words\n";
        let text = format!("{header}{eligibility}");
        fs::write(area.join(slug).join("eligibility.csv"), text).expect("written");
        let row = format!("{slug},{},,,\n", 10 * (index + 1));
        routing.push_str(&row);
    }
    fs::write(area.join("routing.csv"), routing).expect("written");
    with_groups(root.path());
    root
}

/// The committed table of condition groups.
fn with_groups(root: &Path) {
    let table = package("mappings").join(CONDITION_GROUPS);
    fs::copy(table, root.join(CONDITION_GROUPS)).expect("written");
}

/// `severity code detail` of the findings with this code.
fn found(root: &Path, code: &str) -> Vec<String> {
    let places = package("conformance/fixtures/places");
    let conflicts = conflicts(root, &places, TODAY).expect("places");
    let of_code = conflicts
        .findings
        .into_iter()
        .filter(|one| one.entry.code == code);
    of_code
        .map(|one| {
            let severity = if one.warning { "warning" } else { "error" };
            format!("{severity} {}", one.detail.unwrap_or_default())
        })
        .collect()
}

const OVERLAP: &str = "WW-TBL-005";

#[test]
fn two_providers_of_one_place_are_told_with_a_place_at_which_they_meet() {
    let root = area("none", &[("first", ANYWHERE, ""), ("second", PRACTICE, "")]);
    let told = found(root.path(), OVERLAP);
    assert_eq!(
        told,
        ["error first and second each serve a person with practice Y99001"]
    );
}

#[test]
fn a_tie_rule_that_chooses_ends_an_overlap_and_one_that_does_not_leaves_it() {
    let providers = [("first", ANYWHERE, ""), ("second", PRACTICE, "")];
    for (tie, count) in [("first-listed", 0), ("prefer-practice", 0), ("none", 1)] {
        let root = area(tie, &providers);
        assert_eq!(found(root.path(), OVERLAP).len(), count, "{tie}");
    }
    let twice = [("first", PRACTICE, ""), ("second", PRACTICE, "")];
    let root = area("prefer-practice", &twice);
    assert_eq!(found(root.path(), OVERLAP).len(), 1);
}

#[test]
fn a_home_in_one_and_a_practice_in_the_other_is_a_place_where_two_meet() {
    let root = area("none", &[("first", HOME, ""), ("second", PRACTICE, "")]);
    let told = found(root.path(), OVERLAP);
    assert_eq!(
        told,
        ["error first and second each serve a person with practice Y99001 and a home in ZZ5"]
    );
}

#[test]
fn providers_whose_eligibility_parts_them_meet_only_where_the_facts_are_missing() {
    let young = "age,at-least,25,refuse,ineligible-age,For the young.\n";
    let old = "age,below,25,refuse,ineligible-age,For adults from 25.\n";
    let root = area(
        "none",
        &[("first", ANYWHERE, young), ("second", ANYWHERE, old)],
    );
    let told = found(root.path(), OVERLAP);
    assert_eq!(told.len(), 1);
    assert!(
        told[0].starts_with("warning") && told[0].contains("keeps them apart"),
        "{told:?}"
    );
    // One year in common, and they are not parted.
    let old = "age,below,24,refuse,ineligible-age,For adults from 24.\n";
    let root = area(
        "none",
        &[("first", ANYWHERE, young), ("second", ANYWHERE, old)],
    );
    assert!(found(root.path(), OVERLAP)[0].starts_with("error"));
    let working = "employment,is-not,employed,refuse,ineligible-employment,In work.\n";
    let seeking = "employment,is,employed,refuse,ineligible-employment,Out of work.\n";
    let root = area(
        "none",
        &[("first", ANYWHERE, working), ("second", ANYWHERE, seeking)],
    );
    assert!(found(root.path(), OVERLAP)[0].starts_with("warning"));
}

#[test]
fn places_of_the_board_that_nobody_serves_are_told_by_kind() {
    let root = area("none", &[("first", PRACTICE, "")]);
    let told = found(root.path(), "WW-TBL-006");
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("a home in ZZ1"), "{told:?}");
    assert!(
        told[1].contains("practice Y99002") && !told[1].contains("Y99001"),
        "{told:?}"
    );
    let root = area("none", &[("first", ANYWHERE, "")]);
    assert!(found(root.path(), "WW-TBL-006").is_empty());
}

#[test]
fn a_catchment_of_places_that_are_not_installed_is_told() {
    let nowhere = "kind,code,mode,from,to,comment\npractice,Y88888,include,,,unknown\n";
    let root = area("none", &[("first", ANYWHERE, ""), ("second", nowhere, "")]);
    let told = found(root.path(), "WW-MAP-016");
    assert!(
        told.iter()
            .any(|one| one.contains("\"second\": no practice")),
        "{told:?}"
    );
}

#[test]
fn fields_that_nobody_takes_and_codes_that_a_list_lacks_are_told() {
    let root = area("none", &[("first", ANYWHERE, "")]);
    let told = found(root.path(), "WW-TBL-008");
    assert!(told[0].contains("weeks_out_of_work"), "{told:?}");
    assert!(!told[0].contains("safe_contact"), "{told:?}");
    let area = root.path().join("exampleshire/first");
    let list = "source,source_display,target,target_display,relation,comment\n\
                sct|928000,Disorder,MSK,,equivalent,\n";
    fs::write(area.join("codes/diagnosis.csv"), list).expect("written");
    let fields = fs::read_to_string(area.join("fields.csv")).expect("a table");
    let row = ",primary_barrier_code,,prohibited,A diagnosis code is not needed to coach,S,";
    assert!(fields.contains(row));
    let mapped = "why,primary_barrier_code,code:diagnosis,optional,To choose the coach,S,";
    fs::write(area.join("fields.csv"), fields.replace(row, mapped)).expect("written");
    let told = found(root.path(), "WW-TBL-007");
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("more") && !told[0].contains("sct|928000,"),
        "{told:?}"
    );
}

#[test]
fn a_home_in_one_area_and_a_practice_in_another_is_told_once_for_both_areas() {
    let (one, two) = (
        area("none", &[("first", HOME, "")]),
        area("none", &[("second", PRACTICE, "")]),
    );
    copy(
        &two.path().join("exampleshire"),
        &one.path().join("samplefold"),
    );
    let told = found(one.path(), OVERLAP);
    assert_eq!(
        told,
        [
            "warning exampleshire and samplefold: a person with practice Y99001 and a home in \
             ZZ5 is served in both, and between areas no rule chooses"
        ]
    );
}

#[test]
fn the_committed_areas_have_no_overlap_that_no_rule_decides() {
    let told = found(&package("mappings"), OVERLAP);
    let errors = told.iter().filter(|one| one.starts_with("error"));
    assert_eq!(errors.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_row_that_names_a_place_which_is_not_installed_is_told_with_its_code() {
    let catchment = "kind,code,mode,from,to,comment\n\
        practice,Y99001,include,,,\n\
        practice,Y99991,include,,,\n\
        pcn,U99001,include,,,\n\
        pcn,U99991,include,,,\n\
        icb,QZX,include,,,\n\
        icb,QZ0,include,,,\n\
        la,E99000001,include,,,\n\
        la,E99000009,exclude,,,\n\
        lsoa,E98000101,include,,,\n\
        lsoa,E01999999,include,,,\n\
        postcode,ZZ99 1,include,,,\n\
        postcode,ZZ1 1AA,include,,,\n\
        postcode,QQ1,include,,,\n\
        postcode,ZZ1 1ZZ,include,,,\n\
        la,E99000008,include,2020-01-01,2020-12-31,\n";
    let root = area("none", &[("first", catchment, ""), ("second", HOME, "")]);
    let split = "hub,partner,kind,code,from,to,comment\n\
        first,second,pcn,U99001,,,\nfirst,second,pcn,U99992,,,\n";
    fs::write(root.path().join("exampleshire/split.csv"), split).expect("written");
    let told = found(root.path(), "WW-MAP-016");
    let told: Vec<&str> = told
        .iter()
        .filter_map(|one| one.split("is of ").nth(1))
        .collect();
    let codes: Vec<&str> = told
        .iter()
        .filter_map(|one| one.split(';').next())
        .collect();
    assert_eq!(
        codes,
        [
            "practice Y99991",
            "pcn U99991",
            "icb QZ0",
            "la E99000009",
            "lsoa E01999999",
            "postcode QQ1",
            "pcn U99992",
        ]
    );
}

#[test]
fn the_shipped_tables_name_installed_places_only() {
    let told = found(&package("mappings"), "WW-MAP-016");
    assert_eq!(told, [""; 0]);
}
