//! The unit of work: everything that one use case writes, as data.
//!
//! Data and not closures, so that units of several callers share one transaction and a
//! second engine runs the same units (DESIGN I3).

use jiff::Timestamp;

use super::lease::Lease;
use super::records::{
    Answer, ChosenProvider, Due, Hold, LegRow, LegState, NewCase, NewEvent, NewLeg, NewMessage,
    NewQueueEntry, QueueChange, QueueClosing, StoredAnswer, UpdateKey,
};
use crate::domain::case::Case;
use crate::domain::fact::Fact;
use crate::domain::identifiers::{CaseId, OutboxId};
use crate::domain::status::{Mark, Status};

/// What one use case writes; all of it or nothing. An empty unit is legal.
///
/// It is applied in this order: fence, answer, open, update key, following stops, change, leg
/// changes, stop, new legs, messages, events, queue, facts. Who holds a case's person is what the
/// last of its events says.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// The lease under which it is written; when it is another's by now the unit is
    /// [`CommitError::Stale`].
    pub fence: Option<Lease>,
    /// The idempotency record.
    pub answer: Option<Answer>,
    /// A case to open.
    pub open: Option<NewCase>,
    /// Refuse to open the case while another open case of the same referrer has a
    /// ServiceRequest identifier in common with it.
    pub unique_open_identifier: bool,
    /// The unit was decided on there being no open case of the same person; when there
    /// is one by now it is [`CommitError::Stale`].
    pub no_open_case_of_person: bool,
    /// The unit was decided on there being room at the provider of the case that it opens;
    /// when there is none by now it is [`CommitError::Stale`].
    pub room: Option<Room>,
    /// A change to a case.
    pub change: Option<CaseChange>,
    /// Messages to keep.
    pub messages: Vec<NewMessage>,
    /// Events of the case.
    pub events: Vec<NewEvent>,
    /// New rows of the outbox. They are not touched by this unit's own stop.
    pub legs: Vec<NewLeg>,
    /// Changes to rows of the outbox.
    pub leg_changes: Vec<LegChange>,
    /// Stop every leg of kind `deliver` of this case that is released, waiting or parked.
    pub stop_unsent: Option<CaseId>,
    /// With a stop: what its caller believes about [`Stopped::may_be_held`]; when it is
    /// otherwise by now the unit is [`CommitError::Stale`].
    pub expected_may_be_held: Option<bool>,
    /// Stops of the cases that were referred on from this one.
    pub following: Vec<FollowingStop>,
    /// A provider's update to remember.
    pub update_key: Option<UpdateKey>,
    /// Entries of the queue to be closed, before those that are raised.
    pub close: Vec<QueueClosing>,
    /// Changes to entries of the queue.
    pub queue_changes: Vec<QueueChange>,
    /// Entries of the queue to be raised.
    pub raise: Vec<NewQueueEntry>,
    /// Audit facts.
    pub facts: Vec<Fact>,
}

/// The limits of a provider: so many cases, and no more.
#[derive(Clone, Debug)]
pub struct Room {
    /// Its slug.
    pub provider: String,
    /// Open at one time.
    pub open_cases: Option<u32>,
    /// Received since then.
    pub since: Option<(u32, Timestamp)>,
}

/// A change to a case; `None` leaves a column as it is.
#[derive(Clone, Debug)]
pub struct CaseChange {
    /// The case.
    pub id: CaseId,
    /// The revision on which the change was decided.
    pub expected_revision: u32,
    /// Where it stands now.
    pub status: Option<Status>,
    /// Hold (`Some(Some)`) or end of the hold (`Some(None)`).
    pub hold: Option<Option<Hold>>,
    /// Provider chosen (`Some(Some)`) or taken back (`Some(None)`).
    pub provider: Option<Option<ChosenProvider>>,
    /// Restriction.
    pub restricted: Option<bool>,
    /// What is awaited next (`Some(Some)`) or that nothing is (`Some(None)`).
    pub milestone: Option<Option<Due>>,
    /// The provider update that counted.
    pub last_update: Option<Mark>,
    /// Closure reason set (`Some(Some)`) or taken back (`Some(None)`).
    pub closure_reason: Option<Option<String>>,
    /// The amended case; sealed, and its look-up values are computed anew.
    pub case: Option<Box<Case>>,
    /// It is none of the referrer's: the time at which the case last changed stays, for the
    /// referrer is shown that.
    pub unseen_by_referrer: bool,
}

