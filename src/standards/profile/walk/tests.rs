//! The structure of FHIR R4, without any profile.

use proptest::prelude::*;

use super::*;
use crate::standards::fhir::Limits;
use crate::standards::profile::finding::{
    DUPLICATE_ID, EMPTY_VALUE, INVALID_FORMAT, MISSING_ELEMENT, MISSING_RESOURCE_TYPE,
    MORE_THAN_ONE_CHOICE, NOT_EVALUATED, PROFILE_TYPE, REFERENCE_TARGET, UNKNOWN_ELEMENT,
    UNKNOWN_RESOURCE_TYPE, UNRESOLVED_REFERENCE, WRONG_JSON_TYPE,
};

fn found(json: &str) -> Vec<(&'static str, String)> {
    let document = Document::parse(json.as_bytes().to_vec(), &Limits::default());
    let document = document.expect("well-formed test document");
    faults(&document)
        .into_iter()
        .map(|finding| (finding.rule, finding.path))
        .collect()
}

fn expect(json: &str, expected: &[(&'static str, &str)]) {
    let expected: Vec<_> = expected
        .iter()
        .map(|(rule, path)| (*rule, (*path).to_owned()))
        .collect();
    assert_eq!(found(json), expected, "{json}");
}

#[test]
fn a_sound_patient_has_no_findings_whatever_the_order() {
    expect(
        r#"{"name":[{"given":["A",null],"_given":[null,{"extension":[{"url":"urn:x","valueCode":"c"}]}],
            "family":"Test"}],"birthDate":"1970-01-31","_birthDate":{"id":"x"},"active":true,
            "contained":[{"resourceType":"Organization","id":"o","name":"Test"}],
            "deceasedDateTime":"2020","_deceasedDateTime":{"id":"y"},
            "multipleBirthInteger":2,"resourceType":"Patient"}"#,
        &[],
    );
}

#[test]
fn an_unknown_element_is_named_at_any_depth() {
    expect(
        r#"{"resourceType":"Bundle","type":"message","entry":[{"resource":
            {"resourceType":"Patient","nhsNumber":"x","name":[{"famly":"T"}],"_active":{"extra":1},
            "_name":[{"id":"z"}],"contact":[{"resourceType":"Patient"}]}}]}"#,
        &[
            (UNKNOWN_ELEMENT, "Bundle.entry[0].resource.(another name)"),
            (
                UNKNOWN_ELEMENT,
                "Bundle.entry[0].resource.name[0].(another name)",
            ),
            (
                UNKNOWN_ELEMENT,
                "Bundle.entry[0].resource._active.(another name)",
            ),
            (UNKNOWN_ELEMENT, "Bundle.entry[0].resource._name"),
            (
                UNKNOWN_ELEMENT,
                "Bundle.entry[0].resource.contact[0].resourceType",
            ),
        ],
    );
}

#[test]
fn an_unknown_element_is_told_by_its_place_and_by_the_name_that_was_meant() {
    let json =
        "{\"resourceType\":\"Patient\",\n\"birthdate\":\"1970\",\"Zanzibarrow\":1,\"onsetAge\":1}";
    let document = Document::parse(json.into(), &Limits::default()).expect("readable");
    let found = faults(&document);
    let told: Vec<String> = found
        .iter()
        .map(|finding| {
            format!(
                "{}: {}, not {}",
                finding.path, finding.expected, finding.found
            )
        })
        .collect();
    let another = "Patient.(another name): an element of Patient";
    assert_eq!(
        told,
        [
            format!(
                "{another}, such as 'birthDate', not an element of another name, whose value \
                 stands at line 2, column 13"
            ),
            format!(
                "{another}, not an element of another name, whose value stands at line 2, \
                 column 34"
            ),
            "Patient.onsetAge: an element of Patient, not element 'onsetAge'".to_owned(),
        ]
    );
}

#[test]
fn the_wrong_kind_of_json_value_is_told() {
    expect(
        r#"{"resourceType":"Patient","identifier":{"value":"x"},"gender":["male"],"active":"true",
            "name":["T"],"maritalStatus":"M","multipleBirthInteger":"2","birthDate":1970,
            "_birthDate":"x","contained":["x"]}"#,
        &[
            (WRONG_JSON_TYPE, "Patient.identifier"),
            (WRONG_JSON_TYPE, "Patient.gender"),
            (WRONG_JSON_TYPE, "Patient.active"),
            (WRONG_JSON_TYPE, "Patient.name[0]"),
            (WRONG_JSON_TYPE, "Patient.maritalStatus"),
            (WRONG_JSON_TYPE, "Patient.multipleBirthInteger"),
            (WRONG_JSON_TYPE, "Patient.birthDate"),
            (WRONG_JSON_TYPE, "Patient._birthDate"),
            (WRONG_JSON_TYPE, "Patient.contained[0]"),
        ],
    );
}

