//! Entries of the operator's queue: made, and closed with what they were about.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Gateway;
use crate::adapters::store::{NewQueueEntry, QueueClosing, QueueFilter, Unit};
use crate::domain::caller::Caller;
use crate::domain::identifiers::CaseId;
use crate::domain::queue::QueueKind;
use crate::problem::Problem;

/// The other side has not confirmed yet.
pub(super) const AWAITING: &str = "awaiting-acknowledgement";
/// No system can tell the referrer: a person rings.
pub(super) const RING_REFERRER: &str = "ring-referrer";

/// What ends with the work on a case; what has to be heard by somebody does not.
const OF_WORK: [QueueKind; 5] = [
    QueueKind::Held,
    QueueKind::Parked,
    QueueKind::Uncollected,
    QueueKind::Unacknowledged,
    QueueKind::Silent,
];

impl Gateway {
    /// An entry for the operator, due at the end of a working day.
    pub(super) fn entry(
        &self,
        case_id: CaseId,
        kind: QueueKind,
        subject: &str,
        reason: &str,
        working_days: u32,
        now: Timestamp,
    ) -> NewQueueEntry {
        NewQueueEntry {
            id: self.ids.v7(now),
            case_id,
            kind,
            subject: subject.to_owned(),
            reason: reason.to_owned(),
            owner: self.settings.gateway.operator.clone(),
            due_at: self.end_of_working_day(working_days),
        }
    }

    /// The end of the day that lies so many working days ahead.
    fn end_of_working_day(&self, count: u32) -> Timestamp {
        let day = self
            .settings
            .working_days()
            .after(self.clock.today(), count);
        end_of(day).unwrap_or_else(|| self.clock.now())
    }

    /// Whether an entry of this kind is open.
    pub(super) async fn waits_for(
        &self,
        case_id: CaseId,
        kind: QueueKind,
        subject: Option<&str>,
    ) -> Result<bool, Problem> {
        let filter = QueueFilter {
            case_id: Some(case_id),
            kind: Some(kind),
            ..QueueFilter::default()
        };
        let rows = self.store.queue(&Caller::System, &filter).await?;
        Ok(rows
            .iter()
            .any(|row| subject.is_none_or(|subject| row.entry.subject == subject)))
    }
}

/// In UTC: an hour more or less at the end of a day is nobody's working time.
fn end_of(day: Date) -> Option<Timestamp> {
    let next = day.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(next.timestamp())
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
    let closings = OF_WORK.map(|kind| closing(case_id, kind, None, by, how));
    unit.close.extend(closings);
}
