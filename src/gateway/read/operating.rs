//! Figures and checks for whoever runs the gateway.

pub use crate::adapters::store::{Counts, FactRow, Integrity};
use crate::domain::caller::Caller;
use crate::gateway::Gateway;
use crate::problem::Problem;

impl Gateway {
    /// Cases by status, legs by state, and the age of the oldest undelivered one.
    pub async fn counts(&self) -> Result<Counts, Problem> {
        self.store.counts(&Caller::System).await
    }

    /// Whether the store is whole and every audit leaf is what it was.
    pub async fn integrity(&self) -> Result<Integrity, Problem> {
        self.store.integrity().await
    }

    /// The audit log from a position on (the first is 1), at most `limit` facts; nothing
    /// for a referrer or a provider.
    pub async fn audit(
        &self,
        caller: &Caller,
        from: i64,
        limit: u32,
    ) -> Result<Vec<FactRow>, Problem> {
        self.store.facts(caller, from, limit).await
    }

    /// Whether the store takes a unit of work now.
    pub async fn can_write(&self) -> bool {
        self.record(Vec::new()).await.is_ok()
    }

    /// Brings everything into the database file; done once, when the gateway ends.
    pub async fn close(&self) -> Result<(), Problem> {
        self.store.checkpoint().await
    }
}