#[test]
fn the_content_of_a_wrong_list_is_walked_so_that_all_faults_are_told_at_once() {
    expect(
        r#"{"resourceType":"Patient","maritalStatus":[{"txt":"x"}],"name":{"famly":"T"}}"#,
        &[
            (WRONG_JSON_TYPE, "Patient.maritalStatus"),
            (UNKNOWN_ELEMENT, "Patient.maritalStatus[0].(another name)"),
            (WRONG_JSON_TYPE, "Patient.name"),
            (UNKNOWN_ELEMENT, "Patient.name.(another name)"),
        ],
    );
}

#[test]
fn a_missing_required_element_is_named_and_an_extension_alone_counts() {
    expect(
        r#"{"resourceType":"Encounter","status":"planned","_class":{"id":"x"}}"#,
        &[
            (UNKNOWN_ELEMENT, "Encounter._class"),
            (MISSING_ELEMENT, "Encounter.class"),
        ],
    );
    expect(
        r#"{"resourceType":"CarePlan","_status":{"extension":[{"url":"urn:x","valueString":"a"}]},
            "intent":"plan","subject":{"reference":"urn:x"}}"#,
        &[],
    );
    expect(
        r#"{"resourceType":"MessageHeader","source":{"endpoint":"urn:x"}}"#,
        &[(MISSING_ELEMENT, "MessageHeader.event[x]")],
    );
}

#[test]
fn a_resource_needs_a_type_that_r4_knows() {
    expect(r#"{"id":"x"}"#, &[(MISSING_RESOURCE_TYPE, "$")]);
    expect(r#"{"resourceType":5}"#, &[(MISSING_RESOURCE_TYPE, "$")]);
    expect(
        r#"{"resourceType":"Referral"}"#,
        &[(UNKNOWN_RESOURCE_TYPE, "$.resourceType")],
    );
    expect(
        r#"{"resourceType":"Account","anything":[[1]]}"#,
        &[(NOT_EVALUATED, "Account")],
    );
    expect("[1]", &[(WRONG_JSON_TYPE, "$")]);
}

#[test]
fn a_choice_may_be_made_once() {
    expect(
        r#"{"resourceType":"Patient","deceasedBoolean":true,"deceasedDateTime":"2020"}"#,
        &[(MORE_THAN_ONE_CHOICE, "Patient.deceasedDateTime")],
    );
}

#[test]
fn a_date_that_does_not_exist_is_refused_without_repeating_it() {
    let json = r#"{"resourceType":"Patient","birthDate":"1970-02-31"}"#;
    expect(json, &[(INVALID_FORMAT, "Patient.birthDate")]);
    let document = Document::parse(json.as_bytes().to_vec(), &Limits::default());
    let finding = faults(&document.expect("JSON")).remove(0);
    assert!(!format!("{finding:?}").contains("1970-02-31"));
    assert_eq!(finding.offset, 38);
}

#[test]
fn a_value_never_reaches_a_finding() {
    let json = r#"{"resourceType":"CANARY","x":"CANARY"}"#;
    let document = Document::parse(json.as_bytes().to_vec(), &Limits::default());
    assert!(!format!("{:?}", faults(&document.expect("JSON"))).contains("CANARY"));
    let json = r#"{"resourceType":"Patient","name":"CANARY","id":"CANARY CANARY",
        "gender":["CANARY"],"photo":[{"size":"CANARY"}],"9CANARY":1}"#;
    let document = Document::parse(json.as_bytes().to_vec(), &Limits::default());
    let findings = faults(&document.expect("JSON"));
    assert_eq!(findings.len(), 5);
    assert!(!format!("{findings:?}").contains("CANARY"));
}

#[test]
fn a_flood_of_findings_is_cut_off() {
    let many: Vec<String> = (0..1000).map(|n| format!("\"x{n}\":1")).collect();
    let json = format!("{{\"resourceType\":\"Patient\",{}}}", many.join(","));
    assert_eq!(found(&json).len(), MAX_FINDINGS);
}

#[test]
fn a_member_that_nests_its_own_type_is_walked() {
    expect(
        r#"{"resourceType":"QuestionnaireResponse","status":"completed","item":[{"linkId":"1",
            "item":[{"linkId":"2","answer":[{"valueString":"x","item":[{"text":"y"}]}]}]}]}"#,
        &[(
            MISSING_ELEMENT,
            "QuestionnaireResponse.item[0].item[0].answer[0].item[0].linkId",
        )],
    );
}

/// JSON of a corpus file, or `None` with a loud word when the corpus is absent.
fn corpus(file: &str) -> Option<Vec<u8>> {
    let path = format!("../shared/corpus/{file}");
    let Ok(bytes) = std::fs::read(&path) else {
        assert!(std::env::var_os("WORKWELL_NO_SKIP").is_none(), "no {path}");
        eprintln!("SKIPPED: no {path}");
        return None;
    };
    if file.starts_with("bars-api/") {
        return Some(bytes);
    }
    Some(crate::standards::fhir::xml::to_json(&bytes, 1_000_000).expect("corpus XML"))
}

