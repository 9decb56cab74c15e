//! What the findings of validation do, and the definitions beyond the shipped ones.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// `[validation]`, and `[referrers.<ODS code>.validation]`: what is written there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validation {
    /// By whose rule it is: a name of `[validation.layers]`.
    pub layers: BTreeMap<String, Verdict>,
    /// By the rule itself.
    pub rules: BTreeMap<String, Verdict>,
}

/// What a finding of validation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The message is refused.
    Reject,
    /// The message is taken, and the finding is told.
    Warn,
    /// Nothing is said.
    Ignore,
}

/// `[profiles]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profiles {
    /// The folder of further packages.
    pub packages: Option<PathBuf>,
    /// Profiles that must be there for the gateway to start.
    pub required: Vec<String>,
}
