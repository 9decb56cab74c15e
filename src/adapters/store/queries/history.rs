//! What happened to a case: its messages, its events and the audit log.

use super::Read;
use crate::adapters::store::records::{Direction, EventRow, FactRow, MessageRow};
use crate::adapters::store::sql::Scope;
use crate::adapters::store::sql::read::{self, Which};
use crate::adapters::store::{Store, damaged, prepare};
use crate::domain::caller::Caller;
use crate::domain::fact::Recorded;
use crate::domain::identifiers::CaseId;
use crate::problem::Problem;
use crate::problem::area::store::DAMAGED;

impl Store {
    /// The newest message of a case in this direction.
    pub async fn latest_message(
        &self,
        caller: &Caller,
        case_id: CaseId,
        direction: Direction,
    ) -> Read<Option<MessageRow>> {
        self.message(caller, case_id, direction, Which::Latest)
            .await
    }

    /// The message that opened a case.
    pub async fn original_message(
        &self,
        caller: &Caller,
        case_id: CaseId,
    ) -> Read<Option<MessageRow>> {
        self.message(caller, case_id, Direction::In, Which::First)
            .await
    }

    async fn message(
        &self,
        caller: &Caller,
        case_id: CaseId,
        direction: Direction,
        which: Which,
    ) -> Read<Option<MessageRow>> {
        let query = read::message(&Scope::of(caller), case_id, direction, which);
        let Some((mut row, wrapped)) = self.inner.engine.one(query).await? else {
            return Ok(None);
        };
        let place = prepare::place_of_message(row.message.id);
        let key = self.unwrapped(case_id, &wrapped)?;
        row.message.body = key.open(&place, &row.message.body).map_err(damaged)?;
        Ok(Some(row))
    }

    /// The history of a case, the oldest first; a referrer sees what is meant for it.
    pub async fn events(&self, caller: &Caller, case_id: CaseId) -> Read<Vec<EventRow>> {
        let query = read::events(&Scope::of(caller), case_id);
        self.inner.engine.all(query).await
    }

    /// The audit log from a position on; nothing for a referrer or a provider.
    pub async fn facts(&self, caller: &Caller, from_seq: i64, limit: u32) -> Read<Vec<FactRow>> {
        let query = read::facts(&Scope::of(caller), from_seq, limit);
        self.inner.engine.all(query).await
    }

    /// What the log holds of one case from a position on, each as the fact that it is; nothing
    /// for a referrer or a provider. It reads the whole log.
    pub async fn recorded_of_case(
        &self,
        caller: &Caller,
        case_id: CaseId,
        from_seq: i64,
        limit: u32,
    ) -> Read<Vec<Recorded>> {
        let query = read::facts_of_case(&Scope::of(caller), case_id, from_seq, limit);
        recorded(self.inner.engine.all(query).await?)
    }

    /// The log from a position on, each row as the fact that it is; nothing for a referrer or
    /// a provider.
    pub async fn recorded(
        &self,
        caller: &Caller,
        from_seq: i64,
        limit: u32,
    ) -> Read<Vec<Recorded>> {
        recorded(self.facts(caller, from_seq, limit).await?)
    }
}

/// A word that this program never wrote is damage, and nothing is left out in silence.
fn recorded(rows: Vec<FactRow>) -> Read<Vec<Recorded>> {
    let rows = rows.into_iter().map(FactRow::recorded);
    let read: Option<Vec<Recorded>> = rows.collect();
    read.ok_or_else(|| Problem::new(&DAMAGED).at("audit"))
}
