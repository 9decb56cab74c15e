//! The one place that names fhirbolt (0.4.0, generic element model, strict
//! mode). Its lenient modes spin for ever on an unknown array member, its typed
//! model panics on an empty array: neither is used, and a panic is caught.

use std::panic::{AssertUnwindSafe, catch_unwind};

use fhirbolt::FhirReleases;
use fhirbolt::element::Element;
use fhirbolt::serde::{DeserializationConfig, DeserializationMode};

use super::lift::{self, Lifted};
use crate::standards::fhir::fault::{FaultKind, shown_name};

type AnyElement = Element<{ FhirReleases::R4 }>;

const STRICT: DeserializationConfig = DeserializationConfig {
    mode: DeserializationMode::Strict,
};

/// Reads prepared XML and writes JSON. Refuses when the element model kept
/// fewer elements or attributes than the source has (nothing may be lost in silence).
pub(super) fn json_from_xml(lifted: &Lifted) -> Result<Vec<u8>, FaultKind> {
    guarded(|| {
        let element: AnyElement =
            fhirbolt::xml::from_str(&lifted.xml, Some(STRICT)).map_err(|e| refusal(&e))?;
        let again = fhirbolt::xml::to_string(&element, None).map_err(|e| refusal(&e))?;
        if lift::census(&again) != lift::census(&lifted.xml) {
            return Err(FaultKind::NotConvertible);
        }
        fhirbolt::json::to_vec(&element, None).map_err(|e| refusal(&e))
    })
}

/// Reads prepared JSON (`resourceType` first in each resource) and writes XML.
pub(super) fn xml_from_json(json: &[u8]) -> Result<String, FaultKind> {
    guarded(|| {
        let element: AnyElement =
            fhirbolt::json::from_slice(json, Some(STRICT)).map_err(|e| refusal(&e))?;
        fhirbolt::xml::to_string(&element, None).map_err(|e| refusal(&e))
    })
}

fn guarded<T>(work: impl FnOnce() -> Result<T, FaultKind>) -> Result<T, FaultKind> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(FaultKind::NotConvertible))
}

/// The codec's own text may quote a value, so only an element name is taken from it.
fn refusal(error: &dyn std::fmt::Display) -> FaultKind {
    let text = error.to_string();
    let name = text
        .strip_prefix("unknown field `")
        .and_then(|rest| rest.split_once('`'))
        .map(|(name, _)| name);
    match name {
        Some(name) => FaultKind::UnknownElement(shown_name(name).to_owned()),
        None => FaultKind::NotConvertible,
    }
}
