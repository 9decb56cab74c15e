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

impl RequestingSoftware {
    /// Name and version in a line, as they may stand in an audit row: what is no plain name
    /// of a program, or has digits enough for somebody's number, is not told.
    pub fn plain(&self) -> Option<String> {
        let parts = [self.name.as_deref(), self.version.as_deref()];
        let line = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let is_plain = |c: char| c.is_ascii_alphanumeric() || " .:/#_()+-".contains(c);
        let digits = line.bytes().filter(u8::is_ascii_digit).count();
        let may = (1..=MOST_PLAIN).contains(&line.len()) && digits < 10;
        (may && line.chars().all(is_plain)).then_some(line)
    }
}

/// The longest name and version that an audit row holds, in bytes.
const MOST_PLAIN: usize = 80;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn software_is_told_by_name_and_version_and_nothing_else_under_its_name() {
        let of = |name: &str, version: Option<&str>| RequestingSoftware {
            name: Some(name.to_owned()),
            version: version.map(str::to_owned),
        };
        for (software, told) in [
            (
                of("Larkspur GP", Some("4.2.1-rc1")),
                Some("Larkspur GP 4.2.1-rc1"),
            ),
            (of("curl", None), Some("curl")),
            (of("for 999 000 0018 x", Some("1")), None),
            (of("Invented <Name>", None), None),
            (of(&"x".repeat(81), None), None),
            (
                RequestingSoftware {
                    name: None,
                    version: None,
                },
                None,
            ),
        ] {
            assert_eq!(software.plain().as_deref(), told, "{software:?}");
        }
    }
}
