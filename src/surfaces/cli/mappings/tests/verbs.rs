//! What each verb says.

use std::fs;
use std::path::PathBuf;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{TODAY, copy_of_tables, package, settings};
use crate::domain::case::Case;
use crate::domain::consent::{Decision, Recipient, Record};
use crate::domain::identifiers::{OdsCode, Postcode};
use crate::domain::mapping::{narrow, sample};
use crate::domain::sensitive::Sensitive;
use crate::gateway::tables::{Trial, check, scaffold};
use crate::problem::page::assert_current;
use crate::surfaces::cli::mappings::map::{self, Map};
use crate::surfaces::cli::mappings::route::{self, Route};
use crate::surfaces::cli::mappings::{
    Common, Mappings, check as check_verb, run, test as test_verb,
};
use crate::surfaces::cli::{Format, WIDTH, exit};

const MESSAGE: &str = "conformance/fixtures/referrals/referral-16k.json";
const CASE: &str = "mappings/exampleshire/lantern/tests/off-sick/referral.json";

/// Words of the sample person: none may stand in an account.
const CANARIES: &[&str] = &[
    "Quillfeather",
    "Ottoline",
    "9990000018",
    "1990",
    "Fernlea",
    "Copperpot",
];

pub(super) fn text(verb: impl FnOnce(&mut Vec<u8>) -> i32) -> (String, i32) {
    let mut out = Vec::new();
    let code = verb(&mut out);
    (String::from_utf8(out).expect("text"), code)
}

/// The text in one line, as it was before it was broken.
pub(super) fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<&str>>().join(" ")
}

pub(super) fn fits(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= WIDTH, "{line}");
    }
}

fn map(file: &str, provider: &str, explain: bool, format: Format) -> (String, i32) {
    let args = Map {
        file: package(file),
        provider: provider.to_owned(),
        explain,
        on: None,
        common: Common {
            mappings: None,
            format,
        },
    };
    text(|out| map::run(&args, &settings(), out))
}

pub(super) fn route(
    file: PathBuf,
    on: Option<Date>,
    explain: bool,
    format: Format,
) -> (String, i32) {
    let args = Route {
        file,
        explain,
        on,
        full: Vec::new(),
        common: Common {
            mappings: None,
            format,
        },
    };
    text(|out| route::run(&args, &settings(), out))
}

#[test]
fn the_committed_tables_are_sound_and_their_tests_hold() {
    let settings = settings();
    let common = Common::default();
    // Written anew with `UPDATE=1`, for a change that changes every test: read what changed.
    let update = std::env::var_os("UPDATE").is_some();
    let (said, code) = text(|out| test_verb::run(&common, &settings, &[], update, TODAY, out));
    assert_eq!(code, exit::OK, "{said}");
    assert!(!said.contains("no test"), "{said}");
    assert!(!said.contains("does not say where"), "{said}");
    let report = check(&package("mappings"), &[], TODAY).expect("no names are given");
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
}

fn written(case: &Case) -> String {
    let tree = serde_json::to_value(case).expect("a case is written");
    format!("{tree:#}\n")
}

/// The sample's person as one of another part of the county.
fn registered_at(practice: &str, name: &str, (town, postcode): (&str, &str)) -> Case {
    let mut case = sample::case();
    let referral = &mut case.referral;
    referral.referrer.organisation = OdsCode::parse(practice);
    referral.referrer.organisation_name = Some(name.to_owned());
    referral.person.practice = OdsCode::parse(practice);
    referral.person.address.city = Some(Sensitive::new(town.to_owned()));
    referral.person.address.postcode = Postcode::parse(postcode);
    case
}

#[test]
fn the_referrals_of_the_tests_beside_the_tables_are_current() {
    for (slug, case) in [
        ("lantern", sample::case()),
        (
            "borough-works",
            registered_at("Y99003", "Millrace Health Centre", ("Millrace", "ZZ5 1AA")),
        ),
        (
            "vale-nhs-trust",
            registered_at("Y99004", "Valefoot Surgery", ("Valefoot", "ZZ8 1AA")),
        ),
    ] {
        let file = format!("mappings/exampleshire/{slug}/tests/off-sick/referral.json");
        assert_current(&file, &written(&case));
    }
    let trial = Trial::open(&package("mappings"), &settings().tables.places).expect("places");
    let partner = trial.provider("stillwater").expect("a committed provider");
    let mut case = sample::case();
    case.referral = narrow(&case.referral, partner);
    case.referral.referrer.organisation_name = Some("Lantern".to_owned());
    case.referred_on_by = Some("lantern".to_owned());
    let consent = Record {
        decision: Decision::Given,
        at: "2026-11-19T10:00:00Z".parse().ok(),
        until: None,
        recorded_by: None,
        how: Some("spoken".to_owned()),
    };
    case.referral.consents.recipients =
        vec![(Recipient::Partner("stillwater".to_owned()), consent)];
    let file = "mappings/exampleshire/stillwater/tests/referred-on/referral.json";
    assert_current(file, &written(&case));
}

