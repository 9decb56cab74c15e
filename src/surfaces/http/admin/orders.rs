//! Orders of an operator: `POST /admin/reload` and `POST /admin/cases/{case}/redecide`; and
//! what needs the same token to be read: `GET /admin/unmapped`, which opens cases, and
//! `GET /admin/audit`.
//!
//! What is read on this listener needs no token, because it says nothing of a person and
//! the listener stays inside. An order needs one: a page in a browser of the same machine
//! can send a POST, but not this header. Without a token in the settings nobody gives one.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::audit;
use crate::domain::caller::Caller;
use crate::gateway::Gateway;
use crate::gateway::redecide::Order;
use crate::gateway::tables::{Now, Reloaded};
use crate::problem::{Problem, area::operator as problems};
use crate::surfaces::as_json;
use crate::surfaces::http::bearer;
use crate::surfaces::http::path_id::PathId;
use crate::surfaces::http::provider::answer;

/// Longest order, in bytes.
const LONGEST: usize = 4 * 1024;

/// The routes that give orders. `token` is the SHA-256 digest of the token.
pub fn router(gateway: Arc<Gateway>, token: Option<[u8; 32]>) -> Router {
    Router::new()
        .route("/admin/reload", post(reload))
        .route("/admin/cases/{case}/redecide", post(redecide))
        .route("/admin/unmapped", get(unmapped))
        .route("/admin/audit", get(audit::log))
        .layer(DefaultBodyLimit::max(LONGEST))
        .with_state(Orders { gateway, token })
}

/// Who may give orders, and to which gateway.
#[derive(Clone)]
pub(super) struct Orders {
    pub(super) gateway: Arc<Gateway>,
    token: Option<[u8; 32]>,
}

impl Orders {
    /// The operator that the settings name, where the token is right.
    pub(super) fn caller(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        let Some(token) = self.token else {
            return Err(Problem::new(&problems::ADMIN_CLOSED));
        };
        if bearer::presented(headers) != Some(token) {
            return Err(bearer::refused(
                Problem::new(&problems::ADMIN_TOKEN),
                headers,
            ));
        }
        let operator = self.gateway.settings().gateway.operator.clone();
        Ok(Caller::Operator(operator))
    }
}

async fn reload(State(orders): State<Orders>, headers: HeaderMap) -> Response {
    let done = match orders.caller(&headers) {
        Ok(caller) => orders.gateway.reload_tables(&caller).await,
        Err(problem) => Err(problem),
    };
    answered(done.map(|done| reloaded(&done)))
}

/// Who decides again, and why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    by: String,
    why: String,
}

async fn redecide(
    State(orders): State<Orders>,
    PathId(case): PathId,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answered(decided(&orders, &case, &headers, &body).await)
}

async fn decided(
    orders: &Orders,
    case: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Value, Problem> {
    let caller = orders.caller(headers)?;
    // The reader's words could quote what was sent: they are not passed on.
    let wanted: Wanted = serde_json::from_slice(body)
        .map_err(|_| Problem::new(&problems::ADMIN_BODY).with("by, why"))?;
    let found = orders.gateway.case_id_of(&caller, case).await?;
    let id = found.ok_or_else(|| Problem::new(&problems::NO_SUCH_CASE))?;
    let order = Order {
        by: wanted.by,
        why: wanted.why,
    };
    let done = orders.gateway.redecide(id, &order).await?;
    Ok(as_json::decision(&id.to_string(), &done))
}

async fn unmapped(State(orders): State<Orders>, headers: HeaderMap) -> Response {
    answered(unmapped_codes(&orders, &headers).await)
}

async fn unmapped_codes(orders: &Orders, headers: &HeaderMap) -> Result<Value, Problem> {
    let caller = orders.caller(headers)?;
    let found = orders.gateway.unmapped(&caller).await?;
    let groups = orders.gateway.codes_in_no_group(&caller).await?;
    let lists = found.iter().map(|one| {
        json!({
            "provider": one.provider,
            "list": one.list,
            "field": one.field,
            "cases": one.cases.len(),
            "codes": one.codes,
            "notShown": one.not_shown,
        })
    });
    Ok(json!({
        "lists": lists.collect::<Vec<Value>>(),
        "conditionGroups": {
            "cases": groups.cases.len(),
            "codes": groups.codes,
            "notShown": groups.not_shown,
        },
    }))
}

fn reloaded(done: &Reloaded) -> Value {
    json!({
        "outcome": done.outcome(),
        "changed": done.changed,
        "keptAreas": done.kept_areas,
        "areasNotUsed": done.areas_not_used,
        "conditionGroups": {
            "standing": done.condition_groups.standing.code(),
            "changed": done.groups_changed,
            "codes": done.condition_groups.codes,
            "digest": done.condition_groups.digest,
        },
        "providers": done.providers.iter().map(provider).collect::<Vec<Value>>(),
        "findings": done.problems.iter().map(as_json::finding).collect::<Vec<Value>>(),
    })
}

fn provider(now: &Now) -> Value {
    let (version, digest) = now.tables.clone().unzip();
    json!({
        "area": now.area,
        "provider": now.slug,
        "standing": now.standing.code(),
        "version": version,
        "digest": digest,
        "findings": now.problems.iter().map(as_json::finding).collect::<Vec<Value>>(),
    })
}

fn answered(result: Result<Value, Problem>) -> Response {
    match result {
        Ok(body) => {
            let headers = [
                (header::CONTENT_TYPE, "application/json"),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (StatusCode::OK, headers, body.to_string()).into_response()
        }
        Err(problem) => answer::problem(&problem),
    }
}
