//! The headers of a BaRS request (BaRS API, OAS 1.4.0; Core 1.5.0).

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Practice;
use crate::conformance::parties::referral::{ODS, destination, use_context};

/// The headers of a message, addressed as its MessageHeader says.
pub(super) fn of_message(
    practice: &Practice,
    message: &Value,
    request_id: Uuid,
    correlation_id: Uuid,
) -> Vec<(&'static str, String)> {
    let target = destination(message).rsplit_once('|').unwrap_or_default();
    let mut headers = common(practice, target, request_id, correlation_id);
    headers.push(("Content-Type", "application/fhir+json".to_owned()));
    headers.push(("use-context", use_context(message)));
    headers
}

/// The headers of every request; `target` is (system, value).
pub(super) fn common(
    practice: &Practice,
    target: (&str, &str),
    request_id: Uuid,
    correlation_id: Uuid,
) -> Vec<(&'static str, String)> {
    let target = json!({"system": target.0, "value": target.1});
    let organisation = json!({
        "resourceType": "Organization",
        "identifier": [{"system": ODS, "value": practice.ods}],
        "name": practice.name,
    });
    // Device.deviceName is an object here, as the specification prints it, although R4
    // has an array.
    let software = json!({
        "resourceType": "Device",
        "identifier": [{"system": "https://larkspur.example/Id/product", "value": "larkspur"}],
        "deviceName": {"name": "Larkspur Practice System", "type": "manufacturer-name"},
        "version": {"value": "4.2.0"},
    });
    let practitioner = json!({
        "resourceType": "PractitionerRole",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/sds-role-profile-id", "value": "999100000011"}],
    });
    vec![
        ("X-Request-Id", request_id.to_string()),
        ("X-Correlation-Id", correlation_id.to_string()),
        ("NHSD-Target-Identifier", encoded(&target)),
        ("NHSD-End-User-Organisation", encoded(&organisation)),
        ("NHSD-Requesting-Software", encoded(&software)),
        ("NHSD-Requesting-Practitioner", encoded(&practitioner)),
        ("Accept", "application/fhir+json; version=1.5.0".to_owned()),
    ]
}

/// Base64 of JSON, standard alphabet with padding.
fn encoded(value: &Value) -> String {
    BASE64_STANDARD.encode(value.to_string())
}
