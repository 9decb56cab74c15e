//! What a fact is about: the case, the message that shows it, or the gateway itself. The
//! person is nowhere but in the case's number.

use serde_json::{Value, json};

use super::Told;
use super::kind::Words;
use crate::domain::fact::{FIELDS, FactKind, Recorded, WITHHELD};
use crate::standards::payload::fhir::bundle::CASE_ID;

/// Our ids of messages.
const MESSAGE_ID: &str = "https://workwell-gateway.example/Id/message";
/// R4 audit-entity-type: a thing of the system, not a person.
const ENTITY_TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const SYSTEM_OBJECT: &str = "2";
/// R4 object-role: what it does in the event.
const ROLE: &str = "http://terminology.hl7.org/CodeSystem/object-role";
const REPORT: &str = "3";
const RESOURCE: &str = "4";
const QUERY: &str = "24";
const JOB: &str = "20";

/// Every entity of a fact; the details stand on the first.
pub(super) fn of(told: &Told, words: &Words) -> Vec<Value> {
    let fact = &told.fact;
    let mut entities = Vec::new();
    if let Some(id) = fact.case_id {
        let mut case = entity(RESOURCE);
        // The case's id is that of our Encounter (decision 6).
        case["what"] = json!({
            "type": "Encounter",
            "identifier": { "system": CASE_ID, "value": id.to_string() },
        });
        if let Some(reference) = &told.reference {
            case["what"]["display"] = json!(reference.as_str());
        }
        if let Some(code) = words.lifecycle {
            case["lifecycle"] = json!({
                "system": "http://terminology.hl7.org/CodeSystem/dicom-audit-lifecycle",
                "code": code,
            });
        }
        entities.push(case);
    }
    if let Some(message) = fact.evidence {
        let mut shown_by = entity(REPORT);
        shown_by["what"] = json!({
            "type": "Bundle",
            "identifier": { "system": MESSAGE_ID, "value": message.to_string() },
        });
        entities.push(shown_by);
    }
    let details = details(fact);
    if details.is_empty() {
        return entities;
    }
    if entities.is_empty() {
        let is_search = fact.kind == FactKind::CaseSearched;
        let mut alone = entity(if is_search { QUERY } else { JOB });
        alone["name"] = json!(fact.kind.code());
        entities.push(alone);
    }
    entities[0]["detail"] = json!(details);
    entities
}

fn entity(role: &str) -> Value {
    json!({
        "type": { "system": ENTITY_TYPE, "code": SYSTEM_OBJECT },
        "role": { "system": ROLE, "code": role },
    })
}

/// Name and value of each; of a release one line for each field that was disclosed or withheld.
fn details(fact: &Recorded) -> Vec<Value> {
    let mut details = Vec::new();
    for (name, value) in &fact.details {
        if name == FIELDS || name == WITHHELD {
            let kind = if name == FIELDS { "field" } else { WITHHELD };
            let fields = value.split(' ').filter(|field| !field.is_empty());
            details.extend(fields.map(|field| json!({ "type": kind, "valueString": field })));
        } else if !value.is_empty() {
            details.push(json!({ "type": name, "valueString": value }));
        }
    }
    details
}
