//! Published definitions in, lean ones and tables out. Pure: bytes to bytes.
//!
//! Lean resources hold facts only (no prose): they are standard FHIR JSON, one
//! element a line, so that a change of version reads well as a difference. The
//! type of `id` and `url` elements, published as `System.String` with an
//! extension, is written as the FHIR type it stands for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Map, Value, json};

use crate::standards::fhir::resource_types;

/// Resource types in the lean set: those a referral message, its answers and
/// our own conformance resources use. Others are reported as not evaluated.
pub const LEAN_RESOURCES: [&str; 58] = [
    "AllergyIntolerance",
    "Appointment",
    "AuditEvent",
    "Binary",
    "Bundle",
    "CapabilityStatement",
    "CarePlan",
    "CareTeam",
    "CodeSystem",
    "Communication",
    "CommunicationRequest",
    "Composition",
    "ConceptMap",
    "Condition",
    "Consent",
    "Coverage",
    "Device",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "Endpoint",
    "EpisodeOfCare",
    "Flag",
    "Goal",
    "Group",
    "HealthcareService",
    "Immunization",
    "ImplementationGuide",
    "List",
    "Location",
    "Medication",
    "MedicationRequest",
    "MedicationStatement",
    "MessageDefinition",
    "MessageHeader",
    "NamingSystem",
    "Observation",
    "OperationDefinition",
    "OperationOutcome",
    "Organization",
    "Parameters",
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Procedure",
    "Provenance",
    "Questionnaire",
    "QuestionnaireResponse",
    "RelatedPerson",
    "Schedule",
    "SearchParameter",
    "ServiceRequest",
    "Slot",
    "Specimen",
    "StructureDefinition",
    "Subscription",
    "Task",
    "ValueSet",
];

/// Abstract types that others are built on.
const ABSTRACT: [&str; 4] = ["BackboneElement", "DomainResource", "Element", "Resource"];

/// Constraints that every element, and every extension, carries by its type.
const IMPLIED_CONSTRAINTS: [&str; 2] = ["ele-1", "ext-1"];

const R4: &str = "4.0.1";
const R4_BASE: &str = "http://hl7.org/fhir/StructureDefinition/";
const FHIR_TYPE: &str = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";

/// Resources by file name, `StructureDefinition-Patient.json` and so on.
pub type Lean = BTreeMap<String, String>;

/// What makes a definition unusable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// Not a JSON resource.
    #[error("not a JSON resource: {0}")]
    NotJson(String),
    /// A definition without a fact the table needs.
    #[error("{0} has no {1}")]
    Missing(String, &'static str),
    /// More elements in one type than a bit set holds, or more members than an index holds.
    #[error("{0} has more elements than the table can hold")]
    TooMany(String),
}

/// The lean base definitions found in one JSON resource (a Bundle or a single
/// StructureDefinition). Anything that is not an R4 base type of the lean set
/// is passed over.
pub fn lean_structures(source: &[u8]) -> Result<Lean, CompileError> {
    let value = read(source)?;
    let mut lean = Lean::new();
    for resource in resources(&value) {
        if is_wanted(resource) {
            let name = format!("StructureDefinition-{}.json", text(resource, "type"));
            lean.insert(name, lean_structure(resource));
        }
    }
    Ok(lean)
}

/// The lean form of each MessageDefinition in one JSON resource.
pub fn lean_messages(source: &[u8]) -> Result<Lean, CompileError> {
    let value = read(source)?;
    let mut lean = Lean::new();
    for resource in resources(&value) {
        if text(resource, "resourceType") == "MessageDefinition" {
            let url = text(resource, "url");
            let id = url.rsplit('/').next().unwrap_or_default();
            if id.is_empty() {
                return Err(CompileError::Missing("a MessageDefinition".into(), "url"));
            }
            lean.insert(
                format!("MessageDefinition-{id}.json"),
                lean_message(resource, id),
            );
        }
    }
    Ok(lean)
}

