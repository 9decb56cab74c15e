//! A whole store into another, empty one, of whichever engine.

use super::sql::marks::{self, GAPLESS_FROM};
use super::sql::schema::tables::{TABLES, Table};
use super::whole::{Cells, Fingerprint, Part, Parts, Taking, fingerprints};
use super::{Store, sqlite, take};
use crate::adapters::seal::Seal;
use crate::config::StoreUrl;
use crate::problem::Problem;
#[cfg(not(feature = "postgres"))]
use crate::problem::area::store::WITHOUT_POSTGRES;
use crate::problem::area::store::{COPY_DIFFERS, IN_USE, NOT_EMPTY};

#[cfg(feature = "postgres")]
use super::postgres;

/// What is told while it goes on: table, rows done, rows in all.
type Progress<'a> = &'a (dyn Fn(&str, u64, u64) + Sync);

/// A store that is being filled.
enum Filling {
    Sqlite(sqlite::whole::Filling, std::path::PathBuf),
    #[cfg(feature = "postgres")]
    Postgres(Box<postgres::whole::Filling>),
}

/// Copies the store at `from`, which nobody may use meanwhile, into the empty one at `to`,
/// and compares both. The master key stays the same. Gives what was copied. Errors: those
/// of opening; WW-STO-017 (the source is in use), -018 (it is half a copy itself), -020
/// (the target is not empty), -023 (the copy is not like its original).
pub async fn copy(
    from: &StoreUrl,
    to: &StoreUrl,
    seal: Seal,
    progress: Progress<'_>,
) -> Result<Vec<Fingerprint>, Problem> {
    if from == to {
        return Err(Problem::new(&NOT_EMPTY).at(to.to_string()));
    }
    let _from_in_use = take_existing(from)?;
    let source = Store::open(from, seal).await?;
    let marks = source.marks(0).await?;
    if super::epoch::is_vouched(&marks) {
        return Err(Problem::new(&IN_USE).at(from.to_string()));
    }
    let gapless_from = gapless_from(&source, marks.newest.map_or(0, |leaf| leaf.seq)).await?;
    let _to_in_use = take(to)?;
    let target = Filling::begin(to).await?;
    let (copied, highest) = fill(source.parts(), &target, progress).await?;
    let found = fingerprints(target.parts(), progress).await?;
    if let Some(different) = difference(&copied, &found) {
        return Err(Problem::new(&COPY_DIFFERS)
            .at(to.to_string())
            .with(different));
    }
    target.finish(highest, gapless_from).await?;
    Ok(copied)
}

/// A source that is not there must not be made.
fn take_existing(url: &StoreUrl) -> Result<Option<super::InUse>, Problem> {
    if let StoreUrl::Sqlite(path) = url
        && !path.exists()
    {
        return Err(Problem::new(&crate::problem::area::store::CANNOT_OPEN)
            .at(path.display().to_string())
            .with("it is not there"));
    }
    take(url)
}

/// A server gives a number away when a transaction fails: up to here gaps say nothing.
async fn gapless_from(source: &Store, newest: i64) -> Result<u64, Problem> {
    let engine = &source.inner.engine;
    if engine.numbers_without_gaps() {
        return Ok(engine.one(marks::mark(GAPLESS_FROM)).await?.unwrap_or(1));
    }
    Ok(newest.unsigned_abs() + 1)
}

/// The tables with the highest number that was given in each.
type Highest = Vec<(&'static Table, i64)>;

async fn fill(
    mut parts: Parts,
    target: &Filling,
    progress: Progress<'_>,
) -> Result<(Vec<Fingerprint>, Highest), Problem> {
    let mut done = Vec::with_capacity(TABLES.len());
    let mut numbers = Vec::with_capacity(TABLES.len());
    let mut now: Option<(&'static Table, Taking, u64, u64)> = None;
    while let Some(part) = parts.recv().await {
        match part? {
            Part::Table {
                table,
                rows,
                highest,
            } => {
                done.extend(now.take().map(|(_, taking, _, _)| taking.finish()));
                numbers.push((table, highest));
                now = Some((table, Taking::of(table), 0, rows));
            }
            Part::Rows(rows) => {
                if let Some((table, taking, count, whole)) = &mut now {
                    for row in &rows {
                        taking.add(row);
                    }
                    *count += rows.len() as u64;
                    target.put(table, rows).await?;
                    progress(table.name, *count, *whole);
                }
            }
        }
    }
    done.extend(now.map(|(_, taking, _, _)| taking.finish()));
    Ok((done, numbers))
}

/// The first table that is not the same.
fn difference(copied: &[Fingerprint], found: &[Fingerprint]) -> Option<String> {
    if copied.len() != TABLES.len() || found.len() != TABLES.len() {
        return Some("a table is missing".to_owned());
    }
    let mut pairs = copied.iter().zip(found);
    let (one, other) = pairs.find(|(one, other)| one != other)?;
    Some(format!(
        "table {}: {} rows here, {} rows there, and the digests differ",
        one.table, one.rows, other.rows
    ))
}

impl Filling {
    #[cfg_attr(
        not(feature = "postgres"),
        expect(clippy::unused_async, reason = "only a server has to be waited for")
    )]
    async fn begin(url: &StoreUrl) -> Result<Self, Problem> {
        let begun = match url {
            StoreUrl::Sqlite(path) => sqlite::whole::Filling::begin(path)?
                .map(|filling| Self::Sqlite(filling, path.clone())),
            #[cfg(feature = "postgres")]
            StoreUrl::Postgres(server) => postgres::whole::Filling::begin(server)
                .await?
                .map(|filling| Self::Postgres(Box::new(filling))),
            #[cfg(not(feature = "postgres"))]
            StoreUrl::Postgres(_) => return Err(Problem::new(&WITHOUT_POSTGRES).at("TO")),
        };
        begun.ok_or_else(|| Problem::new(&NOT_EMPTY).at(url.to_string()))
    }

    async fn put(&self, table: &'static Table, rows: Vec<Cells>) -> Result<(), Problem> {
        match self {
            Self::Sqlite(filling, _) => filling.put(table, rows).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(filling) => filling.put(table, rows).await,
        }
    }

    fn parts(&self) -> Parts {
        match self {
            Self::Sqlite(_, path) => sqlite::whole::parts(path),
            #[cfg(feature = "postgres")]
            Self::Postgres(filling) => postgres::whole::parts(&filling.pool),
        }
    }

    async fn finish(&self, highest: Highest, gapless_from: u64) -> Result<(), Problem> {
        match self {
            Self::Sqlite(filling, _) => filling.finish(highest, gapless_from).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(filling) => filling.finish(highest).await,
        }
    }
}

impl Store {
    /// Every row as it is at this instant.
    fn parts(&self) -> Parts {
        self.inner.engine.parts()
    }

    /// What each table holds at this instant. Errors: WW-STO-001, -005.
    pub async fn fingerprints(&self, progress: Progress<'_>) -> Result<Vec<Fingerprint>, Problem> {
        fingerprints(self.parts(), progress).await
    }
}
