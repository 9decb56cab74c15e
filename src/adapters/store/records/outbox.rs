//! The outbox: one leg for each thing that has to reach somebody.

use jiff::Timestamp;

use super::cases::CaseRow;
use crate::domain::identifiers::{CaseId, OutboxId};
use crate::domain::status::Status;

/// What a leg is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LegKind {
    /// The case, to a provider.
    Deliver,
    /// The stop, to whoever holds the case.
    Stop,
    /// A response, to the referrer.
    Respond,
}

impl LegKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[Self::Deliver, Self::Stop, Self::Respond];

    /// The word in the store.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Deliver => "deliver",
            Self::Stop => "stop",
            Self::Respond => "respond",
        }
    }

    /// Reads the word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

/// Where a leg stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LegState {
    /// To be sent by the delivery worker.
    Released,
    /// To be collected by its provider.
    Waiting,
    /// Its destination has it.
    Delivered,
    /// Given up until a person acts.
    Parked,
    /// Will not be sent.
    Stopped,
}

impl LegState {
    /// Every state.
    pub const ALL: &'static [Self] = &[
        Self::Released,
        Self::Waiting,
        Self::Delivered,
        Self::Parked,
        Self::Stopped,
    ];

    /// The word in the store and on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Parked => "parked",
            Self::Stopped => "stopped",
        }
    }

    /// Reads the word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.code() == code)
    }
}

/// One row of the outbox to be written.
#[derive(Clone)]
pub struct NewLeg {
    /// Its id.
    pub id: OutboxId,
    /// Its case.
    pub case_id: CaseId,
    /// What it is for.
    pub kind: LegKind,
    /// A provider's slug, or `referrer:<system|value>`.
    pub destination: String,
    /// The channel's word: `webhook`, `collect`, `fhir`, `bars`.
    pub channel: String,
    /// Media type of the payload.
    pub content_type: String,
    /// The bytes to send; sealed.
    pub payload: Vec<u8>,
    /// How each field came to be; sealed.
    pub trace: Option<Vec<u8>>,
    /// What makes a repeat no second effect.
    pub effect_key: String,
    /// Where the case stands, as a response or a stop tells it; `None` for a delivery.
    pub says: Option<Status>,
    /// Version of the referral it carries, from 1.
    pub version: u32,
    /// `Released` or `Waiting`.
    pub state: LegState,
    /// Not before.
    pub due_at: Timestamp,
}

/// One row of the outbox, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegRow {
    /// Grows with every leg: the order of sending within a case and destination.
    pub number: i64,
    /// Its id.
    pub id: OutboxId,
    /// Its case.
    pub case_id: CaseId,
    /// What it is for.
    pub kind: LegKind,
    /// A provider's slug, or `referrer:<system|value>`.
    pub destination: String,
    /// The channel's word.
    pub channel: String,
    /// Media type of the payload.
    pub content_type: String,
    /// What makes a repeat no second effect.
    pub effect_key: String,
    /// Where the case stands, as a response or a stop tells it; `None` for a delivery.
    pub says: Option<Status>,
    /// Version of the referral it carries.
    pub version: u32,
    /// Where it stands.
    pub state: LegState,
    /// Attempts begun.
    pub attempts: u32,
    /// Not before.
    pub due_at: Timestamp,
    /// Code of the last failure.
    pub last_error: Option<String>,
    /// When it was released.
    pub created_at: Timestamp,
}

/// A leg with everything its sender needs, read in one go just before an attempt: the
/// case shows whether a stop has overtaken it.
#[derive(Clone)]
pub struct LegWithCase {
    /// The leg.
    pub leg: LegRow,
    /// Its case, as it stands now.
    pub case: CaseRow,
    /// The bytes to send, opened.
    pub payload: Vec<u8>,
    /// How each field came to be, opened.
    pub trace: Option<Vec<u8>>,
}

/// What of the outbox to list; an empty filter lists everything.
#[derive(Clone, Debug, Default)]
pub struct LegFilter {
    /// Of this case only.
    pub case_id: Option<CaseId>,
    /// To this destination only.
    pub destination: Option<String>,
    /// In this state only.
    pub state: Option<LegState>,
    /// Of this kind only.
    pub kind: Option<LegKind>,
    /// Beginning after this number.
    pub after: Option<i64>,
    /// At most so many; 0 means 100.
    pub limit: u32,
}
