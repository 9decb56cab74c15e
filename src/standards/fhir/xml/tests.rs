use std::path::{Path, PathBuf};

use super::*;

const CAP: usize = 5_000_000;

fn json(xml: &str) -> String {
    let out = to_json(xml.as_bytes(), CAP).unwrap_or_else(|faults| panic!("{faults:?}"));
    String::from_utf8(out).expect("UTF-8")
}

fn xml(json: &str) -> String {
    let out = from_json(json.as_bytes(), CAP).unwrap_or_else(|fault| panic!("{fault}"));
    String::from_utf8(out).expect("UTF-8")
}

fn kind(xml: &str) -> FaultKind {
    let faults = to_json(xml.as_bytes(), CAP).expect_err("refused");
    faults[0].kind.clone()
}

fn patient(inside: &str) -> String {
    format!("<Patient xmlns=\"http://hl7.org/fhir\">{inside}</Patient>")
}

#[test]
fn an_encoding_label_in_lower_case_is_legal() {
    for label in ["utf-8", "UTF-8", "Utf-8", "us-ascii"] {
        let source = format!(
            "<?xml version=\"1.0\" encoding=\"{label}\"?>{}",
            patient("<id value=\"a\"/>")
        );
        assert_eq!(json(&source), r#"{"resourceType":"Patient","id":"a"}"#);
    }
    let latin = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><Patient/>";
    assert_eq!(kind(latin), FaultKind::XmlEncoding);
}

#[test]
fn comments_and_repeated_namespaces_are_tolerated() {
    let source = "<Bundle xmlns=\"http://hl7.org/fhir\"><!-- x --><type value=\"message\"/><entry>\
        <resource><Patient xmlns=\"http://hl7.org/fhir\"><!-- y --><id value=\"p\"/></Patient>\
        </resource></entry></Bundle>";
    assert_eq!(
        json(source),
        r#"{"resourceType":"Bundle","type":"message","entry":[{"resource":{"resourceType":"Patient","id":"p"}}]}"#
    );
}

#[test]
fn a_document_type_declaration_never_reaches_the_codec() {
    let source = format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{}", patient(""));
    assert_eq!(kind(&source), FaultKind::XmlDoctype);
}

#[test]
fn a_document_over_the_cap_is_refused_unread() {
    let faults = to_json(patient("").as_bytes(), 10).expect_err("too large");
    assert_eq!(faults[0].kind, FaultKind::TooLarge(10));
    let fault = from_json(br#"{"resourceType":"Patient"}"#, 10).expect_err("too large");
    assert_eq!(fault.kind, FaultKind::TooLarge(10));
}

#[test]
fn nesting_is_limited_before_the_codec_recurses() {
    let deep = format!(
        "{}{}",
        "<extension>".repeat(5000),
        "</extension>".repeat(5000)
    );
    assert_eq!(kind(&patient(&deep)), FaultKind::TooDeep(lift::MAX_DEPTH));
}

#[test]
fn what_is_outside_the_fhir_namespace_is_refused() {
    assert_eq!(
        kind("<Patient><id value=\"a\"/></Patient>"),
        FaultKind::XmlNamespace
    );
    assert_eq!(
        kind("<f:Patient xmlns:f=\"http://hl7.org/fhir\"/>"),
        FaultKind::XmlNamespace
    );
}

#[test]
fn broken_xml_names_the_line() {
    let faults = to_json(patient("\n<id value=\"a\">").as_bytes(), CAP).expect_err("broken");
    assert!(matches!(faults[0].kind, FaultKind::XmlSyntax(_)));
    assert_eq!(faults[0].line, 2);
}

#[test]
fn a_narrative_keeps_every_character_both_ways() {
    let div = "<div xmlns=\"http://www.w3.org/1999/xhtml\">\n  <p><b>not</b> advised,  \
        <i>two</i>\t<!-- c -->spaces &amp; a&#xD;return</p>\n</div>";
    let source = patient(&format!("<text><status value=\"generated\"/>{div}</text>"));
    let as_json = json(&source);
    let doc = Document::parse(as_json.clone().into_bytes(), &Limits::default()).expect("JSON");
    let kept = doc.root().dig(&["text", "div"]).and_then(Node::text);
    assert_eq!(kept, Some(div));
    assert!(xml(&as_json).contains(div));
}

#[test]
fn narratives_find_their_place_when_the_codec_sorts_members() {
    let div = |n: u8| format!("<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">n{n}</div>");
    let source = format!(
        r#"{{"contained":[{{"text":{{"div":"{}","status":"generated"}},"resourceType":"Patient"}}],
        "text":{{"status":"generated","div":"{}"}},"resourceType":"Patient"}}"#,
        div(1),
        div(2)
    );
    let out = xml(&source);
    assert!(out.find("n2").expect("outer") < out.find("n1").expect("contained"));
}

#[test]
fn a_narrative_that_is_not_well_formed_is_refused() {
    for bad in [
        "<div>x</div>",
        "<p>",
        "<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">&nbsp;</div>",
    ] {
        let source = format!(
            r#"{{"resourceType":"Patient","text":{{"status":"generated","div":"{bad}"}}}}"#
        );
        let fault = from_json(source.as_bytes(), CAP).expect_err("refused");
        assert!(matches!(fault.kind, FaultKind::XmlSyntax(_)), "{bad}");
        assert_eq!(fault.path, "Patient.text.div");
    }
}

#[test]
fn line_ends_in_a_value_survive_as_character_references() {
    let source = r#"{"resourceType":"Patient","name":[{"text":"a\r\nb\tc"}]}"#;
    let out = xml(source);
    assert!(out.contains("value=\"a&#xD;&#xA;b&#x9;c\""), "{out}");
    assert_eq!(json(&out), source);
}

#[test]
fn the_resource_type_may_stand_anywhere() {
    let source = r#"{"entry":[{"resource":{"id":"p","resourceType":"Patient"}}],"type":"message","resourceType":"Bundle"}"#;
    assert!(xml(source).contains("<Patient>"));
}

#[test]
fn an_object_in_the_place_of_a_list_is_refused_with_its_path() {
    let source = br#"{"resourceType":"Patient","identifier":{"value":"a"}}"#;
    let fault = from_json(source, CAP).expect_err("refused");
    assert_eq!(fault.kind, FaultKind::NotConvertible);
    assert_eq!(fault.path, "Patient.identifier");
}

#[test]
fn an_unknown_member_is_refused_at_once_and_never_spins() {
    let fault = from_json(br#"{"resourceType":"Patient","extra":[1]}"#, CAP).expect_err("refused");
    assert_eq!(
        fault.kind,
        FaultKind::UnknownElement("(another name)".into())
    );
    assert_eq!(
        kind(&patient("<extra value=\"x\"/>")),
        FaultKind::UnknownElement("(another name)".into())
    );
}

#[test]
fn an_empty_list_is_a_fault_and_no_panic() {
    let fault = from_json(br#"{"resourceType":"Patient","identifier":[]}"#, CAP);
    assert_eq!(fault.expect_err("refused").kind, FaultKind::EmptyArray);
}

#[test]
fn a_repeated_single_element_becomes_a_list_that_the_walk_refuses_and_is_not_overwritten() {
    let twice = patient("<birthDate value=\"1970-01-01\"/><birthDate value=\"1980-01-01\"/>");
    assert_eq!(
        json(&twice),
        r#"{"resourceType":"Patient","birthDate":["1970-01-01","1980-01-01"]}"#
    );
}

#[test]
fn an_attribute_that_fhir_does_not_know_is_refused() {
    let fault = kind(&patient("<birthDate valeu=\"1970-01-01\"/>"));
    assert!(matches!(fault, FaultKind::XmlSyntax(_)));
}

#[test]
fn numbers_keep_their_text() {
    let source = r#"{"resourceType":"Observation","valueQuantity":{"value":1.50}}"#;
    assert_eq!(json(&xml(source)), source);
}

#[test]
fn a_control_character_has_no_xml_form() {
    let source = br#"{"resourceType":"Patient","id":"a\u0001"}"#;
    let fault = from_json(source, CAP).expect_err("refused");
    assert_eq!(fault.path, "Patient.id");
}

#[test]
fn what_xml_cannot_write_is_refused_in_xml_however_it_is_written() {
    for bad in ["\u{7}", "\u{FFFE}", "\u{FFFF}"] {
        let source = patient(&format!("<id value=\"a{bad}\"/>"));
        let faults = to_json(source.as_bytes(), CAP).expect_err("refused");
        assert_eq!(faults[0].kind, FaultKind::Character, "{bad:?}");
        assert_eq!(faults[0].offset, source.find(bad).expect("there"));
    }
    let div = |inside: &str| {
        let div = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{inside}</div>");
        patient(&format!("<text><status value=\"generated\"/>{div}</text>"))
    };
    for bad in ["&#7;", "&#x7;", "&#xFFFF;", "&#0;"] {
        for source in [
            patient(&format!("<id value=\"a{bad}\"/>")),
            div(&format!("a{bad}")),
            div(&format!("<p title=\"{bad}\">a</p>")),
            div(&format!("<br title=\"{bad}\"/>a")),
        ] {
            assert!(matches!(kind(&source), FaultKind::XmlSyntax(_)), "{source}");
        }
    }
    assert!(json(&div("a&#160;&#xD;<!-- &#7; -->")).contains("&#160;"));
}

#[test]
fn a_narrative_of_json_with_a_reference_that_xml_does_not_have_is_refused() {
    for bad in ["&#7;", "<p title='&#x1;'>x</p>"] {
        let source = format!(
            r#"{{"resourceType":"Patient","text":{{"status":"generated","div":"<div xmlns='http://www.w3.org/1999/xhtml'>{bad}</div>"}}}}"#
        );
        let fault = from_json(source.as_bytes(), CAP).expect_err("refused");
        assert_eq!(fault.path, "Patient.text.div", "{bad}");
    }
}

proptest::proptest! {
    #[test]
    fn text_near_fhir_xml_never_panics(
        inside in "(<(id|text|div|name|extension)( value=\"[a&#;1]{0,4}\")?/?>|</(id|text|name)>|[<>&a! \\-\\[\\]]){0,12}"
    ) {
        let _ = to_json(patient(&inside).as_bytes(), CAP);
        let _ = to_json(inside.as_bytes(), CAP);
    }
}

/// Files below a corpus folder, or none with a loud word when it is absent.
fn corpus(folder: &str, extension: &str) -> Vec<PathBuf> {
    let root = Path::new("../shared/corpus").join(folder);
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                files.push(path);
            }
        }
    }
    if files.is_empty() {
        assert!(
            std::env::var_os("WORKWELL_NO_SKIP").is_none(),
            "no corpus at {}",
            root.display()
        );
        eprintln!("SKIPPED: no corpus at {}", root.display());
    }
    files.sort();
    files
}

