//! Which engine keeps the referrals of the measurement.

use std::path::Path;
use std::time::Duration;

use super::Fault;

#[cfg(feature = "postgres")]
use crate::support::postgres::{self, Database};

/// A new store.
pub enum Kept {
    /// A file.
    File(String),
    /// A database of a private server, and the `[store]` lines that name it.
    #[cfg(feature = "postgres")]
    Server(Database, String),
}

impl Kept {
    /// SQLite in this folder.
    pub fn in_file(folder: &Path) -> Self {
        Self::File(format!("url = \"sqlite:{}/journey.db\"", folder.display()))
    }

    /// PostgreSQL, where it is installed and the feature is on.
    #[cfg(feature = "postgres")]
    pub async fn in_postgres(_: &Path) -> Result<Self, Fault> {
        let database = postgres::database().await;
        let database = database.ok_or("PostgreSQL is not installed")?;
        let (url, file) = database.apart();
        let toml = format!(
            "url = \"{url}\"\npassword_file = \"{}\"\nconnections = 32",
            file.display()
        );
        Ok(Self::Server(database, toml))
    }

    #[cfg(not(feature = "postgres"))]
    #[expect(clippy::unused_async, reason = "with the feature it waits")]
    pub async fn in_postgres(_: &Path) -> Result<Self, Fault> {
        Err("the journey over PostgreSQL needs `--features postgres`".into())
    }

    /// The lines of the section `[store]`.
    pub fn toml(&self) -> &str {
        match self {
            Self::File(toml) => toml,
            #[cfg(feature = "postgres")]
            Self::Server(_, toml) => toml,
        }
    }

    /// CPU of the database's own processes so far; none for a file.
    pub fn server_cpu(&self) -> Duration {
        match self {
            Self::File(_) => Duration::ZERO,
            #[cfg(feature = "postgres")]
            Self::Server(database, _) => server_cpu(database).unwrap_or_default(),
        }
    }
}

/// The postmaster and its children, the ended ones with it (`proc(5)`).
#[cfg(feature = "postgres")]
fn server_cpu(database: &Database) -> Option<Duration> {
    let server = database.cluster().process()?.as_raw_nonzero().get();
    let mut ticks = 0;
    for entry in std::fs::read_dir("/proc").ok()?.flatten() {
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        let Some((before, after)) = stat.rsplit_once(") ") else {
            continue;
        };
        let pid = before.split(' ').next().and_then(|pid| pid.parse().ok());
        let fields: Vec<u64> = after
            .split(' ')
            .map(|field| field.parse().unwrap_or(0))
            .collect();
        let parent = fields.get(1).copied().unwrap_or_default();
        let of =
            |range: std::ops::Range<usize>| fields.get(range).map_or(0, |found| found.iter().sum());
        if pid == Some(server) {
            ticks += of(11..15);
        } else if parent == u64::try_from(server).ok()? {
            ticks += of(11..13);
        }
    }
    // USER_HZ is 100 on every Linux of today.
    Some(Duration::from_millis(ticks * 10))
}
