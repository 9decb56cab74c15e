use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::*;
use crate::adapters::tables::load;
use crate::domain::case::Answer;
use crate::domain::mapping::{Part, field};
use crate::gateway::tables::read_sample;
use crate::testing::package;

const MESSAGE: &str = "conformance/fixtures/referrals/referral-16k.json";
const FULL: &str = "conformance/fixtures/messages/referral-full.json";
const CASE: &str = "mappings/exampleshire/lantern/tests/off-sick/referral.json";

/// Those that ship.
fn groups() -> Arc<ConditionGroups> {
    load(&package("mappings")).condition_groups
}

fn sample(file: &Path) -> Sample {
    let bytes = fs::read(file).expect("a committed file");
    read_sample(&bytes, &groups()).expect("a referral")
}

fn origins(file: &str) -> Origins {
    sample(&package(file)).origins(&groups())
}

fn paths<'o>(origins: &'o Origins, field: &str) -> Vec<&'o str> {
    let places = origins.of(field).map(|origin| origin.places.iter());
    let places = places.into_iter().flatten();
    places.map(|place| place.path.as_str()).collect()
}

#[test]
fn a_field_of_a_message_is_told_with_the_place_that_it_was_read_from() {
    let found = origins(MESSAGE);
    for (field, expected) in [
        ("birth_date", &["Bundle.entry[7].resource.birthDate"][..]),
        (
            "journey_id",
            &["Bundle.entry[2].resource.episodeOfCare[0].reference"],
        ),
        (
            "given_names",
            &[
                "Bundle.entry[7].resource.name[0].given[0]",
                "Bundle.entry[7].resource.name[0].given[1]",
            ],
        ),
        (
            "phones",
            &["Bundle.entry[7].resource.contact[0].telecom[0].value"],
        ),
        (
            "ethnicity",
            &["Bundle.entry[7].resource.extension[0].valueCodeableConcept.coding[0].code"],
        ),
        (
            "practice_ods",
            &["Bundle.entry[10].resource.identifier[0].value"],
        ),
        (
            "primary_barrier_code",
            &["Bundle.entry[5].resource.code.coding[0].code"],
        ),
        (
            "reasonable_adjustments",
            &["Bundle.entry[22].resource.code.text"],
        ),
        // Not in this message.
        ("occupation", &[]),
        // The gateway's own.
        ("case_reference", &[]),
        ("received_on", &[]),
    ] {
        assert_eq!(paths(&found, field), expected, "{field}");
        assert!(found.of(field).is_none_or(|origin| origin.is_copied));
    }
    let born = &found.of("birth_date").expect("a place").places[0];
    assert_eq!((born.line, born.column), (123, 13));
}

#[test]
fn a_field_that_is_worked_out_is_told_with_all_that_it_comes_of() {
    let found = origins(MESSAGE);
    for (field, expected) in [
        (
            "workwell_consent",
            &[
                "Bundle.entry[15].resource.status",
                "Bundle.entry[15].resource.scope.coding[0].code",
                "Bundle.entry[15].resource.category[0].coding[0].code",
                "Bundle.entry[15].resource.provision.type",
            ][..],
        ),
        (
            "barriers",
            &[
                "Bundle.entry[5].resource.code.coding[0].code",
                "Bundle.entry[6].resource.code.coding[0].code",
            ],
        ),
        (
            "employment_status",
            &[
                "Bundle.entry[18].resource.code.coding[0].code",
                "Bundle.entry[18].resource.valueCodeableConcept.coding[0].code",
            ],
        ),
    ] {
        assert_eq!(paths(&found, field), expected, "{field}");
        assert!(!found.of(field).expect("places").is_copied, "{field}");
    }
}

#[test]
fn of_a_canonical_case_the_place_is_its_own_member() {
    let found = origins(CASE);
    for (field, expected) in [
        ("case_id", &["$.id"][..]),
        ("birth_date", &["$.referral.person.birth_date"]),
        ("employment_status", &["$.referral.work.employment.known"]),
        (
            "workwell_consent",
            &["$.referral.consents.workwell.decision"],
        ),
        ("direct_care_consent", &["$.referral.consents.direct_care"]),
        ("source_route", &["$.referral.referrer.route"]),
        ("primary_barrier", &["$.referral.barriers[0].group"]),
    ] {
        assert_eq!(paths(&found, field), expected, "{field}");
        assert!(found.of(field).is_some_and(|origin| origin.is_copied));
    }
}

