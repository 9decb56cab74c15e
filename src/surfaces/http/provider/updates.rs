//! `POST /provider/v1/cases/{id}/updates` and `/acknowledge`.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::members::{self, Member};
use super::{Api, answer, cases};
use crate::domain::status::Status;
use crate::gateway::feed_back::{FedBack, Report, TimedBy};
use crate::gateway::sha256;
use crate::problem::{Problem, area::provider_api as problems};
use crate::surfaces::http::path_id::PathId;

/// The longest body of an update, in bytes.
pub(super) const MOST_BYTES: usize = 16 * 1024;

/// The members of an update.
const MEMBERS: &[Member] = &[
    Member::needed("status", "a text"),
    Member::needed("occurred_at", "a text"),
    Member::optional("sequence", "a whole number"),
];

/// A status in the provider's own word.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewUpdate {
    /// A word of the provider's status table.
    status: String,
    /// When it happened (RFC 3339, with its offset); an older one than the last goes to history
    /// only. Not more than ten minutes ahead of now, nor before the case was received.
    occurred_at: String,
    /// The provider's own per-case sequence, where it keeps one.
    #[serde(default)]
    sequence: Option<u64>,
}

/// What the update did.
#[derive(Serialize, ToSchema)]
pub(super) struct Updated {
    /// Where the case stands now (canonical word).
    status: &'static str,
    /// `moved`, `history` (too late, kept) or `unchanged`.
    outcome: &'static str,
}

impl From<FedBack> for Updated {
    fn from(done: FedBack) -> Self {
        Self {
            status: done.status.code(),
            outcome: done.outcome,
        }
    }
}

pub(super) async fn post(
    State(api): State<Api>,
    headers: HeaderMap,
    PathId(id): PathId,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    answer::json(take_update(&api, &headers, &id, body).await)
}

async fn take_update(
    api: &Api,
    headers: &HeaderMap,
    id: &str,
    body: Result<Bytes, BytesRejection>,
) -> Result<Updated, Problem> {
    let caller = api.tokens.caller(headers)?;
    let case_id = cases::case_id(id)?;
    let client_key = client_key(headers)?;
    // The framework's own limit lies above ours, and its refusal is no problem document.
    let body = body.map_err(|_| too_long())?;
    let update = read(&body)?;
    let occurred_at = read_time(&update.occurred_at)?;
    let report = Report {
        word: update.status,
        occurred_at,
        timed_by: TimedBy::Provider,
        sequence: update.sequence,
        client_key,
        body_hash: sha256(&body),
    };
    api.gateway
        .feed_back(&caller, case_id, report)
        .await
        .map(Updated::from)
}

pub(super) async fn acknowledge(
    State(api): State<Api>,
    headers: HeaderMap,
    PathId(id): PathId,
) -> Response {
    answer::json(take_acknowledgement(&api, &headers, &id).await)
}

/// The plain form of the first report: a person has seen it. Repeating it changes nothing.
async fn take_acknowledgement(
    api: &Api,
    headers: &HeaderMap,
    id: &str,
) -> Result<Updated, Problem> {
    let caller = api.tokens.caller(headers)?;
    let case_id = cases::case_id(id)?;
    api.gateway
        .acknowledge(&caller, case_id)
        .await
        .map(Updated::from)
}

pub(super) fn client_key(headers: &HeaderMap) -> Result<String, Problem> {
    let key = headers
        .get("Idempotency-Key")
        .and_then(|value| value.to_str().ok())
        .map(str::trim);
    key.filter(|key| (1..=100).contains(&key.len()))
        .filter(|key| key.bytes().all(|byte| byte.is_ascii_graphic()))
        // Reports that the gateway makes itself have keys of their own beside these.
        .map(|key| format!("key:{key}"))
        .ok_or_else(|| {
            Problem::new(&problems::BAD_REQUEST)
                .at("Idempotency-Key")
                .with("a key of 1 to 100 visible characters, new for each new report, is expected")
        })
}

pub(super) fn too_long() -> Problem {
    Problem::new(&problems::BAD_REQUEST)
        .at("body")
        .with(format!(
            "the body is longer than {MOST_BYTES} bytes or broke off"
        ))
}

fn read(body: &[u8]) -> Result<NewUpdate, Problem> {
    let bad = |what: String| Problem::new(&problems::BAD_REQUEST).at("body").with(what);
    if body.len() > MOST_BYTES {
        return Err(too_long());
    }
    serde_json::from_slice(body).map_err(|error| {
        // The library's text can quote a value; position and kind cannot.
        bad(format!(
            "not an update (line {}, column {}): {}",
            error.line(),
            error.column(),
            members::amiss(body, MEMBERS).unwrap_or_else(|| {
                "an object with status, occurred_at and, if kept, sequence is expected".to_owned()
            })
        ))
    })
}

fn read_time(text: &str) -> Result<Timestamp, Problem> {
    text.parse().map_err(|_| {
        Problem::new(&problems::BAD_REQUEST)
            .at("occurred_at")
            .with("a time with an offset is expected (RFC 3339)")
    })
}

/// Every canonical status that a provider may report, for the description.
pub(super) fn reportable() -> Vec<&'static str> {
    Status::ALL
        .iter()
        .filter(|status| status.is_providers_to_report())
        .map(|s| s.code())
        .collect()
}