/// The element table of a lean set (see [`super::table`]).
pub fn table(lean: &Lean) -> Result<String, CompileError> {
    let mut out = String::from(HEAD);
    let mut members = 0;
    for source in lean.values() {
        let structure = read(source.as_bytes())?;
        members += add_structure(&structure, &mut out)?;
    }
    if members > usize::from(u16::MAX) - 1 {
        return Err(CompileError::TooMany("the lean set".into()));
    }
    Ok(out)
}

/// The table of message cardinalities of a lean set (see [`super::message`]).
pub fn messages(lean: &Lean) -> Result<String, CompileError> {
    let mut out = String::from(HEAD);
    for source in lean.values() {
        let message = read(source.as_bytes())?;
        let event = &message["eventCoding"];
        let line = ["url", "version"].map(|name| text(&message, name));
        let code = ["system", "code"].map(|name| text(event, name));
        let _ = writeln!(out, "M {} {} {} {}", line[0], line[1], code[0], code[1]);
        for focus in items(&message, "focus") {
            let (code, max) = (text(focus, "code"), text(focus, "max"));
            let _ = writeln!(
                out,
                " {code} {} {max} {}",
                focus["min"],
                text(focus, "profile")
            );
        }
    }
    Ok(out)
}

const HEAD: &str = "# Generated by `workwell-gateway profiles import`: do not edit.\n";

fn read(source: &[u8]) -> Result<Value, CompileError> {
    serde_json::from_slice(source).map_err(|error| CompileError::NotJson(error.to_string()))
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

fn items<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value[name].as_array().into_iter().flatten()
}

fn resources(value: &Value) -> Vec<&Value> {
    if text(value, "resourceType") == "Bundle" {
        return items(value, "entry")
            .map(|entry| &entry["resource"])
            .collect();
    }
    vec![value]
}

fn is_wanted(resource: &Value) -> bool {
    let name = text(resource, "type");
    let is_base = text(resource, "resourceType") == "StructureDefinition"
        && text(resource, "fhirVersion") == R4
        && text(resource, "derivation") != "constraint"
        && text(resource, "url").strip_prefix(R4_BASE) == Some(name);
    let is_listed = match text(resource, "kind") {
        "resource" => LEAN_RESOURCES.contains(&name) || ABSTRACT.contains(&name),
        "complex-type" | "primitive-type" => true,
        _ => false,
    };
    is_base && is_listed
}

fn copy(from: &Value, to: &mut Map<String, Value>, names: &[&str]) {
    for name in names {
        if let Some(value) = from.get(name) {
            to.insert((*name).to_owned(), value.clone());
        }
    }
}

fn lean_structure(resource: &Value) -> String {
    let mut head = Map::new();
    copy(
        resource,
        &mut head,
        &[
            "resourceType",
            "id",
            "url",
            "version",
            "name",
            "status",
            "fhirVersion",
            "kind",
            "abstract",
            "type",
            "baseDefinition",
            "derivation",
        ],
    );
    let elements: Vec<String> = items(&resource["snapshot"], "element")
        .map(|element| lean_element(element).to_string())
        .collect();
    let head = Value::Object(head).to_string();
    let head = head.strip_suffix('}').unwrap_or(&head);
    format!(
        "{head},\n\"snapshot\":{{\"element\":[\n{}\n]}}}}\n",
        elements.join(",\n")
    )
}

fn lean_element(element: &Value) -> Value {
    let mut lean = Map::new();
    copy(
        element,
        &mut lean,
        &["id", "path", "min", "max", "contentReference"],
    );
    let types: Vec<Value> = items(element, "type")
        .map(|t| lean_type(element, t))
        .collect();
    if !types.is_empty() {
        lean.insert("type".into(), Value::Array(types));
    }
    for (name, value) in element.as_object().into_iter().flatten() {
        if name.starts_with("fixed") || name.starts_with("pattern") {
            lean.insert(name.clone(), value.clone());
        }
    }
    if let Some(binding) = element.get("binding") {
        let mut facts = Map::new();
        copy(binding, &mut facts, &["strength", "valueSet"]);
        lean.insert("binding".into(), Value::Object(facts));
    }
    let keys: Vec<Value> = items(element, "constraint")
        .filter(|constraint| !IMPLIED_CONSTRAINTS.contains(&text(constraint, "key")))
        .map(|constraint| json!({"key": text(constraint, "key")}))
        .collect();
    if !keys.is_empty() {
        lean.insert("constraint".into(), Value::Array(keys));
    }
    Value::Object(lean)
}

