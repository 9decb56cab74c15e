//! PostgreSQL for tests: one private cluster a test process, a database of its own for
//! every test.
//!
//! The cluster comes from the programs that the machine has (Debian's packages), in a
//! temporary folder, on loopback, under an unprivileged user, and ends with the test
//! process however that ends. Nothing here needs a driver: what is asked of the server
//! goes through `psql`, so that these tests compile without the feature `postgres`.

mod cluster;
mod database;
pub mod find;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

pub use cluster::Cluster;
pub use database::{Database, Session};

/// A fresh database in the cluster of this process; `None`, said loudly, where
/// PostgreSQL is not installed. Databases are never shared: advisory locks are a
/// database's own.
pub async fn database() -> Option<Database> {
    let made = tokio::task::spawn_blocking(database_now);
    made.await.expect("PostgreSQL starts")
}

/// The same for what is not asynchronous; it blocks while the first call starts the
/// cluster.
pub fn database_now() -> Option<Database> {
    static SHARED: OnceLock<Option<Arc<Cluster>>> = OnceLock::new();
    let shared = SHARED.get_or_init(|| installed().map(|programs| Cluster::start(&programs)));
    shared.as_ref().map(Database::create)
}

/// A cluster of the test's own, which it may kill; `None` as for [`database`].
pub async fn own_cluster() -> Option<Arc<Cluster>> {
    let programs = installed()?;
    let started = tokio::task::spawn_blocking(move || Cluster::start(&programs));
    Some(started.await.expect("PostgreSQL starts"))
}

/// The folder of PostgreSQL's programs, or a loud skip.
pub(super) fn installed() -> Option<PathBuf> {
    let forbidden = std::env::var("WORKWELL_NO_SKIP").is_ok_and(|value| !value.is_empty());
    found_or_skipped(&find::places(), forbidden)
}

/// The first usable place; a skip where there is none, a failure where skips are forbidden.
pub(super) fn found_or_skipped(places: &[PathBuf], forbidden: bool) -> Option<PathBuf> {
    if let Some(found) = find::first_complete(places) {
        return Some(found.to_owned());
    }
    assert!(
        !forbidden,
        "PostgreSQL is not installed and skips are forbidden: looked in {places:?}; \
         on Debian, install the package `postgresql`"
    );
    eprintln!("SKIPPED: PostgreSQL is not installed; looked in {places:?}");
    None
}
