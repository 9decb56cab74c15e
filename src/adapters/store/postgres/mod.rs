//! The PostgreSQL engine: any number of gateways over one server.
//!
//! What one process keeps in memory on SQLite is kept by the server here: who works on
//! a request (advisory locks of a transaction), who works on a row of the outbox (a
//! claim taken under a row lock), and the order of a provider's list (a lock per
//! provider while a row is added).

mod bind;
mod connect;
mod locks;
mod migrate;
mod receiving;
mod run;
pub(super) mod whole;

use std::sync::atomic::{AtomicU64, Ordering};

use deadpool_postgres::{Object, Pool};

use super::engine::{Figures, Outcome};
use super::prepare::Prepared;
use super::records::RequestKey;
use super::sql::Query;
use super::unit::CommitError;
use super::whole::Parts;
use crate::config::PostgresServer;
use crate::problem::Problem;
use crate::problem::area::store::{DAMAGED, KEY_OF_ANOTHER_STORE, UNAVAILABLE};
use receiving::Receiving;
use run::Failure;

pub(super) use migrate::bring_up_to_date;
pub(super) use receiving::Held;

/// How often a unit is tried when another transaction stood in its way.
const TRIES: u32 = 5;

/// The connections to one server. They are kept apart by what they do, so that a message
/// that holds one while it is decided never waits for another such message.
pub(super) struct Postgres {
    readers: Pool,
    writers: Pool,
    receivers: Pool,
    receiving: Receiving,
    counters: Counters,
}

#[derive(Default)]
struct Counters {
    received: AtomicU64,
    commits: AtomicU64,
    failures: AtomicU64,
}

impl Postgres {
    /// Connects, makes an empty database ours, and checks schema, key and that it can be
    /// written.
    pub(super) async fn open(
        server: &PostgresServer,
        key_check: &[u8; 32],
    ) -> Result<Self, Problem> {
        let connector = connect::Connector::of(server)?;
        let quarter = (server.connections / 4).max(1);
        let engine = Self {
            readers: connector.pool(quarter)?,
            writers: connector.pool(quarter)?,
            receivers: connector.pool(server.connections.saturating_sub(2 * quarter).max(1))?,
            receiving: Receiving::default(),
            counters: Counters::default(),
        };
        let client = connect::first(&engine.writers, &server.url).await?;
        connect::refuse_unwritable(&client, &server.url).await?;
        migrate::open(&client, &server.url).await?;
        whole::refuse_half_copied(&client, &server.url).await?;
        if !migrate::has_key(&client, key_check)
            .await
            .map_err(|error| unavailable(&error.into()))?
        {
            return Err(Problem::new(&KEY_OF_ANOTHER_STORE).at(server.url.clone()));
        }
        drop(client);
        Ok(engine)
    }

    /// Every row that a query finds. A read on a connection that had been closed behind
    /// our back is made once more.
    pub(super) async fn all<T>(&self, query: &Query<T>) -> Result<Vec<T>, Problem> {
        let mut again = true;
        loop {
            let found = match self.readers.get().await {
                Ok(client) => run::all(&client, query).await,
                Err(error) => Err(Failure::from(error)),
            };
            match found {
                Err(failure) if again && failure.is_lost() => again = false,
                found => return found.map_err(|failure| unavailable(&failure)),
            }
        }
    }

    /// Every row that a statement which writes gives back. It is made once.
    pub(super) async fn write<T>(&self, query: &Query<T>) -> Result<Vec<T>, Problem> {
        let client = self.writers.get().await;
        let client = client.map_err(|error| unavailable(&error.into()))?;
        run::all(&client, query)
            .await
            .map_err(|failure| unavailable(&failure))
    }

