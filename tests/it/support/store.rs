//! The store of a test's gateway, whichever engine runs it.
//!
//! `WORKWELL_TEST_STORE` says which: `sqlite` (unless told) or `postgres`, for which the
//! tests are built with `--features postgres`. A test that looks at the store from
//! outside does it through here and so runs on both.

use std::path::{Path, PathBuf};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use workwell_gateway::config::{PostgresServer, Settings, StoreUrl};

use super::postgres::{self, Database, Session};

/// A store of a test's own.
#[derive(Debug)]
pub enum TestStore {
    /// The file.
    Sqlite(PathBuf),
    /// The database.
    Postgres(Database),
}

/// Somebody else's hold on the store; it is let go when dropped.
#[derive(Debug)]
pub enum Held {
    /// The one writer that a file can have.
    Sqlite { _writer: Connection },
    /// A transaction that has locked every table against writers.
    Postgres { _writer: Session },
}

/// A store that nobody can write to; it can be written to again when this is dropped.
#[derive(Debug)]
pub enum Refusing<'a> {
    /// Held by another writer for longer than anybody waits.
    Sqlite { _other: Held },
    /// Read-only, as a server is that is not the leader any more.
    Postgres(&'a Database),
}

impl TestStore {
    /// A new store of the engine that the environment names; a file lies in this folder.
    pub fn new(folder: &Path, file: &str) -> Self {
        let engine = std::env::var("WORKWELL_TEST_STORE").unwrap_or_default();
        match engine.as_str() {
            "" | "sqlite" => Self::Sqlite(folder.join(file)),
            "postgres" if cfg!(feature = "postgres") => {
                // Asked for in so many words: there is nothing else that the test could do.
                let database = postgres::database_now();
                Self::Postgres(database.expect("WORKWELL_TEST_STORE=postgres"))
            }
            "postgres" => panic!("WORKWELL_TEST_STORE=postgres needs `--features postgres`"),
            other => panic!("WORKWELL_TEST_STORE is `sqlite` or `postgres`, not `{other}`"),
        }
    }

    /// The database, where it is one.
    #[cfg(feature = "postgres")]
    pub const fn database(&self) -> Option<&Database> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(database) => Some(database),
        }
    }

    /// Puts the store into the settings.
    pub fn settle(&self, settings: &mut Settings) {
        settings.store.url = match self {
            Self::Sqlite(file) => StoreUrl::Sqlite(file.clone()),
            Self::Postgres(database) => {
                let (url, password_file) = database.apart();
                StoreUrl::Postgres(PostgresServer {
                    url,
                    password_file: Some(password_file),
                    root_certificates: None,
                    connections: 8,
                })
            }
        };
    }

    /// The lines of the section `[store]` in a configuration.
    pub fn toml(&self) -> String {
        match self {
            Self::Sqlite(file) => format!("url = \"sqlite:{}\"", file.display()),
            Self::Postgres(database) => {
                let (url, password_file) = database.apart();
                let password_file = password_file.display();
                format!("url = \"{url}\"\npassword_file = \"{password_file}\"\nconnections = 8")
            }
        }
    }

    /// Rows of a query that both engines understand, each column as text.
    pub fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        match self {
            Self::Sqlite(file) => rows_of_file(file, sql),
            Self::Postgres(database) => {
                let given = database.sql(sql);
                let rows = given.lines();
                rows.map(|row| row.split('|').map(str::to_owned).collect())
                    .collect()
            }
        }
    }

    /// Does something to the store behind the gateway's back, in SQL of both engines.
    pub fn execute(&self, sql: &str) {
        match self {
            Self::Sqlite(file) => open(file).execute_batch(sql).expect("SQL of the test"),
            Self::Postgres(database) => drop(database.sql(sql)),
        }
    }

    /// Adds a row that points at nothing, which the engine itself would refuse.
    pub fn damage(&self, insert: &str) {
        let unguarded = match self {
            Self::Sqlite(_) => "PRAGMA foreign_keys = OFF",
            // Foreign keys are triggers, which do not fire for a replica's session.
            Self::Postgres(_) => "SET session_replication_role = replica",
        };
        self.execute(&format!("{unguarded}; {insert}"));
    }

    /// Somebody else writes: what the gateway writes waits for as long as this is held.
    pub fn hold(&self) -> Held {
        match self {
            Self::Sqlite(file) => {
                let outside = open(file);
                let begun = outside.execute_batch("BEGIN IMMEDIATE");
                begun.expect("the only writer");
                Held::Sqlite { _writer: outside }
            }
            Self::Postgres(database) => {
                let mut outside = database.session();
                outside.sql(LOCK_ALL);
                Held::Postgres { _writer: outside }
            }
        }
    }

    /// From now on nothing can be written.
    pub fn refuse_writes(&self) -> Refusing<'_> {
        match self {
            Self::Sqlite(_) => Refusing::Sqlite {
                _other: self.hold(),
            },
            Self::Postgres(database) => {
                database.read_only(true);
                Refusing::Postgres(database)
            }
        }
    }

    /// Whether no gateway has ever opened it.
    pub fn is_untouched(&self) -> bool {
        match self {
            Self::Sqlite(file) => !file.exists(),
            Self::Postgres(database) => database.sql(COUNT_TABLES).trim() == "0",
        }
    }

    /// Everything that the engine keeps of it, for a search for what may not be there:
    /// the database file with its log, or a dump with the server's log.
    pub fn raw_dump(&self) -> Vec<u8> {
        match self {
            Self::Sqlite(file) => {
                let beside = ["", "-wal", "-shm"].map(|end| {
                    let mut path = file.clone().into_os_string();
                    path.push(end);
                    // The log goes when the last connection is closed in order.
                    std::fs::read(path).unwrap_or_default()
                });
                beside.concat()
            }
            Self::Postgres(database) => {
                let log = database.cluster().folder().join("log");
                let log = std::fs::read(log).expect("the server's log");
                [database.dump(), log].concat()
            }
        }
    }
}

impl Drop for Refusing<'_> {
    fn drop(&mut self) {
        if let Self::Postgres(database) = self {
            database.read_only(false);
        }
    }
}

const COUNT_TABLES: &str = "SELECT count(*) FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";

/// Readers go on, as on SQLite.
const LOCK_ALL: &str = "BEGIN;
DO $$ DECLARE one regclass; BEGIN
    FOR one IN SELECT format('%I.%I', schemaname, tablename)::regclass FROM pg_tables
               WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
    LOOP EXECUTE format('LOCK TABLE %s IN EXCLUSIVE MODE', one); END LOOP;
END $$";

fn open(file: &Path) -> Connection {
    let existing = OpenFlags::SQLITE_OPEN_READ_WRITE;
    Connection::open_with_flags(file, existing).expect("the store's file")
}

fn rows_of_file(file: &Path, sql: &str) -> Vec<Vec<String>> {
    let reading = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let reading = reading.expect("the store's file");
    let mut query = reading.prepare(sql).expect("SQL of the test");
    let columns = query.column_count();
    let rows = query.query_map([], |row| {
        (0..columns)
            .map(|column| row.get_ref(column).map(in_text))
            .collect::<Result<Vec<String>, _>>()
    });
    rows.and_then(Iterator::collect).expect("the rows")
}

/// As `psql` shows it; bytes are not asked for.
fn in_text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Null | ValueRef::Blob(_) => String::new(),
    }
}
