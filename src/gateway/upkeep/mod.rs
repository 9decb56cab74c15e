//! Looking after the store: what the verbs of `store` do. They work without tables and
//! listeners, since they are needed most when little else works.

mod backup;
mod check;
mod confirm;
mod copy;
mod lost;
mod migrate;

pub use backup::{Backup, Progress, Restored, backup, restore};
pub use check::{Checked, check};
pub use confirm::{Confirmed, Why, confirm};
pub use copy::{Fingerprint, copy};
pub use lost::{Lost, LostCase, What, lost};
pub use migrate::{Migrated, migrate};

use crate::adapters::seal::Seal;
use crate::adapters::store::Store;
use crate::config::Settings;
use crate::problem::Problem;

/// Opens the store that the settings name, with its master key.
async fn open(settings: &Settings) -> Result<Store, Problem> {
    let seal = Seal::open(&settings.store.master_key_file)?;
    Store::open(&settings.store.url, seal).await
}
