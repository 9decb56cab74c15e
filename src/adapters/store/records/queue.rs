//! The operator's queue.

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::identifiers::CaseId;
use crate::domain::queue::QueueKind;

/// An entry to be raised. While one of the same case, kind and subject is open, nothing
/// is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewQueueEntry {
    /// Its id.
    pub id: Uuid,
    /// The case.
    pub case_id: CaseId,
    /// Why it is there.
    pub kind: QueueKind,
    /// What it is about: `deliver:<leg's id>`, `clock:<step>`; empty for the case as a whole.
    pub subject: String,
    /// The coded reason.
    pub reason: String,
    /// The named person or desk that has to act.
    pub owner: String,
    /// Until when.
    pub due_at: Timestamp,
}

/// Open entries to be closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueClosing {
    /// Of this case.
    pub case_id: CaseId,
    /// Of this kind only.
    pub kind: Option<QueueKind>,
    /// About this only, and about what begins with it and a colon.
    pub subject: Option<String>,
    /// Who closed it, as [`Caller::label`](crate::domain::caller::Caller::label) says it.
    pub by: String,
    /// The coded way in which it ended.
    pub closing: String,
}

/// A change to an open entry; `None` leaves a column as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueChange {
    /// The entry.
    pub id: Uuid,
    /// Somebody else has to act now.
    pub owner: Option<String>,
    /// Until another time.
    pub due_at: Option<Timestamp>,
    /// The alert has gone out.
    pub alerted: bool,
    /// The referrer is being told.
    pub told: bool,
}

/// An entry as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueRow {
    /// Its place: entries raised later have a higher one.
    pub number: i64,
    /// What was raised.
    pub entry: NewQueueEntry,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// When the alert went out.
    pub alerted_at: Option<Timestamp>,
    /// When the referrer was told.
    pub told_at: Option<Timestamp>,
    /// When it was closed, and by whom and how.
    pub closed: Option<(Timestamp, String, String)>,
}

/// By how much an entry about a crisis comes before its number. Its place and every other
/// stay whole numbers in JSON too (below 2^53).
pub const CRISIS_FIRST: i64 = 1 << 50;

impl QueueRow {
    /// Where it stands in the queue: entries about a crisis first, then the oldest.
    pub fn place(&self) -> i64 {
        if self.entry.kind.is_crisis(&self.entry.reason) {
            return self.number - CRISIS_FIRST;
        }
        self.number
    }
}

/// Which entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueFilter {
    /// Of this case only.
    pub case_id: Option<CaseId>,
    /// Of this kind only.
    pub kind: Option<QueueKind>,
    /// With those that are closed.
    pub closed_too: bool,
    /// Only those that nobody was alerted of yet, or that are due by then.
    pub to_act_by: Option<Timestamp>,
    /// After this [place](QueueRow::place), for the next page.
    pub after: Option<i64>,
    /// At most so many; 0 means 100.
    pub limit: u32,
}

#[cfg(test)]
impl QueueRow {
    /// An open entry for a test.
    pub fn sample(
        case_id: CaseId,
        kind: QueueKind,
        subject: &str,
        reason: &str,
        at: Timestamp,
    ) -> Self {
        Self {
            number: 1,
            entry: NewQueueEntry {
                id: Uuid::nil(),
                case_id,
                kind,
                subject: subject.to_owned(),
                reason: reason.to_owned(),
                owner: "duty".to_owned(),
                due_at: at,
            },
            raised_at: at,
            alerted_at: None,
            told_at: None,
            closed: None,
        }
    }
}
