//! Every query. `?1` is the caller's scope (see [`Scope`]) where there is
//! one.

mod cases;
mod history;
mod operating;
mod outbox;
mod queue;

pub(in super::super) use cases::*;
pub(in super::super) use history::*;
pub(in super::super) use operating::*;
pub(in super::super) use outbox::*;
pub(in super::super) use queue::*;

use super::value::values;
use super::{Query, Row, RowFault, Scope, Value};
use crate::domain::identifiers::CaseId;

type Read<T> = Result<T, RowFault>;

/// The case's wrapped key; unscoped, for sealing what the gateway itself adds.
pub(in super::super) fn wrapped_key(case_id: CaseId) -> Query<Vec<u8>> {
    let sql = "SELECT wrapped_key FROM cases WHERE id = ?1".to_owned();
    Query::new(sql, values![case_id.uuid()], |row| row.get(0))
}
