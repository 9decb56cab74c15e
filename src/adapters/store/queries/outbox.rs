//! The outbox: what is due, who claims it, and what a leg carries.

use std::time::Duration;

use jiff::Timestamp;

use super::Read;
#[cfg(feature = "postgres")]
use crate::adapters::store::engine::Engine;
use crate::adapters::store::records::{LegFilter, LegRow, LegWithCase};
use crate::adapters::store::sql::{Scope, read};
use crate::adapters::store::{Store, damaged, prepare};
use crate::domain::caller::Caller;
use crate::domain::identifiers::OutboxId;

impl Store {
    /// Legs to be sent now, the longest due first, in order within case and destination.
    pub async fn legs_due(
        &self,
        caller: &Caller,
        now: Timestamp,
        limit: u32,
        excluded_destinations: &[String],
    ) -> Read<Vec<LegRow>> {
        let (scope, engine) = (Scope::of(caller), &self.inner.engine);
        let excluded = excluded_destinations.to_vec();
        let query = read::legs_due(engine.dialect(), &scope, now, limit, excluded);
        engine.all(query).await
    }

    /// The same, claimed for this process: no other takes them up until the claim runs
    /// out or is ended. On SQLite there is no other.
    pub async fn claim_due(
        &self,
        caller: &Caller,
        now: Timestamp,
        lasts: Duration,
        limit: u32,
        excluded_destinations: &[String],
    ) -> Read<Vec<LegRow>> {
        #[cfg(feature = "postgres")]
        if let Engine::Postgres(engine) = &self.inner.engine {
            let excluded = excluded_destinations.to_vec();
            let query = read::claim_due(&Scope::of(caller), now, lasts, limit, excluded);
            let mut claimed = engine.write(&query).await?;
            claimed.sort_unstable_by_key(|leg| (leg.due_at, leg.number));
            return Ok(claimed);
        }
        let _ = lasts;
        self.legs_due(caller, now, limit, excluded_destinations)
            .await
    }

    /// Gives claims back that came to nothing.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(clippy::unused_async, reason = "PostgreSQL waits here")
    )]
    pub async fn unclaim(&self, legs: &[OutboxId]) -> Read<()> {
        #[cfg(feature = "postgres")]
        if let (Engine::Postgres(engine), false) = (&self.inner.engine, legs.is_empty()) {
            engine.write(&read::unclaim(legs)).await?;
        }
        let _ = legs;
        Ok(())
    }

    /// Rows of the outbox, the oldest first.
    pub async fn legs(&self, caller: &Caller, filter: &LegFilter) -> Read<Vec<LegRow>> {
        let query = read::legs(&Scope::of(caller), filter);
        self.inner.engine.all(query).await
    }

    /// One row of the outbox.
    pub async fn leg(&self, caller: &Caller, id: OutboxId) -> Read<Option<LegRow>> {
        let query = read::leg(&Scope::of(caller), id);
        self.inner.engine.one(query).await
    }

    /// One row of the outbox with its content and its case as it stands now.
    pub async fn leg_with_case(&self, caller: &Caller, id: OutboxId) -> Read<Option<LegWithCase>> {
        let Some(leg) = self.leg(caller, id).await? else {
            return Ok(None);
        };
        let found = self.inner.engine.one(read::content_of_leg(id)).await?;
        let Some((case, payload, trace)) = found else {
            return Ok(None);
        };
        let key = self.unwrapped(case.id, &case.wrapped_key)?;
        let payload = key.open(&prepare::place_of_payload(id), &payload);
        let trace = trace.map(|trace| key.open(&prepare::place_of_trace(id), &trace));
        Ok(Some(LegWithCase {
            leg,
            case,
            payload: payload.map_err(damaged)?,
            trace: trace.transpose().map_err(damaged)?,
        }))
    }

    /// When the next released leg comes due.
    pub async fn next_due(&self, caller: &Caller) -> Read<Option<Timestamp>> {
        let query = read::next_due(&Scope::of(caller));
        Ok(self.inner.engine.one(query).await?.flatten())
    }
}
