//! Answers, messages and events.

use rusqlite::{Connection, params};

use super::{Read, all, one};
use crate::adapters::store::records::{
    Answer, Direction, EventRow, MessageRow, RequestKey, UpdateKey,
};
use crate::adapters::store::sqlite::rows;
use crate::adapters::store::sqlite::scope::Scope;
use crate::domain::identifiers::CaseId;

pub(in super::super::super) fn answer(
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

/// Which of a case's messages.
#[derive(Clone, Copy)]
pub(in super::super::super) enum Which {
    First,
    Latest,
}

/// The message, its body still sealed, and the wrapped key of its case.
pub(in super::super::super) fn message(
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

pub(in super::super::super) fn events(
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

/// A provider's update under its own key; the response is still sealed.
pub(in super::super::super) fn update_key(
    connection: &Connection,
    case_id: CaseId,
    provider: &str,
    client_key: &str,
) -> Read<Option<UpdateKey>> {
    let sql = format!(
        "SELECT {} FROM update_keys WHERE case_id = ?1 AND provider = ?2 AND client_key = ?3",
        rows::UPDATE_KEY
    );
    let params = params![case_id.uuid().into_bytes(), provider, client_key];
    one(connection, &sql, params, rows::update_key)
}
