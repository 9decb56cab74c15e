//! Whole stores: the rows of every table as they are in one instant, their digests, and
//! the copy of one store into another.

use tokio::sync::mpsc;

use super::sql::Value;
use super::sql::row::Raw;
use super::sql::schema::tables::{TABLES, Table};
use super::sql::{Row, RowFault};
use crate::adapters::seal::Sha256;
use crate::problem::Problem;

/// A row whose cells are its own.
pub(super) type Cells = Vec<Value<'static>>;

/// Rows of one batch at most, and their bytes: what is in memory at a time is a few of
/// these.
pub(super) const ROWS: usize = 500;
const BYTES: usize = 4 << 20;

/// A piece of a store on its way.
pub(super) enum Part {
    /// The rows of this table follow; so many, and the highest number that the engine has
    /// given in it.
    Table {
        table: &'static Table,
        rows: u64,
        highest: i64,
    },
    /// Some of its rows.
    Rows(Vec<Cells>),
}

/// A store on its way, in the order of [`TABLES`]; it ends after the last row.
pub(super) type Parts = mpsc::Receiver<Result<Part, Problem>>;

/// Where the engine puts the parts.
pub(super) type Sender = mpsc::Sender<Result<Part, Problem>>;

/// At most two batches wait.
pub(super) fn channel() -> (Sender, Parts) {
    mpsc::channel(2)
}

/// The cells of a row.
pub(super) fn cells(row: &Row<'_>, table: &Table) -> Result<Cells, RowFault> {
    let columns = 0..table.columns.len();
    columns
        .map(|column| {
            Ok(match row.cell(column)? {
                Raw::Null => Value::Null,
                Raw::Int(number) => Value::Int(number),
                Raw::Text(text) => Value::Owned(text.to_owned()),
                Raw::Blob(bytes) => Value::Bytes(bytes.to_owned()),
            })
        })
        .collect()
}

/// Rows gathered until they are worth a batch.
#[derive(Default)]
pub(super) struct Batch {
    rows: Vec<Cells>,
    bytes: usize,
}

impl Batch {
    /// Adds a row; gives the batch when it is full.
    pub(super) fn add(&mut self, row: Cells) -> Option<Vec<Cells>> {
        self.bytes += row.iter().map(size).sum::<usize>();
        self.rows.push(row);
        (self.rows.len() >= ROWS || self.bytes >= BYTES).then(|| self.take())
    }

    /// What there is.
    pub(super) fn take(&mut self) -> Vec<Cells> {
        self.bytes = 0;
        std::mem::take(&mut self.rows)
    }
}

fn size(cell: &Value<'_>) -> usize {
    match cell {
        Value::Owned(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        _ => 8,
    }
}

/// What a table holds, in a few bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// The table.
    pub table: &'static str,
    /// Its rows.
    pub rows: u64,
    /// SHA-256 over every row in the order of the key, the same whichever engine holds
    /// them. Each cell is one byte for its kind and its value: 0 nothing; 1 a number, yes
    /// or no, eight bytes, big-endian, signed; 2 text and 3 bytes, each after its length
    /// in four bytes, big-endian.
    pub digest: [u8; 32],
}

/// A fingerprint that is being taken.
pub(super) struct Taking {
    table: &'static str,
    rows: u64,
    digest: Sha256,
    encoded: Vec<u8>,
}

impl Taking {
    pub(super) fn of(table: &Table) -> Self {
        Self {
            table: table.name,
            rows: 0,
            digest: Sha256::default(),
            encoded: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, row: &Cells) {
        self.rows += 1;
        self.encoded.clear();
        for cell in row {
            encode(cell, &mut self.encoded);
        }
        self.digest.update(&self.encoded);
    }

    pub(super) fn finish(self) -> Fingerprint {
        Fingerprint {
            table: self.table,
            rows: self.rows,
            digest: self.digest.finish(),
        }
    }
}

fn encode(cell: &Value<'_>, out: &mut Vec<u8>) {
    let mut sized = |kind: u8, bytes: &[u8]| {
        out.push(kind);
        // No engine keeps a cell of four gigabytes.
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(bytes);
    };
    match cell {
        Value::Owned(text) => sized(2, text.as_bytes()),
        Value::Bytes(bytes) => sized(3, bytes),
        Value::Int(number) => {
            out.push(1);
            out.extend_from_slice(&number.to_be_bytes());
        }
        // `cells` makes no others.
        _ => out.push(0),
    }
}

/// The fingerprints of a store that comes in parts, in the order of [`TABLES`].
pub(super) async fn fingerprints(
    mut parts: Parts,
    progress: &(dyn Fn(&str, u64, u64) + Sync),
) -> Result<Vec<Fingerprint>, Problem> {
    let mut done = Vec::with_capacity(TABLES.len());
    let mut taking: Option<(Taking, u64)> = None;
    while let Some(part) = parts.recv().await {
        match part? {
            Part::Table { table, rows, .. } => {
                done.extend(taking.take().map(|(taking, _)| taking.finish()));
                taking = Some((Taking::of(table), rows));
            }
            Part::Rows(rows) => {
                if let Some((taking, whole)) = &mut taking {
                    for row in &rows {
                        taking.add(row);
                    }
                    progress(taking.table, taking.rows, *whole);
                }
            }
        }
    }
    done.extend(taking.map(|(taking, _)| taking.finish()));
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::seal::sha256;

    #[test]
    fn the_encoding_is_the_documented_one() {
        let row = vec![
            Value::Null,
            Value::Int(-2),
            Value::Owned("ab".to_owned()),
            Value::Bytes(vec![9]),
        ];
        let mut taking = Taking::of(&TABLES[0]);
        taking.add(&row);
        let expected = b"\0\x01\xff\xff\xff\xff\xff\xff\xff\xfe\x02\0\0\0\x02ab\x03\0\0\0\x01\x09";
        let found = taking.finish();
        assert_eq!((found.rows, found.digest), (1, sha256(expected)));
    }

    #[test]
    fn a_batch_is_full_by_rows_or_by_bytes() {
        let mut batch = Batch::default();
        for _ in 1..ROWS {
            assert!(batch.add(vec![Value::Int(1)]).is_none());
        }
        assert_eq!(
            batch.add(vec![Value::Int(1)]).map(|rows| rows.len()),
            Some(ROWS)
        );
        assert!(batch.add(vec![Value::Bytes(vec![0; BYTES])]).is_some());
        assert!(batch.take().is_empty());
    }
}
