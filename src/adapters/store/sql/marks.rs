//! The table `setting`: what the store says of itself.
//!
//! | name | value |
//! |---|---|
//! | `key-check` | a hash by which the master key is known again |
//! | `epoch` | which life of the store this is, eight bytes, big-endian, from 1 |
//! | `confirmed` | the epoch that was last begun or confirmed by a person |
//! | `vouched` | when a gateway last knew its store again, by the engine's clock |
//! | `copying` | the store is being filled by a copy |
//! | `gapless-from` | the first audit number from which there are no gaps |

use jiff::Timestamp;

use super::value::values;
use super::{Dialect, Query, Row, RowFault, rows};

/// Names in the table `setting`.
pub(in super::super) const EPOCH: &str = "epoch";
pub(in super::super) const CONFIRMED: &str = "confirmed";
pub(in super::super) const VOUCHED: &str = "vouched";
pub(in super::super) const COPYING: &str = "copying";
pub(in super::super) const GAPLESS_FROM: &str = "gapless-from";

/// One row of the audit log, as a mark of how far a store had come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Its number.
    pub seq: i64,
    /// When it was written.
    pub at: Timestamp,
    /// Its hash.
    pub hash: [u8; 32],
}

/// What a store says of its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    /// Which life this is; `None` where it was never begun.
    pub epoch: Option<u64>,
    /// The epoch that was begun or confirmed last.
    pub confirmed: Option<u64>,
    /// When a gateway last knew this store again, by the engine's clock.
    pub(in super::super) vouched: Option<u64>,
    /// The engine's clock, in microseconds since 1970.
    pub(in super::super) now: i64,
    /// The newest row of the audit log.
    pub newest: Option<Leaf>,
    /// The hash of the row that was asked for.
    pub seen: Option<[u8; 32]>,
}

/// The marks, and the hash of one row of the audit log.
pub(in super::super) fn marks(dialect: Dialect, seen: i64) -> Query<Marks> {
    let now = dialect.now();
    let sql = format!(
        "SELECT (SELECT value FROM setting WHERE name = '{EPOCH}'),
         (SELECT value FROM setting WHERE name = '{CONFIRMED}'),
         (SELECT value FROM setting WHERE name = '{VOUCHED}'), {now},
         (SELECT max(seq) FROM audit),
         (SELECT at FROM audit WHERE seq = (SELECT max(seq) FROM audit)),
         (SELECT leaf_hash FROM audit WHERE seq = (SELECT max(seq) FROM audit)),
         (SELECT leaf_hash FROM audit WHERE seq = ?1)"
    );
    Query::new(sql, values![seen], read)
}

fn read(row: &Row<'_>) -> Result<Marks, RowFault> {
    let newest = match (row.get(4)?, rows::time_or_none(row, 5)?, row.get(6)?) {
        (Some(seq), Some(at), Some(hash)) => Some(Leaf { seq, at, hash }),
        _ => None,
    };
    Ok(Marks {
        epoch: number(row, 0)?,
        confirmed: number(row, 1)?,
        vouched: number(row, 2)?,
        now: row.get(3)?,
        newest,
        seen: row.get(7)?,
    })
}

fn number(row: &Row<'_>, column: usize) -> Result<Option<u64>, RowFault> {
    Ok(row.get::<Option<[u8; 8]>>(column)?.map(u64::from_be_bytes))
}

/// A number of the table, where it is there.
pub(in super::super) fn mark(name: &'static str) -> Query<u64> {
    let sql = "SELECT value FROM setting WHERE name = ?1".to_owned();
    Query::new(sql, values![name], |row| row.get(0).map(u64::from_be_bytes))
}

/// Puts a number there unless there is one.
pub(in super::super) fn put_first(name: &'static str, number: u64) -> Query<()> {
    put(name, number, "DO NOTHING")
}

/// Puts a number there, or raises the one that is there; it never falls.
pub(in super::super) fn raise(name: &'static str, number: u64) -> Query<()> {
    let higher = "DO UPDATE SET value = excluded.value WHERE setting.value < excluded.value";
    put(name, number, higher)
}

/// Big-endian, so that bytes compare as the numbers do.
fn put(name: &'static str, number: u64, otherwise: &str) -> Query<()> {
    let sql = format!(
        "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) {otherwise}
         RETURNING name"
    );
    Query::new(
        sql,
        values![name, number.to_be_bytes().to_vec()],
        |_| Ok(()),
    )
}
