//! One walk of a document along the element table: the base structure of FHIR R4.

use super::finding::{
    Finding, INVALID_FORMAT, MISSING_ELEMENT, MISSING_RESOURCE_TYPE, MORE_THAN_ONE_CHOICE,
    NOT_EVALUATED, UNKNOWN_ELEMENT, UNKNOWN_RESOURCE_TYPE, WRONG_JSON_TYPE,
};
use super::primitive::Format;
use super::table::{ANY_RESOURCE, Element, Table, TypeId, TypeKind, embedded};
use crate::standards::fhir::fault::shown_name;
use crate::standards::fhir::tree::hash_name;
use crate::standards::fhir::{Document, Kind, Node, resource_types};

/// Most findings from one document.
pub const MAX_FINDINGS: usize = 200;

/// Checks the structure of a resource. Empty when it is sound; nothing is
/// allocated then. At most [`MAX_FINDINGS`], in document order.
pub fn faults(document: &Document) -> Vec<Finding> {
    let table = embedded();
    let mut walk = Walk {
        table,
        element: table.id_of("Element").unwrap_or(ANY_RESOURCE),
        findings: Vec::new(),
    };
    walk.resource(document.root());
    walk.findings
}

struct Walk {
    table: &'static Table,
    /// The type `Element`: what a `_name` member holds.
    element: TypeId,
    findings: Vec<Finding>,
}

impl Walk {
    fn is_full(&self) -> bool {
        self.findings.len() >= MAX_FINDINGS
    }

    fn find(&mut self, rule: &'static str, node: Node<'_>, found: &str, expected: &str) {
        if self.is_full() {
            return;
        }
        self.findings.push(Finding {
            rule,
            path: node.path(),
            found: found.to_owned(),
            expected: expected.to_owned(),
            offset: node.span().start,
        });
    }

    fn resource(&mut self, node: Node<'_>) {
        if node.kind() != Kind::Object {
            self.find(
                WRONG_JSON_TYPE,
                node,
                kind_words(node),
                "a resource (an object)",
            );
            return;
        }
        let named = node.get("resourceType");
        let Some(name) = named
            .filter(|n| n.kind() == Kind::String)
            .and_then(Node::text)
        else {
            let found = "an object without a resourceType in text";
            self.find(
                MISSING_RESOURCE_TYPE,
                node,
                found,
                "a FHIR R4 resource type",
            );
            return;
        };
        if let Some(id) = self.table.resource(name) {
            return self.object(node, id);
        }
        if let Some(name) = resource_types::known(name) {
            let expected = "a resource type of the embedded element table";
            return self.find(NOT_EVALUATED, node, name, expected);
        }
        let place = named.unwrap_or(node);
        let found = "a resource type that FHIR R4 does not define";
        self.find(
            UNKNOWN_RESOURCE_TYPE,
            place,
            found,
            "a FHIR R4 resource type",
        );
    }

    fn object(&mut self, node: Node<'_>, id: TypeId) {
        let is_resource = self.table.type_of(id).kind == TypeKind::Resource;
        let mut seen: u128 = 0;
        for (name, value) in node.members() {
            if self.is_full() {
                return;
            }
            if let Some(element) = self.table.element(id, name, value.name_hash()) {
                self.choice(node, value, (id, element), seen);
                seen |= 1 << element.position;
                self.member(value, element);
            } else if let Some(element) = self.twin_of(id, name) {
                self.choice(node, value, (id, element), seen);
                seen |= 1 << element.position;
                self.twin(value, element);
            } else if !(is_resource && name == "resourceType") {
                self.unknown(value, name, id);
            }
        }
        let missing = self.table.type_of(id).required & !seen;
        if missing != 0 {
            self.missing(node, id, missing);
        }
    }

