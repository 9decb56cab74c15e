use proptest::prelude::*;

use super::*;
use crate::standards::fhir::{Document, Limits};
use crate::standards::profile::{Severity, faults};

fn parsed(bytes: &[u8]) -> Document {
    Document::parse(bytes.to_vec(), &Limits::default()).expect("our own bytes are JSON")
}

fn row(source: &str, target: &str, relation: Relation, comment: &str) -> Row {
    Row {
        source: source.to_owned(),
        source_display: String::new(),
        target: target.to_owned(),
        target_display: String::new(),
        relation,
        comment: comment.to_owned(),
    }
}

fn list(rows: Vec<Row>) -> List {
    List {
        provider: "borough-works".to_owned(),
        provider_name: "Borough Works".to_owned(),
        version: "1.0.0".to_owned(),
        name: "condition_group".to_owned(),
        rows,
    }
}

/// Findings of error severity that our own engine has of the bytes.
fn errors(bytes: &[u8]) -> Vec<String> {
    let found = faults(&parsed(bytes)).into_iter();
    let errors = found.filter(|finding| finding.severity <= Severity::Error);
    errors.map(|finding| format!("{finding:?}")).collect()
}

#[test]
fn a_list_becomes_a_valid_map_and_comes_back_the_same() {
    let list = list(vec![
        row("msk", "MSK", Relation::Equivalent, ""),
        row("sct|928000", "MSK", Relation::Wider, "One word for all"),
        row("local|A1", "Other things", Relation::Narrower, "Only some"),
        row("declined", "", Relation::Unmatched, "The line stays empty"),
        row("*", "OTH", Relation::Wider, "No finer word"),
    ]);
    let bytes = write(&list).expect("a map");
    assert_eq!(errors(&bytes), [""; 0]);
    assert_eq!(read(&parsed(&bytes)), Ok(list.rows));
}

#[test]
fn what_a_list_cannot_hold_is_named_by_its_path_and_not_by_its_words() {
    let map = |element: &str| {
        format!(
            r#"{{"resourceType":"ConceptMap","status":"active","group":[{{
                "source":"http://snomed.info/sct","element":[{element}]}}]}}"#
        )
    };
    for (element, says) in [
        (r#"{"code":"1"}"#, "target: write one"),
        (
            r#"{"code":"1","target":[{"code":"a","equivalence":"equal"},{"code":"b","equivalence":"equal"}]}"#,
            "found several",
        ),
        (
            r#"{"code":"1","target":[{"code":"a","equivalence":"relatedto"}]}"#,
            "write equivalent, wider",
        ),
        (
            r#"{"code":"1","target":[{"code":"a","equivalence":"wider"}]}"#,
            "says why",
        ),
        (
            r#"{"code":"1","target":[{"code":"=cmd()","equivalence":"equal"}]}"#,
            "formula",
        ),
        (
            r#"{"code":"1","target":[{"equivalence":"equal"}]}"#,
            "only an unmatched code has none",
        ),
    ] {
        let found = read(&parsed(map(element).as_bytes())).expect_err(says);
        assert!(found[0].what.contains(says), "{found:?}");
        assert!(
            found[0].place.starts_with("ConceptMap.group[0].element[0]"),
            "{found:?}"
        );
    }
    let other = r#"{"resourceType":"ValueSet","status":"active"}"#;
    assert!(read(&parsed(other.as_bytes())).is_err());
}

#[test]
fn a_map_of_somebody_else_says_what_any_other_code_becomes() {
    let map = r#"{"resourceType":"ConceptMap","status":"active","group":[{
        "source":"http://snomed.info/sct",
        "element":[{"code":"928000","target":[{"code":"MSK","equivalence":"equal"}]}],
        "unmapped":{"mode":"fixed","code":"OTH"}}]}"#;
    let rows = read(&parsed(map.as_bytes())).expect("rows");
    assert_eq!(rows[0].source, "sct|928000");
    assert_eq!(
        (rows[1].source.as_str(), rows[1].target.as_str()),
        ("*", "OTH")
    );
}

#[test]
fn a_row_that_fhir_cannot_hold_is_named_by_its_line() {
    let list = list(vec![
        row("msk", "MSK", Relation::Equivalent, ""),
        row("autism", "two  spaces", Relation::Equivalent, ""),
        row("other", "", Relation::Wider, ""),
    ]);
    let faults = write(&list).expect_err("faults");
    let lines: Vec<&str> = faults.iter().map(|fault| fault.place.as_str()).collect();
    assert_eq!(lines, ["3", "4", "4"]);
}

fn word() -> impl Strategy<Value = String> {
    "[A-Za-z][A-Za-z0-9&/'.-]{0,8}( [A-Za-z0-9(),]{1,8}){0,3}"
}

fn display() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        word(),
        Just("Größe \u{201c}9\u{201d} \\ \"".to_owned())
    ]
}

fn source(index: usize) -> impl Strategy<Value = String> {
    prop_oneof![
        Just(format!("word-{index}")),
        Just(format!("sct|{index}28000")),
        Just(format!("icd10|M{index}.5")),
        Just(format!("local|A {index}")),
    ]
}

fn any_row(index: usize) -> impl Strategy<Value = Row> {
    let relation = prop::sample::select(
        Relation::ALL
            .iter()
            .map(|row| row.0)
            .collect::<Vec<Relation>>(),
    );
    (
        source(index),
        display(),
        word(),
        display(),
        relation,
        word(),
    )
        .prop_map(
            |(source, source_display, target, target_display, relation, comment)| {
                let unmatched = relation == Relation::Unmatched;
                Row {
                    source,
                    source_display,
                    target: if unmatched { String::new() } else { target },
                    target_display: if unmatched {
                        String::new()
                    } else {
                        target_display
                    },
                    relation,
                    comment,
                }
            },
        )
}

fn any_list() -> impl Strategy<Value = List> {
    (1_usize..8).prop_flat_map(|count| {
        let rows: Vec<_> = (1..=count).map(any_row).collect();
        (rows, any::<bool>()).prop_map(|(mut rows, with_other)| {
            if with_other {
                rows.push(row("*", "OTH", Relation::Wider, "No finer word"));
            }
            list(rows)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_list_that_is_written_is_valid_and_is_read_as_it_was(list in any_list()) {
        let bytes = write(&list).expect("a map");
        prop_assert_eq!(errors(&bytes), [""; 0]);
        prop_assert_eq!(read(&parsed(&bytes)), Ok(list.rows));
    }
}
