//! The operator's queue.

use jiff::Timestamp;

use super::{Query, Scope, values};
use crate::adapters::store::records::{CRISIS_FIRST, CaseRow, QueueFilter, QueueRow};
use crate::adapters::store::sql::rows;
use crate::domain::identifiers::CaseId;
use crate::domain::queue::{CRISIS, QueueKind};

/// Entries about a crisis, then the others, each in the order in which they were raised
/// ([`QueueRow::place`]); for those who see everything.
pub(in super::super::super) fn queue(scope: &Scope, filter: &QueueFilter) -> Query<QueueRow> {
    let place = format!(
        "(q.number - CASE WHEN q.kind = 'held' AND q.reason = '{CRISIS}' THEN {CRISIS_FIRST}
         ELSE 0 END)"
    );
    let sql = format!(
        "SELECT {} FROM queue q WHERE CAST(?1 AS TEXT) IS NULL AND {place} > ?2
         AND q.kind = coalesce(?4, q.kind) AND {}
         AND (CAST(?7 AS BIGINT) IS NULL OR q.alerted_at IS NULL OR q.due_at <= ?7) AND {}
         ORDER BY {place} LIMIT ?6",
        rows::QUEUE,
        // The index holds the open ones only.
        if filter.closed_too {
            "?5"
        } else {
            "NOT ?5 AND q.closed_at IS NULL"
        },
        // The text says what is asked: see `legs_sql`.
        if filter.case_id.is_some() {
            "q.case_id = ?3"
        } else {
            "CAST(?3 AS TEXT) IS NULL"
        },
    );
    let limit = if filter.limit == 0 { 100 } else { filter.limit };
    let values = values![
        scope.value.clone(),
        filter.after.unwrap_or(-CRISIS_FIRST),
        filter.case_id.map(CaseId::uuid),
        filter.kind.map(QueueKind::code),
        filter.closed_too,
        limit,
        filter.to_act_by,
    ];
    Query::new(sql, values, rows::queue)
}

/// The open entries by kind, and when the oldest of each was raised.
pub(in super::super::super) fn queue_by_kind(
    scope: &Scope,
) -> Query<(Option<QueueKind>, u64, Option<Timestamp>)> {
    let sql = "SELECT q.kind, count(*), min(q.raised_at) FROM queue q
               WHERE CAST(?1 AS TEXT) IS NULL AND q.closed_at IS NULL
               GROUP BY q.kind ORDER BY q.kind";
    Query::new(sql.to_owned(), values![scope.value.clone()], |row| {
        let count = row.get::<i64>(1)?.cast_unsigned();
        let kind = QueueKind::from_code(row.text(0)?);
        Ok((kind, count, rows::time_or_none(row, 2)?))
    })
}

/// Open cases whose milestone is overdue, the longest overdue first.
pub(in super::super::super) fn cases_overdue(
    scope: &Scope,
    now: Timestamp,
    limit: u32,
) -> Query<CaseRow> {
    let sql = format!(
        "SELECT {} FROM cases c WHERE {} AND c.milestone_due <= ?2 AND c.is_open
         ORDER BY c.milestone_due, c.number LIMIT ?3",
        rows::CASE,
        scope.cases
    );
    Query::new(sql, values![scope.value.clone(), now, limit], rows::case)
}
