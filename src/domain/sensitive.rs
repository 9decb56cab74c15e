//! A value that must not be shown: personal data passes through the program in
//! this wrapper, so that no log line or error text can pick it up by accident.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A personal value. It has no `Display`, its `Debug` shows nothing of it, and
/// it serialises only where a caller serialises the whole case to seal it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    /// Wraps a personal value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Every call is a place where personal data is used on
    /// purpose; reviewers search for this word.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Unwraps the value.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[sensitive]")
    }
}

impl<T> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sensitive_value_shows_nothing_of_itself() {
        let name = Sensitive::new("Zebulon".to_owned());
        assert_eq!(format!("{name:?}"), "[sensitive]");
        assert_eq!(format!("{:?}", Some(&name)), "Some([sensitive])");
    }
}
