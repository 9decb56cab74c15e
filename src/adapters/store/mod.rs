//! The durable store.
//!
//! Writing is one call, [`Store::commit`], with a [`Unit`] of work as data: sealed and
//! hashed on the caller's side, then inserted by one writer that groups what waits into
//! one durable transaction. Reading takes a [`Caller`](crate::domain::caller::Caller) and
//! applies its scope in SQL (DESIGN I3, I11).

mod copy;
mod engine;
pub mod epoch;
mod in_flight;
mod keys;
mod leaf;
mod lease;
#[cfg(feature = "postgres")]
mod postgres;
mod prepare;
mod queries;
mod records;
mod sql;
mod sqlite;
mod unit;
mod whole;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

pub use copy::copy;
pub use engine::Figures;
pub use in_flight::{InFlight, InFlightGuard};
pub use lease::Lease;
pub use records::*;
pub use sqlite::backup::{Backup, Progress};
pub use sqlite::lock::InUse;

/// The last migration that this program knows.
pub const SCHEMA: u32 = sql::schema::NEWEST;
pub use unit::{CaseChange, CommitError, Committed, FollowingStop, LegChange, Room, Stopped, Unit};
pub use whole::Fingerprint;

use super::seal::{CaseKey, Seal, Unsealable, hex};
use crate::config::StoreUrl;
use crate::domain::fact::Fact;
use crate::domain::identifiers::CaseId;
use crate::problem::Problem;
use crate::problem::area::store::{DAMAGED, SERVERS_OWN_BACKUP, UNAVAILABLE};
use engine::Engine;
use keys::KeyRing;
use sql::read;

/// The store; cheap to clone. The last clone to go waits until everything handed to
/// [`commit`](Self::commit) is written.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    seal: Seal,
    keys: KeyRing,
    engine: Engine,
    receiving: InFlight<RequestKey>,
    /// Tells this process from the others.
    holder: Uuid,
}

/// The right to decide on a message, held by one at a time across all processes;
/// dropping it ends the work.
#[must_use = "dropping it ends the work"]
pub struct ReceivingGuard {
    /// Held elsewhere first: the order of the fields is the order of letting go.
    #[cfg(feature = "postgres")]
    _held: Option<postgres::Held>,
    _here: InFlightGuard<RequestKey>,
}

/// Takes a store for one process, where only one can have it; `None` for a server.
/// Errors: WW-STO-017 while another process has it.
pub fn take(url: &StoreUrl) -> Result<Option<InUse>, Problem> {
    match url {
        StoreUrl::Sqlite(path) => sqlite::lock::take(path).map(Some),
        StoreUrl::Postgres(_) => Ok(None),
    }
}

/// Copies a store that is a file, in use or not, into another file, and checks the copy.
/// Blocks. Errors: WW-STO-002 to -004, -019, -021, -022, -024.
pub fn backup(url: &StoreUrl, file: &Path, progress: Progress<'_>) -> Result<Backup, Problem> {
    match url {
        StoreUrl::Sqlite(path) => sqlite::backup::backup(path, file, progress),
        StoreUrl::Postgres(_) => Err(Problem::new(&SERVERS_OWN_BACKUP).at("store.url")),
    }
}

/// A store that was put back.
pub struct Restored {
    /// What the backup held.
    pub backup: Backup,
    /// The epoch that is begun and not confirmed.
    pub epoch: u64,
    /// Under which name the store that was there is kept.
    pub kept: Option<PathBuf>,
}

/// Puts a backup in the place of a store that is a file and that nobody uses; the store
/// that was there is kept. `known` is the epoch that a gateway knew last. Errors:
/// WW-STO-003, -004, -009, -015, -017, -021, -022, -024.
pub async fn restore(
    url: &StoreUrl,
    seal: Seal,
    file: &Path,
    known: u64,
    (fact, now): (Fact, Timestamp),
    progress: Progress<'_>,
) -> Result<Restored, Problem> {
    let StoreUrl::Sqlite(path) = url else {
        return Err(Problem::new(&SERVERS_OWN_BACKUP).at("store.url"));
    };
    let _in_use = sqlite::lock::take(path)?;
    let key_check = seal.lookup("key-check", "1");
    let prepared = sqlite::backup::prepare(path, file, &key_check, progress)?;
    let place = StoreUrl::Sqlite(prepared.place.clone());
    // A backup of before a migration is brought up to date in its own place.
    engine::bring_up_to_date(&place).await?;
    let store = Store::open(&place, seal).await?;
    let unit = Unit {
        facts: vec![fact.with("digest", hex(&prepared.backup.digest))],
        ..Unit::default()
    };
    let failed = |error: CommitError| Problem::new(&UNAVAILABLE).with(error.to_string());
    store.commit(unit, now).await.map_err(failed)?;
    let epoch = store.begin_unconfirmed(known).await?;
    store.checkpoint().await?;
    drop(store);
    let backup = prepared.backup.clone();
    let kept = prepared.put_in_place(now)?;
    Ok(Restored {
        backup,
        epoch,
        kept,
    })
}

