//! Connections that read, used from blocking threads.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::problem::Problem;
use crate::problem::area::store::{DAMAGED, UNAVAILABLE};

/// Readers never wait for the writer (write-ahead log); four keep two cores busy.
const READERS: usize = 4;

/// A small pool; connections are opened when first needed.
pub(in super::super) struct Readers {
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
    path: PathBuf,
}

impl Readers {
    pub(in super::super) fn new(path: &Path) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(READERS)),
            idle: Arc::default(),
            path: path.to_owned(),
        }
    }

    /// Runs a query. A query that panics loses its connection, not the pool.
    pub(in super::super) async fn run<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|_| unavailable("the store is closed"))?;
        let idle = Arc::clone(&self.idle);
        let path = self.path.clone();
        let work = move || {
            let result = with_connection(&idle, &path, query);
            drop(permit);
            result
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(result) => result.map_err(|error| problem_of(&error)),
            Err(_) => Err(unavailable("a query ended abnormally")),
        }
    }

    /// Runs a query on the thread that asks: a few look-ups by index cost less than the
    /// way to another thread and back. Not for what may read many rows.
    pub(in super::super) async fn run_here<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Problem> {
        let permit = self.permits.acquire().await;
        let _permit = permit.map_err(|_| unavailable("the store is closed"))?;
        with_connection(&self.idle, &self.path, query).map_err(|error| problem_of(&error))
    }
}

/// Runs a query on an idle connection, or on a new one.
fn with_connection<T>(
    idle: &Mutex<Vec<Connection>>,
    path: &Path,
    query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let taken = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let connection = taken.map_or_else(|| super::open_reader(path), Ok)?;
    let result = query(&connection);
    if result.as_ref().map_or_else(is_sound_after, |_| true) {
        let mut idle = idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(connection);
    }
    result
}

/// Whether a connection is worth keeping after this error.
fn is_sound_after(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code().is_none()
}

/// What a failed read means. The texts of the driver name columns, never values.
fn problem_of(error: &rusqlite::Error) -> Problem {
    match error {
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::IntegralValueOutOfRange(..) => {
            Problem::new(&DAMAGED).with(error.to_string())
        }
        other => unavailable(&other.to_string()),
    }
}

fn unavailable(what: &str) -> Problem {
    Problem::new(&UNAVAILABLE).with(what)
}
