//! The operator's queue.

use super::{Step, Then};
use crate::adapters::store::records::{NewQueueEntry, QueueChange, QueueClosing};
use crate::adapters::store::sql::value::values;
use crate::domain::queue::QueueKind;

/// Nothing is added beside an open entry of the same case, kind and subject.
pub(super) fn raise(entry: &NewQueueEntry, now: i64) -> Step<'_> {
    Step {
        sql: "INSERT INTO queue (id, case_id, kind, subject, reason, owner, raised_at, due_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
        values: values![
            entry.id,
            entry.case_id.uuid(),
            entry.kind.code(),
            &entry.subject,
            &entry.reason,
            &entry.owner,
            now,
            entry.due_at,
        ],
        then: Then::Written,
    }
}

/// A subject also stands for what begins with it and a colon: `deliver` for every
/// `deliver:<leg>`, so that a stop closes what it stopped without knowing each leg.
pub(super) fn close(closing: &QueueClosing, now: i64) -> Step<'_> {
    Step {
        sql: "UPDATE queue SET closed_at = ?2, closed_by = ?3, closing = ?4
             WHERE case_id = ?1 AND closed_at IS NULL
             AND kind = coalesce(?5, kind)
             AND (CAST(?6 AS TEXT) IS NULL OR subject = ?6
                  OR substr(subject, 1, length(CAST(?6 AS TEXT)) + 1) = CAST(?6 AS TEXT) || ':')",
        values: values![
            closing.case_id.uuid(),
            now,
            &closing.by,
            &closing.closing,
            closing.kind.map(QueueKind::code),
            closing.subject.as_ref(),
        ],
        then: Then::Written,
    }
}

/// An entry that was closed meanwhile is not touched: the unit is stale.
pub(super) fn change(change: &QueueChange, now: i64) -> Step<'_> {
    Step {
        sql: "UPDATE queue SET owner = coalesce(?3, owner), due_at = coalesce(?4, due_at),
             alerted_at = CASE WHEN ?5 THEN ?2 ELSE alerted_at END,
             told_at = CASE WHEN ?6 THEN ?2 ELSE told_at END
             WHERE id = ?1 AND closed_at IS NULL",
        values: values![
            change.id,
            now,
            change.owner.as_ref(),
            change.due_at,
            change.alerted,
            change.told,
        ],
        then: Then::OneOrStale,
    }
}