/// Brings the schema of a store up to date: the version found, 0 where nothing was, and
/// the version now. Errors as those of [`Store::open`].
pub async fn migrate(url: &StoreUrl) -> Result<(u32, u32), Problem> {
    let found = engine::bring_up_to_date(url).await?;
    Ok((found, found.max(SCHEMA)))
}

impl Store {
    /// Opens the store at this place, makes it when nothing is there yet, and checks its
    /// schema and its master key. Errors: WW-STO-002 to -004 and -009 to -013, each naming
    /// the place.
    pub async fn open(url: &StoreUrl, seal: Seal) -> Result<Self, Problem> {
        let engine = Engine::open(url, &seal.lookup("key-check", "1")).await?;
        let inner = Inner {
            seal,
            keys: KeyRing::default(),
            engine,
            receiving: InFlight::default(),
            holder: Uuid::new_v4(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// A store in a new temporary folder with a master key of its own, for tests and the
    /// demonstration. The folder goes when the returned guard is dropped.
    pub async fn in_temp_dir() -> Result<(Self, tempfile::TempDir), Problem> {
        let unavailable = |error: std::io::Error| {
            Problem::new(&UNAVAILABLE).with(format!("no temporary folder: {}", error.kind()))
        };
        let folder = tempfile::tempdir().map_err(unavailable)?;
        let url = StoreUrl::Sqlite(folder.path().join("gateway.sqlite"));
        let store = Self::open(&url, Seal::in_memory()?).await?;
        Ok((store, folder))
    }

    /// Writes a unit: all of it, durably, or nothing. It is written even when the caller
    /// stops waiting for the answer.
    pub async fn commit(&self, unit: Unit, now: Timestamp) -> Result<Committed, CommitError> {
        let keys = self.keys_for(&unit).await?;
        let client_key = unit.update_key.as_ref().map(|key| key.client_key.clone());
        let prepared = prepare::prepare(unit, now, &self.inner.seal, &keys)
            .map_err(|fault| CommitError::Unavailable(fault.to_string()))?;
        match self.inner.engine.commit(prepared).await {
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

    /// Begins work on a message; `None` while somebody works on the same request, in this
    /// process or another. What answers it is written by the same right.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(clippy::unused_async, reason = "PostgreSQL waits here")
    )]
    pub async fn begin_receiving(
        &self,
        key: &RequestKey,
    ) -> Result<Option<ReceivingGuard>, Problem> {
        let Some(here) = self.inner.receiving.begin(key.clone()) else {
            return Ok(None);
        };
        match &self.inner.engine {
            Engine::Sqlite(_) => Ok(Some(ReceivingGuard {
                #[cfg(feature = "postgres")]
                _held: None,
                _here: here,
            })),
            #[cfg(feature = "postgres")]
            Engine::Postgres(engine) => {
                let held = Box::pin(engine.begin(key)).await?;
                Ok(held.map(|held| ReceivingGuard {
                    _held: Some(held),
                    _here: here,
                }))
            }
        }
    }

    /// Whether the store takes writing now, found out by the least that needs it.
    pub async fn can_write(&self, now: Timestamp) -> bool {
        #[cfg(feature = "postgres")]
        if let Engine::Postgres(engine) = &self.inner.engine {
            return engine.write(&sql::write::probe()).await.is_ok();
        }
        self.commit(Unit::default(), now).await.is_ok()
    }

    /// How often the writer has committed, and in how many transactions.
    pub fn figures(&self) -> Figures {
        self.inner.engine.figures()
    }

    /// Moves what is in the write-ahead log into the database file; done at a planned end.
    pub async fn checkpoint(&self) -> Result<(), Problem> {
        self.inner.engine.checkpoint().await
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
        let wrapped = self.inner.engine.one(read::wrapped_key(case_id)).await?;
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
