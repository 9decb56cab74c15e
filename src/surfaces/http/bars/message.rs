//! `POST /$process-message`.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::{answer, read_headers};
use crate::domain::identifiers::RequestId;
use crate::gateway::Gateway;
use crate::problem::{Problem, area::fhir as problems};
use crate::standards::bars::headers::{REQUEST_ID, RequestKind};
use crate::surfaces::http::once;

pub(super) async fn process(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let headers = match read_headers(&gateway, RequestKind::Message, &parts.headers) {
        Ok(headers) => headers,
        Err(found) => {
            let request = request_id(&parts.headers);
            let refused = gateway.refuse_early(request, None, &found).await;
            return answer::plain(&gateway, refused);
        }
    };
    let most = gateway.settings().bars.limits.body_bytes;
    let Ok(bytes) = to_bytes(body, most).await else {
        let found = Problem::new(&problems::TOO_LARGE)
            .at("body")
            .with(format!("a body has at most {most} bytes and arrives whole"));
        let refused = gateway
            .refuse_early(Some(headers.request_id), Some(&headers), &[found])
            .await;
        return answer::plain(&gateway, refused);
    };
    // In a box: every layer around this one moves the work, however large it is.
    let answered = Box::pin(gateway.process_message(&headers, bytes.into())).await;
    answer::plain(&gateway, answered)
}

/// The id of a request whose headers are refused, where it is one: by it a supplier finds
/// the call in the log.
fn request_id(headers: &HeaderMap) -> Option<RequestId> {
    if once::stands_twice(headers, REQUEST_ID) {
        return None;
    }
    let value = headers.get(REQUEST_ID)?.to_str().ok()?;
    value.trim().parse().ok()
}
