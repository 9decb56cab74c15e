//! Whether what a person reads is coloured.

use std::ffi::OsStr;

/// On a terminal only, and not where the environment's `NO_COLOR` says anything
/// (no-color.org).
pub fn is_wanted(is_terminal: bool) -> bool {
    decide(is_terminal, std::env::var_os("NO_COLOR").as_deref())
}

fn decide(is_terminal: bool, no_color: Option<&OsStr>) -> bool {
    is_terminal && no_color.is_none_or(OsStr::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_for_a_terminal_whose_owner_has_not_declined_it() {
        for (is_terminal, no_color, expected) in [
            (true, None, true),
            (true, Some(""), true),
            (true, Some("1"), false),
            (false, None, false),
        ] {
            let no_color = no_color.map(OsStr::new);
            assert_eq!(decide(is_terminal, no_color), expected, "{no_color:?}");
        }
    }
}
