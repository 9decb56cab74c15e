//! `GET /StructureDefinition`, `/ValueSet`, `/CodeSystem` and `/MessageDefinition/{id}`: the
//! definitions of the WorkWell profile, for whoever builds or checks a message by them.
//!
//! They say nothing of anybody, so that they are as open as `GET /metadata`.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::definitions::message_facts;
use super::{answer, read_headers, search as query_string};
use crate::gateway::Gateway;
use crate::gateway::receive::Answer;
use crate::problem::{Problem, area::header as problems};
use crate::standards::bars::headers::RequestKind;
use crate::standards::bars::message_definitions;
use crate::standards::profile::published;
use crate::surfaces::http::path_id::PathId;

/// One definition by its id.
pub(super) fn read(
    kind: &'static str,
    State(gateway): State<Arc<Gateway>>,
    map: &HeaderMap,
    PathId(id): PathId,
) -> Response {
    let headers = match read_headers(&gateway, RequestKind::Metadata, map) {
        Ok(headers) => headers,
        Err(found) => return answer::refusal(&gateway, &found),
    };
    let own = published::read(kind, &id).map(|found| found.text.to_owned());
    let national = || {
        let is_message = kind == "MessageDefinition";
        let facts = is_message.then(|| message_facts(&gateway))?;
        let target = headers.target.as_ref();
        Some(message_definitions::read(&facts, &id, target)?.to_string())
    };
    let answered = match own.or_else(national) {
        Some(text) => ok(text),
        None => gateway.refusal(&[Problem::new(&problems::DEFINITION_NOT_FOUND).at("id")]),
    };
    answer::plain(&gateway, answered)
}

/// All definitions of a type, or the one with a canonical address.
pub(super) fn search(
    kind: &'static str,
    State(gateway): State<Arc<Gateway>>,
    map: &HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    if let Err(found) = read_headers(&gateway, RequestKind::Metadata, map) {
        return answer::refusal(&gateway, &found);
    }
    let parameters = query_string::parameters(query.as_deref().unwrap_or_default());
    let url = parameters.iter().find(|(name, _)| name == "url");
    let found = published::search(kind, url.map(|(_, value)| value.trim()));
    let set = published::searchset(&gateway.settings().base_url(), &found);
    answer::plain(&gateway, ok(set))
}

fn ok(text: String) -> Answer {
    Answer {
        status: 200,
        body: text.into_bytes(),
    }
}
