//! A stop: the referral is over, with ids and a reason code and no datum of the person.

use super::Heading;
use super::fhir::bundle;
use super::json;
use super::node::Node;
use crate::domain::status::{Status, StopReason};

/// The `type` of a stop's envelope (Standard Webhooks, payload structure).
pub const TYPE: &str = "referral.cancelled";

/// The word for a stop's reason: the canonical status that it leads to.
pub const fn code(reason: StopReason) -> &'static str {
    match reason {
        StopReason::Cancel => Status::Cancelled,
        StopReason::EnteredInError => Status::EnteredInError,
        StopReason::Withdrawal => Status::Withdrawn,
        StopReason::Death => Status::Deceased,
    }
    .code()
}

/// The JSON envelope of a stop: `data` holds `case` and `reason`, the stop's word.
pub fn json(heading: &Heading<'_>, reason: StopReason) -> Vec<u8> {
    let data = json::case_only(heading).with("reason", code(reason));
    json::envelope(TYPE, heading, data).to_bytes()
}

/// The FHIR transaction of a stop: a conditional update of the ServiceRequest of every
/// version of the case so far, since the holder may have any of them.
///
/// Where a version has not arrived, the update creates it in its ended state, and the
/// conditional create that arrives late then finds it and does nothing: the stop
/// overtakes (DESIGN I10). The subject is a logical reference, so that the update does
/// not depend on a Patient being there and names nobody.
pub fn fhir(heading: &Heading<'_>, reason: StopReason) -> Vec<u8> {
    let entries = (1..=heading.version).map(|version| {
        let heading = Heading {
            version,
            ..*heading
        };
        update(&heading, reason)
    });
    bundle::transaction(heading, entries.collect()).to_bytes()
}

/// The conditional update of one version.
fn update(heading: &Heading<'_>, reason: StopReason) -> Node {
    let url = format!("ServiceRequest?{}", bundle::condition(heading, ""));
    let call = Node::object([("method", "PUT".into()), ("url", url.into())]);
    let full_url = bundle::full_url(heading, "ServiceRequest", "");
    Node::object([
        ("fullUrl", full_url.into()),
        ("resource", ended(heading, reason)),
        ("request", call),
    ])
}

/// The ServiceRequest in its ended state.
fn ended(heading: &Heading<'_>, reason: StopReason) -> Node {
    let status = match reason {
        StopReason::EnteredInError => "entered-in-error",
        StopReason::Cancel | StopReason::Withdrawal | StopReason::Death => "revoked",
    };
    let subject = Node::object([
        ("type", "Patient".into()),
        ("identifier", bundle::identifier(heading, "")),
    ]);
    Node::object([("resourceType", "ServiceRequest".into())])
        .with("extension", vec![status_reason(reason)])
        .with("identifier", bundle::request_identifiers(heading))
        .with("status", status)
        .with("intent", "order")
        .with("subject", subject)
}

/// R4 has no element for the reason of a request's status; its core extension has.
fn status_reason(reason: StopReason) -> Node {
    let coding = Node::object([
        ("system", bundle::STOP_REASON.into()),
        ("code", code(reason).into()),
    ]);
    Node::object([
        (
            "url",
            "http://hl7.org/fhir/StructureDefinition/request-statusReason".into(),
        ),
        (
            "valueCodeableConcept",
            Node::object([("coding", vec![coding].into())]),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standards::payload::sample::{self, ID};
    use serde_json::{Value, json as literal};

    fn written(write: impl Fn(&Heading<'_>) -> Vec<u8>) -> (Value, String) {
        let reference = sample::reference();
        let heading = sample::heading(&reference, 2);
        let value = serde_json::from_slice(&write(&heading)).expect("JSON");
        (value, reference.as_str().to_owned())
    }

    #[test]
    fn a_json_stop_names_the_case_and_the_reason_and_nothing_else() {
        let (value, reference) = written(|heading| json(heading, StopReason::Cancel));
        assert_eq!(
            value,
            literal!({
                "type": "referral.cancelled",
                "timestamp": "2026-03-01T09:30:00Z",
                "data": {
                    "case": {"id": ID, "reference": reference, "version": 2},
                    "reason": "cancelled"
                }
            })
        );
    }

    #[test]
    fn a_fhir_stop_ends_the_request_of_every_version_of_the_case() {
        for (reason, status, word) in [
            (StopReason::Cancel, "revoked", "cancelled"),
            (StopReason::Withdrawal, "revoked", "withdrawn"),
            (StopReason::Death, "revoked", "deceased"),
            (
                StopReason::EnteredInError,
                "entered-in-error",
                "entered-in-error",
            ),
        ] {
            let (bundle, _) = written(|heading| fhir(heading, reason));
            let entries = bundle["entry"].as_array().expect("entries");
            assert_eq!(entries.len(), 2);
            for (version, entry) in (1..).zip(entries) {
                let key = format!("{ID}-{version}");
                let system = "https://workwell-gateway.example/Id/case-version";
                assert_eq!(
                    entry["request"],
                    literal!({
                        "method": "PUT",
                        "url": format!("ServiceRequest?identifier={system}|{key}")
                    })
                );
                let request = &entry["resource"];
                let why = &request["extension"][0]["valueCodeableConcept"]["coding"][0];
                assert_eq!(request["status"], status);
                assert_eq!(why["code"], word);
                assert_eq!(request["identifier"][0]["value"], key);
                assert_eq!(request["subject"]["identifier"]["value"], key);
            }
            crate::standards::emitted::kept(&format!("a-stop-{word}"), &bundle);
            // A strict R4 parser takes it.
            let parsed =
                crate::standards::fhir::xml::from_json(bundle.to_string().as_bytes(), 1 << 16);
            assert!(parsed.is_ok(), "{:?}", parsed.err());
        }
    }
}
