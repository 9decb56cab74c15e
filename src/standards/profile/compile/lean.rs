//! Keeps the facts of published definitions and drops their prose.
//!
//! The type of `id` and `url` elements, published as `System.String` with an extension,
//! is written as the FHIR type it stands for.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::CompileError;
use super::read::{copy, items, last_step, read, resources, text};
use super::resources::{ABSTRACT, LEAN_RESOURCES};

/// Constraints that every element, and every extension, carries by its type.
const IMPLIED_CONSTRAINTS: [&str; 2] = ["ele-1", "ext-1"];

const R4: &str = "4.0.1";
const R4_BASE: &str = "http://hl7.org/fhir/StructureDefinition/";
const FHIR_TYPE: &str = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";

/// Resources by file name, `StructureDefinition-Patient.json` and so on.
pub type Lean = BTreeMap<String, String>;

/// The lean base definitions found in one JSON resource (a Bundle or a single
/// StructureDefinition). Anything that is not an R4 base type of the lean set
/// is passed over.
pub fn lean_structures(source: &[u8]) -> Result<Lean, CompileError> {
    each(source, |resource| {
        if !is_wanted(resource) {
            return Ok(None);
        }
        let name = format!("StructureDefinition-{}.json", text(resource, "type"));
        Ok(Some((name, lean_structure(resource))))
    })
}

/// The lean form of each profile and extension definition in one JSON resource: its
/// differential. Of HL7's own (R4) those that the lean base types can meet.
pub fn lean_profiles(source: &[u8]) -> Result<Lean, CompileError> {
    each(source, |resource| {
        let is_profile = text(resource, "resourceType") == "StructureDefinition"
            && text(resource, "derivation") == "constraint";
        let url = text(resource, "url");
        let is_unmet = url.starts_with(R4_BASE) && !is_met(resource);
        if !is_profile || is_unmet {
            return Ok(None);
        }
        if url.is_empty() {
            return Err(CompileError::Missing("a StructureDefinition".into(), "url"));
        }
        let name = format!("StructureDefinition-{}.json", last_step(url));
        Ok(Some((name, lean_profile(resource))))
    })
}

/// The lean form of each MessageDefinition in one JSON resource.
pub fn lean_messages(source: &[u8]) -> Result<Lean, CompileError> {
    each(source, |resource| {
        if text(resource, "resourceType") != "MessageDefinition" {
            return Ok(None);
        }
        let id = last_step(text(resource, "url"));
        if id.is_empty() {
            return Err(CompileError::Missing("a MessageDefinition".into(), "url"));
        }
        let name = format!("MessageDefinition-{id}.json");
        Ok(Some((name, lean_message(resource, id))))
    })
}

/// The lean form of each ValueSet and CodeSystem in one JSON resource: codes only.
pub fn lean_terms(source: &[u8]) -> Result<Lean, CompileError> {
    each(source, |resource| {
        let kind = text(resource, "resourceType");
        let id = last_step(text(resource, "url"));
        let lean = match kind {
            "ValueSet" if !id.is_empty() => lean_value_set(resource, id),
            "CodeSystem" if !id.is_empty() => lean_code_system(resource, id),
            _ => return Ok(None),
        };
        Ok(Some((format!("{kind}-{id}.json"), lean)))
    })
}

type Named = Option<(String, String)>;

