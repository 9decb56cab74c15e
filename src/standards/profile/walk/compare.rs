//! Whether a value is the fixed one, or fits a pattern (FHIR R4, ElementDefinition).

use crate::standards::fhir::{Kind, Node};

/// Whether two values are the same, member for member.
pub(super) fn equals(wanted: Node<'_>, found: Node<'_>) -> bool {
    if wanted.kind() != found.kind() {
        return false;
    }
    match wanted.kind() {
        Kind::Object => {
            wanted.members().count() == found.members().count()
                && wanted
                    .members()
                    .all(|(name, value)| found.get(name).is_some_and(|other| equals(value, other)))
        }
        Kind::Array => {
            wanted.items().count() == found.items().count()
                && wanted
                    .items()
                    .zip(found.items())
                    .all(|(one, other)| equals(one, other))
        }
        _ => wanted.text() == found.text(),
    }
}

/// Whether a value has at least what the pattern has; of a list each item once somewhere.
pub(super) fn fits(pattern: Node<'_>, found: Node<'_>) -> bool {
    if pattern.kind() != found.kind() {
        return false;
    }
    match pattern.kind() {
        Kind::Object => pattern
            .members()
            .all(|(name, value)| found.get(name).is_some_and(|other| fits(value, other))),
        Kind::Array => pattern
            .items()
            .all(|one| found.items().any(|other| fits(one, other))),
        _ => pattern.text() == found.text(),
    }
}
