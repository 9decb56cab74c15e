//! The constraints that UK Core profiles add (UK Core 2.0.0).

use super::look::{has, has_choice, is, is_one_of};
use super::{Invariant, error, warning};
use crate::standards::fhir::Node;

const MEDIA_LINK: &str =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-DiagnosticReport.media.link";
const COLLECTOR: &str =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-Specimen.collection.collector";

pub(super) static ALL: [Invariant; 8] = [
    warning(
        "ukcore-bodstr-001",
        body,
        "a location, a description or an image",
    ),
    warning(
        "ukcore-diag-lab-001",
        issued,
        "an issued date on a report that is out",
    ),
    error(
        "ukcore-diag-lab-002",
        media,
        "a link by extension or by reference, not both",
    ),
    error(
        "ukcore-imm-001",
        reason,
        "a statusReason where it was not done",
    ),
    warning("ukcore-obs-grplab-001", no_value, "no value on a group"),
    warning(
        "ukcore-obs-lab-001",
        value,
        "a value, a reason for its absence or a note",
    ),
    error("ukcore-obs-vs-001", loinc, "a code of LOINC"),
    error(
        "ukcore-spec-001",
        collector,
        "a collector by extension or by reference, not both",
    ),
];

fn body(node: Node<'_>) -> bool {
    ["location", "description", "image"]
        .iter()
        .any(|name| has(node, name))
}

fn issued(node: Node<'_>) -> bool {
    let out = [
        "partial",
        "preliminary",
        "final",
        "amended",
        "corrected",
        "appended",
    ];
    has(node, "issued") || !is_one_of(node, "status", &out)
}

fn has_extension(node: Node<'_>, url: &str) -> bool {
    node.each("extension").any(|one| is(one, "url", url))
}

fn media(node: Node<'_>) -> bool {
    let mut all = node.each("media");
    let by_extension = all.any(|media| has_extension(media, MEDIA_LINK));
    let links = node.each("media").filter_map(|media| media.get("link"));
    let by_reference = links.into_iter().any(|link| has(link, "reference"));
    !(by_extension && by_reference)
}

fn reason(node: Node<'_>) -> bool {
    !is(node, "status", "not-done") || has(node, "statusReason")
}

fn no_value(node: Node<'_>) -> bool {
    !has_choice(node, "value")
}

fn value(node: Node<'_>) -> bool {
    has_choice(node, "value") || has(node, "dataAbsentReason") || has(node, "note")
}

/// Word for word as published: `http://loinc.org`.
fn loinc(node: Node<'_>) -> bool {
    node.each("code")
        .flat_map(|code| code.each("coding"))
        .any(|coding| is(coding, "system", "http://loinc.org"))
}

fn collector(node: Node<'_>) -> bool {
    let reference = node
        .get("collector")
        .is_some_and(|one| has(one, "reference"));
    !(reference && has_extension(node, COLLECTOR))
}