fn lean_type(element: &Value, published: &Value) -> Value {
    let mut lean = Map::new();
    lean.insert("code".into(), type_code(element, published).into());
    copy(published, &mut lean, &["profile", "targetProfile"]);
    Value::Object(lean)
}

/// `Resource.id` is published as a string but has the format of an id (FHIR R4, Resource).
fn type_code<'v>(element: &'v Value, published: &'v Value) -> &'v str {
    let code = text(published, "code");
    if !code.starts_with("http://hl7.org/fhirpath/") {
        return code;
    }
    if text(&element["base"], "path") == "Resource.id" || text(element, "path") == "Resource.id" {
        return "id";
    }
    items(published, "extension")
        .find(|extension| text(extension, "url") == FHIR_TYPE)
        .map_or("string", |extension| text(extension, "valueUrl"))
}

fn lean_message(resource: &Value, id: &str) -> String {
    let mut head = Map::new();
    head.insert("resourceType".into(), "MessageDefinition".into());
    head.insert("id".into(), id.into());
    copy(resource, &mut head, &["url", "version", "status", "date"]);
    let mut event = Map::new();
    copy(&resource["eventCoding"], &mut event, &["system", "code"]);
    head.insert("eventCoding".into(), Value::Object(event));
    let focus: Vec<String> = items(resource, "focus")
        .map(|focus| {
            let mut facts = Map::new();
            copy(focus, &mut facts, &["code", "profile", "min", "max"]);
            Value::Object(facts).to_string()
        })
        .collect();
    let head = Value::Object(head).to_string();
    let head = head.strip_suffix('}').unwrap_or(&head);
    format!("{head},\n\"focus\":[\n{}\n]}}\n", focus.join(",\n"))
}

/// Adds the lines of one definition: its own type, then one type for each
/// element that has elements of its own. Gives the number of members.
fn add_structure(structure: &Value, out: &mut String) -> Result<usize, CompileError> {
    let name = text(structure, "type");
    if name.is_empty() {
        return Err(CompileError::Missing(
            "a StructureDefinition".into(),
            "type",
        ));
    }
    let is_resource = resource_types::known(name).is_some();
    match text(structure, "kind") {
        "primitive-type" => {
            let _ = writeln!(out, "P {name}");
            return Ok(0);
        }
        "resource" if !is_resource => return Ok(0),
        _ => {}
    }
    let elements: Vec<&Value> = items(&structure["snapshot"], "element").collect();
    let parents: BTreeSet<&str> = elements
        .iter()
        .filter_map(|element| text(element, "path").rsplit_once('.'))
        .map(|(parent, _)| parent)
        .collect();
    let mut members = 0;
    for parent in &parents {
        let letter = if is_resource && *parent == name {
            'R'
        } else {
            'C'
        };
        let _ = writeln!(out, "{letter} {parent}");
        members += add_elements(parent, &elements, &parents, out)?;
    }
    Ok(members)
}

fn add_elements(
    parent: &str,
    elements: &[&Value],
    parents: &BTreeSet<&str>,
    out: &mut String,
) -> Result<usize, CompileError> {
    let (mut positions, mut members) = (0, 0);
    for element in elements {
        let path = text(element, "path");
        let own = path.rsplit_once('.').filter(|(owner, _)| *owner == parent);
        let Some((_, name)) = own.filter(|_| text(element, "max") != "0") else {
            continue;
        };
        let types = types_of(element, path, parents);
        if types.is_empty() {
            return Err(CompileError::Missing(path.to_owned(), "type"));
        }
        positions += 1;
        members += types.len();
        let max = text(element, "max");
        let _ = writeln!(out, " {name} {} {max} {}", element["min"], types.join("|"));
    }
    if positions > 128 {
        return Err(CompileError::TooMany(parent.to_owned()));
    }
    Ok(members)
}

