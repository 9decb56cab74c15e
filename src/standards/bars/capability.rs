//! `GET /metadata`: the CapabilityStatement, made from what the router and the
//! configuration say of themselves, never written by hand.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::headers::CoreVersion;

/// A search parameter of an interaction.
#[derive(Clone, Copy, Debug)]
pub struct SearchParameter {
    /// As it stands in the URL.
    pub name: &'static str,
    /// R4 search-param-type: token, string, date.
    pub kind: &'static str,
    /// What it does.
    pub documentation: &'static str,
}

/// One interaction of the router.
#[derive(Clone, Copy, Debug)]
pub struct Interaction {
    /// The resource type.
    pub resource: &'static str,
    /// R4 type-restful-interaction: read, search-type.
    pub code: &'static str,
    /// The parameters of a search.
    pub search: &'static [SearchParameter],
}

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// We take it.
    Receiver,
    /// We send it.
    Sender,
}

/// What router and configuration say.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The base URL that the endpoint catalogue holds.
    pub base_url: String,
    /// When this statement last changed: the start of the process.
    pub date: Timestamp,
    /// The name of the organisation that runs this gateway.
    pub publisher: String,
    /// The version of the software.
    pub software_version: String,
    /// The version of BaRS Core; it is what version negotiation looks at.
    pub core_version: CoreVersion,
    /// The routes that read.
    pub interactions: Vec<Interaction>,
    /// Operations of the system, without `$`.
    pub operations: Vec<&'static str>,
    /// MessageDefinition URLs, and which way they go.
    pub messages: Vec<(Mode, &'static str)>,
}

/// Renders the statement.
pub fn render(facts: &Facts) -> Value {
    let base = facts.base_url.trim_end_matches('/');
    let operations: Vec<Value> = facts
        .operations
        .iter()
        .map(|name| operation(name))
        .collect();
    json!({
        "resourceType": "CapabilityStatement",
        "id": "workwell-gateway",
        "url": format!("{base}/metadata"),
        "version": facts.core_version.to_string(),
        "name": "WorkWellGateway",
        "title": "WorkWell referral gateway, BaRS receiver",
        "status": "active",
        "experimental": false,
        "date": facts.date.to_string(),
        "publisher": facts.publisher,
        "kind": "instance",
        "software": { "name": "workwell-gateway", "version": facts.software_version },
        "implementation": { "description": "WorkWell referral gateway", "url": base },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "application/fhir+xml"],
        "rest": [
            {
                "mode": "server",
                "resource": resources(&facts.interactions),
                "operation": operations,
            },
            {
                "mode": "client",
                "documentation": "Sends servicerequest-response messages to the referrer's $process-message.",
                "operation": operations,
            },
        ],
        "messaging": [{
            "supportedMessage": facts.messages.iter().map(supported).collect::<Vec<_>>(),
        }],
    })
}

fn operation(name: &str) -> Value {
    // The one that BaRS uses is R4's own, with its name spelt with the dollar sign.
    let definition = format!("http://hl7.org/fhir/OperationDefinition/MessageHeader-{name}");
    json!({ "name": format!("${name}"), "definition": definition })
}

/// One entry a resource type, its interactions and parameters gathered.
fn resources(interactions: &[Interaction]) -> Vec<Value> {
    let mut kinds: Vec<&str> = Vec::new();
    for interaction in interactions {
        if !kinds.contains(&interaction.resource) {
            kinds.push(interaction.resource);
        }
    }
    kinds
        .into_iter()
        .map(|kind| {
            let of_kind = || interactions.iter().filter(move |i| i.resource == kind);
            let codes: Vec<Value> = of_kind().map(|i| json!({ "code": i.code })).collect();
            let search: Vec<Value> = of_kind().flat_map(|i| i.search).map(parameter).collect();
            let mut resource = json!({
                "type": kind,
                "interaction": codes,
                "versioning": "no-version",
            });
            if !search.is_empty() {
                resource["searchParam"] = json!(search);
            }
            resource
        })
        .collect()
}

fn parameter(parameter: &SearchParameter) -> Value {
    json!({
        "name": parameter.name,
        "type": parameter.kind,
        "documentation": parameter.documentation,
    })
}

fn supported((mode, url): &(Mode, &'static str)) -> Value {
    let mode = match mode {
        Mode::Receiver => "receiver",
        Mode::Sender => "sender",
    };
    json!({ "mode": mode, "definition": url })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standards::bars::codes::definition;
    use crate::standards::bars::sample;
    use crate::standards::emitted;

    static SEARCH: &[SearchParameter] = &[SearchParameter {
        name: "patient:identifier",
        kind: "token",
        documentation: "NHS number",
    }];

    fn facts() -> Facts {
        let interaction = |resource, code, search| Interaction {
            resource,
            code,
            search,
        };
        Facts {
            base_url: "https://gateway.example/bars/".into(),
            date: "2026-09-01T00:00:00Z".parse().expect("an instant"),
            publisher: "Example ICB".into(),
            software_version: "0.1.0".into(),
            core_version: CoreVersion::new(1, 5, 0),
            interactions: vec![
                interaction("ServiceRequest", "read", &[]),
                interaction("MessageDefinition", "search-type", &[]),
                interaction("ServiceRequest", "search-type", SEARCH),
            ],
            operations: vec!["process-message"],
            messages: vec![
                (Mode::Receiver, definition::REQUEST_REFERRAL),
                (Mode::Receiver, definition::REQUEST_CANCELLED),
                (Mode::Sender, definition::RESPONSE_SHORT),
            ],
        }
    }

    #[test]
    fn the_statement_says_what_the_router_does() {
        let statement = render(&facts());
        sample::assert_sound(&statement);
        emitted::kept("the-statement-says-what-the-router-does", &statement);
    }

    #[test]
    fn an_interaction_that_is_not_routed_is_not_stated() {
        let mut fewer = facts();
        fewer.interactions.truncate(2);
        let resources = render(&fewer)["rest"][0]["resource"].clone();
        assert_eq!(
            resources[0]["interaction"].as_array().map(Vec::len),
            Some(1)
        );
        assert_eq!(resources[0].get("searchParam"), None);
    }
}
