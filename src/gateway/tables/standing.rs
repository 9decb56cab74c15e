//! How a folder or a table of the mappings stands.

use crate::problem::Problem;

/// How a provider stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its folder is in use as it is.
    Live,
    /// Its folder has faults; the last good version is in use.
    Kept,
    /// Its folder has faults, and there is no earlier version: it takes nobody.
    Disabled,
    /// Its folder is gone: nobody new, and the cases it has go on.
    Gone,
}

impl Standing {
    /// Every standing.
    pub const ALL: &'static [Self] = &[Self::Live, Self::Kept, Self::Disabled, Self::Gone];

    /// The stable word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Kept => "kept",
            Self::Disabled => "disabled",
            Self::Gone => "gone",
        }
    }
}

/// `2 faults (WW-MAP-004, WW-MAP-007)`.
pub(super) fn faults(problems: &[Problem]) -> String {
    let count = problems.len();
    let mut codes: Vec<&str> = problems.iter().map(|p| p.entry.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let noun = if count == 1 { "fault" } else { "faults" };
    format!("{count} {noun} ({})", codes.join(", "))
}
