//! Jobs that one process at a time does, whichever of them it is.
//!
//! A lease is held until it expires by the database's clock, unless it is taken again in
//! time. Each new holder gets a higher epoch, and what it writes carries the epoch as a
//! fence: a holder that was slow to notice that its time was over writes nothing more.

use std::time::Duration;

use jiff::Timestamp;

use super::Store;
use super::sql::Dialect;
use super::sql::{Query, Row, RowFault};
use super::unit::{CommitError, Committed, Unit};
use crate::problem::Problem;

/// A job that this process does for now. Only the store gives one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub(super) name: &'static str,
    pub(super) holder: [u8; 16],
    pub(super) epoch: i64,
}

impl Lease {
    /// Grows with each change of the holder, from 1.
    pub const fn epoch(&self) -> i64 {
        self.epoch
    }
}

impl Store {
    /// Takes or keeps a job for so long; `None` while another process holds it.
    pub async fn lease(
        &self,
        name: &'static str,
        lasts: Duration,
    ) -> Result<Option<Lease>, Problem> {
        let holder = self.inner.holder.into_bytes();
        let query = take(self.inner.engine.dialect(), name, holder, lasts);
        let epoch = self.inner.engine.write(query).await?.into_iter().next();
        Ok(epoch.map(|epoch| Lease {
            name,
            holder,
            epoch,
        }))
    }

    /// Writes a unit if the lease is still this process's; otherwise it is
    /// [`CommitError::Stale`].
    pub async fn commit_as_holder(
        &self,
        lease: &Lease,
        unit: Unit,
        now: Timestamp,
    ) -> Result<Committed, CommitError> {
        let unit = Unit {
            fence: Some(lease.clone()),
            ..unit
        };
        self.commit(unit, now).await
    }
}

/// The same statement on both: a holder keeps its epoch, a new one gets the next.
fn take(dialect: Dialect, name: &'static str, holder: [u8; 16], lasts: Duration) -> Query<i64> {
    let now = dialect.now();
    let sql = format!(
        "INSERT INTO leases (name, holder, epoch, expires) VALUES (?1, ?2, 1, {now} + ?3)
         ON CONFLICT (name) DO UPDATE SET
             epoch = leases.epoch + CASE WHEN leases.holder = excluded.holder THEN 0 ELSE 1 END,
             holder = excluded.holder, expires = excluded.expires
         WHERE leases.holder = excluded.holder OR leases.expires <= {now}
         RETURNING epoch"
    );
    let lasts = i64::try_from(lasts.as_micros()).unwrap_or(i64::MAX);
    let values = super::sql::value::values![name, holder, lasts];
    Query::new(sql, values, epoch)
}

fn epoch(row: &Row<'_>) -> Result<i64, RowFault> {
    row.get(0)
}
