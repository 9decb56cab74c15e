//! Defects that the profiles find (reference: P01 to P18).

use serde_json::json;

use super::Do::{Push, Remove, Repeat, Set};
use super::{HEADER, Mutant, PATIENT, REQUEST};
use crate::standards::profile::finding::Layer::{Bars, UkCore};

pub(super) fn all() -> Vec<Mutant> {
    let uk = "https://fhir.hl7.org.uk/StructureDefinition/";
    let period = json!({"end": "2026-10-01"});
    vec![
        (REQUEST, "/intent", Set(json!("order")), Bars, "fixed-value"),
        (REQUEST, "/category", Remove, Bars, "missing-element"),
        (REQUEST, "/category", Repeat, Bars, "too-many"),
        (
            REQUEST,
            "/occurrenceDateTime",
            Set(json!("2026-10-01")),
            Bars,
            "type-not-allowed",
        ),
        (REQUEST, "/authoredOn", Remove, Bars, "missing-element"),
        (HEADER, "/reason", Remove, Bars, "missing-element"),
        (HEADER, "/destination", Remove, Bars, "missing-element"),
        (
            HEADER,
            "/sender",
            Set(json!({"display": "x"})),
            Bars,
            "missing-element",
        ),
        (
            HEADER,
            "/focus/0",
            Set(json!({"display": "x"})),
            Bars,
            "missing-element",
        ),
        (HEADER, "/eventCoding/code", Remove, Bars, "missing-element"),
        (
            HEADER,
            "/eventCoding/code",
            Set(json!("unheard-of")),
            Bars,
            "unknown-code",
        ),
        (
            HEADER,
            "/reason/coding/0/system",
            Set(json!("urn:other")),
            Bars,
            "fixed-value",
        ),
        ("", "/type", Set(json!("collection")), Bars, "fixed-value"),
        ("", "/timestamp", Remove, Bars, "missing-element"),
        (PATIENT, "/identifier", Repeat, UkCore, "too-many"),
        (
            PATIENT,
            "/identifier/0/value",
            Remove,
            UkCore,
            "missing-element",
        ),
        (
            PATIENT,
            "/identifier/0/extension/0/valueCodeableConcept/coding/0/code",
            Set(json!("zz")),
            UkCore,
            "unknown-code",
        ),
        (
            PATIENT,
            "/identifier/0/extension",
            Repeat,
            UkCore,
            "too-many",
        ),
        (
            PATIENT,
            "/extension",
            Push(
                json!({"url": format!("{uk}Extension-UKCore-EthnicCategory"), "valueString": "x"}),
            ),
            UkCore,
            "type-not-allowed",
        ),
        (
            PATIENT,
            "/extension",
            Push(json!({"url": format!("{uk}Extension-UKCore-EthnicCategry"), "valueString": "x"})),
            UkCore,
            "unknown-extension",
        ),
        (
            PATIENT,
            "/extension/0/valueCodeableConcept/coding/0/code",
            Set(json!("zz")),
            UkCore,
            "unknown-code",
        ),
        (
            PATIENT,
            "/meta/profile",
            Push(json!(format!("{uk}UKCore-Flag"))),
            UkCore,
            "profile-type",
        ),
        (REQUEST, "/occurrencePeriod", Set(period), Bars, "none"),
    ]
}
