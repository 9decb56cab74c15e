//! Answers of the BaRS listener: FHIR, in the format that was asked for.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::gateway::Gateway;
use crate::gateway::receive::Answer;
use crate::problem::{Problem, area::header as problems};
use crate::standards::bars::headers::{self, Format, Headers};
use crate::standards::fhir::xml;
use crate::surfaces::http::once;

/// The longest answer that is made XML, in bytes. Nothing of ours comes near this; the
/// codec refuses longer texts by itself.
const XML_CAP: usize = 16 * 1024 * 1024;

/// Renders a refusal as JSON; used where the headers could not be read.
/// [`in_asked_format`] makes XML of it where that was asked for.
pub(super) fn refusal(gateway: &Gateway, found: &[Problem]) -> Response {
    json(gateway, gateway.refusal(found))
}

/// Renders an answer as JSON; used where the headers could not be read.
pub(super) fn plain(gateway: &Gateway, answer: Answer) -> Response {
    json(gateway, answer)
}

/// Renders an answer in the format that the caller accepts.
pub(super) async fn accepted(gateway: &Gateway, headers: &Headers, answer: Answer) -> Response {
    if headers.accept.format != Format::Xml {
        return json(gateway, answer);
    }
    let status = answer.status;
    let converted =
        tokio::task::spawn_blocking(move || xml::from_json(&answer.body, XML_CAP)).await;
    match converted {
        Ok(Ok(bytes)) => response_of(
            status,
            bytes,
            &content_type("application/fhir+xml", gateway),
        ),
        _ => refusal(gateway, &[Problem::new(&problems::INTERNAL)]),
    }
}

fn json(gateway: &Gateway, answer: Answer) -> Response {
    response_of(
        answer.status,
        answer.body,
        &content_type("application/fhir+json", gateway),
    )
}

fn content_type(media: &str, gateway: &Gateway) -> String {
    format!("{media}; version={}", gateway.settings().bars.core_version)
}

fn response_of(status: u16, body: Vec<u8>, content_type: &str) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let map = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(content_type) {
        map.insert(header::CONTENT_TYPE, value);
    }
    map.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if matches!(status, 425 | 429 | 503) {
        map.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

/// A refusal made before the headers were read as a whole, in the format that `Accept`
/// asks for as far as it can be read.
pub(super) async fn in_asked_format(
    gateway: &Gateway,
    received: &HeaderMap,
    response: Response,
) -> Response {
    let lookup = |name: &str| received.get(name).and_then(|value| value.to_str().ok());
    let is_json = |value: &HeaderValue| value.as_bytes().starts_with(b"application/fhir+json");
    let written = response.headers().get(header::CONTENT_TYPE);
    if headers::answer_format(&lookup) != Format::Xml || !written.is_some_and(is_json) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, XML_CAP).await else {
        return refusal(gateway, &[Problem::new(&problems::INTERNAL)]);
    };
    let converted = tokio::task::spawn_blocking(move || xml::from_json(&bytes, XML_CAP)).await;
    let Ok(Ok(bytes)) = converted else {
        return refusal(gateway, &[Problem::new(&problems::INTERNAL)]);
    };
    let media = content_type("application/fhir+xml", gateway);
    let mut written = response_of(parts.status.as_u16(), bytes, &media);
    if let Some(allow) = parts.headers.get(header::ALLOW) {
        written.headers_mut().insert(header::ALLOW, allow.clone());
    }
    written
}

/// X-Request-Id and X-Correlation-Id are echoed at all times where possible (BaRS Core
/// 1.5.0, HTTP response headers). Of two different ones neither is the request's.
pub(super) fn echo_ids(received: &HeaderMap, answer: &mut HeaderMap) {
    let lookup = |name: &str| {
        let value = received.get(name).and_then(|value| value.to_str().ok());
        value.filter(|_| !once::stands_twice(received, name))
    };
    let (request, correlation) = headers::echo(&lookup);
    for (name, value) in [
        (headers::REQUEST_ID, request),
        (headers::CORRELATION_ID, correlation),
    ] {
        let pair = value.and_then(|value| {
            let name: header::HeaderName = name.parse().ok()?;
            Some((name, HeaderValue::from_str(value).ok()?))
        });
        if let Some((name, value)) = pair {
            answer.insert(name, value);
        }
    }
}
