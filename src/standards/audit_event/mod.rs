//! Audit facts as FHIR R4 AuditEvents, for a reviewer's own tools.
//!
//! What is rendered is the log's row and no more: codes, counts and ids. The position and
//! the leaf hash stand in extensions, so that each event can be tied to the row that proves
//! it. The person is named by the case's number only; of a release the *names* of the fields
//! that went are told, never what they held. The shape follows IHE BALP where BaRS says
//! nothing: who asked, the gateway, who received; the thing; what it means for the record.

mod agents;
mod entities;
mod kind;

use std::fmt::Write;

use serde_json::{Value, json};
use uuid::Builder;

use super::bars::codes::{profile, workwell};
use crate::domain::caller::Caller;
use crate::domain::fact::{FactKind, Recorded, called_nobody};
use crate::domain::identifiers::{CaseReference, OdsCode};

/// Who keeps the log.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The organisation that answers for the gateway.
    pub organisation: &'a OdsCode,
    /// The gateway's name, as people know it.
    pub name: &'a str,
    /// The program.
    pub software: &'a str,
}

/// A fact, and how much of it may be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The fact.
    pub fact: Recorded,
    /// What people call its case, where that is there.
    pub reference: Option<CaseReference>,
    /// Whether the referrer stays unnamed, because the person's record is restricted.
    pub hides_referrer: bool,
}

/// The display of a kind of fact, as `CodeSystem/audit-fact` has it.
pub const fn display(kind: FactKind) -> &'static str {
    kind::words(kind).display
}

/// One fact as an AuditEvent.
pub fn render(told: &Told, source: &Source<'_>) -> Value {
    let fact = &told.fact;
    let mut words = kind::words(fact.kind);
    if called_nobody(fact) {
        words.outcome = kind::Outcome::Minor;
    }
    let (event, interaction) = match interaction(fact) {
        Some(code) => (
            (
                "http://terminology.hl7.org/CodeSystem/audit-event-type",
                "rest",
            ),
            Some(json!({ "system": "http://hl7.org/fhir/restful-interaction", "code": code })),
        ),
        None => (words.event, None),
    };
    let ours = json!({
        "system": workwell::AUDIT_FACT,
        "code": fact.kind.code(),
        "display": words.display,
    });
    let subtype: Vec<Value> = std::iter::once(ours).chain(interaction).collect();
    let mut resource = json!({
        "resourceType": "AuditEvent",
        "id": id_of(fact),
        "meta": { "profile": [profile::workwell("AuditEvent")] },
        "extension": [
            { "url": workwell::AUDIT_POSITION, "valueString": fact.position.to_string() },
            { "url": workwell::AUDIT_LEAF, "valueString": hex(&fact.leaf) },
        ],
        "type": { "system": event.0, "code": event.1 },
        "subtype": subtype,
        "action": words.action,
        "recorded": fact.at.to_string(),
        "outcome": words.outcome.code(),
        "agent": agents::of(fact, source, told.hides_referrer),
        "source": {
            "site": source.software,
            "observer": {
                "type": "Organization",
                "identifier": { "system": OdsCode::SYSTEM, "value": source.organisation.as_str() },
                "display": source.name,
            },
            "type": [{
                "system": "http://terminology.hl7.org/CodeSystem/security-source-type",
                "code": "4",
            }],
        },
    });
    if words.outcome != kind::Outcome::Success {
        let why: Vec<&str> = ["code", "reason", "awaited"]
            .iter()
            .flat_map(|name| fact.details_named(name))
            .collect();
        if !why.is_empty() {
            resource["outcomeDesc"] = json!(why.join(", "));
        }
        if called_nobody(fact) {
            resource["outcomeDesc"] = json!("nobody could be alerted: no address is set");
        }
    }
    let entities = entities::of(told, &words);
    if !entities.is_empty() {
        resource["entity"] = json!(entities);
    }
    resource
}

/// One page of the log. `this` and `next` are the addresses of this page and of the one
/// after it, where there is one. There is no `total`: counting would read the whole log.
pub fn searchset(page: &[Told], source: &Source<'_>, this: &str, next: Option<&str>) -> Value {
    let entries: Vec<Value> = page
        .iter()
        .map(|told| {
            json!({
                "fullUrl": format!("urn:uuid:{}", id_of(&told.fact)),
                "resource": render(told, source),
                "search": { "mode": "match" },
            })
        })
        .collect();
    let mut links = vec![json!({ "relation": "self", "url": this })];
    links.extend(next.map(|url| json!({ "relation": "next", "url": url })));
    let mut bundle = json!({ "resourceType": "Bundle", "type": "searchset", "link": links });
    if !entries.is_empty() {
        bundle["entry"] = json!(entries);
    }
    bundle
}

/// What a referring system did is a request of FHIR's own interface.
fn interaction(fact: &Recorded) -> Option<&'static str> {
    match (&fact.actor, fact.kind) {
        (Caller::Referrer(_), FactKind::CaseRead) => Some("read"),
        (Caller::Referrer(_), FactKind::CaseSearched) => Some("search-type"),
        _ => None,
    }
}

/// A UUID of leaf and position: the same for the same row, and nobody else's.
fn id_of(fact: &Recorded) -> String {
    let mut bytes = [0; 16];
    bytes[..10].copy_from_slice(&fact.leaf[..10]);
    bytes[10..].copy_from_slice(&fact.position.to_be_bytes()[2..]);
    let id = Builder::from_custom_bytes(bytes).into_uuid();
    id.hyphenated().to_string()
}

/// The leaf hash as the audit log's own checks write it: lower-case hexadecimal.
pub fn hex(leaf: &[u8; 32]) -> String {
    leaf.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
