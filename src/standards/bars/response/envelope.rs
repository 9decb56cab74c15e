//! The headers of a response. They can be written again for every attempt.

use serde_json::json;

use super::Ours;
use super::parties::ods_identifier;
use crate::domain::identifiers::{CorrelationId, ServiceAddress};
use crate::standards::bars::headers::{self as names, Format};

/// What the headers of a message name. They can be written again for every attempt.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// The service it is addressed to.
    pub target: &'a ServiceAddress,
    /// `X-Request-Id`, the same in every attempt.
    pub request_id: &'a str,
    /// The conversation.
    pub correlation_id: CorrelationId,
    /// The use case of the referral.
    pub use_case: &'a str,
    /// Who we are.
    pub ours: &'a Ours,
}

/// The headers of a response, without Content-Type (see [`content_type`]).
pub fn headers(envelope: &Envelope<'_>) -> Vec<(&'static str, String)> {
    let ours = envelope.ours;
    let organisation = json!({
        "resourceType": "Organization",
        "identifier": [ods_identifier(&ours.ods)],
        "name": ours.name,
    });
    let software = json!({
        "resourceType": "Device",
        "deviceName": [{ "name": ours.software, "type": "model-name" }],
        "version": [{ "value": ours.software_version }],
    });
    let use_context = format!("{}|referral|servicerequest-response|new", envelope.use_case);
    vec![
        (names::TARGET, names::encode_target(envelope.target)),
        (names::REQUEST_ID, envelope.request_id.to_owned()),
        (names::CORRELATION_ID, envelope.correlation_id.to_string()),
        (names::ORGANISATION, names::encode(&organisation)),
        (names::SOFTWARE, names::encode(&software)),
        ("Accept", content_type(ours)),
        ("use-context", use_context),
    ]
}

/// The media type of a response.
pub fn content_type(ours: &Ours) -> String {
    format!(
        "{}; version={}",
        Format::Json.media_type(),
        ours.core_version
    )
}
