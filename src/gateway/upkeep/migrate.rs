//! `store migrate`: brings the schema up to date.

use crate::adapters::store;
use crate::config::Settings;
use crate::problem::Problem;

/// From where to where a schema was brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The version found; 0 where nothing was there.
    pub from: u32,
    /// The version now.
    pub to: u32,
}

/// Applies what is missing, in one transaction; nothing to do is well. Errors: WW-STO-002
/// to -004 and -011 to -013.
pub async fn migrate(settings: &Settings) -> Result<Migrated, Problem> {
    let (from, to) = store::migrate(&settings.store.url).await?;
    Ok(Migrated { from, to })
}
