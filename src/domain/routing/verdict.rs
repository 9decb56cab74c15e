//! What a row says of a person, for an account of the decision.

use std::borrow::Cow;

use crate::domain::mapping::Position;

/// What one row of a table said of the person. It names the row and the rule, never
/// what is true of the person beyond that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The row.
    pub row: Position,
    /// The rule in the table's words.
    pub what: Cow<'static, str>,
    /// What it said.
    pub outcome: VerdictOutcome,
}

/// What a row can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerdictOutcome {
    /// A row of a place, or of a split, takes in.
    Included,
    /// A catchment row leaves out.
    Excluded,
    /// The fact is missing, so the row says nothing.
    Unknown,
    /// The row does not hold.
    NotMet,
    /// The row holds and accepts.
    Accept,
    /// The row holds and refuses.
    Refuse,
    /// The row holds and asks.
    Ask,
    /// There is room within a limit.
    Room,
    /// A limit is reached.
    Full,
    /// A limit that only the gateway can count.
    NotCounted,
}

impl VerdictOutcome {
    /// The stable word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Included => "included",
            Self::Excluded => "excluded",
            Self::Unknown => "unknown",
            Self::NotMet => "not-met",
            Self::Accept => "accept",
            Self::Refuse => "refuse",
            Self::Ask => "ask",
            Self::Room => "room",
            Self::Full => "full",
            Self::NotCounted => "not-counted",
        }
    }
}
