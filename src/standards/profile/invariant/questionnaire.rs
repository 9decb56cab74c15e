//! Invariants of Questionnaire (FHIR R4, Questionnaire).

use super::look::{count, distinct, each_below, has, has_choice, is, is_one_of};
use super::{Invariant, error};
use crate::standards::fhir::Node;

pub(super) static ALL: [Invariant; 13] = [
    error("que-1", que_1, "items in a group, none in a display"),
    error("que-2", que_2, "a linkId that stands once"),
    error("que-3", que_3, "no code on a display"),
    error("que-4", que_4, "answerOption or answerValueSet, not both"),
    error("que-5", que_5, "options on a question that can have them"),
    error("que-6", que_6, "neither required nor repeats on a display"),
    error("que-7", que_7, "true or false where the operator is exists"),
    error("que-8", que_8, "no initial value on a group or display"),
    error("que-9", que_9, "no readOnly on a display"),
    error("que-10", que_10, "a maxLength on a simple question only"),
    error("que-11", que_11, "options or an initial value, not both"),
    error(
        "que-12",
        que_12,
        "an enableBehavior where there are several conditions",
    ),
    error(
        "que-13",
        que_13,
        "several initial values on a repeating question only",
    ),
];

const WITH_OPTIONS: [&str; 9] = [
    "choice",
    "open-choice",
    "decimal",
    "integer",
    "date",
    "dateTime",
    "time",
    "string",
    "quantity",
];
const WITH_LENGTH: [&str; 7] = [
    "boolean",
    "decimal",
    "integer",
    "string",
    "text",
    "url",
    "open-choice",
];

fn que_1(node: Node<'_>) -> bool {
    match node.str("type") {
        Some("group") => has(node, "item"),
        Some("display") => !has(node, "item"),
        _ => true,
    }
}

fn que_2(node: Node<'_>) -> bool {
    let mut ids: Vec<String> = Vec::new();
    each_below(node, &mut |below| {
        if below.name() == Some("linkId") {
            ids.extend(below.text().map(str::to_owned));
        }
    });
    distinct(ids)
}

fn que_3(node: Node<'_>) -> bool {
    !is(node, "type", "display") || !has(node, "code")
}

fn que_4(node: Node<'_>) -> bool {
    !has(node, "answerOption") || !has(node, "answerValueSet")
}

/// As its words say; the published expression lets more types have options than they do.
fn que_5(node: Node<'_>) -> bool {
    let has_options = is_one_of(node, "type", &WITH_OPTIONS) || !has(node, "answerOption");
    let is_choice = is_one_of(node, "type", &["choice", "open-choice"]);
    has_options && (is_choice || !has(node, "answerValueSet"))
}

fn que_6(node: Node<'_>) -> bool {
    !is(node, "type", "display") || !(has(node, "required") || has(node, "repeats"))
}

fn que_7(node: Node<'_>) -> bool {
    !is(node, "operator", "exists") || has(node, "answerBoolean")
}

fn que_8(node: Node<'_>) -> bool {
    !is_one_of(node, "type", &["group", "display"]) || !has(node, "initial")
}

fn que_9(node: Node<'_>) -> bool {
    !is(node, "type", "display") || !has(node, "readOnly")
}

fn que_10(node: Node<'_>) -> bool {
    is_one_of(node, "type", &WITH_LENGTH) || !has(node, "maxLength")
}

fn que_11(node: Node<'_>) -> bool {
    !has(node, "answerOption") || !(has(node, "initial") || has_choice(node, "initial"))
}

/// As its words say: more than one; the published expression counts more than two.
fn que_12(node: Node<'_>) -> bool {
    count(node, "enableWhen") <= 1 || has(node, "enableBehavior")
}

fn que_13(node: Node<'_>) -> bool {
    is(node, "repeats", "true") || count(node, "initial") <= 1
}
