//! Who works on a request, known to every process (DESIGN I3).
//!
//! A message is decided inside a transaction that holds an advisory lock on its ids. The
//! unit that answers it is written in the same transaction: the lock and the answer
//! change hands in one instant, and a process that dies lets go of both.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use deadpool_postgres::{Object, Pool};

use super::super::records::RequestKey;
use super::super::sql::Value;
use super::run::{self, Failure};
use super::{connect, locks};

type Connections = Arc<Mutex<HashMap<RequestKey, Object>>>;

/// The messages in work in this process, each with its open transaction.
#[derive(Default)]
pub(super) struct Receiving {
    connections: Connections,
}

/// The right to decide on a message; dropped without a commit it undoes the transaction.
pub(in super::super) struct Held {
    key: RequestKey,
    connections: Connections,
}

impl Receiving {
    /// Begins; `None` while another process holds the lock.
    pub(super) async fn begin(
        &self,
        pool: &Pool,
        key: &RequestKey,
    ) -> Result<Option<Held>, Failure> {
        let client = pool.get().await?;
        let sql = "SELECT pg_try_advisory_xact_lock($1)";
        let statement = client.prepare_cached(sql).await?;
        let name = [Value::from(locks::of_request(key))];
        let parameters = run::parameters(&name);
        let begin = client.batch_execute("BEGIN");
        let lock = client.query_one(&statement, &parameters);
        let (begun, locked) = tokio::join!(biased; begin, lock);
        begun?;
        if !locked?.get::<_, bool>(0) {
            client.batch_execute("ROLLBACK").await?;
            return Ok(None);
        }
        self.give_back(key, client);
        Ok(Some(Held {
            key: key.clone(),
            connections: Arc::clone(&self.connections),
        }))
    }

    /// The transaction of a message, to write its unit in.
    pub(super) fn take(&self, key: &RequestKey) -> Option<Object> {
        self.lock().remove(key)
    }

    /// Keeps the transaction for the next decision.
    pub(super) fn give_back(&self, key: &RequestKey, client: Object) {
        self.lock().insert(key.clone(), client);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<RequestKey, Object>> {
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let held = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.key);
        let Some(client) = held else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return connect::discard(client);
        };
        runtime.spawn(async move {
            if client.batch_execute("ROLLBACK").await.is_err() {
                connect::discard(client);
            }
        });
    }
}
