//! Every query. `?1` is the caller's scope (see [`Scope`]).

use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::super::leaf::{LeafColumns, leaf_hash};
use super::super::records::{
    Answer, BeforeReceive, CaseRow, Counts, Cursor, Direction, EventRow, FactRow, Integrity,
    LegFilter, LegRow, LegState, MessageRow, OpenCase, Page, RequestKey,
};
use super::rows;
use super::scope::Scope;
use crate::domain::identifiers::{CaseId, CorrelationId, OutboxId, ServiceRequestId};
use crate::domain::status::Status;
use jiff::Timestamp;

type Read<T> = rusqlite::Result<T>;

/// At most so many cases of one person or conversation are given at once.
const MOST_CASES: u32 = 100;

fn one<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> Read<T>,
) -> Read<Option<T>> {
    connection
        .prepare_cached(sql)?
        .query_row(params, read)
        .optional()
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> Read<T>,
) -> Read<Vec<T>> {
    connection
        .prepare_cached(sql)?
        .query_map(params, read)?
        .collect()
}

/// The case's wrapped key; unscoped, for sealing what the gateway itself adds.
pub(in super::super) fn wrapped_key(
    connection: &Connection,
    case_id: CaseId,
) -> Read<Option<Vec<u8>>> {
    let id = case_id.uuid().into_bytes();
    let sql = "SELECT wrapped_key FROM cases WHERE id = ?1";
    one(connection, sql, params![id], |row| row.get(0))
}

pub(in super::super) fn answer(
    connection: &Connection,
    scope: &Scope,
    key: &RequestKey,
) -> Read<Option<Answer>> {
    let sql = format!(
        "SELECT {} FROM answers WHERE (?1 IS NULL OR organisation = ?1)
         AND organisation = ?2 AND request_id = ?3 AND correlation_id = ?4",
        rows::ANSWER
    );
    let params = params![
        scope.value,
        key.organisation,
        key.request_id.uuid().into_bytes(),
        key.correlation_id.uuid().into_bytes(),
    ];
    one(connection, &sql, params, rows::answer)
}

pub(in super::super) fn before_receive(
    connection: &Connection,
    scope: &Scope,
    key: &RequestKey,
    identifier_hash: Option<[u8; 32]>,
    nhs_number_hash: Option<[u8; 32]>,
) -> Read<BeforeReceive> {
    let open_identifier = match identifier_hash {
        Some(hash) => {
            let sql = format!(
                "SELECT {} FROM cases c WHERE {} AND c.identifier_hash = ?2 AND c.is_open = 1
                 AND c.referrer = ?3 ORDER BY c.number LIMIT 1",
                rows::OPEN_CASE,
                scope.cases
            );
            let params = params![scope.value, hash, key.organisation];
            one(connection, &sql, params, rows::open_case)?
        }
        None => None,
    };
    let open_cases_of_person = match nhs_number_hash {
        Some(hash) => open_cases(connection, hash)?,
        None => Vec::new(),
    };
    Ok(BeforeReceive {
        answer: answer(connection, scope, key)?,
        open_identifier,
        open_cases_of_person,
    })
}

/// Across referrers, on purpose: see [`OpenCase`].
fn open_cases(connection: &Connection, nhs_number_hash: [u8; 32]) -> Read<Vec<OpenCase>> {
    let sql = format!(
        "SELECT {} FROM cases c WHERE c.nhs_number_hash = ?1 AND c.is_open = 1
         ORDER BY c.number LIMIT ?2",
        rows::OPEN_CASE
    );
    let params = params![nhs_number_hash, MOST_CASES];
    all(connection, &sql, params, rows::open_case)
}

fn cases_where(
    connection: &Connection,
    scope: &Scope,
    condition: &str,
    value: &[u8],
) -> Read<Vec<CaseRow>> {
    let sql = format!(
        "SELECT {} FROM cases c WHERE {} AND {condition} ORDER BY c.number DESC LIMIT ?3",
        rows::CASE,
        scope.cases
    );
    let params = params![scope.value, value, MOST_CASES];
    all(connection, &sql, params, rows::case)
}

pub(in super::super) fn case_by_id(
    connection: &Connection,
    scope: &Scope,
    id: CaseId,
) -> Read<Option<CaseRow>> {
    let found = cases_where(connection, scope, "c.id = ?2", id.uuid().as_bytes())?;
    Ok(found.into_iter().next())
}

pub(in super::super) fn case_by_service_request_id(
    connection: &Connection,
    scope: &Scope,
    id: ServiceRequestId,
) -> Read<Option<CaseRow>> {
    let condition = "c.service_request_id = ?2";
    let found = cases_where(connection, scope, condition, id.uuid().as_bytes())?;
    Ok(found.into_iter().next())
}

pub(in super::super) fn cases_by_correlation(
    connection: &Connection,
    scope: &Scope,
    id: CorrelationId,
) -> Read<Vec<CaseRow>> {
    let condition = "c.correlation_id = ?2";
    cases_where(connection, scope, condition, id.uuid().as_bytes())
}

