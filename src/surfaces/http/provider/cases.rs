//! `GET /provider/v1/cases` and `GET /provider/v1/cases/{id}`.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Api, answer};
use crate::domain::identifiers::CaseId;
use crate::domain::status::Status;
use crate::gateway::collect::{Collected, Onward};
use crate::problem::{Problem, area::provider_api as problems};
use crate::surfaces::http::path_id::PathId;

/// One page of a provider's cases.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseList {
    /// The cases, in the order of their release to this provider.
    cases: Vec<CaseItem>,
    /// Where to go on, on an empty page too; keep it and poll with it for what is new. It is
    /// opaque. When the gateway's store was put back from a backup it is refused with
    /// `WW-PRV-010`: list from the start then, without a cursor.
    next: String,
    /// Whether there is more right now.
    more: bool,
}

/// A case in a list: nothing of the person.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseItem {
    /// The gateway's id of the case.
    id: String,
    /// What people say on the telephone.
    reference: String,
    /// Where it stands (canonical word).
    status: &'static str,
    /// When the referral came (RFC 3339).
    received_at: String,
    /// When the case last changed (RFC 3339).
    updated_at: String,
    /// Grows with every change of the case.
    revision: u32,
}

/// A case as its provider reads it.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseView {
    /// The gateway's id of the case.
    id: String,
    /// What people say on the telephone.
    reference: String,
    /// Where it stands (canonical word).
    status: &'static str,
    /// Version of the referral in the payload, from 1.
    version: u32,
    /// Who holds the person now: `referrer`, `gateway-operator` or `provider`.
    responsible: &'static str,
    /// Media type of the payload.
    payload_type: String,
    /// The fields that this provider's table names, in its own words; null when the
    /// referral was stopped before it was read, has not left yet over the provider's own
    /// channel, or the agreement has ended.
    #[schema(value_type = Option<Object>)]
    payload: Option<Value>,
    /// What happened to the case.
    history: Vec<HistoryItem>,
    /// The partners to whom you referred the person on from this case.
    referred_on: Vec<OnwardItem>,
    /// Your other cases of the same person, earlier and later, the oldest first: their ids.
    linked_cases: Vec<String>,
}

/// A case at a partner, as far as the partner's table lets you see it.
#[derive(Serialize, ToSchema)]
pub(super) struct OnwardItem {
    /// The gateway's id of the partner's case.
    id: String,
    /// What people say on the telephone.
    reference: String,
    /// The partner, by the name of its folder.
    partner: String,
    /// Where it stands (canonical word), as far as the partner lets be seen.
    status: &'static str,
    /// Since when (RFC 3339).
    since: String,
    /// Why it ended (canonical word), where the partner lets that be seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// One event of a case.
#[derive(Serialize, ToSchema)]
pub(super) struct HistoryItem {
    /// Position in the history, from 1.
    sequence: u32,
    /// When it happened (RFC 3339).
    occurred_at: String,
    /// What happened.
    kind: String,
    /// Where the case stood after it.
    status: &'static str,
    /// The provider's own word, where it reported one.
    #[serde(skip_serializing_if = "Option::is_none")]
    word: Option<String>,
}

/// What a list may be asked for.
#[derive(Default)]
struct Query {
    cursor: Option<String>,
    limit: Option<usize>,
    status: Option<Status>,
}

fn read_query(text: Option<&str>) -> Result<Query, Problem> {
    let mut query = Query::default();
    let bad = |name: &str, what: &str| {
        Problem::new(&problems::BAD_REQUEST)
            .at(name.to_owned())
            .with(what.to_owned())
    };
    for (name, value) in form_urlencoded::parse(text.unwrap_or_default().as_bytes()) {
        match name.as_ref() {
            // Nothing to go on from is the start.
            "cursor" => query.cursor = Some(value.into_owned()).filter(|text| !text.is_empty()),
            "limit" => {
                let limit = value.parse().ok().filter(|limit| *limit > 0);
                let limit = limit.ok_or_else(|| bad("limit", "a whole number from 1 is expected"));
                query.limit = Some(limit?);
            }
            "status" => {
                let known = Status::from_code(&value);
                query.status = Some(known.ok_or_else(|| bad("status", &no_such_status()))?);
            }
            _ => return Err(bad("query", "the parameters are cursor, limit and status")),
        }
    }
    Ok(query)
}

fn no_such_status() -> String {
    let words: Vec<&str> = Status::ALL.iter().map(|status| status.code()).collect();
    format!("no such canonical status; they are {}", words.join(", "))
}

pub(super) async fn list(
    State(api): State<Api>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    answer::json(list_cases(&api, &headers, query.as_deref()).await)
}

async fn list_cases(
    api: &Api,
    headers: &HeaderMap,
    query: Option<&str>,
) -> Result<CaseList, Problem> {
    let caller = api.tokens.caller(headers)?;
    let query = read_query(query)?;
    let page = api
        .gateway
        .list_cases(&caller, query.cursor.as_deref(), query.limit, query.status)
        .await?;
    let cases = page
        .cases
        .iter()
        .map(|row| CaseItem {
            id: row.id.to_string(),
            reference: row.reference.to_string(),
            status: row.status.code(),
            received_at: row.received_at.to_string(),
            updated_at: row.updated_at.to_string(),
            revision: row.revision,
        })
        .collect();
    Ok(CaseList {
        cases,
        next: page.next.to_string(),
        more: page.more,
    })
}

pub(super) async fn read(
    State(api): State<Api>,
    headers: HeaderMap,
    PathId(id): PathId,
) -> Response {
    answer::json(read_case(&api, &headers, &id).await)
}

async fn read_case(api: &Api, headers: &HeaderMap, id: &str) -> Result<CaseView, Problem> {
    let caller = api.tokens.caller(headers)?;
    let collected = api.gateway.collect(&caller, case_id(id)?).await?;
    Ok(view(collected))
}

/// A malformed id is no case of anybody's: the same answer as for an unknown one.
pub(super) fn case_id(text: &str) -> Result<CaseId, Problem> {
    text.parse()
        .map_err(|_| Problem::new(&problems::NO_SUCH_CASE))
}

/// A payload that is JSON as itself, any other as its text.
fn payload(content_type: &str, bytes: &[u8]) -> Option<serde_json::Value> {
    if content_type.starts_with("text/") {
        let text = String::from_utf8_lossy(bytes).into_owned();
        return Some(serde_json::Value::String(text));
    }
    serde_json::from_slice(bytes).ok()
}

fn view(found: Collected) -> CaseView {
    let payload = found
        .payload
        .and_then(|bytes| payload(&found.content_type, &bytes));
    let history = found
        .history
        .into_iter()
        .map(|row| HistoryItem {
            sequence: row.seq,
            occurred_at: row.event.occurred_at.to_string(),
            kind: row.event.kind,
            status: row.event.status.code(),
            word: row.event.provider_word,
        })
        .collect();
    CaseView {
        id: found.row.id.to_string(),
        reference: found.row.reference.to_string(),
        status: found.row.status.code(),
        version: found.version,
        responsible: found.row.responsible.kind(),
        payload_type: found.content_type,
        payload,
        history,
        referred_on: found.onward.into_iter().map(onward).collect(),
        linked_cases: found.linked.iter().map(ToString::to_string).collect(),
    }
}

fn onward(found: Onward) -> OnwardItem {
    OnwardItem {
        id: found.id.to_string(),
        reference: found.reference.to_string(),
        partner: found.partner,
        status: found.status.code(),
        since: found.since.to_string(),
        reason: found.reason,
    }
}