/// Messages, and cases beside the tables of several providers.
const SAMPLES: [&str; 6] = [
    MESSAGE,
    FULL,
    CASE,
    "mappings/exampleshire/vale-nhs-trust/tests",
    "mappings/northmoor/harbour-line/tests",
    "mappings/northmoor/fit-note-first/tests",
];

/// The file, or the first one of the folder.
fn file(path: &str) -> PathBuf {
    let path = package(path);
    if path.is_file() {
        return path;
    }
    let mut tests = fs::read_dir(path).expect("a committed folder");
    let first = tests.next().expect("a test").expect("a folder");
    first.path().join("referral.json")
}

/// What a message never says: ids and the day of its receipt.
const OWN: &[&str] = &["case_reference", "case_id", "received_on"];

#[test]
fn every_known_field_has_a_place_and_what_stands_there_is_what_it_holds() {
    for path in SAMPLES {
        let sample = sample(&file(path));
        let limits = Limits::default();
        let (document, _) = Document::read(sample.source.clone(), &limits).expect("a document");
        let mut values = Vec::new();
        collect(document.root(), &mut values);
        let origins = sample.origins(&groups());
        for origin in &origins.fields {
            let name = origin.field;
            let held = (field(name).expect("published").read)(&sample.case);
            assert_ne!(held, Value::Absent, "{name}");
            for place in origin.places.iter().filter(|_| origin.is_copied) {
                let mut values = values.iter();
                let value =
                    values.find(|value| self::path(**value, sample.is_message) == place.path);
                let value = value.expect("the place is in the file");
                let words = value.text().unwrap_or_default();
                assert!(shows(&held, &Value::Absent, words), "{name}: {place:?}");
                let at = position(document.source(), value.span().start);
                assert_eq!(at, (place.line, place.column), "{name}");
            }
        }
        for field in fields() {
            let value = (field.read)(&sample.case);
            let says_nothing = matches!(
                &value,
                Value::Text(word) if word == "not-recorded" || word == "none"
            );
            let own = sample.is_message && OWN.contains(&field.name);
            if value.is_known() && field.part != Part::Decision && !says_nothing && !own {
                assert!(origins.of(field.name).is_some(), "{} of {path}", field.name);
            }
        }
    }
}

#[test]
fn what_is_in_no_field_is_told_once_by_its_kind_and_by_its_path_where_another_is_read() {
    let found = origins(MESSAGE).unread;
    for element in [
        "HealthcareService",
        "Task",
        "Patient.meta",
        "Condition.onsetDateTime",
        "Bundle.entry[9].resource",
    ] {
        assert!(
            found.iter().any(|name| name == element),
            "{element}: {found:#?}"
        );
    }
    for read in [
        "Patient",
        "Patient.birthDate",
        "Organization",
        "Consent.provision",
    ] {
        assert!(!found.iter().any(|name| name == read), "{read}");
    }
    let of_case = origins(CASE).unread;
    assert!(
        of_case.contains(&"$.referral.addressed_to".to_owned()),
        "{of_case:#?}"
    );
    assert!(!of_case.contains(&"$.referral".to_owned()));
}

#[test]
fn an_answer_that_was_declined_has_a_place_too() {
    let mut case = sample(&package(CASE)).case;
    case.referral.work.employment = Answer::Declined;
    let bytes = serde_json::to_vec(&case).expect("a case serialises");
    let found = read_sample(&bytes, &groups())
        .expect("a case")
        .origins(&groups());
    assert_eq!(
        paths(&found, "employment_status"),
        ["$.referral.work.employment"]
    );
}

#[test]
fn a_file_of_too_many_values_is_not_looked_through() {
    let text = fs::read_to_string(package(MESSAGE)).expect("a committed file");
    let many = vec!["\"x\""; MOST_VALUES].join(",");
    let with_many = text.replacen(
        "\"resourceType\"",
        &format!("\"many\":[{many}],\"resourceType\""),
        1,
    );
    let found = read_sample(with_many.as_bytes(), &groups())
        .expect("a referral")
        .origins(&groups());
    assert!(found.is_too_large && found.fields.is_empty());
}
