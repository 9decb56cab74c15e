//! Entries of the operator's queue: made, and closed with what they were about.

use jiff::Timestamp;

use super::Gateway;
use super::accept::Given;
use super::commit::CRISIS_DAYS;
use super::conditions::Condition;
use crate::adapters::store::{LegKind, NewQueueEntry, QueueClosing, QueueFilter, QueueRow, Unit};
use crate::domain::caller::Caller;
use crate::domain::clock;
use crate::domain::identifiers::CaseId;
use crate::domain::queue::QueueKind;
use crate::problem::Problem;

/// The other side has not confirmed yet.
pub(super) const AWAITING: &str = "awaiting-acknowledgement";
/// No system can tell the referrer: a person rings.
pub(super) const RING_REFERRER: &str = "ring-referrer";

/// What ends with the work on a case; what has to be heard by somebody does not, and of
/// what is parked only the deliveries do.
const OF_WORK: [(QueueKind, Option<&str>); 5] = [
    (QueueKind::Held, None),
    (QueueKind::Parked, Some(LegKind::Deliver.code())),
    (QueueKind::Uncollected, None),
    (QueueKind::Unacknowledged, None),
    (QueueKind::Silent, None),
];

impl Gateway {
    /// An entry for the operator, due at the end of a working day.
    pub(super) fn entry_within(
        &self,
        case_id: CaseId,
        kind: QueueKind,
        subject: &str,
        reason: &str,
        working_days: u32,
        now: Timestamp,
    ) -> NewQueueEntry {
        let entry = self.entry(case_id, kind, subject.to_owned(), reason, now);
        NewQueueEntry {
            due_at: clock::end_of_working_day(now, working_days, &self.calendar),
            ..entry
        }
    }

    /// An entry by which the referrer is rung at once about a phrase that tells of a crisis,
    /// while the case is held for something else.
    pub(super) fn crisis_entry(&self, case_id: CaseId, now: Timestamp) -> NewQueueEntry {
        let code = Condition::RedFlag.code();
        self.entry_within(case_id, QueueKind::Held, code, code, CRISIS_DAYS, now)
    }

    /// Whether what a case is held for would hide from the operator that a phrase was found.
    pub(super) fn hides_red_flag(&self, given: &Given, reason: &str) -> bool {
        reason != Condition::RedFlag.code() && given.holds_red_flag(self.settings.bars.policies)
    }

    /// Whether an entry of this kind is open.
    pub(super) async fn waits_for(
        &self,
        case_id: CaseId,
        kind: QueueKind,
        subject: Option<&str>,
    ) -> Result<bool, Problem> {
        let open = self.open_entries(case_id, kind).await?;
        Ok(open
            .iter()
            .any(|row| subject.is_none_or(|subject| row.entry.subject == subject)))
    }

    /// The open entries of a kind about a case.
    pub(super) async fn open_entries(
        &self,
        case_id: CaseId,
        kind: QueueKind,
    ) -> Result<Vec<QueueRow>, Problem> {
        let filter = QueueFilter {
            case_id: Some(case_id),
            kind: Some(kind),
            ..QueueFilter::default()
        };
        self.store.queue(&Caller::System, &filter).await
    }
}

/// The closing of every open entry of a kind, or of the one about this.
pub(super) fn closing(
    case_id: CaseId,
    kind: QueueKind,
    subject: Option<&str>,
    by: &Caller,
    how: &str,
) -> QueueClosing {
    QueueClosing {
        case_id,
        kind: Some(kind),
        subject: subject.map(str::to_owned),
        by: by.label(),
        closing: how.to_owned(),
    }
}

/// Closes what waited for work on a case that is over.
pub(super) fn close_work(unit: &mut Unit, case_id: CaseId, by: &Caller, how: &str) {
    let closings = OF_WORK.map(|(kind, subject)| closing(case_id, kind, subject, by, how));
    unit.close.extend(closings);
}