fn each(
    source: &[u8],
    lean: impl Fn(&Value) -> Result<Named, CompileError>,
) -> Result<Lean, CompileError> {
    let value = read(source)?;
    let found: Result<Vec<Named>, CompileError> = resources(&value).into_iter().map(lean).collect();
    Ok(found?.into_iter().flatten().collect())
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

/// Whether a profile of HL7's own can be met in a resource of the lean set: quantities,
/// and extensions of a place in it.
fn is_met(resource: &Value) -> bool {
    if text(resource, "fhirVersion") != R4 {
        return false;
    }
    let reaches = |context: &Value| {
        let place = text(context, "expression");
        let head = place.split('.').next().unwrap_or_default();
        // A lower case head or a data type may stand anywhere.
        let is_resource = crate::standards::fhir::resource_types::known(head).is_some();
        !is_resource || LEAN_RESOURCES.contains(&head)
    };
    match text(resource, "type") {
        "Quantity" => true,
        "Extension" => items(resource, "context").any(reaches),
        _ => false,
    }
}

fn with_lines(head: Map<String, Value>, member: &str, lines: &[String]) -> String {
    let head = Value::Object(head).to_string();
    let head = head.strip_suffix('}').unwrap_or(&head);
    format!("{head},\n{member}[\n{}\n]", lines.join(",\n"))
}

/// What a StructureDefinition says of itself, as far as it is kept.
const STRUCTURE_HEAD: &[&str] = &[
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
];

fn lean_structure(resource: &Value) -> String {
    let mut head = Map::new();
    copy(resource, &mut head, STRUCTURE_HEAD);
    let elements: Vec<String> = items(&resource["snapshot"], "element")
        .map(|element| lean_element(element, false).to_string())
        .collect();
    let lean = with_lines(head, "\"snapshot\":{\"element\":", &elements);
    format!("{lean}}}}}\n")
}

fn lean_profile(resource: &Value) -> String {
    let mut head = Map::new();
    copy(resource, &mut head, STRUCTURE_HEAD);
    let contexts: Vec<Value> = items(resource, "context")
        .map(|context| {
            let mut facts = Map::new();
            copy(context, &mut facts, &["type", "expression"]);
            Value::Object(facts)
        })
        .collect();
    if !contexts.is_empty() {
        head.insert("context".into(), Value::Array(contexts));
    }
    let elements: Vec<String> = items(&resource["differential"], "element")
        .map(|element| lean_element(element, true).to_string())
        .collect();
    let lean = with_lines(head, "\"differential\":{\"element\":", &elements);
    format!("{lean}}}}}\n")
}

fn lean_element(element: &Value, is_differential: bool) -> Value {
    let mut lean = Map::new();
    copy(
        element,
        &mut lean,
        &["id", "path", "sliceName", "min", "max", "contentReference"],
    );
    // Of R4's own types, whose slicing is that of extensions by their address, it is implied.
    let slicing = element.get("slicing").filter(|_| is_differential);
    if let Some(slicing) = slicing {
        let mut facts = Map::new();
        let discriminators: Vec<Value> = items(slicing, "discriminator")
            .map(|d| json!({"type": text(d, "type"), "path": text(d, "path")}))
            .collect();
        if !discriminators.is_empty() {
            facts.insert("discriminator".into(), Value::Array(discriminators));
        }
        copy(slicing, &mut facts, &["ordered", "rules"]);
        lean.insert("slicing".into(), Value::Object(facts));
    }
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
    // Of an extension: whether it changes the meaning of what it stands in.
    if is_differential && text(element, "path") == "Extension" && element["isModifier"] == true {
        lean.insert("isModifier".into(), true.into());
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
    format!("{}}}\n", with_lines(head, "\"focus\":", &focus))
}

fn lean_value_set(resource: &Value, id: &str) -> String {
    let mut head = Map::new();
    head.insert("resourceType".into(), "ValueSet".into());
    head.insert("id".into(), id.into());
    copy(resource, &mut head, &["url", "version", "status"]);
    let mut compose = Vec::new();
    for part in ["include", "exclude"] {
        let lines: Vec<String> = items(&resource["compose"], part)
            .map(|include| lean_include(include).to_string())
            .collect();
        if !lines.is_empty() {
            compose.push(format!("\"{part}\":[\n{}\n]", lines.join(",\n")));
        }
    }
    let head = Value::Object(head).to_string();
    let head = head.strip_suffix('}').unwrap_or(&head);
    format!("{head},\n\"compose\":{{{}}}}}\n", compose.join(","))
}

fn lean_include(include: &Value) -> Value {
    let mut lean = Map::new();
    copy(include, &mut lean, &["system", "valueSet"]);
    let codes: Vec<Value> = items(include, "concept")
        .map(|concept| json!({"code": text(concept, "code")}))
        .collect();
    if !codes.is_empty() {
        lean.insert("concept".into(), Value::Array(codes));
    }
    let filters: Vec<Value> = items(include, "filter")
        .map(|filter| {
            let mut facts = Map::new();
            copy(filter, &mut facts, &["property", "op", "value"]);
            Value::Object(facts)
        })
        .collect();
    if !filters.is_empty() {
        lean.insert("filter".into(), Value::Array(filters));
    }
    Value::Object(lean)
}

fn lean_code_system(resource: &Value, id: &str) -> String {
    let mut head = Map::new();
    head.insert("resourceType".into(), "CodeSystem".into());
    head.insert("id".into(), id.into());
    copy(
        resource,
        &mut head,
        &["url", "version", "status", "caseSensitive", "content"],
    );
    let concepts: Vec<String> = items(resource, "concept")
        .map(|concept| lean_concept(concept).to_string())
        .collect();
    format!("{}}}\n", with_lines(head, "\"concept\":", &concepts))
}

/// A code with what is below it, by nesting or by a `subsumedBy` or `parent` property.
fn lean_concept(concept: &Value) -> Value {
    let mut lean = Map::new();
    lean.insert("code".into(), text(concept, "code").into());
    let above: Vec<Value> = items(concept, "property")
        .filter(|property| matches!(text(property, "code"), "subsumedBy" | "parent"))
        .map(|property| json!({"code": "subsumedBy", "valueCode": text(property, "valueCode")}))
        .collect();
    if !above.is_empty() {
        lean.insert("property".into(), Value::Array(above));
    }
    let below: Vec<Value> = items(concept, "concept").map(lean_concept).collect();
    if !below.is_empty() {
        lean.insert("concept".into(), Value::Array(below));
    }
    Value::Object(lean)
}

#[cfg(test)]
mod tests {
    use super::super::{HEAD, messages, table};
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
        let rules = "b=r:urn:v k=pat-1";
        let expected = format!(
            "{HEAD}R Patient\n id 0 1 id {rules}\n dead[x] 1 1 boolean|dateTime {rules}\n \
             link 0 * Patient.link b=r:urn:v\nC Patient.link k=pat-1\n id 0 1 string {rules}\n \
             again 0 * Patient.link {rules}\n"
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
