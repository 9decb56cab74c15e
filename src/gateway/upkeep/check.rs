//! `store check`: whether the store is whole, and what it holds.

use super::Progress;
use crate::adapters::store::epoch::Marks;
use crate::adapters::store::{Counts, Fingerprint, SCHEMA};
use crate::config::Settings;
use crate::domain::caller::Caller;
use crate::problem::Problem;

/// What was found.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Each fault in words, without a datum; empty means sound.
    pub faults: Vec<String>,
    /// Audit rows whose hash was computed again.
    pub leaves: u64,
    /// Cases by status, rows of the outbox by state.
    pub counts: Counts,
    /// The schema that this program works with.
    pub schema: u32,
    /// What the store says of its life.
    pub life: Marks,
    /// Rows and digest of each table.
    pub tables: Vec<Fingerprint>,
}

/// Checks everything.
pub async fn check(settings: &Settings, progress: Progress<'_>) -> Result<Checked, Problem> {
    let store = super::open(settings).await?;
    let integrity = store.integrity().await?;
    Ok(Checked {
        faults: integrity.faults,
        leaves: integrity.facts_checked,
        counts: store.counts(&Caller::System).await?,
        schema: SCHEMA,
        life: store.life().await?,
        tables: store.fingerprints(progress).await?,
    })
}
