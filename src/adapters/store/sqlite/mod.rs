//! The SQLite engine: one file, one writer that groups, readers beside it.

pub(super) mod backup;
mod check;
mod checkpoint;
pub(super) mod lock;
mod migrate;
mod pool;
mod run;
pub(super) mod whole;
mod writer;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use migrate::migrate;
pub(super) use pool::Readers;
use pool::problem_of;
pub(super) use writer::Writer;

use super::whole::Parts;
use crate::problem::Problem;
use crate::problem::area::store::{CANNOT_OPEN, KEY_OF_ANOTHER_STORE, NOT_A_STORE};

/// One file: readers, and the one writer.
pub(super) struct Sqlite {
    pub(super) readers: Readers,
    pub(super) writer: Writer,
    path: PathBuf,
}

impl Sqlite {
    /// Opens or makes the file, and checks that it was made with this master key.
    pub(super) fn open(path: &Path, key_check: &[u8; 32]) -> Result<Self, Problem> {
        backup::refuse_half_restored(path)?;
        let mut connection = open_judged(path, false)?;
        migrate(&mut connection, path, false)?;
        whole::refuse_half_copied(&connection, path)?;
        check_key(&connection, path, key_check)?;
        Ok(Self {
            readers: Readers::new(path),
            writer: Writer::start(path, connection)?,
            path: path.to_owned(),
        })
    }

    /// Every row of every table as it is at this instant.
    pub(super) fn parts(&self) -> Parts {
        whole::parts(&self.path)
    }

    /// What is wrong with the file and the references in it, one line each.
    pub(super) async fn check(&self) -> Result<Vec<String>, Problem> {
        self.readers.run(check::check).await
    }
}

/// Brings the file's schema up to date; gives the version that was found.
pub(super) fn bring_up_to_date(path: &Path) -> Result<u32, Problem> {
    backup::refuse_half_restored(path)?;
    let mut connection = open_judged(path, true)?;
    migrate(&mut connection, path, true)
}

/// A connection that writes, to a file that was found usable.
fn open_judged(path: &Path, may_migrate: bool) -> Result<Connection, Problem> {
    make_private_file(path)?;
    let reader = open_reader(path).map_err(|error| about(path, &error))?;
    migrate::refuse_unusable(&reader, path, may_migrate)?;
    drop(reader);
    open_writer(path).map_err(|error| about(path, &error))
}

/// The one connection that writes.
fn open_writer(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // The command line may write beside a running service.
    connection.busy_timeout(Duration::from_secs(5))?;
    // FULL: an answer is given after the log is on disk (DESIGN I3). A checkpoint every
    // 16 MiB of log instead of 4; the service does it beside the writer (checkpoint.rs). No
    // memory map: its pages count as ours and the figure for memory is a promise.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA wal_autocheckpoint = 4000;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA mmap_size = 0;
         PRAGMA cache_size = -8000;
         PRAGMA temp_store = MEMORY;
         PRAGMA foreign_keys = ON;
         PRAGMA trusted_schema = OFF;",
    )?;
    keep_statements(&connection)?;
    Ok(connection)
}

/// A connection that can only read.
fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.execute_batch(
        "PRAGMA query_only = ON;
         PRAGMA mmap_size = 0;
         PRAGMA cache_size = -2000;
         PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF;",
    )?;
    keep_statements(&connection)?;
    Ok(connection)
}

/// Prepares each statement once. SQLite with STAT4 would otherwise prepare a statement
/// anew whenever a value bound in its WHERE clause changes, which is always.
fn keep_statements(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// SQLite makes a missing file with the process's mask; the store is for its owner only.
fn make_private_file(path: &Path) -> Result<(), Problem> {
    private_file(path).map(drop).map_err(|error| {
        Problem::new(&CANNOT_OPEN)
            .at(path.display().to_string())
            .with(error.kind().to_string())
    })
}

/// Opens a file for its owner only, and makes it where there is none.
fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

fn check_key(connection: &Connection, path: &Path, key_check: &[u8; 32]) -> Result<(), Problem> {
    let stored = connection
        .execute(
            "INSERT INTO setting (name, value) VALUES ('key-check', ?1) ON CONFLICT DO NOTHING",
            params![key_check],
        )
        .and_then(|_| {
            connection
                .query_row(
                    "SELECT value FROM setting WHERE name = 'key-check'",
                    [],
                    |row| row.get::<_, Vec<u8>>(0),
                )
                .optional()
        })
        .map_err(|error| about(path, &error))?;
    if stored.as_deref() == Some(key_check.as_slice()) {
        return Ok(());
    }
    Err(Problem::new(&KEY_OF_ANOTHER_STORE).at(path.display().to_string()))
}

/// An error while opening, told apart by whether the file is ours at all.
fn about(path: &Path, error: &rusqlite::Error) -> Problem {
    let entry = match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => &NOT_A_STORE,
        _ => &CANNOT_OPEN,
    };
    Problem::new(entry)
        .at(path.display().to_string())
        .with(error.to_string())
}