/// Which keyed hash a case is looked up by.
#[derive(Clone, Copy)]
pub(in super::super) enum HashColumn {
    Identifier,
    NhsNumber,
    OpenNhsNumber,
    Demographics,
}

pub(in super::super) fn cases_by_hash(
    connection: &Connection,
    scope: &Scope,
    column: HashColumn,
    hash: &[u8; 32],
) -> Read<Vec<CaseRow>> {
    let condition = match column {
        HashColumn::Identifier => "c.identifier_hash = ?2",
        HashColumn::NhsNumber => "c.nhs_number_hash = ?2",
        HashColumn::OpenNhsNumber => "c.nhs_number_hash = ?2 AND c.is_open = 1",
        HashColumn::Demographics => "c.demographics_hash = ?2",
    };
    cases_where(connection, scope, condition, hash)
}

/// Which of a case's messages.
#[derive(Clone, Copy)]
pub(in super::super) enum Which {
    First,
    Latest,
}

/// The message, its body still sealed, and the wrapped key of its case.
pub(in super::super) fn message(
    connection: &Connection,
    scope: &Scope,
    case_id: CaseId,
    direction: Direction,
    which: Which,
) -> Read<Option<(MessageRow, Vec<u8>)>> {
    let order = match which {
        Which::First => "ASC",
        Which::Latest => "DESC",
    };
    let sql = format!(
        "SELECT {}, c.wrapped_key FROM messages m JOIN cases c ON c.id = m.case_id
         WHERE {} AND m.case_id = ?2 AND m.direction = ?3 ORDER BY m.version {order} LIMIT 1",
        rows::MESSAGE,
        scope.messages
    );
    let id = case_id.uuid().into_bytes();
    let params = params![scope.value, id, direction.code()];
    one(connection, &sql, params, |row| {
        Ok((rows::message(row)?, row.get(12)?))
    })
}

pub(in super::super) fn events(
    connection: &Connection,
    scope: &Scope,
    case_id: CaseId,
) -> Read<Vec<EventRow>> {
    let sql = format!(
        "SELECT {} FROM events e JOIN cases c ON c.id = e.case_id
         WHERE {} AND e.case_id = ?2 ORDER BY e.seq",
        rows::EVENT,
        scope.events
    );
    let params = params![scope.value, case_id.uuid().into_bytes()];
    all(connection, &sql, params, rows::event)
}

/// A provider's cases by the number of the first leg that brought (or will bring) each
/// to it: a case released later always comes later, so a cursor misses nothing.
pub(in super::super) fn provider_cases(
    connection: &Connection,
    scope: &Scope,
    slug: &str,
    cursor: Option<Cursor>,
    limit: u32,
    status: Option<Status>,
) -> Read<Page> {
    let sql = format!(
        "SELECT {}, l.number FROM legs l JOIN cases c ON c.id = l.case_id
         WHERE {} AND l.destination = ?2 AND l.kind = 'deliver' AND l.number > ?3
         AND c.provider = ?2 AND (?4 IS NULL OR c.status = ?4)
         AND (l.state <> 'stopped' OR l.attempts > 0)
         AND NOT EXISTS (SELECT 1 FROM legs f WHERE f.case_id = l.case_id
             AND f.destination = ?2 AND f.kind = 'deliver' AND f.number < l.number
             AND (f.state <> 'stopped' OR f.attempts > 0))
         ORDER BY l.number LIMIT ?5",
        rows::CASE,
        scope.cases
    );
    let from = cursor.map_or(0, |cursor| cursor.0);
    let status = status.map(|status| status.code());
    let params = params![scope.value, slug, from, status, i64::from(limit) + 1];
    let mut found = all(connection, &sql, params, |row| {
        Ok((rows::case(row)?, row.get::<_, i64>(rows::CASE_COLUMNS)?))
    })?;
    let limit = limit as usize;
    let more = found.len() > limit;
    found.truncate(limit);
    Ok(Page {
        next: found.last().map(|(_, number)| Cursor(*number)).or(cursor),
        cases: found.into_iter().map(|(case, _)| case).collect(),
        more,
    })
}

/// Legs to be sent now. Within a case and destination the order of release holds: a leg
/// waits for every earlier one that is not delivered or stopped. A stop waits for
/// earlier stops only (DESIGN I10).
pub(in super::super) fn legs_due(
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
             AND (l.kind <> 'stop' OR f.kind = 'stop'))
         ORDER BY l.due_at, l.number LIMIT ?4",
        rows::LEG,
        scope.legs
    );
    let excluded = serde_json::Value::from(excluded).to_string();
    let params = params![scope.value, now.as_microsecond(), excluded, limit];
    all(connection, &sql, params, rows::leg)
}

