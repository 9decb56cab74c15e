//! Invariants of Bundle (FHIR R4, Bundle). `bdl-7` is judged by the walk, which sorts the
//! fullUrls anyway.

use super::look::{has, is, is_one_of};
use super::{Invariant, error};
use crate::standards::fhir::Node;

pub(super) static ALL: [Invariant; 10] = [
    error("bdl-1", bdl_1, "a total in searchset and history only"),
    error("bdl-2", bdl_2, "entry.search in a searchset only"),
    error(
        "bdl-3",
        bdl_3,
        "entry.request on every entry of a batch, transaction or history, and nowhere else",
    ),
    error(
        "bdl-4",
        bdl_4,
        "entry.response on every entry of an answer to a batch or transaction, or of a history, and nowhere else",
    ),
    error("bdl-5", bdl_5, "a resource, a request or a response"),
    error("bdl-8", bdl_8, "a fullUrl without a version"),
    error(
        "bdl-9",
        bdl_9,
        "an identifier with system and value on a document",
    ),
    error("bdl-10", bdl_10, "a timestamp on a document"),
    error(
        "bdl-11",
        bdl_11,
        "a Composition as the first entry of a document",
    ),
    error(
        "bdl-12",
        bdl_12,
        "a MessageHeader as the first entry of a message",
    ),
];

fn bdl_1(node: Node<'_>) -> bool {
    !has(node, "total") || is_one_of(node, "type", &["searchset", "history"])
}

fn bdl_2(node: Node<'_>) -> bool {
    is(node, "type", "searchset") || node.each("entry").all(|entry| !has(entry, "search"))
}

fn bdl_3(node: Node<'_>) -> bool {
    let wanted = is_one_of(node, "type", &["batch", "transaction", "history"]);
    node.each("entry")
        .all(|entry| has(entry, "request") == wanted)
}

fn bdl_4(node: Node<'_>) -> bool {
    let answers = ["batch-response", "transaction-response", "history"];
    let wanted = is_one_of(node, "type", &answers);
    node.each("entry")
        .all(|entry| has(entry, "response") == wanted)
}

fn bdl_5(node: Node<'_>) -> bool {
    ["resource", "request", "response"]
        .iter()
        .any(|name| has(node, name))
}

fn bdl_8(node: Node<'_>) -> bool {
    node.str("fullUrl")
        .is_none_or(|url| !(url.contains('_') && url.contains("/_history/")))
}

fn bdl_9(node: Node<'_>) -> bool {
    let identifier = node.get("identifier");
    !is(node, "type", "document")
        || identifier.is_some_and(|one| has(one, "system") && has(one, "value"))
}

fn bdl_10(node: Node<'_>) -> bool {
    !is(node, "type", "document") || has(node, "timestamp")
}

fn bdl_11(node: Node<'_>) -> bool {
    !is(node, "type", "document") || first_is(node, "Composition")
}

fn bdl_12(node: Node<'_>) -> bool {
    !is(node, "type", "message") || first_is(node, "MessageHeader")
}

fn first_is(bundle: Node<'_>, kind: &str) -> bool {
    let first = bundle.each("entry").next();
    first
        .and_then(|entry| entry.get("resource"))
        .is_some_and(|resource| is(resource, "resourceType", kind))
}
