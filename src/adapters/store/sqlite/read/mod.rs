//! Every query. `?1` is the caller's scope (see [`Scope`](super::Scope)).

mod cases;
mod history;
mod operating;
mod outbox;

use rusqlite::{Connection, OptionalExtension, Params, Row, params};

pub(in super::super) use cases::*;
pub(in super::super) use history::*;
pub(in super::super) use operating::*;
pub(in super::super) use outbox::*;

use crate::domain::identifiers::CaseId;

type Read<T> = rusqlite::Result<T>;

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