    /// The primitive element whose extensions a `_name` member holds.
    fn twin_of(&self, id: TypeId, name: &str) -> Option<&'static Element> {
        let bare = name.strip_prefix('_')?;
        let element = self.table.element(id, bare, hash_name(bare.as_bytes()))?;
        self.format(element.target).map(|_| element)
    }

    fn format(&self, id: TypeId) -> Option<Format> {
        if id == ANY_RESOURCE {
            return None;
        }
        match self.table.type_of(id).kind {
            TypeKind::Primitive(format) => Some(format),
            TypeKind::Complex | TypeKind::Resource => None,
        }
    }

    /// A second type of the same choice; the `_name` twin is no second one.
    fn choice(&mut self, object: Node<'_>, value: Node<'_>, of: (TypeId, &Element), seen: u128) {
        let (id, element) = of;
        if !element.is_choice || seen & (1 << element.position) == 0 {
            return;
        }
        let is_other = |name: &str| {
            let bare = name.strip_prefix('_').unwrap_or(name);
            let earlier = self.table.element(id, bare, hash_name(bare.as_bytes()));
            earlier.is_some_and(|e| e.position == element.position && e.name != element.name)
        };
        let mut before = object.members().take_while(|(_, node)| *node != value);
        if before.any(|(name, _)| is_other(name)) {
            let expected = format!("one type of {}", element.base);
            self.find(
                MORE_THAN_ONE_CHOICE,
                value,
                "a second type of a choice",
                &expected,
            );
        }
    }

    fn member(&mut self, value: Node<'_>, element: &Element) {
        if element.is_list != (value.kind() == Kind::Array) {
            self.wrong_count(value, element);
            return self.content_of_wrong_count(value, element.target);
        }
        let format = self.format(element.target);
        for item in value.items() {
            if self.is_full() {
                return;
            }
            match format {
                // Padding beside a `_name` array; the parser refused any other null.
                Some(_) if item.kind() == Kind::Null && element.is_list => {}
                Some(format) => self.primitive(item, format, element.target),
                None if element.target == ANY_RESOURCE => self.resource(item),
                None if item.kind() == Kind::Object => self.object(item, element.target),
                None => {
                    let expected = format!("an object: {}", self.type_name(element.target));
                    self.find(WRONG_JSON_TYPE, item, kind_words(item), &expected);
                }
            }
        }
    }

    /// Objects are walked all the same, so that all faults are told at once.
    fn content_of_wrong_count(&mut self, value: Node<'_>, target: TypeId) {
        if self.format(target).is_some() {
            return;
        }
        for item in value.items().filter(|item| item.kind() == Kind::Object) {
            match target {
                ANY_RESOURCE => self.resource(item),
                target => self.object(item, target),
            }
        }
    }

    fn twin(&mut self, value: Node<'_>, element: &Element) {
        if element.is_list != (value.kind() == Kind::Array) {
            return self.wrong_count(value, element);
        }
        for item in value.items() {
            match item.kind() {
                Kind::Object => self.object(item, self.element),
                Kind::Null if element.is_list => {}
                _ => self.find(
                    WRONG_JSON_TYPE,
                    item,
                    kind_words(item),
                    "an object with id or extension",
                ),
            }
        }
    }

    fn primitive(&mut self, node: Node<'_>, format: Format, id: TypeId) {
        if node.kind() != format.json_kind() {
            let expected = format!(
                "{}: {}",
                scalar_words(format.json_kind()),
                self.type_name(id)
            );
            self.find(WRONG_JSON_TYPE, node, kind_words(node), &expected);
            return;
        }
        if !node.text().is_some_and(|text| format.admits(text)) {
            let found = format!("a value that is no {}", self.type_name(id));
            self.find(INVALID_FORMAT, node, &found, format.wanted());
        }
    }

    fn type_name(&self, id: TypeId) -> &'static str {
        if id == ANY_RESOURCE {
            return "a resource";
        }
        self.table.type_of(id).name
    }

    fn wrong_count(&mut self, value: Node<'_>, element: &Element) {
        let name = self.type_name(element.target);
        let expected = if element.is_list {
            format!("a list of {name}")
        } else {
            format!("one {name}, not a list")
        };
        self.find(WRONG_JSON_TYPE, value, kind_words(value), &expected);
    }

    fn unknown(&mut self, value: Node<'_>, name: &str, id: TypeId) {
        let found = format!("element '{}'", shown_name(name));
        let expected = format!("an element of {}", self.type_name(id));
        self.find(UNKNOWN_ELEMENT, value, &found, &expected);
    }

    fn missing(&mut self, node: Node<'_>, id: TypeId, mut missing: u128) {
        while missing != 0 && !self.is_full() {
            let position = missing.trailing_zeros() as usize;
            missing &= missing - 1;
            let base = self.table.base_at(id, position);
            self.findings.push(Finding {
                rule: MISSING_ELEMENT,
                path: format!("{}.{base}", node.path()),
                found: "nothing".to_owned(),
                expected: format!("element '{base}', which {} requires", self.type_name(id)),
                offset: node.span().start,
            });
        }
    }
}

fn kind_words(node: Node<'_>) -> &'static str {
    match node.kind() {
        Kind::Object => "an object",
        Kind::Array => "a list",
        other => scalar_words(other),
    }
}

fn scalar_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Number => "a number",
        Kind::Boolean => "true or false",
        Kind::Null => "null",
        _ => "text in quotes",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::standards::fhir::Limits;

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
                (UNKNOWN_ELEMENT, "Bundle.entry[0].resource.nhsNumber"),
                (UNKNOWN_ELEMENT, "Bundle.entry[0].resource.name[0].famly"),
                (UNKNOWN_ELEMENT, "Bundle.entry[0].resource._active.extra"),
                (UNKNOWN_ELEMENT, "Bundle.entry[0].resource._name"),
                (
                    UNKNOWN_ELEMENT,
                    "Bundle.entry[0].resource.contact[0].resourceType",
                ),
            ],
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
                (UNKNOWN_ELEMENT, "Patient.maritalStatus[0].txt"),
                (WRONG_JSON_TYPE, "Patient.name"),
                (UNKNOWN_ELEMENT, "Patient.name.famly"),
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
                    (UNKNOWN_ELEMENT, "ServiceRequest.PatientInstruction"),
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
}
