//! The base64 headers: who is addressed and who asks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::domain::identifiers::{OdsCode, ServiceAddress};
use crate::problem::Entry;
use crate::problem::area::header as entry;

/// The organisation that asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndUserOrganisation {
    /// Its ODS code.
    pub ods: OdsCode,
    /// Its name, where it gives one.
    pub name: Option<String>,
}

/// The software that asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestingSoftware {
    /// Its name.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
}

/// Writes `NHSD-Target-Identifier`.
pub fn encode_target(address: &ServiceAddress) -> String {
    encode(&json!({ "system": address.system, "value": address.value }))
}

/// Writes any of the base64 JSON headers.
pub(crate) fn encode(value: &Value) -> String {
    STANDARD.encode(value.to_string())
}

/// Reads `NHSD-Target-Identifier`; key order is free.
pub(super) fn decode_target(text: &str) -> Result<ServiceAddress, &'static Entry> {
    let bytes = STANDARD
        .decode(text)
        .map_err(|_| &entry::TARGET_NOT_BASE64)?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|_| &entry::TARGET_NOT_JSON)?;
    let part = |name: &str| {
        value[name]
            .as_str()
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    if !value.is_object() {
        return Err(&entry::TARGET_NOT_JSON);
    }
    match (part("system"), part("value")) {
        (Some(system), Some(value)) => Ok(ServiceAddress { system, value }),
        _ => Err(&entry::TARGET_INCOMPLETE),
    }
}

/// Reads `NHSD-End-User-Organisation`; the error is what was found.
pub(super) fn organisation(text: &str) -> Result<EndUserOrganisation, &'static str> {
    let value = decode(text)?;
    let identifiers = value["identifier"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let ods = identifiers
        .iter()
        .filter(|id| id["system"].as_str().is_some_and(OdsCode::is_system))
        .find_map(|id| OdsCode::parse(id["value"].as_str()?))
        .ok_or("no identifier with an ODS code")?;
    let name = value["name"].as_str().map(str::to_owned);
    Ok(EndUserOrganisation { ods, name })
}

/// Reads `NHSD-Requesting-Software` as far as it can be read: the API specification
/// shows `deviceName` and `version` as objects where R4 has arrays.
pub(super) fn software(text: &str) -> Option<RequestingSoftware> {
    let value = decode(text).ok()?;
    Some(RequestingSoftware {
        name: lenient_text(&value["deviceName"], "name"),
        version: lenient_text(&value["version"], "value"),
    })
}

fn lenient_text(value: &Value, member: &str) -> Option<String> {
    let first = value.as_array().and_then(|items| items.first());
    let value = first.unwrap_or(value);
    value
        .as_str()
        .or_else(|| value[member].as_str())
        .map(str::to_owned)
}

fn decode(text: &str) -> Result<Value, &'static str> {
    let bytes = STANDARD.decode(text).map_err(|_| "not base64")?;
    serde_json::from_slice(&bytes).map_err(|_| "base64, but not of JSON")
}
