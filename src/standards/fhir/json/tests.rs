use proptest::prelude::*;

use super::*;
use crate::standards::fhir::{Node, Splice};

fn faults(json: &str) -> Vec<(FaultKind, String)> {
    match parse(json.as_bytes().to_vec(), &Limits::default()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.into_iter().map(|f| (f.kind, f.path)).collect(),
    }
}

#[test]
fn every_recoverable_fault_is_reported_at_once_with_its_path() {
    let found = faults(
        r#"{"resourceType":"Patient","text":{},"photo":[],"gender":"","active":null,"text":1,
            "link":[{"type":1},null],"name":[{"given":["x",null],"_given":[null,{"id":"y"}]}]}"#,
    );
    let expected = [
        (FaultKind::EmptyObject, "Patient.text"),
        (FaultKind::EmptyArray, "Patient.photo"),
        (FaultKind::EmptyString, "Patient.gender"),
        (FaultKind::NullValue, "Patient.active"),
        (FaultKind::DuplicateMember("text".into()), "Patient.text"),
        (FaultKind::NullValue, "Patient.link[1]"),
    ];
    let expected: Vec<_> = expected.map(|(kind, path)| (kind, path.to_owned())).into();
    assert_eq!(found, expected);
}

#[test]
fn a_string_ends_at_the_same_place_wherever_it_begins() {
    for length in 0..40 {
        let before = "\u{e9}~ a\u{1f9d1}".repeat(length) + &"x".repeat(length);
        let sound = format!("[\"{before}\",\"{before}\\n\"]");
        let document = parse(sound.into_bytes(), &Limits::default());
        // Only the empty string is a fault of form.
        if let Ok(document) = document {
            let texts: Vec<_> = document.root().items().filter_map(Node::text).collect();
            assert_eq!(texts, [before.clone(), before.clone() + "\n"]);
        } else {
            assert_eq!(length, 0);
        }
        let wrong = format!("[\"{before}\u{1f}\"]");
        let faults = parse(wrong.into_bytes(), &Limits::default()).expect_err("not JSON");
        assert_eq!(faults[0].offset, before.len() + 2);
    }
}

#[test]
fn a_character_that_xml_does_not_have_is_told_where_it_stands_however_it_is_written() {
    for bad in [
        "\\u0007", "\\b", "\\f", "\\u0000", "\\u001f", "\\uFFFE", "\\uffff", "\u{FFFE}", "\u{FFFF}",
    ] {
        let source = format!(
            r#"{{"resourceType":"Patient","name":[{{"text":"é"}},{{"family":"ab{bad}c"}}],"id":"x"}}"#
        );
        let found = parse(source.clone().into_bytes(), &Limits::default()).expect_err("refused");
        assert_eq!(found.len(), 1, "{bad}");
        assert_eq!(found[0].kind, FaultKind::Character, "{bad}");
        assert_eq!(found[0].path, "Patient.name[1].family", "{bad}");
        assert_eq!(found[0].offset, source.find(bad).expect("there"), "{bad}");
    }
    let every = faults(
        "{\"resourceType\":\"Patient\",\"a\\u0001\":1,\"b\":\"\u{FFFF}\",\"c\":\"\\u0002\\u0003\"}",
    );
    let kinds: Vec<_> = every.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(
        kinds,
        [
            FaultKind::Character,
            FaultKind::Character,
            FaultKind::Character,
            FaultKind::Character
        ]
    );
}