#[test]
fn check_tells_every_fault_of_one_provider_to_a_person_and_to_a_program() {
    let root = copy_of_tables();
    let path = root.path().join("exampleshire/lantern/fields.csv");
    let table = fs::read_to_string(&path).expect("a committed table");
    let broken = table
        .replace("who.name,full_name", "who.name,fullname")
        .replace("phones,first", "phones,frist");
    fs::write(&path, broken).expect("a writable copy");
    let mut settings = settings();
    settings.tables.mappings = root.path().to_owned();
    let names = ["lantern".to_owned()];
    let said = |format| {
        let common = Common {
            mappings: None,
            format,
        };
        text(|out| check_verb::run(&common, &settings, &names, false, TODAY, out))
    };
    let (person, code) = said(Format::Text);
    assert_eq!(code, exit::FINDING);
    fits(&person);
    insta::assert_snapshot!(person);
    let (program, code) = said(Format::Json);
    assert_eq!(code, exit::FINDING);
    let tree: Value = serde_json::from_str(&program).expect("JSON");
    assert_eq!(
        tree["findings"][0]["file"],
        "exampleshire/lantern/fields.csv"
    );
    assert_eq!(tree["findings"][0]["line"], 7);
    assert_eq!(tree["findings"][0]["column"], 2);
    assert_eq!(tree["providers"][0]["usable"], false);
}

#[test]
fn warnings_are_findings_only_where_they_are_denied() {
    let root = copy_of_tables();
    let path = root.path().join("exampleshire/lantern/notes.txt");
    fs::write(path, "notes").expect("a writable copy");
    let mut settings = settings();
    settings.tables.mappings = root.path().to_owned();
    for (denied, expected) in [(false, exit::OK), (true, exit::FINDING)] {
        let common = Common::default();
        let (said, code) = text(|out| check_verb::run(&common, &settings, &[], denied, TODAY, out));
        assert_eq!(code, expected, "{said}");
    }
}

#[test]
fn a_name_that_is_no_provider_is_wrong_usage() {
    let args = Mappings::Check {
        names: vec!["lantren".to_owned()],
        deny_warnings: false,
        common: Common::default(),
    };
    let (_, code) = text(|out| run(&args, &settings(), out));
    assert_eq!(code, exit::USAGE);
    let unknown = check(&package("mappings"), &["lantren".to_owned()], TODAY);
    assert_eq!(unknown.expect_err("no such name")[0].like, ["lantern"]);
}

#[test]
fn a_test_that_does_not_hold_shows_the_lines_that_differ() {
    let root = copy_of_tables();
    let path = root
        .path()
        .join("exampleshire/lantern/codes/employment.csv");
    let table = fs::read_to_string(&path).expect("a committed table");
    fs::write(&path, table.replace("I have a job", "In work")).expect("a writable copy");
    let mut settings = settings();
    settings.tables.mappings = root.path().to_owned();
    let names = ["lantern".to_owned()];
    let common = Common::default();
    let (said, code) = text(|out| test_verb::run(&common, &settings, &names, false, TODAY, out));
    assert_eq!(code, exit::FINDING);
    insta::assert_snapshot!(said);
    // What came is written on request, and holds from then on.
    let (said, code) = text(|out| test_verb::run(&common, &settings, &names, true, TODAY, out));
    assert_eq!(code, exit::OK, "{said}");
    let (said, code) = text(|out| test_verb::run(&common, &settings, &names, false, TODAY, out));
    assert_eq!((code, said.contains("holds")), (exit::OK, true), "{said}");
}

#[test]
fn map_gives_what_the_provider_would_get() {
    let (said, code) = map(CASE, "lantern", false, Format::Text);
    assert_eq!(code, exit::OK, "{said}");
    let tree: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(tree["contact"]["phone"], "07700 900001");
    assert!(tree.get("nhs_number").is_none());
}

#[test]
fn map_explains_every_field_and_names_no_value() {
    let (said, code) = map(CASE, "lantern", true, Format::Text);
    assert_eq!(code, exit::OK);
    fits(&said);
    insta::assert_snapshot!(said);
    let (program, _) = map(CASE, "lantern", true, Format::Json);
    for canary in CANARIES {
        assert!(
            !said.contains(canary) && !program.contains(canary),
            "{canary}"
        );
    }
    let tree: Value = serde_json::from_str(&program).expect("JSON");
    assert_eq!(tree["rows"].as_array().map(Vec::len), Some(28));
}

