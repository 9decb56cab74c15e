//! The BaRS Receiver (BaRS Core 1.5.0, endpoints).
//!
//! | verb | path | what |
//! |---|---|---|
//! | GET | `/metadata` | CapabilityStatement, made from the table below |
//! | GET | `/MessageDefinition` | what one service takes, by `context`; ours by `url` |
//! | GET | `/MessageDefinition/{id}` | one of those |
//! | GET | `/StructureDefinition`, `/ValueSet`, `/CodeSystem` | the WorkWell definitions, all or by `url` |
//! | GET | the same with `/{id}` | one of them |
//! | POST | `/$process-message` | everything that writes |
//! | GET | `/ServiceRequest/{id}` | one referral, current status |
//! | GET | `/ServiceRequest` | search: NHS number, demographics or identifier |
//!
//! Everything else is 501; a wrong verb on a known path is 405 with `Allow`.

mod answer;
mod definitions;
mod message;
mod published;
mod referrals;
mod routes;
mod search;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

use crate::gateway::Gateway;
use crate::problem::{Problem, area::header as problems};
use crate::standards::bars::headers::{self, Headers, RequestKind};
use crate::surfaces::http::once;
pub(crate) use routes::ROUTES;

/// The router of the BaRS listener.
pub fn router(gateway: Arc<Gateway>) -> Router {
    let router = ROUTES.iter().fold(Router::new(), |router, route| {
        router.route(route.path, route.handler())
    });
    router
        .fallback(not_implemented)
        .method_not_allowed_fallback(wrong_verb)
        .layer(from_fn_with_state(Arc::clone(&gateway), guard))
        .layer(from_fn_with_state(
            Arc::clone(&gateway),
            super::measure::requests,
        ))
        .with_state(gateway)
}

/// Echoes the ids whatever happens, and answers in time whatever happens: work that
/// takes longer goes on to its end, and the sender, who repeats the same ids, is told
/// what came of it (BaRS non-functional requirements: all answers within 5 s).
async fn guard(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    let received = request.headers().clone();
    let limit = gateway.settings().bars.limits.time_limit;
    let work = tokio::spawn(next.run(request));
    let response = match tokio::time::timeout(limit, work).await {
        Ok(Ok(response)) => response,
        Ok(Err(_panicked)) => answer::refusal(&gateway, &[Problem::new(&problems::INTERNAL)]),
        Err(_elapsed) => answer::refusal(&gateway, &[Problem::new(&problems::TIMEOUT)]),
    };
    let mut response = answer::in_asked_format(&gateway, &received, response).await;
    answer::echo_ids(&received, response.headers_mut());
    response
}

async fn not_implemented(State(gateway): State<Arc<Gateway>>) -> Response {
    answer::refusal(&gateway, &[Problem::new(&problems::NOT_IMPLEMENTED)])
}

async fn wrong_verb(State(gateway): State<Arc<Gateway>>, method: Method) -> Response {
    // A verb of the sender's own making is whatever it typed.
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
        Method::CONNECT,
    ];
    let verb = known.iter().find(|known| **known == method);
    let verb = verb.map_or("another one", Method::as_str);
    let found = Problem::new(&problems::WRONG_VERB).with(format!("the verb was {verb}"));
    answer::refusal(&gateway, &[found])
}

/// Reads the headers of a request; nothing of the body has been looked at.
fn read_headers(
    gateway: &Gateway,
    kind: RequestKind,
    map: &HeaderMap,
) -> Result<Headers, Vec<Problem>> {
    let read = headers::read(kind, &gateway.reading().headers, &|name| {
        map.get(name).and_then(|value| value.to_str().ok())
    });
    let mut twice = once::faults(map);
    if twice.is_empty() {
        return read;
    }
    // What else is wrong is told too, but not of the one of two that came first.
    let others = read.err().unwrap_or_default();
    let is_told = |other: &Problem| !twice.iter().any(|fault| fault.path == other.path);
    let others: Vec<Problem> = others.into_iter().filter(is_told).collect();
    twice.extend(others);
    Err(twice)
}
