//! Who took part: who asked, the gateway, and to whom a person's data went.

use serde_json::{Value, json};

use super::Source;
use super::kind::DICOM;
use crate::domain::caller::Caller;
use crate::domain::fact::{FactKind, Recorded};
use crate::domain::identifiers::OdsCode;

/// Identifiers of providers: the folder names of their tables.
const PROVIDER: &str = "https://workwell-gateway.example/Id/provider";
/// Identifiers of operators: the name or role in which they acted.
const OPERATOR: &str = "https://workwell-gateway.example/Id/operator";
/// Identifiers of programs.
const SOFTWARE: &str = "https://workwell-gateway.example/Id/software";

/// Roles of DICOM: the program itself, who sends, who receives.
const APPLICATION: &str = "110150";
const DESTINATION: &str = "110152";
const SENDER: &str = "110153";

/// Every agent of a fact; the one who asked comes first and is the only requestor.
pub(super) fn of(fact: &Recorded, source: &Source<'_>, hides_referrer: bool) -> Vec<Value> {
    let asked = match &fact.actor {
        Caller::System => gateway(source, true),
        Caller::Operator(name) => {
            let person = json!({ "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/extra-security-role-type",
                "code": "humanuser",
            }] });
            agent(&person, &who("Practitioner", OPERATOR, name), true)
        }
        Caller::Provider(slug) => {
            let role = role_of_caller(fact.kind);
            agent(&role, &who("Organization", PROVIDER, slug), true)
        }
        // Which practice it is tells where a person lives whose place is kept.
        Caller::Referrer(_) if hides_referrer => {
            let words = "the referring organisation; not named, the record is restricted";
            let who = json!({ "type": "Organization", "display": words });
            agent(&role_of_caller(fact.kind), &who, true)
        }
        Caller::Referrer(ods) => {
            let who = who("Organization", OdsCode::SYSTEM, ods.as_str());
            agent(&role_of_caller(fact.kind), &who, true)
        }
    };
    let mut agents = vec![asked];
    if fact.actor != Caller::System {
        agents.push(gateway(source, false));
    }
    let receivers = receiver_detail(fact.kind).into_iter();
    agents.extend(
        receivers
            .flat_map(|name| fact.details_named(name))
            .map(|slug| {
                agent(
                    &dicom(DESTINATION),
                    &who("Organization", PROVIDER, slug),
                    false,
                )
            }),
    );
    agents
}

/// The detail that names to whom the data went.
const fn receiver_detail(kind: FactKind) -> Option<&'static str> {
    match kind {
        FactKind::CaseReleased => Some("provider"),
        FactKind::CaseReferredOn => Some("partner"),
        _ => None,
    }
}

/// Whoever reads receives, anybody else sends (IHE BALP: the client of a read is its
/// destination).
fn role_of_caller(kind: FactKind) -> Value {
    match kind {
        FactKind::CaseRead | FactKind::CaseSearched | FactKind::CaseCollected => dicom(DESTINATION),
        _ => dicom(SENDER),
    }
}

fn dicom(code: &str) -> Value {
    json!({ "coding": [{ "system": DICOM, "code": code }] })
}

fn agent(role: &Value, who: &Value, requestor: bool) -> Value {
    json!({ "type": role, "who": who, "requestor": requestor })
}

fn who(kind: &str, system: &str, value: &str) -> Value {
    json!({ "type": kind, "identifier": { "system": system, "value": value } })
}

fn gateway(source: &Source<'_>, requestor: bool) -> Value {
    let who = who("Device", SOFTWARE, source.software);
    agent(&dicom(APPLICATION), &who, requestor)
}
