//! The durable store.
//!
//! Writing is one call, [`Store::commit`], with a [`Unit`] of work as data: sealed and
//! hashed on the caller's side, then inserted by one writer that groups what waits into
//! one durable transaction. Reading takes a [`Caller`](crate::domain::caller::Caller) and
//! applies its scope in SQL (DESIGN I3, I11).

mod in_flight;
mod keys;
mod leaf;
mod prepare;
mod queries;
mod records;
mod sqlite;
mod unit;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

pub use in_flight::{InFlight, InFlightGuard};
pub use records::*;
pub use sqlite::Figures;

/// The last migration that this program knows.
pub const SCHEMA: u32 = sqlite::NEWEST;
pub use unit::{CaseChange, CommitError, Committed, LegChange, Stopped, Unit};

use super::seal::{CaseKey, Seal, Unsealable};
use crate::domain::identifiers::CaseId;
use crate::problem::Problem;
use crate::problem::area::store::{DAMAGED, UNAVAILABLE};
use keys::KeyRing;
use sqlite::{Readers, Writer};

/// The store; cheap to clone. The last clone to go waits until everything handed to
/// [`commit`](Self::commit) is written.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    seal: Seal,
    keys: KeyRing,
    readers: Readers,
    writer: Writer,
}

impl Store {
    /// Opens the store at this path, makes it when no file is there, and brings its
    /// schema up to date. Errors: WW-STO-002 to -004 and -009, each naming the path.
    pub fn open(path: &Path, seal: Seal) -> Result<Self, Problem> {
        let key_check = seal.lookup("key-check", "1");
        let connection = sqlite::open(path, &key_check)?;
        let inner = Inner {
            seal,
            keys: KeyRing::default(),
            readers: Readers::new(path),
            writer: Writer::start(path, connection)?,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// A store in a new temporary folder with a master key of its own, for tests and the
    /// demonstration. The folder goes when the returned guard is dropped.
    pub fn in_temp_dir() -> Result<(Self, tempfile::TempDir), Problem> {
        let unavailable = |error: std::io::Error| {
            Problem::new(&UNAVAILABLE).with(format!("no temporary folder: {}", error.kind()))
        };
        let folder = tempfile::tempdir().map_err(unavailable)?;
        let store = Self::open(&folder.path().join("gateway.sqlite"), Seal::in_memory()?)?;
        Ok((store, folder))
    }

    /// Writes a unit: all of it, durably, or nothing. It is written even when the caller
    /// stops waiting for the answer.
    pub async fn commit(&self, unit: Unit, now: Timestamp) -> Result<Committed, CommitError> {
        let keys = self.keys_for(&unit).await?;
        let client_key = unit.update_key.as_ref().map(|key| key.client_key.clone());
        let prepared = prepare::prepare(unit, now, &self.inner.seal, &keys)
            .map_err(|fault| CommitError::Unavailable(fault.to_string()))?;
        match self.inner.writer.commit(prepared).await {
            Ok(committed) => {
                keys.remember_in(&self.inner.keys);
                Ok(committed)
            }
            Err(CommitError::UpdateKeyExists(stored)) => {
                let client_key = client_key.unwrap_or_default();
                self.opened_update(*stored, &client_key).await
            }
            Err(other) => Err(other),
        }
    }

    /// How often the writer has committed, and in how many transactions.
    pub fn figures(&self) -> Figures {
        self.inner.writer.figures()
    }

    /// Moves what is in the write-ahead log into the database file; done at a planned end.
    pub async fn checkpoint(&self) -> Result<(), Problem> {
        self.inner.writer.checkpoint().await
    }

    async fn keys_for(&self, unit: &Unit) -> Result<prepare::Keys, CommitError> {
        let mut keys = prepare::Keys::default();
        if let Some(open) = &unit.open {
            keys.make(open.case.id, &self.inner.seal)
                .map_err(|fault| CommitError::Unavailable(fault.to_string()))?;
        }
        for case_id in prepare::cases_to_seal(unit) {
            if keys.get(case_id).is_none() {
                let key = self
                    .key_of(case_id)
                    .await
                    .map_err(|problem| CommitError::Unavailable(problem.to_string()))?;
                keys.add(case_id, key.ok_or(CommitError::Stale)?);
            }
        }
        Ok(keys)
    }

    async fn opened_update(
        &self,
        mut stored: UpdateKey,
        client_key: &str,
    ) -> Result<Committed, CommitError> {
        let unavailable = |problem: Problem| CommitError::Unavailable(problem.to_string());
        let key = self.key_of(stored.case_id).await.map_err(unavailable)?;
        let key = key.ok_or(CommitError::Stale)?;
        stored.response = key
            .open(&prepare::place_of_update(&stored), &stored.response)
            .map_err(|fault| unavailable(damaged(fault)))?;
        client_key.clone_into(&mut stored.client_key);
        Err(CommitError::UpdateKeyExists(Box::new(stored)))
    }

    /// The key of a case, from memory or unwrapped; `None` when there is no such case.
    async fn key_of(&self, case_id: CaseId) -> Result<Option<Arc<CaseKey>>, Problem> {
        if let Some(key) = self.inner.keys.get(case_id) {
            return Ok(Some(key));
        }
        let wrapped = self
            .inner
            .readers
            .run(move |connection| sqlite::read::wrapped_key(connection, case_id))
            .await?;
        wrapped
            .map(|wrapped| self.unwrapped(case_id, &wrapped))
            .transpose()
    }

    fn unwrapped(&self, case_id: CaseId, wrapped: &[u8]) -> Result<Arc<CaseKey>, Problem> {
        if let Some(key) = self.inner.keys.get(case_id) {
            return Ok(key);
        }
        let key = self
            .inner
            .seal
            .unwrap_case_key(case_id, wrapped)
            .map_err(damaged)?;
        let key = Arc::new(key);
        self.inner.keys.put(case_id, Arc::clone(&key));
        Ok(key)
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Store")
    }
}

fn damaged(fault: Unsealable) -> Problem {
    Problem::new(&DAMAGED).with(fault.to_string())
}