    /// Writes a unit: in the transaction that its message holds, or in one of its own.
    pub(super) async fn commit(&self, unit: &Prepared) -> Outcome {
        self.counters.received.fetch_add(1, Ordering::Relaxed);
        let key = unit.answer.as_ref().map(|answer| &answer.key);
        let held = key.and_then(|key| Some((key, self.receiving.take(key)?)));
        let outcome = match held {
            Some((key, client)) => self.commit_held(client, key, unit).await,
            None => self.commit_alone(unit).await,
        };
        match outcome {
            Ok(Ok(committed)) => {
                self.counters.commits.fetch_add(1, Ordering::Relaxed);
                Ok(committed)
            }
            Ok(Err(refusal)) => Err(refusal),
            Err(failure) => {
                self.counters.failures.fetch_add(1, Ordering::Relaxed);
                tracing::error!(code = UNAVAILABLE.code, %failure, "a unit could not be written");
                Err(CommitError::Unavailable(failure.to_string()))
            }
        }
    }

    /// A refused unit leaves the message its transaction, for the next decision.
    async fn commit_held(
        &self,
        client: Object,
        key: &RequestKey,
        unit: &Prepared,
    ) -> Result<Outcome, Failure> {
        let outcome = run::unit(&client, unit, run::Bounds::INSIDE).await;
        match outcome {
            Ok(Ok(committed)) => {
                client.batch_execute("COMMIT").await?;
                Ok(Ok(committed))
            }
            Ok(Err(refusal)) => {
                self.receiving.give_back(key, client);
                Ok(Err(refusal))
            }
            Err(failure) => {
                connect::discard(client);
                Err(failure)
            }
        }
    }

    async fn commit_alone(&self, unit: &Prepared) -> Result<Outcome, Failure> {
        let mut tries = 1;
        loop {
            let client = self.writers.get().await?;
            match run::unit(&client, unit, run::Bounds::WHOLE).await {
                Ok(Ok(committed)) => {
                    client.batch_execute("COMMIT").await?;
                    return Ok(Ok(committed));
                }
                Ok(Err(refusal)) => return Ok(Err(refusal)),
                Err(failure) if failure.may_pass() && tries < TRIES => {
                    connect::discard(client);
                    tries += 1;
                }
                Err(failure) => {
                    connect::discard(client);
                    return Err(failure);
                }
            }
        }
    }

    /// Begins the transaction in which a message is decided; `None` while another process
    /// works on the same request.
    pub(super) async fn begin(&self, key: &RequestKey) -> Result<Option<Held>, Problem> {
        let begun = self.receiving.begin(&self.receivers, key).await;
        begun.map_err(|failure| unavailable(&failure))
    }

    pub(super) fn figures(&self) -> Figures {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let commits = read(&self.counters.commits);
        Figures {
            received: read(&self.counters.received),
            commits,
            groups: commits,
            failures: read(&self.counters.failures),
        }
    }

    /// Every row of every table as it is at this instant.
    pub(super) fn parts(&self) -> Parts {
        whole::parts(&self.readers)
    }

    /// What is wrong with the references, one line each. The server checks its own pages.
    pub(super) async fn check(&self) -> Result<Vec<String>, Problem> {
        let mut faults = Vec::new();
        for table in ["messages", "events", "legs", "update_keys"] {
            let sql = format!(
                "SELECT count(*) FROM {table} t
                 WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = t.case_id)"
            );
            let orphans = self
                .all(&Query::new(sql, Vec::new(), |row| row.get::<i64>(0)))
                .await?;
            if let Some(count) = orphans.first().filter(|count| **count > 0) {
                faults.push(format!(
                    "{count} rows of {table} name a row of cases that is not there"
                ));
            }
        }
        Ok(faults)
    }
}

/// What a failure means to the one who waits. The texts name columns and codes, never a
/// value.
fn unavailable(failure: &Failure) -> Problem {
    match failure {
        Failure::Row(_) => Problem::new(&DAMAGED).with(failure.to_string()),
        _ => Problem::new(&UNAVAILABLE).with(failure.to_string()),
    }
}
