//! `store backup` and `store restore`.

use std::path::Path;

use jiff::Timestamp;

use crate::adapters::seal::Seal;
use crate::adapters::store::epoch::file;
use crate::adapters::store::{self};
use crate::config::Settings;
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::problem::Problem;

pub use crate::adapters::store::{Backup, Progress, Restored};

/// Copies the store, in use or not, into a file that does not exist yet. Errors: WW-STO-002
/// to -004, -019, -021, -022 and -024.
pub fn backup(settings: &Settings, file: &Path, progress: Progress<'_>) -> Result<Backup, Problem> {
    store::backup(&settings.store.url, file, progress)
}

/// Puts a backup in the place of the store. Nothing is sent from it until `store confirm`.
/// Errors: WW-STO-003, -004, -006 to -009, -015, -017, -021, -022 and -024.
pub async fn restore(
    settings: &Settings,
    file: &Path,
    now: Timestamp,
    progress: Progress<'_>,
) -> Result<Restored, Problem> {
    let seal = Seal::open(&settings.store.master_key_file)?;
    // A file that is damaged must not stand in the way of getting the store back.
    let known = file::read(&settings.store.epoch_file).ok().flatten();
    let known = known.map_or(0, |seen| seen.epoch);
    let operator = Caller::Operator(settings.gateway.operator.clone());
    let fact = Fact::new(FactKind::StoreRestored, &operator);
    store::restore(
        &settings.store.url,
        seal,
        file,
        known,
        (fact, now),
        progress,
    )
    .await
}
