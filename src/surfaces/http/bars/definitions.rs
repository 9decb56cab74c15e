//! `GET /metadata` and `GET /MessageDefinition`: what this service is and takes.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::routes::{Does, ROUTES};
use super::{answer, published, read_headers, search};
use crate::gateway::Gateway;
use crate::gateway::receive::Answer;
use crate::standards::bars::capability::{self, Interaction, Mode};
use crate::standards::bars::codes::definition;
use crate::standards::bars::headers::RequestKind;
use crate::standards::bars::message_definitions;

pub(super) async fn metadata(State(gateway): State<Arc<Gateway>>, map: HeaderMap) -> Response {
    if let Err(found) = read_headers(&gateway, RequestKind::Metadata, &map) {
        return answer::refusal(&gateway, &found);
    }
    let body = capability::render(&capability_facts(&gateway));
    let answered = Answer {
        status: 200,
        body: body.to_string().into_bytes(),
    };
    answer::plain(&gateway, answered)
}

fn capability_facts(gateway: &Gateway) -> capability::Facts {
    let settings = gateway.settings();
    let interactions: Vec<Interaction> = ROUTES
        .iter()
        .filter_map(|route| match route.does {
            Does::Read(resource) => Some(Interaction {
                resource,
                code: "read",
                search: &[],
            }),
            Does::Search(resource, search) => Some(Interaction {
                resource,
                code: "search-type",
                search,
            }),
            Does::TellCapabilities | Does::ProcessMessage => None,
        })
        .collect();
    let operations = ROUTES
        .iter()
        .filter(|route| matches!(route.does, Does::ProcessMessage));
    capability::Facts {
        base_url: settings.base_url(),
        date: gateway.started(),
        publisher: settings.gateway.name.clone(),
        software_version: env!("CARGO_PKG_VERSION").to_owned(),
        core_version: gateway.reading().headers.core_version,
        interactions,
        operations: operations.map(|_| "process-message").collect(),
        messages: vec![
            (Mode::Receiver, definition::REQUEST_REFERRAL),
            (Mode::Receiver, definition::REQUEST_CANCELLED),
            (Mode::Sender, definition::RESPONSE_SHORT),
        ],
    }
}

pub(super) async fn search(
    State(gateway): State<Arc<Gateway>>,
    map: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let parameters = search::parameters(query.as_deref().unwrap_or_default());
    if parameters.iter().any(|(name, _)| name == "url") {
        return published::search("MessageDefinition", State(gateway), &map, RawQuery(query));
    }
    if let Err(found) = read_headers(&gateway, RequestKind::Read, &map) {
        return answer::refusal(&gateway, &found);
    }
    let contexts: Vec<&str> = parameters
        .iter()
        .filter(|(name, _)| name == "context")
        .map(|(_, value)| value.as_str())
        .collect();
    let facts = message_facts(&gateway);
    let answered = match message_definitions::search(&facts, &contexts) {
        Ok(set) => Answer {
            status: 200,
            body: set.to_string().into_bytes(),
        },
        Err(found) => gateway.refusal(&found),
    };
    answer::plain(&gateway, answered)
}

/// What our copies of the national MessageDefinitions are made from.
pub(super) fn message_facts(gateway: &Gateway) -> message_definitions::Facts {
    let settings = gateway.settings();
    message_definitions::Facts {
        base_url: settings.base_url(),
        services: gateway.reading().body.services.clone(),
        date: gateway.started().to_zoned(jiff::tz::TimeZone::UTC).date(),
        publisher: settings.gateway.name.clone(),
    }
}
