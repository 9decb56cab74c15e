//! The outbox.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{Read, all, one};
use crate::adapters::store::records::{CaseRow, LegFilter, LegKind, LegRow, LegState};
use crate::adapters::store::sqlite::rows;
use crate::adapters::store::sqlite::scope::Scope;
use crate::domain::identifiers::{CaseId, OutboxId};

/// Legs to be sent now. Within a case and destination the order of release holds: a leg
/// waits for every earlier one that is not delivered or stopped. A stop waits for
/// earlier stops only (DESIGN I10), and a response for no parked one: each tells the whole
/// of where the case stands, and the last word must not wait for a person.
pub(in super::super::super) fn legs_due(
    connection: &Connection,
    scope: &Scope,
    now: Timestamp,
    limit: u32,
    excluded: &[String],
) -> Read<Vec<LegRow>> {
    let sql = format!(
        "SELECT {} FROM legs l WHERE {} AND l.state = 'released' AND l.due_at <= ?2
         AND l.destination NOT IN (SELECT value FROM json_each(?3))
         AND NOT EXISTS (SELECT 1 FROM legs f WHERE f.case_id = l.case_id
             AND f.destination = l.destination AND f.number < l.number
             AND f.state IN ('released', 'waiting', 'parked')
             AND (l.kind <> 'stop' OR f.kind = 'stop')
             AND (l.kind <> 'respond' OR f.state <> 'parked'))
         ORDER BY l.due_at, l.number LIMIT ?4",
        rows::LEG,
        scope.legs
    );
    let excluded = serde_json::Value::from(excluded).to_string();
    let params = params![scope.value, now.as_microsecond(), excluded, limit];
    all(connection, &sql, params, rows::leg)
}

pub(in super::super::super) fn legs(
    connection: &Connection,
    scope: &Scope,
    filter: &LegFilter,
) -> Read<Vec<LegRow>> {
    let sql = legs_sql(scope, filter);
    let limit = if filter.limit == 0 { 100 } else { filter.limit };
    let params = params![
        scope.value,
        filter.after.unwrap_or(0),
        filter.case_id.map(|id| id.uuid().into_bytes()),
        filter.destination,
        filter.state.map(LegState::code),
        filter.kind.map(LegKind::code),
        limit,
    ];
    all(connection, &sql, params, rows::leg)
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
        or_any(filter.case_id.is_some(), "l.case_id = ?3", "?3 IS NULL"),
        or_any(
            filter.destination.is_some(),
            "l.destination = ?4",
            "?4 IS NULL"
        ),
        or_any(filter.state.is_some(), "l.state = ?5", "?5 IS NULL"),
        or_any(filter.kind.is_some(), "l.kind = ?6", "?6 IS NULL"),
    )
}

pub(in super::super::super) fn leg(
    connection: &Connection,
    scope: &Scope,
    id: OutboxId,
) -> Read<Option<LegRow>> {
    let sql = format!(
        "SELECT {} FROM legs l WHERE {} AND l.id = ?2",
        rows::LEG,
        scope.legs
    );
    let params = params![scope.value, id.uuid().into_bytes()];
    one(connection, &sql, params, rows::leg)
}

/// A leg, its case, and payload and trace still sealed.
pub(in super::super::super) type SealedLeg = (LegRow, CaseRow, Vec<u8>, Option<Vec<u8>>);

pub(in super::super::super) fn leg_with_case(
    connection: &Connection,
    scope: &Scope,
    id: OutboxId,
) -> Read<Option<SealedLeg>> {
    let Some(leg) = leg(connection, scope, id)? else {
        return Ok(None);
    };
    let sql = format!(
        "SELECT {}, l.sealed_payload, l.sealed_trace
         FROM legs l JOIN cases c ON c.id = l.case_id WHERE l.id = ?1",
        rows::CASE
    );
    let id = id.uuid().into_bytes();
    one(connection, &sql, params![id], |row| {
        let payload = row.get(rows::CASE_COLUMNS)?;
        let trace = row.get(rows::CASE_COLUMNS + 1)?;
        Ok((leg, rows::case(row)?, payload, trace))
    })
}

pub(in super::super::super) fn waiting_leg(
    connection: &Connection,
    scope: &Scope,
    case_id: CaseId,
    slug: &str,
) -> Read<Option<LegRow>> {
    let sql = format!(
        "SELECT {} FROM legs l WHERE {} AND l.case_id = ?2 AND l.destination = ?3
         AND l.state = 'waiting' ORDER BY l.number LIMIT 1",
        rows::LEG,
        scope.legs
    );
    let params = params![scope.value, case_id.uuid().into_bytes(), slug];
    one(connection, &sql, params, rows::leg)
}

/// When the next released leg comes due, whatever blocks it.
pub(in super::super::super) fn next_due(
    connection: &Connection,
    scope: &Scope,
) -> Read<Option<Timestamp>> {
    let sql = format!(
        "SELECT min(l.due_at) FROM legs l WHERE {} AND l.state = 'released'",
        scope.legs
    );
    let micros: Option<Option<i64>> =
        one(connection, &sql, params![scope.value], |row| row.get(0))?;
    Ok(micros
        .flatten()
        .and_then(|micros| Timestamp::from_microsecond(micros).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::store::Store;
    use crate::domain::caller::Caller;

    #[test]
    fn the_legs_of_a_case_are_found_without_reading_the_whole_outbox() {
        let (_store, folder) = Store::in_temp_dir().expect("a store");
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
