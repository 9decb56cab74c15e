//! What a fault says about a name that was probably mistyped.

use crate::config::nearest;

/// `"found" is not ...; did you mean "x"? It is one of: ...`.
pub(super) fn suggestion(found: &str, names: &[&str]) -> String {
    let list = names.join(", ");
    match nearest(found, names.iter().copied(), 1).first() {
        // A long list hides the name that was meant.
        Some(name) if names.len() > 20 => format!("found \"{found}\"; did you mean \"{name}\"?"),
        Some(name) => format!("found \"{found}\"; did you mean \"{name}\"? It is one of: {list}"),
        None => format!("found \"{found}\"; it is one of: {list}"),
    }
}
