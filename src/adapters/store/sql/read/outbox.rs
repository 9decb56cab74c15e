//! The outbox.

#[cfg(feature = "postgres")]
use std::time::Duration;

use jiff::Timestamp;

use super::{Query, Read, Row, Scope, Value, values};
use crate::adapters::store::records::{CaseRow, LegFilter, LegKind, LegRow, LegState};
use crate::adapters::store::sql::{Dialect, rows};
use crate::domain::identifiers::{CaseId, OutboxId};

/// Legs to be sent now. Within a case and destination the order of release holds: a leg
/// waits for every earlier one that is not delivered or stopped. A stop waits for
/// earlier stops only (DESIGN I10), and a response for no parked one: each tells the whole
/// of where the case stands, and the last word must not wait for a person. A leg that a
/// process has claimed is not due until the claim runs out.
const IS_DUE: &str = "l.state = 'released' AND l.due_at <= ?2
     AND NOT EXISTS (SELECT 1 FROM legs f WHERE f.case_id = l.case_id
         AND f.destination = l.destination AND f.number < l.number
         AND f.state IN ('released', 'waiting', 'parked')
         AND (l.kind <> 'stop' OR f.kind = 'stop')
         AND (l.kind <> 'respond' OR f.state <> 'parked'))";

pub(in super::super::super) fn legs_due(
    dialect: Dialect,
    scope: &Scope,
    now: Timestamp,
    limit: u32,
    excluded: Vec<String>,
) -> Query<LegRow> {
    let sql = format!(
        "SELECT {} FROM legs l WHERE {} AND {IS_DUE} AND {} AND {}
         ORDER BY l.due_at, l.number LIMIT ?4",
        rows::LEG,
        scope.legs,
        dialect.none_of("l.destination", "?3"),
        is_unclaimed(dialect),
    );
    let values = vec![
        scope.value.clone().into(),
        now.into(),
        Value::Texts(excluded),
        limit.into(),
    ];
    Query::new(sql, values, rows::leg)
}

/// Whether no process is at work on a leg, or on another of the same case on its way to
/// the same destination: a stop never races the attempt that it follows. On SQLite the
/// one process keeps that in memory.
fn is_unclaimed(dialect: Dialect) -> String {
    if dialect == Dialect::Sqlite {
        return "1".to_owned();
    }
    let now = dialect.now();
    format!(
        "NOT EXISTS (SELECT 1 FROM legs g WHERE g.case_id = l.case_id
             AND g.destination = l.destination AND g.claimed_until > {now})"
    )
}

/// Claims what is due, so that no other process takes it up until the claim runs out:
/// what one process is choosing another passes over.
#[cfg(feature = "postgres")]
pub(in super::super::super) fn claim_due(
    scope: &Scope,
    now: Timestamp,
    lasts: Duration,
    limit: u32,
    excluded: Vec<String>,
) -> Query<LegRow> {
    let dialect = Dialect::Postgres;
    let mut due = legs_due(dialect, scope, now, limit, excluded);
    let sql = format!(
        "UPDATE legs AS l SET claimed_until = {} + ?5 WHERE l.number IN (
             SELECT l.number FROM legs l WHERE {} AND {IS_DUE} AND {} AND {}
             ORDER BY l.due_at, l.number LIMIT ?4 FOR UPDATE SKIP LOCKED)
         RETURNING {}",
        dialect.now(),
        scope.legs,
        dialect.none_of("l.destination", "?3"),
        is_unclaimed(dialect),
        rows::LEG,
    );
    due.sql = sql;
    let lasts = i64::try_from(lasts.as_micros()).unwrap_or(i64::MAX);
    due.values.push(lasts.into());
    due
}

/// Gives claims back that nothing was done with.
#[cfg(feature = "postgres")]
pub(in super::super::super) fn unclaim(legs: &[OutboxId]) -> Query<()> {
    let places: Vec<String> = (1..=legs.len())
        .map(|number| format!("?{number}"))
        .collect();
    let sql = format!(
        "UPDATE legs SET claimed_until = NULL WHERE id IN ({})",
        places.join(", ")
    );
    let values = legs.iter().map(|id| id.uuid().into()).collect();
    Query::new(sql, values, |_| Ok(()))
}

