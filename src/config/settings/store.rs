//! The durable store.

use std::path::PathBuf;

/// `[store]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// Which database.
    pub url: StoreUrl,
    /// The file of the master key, 64 hexadecimal digits.
    pub master_key_file: PathBuf,
    /// The file by which a store that was put back is recognised.
    pub epoch_file: PathBuf,
    /// The folder of the journal of what was acknowledged.
    pub journal_folder: PathBuf,
    /// How many days the journal is kept, 1 to 3650.
    pub journal_days: u32,
}

/// Which database holds the cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreUrl {
    /// A file of SQLite, for one gateway: `sqlite:PATH`.
    Sqlite(PathBuf),
    /// A PostgreSQL server, for any number of gateways.
    Postgres(PostgresServer),
}

impl StoreUrl {
    /// Reads an address as `store.url` has it; `None` where it is none. What the address of
    /// a server does not say is as for `others`.
    pub fn parse(text: &str, others: &PostgresServer) -> Option<Self> {
        crate::config::values::store_url(text, others)
    }
}

impl std::fmt::Display for StoreUrl {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
            Self::Postgres(server) => formatter.write_str(&server.url),
        }
    }
}

/// How to reach PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostgresServer {
    /// `postgres://user@host:port/database?option=value`, without a password.
    pub url: String,
    /// The file of the password, where the server asks for one.
    pub password_file: Option<PathBuf>,
    /// The file of the certificates, in PEM, by which the server's own is checked; without
    /// it those of the operating system.
    pub root_certificates: Option<PathBuf>,
    /// Connections held by this process at most, 4 to 200.
    pub connections: usize,
}
