//! Finding cases.

use jiff::Timestamp;

use super::{Query, Read, Row, Scope, Value, values};
use crate::adapters::store::prepare::PersonHash;
use crate::adapters::store::records::{CaseFilter, CaseRow, Cursor, OpenCase, RequestKey};
use crate::adapters::store::sql::marks::EPOCH;
use crate::adapters::store::sql::rows;
use crate::domain::identifiers::{CaseId, CorrelationId, OutboxId, ServiceRequestId};
use crate::domain::provider::Load;
use crate::domain::status::Status;

/// At most so many cases of one person or conversation are given at once.
const MOST_CASES: u32 = 100;

/// The referrer's open case with this ServiceRequest identifier.
pub(in super::super::super) fn open_case_by_identifier(
    scope: &Scope,
    key: &RequestKey,
    hash: [u8; 32],
) -> Query<OpenCase> {
    // Every receipt asks this: two plain look-ups, and no order among those that are one too
    // many anyhow.
    let (columns, seen) = (rows::OPEN_CASE, scope.cases);
    let sql = format!(
        "SELECT {columns} FROM cases c
         WHERE {seen} AND c.identifier_hash = ?2 AND c.is_open AND c.referrer = ?3
         UNION ALL
         SELECT {columns} FROM identifiers f JOIN cases c ON c.id = f.case_id
         WHERE {seen} AND f.identifier_hash = ?2 AND c.is_open AND c.referrer = ?3 LIMIT 1"
    );
    let values = values![scope.value.clone(), hash, key.organisation.clone()];
    Query::new(sql, values, rows::open_case).quick()
}

/// Across referrers, on purpose: see [`OpenCase`]. A case that a provider referred on is no
/// referral of its own: whoever holds the case it came from answers for it.
pub(in super::super::super) fn open_cases_of_person(person: PersonHash) -> Query<OpenCase> {
    let (column, hash) = person.column();
    let sql = format!(
        "SELECT {} FROM cases c WHERE c.{column} = ?1 AND c.is_open
         AND c.referred_on_by IS NULL ORDER BY c.number LIMIT ?2",
        rows::OPEN_CASE
    );
    Query::new(sql, values![hash, MOST_CASES], rows::open_case).quick()
}

/// The person's case that was opened last.
pub(in super::super::super) fn newest_case_of_person(person: PersonHash) -> Query<CaseId> {
    let (column, hash) = person.column();
    let sql = format!(
        "SELECT id FROM cases WHERE {column} = ?1 AND referred_on_by IS NULL
         ORDER BY number DESC LIMIT 1"
    );
    Query::new(sql, values![hash], rows::case_id).quick()
}

fn cases_where(scope: &Scope, condition: &str, value: Value<'static>) -> Query<CaseRow> {
    let sql = format!(
        "SELECT {} FROM cases c WHERE {} AND {condition} ORDER BY c.number DESC LIMIT ?3",
        rows::CASE,
        scope.cases
    );
    let scope = Value::from(scope.value.clone());
    Query::new(sql, vec![scope, value, MOST_CASES.into()], rows::case)
}

pub(in super::super::super) fn case_by_id(scope: &Scope, id: CaseId) -> Query<CaseRow> {
    cases_where(scope, "c.id = ?2", id.uuid().into())
}

/// By what people say on the telephone.
pub(in super::super::super) fn case_by_reference(scope: &Scope, reference: &str) -> Query<CaseRow> {
    cases_where(scope, "c.reference = ?2", reference.to_owned().into())
}

/// Sorts the cases with an open entry about a crisis before all others.
const CRISIS_FIRST: &str = "c.id NOT IN (SELECT q.case_id FROM queue q
    WHERE q.closed_at IS NULL AND q.kind = 'held' AND q.reason = 'red-flag')";

