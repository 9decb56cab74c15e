//! R4 data types out of texts.

use super::super::node::Node;
use crate::standards::systems;

/// The short name of codes that are a provider's own and have no system.
const LOCAL: &str = "local";

/// A text as R4 `string` allows it: trimmed, without control characters save tab and
/// line ends.
pub(super) fn clean(text: &str) -> String {
    let kept = |c: &char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    let text: String = text.chars().filter(kept).collect();
    text.trim().to_owned()
}

/// A CodeableConcept of `system|code`, where the system is a URI or a known short name,
/// and of words otherwise.
pub(super) fn concept(text: &str) -> Node {
    match coding(text) {
        Some(coding) => Node::object([("coding", vec![coding].into())]),
        None => words(text),
    }
}

/// A CodeableConcept of words alone.
pub(super) fn words(text: &str) -> Node {
    Node::object([("text", text.into())])
}

/// A CodeableConcept of one code.
pub(super) fn coded(system: &str, code: &str) -> Node {
    Node::object([("coding", vec![pair(system, code)].into())])
}

/// A Coding.
pub(super) fn pair(system: &str, code: &str) -> Node {
    Node::object([]).with("system", system).with("code", code)
}

fn coding(text: &str) -> Option<Node> {
    let (system, code) = text.rsplit_once('|')?;
    // R4 `code`: no white space at the ends, single spaces within.
    if code.is_empty() || code.split(' ').any(str::is_empty) {
        return None;
    }
    let system = match systems::address_of(system) {
        Some(address) => address,
        None if system == LOCAL => "",
        None if is_uri(system) => system,
        None => return None,
    };
    Some(pair(system, code))
}

fn is_uri(text: &str) -> bool {
    let absolute = ["http://", "https://", "urn:"]
        .iter()
        .any(|scheme| text.starts_with(scheme));
    absolute && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(node: &Node) -> String {
        String::from_utf8(node.to_bytes()).expect("UTF-8")
    }

    #[test]
    fn codes_and_words_are_told_apart() {
        for (text, expected) in [
            (
                "sct|3457005",
                r#"{"coding":[{"system":"http://snomed.info/sct","code":"3457005"}]}"#,
            ),
            (
                "https://fhir.example/cs|A B",
                r#"{"coding":[{"system":"https://fhir.example/cs","code":"A B"}]}"#,
            ),
            ("local|A1", r#"{"coding":[{"code":"A1"}]}"#),
            ("Bad back", r#"{"text":"Bad back"}"#),
            ("either|or", r#"{"text":"either|or"}"#),
            ("sct|", r#"{"text":"sct|"}"#),
        ] {
            assert_eq!(json(&concept(text)), expected);
        }
    }

    #[test]
    fn a_text_loses_what_fhir_does_not_allow() {
        assert_eq!(clean(" a\u{0}b\nc\u{7} "), "ab\nc");
    }
}
