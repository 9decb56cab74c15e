//! What an operator and the delivery worker read of the outbox.

use jiff::Timestamp;

use crate::adapters::store::{LegFilter, LegRow, LegWithCase};
use crate::domain::caller::Caller;
use crate::domain::identifiers::OutboxId;
use crate::gateway::Gateway;
use crate::problem::{Problem, area::channel as problems};

pub use crate::adapters::store::{LegFilter as Filter, LegRow as Leg, LegState};

impl Gateway {
    /// What may be sent at this instant, oldest first, without the destinations that are
    /// busy: one hanging provider never delays another.
    pub async fn due(&self, limit: u32, busy: &[String]) -> Result<Vec<LegRow>, Problem> {
        self.store
            .legs_due(&Caller::System, self.clock.now(), limit, busy)
            .await
    }

    /// When the next leg comes due, for the worker to sleep until then.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, Problem> {
        self.store.next_due(&Caller::System).await
    }

    /// Rows of the outbox.
    pub async fn list_legs(
        &self,
        caller: &Caller,
        filter: &LegFilter,
    ) -> Result<Vec<LegRow>, Problem> {
        self.store.legs(caller, filter).await
    }

    /// One row with its case and trace.
    pub async fn show_leg(&self, caller: &Caller, id: OutboxId) -> Result<LegWithCase, Problem> {
        self.store
            .leg_with_case(caller, id)
            .await?
            .ok_or_else(|| Problem::new(&problems::NO_SUCH_LEG))
    }
}
