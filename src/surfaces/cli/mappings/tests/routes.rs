//! The routes that tests beside the tables prove, and the two days of a decision.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use serde_json::Value;

use super::verbs::text;
use super::{TODAY, copy_of_tables, package, settings};
use crate::config::Settings;
use crate::domain::case::Case;
use crate::domain::mapping::sample;
use crate::domain::routing::RouteWord;
use crate::domain::sensitive::Sensitive;
use crate::gateway::tables::{Comparison, EXPECTED_ROUTE, check, expected_route};
use crate::surfaces::cli::mappings::map::{self, Map};
use crate::surfaces::cli::mappings::route::{self, Route};
use crate::surfaces::cli::mappings::{Common, test as test_verb};
use crate::surfaces::cli::{Format, exit};

const LANTERN: &str = "exampleshire/lantern";

/// The tests of a copy of the tables: what is said, and the code.
fn tested(root: &Path, update: bool, format: Format) -> (String, i32) {
    let mut settings: Settings = settings();
    settings.tables.mappings = root.to_owned();
    let common = Common {
        mappings: None,
        format,
    };
    let names = ["lantern".to_owned()];
    text(|out| test_verb::run(&common, &settings, &names, update, TODAY, out))
}

fn route_of(root: &Path, test: &str) -> PathBuf {
    let folder = root.join(LANTERN).join("tests").join(test);
    folder.join(EXPECTED_ROUTE)
}

fn edit(path: &Path, find: &str, put: &str) {
    let text = fs::read_to_string(path).expect("a table");
    assert!(text.contains(find), "{find}");
    fs::write(path, text.replace(find, put)).expect("a writable copy");
}

#[test]
fn a_person_who_goes_elsewhere_than_the_test_says_is_told_row_by_row() {
    let root = copy_of_tables();
    let rules = root.path().join(LANTERN).join("eligibility.csv");
    edit(&rules, "age,below,16", "age,below,17");
    let (said, code) = tested(root.path(), false, Format::Text);
    assert_eq!(code, exit::FINDING, "{said}");
    let part = said.split("differs").nth(1).unwrap_or_default();
    for line in [
        "expected-route.csv (- expected, + came)",
        "- goes-to,lantern,practice,",
        "+ nobody,,not-eligible,",
        "+ not-to,lantern,ineligible-age,Lantern helps people from their sixteenth birthday.",
    ] {
        assert!(part.contains(line), "{line}: {said}");
    }
    // Written anew it holds, and other files stay as they are.
    assert_eq!(tested(root.path(), true, Format::Text).1, exit::OK);
    let (said, code) = tested(root.path(), false, Format::Json);
    assert_eq!(code, exit::OK, "{said}");
    let tree: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(tree["providers"][0]["tests"][0]["provesRoute"], true);
}

#[test]
fn a_test_without_a_route_is_a_warning_and_goes_on_as_before() {
    let root = copy_of_tables();
    fs::remove_file(route_of(root.path(), "off-sick")).expect("a copy");
    let report = check(root.path(), &["lantern".to_owned()], TODAY).expect("it is there");
    let found: Vec<(&str, bool)> = report
        .findings
        .iter()
        .map(|found| (found.entry.code, found.warning))
        .collect();
    assert_eq!(found, [("WW-MAP-048", true)]);
    let (said, code) = tested(root.path(), false, Format::Text);
    assert_eq!(code, exit::OK, "{said}");
    assert!(
        said.contains("it does not say where the person goes"),
        "{said}"
    );
    assert_eq!(tested(root.path(), true, Format::Text).1, exit::OK);
    let written = fs::read_to_string(route_of(root.path(), "off-sick")).expect("it was written");
    assert!(written.contains("goes-to,lantern,practice,\n"), "{written}");
}

#[test]
fn a_test_that_says_neither_where_the_person_goes_nor_what_is_sent_does_not_hold() {
    let root = copy_of_tables();
    fs::remove_file(route_of(root.path(), "sixteen-tomorrow")).expect("a copy");
    let (said, code) = tested(root.path(), false, Format::Text);
    assert_eq!(code, exit::FINDING, "{said}");
    assert!(
        said.contains("expected.json (- expected, + came)"),
        "{said}"
    );
}

#[test]
fn a_route_with_a_word_that_is_none_is_a_fault_with_its_cell() {
    let root = copy_of_tables();
    let file = route_of(root.path(), "off-sick");
    edit(
        &file,
        "goes-to,lantern,practice",
        "goes-to,lantren,practise",
    );
    let report = check(root.path(), &[], TODAY).expect("no names are given");
    let told: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    assert_eq!(report.faults(), 2, "{told:#?}");
    let place = format!("{LANTERN}/tests/off-sick/expected-route.csv:2:2");
    assert!(told.iter().any(|one| one.contains(&place)), "{told:#?}");
    assert!(report.providers.iter().all(|one| one.tables.is_some()));
}

/// Every golden case of the committed tables: its folder's provider and its rows.
fn routes() -> Vec<(String, Vec<crate::domain::routing::RouteRow>)> {
    let root = package("mappings");
    let report = check(&root, &[], TODAY).expect("no names are given");
    let slugs: Vec<&str> = report
        .providers
        .iter()
        .map(|one| one.slug.as_str())
        .collect();
    let mut routes = Vec::new();
    for one in &report.providers {
        let tests = root.join(&one.area).join(&one.slug).join("tests");
        for found in fs::read_dir(tests).expect("tests") {
            let name = found.expect("a test").file_name();
            let place = format!("{}/{}/tests/{}", one.area, one.slug, name.to_string_lossy());
            let (rows, problems) = expected_route(&root, &place, &slugs).expect("a route");
            assert_eq!(problems, [], "{place}");
            routes.push((one.slug.clone(), rows));
        }
    }
    routes
}