/// The cases that a filter names: those with a crisis first, then the oldest.
pub(in super::super::super) fn cases(scope: &Scope, filter: &CaseFilter) -> Query<CaseRow> {
    let sql = format!(
        "SELECT {} FROM cases c WHERE {} AND (?2 OR c.is_open)
         AND c.status = coalesce(?3, c.status)
         AND (CAST(?4 AS TEXT) IS NULL OR c.provider = ?4)
         ORDER BY {CRISIS_FIRST}, c.number LIMIT ?5",
        rows::CASE,
        scope.cases
    );
    let limit = if filter.limit == 0 { 100 } else { filter.limit };
    let values = values![
        scope.value.clone(),
        filter.closed_too || filter.status.is_some(),
        filter.status.map(Status::code),
        filter.provider.clone(),
        limit,
    ];
    Query::new(sql, values, rows::case)
}

pub(in super::super::super) fn case_by_service_request_id(
    scope: &Scope,
    id: ServiceRequestId,
) -> Query<CaseRow> {
    cases_where(scope, "c.service_request_id = ?2", id.uuid().into())
}

pub(in super::super::super) fn cases_by_correlation(
    scope: &Scope,
    id: CorrelationId,
) -> Query<CaseRow> {
    // By the answers, whose key begins with both: one index less is kept for each case.
    let condition = "c.id IN (SELECT a.case_id FROM answers a
         WHERE a.organisation = ?1 AND a.correlation_id = ?2)";
    cases_where(scope, condition, id.uuid().into())
}

/// How many cases a provider has, by the index that is kept for it alone. `except` is the
/// case that is being decided.
pub(in super::super::super) fn load_of(
    scope: &Scope,
    provider: &str,
    since: Timestamp,
    except: CaseId,
) -> Query<Load> {
    let counted = |condition: &str| {
        format!(
            "(SELECT count(*) FROM cases c WHERE {} AND c.provider = ?2 AND c.id <> ?3 AND {condition})",
            scope.cases
        )
    };
    let sql = format!(
        "SELECT {}, {}",
        counted("c.is_open = ?4"),
        counted("c.is_open IN (?4, ?5) AND c.received_at >= ?6")
    );
    let values = values![
        scope.value.clone(),
        provider.to_owned(),
        except.uuid(),
        true,
        false,
        since,
    ];
    Query::new(sql, values, |row| {
        Ok(Load {
            open_cases: row.get(0)?,
            this_week: row.get(1)?,
        })
    })
    .quick()
}

/// The cases to which a provider has referred a person on from this one.
pub(in super::super::super) fn cases_referred_on(scope: &Scope, from: CaseId) -> Query<CaseRow> {
    let condition = "c.part_of = ?2 AND c.referred_on_by IS NOT NULL";
    cases_where(scope, condition, from.uuid().into())
}

/// The other cases that this caller may see among those linked with one: earlier and later
/// ones of the same person, whatever lies between. The link was made by the receipt; it is
/// never guessed anew from what two people have in common.
pub(in super::super::super) fn linked_cases(scope: &Scope, id: CaseId) -> Query<CaseId> {
    let sql = format!(
        "WITH RECURSIVE linked(id) AS (
             SELECT s.id FROM cases s WHERE s.id = ?2
             UNION
             SELECT CASE WHEN n.part_of = l.id THEN n.id ELSE n.part_of END
             FROM linked l JOIN cases n ON n.part_of = l.id OR n.id = l.id
             WHERE n.part_of IS NOT NULL)
         SELECT c.id FROM linked k JOIN cases c ON c.id = k.id
         WHERE {} AND c.id <> ?2 ORDER BY c.number LIMIT ?3",
        scope.cases
    );
    let values = values![scope.value.clone(), id.uuid(), MOST_CASES];
    Query::new(sql, values, rows::case_id)
}

/// Whatever its place among the identifiers of the ServiceRequest. Not an OR: PostgreSQL
/// would read every case for that.
const WITH_IDENTIFIER: &str = "c.id IN (SELECT i.id FROM cases i WHERE i.identifier_hash = ?2
     UNION ALL SELECT f.case_id FROM identifiers f WHERE f.identifier_hash = ?2)";

/// Which keyed hash a case is looked up by.
#[derive(Clone, Copy)]
pub(in super::super::super) enum HashColumn {
    Identifier,
    NhsNumber,
    OpenNhsNumber,
    Demographics,
}

