//! Moves what the log holds into the file, beside the writer.
//!
//! SQLite does it inside a commit, and everybody in that group then waits for some
//! thousand pages and two syncs more: at half load that was the slowest referral in a
//! hundred. Here a thread with a connection of its own does it while the writer goes on.
//! The log begins anew when all of it has been moved and nobody reads it, so under a load
//! that never pauses it could grow for ever: past [`MOST`] pages the writer moves the rest
//! itself, which by then is little.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rusqlite::{Connection, Row};

use crate::problem::Problem;
use crate::problem::area::store::UNAVAILABLE;

/// Pages of log after which a round begins: 16 MiB. Fewer would sync more often, and write
/// a page that many referrals touch more often than once.
const FIRST: usize = 4_000;

/// Pages more after which another round begins, as long as the log does not begin anew.
const AGAIN: usize = 1_000;

/// Pages after which the writer helps: 64 MiB, to which the log's file is cut back.
const MOST: usize = 16_000;

/// Passes of one round: the second moves what was written during the first.
const PASSES: usize = 2;

/// How long the log has become, as the writer tells it after each commit.
#[derive(Default)]
struct Log {
    pages: usize,
    next: usize,
    wanted: bool,
    ended: bool,
}

impl Log {
    /// Takes the length after a commit; whether a round is due.
    fn grew(&mut self, pages: usize) -> bool {
        if pages < self.pages || self.next == 0 {
            self.next = FIRST;
        }
        self.pages = pages;
        if pages < self.next {
            return false;
        }
        self.next = pages + AGAIN;
        self.wanted = true;
        true
    }
}

#[derive(Default)]
struct Shared {
    log: Mutex<Log>,
    changed: Condvar,
}

impl Shared {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a round is due; `false` when there will be none.
    fn wait(&self) -> bool {
        let mut log = self.log();
        while !log.wanted && !log.ended {
            log = self
                .changed
                .wait(log)
                .unwrap_or_else(PoisonError::into_inner);
        }
        log.wanted = false;
        !log.ended
    }
}

/// The handle of the thread.
pub(super) struct Checkpointer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// Starts the thread; it opens nothing before the first round.
    pub(super) fn start(path: &Path) -> Result<Self, Problem> {
        let shared = Arc::new(Shared::default());
        let (path, theirs) = (path.to_owned(), Arc::clone(&shared));
        let thread = std::thread::Builder::new()
            .name("store-log".to_owned())
            .spawn(move || run(&path, &theirs))
            .map_err(|error| {
                Problem::new(&UNAVAILABLE).with(format!("no thread for the log: {}", error.kind()))
            })?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// What the writer's connections tell.
    pub(super) fn watch(&self) -> Watch {
        Watch(Arc::clone(&self.shared))
    }
}

impl Drop for Checkpointer {
    /// Waits for the end of a round.
    fn drop(&mut self) {
        self.shared.log().ended = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Ties connections of the writer to the thread.
#[derive(Clone)]
pub(super) struct Watch(Arc<Shared>);

impl Watch {
    /// From now on every commit on this connection tells how long the log is, in the place
    /// of the checkpoint that SQLite would do there.
    pub(super) fn over(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        let shared = Arc::clone(&self.0);
        connection.wal_hook(Some(move |wal: &mut rusqlite::hooks::Wal, pages: i32| {
            let pages = usize::try_from(pages).unwrap_or_default();
            if shared.log().grew(pages) {
                shared.changed.notify_one();
            }
            if pages >= MOST {
                // Refused while the thread is at it, which is as good.
                let _ = wal.checkpoint();
            }
            Ok(())
        }))
    }
}

fn run(path: &Path, shared: &Shared) {
    let mut connection = None;
    while shared.wait() {
        connection = match round(path, connection.take()) {
            Ok(connection) => Some(connection),
            Err(error) => {
                // Nothing is lost: the log is as good as the file, and the next round or
                // the writer moves it.
                tracing::warn!(%error, "the store's log could not be moved into its file");
                None
            }
        };
    }
}

fn round(path: &Path, open: Option<Connection>) -> rusqlite::Result<Connection> {
    let connection = match open {
        Some(connection) => connection,
        None => super::open_writer(path)?,
    };
    for _ in 0..PASSES {
        let is_whole = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], is_whole)?;
        if is_whole {
            break;
        }
    }
    Ok(connection)
}

/// Whether all pages of the log were moved.
fn is_whole(row: &Row<'_>) -> rusqlite::Result<bool> {
    let (logged, moved): (i64, i64) = (row.get(1)?, row.get(2)?);
    Ok(moved >= logged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_begins_at_the_first_length_and_then_after_each_further_one() {
        let mut log = Log::default();
        let due: Vec<usize> = (1..=MOST / 100)
            .map(|step| step * 100)
            .filter(|pages| log.grew(*pages))
            .collect();
        assert_eq!(due[..3], [FIRST, FIRST + AGAIN, FIRST + 2 * AGAIN]);
    }

    #[test]
    fn a_log_that_begins_anew_is_left_alone_until_it_is_long() {
        let mut log = Log::default();
        assert!(log.grew(FIRST));
        assert!(!log.grew(10), "it began anew");
        assert!(!log.grew(FIRST - 1));
        assert!(log.grew(FIRST));
    }

    #[test]
    fn the_log_is_moved_beside_a_writer_that_goes_on_and_then_begins_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log.db");
        let checkpointer = Checkpointer::start(&path).expect("started");
        std::fs::write(&path, b"").expect("made");
        let mut connection = super::super::open_writer(&path).expect("opened");
        checkpointer
            .watch()
            .over(&mut connection)
            .expect("is watched");
        let write = |times: usize| {
            for _ in 0..times {
                let row = "INSERT INTO page(content) VALUES (zeroblob(400000))";
                connection.execute(row, []).expect("written");
            }
        };
        connection
            .execute_batch("CREATE TABLE page(content BLOB)")
            .expect("made");
        // Some hundred pages a row: more in all than the log may ever hold.
        let mut longest = 0;
        for _ in 0..10 {
            write(30);
            let pages = checkpointer.shared.log().pages;
            longest = longest.max(pages);
        }
        assert!(longest < 3 * MOST, "it began anew: {longest} pages");
        assert!(
            std::fs::metadata(&path).expect("is there").len() > 1_000_000,
            "what was logged is in the file"
        );
        drop(connection);
        drop(checkpointer);
        assert!(
            !folder.path().join("log.db-wal").exists(),
            "the last connection moved the rest"
        );
    }
}
