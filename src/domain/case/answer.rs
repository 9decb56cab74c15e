//! An answer and the three ways of having none.

use serde::{Deserialize, Serialize};

/// Blank, "not known" and "prefer not to say" are three different things to a
/// provider, and none of them is a refusal (reference/workwell.md 1.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer<T> {
    /// The value.
    Known(T),
    /// Asked; the person prefers not to say.
    Declined,
    /// Asked or looked up; nobody knows.
    NotKnown,
    /// The message says nothing about it.
    #[default]
    Absent,
}

impl<T> Answer<T> {
    /// The value, where there is one.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }
}
