//! Figures and findings for operating.

use jiff::Timestamp;

use super::outbox::LegState;
use crate::domain::queue::QueueKind;
use crate::domain::status::Status;

/// Figures for operating.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Cases by status; a status without cases is not listed.
    pub cases: Vec<(Status, u64)>,
    /// Legs by state; a state without legs is not listed.
    pub legs: Vec<(LegState, u64)>,
    /// Open entries of the queue by kind, and when the oldest of each was raised; a kind
    /// without entries is not listed.
    pub queue: Vec<(QueueKind, u64, Timestamp)>,
    /// Release time of the oldest leg that is released, waiting or parked.
    pub oldest_undelivered: Option<Timestamp>,
}

/// What an integrity check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Integrity {
    /// Each fault in words, without a datum; empty means sound.
    pub faults: Vec<String>,
    /// Audit rows whose hash was computed again.
    pub facts_checked: u64,
}