#[test]
fn every_provider_has_a_case_of_somebody_who_gets_in_and_of_somebody_who_does_not() {
    let mut sides: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    for (slug, rows) in routes() {
        let says = |word| {
            let mut rows = rows.iter();
            rows.any(|row| row.outcome == word && row.provider == slug)
        };
        let side = sides.entry(slug.clone()).or_default();
        side.0 |= says(RouteWord::GoesTo) && !says(RouteWord::KeptBack);
        side.1 |= says(RouteWord::NotTo);
    }
    assert!(sides.len() >= 12, "{sides:?}");
    let one_sided = sides
        .iter()
        .filter(|(_, (gets_in, does_not))| !(*gets_in && *does_not));
    assert_eq!(one_sided.count(), 0, "{sides:?}");
}

#[test]
fn every_kind_of_reason_for_which_somebody_is_refused_or_asked_has_a_case() {
    let mut found: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for (_, rows) in routes() {
        for row in rows {
            let reasons = found.entry(row.outcome.code()).or_default();
            reasons.push(row.reason);
        }
    }
    for (word, reasons) in [
        ("goes-to", &["practice", "residence", "any"][..]),
        ("through", &["split", "referred-on"]),
        ("asks", &["employment", "absence", "condition-group"]),
        ("asks-missing", &["employment", "right-to-work", "fit-note"]),
        (
            "kept-back",
            &["workwell-consent-not-recorded", "unmapped-code-refused"],
        ),
        (
            "not-to",
            &[
                "ineligible-age",
                "ineligible-employment",
                "ineligible-condition",
                "ineligible-route",
                "out-of-area",
                "match",
                "not-considered",
            ],
        ),
        ("nobody", &["not-eligible", "out-of-area"]),
    ] {
        let have = found.get(word).cloned().unwrap_or_default();
        for reason in reasons {
            assert!(
                have.iter().any(|one| one == reason),
                "{word} {reason}: {have:?}"
            );
        }
    }
}

/// The sample's person at the council's part, of this day of birth.
fn born(day: Date) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut case: Case = sample::case();
    case.referral.person.birth_date = Some(Sensitive::new(day));
    case.referral.person.practice = None;
    case.referral.person.address.postcode = crate::domain::identifiers::Postcode::parse("ZZ5 1AA");
    let file = folder.path().join("referral.json");
    let tree = serde_json::to_value(&case).expect("a case is written");
    fs::write(&file, tree.to_string()).expect("a writable folder");
    (folder, file)
}

const AFTER: Date = date(2026, 12, 1);

#[test]
fn a_birthday_between_referral_and_decision_changes_neither_route_nor_fields() {
    // Of age five days after the referral, at the council that takes adults; and five days
    // from another band of ages.
    let (_folder, seventeen) = born(date(2008, 11, 25));
    let (_other, twenty_four) = born(date(2001, 11, 25));
    for on in [None, Some(AFTER)] {
        let args = Route {
            file: seventeen.clone(),
            explain: true,
            on,
            full: Vec::new(),
            common: Common::default(),
        };
        let (said, code) = text(|out| route::run(&args, &settings(), out));
        assert_eq!(code, exit::FINDING, "{said}");
        assert!(said.contains("ineligible-age"), "{said}");
        let days = "As on 2026-12-01, of a referral of 2026-11-20, in the order";
        assert_eq!(said.contains(days), on.is_some(), "{said}");
        let args = Map {
            file: twenty_four.clone(),
            provider: "staff-strand".to_owned(),
            explain: false,
            on,
            common: Common::default(),
        };
        let (said, _) = text(|out| map::run(&args, &settings(), out));
        let tree: Value = serde_json::from_str(&said).expect("JSON");
        assert_eq!(tree["age_band"], "16-24", "{said}");
    }
}

#[test]
fn the_day_of_the_decision_is_the_one_on_which_an_agreement_has_to_hold() {
    // Lantern's agreement is over by then; the person is as old as when they were referred.
    let args = Map {
        file: package("mappings/exampleshire/lantern/tests/off-sick/referral.json"),
        provider: "lantern".to_owned(),
        explain: true,
        on: Some(date(2040, 1, 1)),
        common: Common::default(),
    };
    let (said, _) = text(|out| map::run(&args, &settings(), out));
    assert!(said.contains("the agreement is over on that day"), "{said}");
    let said = said.split_whitespace().collect::<Vec<&str>>().join(" ");
    assert!(
        said.contains("as on 2040-01-01, of a referral of 2026-11-20"),
        "{said}"
    );
}

#[test]
fn two_states_are_compared_by_the_same_two_days() {
    let after = copy_of_tables();
    let rules = after
        .path()
        .join("exampleshire/borough-works/eligibility.csv");
    edit(&rules, "age,below,18", "age,below,17");
    let before = copy_of_tables();
    let places = settings().tables.places;
    let of = |on| {
        let comparison = Comparison::open(before.path(), after.path(), &places);
        let (cases, _) = comparison.expect("two folders").decided_on(on).golden();
        let found = cases
            .into_iter()
            .find(|one| one.case.ends_with("eighteen-while-it-waited"));
        found.and_then(|one| one.changed?.route)
    };
    let expected = (
        "(nobody: not-eligible)".to_owned(),
        "borough-works".to_owned(),
    );
    assert_eq!(of(None), Some(expected.clone()));
    assert_eq!(of(Some(AFTER)), Some(expected));
}
