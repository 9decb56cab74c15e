//! `/admin/queue`: what waits for a person, as JSON and as a page.
//!
//! For operators: it is on the admin listener only, and the caller is the operator that
//! the settings name. It names cases by their reference and never anything of a person.

mod json;
mod page;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::domain::caller::Caller;
use crate::domain::queue::QueueKind;
use crate::gateway::Gateway;
use crate::gateway::read::queue::{Filter, QueuePage};
use crate::problem::{Problem, area::queue as problems};
use crate::surfaces::http::provider::answer;

/// Entries on one page where nothing else is asked.
const PAGE: u32 = 20;

/// Nothing but our own style sheet is loaded, and nothing is run.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// The routes of the queue.
pub fn router(gateway: Arc<Gateway>) -> Router {
    Router::new()
        .route("/", get(to_the_page))
        .route("/admin", get(to_the_page))
        .route("/admin/", get(to_the_page))
        .route("/admin/queue", get(as_json))
        .route("/admin/queue.html", get(as_page))
        .route("/admin/queue.css", get(style))
        .with_state(gateway)
}

/// Whoever opens the listener in a browser looks for the queue.
async fn to_the_page() -> Redirect {
    Redirect::temporary("/admin/queue.html")
}

/// What is asked for, as it was asked and as it was understood.
struct Asked {
    kind: Option<QueueKind>,
    case: String,
    filter: Filter,
}

type Words = Query<HashMap<String, String>>;

async fn as_json(State(gateway): State<Arc<Gateway>>, Query(words): Words) -> Response {
    match look(&gateway, &words).await {
        Ok((_, page)) => {
            let body = json::document(&page, gateway.clock().now());
            let headers = [
                (header::CONTENT_TYPE, "application/json"),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (headers, body.to_string()).into_response()
        }
        Err(problem) => answer::problem(&problem),
    }
}

async fn as_page(State(gateway): State<Arc<Gateway>>, Query(words): Words) -> Response {
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    let (name, now) = (&gateway.settings().gateway.name, gateway.clock().now());
    match look(&gateway, &words).await {
        Ok((asked, page)) => {
            let view = page::View {
                gateway: name,
                page: &page,
                kind: asked.kind,
                case: &asked.case,
                now,
            };
            (headers, Html(page::render(&view))).into_response()
        }
        Err(problem) => {
            let status = axum::http::StatusCode::from_u16(problem.entry.http).unwrap_or_default();
            (status, headers, Html(page::refusal(name, &problem))).into_response()
        }
    }
}

async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, include_str!("style.css")).into_response()
}

async fn look(
    gateway: &Gateway,
    words: &HashMap<String, String>,
) -> Result<(Asked, QueuePage), Problem> {
    let caller = Caller::Operator(gateway.settings().gateway.operator.clone());
    let mut asked = read(words)?;
    if !asked.case.is_empty() {
        match gateway.case_id_of(&caller, &asked.case).await? {
            Some(id) => asked.filter.case_id = Some(id),
            None => return Ok((asked, QueuePage::default())),
        }
    }
    let page = gateway.queue_page(&caller, &asked.filter).await?;
    Ok((asked, page))
}

/// An empty parameter is one that was left out: a form sends every field.
fn read(words: &HashMap<String, String>) -> Result<Asked, Problem> {
    let word = |name: &str| {
        let found = words.get(name).map(|word| word.trim());
        found.filter(|word| !word.is_empty())
    };
    let fault = |name: &'static str| Problem::new(&problems::BAD_FILTER).at(name);
    let kind = word("kind")
        .map(|word| QueueKind::from_code(word).ok_or_else(|| fault("kind")))
        .transpose()?;
    let after = word("after")
        .map(|word| word.parse::<i64>().map_err(|_| fault("after")))
        .transpose()?;
    let limit = word("limit").map_or(Some(PAGE), |word| word.parse::<u32>().ok());
    let limit = limit
        .filter(|limit| (1..=100).contains(limit))
        .ok_or_else(|| fault("limit"))?;
    Ok(Asked {
        kind,
        case: word("case").unwrap_or_default().to_owned(),
        filter: Filter {
            kind,
            after,
            limit,
            ..Filter::default()
        },
    })
}
