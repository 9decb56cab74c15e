//! The operator's queue, figures, and when the store was last confirmed.

use jiff::Timestamp;

use super::Read;
use crate::adapters::store::Store;
use crate::adapters::store::records::{Counts, QueueFilter, QueueRow};
use crate::adapters::store::sql::{Scope, read};
use crate::domain::caller::Caller;
use crate::domain::fact::FactKind;

impl Store {
    /// The operator's queue, in the order in which the entries were raised; nothing for a
    /// referrer or a provider.
    pub async fn queue(&self, caller: &Caller, filter: &QueueFilter) -> Read<Vec<QueueRow>> {
        let query = read::queue(&Scope::of(caller), filter);
        self.inner.engine.all(query).await
    }

    /// Figures for operating.
    pub async fn counts(&self, caller: &Caller) -> Read<Counts> {
        let (scope, engine) = (Scope::of(caller), &self.inner.engine);
        let cases = engine.all(read::cases_by_status(&scope)).await?;
        let legs = engine.all(read::legs_by_state(&scope)).await?;
        let oldest = engine.one(read::oldest_undelivered(&scope)).await?;
        let queue = engine.all(read::queue_by_kind(&scope)).await?.into_iter();
        Ok(Counts {
            queue: queue
                .filter_map(|(kind, count, oldest)| Some((kind?, count, oldest?)))
                .collect(),
            cases: known(cases),
            legs: known(legs),
            oldest_undelivered: oldest.flatten(),
        })
    }

    /// When the store was last confirmed by a person after it had been put back.
    pub async fn confirmed_at(&self) -> Read<Option<Timestamp>> {
        let query = read::last_of_kind(FactKind::StoreConfirmed);
        Ok(self.inner.engine.one(query).await?.flatten())
    }
}

fn known<T>(counted: Vec<(Option<T>, u64)>) -> Vec<(T, u64)> {
    let ours = counted.into_iter();
    ours.filter_map(|(word, count)| Some((word?, count)))
        .collect()
}
