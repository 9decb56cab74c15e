//! `store copy`: a whole store into another, empty one.

use super::Progress;
use crate::adapters::seal::Seal;
use crate::adapters::store;
use crate::config::{Settings, StoreUrl};
use crate::problem::Problem;

pub use crate::adapters::store::Fingerprint;

/// Copies and compares; gives what each table holds. Both are sealed with the master key
/// of the settings. Errors: WW-STO-002 to -004, -006 to -013, -017, -018, -020 and -023.
pub async fn copy(
    settings: &Settings,
    from: &StoreUrl,
    to: &StoreUrl,
    progress: Progress<'_>,
) -> Result<Vec<Fingerprint>, Problem> {
    let seal = Seal::open(&settings.store.master_key_file)?;
    store::copy(from, to, seal, progress).await
}