#[test]
fn every_other_character_is_a_text() {
    for good in [
        "\\t\\n\\r",
        "\u{7F}\u{85}\u{A0}",
        "\\u007f\\u0085",
        "\u{FFFD}\u{1F9D1}",
        "\\ud83e\\uddd1",
        "\u{FFBE}\u{3FFE}",
    ] {
        let found = faults(&format!(r#"{{"resourceType":"Patient","id":"a{good}"}}"#));
        assert!(found.is_empty(), "{good}: {found:?}");
    }
}

#[test]
fn a_hundred_such_characters_are_enough() {
    let found = faults(&format!("[\"{}\"]", "\u{FFFF}".repeat(5_000)));
    assert_eq!(found.len(), MAX_FAULTS);
}

#[test]
fn a_duplicate_is_found_in_large_objects_and_behind_escapes() {
    let many: Vec<String> = (0..40).map(|n| format!("\"m{n}\":1")).collect();
    let found = faults(&format!("{{\"id\":1,{},\"id\":2}}", many.join(",")));
    assert_eq!(found[0].0, FaultKind::DuplicateMember("id".into()));
    let found = faults(r#"{"id":1,"\u0069d":2}"#);
    assert_eq!(found[0].0, FaultKind::DuplicateMember("id".into()));
}

#[test]
fn a_member_name_holding_a_datum_is_not_repeated_in_the_fault() {
    let found = faults(r#"{"9990000018":1,"9990000018":2}"#);
    assert_eq!(
        found[0].0,
        FaultKind::DuplicateMember("(another name)".into())
    );
    assert!(!found[0].1.contains("999"));
}

#[test]
fn a_syntax_error_stops_and_keeps_what_was_found_before() {
    let found = faults(r#"{"resourceType":"Patient","a":"","b":tru}"#);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].0, FaultKind::EmptyString);
    assert!(matches!(found[1].0, FaultKind::Syntax(_)));
}

#[test]
fn twenty_thousand_levels_are_refused_at_the_limit() {
    let found = parse("[".repeat(20_000).into_bytes(), &Limits::default());
    let faults = found.expect_err("too deep");
    assert_eq!(faults[0].kind, FaultKind::TooDeep(64));
    assert_eq!(faults[0].offset, 64);
}

#[test]
fn more_values_than_the_limit_are_refused() {
    let limits = Limits {
        nodes: 10,
        depth: 4,
    };
    let faults = parse(format!("[{}1]", "1,".repeat(20)).into_bytes(), &limits);
    let faults = faults.expect_err("too many");
    assert_eq!(faults[0].kind, FaultKind::TooManyNodes(10));
}

#[test]
fn a_text_that_never_ends_is_a_fault_wherever_its_odd_character_stands() {
    for text in ["\"\\f", "{\"a\\f", "{\"a\":\"\\f", "[\"\\f\",\"\\f"] {
        let faults = Document::parse(text.into(), &Limits::default()).expect_err(text);
        assert!(faults.len() >= 2, "{text}: {faults:?}");
    }
}

#[test]
fn a_flood_of_faults_is_cut_off() {
    let faults = parse(
        format!("[{}1]", "\"\",".repeat(5000)).into_bytes(),
        &Limits::default(),
    );
    assert_eq!(faults.expect_err("faults").len(), MAX_FAULTS);
}

#[test]
fn a_byte_order_mark_and_broken_utf8_are_faults() {
    assert_eq!(faults("\u{feff}{\"a\":1}")[0].0, FaultKind::ByteOrderMark);
    let broken = parse(b"{\"a\":\"\xFF\"}".to_vec(), &Limits::default());
    assert_eq!(broken.expect_err("utf8")[0].kind, FaultKind::NotUtf8);
}

#[test]
fn what_is_not_json_is_refused() {
    for bad in [
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "[1 2]",
        "NaN",
        "01",
        "-",
        "1.",
        "1e",
        "+1",
        "\"\u{1}\"",
        r#""\x""#,
        r#""\ud800""#,
        r#""\udc00x""#,
        r#""\ud800\u0041""#,
        "1 1",
        "{\"a\" 1}",
        "{,}",
        "'a'",
        "[1]]",
        "nul",
        "truefalse",
        "{\"a\":}",
        "/*c*/1",
    ] {
        let found = faults(bad);
        let refused = matches!(found.last(), Some((FaultKind::Syntax(_), _)));
        assert!(refused, "accepted {bad:?}");
    }
}

#[test]
fn a_surrogate_pair_becomes_one_character() {
    let doc = parse(br#""\ud83d\ude00x""#.to_vec(), &Limits::default()).expect("pair");
    assert_eq!(doc.root().text(), Some("\u{1F600}x"));
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        "[\t\n\r -\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]{1,12}"
            .prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..6).prop_map(serde_json::Value::from),
            prop::collection::btree_map("\\PC{1,6}", inner, 1..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

fn same(node: Node<'_>, value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Object(map) => {
            node.members().count() == map.len()
                && map
                    .iter()
                    .all(|(k, v)| node.get(k).is_some_and(|n| same(n, v)))
        }
        serde_json::Value::Array(items) => {
            node.items().count() == items.len() && node.items().zip(items).all(|(n, v)| same(n, v))
        }
        serde_json::Value::String(text) => node.text() == Some(text),
        other => node.text() == Some(&other.to_string()),
    }
}

fn only_form_faults(faults: &[Fault]) -> bool {
    faults.iter().all(|fault| {
        !matches!(
            fault.kind,
            FaultKind::Syntax(_) | FaultKind::NotUtf8 | FaultKind::ByteOrderMark
        )
    })
}

proptest! {
    #[test]
    fn a_valid_document_reads_as_serde_json_reads_it(value in any_json(), pretty: bool) {
        let text = if pretty {
            serde_json::to_string_pretty(&value).expect("value")
        } else {
            value.to_string()
        };
        let doc = parse(text.clone().into_bytes(), &Limits::default());
        let doc = doc.expect("valid document");
        prop_assert!(same(doc.root(), &value));
        prop_assert_eq!(Splice::new(&doc).finish(), text.as_bytes());
        prop_assert_eq!(doc.into_source(), text.into_bytes());
    }

    #[test]
    fn random_bytes_never_panic_and_agree_with_serde_json(bytes in any::<Vec<u8>>()) {
        let ours = parse(bytes.clone(), &Limits::default());
        let theirs = serde_json::from_slice::<serde_json::Value>(&bytes).is_ok();
        let accepted = ours.map_or_else(|faults| only_form_faults(&faults), |_| true);
        prop_assert_eq!(accepted, theirs);
    }

    #[test]
    fn text_near_json_is_accepted_exactly_when_serde_json_accepts_it(
        text in "[\\[\\]{}:,\"\\\\0-9a-fu.eE+\\- truefalsn]{0,24}"
    ) {
        let ours = parse(text.clone().into_bytes(), &Limits::default());
        let theirs = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        let accepted = ours.map_or_else(|faults| only_form_faults(&faults), |_| true);
        prop_assert_eq!(accepted, theirs, "{}", text);
    }
}
