//! Reading and filling a whole file.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, params, params_from_iter};

use super::super::sql::marks::{COPYING, GAPLESS_FROM};
use super::super::sql::schema::tables::{TABLES, Table};
use super::super::sql::{Dialect, Row};
use super::super::whole::{Batch, Cells, Part, Parts, Sender, cells, channel};
use super::run::Failure;
use super::{about, open_reader, open_writer, problem_of};
use crate::problem::Problem;
use crate::problem::area::store::{BROKEN_OFF, UNAVAILABLE};

/// Every row of the file as it is at this instant.
pub(in super::super) fn parts(path: &Path) -> Parts {
    let (sender, parts) = channel();
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || {
        let sent = open_reader(&path)
            .map_err(|error| about(&path, &error))
            .and_then(|connection| {
                send_all(&connection, &sender).map_err(|failure| problem_of(&failure))
            });
        if let Err(problem) = sent {
            // Nobody waits for it any more: then nobody has to be told.
            let _ = sender.blocking_send(Err(problem));
        }
    });
    parts
}

fn send_all(connection: &Connection, sender: &Sender) -> Result<(), Failure> {
    connection.execute_batch("BEGIN")?;
    for table in TABLES {
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        let part = Part::Table {
            table,
            rows: count(&table.count())?.unsigned_abs(),
            highest: count(&highest(table))?,
        };
        let mut batch = Batch::default();
        let mut go_on = sender.blocking_send(Ok(part)).is_ok();
        let mut statement = connection.prepare(&table.rows(Dialect::Sqlite))?;
        let mut rows = statement.query([])?;
        while let (true, Some(row)) = (go_on, rows.next()?) {
            if let Some(full) = batch.add(cells(&Row::Sqlite(row), table)?) {
                go_on = sender.blocking_send(Ok(Part::Rows(full))).is_ok();
            }
        }
        if !go_on || sender.blocking_send(Ok(Part::Rows(batch.take()))).is_err() {
            break;
        }
    }
    connection.execute_batch("ROLLBACK")?;
    Ok(())
}

/// The highest number that was ever given in a table.
fn highest(table: &Table) -> String {
    let Some(column) = table.numbered else {
        return "SELECT 0".to_owned();
    };
    let name = table.name;
    format!(
        "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = '{name}'), 0),
         coalesce((SELECT max({column}) FROM {name}), 0))"
    )
}

/// Refuses a file that a copy has left half-way. Errors: WW-STO-018.
pub(super) fn refuse_half_copied(connection: &Connection, path: &Path) -> Result<(), Problem> {
    let sql = "SELECT count(*) FROM setting WHERE name = ?1";
    let marks = connection.query_row(sql, [COPYING], |row| row.get::<_, i64>(0));
    if marks.map_err(|error| about(path, &error))? == 0 {
        return Ok(());
    }
    Err(Problem::new(&BROKEN_OFF)
        .at(path.display().to_string())
        .with("`store copy` did not come to its end"))
}

/// Notes the highest number of a table that never gives one twice.
const NEVER_AGAIN: &str = "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, ?2
    WHERE EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1
    AND sql LIKE '%AUTOINCREMENT%')";

/// A file that is being filled. Nothing starts on it until [`finish`](Self::finish).
#[derive(Clone)]
pub(in super::super) struct Filling {
    path: PathBuf,
    connection: Arc<Mutex<Connection>>,
}

impl Filling {
    /// Makes the file, and marks it; `None` when something is in it.
    pub(in super::super) fn begin(path: &Path) -> Result<Option<Self>, Problem> {
        let failed = |error: rusqlite::Error| about(path, &error);
        super::bring_up_to_date(path)?;
        let connection = open_writer(path).map_err(failed)?;
        connection
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(failed)?;
        for table in TABLES {
            let sql = format!("SELECT count(*) FROM {}", table.name);
            let rows = connection.query_row(&sql, [], |row| row.get::<_, i64>(0));
            if rows.map_err(failed)? > 0 {
                return Ok(None);
            }
        }
        let sql = "INSERT INTO setting (name, value) VALUES (?1, x'01')";
        connection
            .execute(sql, [COPYING])
            .and_then(|_| connection.execute_batch("COMMIT"))
            .map_err(failed)?;
        Ok(Some(Self {
            path: path.to_owned(),
            connection: Arc::new(Mutex::new(connection)),
        }))
    }

    /// Puts rows in, all or none.
    pub(in super::super) async fn put(
        &self,
        table: &'static Table,
        rows: Vec<Cells>,
    ) -> Result<(), Problem> {
        self.run(move |connection| {
            connection.execute_batch("BEGIN IMMEDIATE")?;
            let mut statement = connection.prepare_cached(&table.insert())?;
            for row in &rows {
                statement.execute(params_from_iter(row))?;
            }
            connection.execute_batch("COMMIT")
        })
        .await
    }

    /// Sets the numbers that come next, and takes the mark away: from here on it is a
    /// store. `gapless_from` is the first audit number from which there are no gaps.
    pub(in super::super) async fn finish(
        &self,
        highest: Vec<(&'static Table, i64)>,
        gapless_from: u64,
    ) -> Result<(), Problem> {
        self.run(move |connection| {
            connection.execute_batch("BEGIN IMMEDIATE")?;
            for (table, highest) in highest {
                let name = table.name;
                connection.execute("DELETE FROM sqlite_sequence WHERE name = ?1", [name])?;
                connection.execute(NEVER_AGAIN, params![name, highest])?;
            }
            if gapless_from > 1 {
                connection.execute(
                    "INSERT INTO setting (name, value) VALUES (?1, ?2)",
                    params![GAPLESS_FROM, gapless_from.to_be_bytes()],
                )?;
            }
            connection.execute("DELETE FROM setting WHERE name = ?1", [COPYING])?;
            connection.execute_batch("COMMIT")?;
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        })
        .await
    }

    async fn run(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<()> + Send + 'static,
    ) -> Result<(), Problem> {
        let (path, connection) = (self.path.clone(), Arc::clone(&self.connection));
        let done = tokio::task::spawn_blocking(move || {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&connection).map_err(|error| about(&path, &error))
        });
        let gone = |_| Problem::new(&UNAVAILABLE).with("a batch ended abnormally");
        done.await.map_err(gone)?
    }
}