#[test]
fn the_published_bars_messages_have_the_structure_of_r4() {
    for name in [
        "BOOKREQ01",
        "REFREQ01",
        "REFREQ03",
        "REFREQ06",
        "REFRESP02",
        "SERVREQ01",
        "SERVREQ02",
        "VALREQ01",
        "VALRESP01A",
    ] {
        let file = format!("bars-guide/{name}.xml");
        let Some(json) = corpus(&file) else { return };
        expect(&String::from_utf8(json).expect("UTF-8"), &[]);
    }
}

#[test]
fn the_known_faults_of_published_examples_are_found() {
    let known: [(&str, &[(&str, &str)]); 3] = [
        (
            "bars-api/service_request/id/GET-success.json",
            &[
                (WRONG_JSON_TYPE, "ServiceRequest.basedOn"),
                (UNKNOWN_ELEMENT, "ServiceRequest.(another name)"),
            ],
        ),
        (
            "bars-api/HealthcareService/post_HealthcareService_Atomic.json",
            &[(WRONG_JSON_TYPE, "HealthcareService.providedBy")],
        ),
        (
            "bars-api/appointment/PATCH-body.json",
            &[(MISSING_ELEMENT, "Appointment.participant")],
        ),
    ];
    for (file, findings) in known {
        let Some(json) = corpus(file) else { return };
        expect(&String::from_utf8(json).expect("UTF-8"), findings);
    }
}

proptest! {
    #[test]
    fn any_well_formed_document_is_walked_without_panic(
        text in "\\{\"resourceType\":\"(Patient|Bundle|Task)\",\"(name|entry|_id|input)\":[\\[\\]{}:,\"a0]{0,20}\\}"
    ) {
        if let Ok(document) = Document::parse(text.into_bytes(), &Limits::default()) {
            let _ = faults(&document);
        }
    }
}

#[test]
fn what_hapi_refuses_in_small_things_is_refused() {
    let cases = [
        (
            r##"{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"a","name":"x"},
            {"resourceType":"Organization","id":"a","name":"y"}],"managingOrganization":{"reference":"#a"}}"##,
            DUPLICATE_ID,
        ),
        (
            r#"{"resourceType":"Encounter","status":"planned","class":{"code":"AMB"},
            "subject":{"reference":"Patient/1","type":"Group"}}"#,
            REFERENCE_TARGET,
        ),
        (
            r#"{"resourceType":"Location","meta":{"profile":["http://hl7.org/fhir/StructureDefinition/Patient"]}}"#,
            PROFILE_TYPE,
        ),
        (
            r#"{"resourceType":"Patient","managingOrganization":{"reference":"Organization/a b"}}"#,
            UNRESOLVED_REFERENCE,
        ),
        (
            r#"{"resourceType":"Patient","extension":[{"url":"foo","valueCode":"a"}]}"#,
            INVALID_FORMAT,
        ),
        (
            r#"{"resourceType":"Patient","photo":[{"contentType":"image/png","data":"QQ=A"}]}"#,
            INVALID_FORMAT,
        ),
        (
            r#"{"resourceType":"Patient","name":[{"_given":[null,null]}]}"#,
            EMPTY_VALUE,
        ),
        (
            r#"{"resourceType":"Patient","identifier":[{"system":"foo","value":"1"}]}"#,
            INVALID_FORMAT,
        ),
        (
            r#"{"resourceType":"Patient","identifier":[{"system":"%zz:1","value":"1"}]}"#,
            INVALID_FORMAT,
        ),
    ];
    for (source, rule) in cases {
        let document = Document::parse(source.as_bytes().to_vec(), &Limits::default());
        let found = check(&document.expect("sound form"), &Ask::everything());
        let errors = found.iter().filter(|one| one.is_error());
        let rules: Vec<_> = errors.map(|one| one.rule).collect();
        assert!(rules.contains(&rule), "{rule}: {found:#?}");
    }
}

#[test]
fn what_looks_like_those_and_is_right_is_not_refused() {
    for source in [
        r#"{"resourceType":"Patient","managingOrganization":{"reference":"Organization/a-1/_history/2","type":"Organization"}}"#,
        r#"{"resourceType":"Patient","meta":{"profile":["http://hl7.org/fhir/StructureDefinition/DomainResource"]}}"#,
        r#"{"resourceType":"Patient","photo":[{"contentType":"image/png","data":"QQ==\n"}]}"#,
        r#"{"resourceType":"Patient","name":[{"given":["a","b"],"_given":[null,null]}]}"#,
    ] {
        let document = Document::parse(source.as_bytes().to_vec(), &Limits::default());
        let found = check(&document.expect("sound form"), &Ask::everything());
        let errors: Vec<_> = found.iter().filter(|one| one.is_error()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}
