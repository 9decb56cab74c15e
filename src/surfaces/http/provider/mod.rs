//! The API for local providers, `/provider/v1`.
//!
//! | verb | path | what |
//! |---|---|---|
//! | GET | `/provider/v1/cases` | one's own cases, in the order of their release |
//! | GET | `/provider/v1/cases/{id}` | one case; for a provider that polls, this is the delivery |
//! | POST | `/provider/v1/cases/{id}/acknowledge` | a person has seen it |
//! | POST | `/provider/v1/cases/{id}/updates` | a status, in the provider's own word |
//! | POST | `/provider/v1/cases/{id}/refer-on` | the person goes on to a partner, with their consent |
//! | GET | `/provider/v1/openapi.json` | this API as OpenAPI 3.1 |

pub(super) mod answer;
mod cases;
mod identity;
mod members;
pub mod openapi;
mod refer_on;
mod updates;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::gateway::Gateway;
use crate::problem::{Problem, area::provider_api as problems};
pub use identity::Tokens;

/// What every handler of this API needs.
#[derive(Clone)]
pub(crate) struct Api {
    gateway: Arc<Gateway>,
    tokens: Arc<Tokens>,
}

/// The router of the provider listener.
pub fn router(gateway: Arc<Gateway>, tokens: Tokens) -> Router {
    let api = Api {
        gateway: Arc::clone(&gateway),
        tokens: Arc::new(tokens),
    };
    Router::new()
        .route("/provider/v1/cases", get(cases::list))
        // Reading a case can be its delivery: whoever asks for the head alone has not read it,
        // and a link checker or a proxy asks so (RFC 9110, 9.2.1: HEAD is safe).
        .route("/provider/v1/cases/{id}", get(cases::read).head(no_head))
        .route(
            "/provider/v1/cases/{id}/acknowledge",
            post(updates::acknowledge),
        )
        .route("/provider/v1/cases/{id}/updates", post(updates::post))
        .route("/provider/v1/cases/{id}/refer-on", post(refer_on::post))
        .route("/provider/v1/openapi.json", get(description))
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_verb)
        .layer(from_fn_with_state(gateway, super::measure::requests))
        .with_state(api)
}

async fn description() -> Response {
    axum::Json(openapi::document()).into_response()
}

async fn nothing_here(State(_): State<Api>) -> Response {
    answer::problem(&Problem::new(&problems::NO_SUCH_ROUTE))
}

async fn no_head() -> Response {
    let mut response = answer::problem(&Problem::new(&problems::WRONG_VERB));
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, HeaderValue::from_static("GET"));
    response
}

async fn wrong_verb(State(_): State<Api>) -> Response {
    answer::problem(&Problem::new(&problems::WRONG_VERB))
}
