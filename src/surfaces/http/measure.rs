//! Counts requests by route; never by path or query, which may name a person.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::gateway::Gateway;

/// Counts one request and the time to its answer.
pub async fn requests(
    State(gateway): State<Arc<Gateway>>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or("no-route", MatchedPath::as_str);
    let status = response.status().as_u16();
    gateway
        .telemetry()
        .request_answered(method.as_str(), route, status, started.elapsed());
    response
}
