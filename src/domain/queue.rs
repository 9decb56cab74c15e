//! What waits for a person: the entries of the operator's queue (DESIGN I9).

/// Why a case is in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QueueKind {
    /// The case waits for a decision; nothing has left.
    Held,
    /// A delivery or an answer was given up until a person acts.
    Parked,
    /// The provider has not fetched the case in time.
    Uncollected,
    /// The provider has it and nobody there has said that they have seen it in time.
    Unacknowledged,
    /// A later milestone is overdue: nothing is heard of the person.
    Silent,
    /// The person is back with the referrer, whose system has not confirmed that it knows.
    ReturnUnheard,
    /// A stop or a recall has not been confirmed by a holder.
    StopUnheard,
}

impl QueueKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Held,
        Self::Parked,
        Self::Uncollected,
        Self::Unacknowledged,
        Self::Silent,
        Self::ReturnUnheard,
        Self::StopUnheard,
    ];

    /// The word in the store, in the API and in metrics.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Parked => "parked",
            Self::Uncollected => "uncollected",
            Self::Unacknowledged => "unacknowledged",
            Self::Silent => "silent",
            Self::ReturnUnheard => "return-unheard",
            Self::StopUnheard => "stop-unheard",
        }
    }

    /// Whether it is the provider that is waited for, so that ringing it may help. A parked
    /// entry says by its subject what was given up.
    pub fn waits_for_provider(self, subject: &str) -> bool {
        match self {
            Self::Uncollected | Self::Unacknowledged | Self::Silent | Self::StopUnheard => true,
            Self::Parked => !subject.starts_with("respond"),
            Self::Held | Self::ReturnUnheard => false,
        }
    }

    /// Reads the word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}