#[test]
fn map_takes_a_message_as_a_gp_system_sends_it() {
    for provider in ["lantern", "borough-works", "vale-nhs-trust"] {
        let (said, code) = map(MESSAGE, provider, true, Format::Text);
        assert_eq!(code, exit::OK, "{provider}: {said}");
        fits(&said);
        assert!(
            unwrapped(&said).contains("of a BaRS message, as on 2026-09-14"),
            "{said}"
        );
    }
}

#[test]
fn map_names_the_place_in_the_message_and_the_row_of_the_code_list() {
    let (said, code) = map(MESSAGE, "lantern", true, Format::Text);
    assert_eq!(code, exit::OK);
    fits(&said);
    insta::assert_snapshot!(said);
    let (program, _) = map(MESSAGE, "lantern", true, Format::Json);
    let tree: Value = serde_json::from_str(&program).expect("JSON");
    let rows = tree["rows"].as_array().expect("rows");
    let row = |target: &str| {
        let found = rows.iter().find(|row| row["target"] == target);
        found.expect("a row of the table")
    };
    let gender = row("who.gender");
    assert_eq!(gender["row"], "fields.csv:9");
    assert_eq!(gender["codeRows"], json!(["codes/gender.csv:2"]));
    let place = json!({ "path": "Bundle.entry[7].resource.gender", "line": 122, "column": 10 });
    assert_eq!(gender["places"], json!([place]));
    assert_eq!(gender["workedOut"], false);
    let barriers = row("help_with");
    let lists = ["codes/barriers.csv:3", "codes/barriers.csv:2"];
    assert_eq!(barriers["codeRows"], json!(lists));
    assert_eq!(barriers["workedOut"], true);
    assert_eq!(row("source")["places"], json!([]));
    let withheld = &tree["withheld"][0]["places"][0]["path"];
    assert_eq!(withheld, "Bundle.entry[5].resource.code.coding[0].code");
    let rest = tree["notInAnyField"].as_array().expect("a list");
    assert!(rest.contains(&json!("HealthcareService")));
}

#[test]
fn a_case_that_cannot_be_sent_says_which_rows_stop_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut case = sample::case();
    case.referral.person.birth_date = None;
    let file = folder.path().join("referral.json");
    fs::write(&file, written(&case)).expect("a writable folder");
    let args = Map {
        file,
        provider: "vale-nhs-trust".to_owned(),
        explain: true,
        on: None,
        common: Common::default(),
    };
    let (said, code) = text(|out| map::run(&args, &settings(), out));
    assert_eq!(code, exit::FINDING);
    assert!(
        said.contains("exampleshire/vale-nhs-trust/fields.csv:13  WW-MAP-022"),
        "{said}"
    );
    assert!(
        unwrapped(&said).contains("birth_date for Patient.birthDate"),
        "{said}"
    );
    fits(&said);
}

#[test]
fn a_case_without_consent_is_told_to_be_held_although_the_tables_can_say_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut case = sample::case();
    case.referral.consents.workwell = Record::default();
    let file = folder.path().join("referral.json");
    fs::write(&file, written(&case)).expect("a writable folder");
    for (provider, says) in [
        (
            "lantern",
            "no WorkWell consent is recorded: the case is held",
        ),
        ("vale-nhs-trust", "It can be sent."),
    ] {
        let args = Map {
            file: file.clone(),
            provider: provider.to_owned(),
            explain: true,
            on: None,
            common: Common::default(),
        };
        let (said, code) = text(|out| map::run(&args, &settings(), out));
        assert_eq!(code, exit::OK, "{said}");
        assert!(said.contains(says), "{provider}: {said}");
    }
}

#[test]
fn a_file_that_is_no_referral_is_told_without_a_word_of_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let case = written(&sample::case());
    let wrong_word = case.replace("\"employed\"", "\"Quillfeatherish\"");
    for (name, content) in [
        ("a", "{\"person\": \"Quillfeather\"}".to_owned()),
        ("b", "not JSON Quillfeather".to_owned()),
        (
            "c",
            wrong_word.replace("\"off-sick\"", "\"Quillfeatherer\""),
        ),
        (
            "d",
            "{\"resourceType\": \"Patient\", \"name\": \"Quillfeather\"}".to_owned(),
        ),
    ] {
        let file = folder.path().join(name);
        fs::write(&file, content).expect("a writable folder");
        for format in [Format::Text, Format::Json] {
            let (said, code) = route(file.clone(), None, true, format);
            assert_eq!(code, exit::FINDING, "{said}");
            assert!(
                said.contains("WW-") && !said.contains("Quillfeather"),
                "{said}"
            );
        }
    }
}