fn types_of<'v>(element: &'v Value, path: &'v str, parents: &BTreeSet<&str>) -> Vec<&'v str> {
    if parents.contains(path) {
        return vec![path];
    }
    if let Some(target) = text(element, "contentReference").strip_prefix('#') {
        return vec![target];
    }
    let mut types: Vec<&str> = items(element, "type").map(|t| text(t, "code")).collect();
    types.dedup();
    types
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle() -> Vec<u8> {
        let element = |path: &str, min: u32, max: &str, types: Value| {
            json!({"id": path, "path": path, "short": "prose", "min": min, "max": max, "type": types,
                "constraint": [{"key": "ele-1", "human": "prose"}, {"key": "pat-1"}],
                "binding": {"strength": "required", "description": "prose", "valueSet": "urn:v"}})
        };
        let system = json!([{"code": "http://hl7.org/fhirpath/System.String",
            "extension": [{"url": FHIR_TYPE, "valueUrl": "string"}]}]);
        let mut id = element("Patient.id", 0, "1", system.clone());
        id["base"] = json!({"path": "Resource.id"});
        let mut again = element("Patient.link.again", 0, "*", json!([]));
        again["contentReference"] = "#Patient.link".into();
        let patient = json!({
            "resourceType": "StructureDefinition", "id": "Patient", "url": format!("{R4_BASE}Patient"),
            "fhirVersion": R4, "kind": "resource", "type": "Patient", "description": "prose",
            "derivation": "specialization",
            "snapshot": {"element": [
                {"id": "Patient", "path": "Patient", "min": 0, "max": "*"},
                id,
                element("Patient.dead[x]", 1, "1", json!([{"code": "boolean"}, {"code": "dateTime"}])),
                element("Patient.link", 0, "*", json!([{"code": "BackboneElement"}])),
                element("Patient.link.id", 0, "1", system),
                again,
            ]},
        });
        let mut other = patient.clone();
        other["fhirVersion"] = "4.3.0".into();
        other["type"] = "Task".into();
        json!({"resourceType": "Bundle", "entry": [{"resource": patient}, {"resource": other}]})
            .to_string()
            .into_bytes()
    }

    #[test]
    fn a_lean_definition_keeps_facts_and_drops_prose() {
        let lean = lean_structures(&bundle()).expect("lean");
        assert_eq!(lean.len(), 1, "another FHIR version is passed over");
        let patient = &lean["StructureDefinition-Patient.json"];
        assert!(!patient.contains("prose") && !patient.contains("ele-1"));
        assert!(patient.contains(r#""constraint":[{"key":"pat-1"}]"#));
        assert!(patient.contains(r#""binding":{"strength":"required","valueSet":"urn:v"}"#));
        assert_eq!(patient.lines().count(), 2 + 6 + 1);
    }

    #[test]
    fn the_table_names_every_element_with_its_types() {
        let lean = lean_structures(&bundle()).expect("lean");
        let expected = format!(
            "{HEAD}R Patient\n id 0 1 id\n dead[x] 1 1 boolean|dateTime\n link 0 * Patient.link\n\
             C Patient.link\n id 0 1 string\n again 0 * Patient.link\n"
        );
        assert_eq!(table(&lean).expect("table"), expected);
    }

    #[test]
    fn a_message_definition_becomes_codes_and_cardinalities() {
        let source = json!({"resourceType": "MessageDefinition", "url": "urn:m/x", "version": "1",
            "name": "prose", "status": "active", "date": "2024-01-01",
            "eventCoding": {"system": "urn:s", "code": "e", "display": "prose"},
            "focus": [{"code": "Patient", "min": 1, "max": "1"}]});
        let lean = lean_messages(source.to_string().as_bytes()).expect("lean");
        assert!(!lean["MessageDefinition-x.json"].contains("prose"));
        let table = messages(&lean).expect("table");
        assert_eq!(table, format!("{HEAD}M urn:m/x 1 urn:s e\n Patient 1 1 \n"));
    }

    #[test]
    fn what_is_not_json_says_so() {
        assert!(matches!(
            lean_structures(b"<x/>"),
            Err(CompileError::NotJson(_))
        ));
    }
}
