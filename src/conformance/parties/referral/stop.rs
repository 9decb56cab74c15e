//! The stripped message that stops a stored referral.
//!
//! request-cancelled holds MessageHeader, ServiceRequest, Patient and Organizations,
//! nothing else. The guide knows two truths: reason `update` with `revoked`, and reason
//! `delete` with `entered-in-error` (BaRS Core 1.5.0, decision table).

use serde_json::{Value, json};
use uuid::Uuid;

use super::bundle::{references, resources};

const DEFINITION: &str =
    "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-cancelled";

/// Which of the two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopAs {
    /// Reason `update`, ServiceRequest `revoked`: the referral is no longer wanted.
    Cancelled,
    /// Reason `delete`, ServiceRequest `entered-in-error`: it should never have been sent.
    EnteredInError,
}

/// A message that stops a referral, not yet sent.
#[derive(Clone, Debug)]
pub struct Stop {
    bundle: Value,
    correlation_id: Uuid,
}

impl Stop {
    /// The stop of a referral, made from the Bundle that the receiver answered with (it
    /// holds the ids that the receiver minted) and the conversation's correlation id.
    pub fn of(answered: &Value, correlation_id: Uuid, how: StopAs) -> Self {
        let (reason, status) = match how {
            StopAs::Cancelled => ("update", "revoked"),
            StopAs::EnteredInError => ("delete", "entered-in-error"),
        };
        let mut bundle = answered.clone();
        let now = jiff::Timestamp::now().to_string();
        bundle["id"] = json!(Uuid::new_v4());
        bundle["timestamp"] = json!(now);
        bundle["meta"]["lastUpdated"] = json!(now);
        let kept = sender_and_receiver(answered);
        if let Some(entries) = bundle["entry"].as_array_mut() {
            entries.retain(|entry| match entry["resource"]["resourceType"].as_str() {
                Some("MessageHeader" | "ServiceRequest" | "Patient") => true,
                Some("Organization") => kept.contains(&entry["fullUrl"]),
                _ => false,
            });
            for entry in entries {
                strip(&mut entry["resource"], reason, status, &now);
            }
        }
        Self {
            bundle,
            correlation_id,
        }
    }

    /// Makes it a stop of a referral that nobody has.
    #[must_use]
    pub fn of_unknown_referral(mut self) -> Self {
        for entry in self.bundle["entry"].as_array_mut().into_iter().flatten() {
            if entry["resource"]["resourceType"] == "ServiceRequest" {
                entry["resource"]["id"] = json!(Uuid::new_v4());
                entry["resource"]["identifier"] = Value::Null;
                if let Some(members) = entry["resource"].as_object_mut() {
                    members.remove("identifier");
                }
            }
        }
        self
    }

    /// The message.
    pub const fn json(&self) -> &Value {
        &self.bundle
    }

    /// The message as it goes over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        self.bundle.to_string().into_bytes()
    }

    /// The correlation id of the conversation.
    pub const fn correlation_id(&self) -> Uuid {
        self.correlation_id
    }
}

fn sender_and_receiver(message: &Value) -> Vec<Value> {
    let header = resources(message, "MessageHeader").next();
    header.map_or_else(Vec::new, |header| {
        vec![
            header["sender"]["reference"].clone(),
            header["destination"][0]["receiver"]["reference"].clone(),
        ]
    })
}

fn strip(resource: &mut Value, reason: &str, status: &str, now: &str) {
    match resource["resourceType"].as_str() {
        Some("MessageHeader") => {
            resource["reason"]["coding"][0] = json!({"system": "https://fhir.nhs.uk/CodeSystem/message-reason-bars", "code": reason});
            resource["definition"] = json!(DEFINITION);
            resource["meta"]["lastUpdated"] = json!(now);
        }
        Some("ServiceRequest") => {
            resource["status"] = json!(status);
            resource["reasonCode"] = json!([{"text": "No longer wanted by the person"}]);
            resource["meta"]["lastUpdated"] = json!(now);
            for gone in [
                "basedOn",
                "encounter",
                "requester",
                "performer",
                "reasonReference",
                "supportingInfo",
            ] {
                resource.as_object_mut().map(|members| members.remove(gone));
            }
        }
        Some("Patient") => {
            resource
                .as_object_mut()
                .map(|members| members.remove("generalPractitioner"));
        }
        _ => {}
    }
    debug_assert!(
        references(resource).len() <= 3,
        "a stop points at what it holds only"
    );
}

#[cfg(test)]
mod tests {
    use super::super::Referral;
    use super::super::bundle::{entries, resolve};
    use super::*;

    fn stop(how: StopAs) -> Stop {
        let referral = Referral::new(5).change(|bundle| {
            for entry in bundle["entry"].as_array_mut().into_iter().flatten() {
                entry["resource"]["id"] = json!("8e0a6f60-3c5b-4c52-b7c6-0d5c2a9f1e10");
            }
        });
        Stop::of(referral.json(), referral.correlation_id(), how)
    }

    #[test]
    fn a_cancel_is_the_stripped_message_and_points_at_nothing_it_left_out() {
        let stop = stop(StopAs::Cancelled);
        let kinds: Vec<&str> = entries(stop.json())
            .filter_map(|entry| entry["resource"]["resourceType"].as_str())
            .collect();
        assert_eq!(
            kinds,
            [
                "MessageHeader",
                "ServiceRequest",
                "Patient",
                "Organization",
                "Organization"
            ]
        );
        for reference in references(stop.json()) {
            assert!(resolve(stop.json(), reference).is_some(), "{reference}");
        }
    }

    #[test]
    fn both_ways_of_the_guide_are_written() {
        for (how, reason, status) in [
            (StopAs::Cancelled, "update", "revoked"),
            (StopAs::EnteredInError, "delete", "entered-in-error"),
        ] {
            let stop = stop(how);
            let header = resources(stop.json(), "MessageHeader")
                .next()
                .expect("one header");
            let request = resources(stop.json(), "ServiceRequest")
                .next()
                .expect("one request");
            assert_eq!(header["reason"]["coding"][0]["code"], reason);
            assert_eq!(request["status"], status);
            assert_eq!(request["id"], "8e0a6f60-3c5b-4c52-b7c6-0d5c2a9f1e10");
        }
    }

    #[test]
    fn a_stop_is_a_new_message_in_the_same_conversation() {
        let referral = Referral::new(5);
        let stop = Stop::of(
            referral.json(),
            referral.correlation_id(),
            StopAs::Cancelled,
        );
        assert_ne!(stop.json()["id"], referral.json()["id"]);
        assert_eq!(stop.correlation_id(), referral.correlation_id());
        let unknown = stop.clone().of_unknown_referral();
        assert_ne!(unknown.json(), stop.json());
    }
}
