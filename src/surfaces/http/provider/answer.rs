//! Answers of the provider API: JSON, and `application/problem+json` (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Problem, area::header as header_problems};

/// A refusal.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProblemBody {
    /// A page about this kind of refusal, by its code.
    #[serde(rename = "type")]
    kind: String,
    /// A few words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// The stable code, `WW-PRV-003`.
    code: &'static str,
    /// What it means and what was found.
    detail: String,
    /// What to do about it.
    advice: &'static str,
    /// The header, parameter or member it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// Everything else that was found in the same request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    others: Vec<OtherFault>,
}

/// One more fault of the same request.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OtherFault {
    /// The stable code.
    code: &'static str,
    /// What it means and what was found.
    detail: String,
    /// What to do about it.
    advice: &'static str,
    /// The member it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
}

/// Renders a refusal.
pub(in crate::surfaces::http) fn problem(found: &Problem) -> Response {
    rendered(found, &[])
}

/// Renders everything that was found: the first decides the status.
pub(super) fn problems(found: &[Problem]) -> Response {
    match found.split_first() {
        Some((first, others)) => rendered(first, others),
        None => problem(&Problem::new(&header_problems::INTERNAL)),
    }
}

fn detail_of(found: &Problem) -> String {
    match &found.detail {
        Some(detail) => format!("{} Found: {detail}.", found.entry.meaning),
        None => found.entry.meaning.to_owned(),
    }
}

fn rendered(found: &Problem, others: &[Problem]) -> Response {
    let entry = found.entry;
    let detail = detail_of(found);
    let others = others.iter().map(|other| OtherFault {
        code: other.entry.code,
        detail: detail_of(other),
        advice: other.entry.advice,
        pointer: other.path.clone(),
    });
    let body = ProblemBody {
        kind: format!("https://workwell-gateway.example/problems/{}", entry.code),
        title: entry.title,
        status: entry.http,
        code: entry.code,
        detail,
        advice: entry.advice,
        pointer: found.path.clone(),
        others: others.collect(),
    };
    let status = StatusCode::from_u16(entry.http).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, axum::Json(body)).into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    if entry.http == 503 {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    if entry.http == 401 {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// A good answer, or the refusal.
pub(super) fn json<T: Serialize>(result: Result<T, Problem>) -> Response {
    match result {
        Ok(body) => {
            let mut response = axum::Json(body).into_response();
            // Personal data: no cache on the way may keep it.
            response
                .headers_mut()
                .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(found) => problem(&found),
    }
}
