//! Figures and the audit log.

use jiff::Timestamp;

use super::{Query, Read, Row, Scope, Value, values};
use crate::adapters::store::records::{FactRow, LegState};
use crate::adapters::store::sql::rows;
use crate::domain::fact::FactKind;
use crate::domain::identifiers::CaseId;
use crate::domain::status::Status;

/// A word and how often it stands; `None` for a word that is not ours.
type Counted<T> = (Option<T>, u64);

pub(in super::super::super) fn cases_by_status(scope: &Scope) -> Query<Counted<Status>> {
    let sql = format!(
        "SELECT c.status, count(*) FROM cases c WHERE {} GROUP BY c.status ORDER BY c.status",
        scope.cases
    );
    Query::new(sql, values![scope.value.clone()], |row| {
        counted(row, Status::from_code)
    })
}

pub(in super::super::super) fn legs_by_state(scope: &Scope) -> Query<Counted<LegState>> {
    let sql = format!(
        "SELECT l.state, count(*) FROM legs l WHERE {} GROUP BY l.state ORDER BY l.state",
        scope.legs
    );
    Query::new(sql, values![scope.value.clone()], |row| {
        counted(row, LegState::from_code)
    })
}

fn counted<T>(row: &Row<'_>, word: fn(&str) -> Option<T>) -> Read<Counted<T>> {
    Ok((word(row.text(0)?), row.get::<i64>(1)?.cast_unsigned()))
}

pub(in super::super::super) fn oldest_undelivered(scope: &Scope) -> Query<Option<Timestamp>> {
    // By the numbers, which an index holds, and then of one row: the rows of a long backlog
    // carry their payloads.
    let sql = format!(
        "SELECT f.created_at FROM legs f WHERE f.number = (SELECT min(l.number) FROM legs l
         WHERE {} AND l.state IN ('released', 'waiting', 'parked'))",
        scope.legs
    );
    Query::new(sql, values![scope.value.clone()], |row| {
        rows::time_or_none(row, 0)
    })
}

pub(in super::super::super) fn facts(scope: &Scope, from_seq: i64, limit: u32) -> Query<FactRow> {
    let sql = format!(
        "SELECT {} FROM audit WHERE CAST(?1 AS TEXT) IS NULL AND seq >= ?2 ORDER BY seq LIMIT ?3",
        rows::FACT
    );
    let values = values![scope.value.clone(), from_seq, limit];
    Query::new(sql, values, rows::fact)
}

/// The facts of one case.
pub(in super::super::super) fn facts_of_case(
    scope: &Scope,
    case_id: CaseId,
    from_seq: i64,
    limit: u32,
) -> Query<FactRow> {
    let sql = format!(
        "SELECT {} FROM audit WHERE CAST(?1 AS TEXT) IS NULL AND seq >= ?2 AND case_id = ?4
         ORDER BY seq LIMIT ?3",
        rows::FACT
    );
    let values = values![scope.value.clone(), from_seq, limit, case_id.uuid()];
    Query::new(sql, values, rows::fact)
}

/// How many ids [`statuses`] takes.
pub(in super::super::super) const AT_ONCE: usize = 200;

/// The cases of these that are there, each with its status. Fewer ids than
/// [`AT_ONCE`] are filled up, so that the statement is always the same.
pub(in super::super::super) fn statuses(ids: &[CaseId]) -> Query<(CaseId, Status)> {
    let places: Vec<String> = (1..=AT_ONCE).map(|place| format!("?{place}")).collect();
    let sql = format!(
        "SELECT c.id, c.status FROM cases c WHERE c.id IN ({})",
        places.join(", ")
    );
    let last = ids.last().map_or(uuid::Uuid::nil(), |id| id.uuid());
    let mut values: Vec<Value<'static>> = ids.iter().map(|id| id.uuid().into()).collect();
    values.resize(AT_ONCE, last.into());
    Query::new(sql, values, |row| {
        Ok((rows::case_id(row)?, rows::status(row, 1)?))
    })
}

/// When a thing of this kind happened last. It reads the whole log: for what is asked
/// rarely.
pub(in super::super::super) fn last_of_kind(kind: FactKind) -> Query<Option<Timestamp>> {
    let sql = "SELECT max(at) FROM audit WHERE kind = ?1".to_owned();
    Query::new(sql, values![kind.code()], |row| rows::time_or_none(row, 0))
}
