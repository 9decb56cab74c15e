//! Finding cases.

use rusqlite::{Connection, params};

use super::{Read, all, answer, one};
use crate::adapters::store::prepare::PersonHash;
use crate::adapters::store::records::{BeforeReceive, CaseRow, Cursor, OpenCase, Page, RequestKey};
use crate::adapters::store::sqlite::rows;
use crate::adapters::store::sqlite::scope::Scope;
use crate::domain::identifiers::{CaseId, CorrelationId, ServiceRequestId};
use crate::domain::status::Status;

/// At most so many cases of one person or conversation are given at once.
const MOST_CASES: u32 = 100;

pub(in super::super::super) fn before_receive(
    connection: &Connection,
    scope: &Scope,
    key: &RequestKey,
    identifier_hash: Option<[u8; 32]>,
    person: Option<PersonHash>,
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
    let (open_cases_of_person, earlier_case_of_person) = match person {
        // Most people come for the first time: then there is no open case to look for.
        Some(hash) => match newest_case(connection, hash)? {
            Some(newest) => (open_cases(connection, hash)?, Some(newest)),
            None => (Vec::new(), None),
        },
        None => (Vec::new(), None),
    };
    Ok(BeforeReceive {
        answer: answer(connection, scope, key)?,
        open_identifier,
        open_cases_of_person,
        earlier_case_of_person,
    })
}

/// Across referrers, on purpose: see [`OpenCase`].
fn open_cases(connection: &Connection, person: PersonHash) -> Read<Vec<OpenCase>> {
    let (column, hash) = person.column();
    let sql = format!(
        "SELECT {} FROM cases c WHERE c.{column} = ?1 AND c.is_open = 1
         ORDER BY c.number LIMIT ?2",
        rows::OPEN_CASE
    );
    all(connection, &sql, params![hash, MOST_CASES], rows::open_case)
}

fn newest_case(connection: &Connection, person: PersonHash) -> Read<Option<CaseId>> {
    let (column, hash) = person.column();
    let sql = format!("SELECT id FROM cases WHERE {column} = ?1 ORDER BY number DESC LIMIT 1");
    let id: Option<[u8; 16]> = one(connection, &sql, params![hash], |row| row.get(0))?;
    Ok(id.map(|id| CaseId::new(uuid::Uuid::from_bytes(id))))
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

pub(in super::super::super) fn case_by_id(
    connection: &Connection,
    scope: &Scope,
    id: CaseId,
) -> Read<Option<CaseRow>> {
    let found = cases_where(connection, scope, "c.id = ?2", id.uuid().as_bytes())?;
    Ok(found.into_iter().next())
}

pub(in super::super::super) fn case_by_service_request_id(
    connection: &Connection,
    scope: &Scope,
    id: ServiceRequestId,
) -> Read<Option<CaseRow>> {
    let condition = "c.service_request_id = ?2";
    let found = cases_where(connection, scope, condition, id.uuid().as_bytes())?;
    Ok(found.into_iter().next())
}

pub(in super::super::super) fn cases_by_correlation(
    connection: &Connection,
    scope: &Scope,
    id: CorrelationId,
) -> Read<Vec<CaseRow>> {
    let condition = "c.correlation_id = ?2";
    cases_where(connection, scope, condition, id.uuid().as_bytes())
}

/// Which keyed hash a case is looked up by.
#[derive(Clone, Copy)]
pub(in super::super::super) enum HashColumn {
    Identifier,
    NhsNumber,
    OpenNhsNumber,
    Demographics,
}

pub(in super::super::super) fn cases_by_hash(
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

/// A provider's cases by the number of the first leg that brought (or will bring) each
/// to it: a case released later always comes later, so a cursor misses nothing.
/// A case stands where it was last released to the provider or stopped there: a stop
/// brings it up again behind every cursor.
pub(in super::super::super) fn provider_cases(
    connection: &Connection,
    scope: &Scope,
    slug: &str,
    cursor: Option<Cursor>,
    limit: u32,
    status: Option<Status>,
) -> Read<Page> {
    let sql = format!(
        "SELECT {}, l.number FROM legs l JOIN cases c ON c.id = l.case_id
         WHERE {} AND l.destination = ?2 AND l.kind IN ('deliver', 'stop') AND l.number > ?3
         AND c.provider = ?2 AND (?4 IS NULL OR c.status = ?4)
         AND (l.kind = 'stop' OR l.state <> 'stopped' OR l.attempts > 0)
         AND NOT EXISTS (SELECT 1 FROM legs f WHERE f.case_id = l.case_id
             AND f.destination = ?2 AND f.kind IN ('deliver', 'stop') AND f.number > l.number
             AND (f.kind = 'stop' OR f.state <> 'stopped' OR f.attempts > 0))
         ORDER BY l.number LIMIT ?5",
        rows::CASE,
        scope.cases
    );
    let from = cursor.map_or(0, |cursor| cursor.0);
    let status = status.map(Status::code);
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

/// The cases in one status, the longest unchanged first: an operator's queue.
pub(in super::super::super) fn cases_with_status(
    connection: &Connection,
    scope: &Scope,
    status: Status,
    limit: u32,
) -> Read<Vec<CaseRow>> {
    let sql = format!(
        "SELECT {} FROM cases c WHERE {} AND c.status = ?2
         ORDER BY c.updated_at, c.number LIMIT ?3",
        rows::CASE,
        scope.cases
    );
    let params = params![scope.value, status.code(), limit];
    all(connection, &sql, params, rows::case)
}