pub(in super::super) fn legs(
    connection: &Connection,
    scope: &Scope,
    filter: &LegFilter,
) -> Read<Vec<LegRow>> {
    let sql = format!(
        "SELECT {} FROM legs l WHERE {} AND l.number > ?2 AND (?3 IS NULL OR l.case_id = ?3)
         AND (?4 IS NULL OR l.destination = ?4) AND (?5 IS NULL OR l.state = ?5)
         AND (?6 IS NULL OR l.kind = ?6) ORDER BY l.number LIMIT ?7",
        rows::LEG,
        scope.legs
    );
    let limit = if filter.limit == 0 { 100 } else { filter.limit };
    let params = params![
        scope.value,
        filter.after.unwrap_or(0),
        filter.case_id.map(|id| id.uuid().into_bytes()),
        filter.destination,
        filter.state.map(LegState::code),
        filter.kind.map(|kind| kind.code()),
        limit,
    ];
    all(connection, &sql, params, rows::leg)
}

pub(in super::super) fn leg(
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
pub(in super::super) type SealedLeg = (LegRow, CaseRow, Vec<u8>, Option<Vec<u8>>);

pub(in super::super) fn leg_with_case(
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

pub(in super::super) fn waiting_leg(
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

pub(in super::super) fn counts(connection: &Connection, scope: &Scope) -> Read<Counts> {
    let cases = format!(
        "SELECT c.status, count(*) FROM cases c WHERE {} GROUP BY c.status",
        scope.cases
    );
    let legs = format!(
        "SELECT l.state, count(*) FROM legs l WHERE {} GROUP BY l.state",
        scope.legs
    );
    let oldest = format!(
        "SELECT min(l.created_at) FROM legs l
         WHERE {} AND l.state IN ('released', 'waiting', 'parked')",
        scope.legs
    );
    let count = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?));
    let cases = all(connection, &cases, params![scope.value], count)?;
    let legs = all(connection, &legs, params![scope.value], count)?;
    let oldest = one(connection, &oldest, params![scope.value], |row| {
        rows::time_or_none(row, 0)
    })?;
    let number = i64::cast_unsigned;
    Ok(Counts {
        cases: cases
            .iter()
            .filter_map(|(word, count)| Some((Status::from_code(word)?, number(*count))))
            .collect(),
        legs: legs
            .iter()
            .filter_map(|(word, count)| Some((LegState::from_code(word)?, number(*count))))
            .collect(),
        oldest_undelivered: oldest.flatten(),
    })
}

pub(in super::super) fn facts(
    connection: &Connection,
    scope: &Scope,
    from_seq: i64,
    limit: u32,
) -> Read<Vec<FactRow>> {
    let sql = format!(
        "SELECT {} FROM audit WHERE ?1 IS NULL AND seq >= ?2 ORDER BY seq LIMIT ?3",
        rows::FACT
    );
    let params = params![scope.value, from_seq, limit];
    all(connection, &sql, params, rows::fact)
}

/// SQLite's own check, the foreign keys, and every audit hash computed again.
pub(in super::super) fn integrity(connection: &Connection) -> Read<Integrity> {
    let mut found = Integrity::default();
    let lines: Vec<String> = all(connection, "PRAGMA integrity_check", [], |row| row.get(0))?;
    found
        .faults
        .extend(lines.into_iter().filter(|line| line != "ok"));
    let orphans: Vec<String> = all(connection, "PRAGMA foreign_key_check", [], |row| {
        Ok(format!(
            "a row of {} names a row of {} that is not there",
            row.get::<_, String>(0)?,
            row.get::<_, String>(2)?
        ))
    })?;
    found.faults.extend(orphans);
    check_leaves(connection, &mut found)?;
    Ok(found)
}

fn check_leaves(connection: &Connection, found: &mut Integrity) -> Read<()> {
    let sql = format!("SELECT {} FROM audit ORDER BY seq", rows::FACT);
    let mut statement = connection.prepare(&sql)?;
    let mut facts = statement.query_map([], rows::fact)?;
    let mut expected = 1;
    while let Some(fact) = facts.next().transpose()? {
        if fact.seq != expected {
            let what = format!("audit row {expected} is missing before row {}", fact.seq);
            found.faults.push(what);
        }
        if !is_whole(&fact) {
            let what = format!("audit row {} does not have the hash it was given", fact.seq);
            found.faults.push(what);
        }
        expected = fact.seq + 1;
        found.facts_checked += 1;
    }
    Ok(())
}

fn is_whole(fact: &FactRow) -> bool {
    let case_id = fact.case_id.map(|id| id.uuid().into_bytes());
    let evidence = fact.evidence.map(|id| id.uuid().into_bytes());
    let columns = LeafColumns {
        at: fact.at.as_microsecond(),
        kind: &fact.kind,
        actor: &fact.actor,
        case_id: case_id.as_ref(),
        evidence: evidence.as_ref(),
        details: &fact.details,
    };
    leaf_hash(&columns) == fact.leaf_hash
}