pub(in super::super::super) fn cases_by_hash(
    scope: &Scope,
    column: HashColumn,
    hash: [u8; 32],
) -> Query<CaseRow> {
    let condition = match column {
        HashColumn::Identifier => WITH_IDENTIFIER,
        HashColumn::NhsNumber => "c.nhs_number_hash = ?2",
        HashColumn::OpenNhsNumber => "c.nhs_number_hash = ?2 AND c.is_open",
        HashColumn::Demographics => "c.demographics_hash = ?2",
    };
    cases_where(scope, condition, hash.into())
}

/// A provider's cases by the number of the first leg that brought (or will bring) each
/// to it: a case released later always comes later, so a cursor misses nothing.
/// A case stands where it was last released to the provider or stopped there: a stop
/// brings it up again behind every cursor. `coalesce` keeps a planner from gathering all cases
/// that the provider ever had.
pub(in super::super::super) fn provider_cases(
    scope: &Scope,
    slug: &str,
    cursor: Option<Cursor>,
    limit: u32,
    status: Option<Status>,
) -> Query<(CaseRow, i64, OutboxId)> {
    let sql = format!(
        "SELECT {}, l.number, l.id FROM legs l JOIN cases c ON c.id = l.case_id
         WHERE {} AND l.destination = ?2 AND l.kind IN ('deliver', 'stop') AND l.number > ?3
         AND coalesce(c.provider, '') = ?2 AND (CAST(?4 AS TEXT) IS NULL OR c.status = ?4)
         AND (l.kind = 'stop' OR l.state <> 'stopped' OR l.attempts > 0)
         AND NOT EXISTS (SELECT 1 FROM legs f WHERE f.case_id = l.case_id
             AND f.destination = ?2 AND f.kind IN ('deliver', 'stop') AND f.number > l.number
             AND (f.kind = 'stop' OR f.state <> 'stopped' OR f.attempts > 0))
         ORDER BY l.number LIMIT ?5",
        rows::CASE,
        scope.cases
    );
    let from = cursor.map_or(0, |cursor| cursor.number);
    let status = status.map(Status::code);
    let values = values![
        scope.value.clone(),
        slug.to_owned(),
        from,
        status,
        i64::from(limit) + 1,
    ];
    Query::new(sql, values, case_and_place)
}

fn case_and_place(row: &Row<'_>) -> Read<(CaseRow, i64, OutboxId)> {
    let number = row.get(rows::CASE_COLUMNS)?;
    let leg = rows::id(row, rows::CASE_COLUMNS + 1)?;
    Ok((rows::case(row)?, number, OutboxId::new(leg)))
}

/// The store's epoch, and which leg of a provider has this number: by both a cursor is known
/// to be of this life of the store. Neither where there is none.
pub(in super::super::super) fn place_in_list(
    slug: &str,
    number: i64,
) -> Query<(Option<u64>, Option<OutboxId>)> {
    let sql = format!(
        "SELECT (SELECT value FROM setting WHERE name = '{EPOCH}'),
         (SELECT id FROM legs WHERE number = ?1 AND destination = ?2)"
    );
    let values = values![number, slug.to_owned()];
    Query::new(sql, values, |row| {
        let epoch = row.get::<Option<[u8; 8]>>(0)?.map(u64::from_be_bytes);
        let leg = rows::id_or_none(row, 1)?;
        Ok((epoch, leg.map(OutboxId::new)))
    })
    .quick()
}

/// The cases in one status, the longest unchanged first: an operator's queue.
pub(in super::super::super) fn cases_with_status(
    scope: &Scope,
    status: Status,
    limit: u32,
) -> Query<CaseRow> {
    let sql = format!(
        "SELECT {} FROM cases c WHERE {} AND c.status = ?2
         ORDER BY c.updated_at, c.number LIMIT ?3",
        rows::CASE,
        scope.cases
    );
    let values = values![scope.value.clone(), status.code(), limit];
    Query::new(sql, values, rows::case)
}
