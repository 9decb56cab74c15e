//! The path of a value, for a person who looks for it.

use crate::standards::fhir::Node;

/// Of a message the path that `validate` tells; of a canonical case, whose members are
/// spelt otherwise than those of FHIR, a JSON path.
pub(super) fn path(node: Node<'_>, is_message: bool) -> String {
    if is_message {
        return node.path();
    }
    let Some(above) = node.parent() else {
        return "$".to_owned();
    };
    let before = path(above, is_message);
    if let Some(name) = node.name() {
        return format!("{before}.{}", shown(name));
    }
    let place = above.items().position(|item| item == node);
    format!("{before}[{}]", place.unwrap_or_default())
}

/// A member as the case model spells its own; any other name could hold anything.
fn shown(name: &str) -> &str {
    let is_ours = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    if name.len() <= 40 && name.bytes().all(is_ours) {
        name
    } else {
        "(another name)"
    }
}
