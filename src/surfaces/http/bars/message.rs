//! `POST /$process-message`.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::Response;

use super::{answer, read_headers};
use crate::gateway::Gateway;
use crate::problem::{Problem, area::fhir as problems};
use crate::standards::bars::headers::RequestKind;

pub(super) async fn process(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let headers = match read_headers(&gateway, RequestKind::Message, &parts.headers) {
        Ok(headers) => headers,
        Err(found) => {
            let refused = gateway.refuse_early(None, &found).await;
            return answer::plain(&gateway, refused);
        }
    };
    let most = gateway.settings().bars.limits.body_bytes;
    let Ok(bytes) = to_bytes(body, most).await else {
        let found = Problem::new(&problems::TOO_LARGE)
            .at("body")
            .with(format!("a body has at most {most} bytes and arrives whole"));
        let refused = gateway.refuse_early(Some(&headers), &[found]).await;
        return answer::plain(&gateway, refused);
    };
    // In a box: every layer around this one moves the work, however large it is.
    let answered = Box::pin(gateway.process_message(&headers, bytes.into())).await;
    answer::plain(&gateway, answered)
}
