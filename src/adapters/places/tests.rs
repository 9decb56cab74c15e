use jiff::civil::date;

use super::*;
use crate::testing::package;

const DAY: Date = date(2026, 11, 20);

fn residence(places: &Places, postcode: &str) -> Option<Residence> {
    places.residence(&Postcode::parse(postcode).expect("the shape of a postcode"))
}

fn ods(code: &str) -> OdsCode {
    OdsCode::parse(code).expect("a right code")
}

fn set(places: &Places) -> &Set {
    match &places.held {
        Held::Set(set) => set,
        Held::Files { .. } => panic!("a set in memory"),
    }
}

#[test]
fn the_synthetic_set_is_whole_and_the_default() {
    let folder = package("conformance/fixtures/places");
    let opened = Places::open(&folder).expect("the committed files are right");
    let synthetic = Places::synthetic();
    let (opened, synthetic) = (set(&opened), set(&synthetic));
    assert_eq!(opened.by_postcode.len(), synthetic.by_postcode.len());
    assert_eq!(opened.organisations, synthetic.organisations);
    assert!(!synthetic.by_postcode.is_empty() && !synthetic.organisations.is_empty());
}

#[test]
fn a_whole_postcode_wins_over_its_district() {
    let places = Places::synthetic();
    let own = residence(&places, "zz11aa").expect("a row of its own");
    assert_eq!(own.lsoa.as_deref(), Some("E98000101"));
    let district = residence(&places, "ZZ1 9ZZ").expect("the row of ZZ1");
    assert_eq!(
        (district.la.as_deref(), district.lsoa),
        (Some("E99000001"), None)
    );
    let longer = residence(&places, "ZZ10 1AA").expect("the row of ZZ10, not of ZZ1");
    assert_eq!(longer.la.as_deref(), Some("E99000004"));
    assert_eq!(residence(&places, "ZX1 1AA"), None);
}

#[test]
fn a_practice_has_its_network_and_board() {
    let places = Places::synthetic();
    let code = ods("Y99004");
    let facts = places.practice(&code, DAY).expect("a known practice");
    assert_eq!(
        (facts.pcn.as_deref(), facts.icb.as_deref()),
        (Some("U99003"), Some("QZX"))
    );
    assert_eq!(
        places.practice_name(&code).as_deref(),
        Some("Valefoot Surgery")
    );
    assert_eq!(places.practice(&ods("Y99999"), DAY), None);
}

#[test]
fn a_merged_practice_has_the_network_of_its_successor_from_the_day_of_the_merger() {
    let places = Places::synthetic();
    let code = ods("Y99008");
    let facts = places.practice(&code, DAY).expect("its successor is known");
    assert_eq!(
        (facts.ods.as_str(), facts.pcn.as_deref()),
        ("Y99008", Some("U99001"))
    );
    let before = places.practice(&code, date(2026, 3, 31));
    assert_eq!(before.and_then(|facts| facts.pcn), None);
    let found = places.whereabouts(None, Some(&code), DAY);
    assert_eq!(found.practice, Some(facts));
    let same = found.successions;
    assert!(same.are_same("Y99008", "Y99002") && same.are_same("QZV", "QZX"));
    assert!(!same.are_same("Y99008", "Y99001"));
}

#[test]
fn every_fault_is_named_with_its_line() {
    let postcodes = "postcode,la,lsoa,icb\nZZ1,E99000001,,QZX\nzz1,,,\nnowhere at all,,,\nZZ2,x\n";
    let more = "ods,name,opened,closed,successor,from\nY1,A,,31/03/2026,,\nY1,A,,,,\n-,A,,,,\n";
    let problems = Set::read(postcodes, "ods,name\n", Some(more)).expect_err("seven faults");
    let at: Vec<&str> = problems.iter().filter_map(|p| p.path.as_deref()).collect();
    assert_eq!(
        at,
        [
            "postcodes.csv:5:1",
            "postcodes.csv:3:1",
            "postcodes.csv:4:1",
            "practices.csv:1:1",
            "organisations.csv:2:1",
            "organisations.csv:3:1",
            "organisations.csv:4:1",
        ]
    );
}

#[test]
fn a_folder_without_places_is_told_by_its_name_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let missing = folder.path().join("missing");
    for without in [folder.path(), &missing] {
        let problems = Places::open(without).expect_err("nothing is there");
        let told: Vec<_> = problems
            .iter()
            .map(|p| (p.entry.code, p.path.clone()))
            .collect();
        let named = Some(without.display().to_string());
        assert_eq!(told, [("WW-PLC-016", named)]);
    }
    // Half of a set written by hand is told file by file.
    std::fs::write(folder.path().join("postcodes.csv"), "").expect("written");
    let problems = Places::open(folder.path()).expect_err("the other half is missing");
    assert!(problems.iter().any(|p| p.entry.code == "WW-MAP-001"));
}
