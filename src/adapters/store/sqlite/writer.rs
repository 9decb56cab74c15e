//! The one writer: a thread with its own connection that groups what waits.
//!
//! While one group is being synced the next gathers in the channel, so that nobody is
//! ever made to wait for company, and under load one sync serves many units.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::super::engine::{Figures, Outcome};
use super::super::prepare::Prepared;
use super::super::sql::Query;
use super::super::unit::CommitError;
use super::checkpoint::{Checkpointer, Watch};
use super::run::{self, Failure};
use crate::problem::Problem;
use crate::problem::area::store::UNAVAILABLE;

/// Units in one transaction at most; more gain nothing (reference/crates.md 4).
const GROUP: usize = 32;

enum Job {
    Commit(Box<Prepared>, oneshot::Sender<Outcome>),
    /// Something else that only the writer may do, in a transaction of its own.
    Other(Box<dyn FnOnce(&mut Work) + Send>),
    /// Holds the writer until the other end is dropped, so that a test can fill a group.
    #[cfg(test)]
    Pause(mpsc::Receiver<()>),
    /// Panics inside the writer's transaction.
    #[cfg(test)]
    Panic,
}

#[derive(Default)]
struct Counters {
    received: AtomicU64,
    commits: AtomicU64,
    groups: AtomicU64,
    failures: AtomicU64,
}

/// The handle of the writer's thread.
pub(in super::super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    counters: Arc<Counters>,
    /// Dropped after the thread has ended.
    _checkpointer: Checkpointer,
}

impl Writer {
    /// Starts the thread.
    pub(in super::super) fn start(
        path: &Path,
        mut connection: Connection,
    ) -> Result<Self, Problem> {
        let (jobs, waiting) = mpsc::channel();
        let checkpointer = Checkpointer::start(path)?;
        let watch = checkpointer.watch();
        let watched = watch.over(&mut connection);
        watched.map_err(|error| Problem::new(&UNAVAILABLE).with(error.to_string()))?;
        let counters = Arc::new(Counters::default());
        let work = Work {
            path: path.to_owned(),
            connection: Some(connection),
            counters: Arc::clone(&counters),
            watch,
        };
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || work.run(&waiting))
            .map_err(|error| {
                Problem::new(&UNAVAILABLE).with(format!("no writer thread: {}", error.kind()))
            })?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
            counters,
            _checkpointer: checkpointer,
        })
    }

    pub(in super::super) async fn commit(&self, unit: Prepared) -> Outcome {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Commit(Box::new(unit), reply));
        self.counters.received.fetch_add(1, Ordering::Release);
        let gone = || CommitError::Unavailable("the writer gave no answer".to_owned());
        answer.await.unwrap_or_else(|_| Err(gone()))
    }

    pub(in super::super) async fn checkpoint(&self) -> Result<(), Problem> {
        self.other(|connection| {
            let done = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            Ok(done?)
        })
        .await
    }

    /// Every row that a statement which writes gives back.
    pub(in super::super) async fn run<T: Send + 'static>(
        &self,
        query: Query<T>,
    ) -> Result<Vec<T>, Problem> {
        self.other(move |connection| run::all(connection, &query))
            .await
    }

    async fn other<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Problem> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Other(Box::new(move |work| {
            // A caller that has gone is no failure: the job is done.
            let _ = reply.send(work.guarded(job));
        })));
        let result = answer
            .await
            .unwrap_or_else(|_| Err("the writer gave no answer".to_owned()));
        result.map_err(|what| Problem::new(&UNAVAILABLE).with(what))
    }

    pub(in super::super) fn figures(&self) -> Figures {
        let read = |counter: &AtomicU64| counter.load(Ordering::Acquire);
        // The groups first, as the writer counts them last: there are never more groups
        // than units in them.
        let groups = read(&self.counters.groups);
        Figures {
            received: read(&self.counters.received),
            commits: read(&self.counters.commits),
            groups,
            failures: read(&self.counters.failures),
        }
    }

    /// A job that cannot be sent is dropped with its reply, which its sender notices.
    fn send(&self, job: Job) {
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(job);
        }
    }

    #[cfg(test)]
    pub(in super::super) fn pause(&self) -> mpsc::Sender<()> {
        let (release, held) = mpsc::channel();
        self.send(Job::Pause(held));
        release
    }

    #[cfg(test)]
    pub(in super::super) fn panic(&self) {
        self.send(Job::Panic);
    }
}

impl Drop for Writer {
    /// Waits until everything sent is written.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Work {
    path: PathBuf,
    connection: Option<Connection>,
    counters: Arc<Counters>,
    watch: Watch,
}

/// A unit and where its outcome goes.
type Waiting = (Box<Prepared>, oneshot::Sender<Outcome>);