#[test]
fn the_published_xml_messages_convert_there_and_back_without_loss() {
    for folder in ["bars-guide", "uk-core"] {
        for file in corpus(folder, "xml") {
            let source = std::fs::read(&file).expect("corpus file");
            let name = file.display();
            let first = to_json(&source, CAP).unwrap_or_else(|e| panic!("{name}: {e:?}"));
            let back = from_json(&first, CAP).unwrap_or_else(|e| panic!("{name}: {e}"));
            let again = to_json(&back, CAP).unwrap_or_else(|e| panic!("{name}: {e:?}"));
            assert_eq!(first, again, "{name}");
        }
    }
}

/// Published examples that are not valid FHIR: unknown or misplaced elements,
/// lists where FHIR has a single element, an empty string, a missing comma.
const BROKEN: [&str; 20] = [
    "Endpoint/post_Endpoint_Atomic.json",
    "Endpoint/post_Endpoint_template.json",
    "Endpoint/success_Endpoint_Atomic.json",
    "Endpoint/success_Endpoint_template.json",
    "Endpoint/success_bundle.json",
    "Endpoint/success_bundle_template.json",
    "HealthcareService/post_HealthcareService_Atomic.json",
    "HealthcareService/success_HealthcareService_Atomic.json",
    "HealthcareService/success_bundle.json",
    "_status.json",
    "document_reference/GET-success.json",
    "document_reference/id/GET-success.json",
    "document_reference/id/PUT-body.json",
    "metadata/BaRS_API_Capability_Statement.json",
    "process_message/POST-success.json",
    "process_message/response/Booking (HTTP Response) .json",
    "service_request/GET-success.json",
    "service_request/PATCH-body.json",
    "service_request/PUT-body.json",
    "service_request/id/GET-success.json",
];

#[test]
fn the_published_json_messages_convert_there_and_back_unless_they_are_broken() {
    for file in corpus("bars-api", "json") {
        let source = std::fs::read(&file).expect("corpus file");
        let name = file.display().to_string();
        let is_broken = BROKEN.iter().any(|broken| file.ends_with(broken));
        let xml = from_json(&source, CAP);
        assert_eq!(xml.is_err(), is_broken, "{name}: {:?}", xml.err());
        let Ok(xml) = xml else { continue };
        let again = to_json(&xml, CAP).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        let one: serde_json::Value = serde_json::from_slice(&source).expect("JSON");
        let other: serde_json::Value = serde_json::from_slice(&again).expect("JSON");
        assert_eq!(one, other, "{name}");
    }
}

#[test]
fn fhirbolt_is_named_in_one_file_only() {
    let mut folders = vec![PathBuf::from("src")];
    let mut naming = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("source folder") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read_to_string(&path).is_ok_and(|t| t.contains("fhirbolt::")) {
                naming.push(path);
            }
        }
    }
    naming.retain(|path| !path.ends_with("xml/tests.rs"));
    assert_eq!(naming, [Path::new("src/standards/fhir/xml/codec.rs")]);
}