#[test]
fn route_explains_every_provider_and_names_no_value() {
    let (said, code) = route(package(CASE), None, true, Format::Text);
    assert_eq!(code, exit::OK);
    fits(&said);
    insta::assert_snapshot!(said);
    for canary in CANARIES {
        assert!(!said.contains(canary), "{canary}");
    }
    let (program, _) = route(package(CASE), None, true, Format::Json);
    let tree: Value = serde_json::from_str(&program).expect("JSON");
    assert_eq!(tree["result"]["provider"], "lantern");
    assert_eq!(tree["considered"].as_array().map(Vec::len), Some(12));
}

#[test]
fn route_says_why_nobody_serves_the_person() {
    // Before the area's providers take anybody.
    let early = jiff::civil::date(2026, 3, 1);
    let (said, code) = route(package(CASE), Some(early), true, Format::Text);
    assert_eq!(code, exit::FINDING);
    assert!(said.contains("nobody serves the person"), "{said}");
    assert!(said.contains("takes nobody"), "{said}");
    fits(&said);
}

#[test]
fn a_restricted_record_is_not_routed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut case = sample::case();
    case.referral.person.security = crate::domain::case::Security::Restricted;
    let file = folder.path().join("referral.json");
    fs::write(&file, written(&case)).expect("a writable folder");
    let (said, code) = route(file, None, true, Format::Text);
    assert_eq!(code, exit::OK);
    assert!(
        unwrapped(&said).contains("no place is looked up") && !said.contains("lantern"),
        "{said}"
    );
}

#[test]
fn a_new_folder_is_not_used_until_everything_is_written_and_check_lists_what_is_to_do() {
    let root = copy_of_tables();
    let made = scaffold(root.path(), None, "new-hope", TODAY).expect("a new folder");
    assert_eq!(made.area, "exampleshire");
    let names = ["new-hope".to_owned()];
    let report = check(root.path(), &names, TODAY).expect("the folder is there");
    assert!(report.providers[0].tables.is_none());
    let told: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    // Each place is told once, and nothing else is wrong.
    let mut places = 0;
    for file in made.files.iter().filter(|file| !file.starts_with("tests/")) {
        let text = fs::read_to_string(made.folder.join(file)).expect("a new table");
        for (index, _) in text
            .lines()
            .enumerate()
            .filter(|row| row.1.contains("TO WRITE"))
        {
            let place = format!("exampleshire/new-hope/{file}:{}:", index + 1);
            let at = told.iter().filter(|found| found.contains(&place));
            let at: Vec<&String> = at.collect();
            assert_eq!(at.len(), 1, "{place} {told:#?}");
            assert!(at[0].contains("WW-MAP-005"), "{at:?}");
            assert!(at[0].contains("still says TO WRITE; write "), "{at:?}");
            places += 1;
        }
    }
    assert_eq!(told.len(), places, "{told:#?}");
    assert!(places > 20, "{told:#?}");
    for (area, slug) in [
        (None, "new-hope"),
        (None, "New Hope"),
        (Some("nowhere"), "newer"),
    ] {
        let refused = scaffold(root.path(), area, slug, TODAY);
        assert!(refused.is_err(), "{slug}");
    }
}

#[test]
fn route_tells_of_the_hub_of_the_overflow_and_of_how_long_support_may_take() {
    let said = |file: &str, full: &[&str]| {
        let args = Route {
            file: package(&format!("mappings/northmoor/{file}/referral.json")),
            explain: true,
            on: None,
            full: full.iter().map(|slug| (*slug).to_owned()).collect(),
            common: Common::default(),
        };
        text(|out| route::run(&args, &settings(), out))
    };
    let (hub, code) = said("dovetail/tests/riverside", &[]);
    assert_eq!(code, exit::OK);
    fits(&hub);
    insta::assert_snapshot!(hub);
    let file = "harbour-line/tests/a-row-of-the-list";
    let (room, _) = said(file, &[]);
    assert!(
        unwrapped(&room).contains("not-counted capacity.per_week 25"),
        "{room}"
    );
    let (full, code) = said(file, &["harbour-line"]);
    assert_eq!(code, exit::OK);
    fits(&full);
    insta::assert_snapshot!(full);
    let (unlimited, code) = said(file, &["dovetail"]);
    assert_eq!(code, exit::USAGE);
    assert!(unlimited.contains("--full dovetail"), "{unlimited}");
}