impl Work {
    fn run(mut self, jobs: &mpsc::Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let mut next = Some(first);
            while let Some(job) = next.take() {
                next = self.take(job, jobs);
            }
        }
    }

    /// Does one job, or a group of commits; returns the job that ended the group.
    fn take(&mut self, job: Job, jobs: &mpsc::Receiver<Job>) -> Option<Job> {
        match job {
            Job::Commit(unit, reply) => {
                let mut group: Vec<Waiting> = vec![(unit, reply)];
                let mut other = None;
                let mut gathered = 0;
                while group.len() < GROUP {
                    match jobs.try_recv() {
                        Ok(Job::Commit(unit, reply)) => group.push((unit, reply)),
                        Ok(job) => {
                            other = Some(job);
                            break;
                        }
                        // Whoever is ready to run runs first, as long as that brings
                        // another unit; on an idle machine nobody is waited for.
                        Err(_) if gathered < group.len() => {
                            gathered = group.len();
                            std::thread::yield_now();
                        }
                        Err(_) => break,
                    }
                }
                self.commit(group);
                return other;
            }
            Job::Other(job) => job(self),
            #[cfg(test)]
            Job::Pause(held) => {
                let _ = held.recv();
            }
            #[cfg(test)]
            Job::Panic => {
                let _ = self.guarded::<()>(|connection| -> Result<(), Failure> {
                    connection.execute_batch("BEGIN IMMEDIATE")?;
                    panic!("a panic that a test asked for");
                });
            }
        }
        None
    }

    fn commit(&mut self, group: Vec<Waiting>) {
        let units: Vec<&Prepared> = group.iter().map(|(unit, _)| &**unit).collect();
        let result = self.guarded(|connection| Ok(commit_group(connection, &units)?));
        let outcomes = match result {
            Ok(outcomes) => {
                let committed = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
                self.counters
                    .commits
                    .fetch_add(committed as u64, Ordering::Relaxed);
                // A group of which nothing was written is none.
                let written = u64::from(committed > 0);
                self.counters.groups.fetch_add(written, Ordering::Release);
                outcomes
            }
            Err(what) => vec![Err(CommitError::Unavailable(what)); group.len()],
        };
        for ((_, reply), outcome) in group.into_iter().zip(outcomes) {
            // A caller that has gone is no failure: its unit is written.
            let _ = reply.send(outcome);
        }
    }

    /// Runs something on the connection. After a failure or a panic the connection is
    /// closed, which rolls back, and the next job opens another.
    fn guarded<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, Failure>,
    ) -> Result<T, String> {
        let connection = match self.connection.take() {
            Some(connection) => Ok(connection),
            None => super::open_writer(&self.path).and_then(|mut connection| {
                self.watch.over(&mut connection)?;
                Ok(connection)
            }),
        };
        let connection = connection.map_err(|error| self.failed(&error.to_string()))?;
        match catch_unwind(AssertUnwindSafe(|| work(&connection))) {
            Ok(Ok(done)) => {
                self.connection = Some(connection);
                Ok(done)
            }
            Ok(Err(error)) => Err(self.failed(&error.to_string())),
            Err(_) => Err(self.failed("the writer met an error of its own")),
        }
    }

    fn failed(&self, what: &str) -> String {
        self.counters.failures.fetch_add(1, Ordering::Relaxed);
        tracing::error!(
            code = UNAVAILABLE.code,
            what,
            "the store could not be written"
        );
        what.to_owned()
    }
}

/// One transaction. Outcomes are given only after the commit.
///
/// A refused unit takes nothing of the others with it. Refusals are rare here, because
/// callers look before they commit; so the group is first written without savepoints,
/// which cost a copy of every page touched twice, and only after a refusal once more
/// with one around each unit.
fn commit_group(connection: &Connection, units: &[&Prepared]) -> rusqlite::Result<Vec<Outcome>> {
    say(connection, "BEGIN IMMEDIATE")?;
    let mut outcomes = Vec::with_capacity(units.len());
    for unit in units {
        outcomes.push(write_unit(connection, unit)?);
    }
    if outcomes.iter().any(Result::is_err) {
        say(connection, "ROLLBACK")?;
        say(connection, "BEGIN IMMEDIATE")?;
        outcomes.clear();
        for unit in units {
            outcomes.push(write_unit_apart(connection, unit)?);
        }
    }
    say(connection, "COMMIT")?;
    Ok(outcomes)
}

fn write_unit_apart(connection: &Connection, unit: &Prepared) -> rusqlite::Result<Outcome> {
    say(connection, "SAVEPOINT unit")?;
    let outcome = write_unit(connection, unit)?;
    if outcome.is_err() {
        say(connection, "ROLLBACK TO unit")?;
    }
    say(connection, "RELEASE unit")?;
    Ok(outcome)
}

fn write_unit(connection: &Connection, unit: &Prepared) -> rusqlite::Result<Outcome> {
    let failure = match run::unit(connection, unit) {
        Ok(outcome) => return Ok(outcome),
        // A full disk or a failed write has ended the whole transaction already.
        Err(Failure::Engine(error)) if connection.is_autocommit() => return Err(error),
        Err(failure) => failure,
    };
    tracing::error!(code = UNAVAILABLE.code, %failure, "a unit could not be written");
    Ok(Err(CommitError::Unavailable(failure.to_string())))
}

fn say(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}
