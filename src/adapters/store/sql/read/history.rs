//! Answers, messages and events.

use super::{Query, Read, Row, Scope, values};
use crate::adapters::store::records::{
    Answer, Direction, EventRow, MessageRow, RequestKey, UpdateKey,
};
use crate::adapters::store::sql::rows;
use crate::domain::identifiers::CaseId;

pub(in super::super::super) fn answer(scope: &Scope, key: &RequestKey) -> Query<Answer> {
    let sql = format!(
        "SELECT {} FROM answers WHERE (CAST(?1 AS TEXT) IS NULL OR organisation = ?1)
         AND organisation = ?2 AND request_id = ?3 AND correlation_id = ?4",
        rows::ANSWER
    );
    let values = values![
        scope.value.clone(),
        key.organisation.clone(),
        key.request_id.uuid(),
        key.correlation_id.uuid(),
    ];
    Query::new(sql, values, rows::answer).quick()
}

/// Which of a case's messages.
#[derive(Clone, Copy)]
pub(in super::super::super) enum Which {
    First,
    Latest,
}

/// The message, its body still sealed, and the wrapped key of its case.
pub(in super::super::super) fn message(
    scope: &Scope,
    case_id: CaseId,
    direction: Direction,
    which: Which,
) -> Query<(MessageRow, Vec<u8>)> {
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
    let values = values![scope.value.clone(), case_id.uuid(), direction.code()];
    Query::new(sql, values, message_and_key)
}

fn message_and_key(row: &Row<'_>) -> Read<(MessageRow, Vec<u8>)> {
    Ok((rows::message(row)?, row.get(rows::MESSAGE_COLUMNS)?))
}

pub(in super::super::super) fn events(scope: &Scope, case_id: CaseId) -> Query<EventRow> {
    let sql = format!(
        "SELECT {} FROM events e JOIN cases c ON c.id = e.case_id
         WHERE {} AND e.case_id = ?2 ORDER BY e.seq",
        rows::EVENT,
        scope.events
    );
    Query::new(
        sql,
        values![scope.value.clone(), case_id.uuid()],
        rows::event,
    )
}

/// A provider's update under its own key; the response is still sealed.
pub(in super::super::super) fn update_key(
    case_id: CaseId,
    provider: String,
    client_key: String,
) -> Query<UpdateKey> {
    let sql = format!(
        "SELECT {} FROM update_keys WHERE case_id = ?1 AND provider = ?2 AND client_key = ?3",
        rows::UPDATE_KEY
    );
    Query::new(
        sql,
        values![case_id.uuid(), provider, client_key],
        rows::update_key,
    )
}

/// The updates of a case that were answered so; the responses are still sealed.
pub(in super::super::super) fn update_keys_answered(
    case_id: CaseId,
    http: u16,
) -> Query<UpdateKey> {
    let sql = format!(
        "SELECT {} FROM update_keys WHERE case_id = ?1 AND http = ?2",
        rows::UPDATE_KEY
    );
    Query::new(sql, values![case_id.uuid(), http], rows::update_key)
}
