//! What waits for a person: the entries of the operator's queue (DESIGN I9).

/// The reason of an entry about a phrase that tells of a crisis.
pub const CRISIS: &str = "red-flag";

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

/// Reasons of a hold about which nobody asks whoever referred.
const ENDED_WITHOUT_REFERRER: [&str; 9] = [
    "mapping-fault",
    "unmapped-code-refused",
    "unknown-provider-word",
    "nobody-serves",
    "several-providers",
    "operator-hold",
    "corrected",
    "reopened",
    "reopened-after-withdrawal",
];

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

    /// Whether a phrase that tells of a crisis was found: such an entry comes before all
    /// others, however old they are.
    pub fn is_crisis(self, reason: &str) -> bool {
        self == Self::Held && reason == CRISIS
    }

    /// Whether it is ended by speaking to whoever referred, so that it has to be said who
    /// that is. What a table, a provider or the operator keeps is not.
    pub fn speaks_to_referrer(self, subject: &str, reason: &str) -> bool {
        match self {
            Self::ReturnUnheard => true,
            Self::Held => !ENDED_WITHOUT_REFERRER.contains(&reason),
            Self::Parked => subject.starts_with("respond"),
            Self::Uncollected | Self::Unacknowledged | Self::Silent | Self::StopUnheard => false,
        }
    }

    /// Reads the word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}
