use super::*;

fn residence(places: &Places, postcode: &str) -> Option<Residence> {
    places.residence(&Postcode::parse(postcode).expect("the shape of a postcode"))
}

#[test]
fn the_synthetic_set_is_whole_and_the_default() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/fixtures/places");
    let opened = Places::open(&folder).expect("the committed files are right");
    let synthetic = Places::synthetic();
    assert_eq!(opened.by_postcode.len(), synthetic.by_postcode.len());
    assert!(!synthetic.by_postcode.is_empty() && !synthetic.by_practice.is_empty());
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
    let code = OdsCode::parse("Y99004").expect("a right code");
    let facts = places.practice(&code).expect("a known practice");
    assert_eq!(
        (facts.pcn.as_deref(), facts.icb.as_deref()),
        (Some("U99003"), Some("QZX"))
    );
    assert_eq!(places.practice_name(&code), Some("Valefoot Surgery"));
    let unknown = OdsCode::parse("Y99999").expect("a right code");
    assert_eq!(places.practice(&unknown), None);
}

#[test]
fn every_fault_is_named_with_its_line() {
    let postcodes = "postcode,la,lsoa,icb\nZZ1,E99000001,,QZX\nzz1,,,\nnowhere at all,,,\nZZ2,x\n";
    let problems = Places::read(postcodes, "ods,name\n").expect_err("four faults and one");
    let at: Vec<&str> = problems.iter().filter_map(|p| p.path.as_deref()).collect();
    assert_eq!(
        at,
        [
            "postcodes.csv:5:1",
            "postcodes.csv:3:1",
            "postcodes.csv:4:1",
            "practices.csv:1:1"
        ]
    );
}

#[test]
fn a_missing_folder_is_two_missing_files() {
    let problems = Places::open(Path::new("no/such/folder")).expect_err("nothing there");
    assert_eq!(problems.len(), 2);
}
