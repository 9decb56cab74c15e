//! The little of a person that answers carry: the NHS number where the original had
//! one, and nothing else (data minimisation; the referrer knows its own patient).

use serde_json::{Value, json};

use super::codes;
use crate::domain::case::{NhsNumberStatus, Person};

/// The NHS number as a UK Core identifier; `None` without a number.
pub(super) fn nhs_identifier(person: &Person) -> Option<Value> {
    let number = person.nhs_number.as_ref()?;
    // UK Core asks for the status beside the number. Of an unverified one the gateway
    // knows no more than that it was not traced: 01 is present and verified, 02 is
    // present but not traced.
    let status = match person.nhs_number_status {
        NhsNumberStatus::Verified => "01",
        NhsNumberStatus::Unverified | NhsNumberStatus::None => "02",
    };
    Some(json!({
        "extension": [{
            "url": codes::NHS_NUMBER_STATUS_EXTENSION,
            "valueCodeableConcept": {
                "coding": [{ "system": codes::NHS_NUMBER_STATUS, "code": status }],
            },
        }],
        "system": codes::NHS_NUMBER,
        "value": number.expose(),
    }))
}

/// A Patient with this id and the NHS number at most.
pub(super) fn patient(person: &Person, id: &str) -> Value {
    let mut patient = json!({
        "resourceType": "Patient",
        "id": id,
        "meta": { "profile": [
            codes::profile::uk_core("Patient"),
            codes::profile::workwell("Patient-StatusResponse"),
        ] },
    });
    if let Some(identifier) = nhs_identifier(person) {
        patient["identifier"] = json!([identifier]);
    }
    patient
}
