//! The engine under the store: one of two, the same to everybody above.

use super::prepare::Prepared;
use super::sql::{Dialect, Query};
use super::sqlite::Sqlite;
use super::unit::{CommitError, Committed};
use super::whole::Parts;
use crate::config::StoreUrl;
use crate::problem::Problem;
#[cfg(not(feature = "postgres"))]
use crate::problem::area::store::WITHOUT_POSTGRES;

#[cfg(feature = "postgres")]
use super::postgres::Postgres;

/// What became of a unit.
pub(super) type Outcome = Result<Committed, CommitError>;

/// Counters of writing, since start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Units that wait to be written or were.
    pub received: u64,
    /// Units committed.
    pub commits: u64,
    /// Transactions that held them.
    pub groups: u64,
    /// Transactions that failed as a whole, or writers that had to begin anew.
    pub failures: u64,
}

/// One of the two.
pub(super) enum Engine {
    /// One file, one process.
    Sqlite(Sqlite),
    /// A server, any number of processes.
    #[cfg(feature = "postgres")]
    Postgres(Postgres),
}

/// Brings a schema up to date; gives the version that was found, 0 where nothing was.
#[cfg_attr(
    not(feature = "postgres"),
    expect(clippy::unused_async, reason = "only a server has to be waited for")
)]
pub(super) async fn bring_up_to_date(url: &StoreUrl) -> Result<u32, Problem> {
    match url {
        StoreUrl::Sqlite(path) => super::sqlite::bring_up_to_date(path),
        #[cfg(feature = "postgres")]
        StoreUrl::Postgres(server) => super::postgres::bring_up_to_date(server).await,
        #[cfg(not(feature = "postgres"))]
        StoreUrl::Postgres(_) => Err(Problem::new(&WITHOUT_POSTGRES).at("store.url")),
    }
}

impl Engine {
    /// Opens what the settings name. `key_check` is the same for every program that holds
    /// the same master key.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(clippy::unused_async, reason = "PostgreSQL waits here")
    )]
    pub(super) async fn open(url: &StoreUrl, key_check: &[u8; 32]) -> Result<Self, Problem> {
        match url {
            StoreUrl::Sqlite(path) => Sqlite::open(path, key_check).map(Self::Sqlite),
            #[cfg(feature = "postgres")]
            StoreUrl::Postgres(server) => {
                let engine = Postgres::open(server, key_check).await?;
                Ok(Self::Postgres(engine))
            }
            #[cfg(not(feature = "postgres"))]
            StoreUrl::Postgres(_) => Err(Problem::new(&WITHOUT_POSTGRES).at("store.url")),
        }
    }

    pub(super) const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Every row that a query finds.
    pub(super) async fn all<T: Send + 'static>(&self, query: Query<T>) -> Result<Vec<T>, Problem> {
        match self {
            Self::Sqlite(engine) => engine.readers.all(query).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(engine) => Box::pin(engine.all(&query)).await,
        }
    }

    /// The first row that a query finds.
    pub(super) async fn one<T: Send + 'static>(
        &self,
        query: Query<T>,
    ) -> Result<Option<T>, Problem> {
        let found = self.all(query).await?;
        Ok(found.into_iter().next())
    }

    /// Every row that a statement which writes gives back.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        query: Query<T>,
    ) -> Result<Vec<T>, Problem> {
        match self {
            Self::Sqlite(engine) => engine.writer.run(query).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(engine) => Box::pin(engine.write(&query)).await,
        }
    }

    /// Whether several processes may work on it at once.
    pub(super) const fn is_shared(&self) -> bool {
        !matches!(self, Self::Sqlite(_))
    }

    /// Writes a unit: all of it, durably, or nothing.
    pub(super) async fn commit(&self, unit: Prepared) -> Outcome {
        match self {
            Self::Sqlite(engine) => engine.writer.commit(unit).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(engine) => Box::pin(engine.commit(&unit)).await,
        }
    }

    /// Whether a gap in the numbers of a table means that a row was taken out.
    pub(super) const fn numbers_without_gaps(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// Every row of every table as it is at this instant.
    pub(super) fn parts(&self) -> Parts {
        match self {
            Self::Sqlite(engine) => engine.parts(),
            #[cfg(feature = "postgres")]
            Self::Postgres(engine) => engine.parts(),
        }
    }

    /// The one writer of SQLite.
    #[cfg(test)]
    pub(super) fn writer(&self) -> &super::sqlite::Writer {
        match self {
            Self::Sqlite(engine) => &engine.writer,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => panic!("PostgreSQL has no writer of ours"),
        }
    }

    pub(super) fn figures(&self) -> Figures {
        match self {
            Self::Sqlite(engine) => engine.writer.figures(),
            #[cfg(feature = "postgres")]
            Self::Postgres(engine) => engine.figures(),
        }
    }

    /// Brings everything into its last place; done at a planned end.
    pub(super) async fn checkpoint(&self) -> Result<(), Problem> {
        match self {
            Self::Sqlite(engine) => engine.writer.checkpoint().await,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Ok(()),
        }
    }

    /// What the engine itself finds wrong, one line each.
    pub(super) async fn check(&self) -> Result<Vec<String>, Problem> {
        match self {
            Self::Sqlite(engine) => engine.check().await,
            #[cfg(feature = "postgres")]
            Self::Postgres(engine) => engine.check().await,
        }
    }
}