impl CaseChange {
    /// A change of this case at this revision that sets nothing yet.
    pub const fn of(id: CaseId, expected_revision: u32) -> Self {
        Self {
            id,
            expected_revision,
            status: None,
            hold: None,
            provider: None,
            restricted: None,
            milestone: None,
            last_update: None,
            closure_reason: None,
            case: None,
            unseen_by_referrer: false,
        }
    }
}

/// The stop of a case that was referred on, in the same unit as the stop of the case that it
/// came from: its unsent legs die with it.
#[derive(Clone, Debug)]
pub struct FollowingStop {
    /// The change to the case.
    pub change: CaseChange,
    /// What the caller believes about [`Stopped::may_be_held`] of it; when it is otherwise by
    /// now the unit is [`CommitError::Stale`].
    pub expected_may_be_held: bool,
}

/// A change to a row of the outbox.
///
/// A sender commits `attempts + 1` *before* it sends, then the result: only so does a
/// stop that comes in between, or after a crash, know that the leg may have arrived.
/// `Delivered` is final; `Stopped` can only become `Delivered`, when the stop overtook
/// an attempt that then succeeded. Anything else is [`CommitError::Stale`].
#[derive(Clone, Debug)]
pub struct LegChange {
    /// The leg.
    pub id: OutboxId,
    /// The attempts on which the change was decided.
    pub expected_attempts: u32,
    /// Where it stands now.
    pub state: LegState,
    /// Attempts begun by now.
    pub attempts: u32,
    /// Not before.
    pub due_at: Timestamp,
    /// Code of the failure; `None` clears it.
    pub last_error: Option<String>,
    /// Whether the process that claimed the leg is done with it. Whoever else changes a
    /// leg leaves the claim alone: the attempt that it stands for may be on its way.
    pub ends_claim: bool,
}

impl LegChange {
    /// A change of this leg as it was read that sets nothing yet and leaves its claim alone.
    pub fn of(leg: &LegRow) -> Self {
        Self {
            id: leg.id,
            expected_attempts: leg.attempts,
            state: leg.state,
            attempts: leg.attempts,
            due_at: leg.due_at,
            last_error: leg.last_error.clone(),
            ends_claim: false,
        }
    }
}

/// What a stop met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stopped {
    /// Legs stopped.
    pub legs: u32,
    /// Whether any leg of kind `deliver` was delivered, or attempted and so may have been:
    /// then the stop has to follow it to its holder (DESIGN I10).
    pub may_be_held: bool,
}

/// What a committed unit reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// What the stop met, where the unit held one.
    pub stopped: Option<Stopped>,
    /// Revision of the case that was opened or changed.
    pub revision: Option<u32>,
}

/// Why a unit was not committed. Nothing of it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// The same request was answered before.
    #[error("this request was answered before")]
    AlreadyAnswered(Box<StoredAnswer>),
    /// The case, a leg or the expectation of a stop is not what the unit was decided on:
    /// read again and decide again.
    #[error("the case has changed meanwhile")]
    Stale,
    /// An open case of the same referrer has a ServiceRequest identifier in common.
    #[error("an open case has a ServiceRequest identifier in common")]
    OpenIdentifier(CaseId),
    /// The provider used this key before.
    #[error("this update key was used before")]
    UpdateKeyExists(Box<UpdateKey>),
    /// The store could not write; the text names no datum.
    #[error("the store is not available: {0}")]
    Unavailable(String),
}
