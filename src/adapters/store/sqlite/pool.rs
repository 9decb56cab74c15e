//! Connections that read, used from blocking threads.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::super::sql::Query;
use super::run::{self, Failure};
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

    /// Every row that a query finds. A quick one runs on the thread that asks: a few
    /// look-ups by index cost less than the way to another thread and back.
    pub(in super::super) async fn all<T: Send + 'static>(
        &self,
        query: Query<T>,
    ) -> Result<Vec<T>, Problem> {
        if query.quick {
            let permit = self.permits.acquire().await;
            let _permit = permit.map_err(|_| unavailable("the store is closed"))?;
            let found = with_connection(&self.idle, &self.path, |c| run::all(c, &query));
            return found.map_err(|failure| problem_of(&failure));
        }
        self.run(move |connection| run::all(connection, &query))
            .await
    }

    /// Runs something on a connection. What panics loses its connection, not the pool.
    pub(in super::super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Problem> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|_| unavailable("the store is closed"))?;
        let idle = Arc::clone(&self.idle);
        let path = self.path.clone();
        let work = move || {
            let result = with_connection(&idle, &path, work);
            drop(permit);
            result
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(result) => result.map_err(|failure| problem_of(&failure)),
            Err(_) => Err(unavailable("a query ended abnormally")),
        }
    }
}

/// Runs something on an idle connection, or on a new one.
fn with_connection<T>(
    idle: &Mutex<Vec<Connection>>,
    path: &Path,
    work: impl FnOnce(&Connection) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let taken = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let connection = taken.map_or_else(|| super::open_reader(path), Ok)?;
    let result = work(&connection);
    if result.as_ref().map_or_else(is_sound_after, |_| true) {
        let mut idle = idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(connection);
    }
    result
}

/// Whether a connection is worth keeping after this failure.
fn is_sound_after(failure: &Failure) -> bool {
    match failure {
        Failure::Engine(error) => error.sqlite_error_code().is_none(),
        Failure::Row(_) => true,
    }
}

/// What a failed read means.
pub(super) fn problem_of(failure: &Failure) -> Problem {
    match failure {
        Failure::Row(fault) => Problem::new(&DAMAGED).with(fault.to_string()),
        Failure::Engine(error) => unavailable(&error.to_string()),
    }
}

fn unavailable(what: &str) -> Problem {
    Problem::new(&UNAVAILABLE).with(what)
}
