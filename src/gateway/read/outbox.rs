//! What an operator and the delivery worker read of the outbox.

use std::time::Duration;

use jiff::Timestamp;

use crate::adapters::store::{LegFilter, LegRow, LegWithCase};
use crate::domain::caller::Caller;
use crate::domain::identifiers::OutboxId;
use crate::gateway::Gateway;
use crate::problem::{Problem, area::channel as problems};

pub use crate::adapters::store::{LegFilter as Filter, LegRow as Leg, LegState};

/// What an attempt may take beside the sending itself: two commits and the waits for them.
const CLAIM_MARGIN: Duration = Duration::from_secs(15);

impl Gateway {
    /// What may be sent at this instant, oldest first, without the destinations that are
    /// busy: one hanging provider never delays another. It is this process's to send until
    /// the longest attempt would be over.
    pub async fn due(&self, limit: u32, busy: &[String]) -> Result<Vec<LegRow>, Problem> {
        if !self.may_send() {
            return Ok(Vec::new());
        }
        let attempt = self.settings.delivery.attempt_timeout;
        let longest = attempt.max(self.settings.bars.outbound.attempt_timeout) + CLAIM_MARGIN;
        let now = self.clock.now();
        self.store
            .claim_due(&Caller::System, now, longest, limit, busy)
            .await
    }

    /// Leaves what was due to whoever comes next.
    pub async fn leave(&self, legs: &[OutboxId]) -> Result<(), Problem> {
        self.store.unclaim(legs).await
    }

    /// When the next leg comes due, for the worker to sleep until then.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, Problem> {
        if !self.may_send() {
            return Ok(None);
        }
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
