//! Answers of the BaRS listener: FHIR, in the format that was asked for.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use uuid::Uuid;

use crate::gateway::Gateway;
use crate::gateway::receive::Answer;
use crate::problem::{Problem, area::header as problems};
use crate::standards::bars::headers::{self, Format};
use crate::standards::fhir::xml;
use crate::surfaces::http::once;

/// The longest answer that is made XML, in bytes. Nothing of ours comes near this; the
/// codec refuses longer texts by itself.
const XML_CAP: usize = 16 * 1024 * 1024;

/// The longest time that an answer may take to be made XML: what was asked for in time is
/// answered in time (BaRS non-functional requirements: all answers within 5 s).
const XML_TIME: Duration = Duration::from_secs(3);

/// Renders a refusal as JSON, of which [`in_asked_format`] makes XML where that was asked
/// for.
pub(super) fn refusal(gateway: &Gateway, found: &[Problem]) -> Response {
    plain(gateway, gateway.refusal(found))
}

/// Renders an answer as JSON, of which [`in_asked_format`] makes XML where that was asked
/// for.
pub(super) fn plain(gateway: &Gateway, answer: Answer) -> Response {
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
    set_content_type(map, content_type);
    map.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if matches!(status, 425 | 429 | 503) {
        map.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

fn set_content_type(headers: &mut HeaderMap, content_type: &str) {
    if let Ok(value) = HeaderValue::from_str(content_type) {
        headers.insert(header::CONTENT_TYPE, value);
    }
}

/// The answer in the format that `Accept` asks for, as far as it can be read. What cannot be
/// written as XML stays JSON with its status: by now the request may have been carried out,
/// and an answer in the other format tells that, where a failure would deny it.
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
    let (mut parts, body) = response.into_parts();
    // The body lies in memory: there is nothing on the way to it that could fail.
    let json = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let body = match as_xml(json.clone()).await {
        Ok(xml) => {
            set_content_type(
                &mut parts.headers,
                &content_type("application/fhir+xml", gateway),
            );
            Body::from(xml)
        }
        Err(place) => {
            let (request, correlation) = headers::echo(&lookup);
            // Whatever else stands in these headers could be a datum.
            let id = |value: Option<&str>| value.and_then(|text| text.parse::<Uuid>().ok());
            tracing::warn!(
                error.code = problems::NOT_WRITTEN_AS_XML.code,
                status = parts.status.as_u16(),
                path = place,
                request.id = id(request).map(tracing::field::display),
                correlation.id = id(correlation).map(tracing::field::display),
                "the answer could not be written as XML and was given as JSON"
            );
            Body::from(json)
        }
    };
    Response::from_parts(parts, body)
}

/// The answer as XML, or the path of what XML cannot hold.
async fn as_xml(json: Bytes) -> Result<Vec<u8>, String> {
    let converting = tokio::task::spawn_blocking(move || xml::from_json(&json, XML_CAP));
    match tokio::time::timeout(XML_TIME, converting).await {
        Ok(Ok(Ok(bytes))) => Ok(bytes),
        Ok(Ok(Err(fault))) => Err(fault.path),
        Ok(Err(_)) | Err(_) => Err("$".to_owned()),
    }
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
