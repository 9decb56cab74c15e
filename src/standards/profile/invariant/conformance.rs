//! Invariants of the conformance resources that a gateway serves: CapabilityStatement,
//! CodeSystem, ValueSet, MessageDefinition, ConceptMap (FHIR R4).

use super::look::{distinct, each_below, has, is};
use super::resources::distinct_texts;
use super::{Invariant, error, warning};
use crate::standards::fhir::Node;

const NAME: &str = "a name of letters, digits and _ that begins with a capital";

pub(super) static ALL: [Invariant; 31] = [
    warning("cpb-0", is_computable_name, NAME),
    warning("csd-0", is_computable_name, NAME),
    warning("vsd-0", is_computable_name, NAME),
    warning("msd-0", is_computable_name, NAME),
    warning("cmd-0", is_computable_name, NAME),
    warning("que-0", is_computable_name, NAME),
    warning("sdf-0", is_computable_name, NAME),
    warning("opd-0", is_computable_name, NAME),
    warning("inv-0", is_computable_name, NAME),
    error("cpb-1", cpb_1, "rest, messaging or document"),
    error("cpb-2", cpb_2, "a description, software or implementation"),
    error("cpb-3", cpb_3, "messaging endpoints on an instance only"),
    error("cpb-7", cpb_7, "each document profile and mode once"),
    error("cpb-9", cpb_9, "each resource type once"),
    error("cpb-12", cpb_12, "each search parameter once"),
    error("cpb-14", cpb_14, "an implementation on an instance"),
    error(
        "cpb-15",
        cpb_15,
        "software and no implementation on a capability",
    ),
    error(
        "cpb-16",
        cpb_16,
        "neither software nor implementation on requirements",
    ),
    error("csd-1", csd_1, "each code once"),
    error("vsd-1", vsd_1, "a system or a value set"),
    error(
        "vsd-2",
        vsd_2,
        "a system where there are concepts or filters",
    ),
    error("vsd-3", vsd_3, "concepts or filters, not both"),
    error("vsd-6", vsd_6, "a code or a display"),
    error("vsd-9", vsd_9, "a code unless it is abstract"),
    error("vsd-10", vsd_10, "a system where there is a code"),
    error("cmd-3", cmd_3, "an address where the mode is other-map"),
    error("sdf-4", sdf_4, "a baseDefinition unless it is abstract"),
    error("sdf-5", sdf_5, "a context on an extension"),
    error("sdf-6", sdf_6, "a snapshot or a differential"),
    error("sdf-18", sdf_18, "contextInvariant on an extension only"),
    error("sdf-2", sdf_2, "a name or a uri"),
];

/// `[A-Z]([A-Za-z0-9_]){0,254}`
fn is_computable_name(node: Node<'_>) -> bool {
    node.str("name").is_none_or(|name| {
        let rest = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.len() <= 255
            && name.bytes().all(rest)
    })
}

fn cpb_1(node: Node<'_>) -> bool {
    ["rest", "messaging", "document"]
        .iter()
        .any(|name| has(node, name))
}

fn cpb_2(node: Node<'_>) -> bool {
    ["description", "software", "implementation"]
        .iter()
        .any(|name| has(node, name))
}

fn cpb_3(node: Node<'_>) -> bool {
    is(node, "kind", "instance") || node.each("messaging").all(|part| !has(part, "endpoint"))
}

fn cpb_7(node: Node<'_>) -> bool {
    let pairs = node
        .each("document")
        .map(|part| (part.str("profile"), part.str("mode")));
    distinct(pairs.collect())
}

fn cpb_9(node: Node<'_>) -> bool {
    distinct_texts(node.each("resource").map(|part| part.str("type")))
}

fn cpb_12(node: Node<'_>) -> bool {
    distinct_texts(node.each("searchParam").map(|part| part.str("name")))
}

fn cpb_14(node: Node<'_>) -> bool {
    !is(node, "kind", "instance") || has(node, "implementation")
}

fn cpb_15(node: Node<'_>) -> bool {
    !is(node, "kind", "capability") || (!has(node, "implementation") && has(node, "software"))
}

fn cpb_16(node: Node<'_>) -> bool {
    !is(node, "kind", "requirements") || (!has(node, "implementation") && !has(node, "software"))
}

fn csd_1(node: Node<'_>) -> bool {
    let mut codes: Vec<String> = Vec::new();
    for concept in node.each("concept") {
        each_below(concept, &mut |below| {
            let is_code = below.name() == Some("code")
                && below.parent().is_some_and(|parent| is_concept(parent));
            if is_code {
                codes.extend(below.text().map(str::to_owned));
            }
        });
    }
    distinct(codes)
}

/// An object of `concept`, not one of its properties.
fn is_concept(node: Node<'_>) -> bool {
    let list = node.parent();
    list.is_some_and(|list| list.name() == Some("concept"))
}

fn vsd_1(node: Node<'_>) -> bool {
    has(node, "valueSet") || has(node, "system")
}

fn vsd_2(node: Node<'_>) -> bool {
    !(has(node, "concept") || has(node, "filter")) || has(node, "system")
}

fn vsd_3(node: Node<'_>) -> bool {
    !has(node, "concept") || !has(node, "filter")
}

fn vsd_6(node: Node<'_>) -> bool {
    has(node, "code") || has(node, "display")
}

fn vsd_9(node: Node<'_>) -> bool {
    has(node, "code") || is(node, "abstract", "true")
}

fn vsd_10(node: Node<'_>) -> bool {
    !has(node, "code") || has(node, "system")
}

fn cmd_3(node: Node<'_>) -> bool {
    !is(node, "mode", "other-map") || has(node, "url")
}

fn sdf_4(node: Node<'_>) -> bool {
    is(node, "abstract", "true") || has(node, "baseDefinition")
}

fn sdf_5(node: Node<'_>) -> bool {
    !is(node, "type", "Extension")
        || is(node, "derivation", "specialization")
        || has(node, "context")
}

fn sdf_6(node: Node<'_>) -> bool {
    has(node, "snapshot") || has(node, "differential")
}

fn sdf_18(node: Node<'_>) -> bool {
    !has(node, "contextInvariant") || is(node, "type", "Extension")
}

fn sdf_2(node: Node<'_>) -> bool {
    has(node, "name") || has(node, "uri")
}
