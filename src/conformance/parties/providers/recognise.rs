//! Finding the case in a delivery. The mapped fields are in the provider's own names, as
//! its table says; what names the case is the gateway's: `data.case` in a webhook,
//! identifiers of the ServiceRequest in a FHIR Bundle.

use serde_json::Value;
use uuid::Uuid;

use crate::conformance::parties::referral::bundle::resources;

/// Identifiers `<case id>-<version>` of FHIR deliveries.
const CASE_VERSION: &str = "https://workwell-gateway.example/Id/case-version";
/// A UUID in its hyphenated form, characters.
const UUID_LENGTH: usize = 36;

/// What a delivery is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A case that this provider is to take on.
    New,
    /// A later version of a case it has.
    Amended,
    /// The end of a case: nothing more is to be done for it.
    Stop,
}

/// What a delivery tells of its case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CaseAt {
    /// The gateway's id of the case.
    pub(super) id: Option<String>,
    /// The reference that people say.
    pub(super) reference: Option<String>,
}

impl CaseAt {
    /// One name a case at this desk: the reference, else the id, else the effect key.
    pub(super) fn known_as(&self, key: &str) -> String {
        let name = self.reference.as_ref().or(self.id.as_ref());
        name.map_or_else(|| key.to_owned(), Clone::clone)
    }
}

/// Reads a webhook's envelope: `type`, and `data.case` with `id` and `reference`.
pub(super) fn webhook(payload: &Value) -> (Kind, CaseAt) {
    let named = payload["type"].as_str().unwrap_or_default();
    let kind = match named.rsplit('.').next() {
        Some("cancelled") => Kind::Stop,
        Some("amended") => Kind::Amended,
        _ => Kind::New,
    };
    let text = |member: &str| payload["data"]["case"][member].as_str().map(str::to_owned);
    let case = CaseAt {
        id: text("id"),
        reference: text("reference").or_else(|| reference(payload)),
    };
    (kind, case)
}

/// Reads a transaction: the ServiceRequest's status and identifiers.
pub(super) fn transaction(bundle: &Value) -> (Kind, CaseAt) {
    let ended = resources(bundle, "ServiceRequest")
        .any(|request| request["status"] == "revoked" || request["status"] == "entered-in-error");
    let named = identifiers(bundle).find(|id| id["system"] == CASE_VERSION);
    let named = named
        .and_then(|id| id["value"].as_str())
        .unwrap_or_default();
    let (id, version) = named.split_at_checked(UUID_LENGTH).unwrap_or_default();
    let kind = match version {
        _ if ended => Kind::Stop,
        "" | "-1" => Kind::New,
        _ => Kind::Amended,
    };
    let case = CaseAt {
        id: Uuid::try_parse(id).is_ok().then(|| id.to_owned()),
        reference: reference(bundle),
    };
    (kind, case)
}

fn identifiers(bundle: &Value) -> impl Iterator<Item = &Value> {
    resources(bundle, "ServiceRequest")
        .flat_map(|request| request["identifier"].as_array().into_iter().flatten())
}

/// A text of the shape of a reference, wherever it stands: `WW-` and eleven letters and
/// digits in groups.
fn reference(payload: &Value) -> Option<String> {
    let mut open = vec![payload];
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) if is_reference(text) => return Some(text.clone()),
            Value::Object(members) => open.extend(members.values()),
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    None
}

fn is_reference(text: &str) -> bool {
    text.strip_prefix("WW-").is_some_and(|symbols| {
        let letters = symbols.bytes().filter(u8::is_ascii_alphanumeric).count();
        let hyphens = symbols.bytes().filter(|byte| *byte == b'-').count();
        letters == 11 && letters + hyphens == symbols.len()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "0190d0a0-0000-7000-8000-000000000001";
    const REFERENCE: &str = "WW-7K3F-9Q2M-X41";

    #[test]
    fn a_webhook_names_its_case_in_the_envelope_whatever_the_table_calls_it() {
        let case = CaseAt {
            id: Some(ID.to_owned()),
            reference: Some(REFERENCE.to_owned()),
        };
        for (named, kind) in [
            ("referral.created", Kind::New),
            ("referral.amended", Kind::Amended),
            ("referral.cancelled", Kind::Stop),
        ] {
            let payload = json!({"type": named, "data": {
                "case": {"id": ID, "reference": REFERENCE, "version": 1},
                "status": "cancelled her holiday",
            }});
            assert_eq!(webhook(&payload), (kind, case.clone()), "{named}");
        }
    }

    #[test]
    fn a_transaction_names_its_case_by_identifiers() {
        for (status, version, kind) in [
            ("active", 1, Kind::New),
            ("active", 2, Kind::Amended),
            ("revoked", 1, Kind::Stop),
            ("entered-in-error", 2, Kind::Stop),
        ] {
            let bundle = json!({"entry": [{"resource": {
                "resourceType": "ServiceRequest",
                "status": status,
                "identifier": [
                    {"system": CASE_VERSION, "value": format!("{ID}-{version}")},
                    {"system": "https://workwell-gateway.example/Id/case-reference", "value": REFERENCE},
                ],
            }}]});
            let (found, case) = transaction(&bundle);
            assert_eq!((found, case.id.as_deref()), (kind, Some(ID)));
            assert_eq!(case.reference.as_deref(), Some(REFERENCE));
        }
    }

    #[test]
    fn a_delivery_without_any_name_is_known_by_its_effect_key() {
        let (_, case) = webhook(&json!({"type": "referral.created", "data": {"a": ["WW-1"]}}));
        assert_eq!(case.known_as("effect-1"), "effect-1");
    }
}
