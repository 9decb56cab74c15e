//! Figures and checks for whoever runs the gateway.

use std::time::Duration;

use crate::adapters::store::LegState;
pub use crate::adapters::store::{Counts, FactRow, Integrity};
use crate::domain::caller::Caller;
use crate::domain::queue::QueueKind;
use crate::gateway::Gateway;
use crate::gateway::tables::Standing;
use crate::problem::Problem;

impl Gateway {
    /// Cases by status, legs by state, and the age of the oldest undelivered one.
    pub async fn counts(&self) -> Result<Counts, Problem> {
        self.store.counts(&Caller::System).await
    }

    /// Brings the gauges and the store's counters up to date; called when somebody asks
    /// for the metrics, so that nothing is counted while nobody looks.
    pub async fn measure(&self) {
        let figures = self.store.figures();
        self.telemetry
            .set_store_written(figures.groups, figures.commits);
        let tables = self.tables();
        let (standings, areas) = (tables.standings(), tables.areas_now());
        for standing in Standing::ALL {
            let count = standings.iter().filter(|now| now.standing == *standing);
            self.telemetry.set_tables(standing.code(), count.count());
        }
        // An area whose folder is gone is none any more.
        for standing in [Standing::Live, Standing::Kept, Standing::Disabled] {
            let count = areas.iter().filter(|now| now.standing == standing);
            self.telemetry.set_areas(standing.code(), count.count());
        }
        // A store that cannot be read shows in `/readyz`; the gauges keep what they had.
        let Ok(counts) = self.counts().await else {
            return;
        };
        let now = self.clock.now();
        let age = counts.oldest_undelivered.map(|since| {
            let age = now.duration_since(since);
            Duration::try_from(age).unwrap_or_default()
        });
        self.telemetry
            .set_oldest_undelivered(age.unwrap_or_default());
        for kind in QueueKind::ALL {
            let found = counts.queue.iter().find(|(known, ..)| known == kind);
            let (count, age) = found.map_or((0, None), |(_, count, oldest)| {
                (*count, Duration::try_from(now.duration_since(*oldest)).ok())
            });
            self.telemetry
                .set_queue(kind.code(), count, age.unwrap_or_default());
        }
        let parked = counts
            .legs
            .iter()
            .find(|(state, _)| *state == LegState::Parked);
        self.telemetry
            .set_parked(parked.map_or(0, |(_, count)| *count));
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
        self.store.can_write(self.clock.now()).await
    }

    /// Brings everything into the database file; done once, when the gateway ends.
    pub async fn close(&self) -> Result<(), Problem> {
        self.store.checkpoint().await
    }
}