pub(in super::super::super) fn legs(scope: &Scope, filter: &LegFilter) -> Query<LegRow> {
    let limit = if filter.limit == 0 { 100 } else { filter.limit };
    let values = values![
        scope.value.clone(),
        filter.after.unwrap_or(0),
        filter.case_id.map(CaseId::uuid),
        filter.destination.clone(),
        filter.state.map(LegState::code),
        filter.kind.map(LegKind::code),
        limit,
    ];
    Query::new(legs_sql(scope, filter), values, rows::leg)
}

/// `?3 IS NULL OR l.case_id = ?3` would read the whole outbox for the two rows of one
/// case: the plan is made before the values are known. So the text says what is asked.
fn legs_sql(scope: &Scope, filter: &LegFilter) -> String {
    let or_any = |given: bool, condition: &'static str, any: &'static str| {
        if given { condition } else { any }
    };
    format!(
        "SELECT {} FROM legs l WHERE {} AND l.number > ?2 AND {} AND {} AND {} AND {}
         ORDER BY l.number LIMIT ?7",
        rows::LEG,
        scope.legs,
        or_any(
            filter.case_id.is_some(),
            "l.case_id = ?3",
            "CAST(?3 AS TEXT) IS NULL"
        ),
        or_any(
            filter.destination.is_some(),
            "l.destination = ?4",
            "CAST(?4 AS TEXT) IS NULL"
        ),
        or_any(
            filter.state.is_some(),
            "l.state = ?5",
            "CAST(?5 AS TEXT) IS NULL"
        ),
        or_any(
            filter.kind.is_some(),
            "l.kind = ?6",
            "CAST(?6 AS TEXT) IS NULL"
        ),
    )
}

pub(in super::super::super) fn leg(scope: &Scope, id: OutboxId) -> Query<LegRow> {
    let sql = format!(
        "SELECT {} FROM legs l WHERE {} AND l.id = ?2",
        rows::LEG,
        scope.legs
    );
    Query::new(sql, values![scope.value.clone(), id.uuid()], rows::leg)
}

/// The case of a leg, and the leg's payload and trace, still sealed.
pub(in super::super::super) type SealedLeg = (CaseRow, Vec<u8>, Option<Vec<u8>>);

pub(in super::super::super) fn content_of_leg(id: OutboxId) -> Query<SealedLeg> {
    let sql = format!(
        "SELECT {}, l.sealed_payload, l.sealed_trace
         FROM legs l JOIN cases c ON c.id = l.case_id WHERE l.id = ?1",
        rows::CASE
    );
    Query::new(sql, values![id.uuid()], sealed_leg)
}

fn sealed_leg(row: &Row<'_>) -> Read<SealedLeg> {
    let payload = row.get(rows::CASE_COLUMNS)?;
    let trace = row.get(rows::CASE_COLUMNS + 1)?;
    Ok((rows::case(row)?, payload, trace))
}

/// When the next released leg comes due, whatever blocks it.
pub(in super::super::super) fn next_due(scope: &Scope) -> Query<Option<Timestamp>> {
    let sql = format!(
        "SELECT min(l.due_at) FROM legs l WHERE {} AND l.state = 'released'",
        scope.legs
    );
    Query::new(sql, values![scope.value.clone()], |row| {
        rows::time_or_none(row, 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    use crate::adapters::store::Store;
    use crate::domain::caller::Caller;

    #[tokio::test]
    async fn the_legs_of_a_case_are_found_without_reading_the_whole_outbox() {
        let (_store, folder) = Store::in_temp_dir().await.expect("a store");
        let path = folder.path().join("gateway.sqlite");
        let connection = Connection::open(path).expect("opened");
        let filter = LegFilter {
            case_id: Some(CaseId::new(uuid::Uuid::from_u128(7))),
            ..LegFilter::default()
        };
        let sql = legs_sql(&Scope::of(&Caller::System), &filter);
        let plan: String = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .and_then(|mut statement| statement.query_row([None::<i64>; 7], |row| row.get(3)))
            .expect("a plan");
        assert_eq!(plan, "SEARCH l USING INDEX legs_order (case_id=?)");
    }
}
