use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

const SERVICE: &str = "https://fhir.nhs.uk/Id/dos-service-id|2000099999";

fn policy() -> HeaderPolicy {
    HeaderPolicy {
        services: vec![ServiceAddress::parse(SERVICE).expect("an address")],
        core_version: CoreVersion::new(1, 5, 0),
    }
}

/// The good headers of a message, with some replaced (or, by "", taken away).
fn headers(changed: &[(&str, &str)]) -> Vec<(String, String)> {
    let target = encode_target(&ServiceAddress::parse(SERVICE).expect("an address"));
    let organisation = STANDARD.encode(
        r#"{"resourceType":"Organization","identifier":[{"value":"y99001","system":"https://fhir.nhs.uk/Id/ods-organization-code"}],"name":"Example Surgery"}"#,
    );
    let mut all = vec![
        (
            REQUEST_ID.to_owned(),
            "6b1d8e0a-6f3b-4f0e-9c7e-0f2f5a1f0001".to_owned(),
        ),
        (
            CORRELATION_ID.to_owned(),
            "6b1d8e0a-6f3b-4f0e-9c7e-0f2f5a1f0002".to_owned(),
        ),
        (TARGET.to_owned(), target),
        (ORGANISATION.to_owned(), organisation),
        (
            "Content-Type".to_owned(),
            "application/fhir+json; version=1.0.0".to_owned(),
        ),
    ];
    for (name, value) in changed {
        all.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            all.push(((*name).to_owned(), (*value).to_owned()));
        }
    }
    all
}

fn read_changed(kind: RequestKind, changed: &[(&str, &str)]) -> Result<Headers, Vec<Problem>> {
    let all = headers(changed);
    let lookup = |name: &str| {
        all.iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    };
    read(kind, &policy(), &lookup)
}

fn codes(result: Result<Headers, Vec<Problem>>) -> Vec<&'static str> {
    match result {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(|p| p.entry.code).collect(),
    }
}

#[test]
fn good_headers_are_read_whatever_the_case_of_their_names() {
    let id = "6b1d8e0a-6f3b-4f0e-9c7e-0f2f5a1f0001";
    let read = read_changed(RequestKind::Message, &[("x-request-ID", id)]).expect("good headers");
    assert_eq!(read.request_id.to_string(), id);
    assert_eq!(read.target.map(|t| t.to_string()), Some(SERVICE.to_owned()));
    assert_eq!(
        read.organisation.map(|o| o.ods.to_string()),
        Some("Y99001".to_owned())
    );
    assert_eq!(read.accept, Accepted::DEFAULT);
    assert_eq!(read.content, Some(Format::Json));
}

