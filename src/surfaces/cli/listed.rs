//! Lists of words in help and in errors, within the width of a terminal.

use super::wrap;
use crate::config::nearest;

/// A list under the help of a verb: its heading, and the words.
pub(super) fn under_help(heading: &str, words: &[&str]) -> String {
    format!("{heading}:\n{}", wrap("  ", &words.join(", ")))
}

/// What an error says of a word that is none of these, with the nearest one.
pub(super) fn no_such(noun: &str, given: &str, words: &[&str]) -> String {
    let near = nearest(given, words.iter().copied(), 1);
    let near = near
        .first()
        .map(|near| format!("\n  Did you mean `{near}`?"));
    format!(
        "\n{}{}",
        wrap("  ", &format!("The {noun} are: {}", words.join(", "))),
        near.unwrap_or_default()
    )
}