#[test]
fn each_fault_has_its_own_code() {
    let not_json = STANDARD.encode("2000099999");
    let half = STANDARD.encode(r#"{"system":"https://fhir.nhs.uk/Id/dos-service-id"}"#);
    let other =
        STANDARD.encode(r#"{"value":"1","system":"https://fhir.nhs.uk/Id/dos-service-id"}"#);
    let no_ods = STANDARD.encode(r#"{"resourceType":"Organization","name":"x"}"#);
    let cases: &[(RequestKind, &str, &str, &str)] = &[
        (RequestKind::Message, REQUEST_ID, "", "WW-HDR-001"),
        (RequestKind::Message, CORRELATION_ID, "", "WW-HDR-001"),
        (RequestKind::Message, REQUEST_ID, "1234", "WW-HDR-002"),
        (RequestKind::Read, REQUEST_ID, "1234", "WW-HDR-003"),
        (RequestKind::Message, TARGET, "", "WW-HDR-004"),
        (RequestKind::Message, TARGET, "{not base64}", "WW-HDR-005"),
        (RequestKind::Message, TARGET, &not_json, "WW-HDR-006"),
        (RequestKind::Message, TARGET, &half, "WW-HDR-007"),
        (RequestKind::Message, TARGET, &other, "WW-HDR-008"),
        (RequestKind::Message, ORGANISATION, "", "WW-HDR-009"),
        (RequestKind::Message, ORGANISATION, "????", "WW-HDR-010"),
        (RequestKind::Message, ORGANISATION, &no_ods, "WW-HDR-010"),
        (
            RequestKind::Message,
            "Accept",
            "application/fhir+json; version=2.0.0",
            "WW-HDR-012",
        ),
        (RequestKind::Message, "Accept", "text/html", "WW-HDR-013"),
        (
            RequestKind::Message,
            "Accept",
            "application/fhir+json; version=one",
            "WW-HDR-014",
        ),
        (RequestKind::Message, "Content-Type", "", "WW-HDR-015"),
        (
            RequestKind::Message,
            "Content-Type",
            "text/plain",
            "WW-HDR-015",
        ),
        (
            RequestKind::Message,
            "Content-Type",
            "application/fhir+json; charset=iso-8859-1",
            "WW-HDR-015",
        ),
    ];
    for (kind, name, value, code) in cases {
        assert_eq!(
            codes(read_changed(*kind, &[(name, value)])),
            [*code],
            "{name}: {value}"
        );
    }
}

#[test]
fn url_safe_or_unpadded_base64_is_refused() {
    // These three characters give a + and a / in the standard alphabet.
    let text = r#"{"system":"a","value":"~~>>??"}"#;
    let padded = STANDARD.encode(text);
    let url_safe = padded.replace('+', "-").replace('/', "_");
    assert_ne!(padded, url_safe);
    for bad in [url_safe.as_str(), padded.trim_end_matches('=')] {
        if bad == padded {
            continue;
        }
        let found = codes(read_changed(RequestKind::Message, &[(TARGET, bad)]));
        assert_eq!(found, ["WW-HDR-005"], "{bad}");
    }
}

#[test]
fn all_faults_are_told_at_once_and_the_ids_can_still_be_echoed() {
    let changed = [(REQUEST_ID, "1234"), (CORRELATION_ID, ""), (TARGET, "")];
    assert_eq!(
        codes(read_changed(RequestKind::Message, &changed)),
        ["WW-HDR-002", "WW-HDR-001", "WW-HDR-004"]
    );
    let lookup = |name: &str| (name == REQUEST_ID).then_some("1234");
    assert_eq!(echo(&lookup), (Some("1234"), None));
    let hostile = |_: &str| Some("a b\u{7f}<script>");
    assert_eq!(echo(&hostile), (None, None));
}

#[test]
fn metadata_needs_neither_target_nor_organisation() {
    let changed = [(TARGET, ""), (ORGANISATION, ""), ("Content-Type", "")];
    assert!(read_changed(RequestKind::Metadata, &changed).is_ok());
    assert_eq!(
        codes(read_changed(RequestKind::Read, &changed)),
        ["WW-HDR-004", "WW-HDR-009"]
    );
}

#[test]
fn of_several_versions_the_highest_that_we_speak_is_taken() {
    for (value, format, version) in [
        ("application/fhir+json", Format::Json, "1.0.0"),
        ("*/*", Format::Json, "1.0.0"),
        ("application/fhir+xml; version=1.1.0", Format::Xml, "1.1.0"),
        (
            "application/fhir+json; version=1.0.0, application/fhir+json;version=1.3.0",
            Format::Json,
            "1.3.0",
        ),
        (
            "application/fhir+json; version=2.0.0, application/fhir+json; version=1.2",
            Format::Json,
            "1.2.0",
        ),
        (
            "application/fhir+xml;q=0, application/fhir+json",
            Format::Json,
            "1.0.0",
        ),
    ] {
        let read = read_changed(RequestKind::Message, &[("Accept", value)]).expect("acceptable");
        assert_eq!(
            (read.accept.format, read.accept.version.to_string().as_str()),
            (format, version),
            "{value}"
        );
    }
}

#[test]
fn software_is_read_from_objects_where_r4_has_arrays() {
    let loose =
        r#"{"resourceType":"Device","deviceName":{"name":"Anon GP"},"version":{"value":"2.1"}}"#;
    let strict = r#"{"resourceType":"Device","deviceName":[{"name":"Anon GP"}],"version":[{"value":"2.1"}]}"#;
    for text in [loose, strict] {
        let encoded = STANDARD.encode(text);
        let read =
            read_changed(RequestKind::Message, &[(SOFTWARE, &encoded)]).expect("good headers");
        let software = read.software.expect("software");
        assert_eq!(
            (software.name.as_deref(), software.version.as_deref()),
            (Some("Anon GP"), Some("2.1"))
        );
    }
    let read = read_changed(RequestKind::Message, &[(SOFTWARE, "rubbish")]).expect("tolerated");
    assert_eq!(read.software, None);
}

#[test]
fn use_context_is_ignored() {
    assert!(read_changed(RequestKind::Message, &[("use-context", "nonsense")]).is_ok());
}

#[test]
fn a_refusal_is_written_in_the_format_that_was_asked_for() {
    for (value, format) in [
        (Some("application/fhir+xml; version=9.0.0"), Format::Xml),
        (Some("text/html"), Format::Json),
        (None, Format::Json),
    ] {
        let lookup = |name: &str| value.filter(|_| name == "Accept");
        assert_eq!(answer_format(&lookup), format, "{value:?}");
    }
}
