//! A read-only file of keys and values, sorted, that is looked up on disk: one read of a
//! block of some kilobytes for each look-up, and only the first key of each block in
//! memory.
//!
//! ```text
//! "WWPLACE1"
//! block ...        entries: key length (1), key, value length (2, little-endian), value
//! index            a block: offset (8, little-endian), key length (1), first key
//! head             JSON, see `Head`
//! SHA-256 of head  32
//! length of head   4, little-endian
//! "1ECALPWW"
//! ```
//!
//! A file that was cut has no end mark; a changed one has another digest, which the head
//! holds for everything before it and `places check` compares.

mod read;
mod write;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub(super) use read::Table;
pub(super) use write::Writer;

const BEGIN: &[u8; 8] = b"WWPLACE1";
const END: &[u8; 8] = b"1ECALPWW";
/// Digest and length of the head, and the end mark.
const TAIL: usize = 32 + 4 + 8;
/// A block is closed when it is this long.
const BLOCK: usize = 8 * 1024;
/// The longest key: an ODS code.
const LONGEST_KEY: usize = 12;
/// A head that is longer is none.
const LONGEST_HEAD: usize = 1 << 20;

/// One of the files that an import was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The file's name, without its folder.
    pub file: String,
    /// The rows that were read.
    pub rows: u64,
    /// SHA-256 over the file, 64 small hexadecimal digits.
    pub sha256: String,
}

/// What a place file says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// `postcodes` or `organisations`.
    pub kind: String,
    /// The layout of keys and values.
    pub version: u32,
    /// The entries.
    pub entries: u64,
    /// Of when the data is: a month, `2026-05`, or a day.
    pub source_date: String,
    /// When it was imported, in UTC.
    pub imported_at: String,
    /// What it was made from.
    pub sources: Vec<Source>,
    /// The columns that were used, for postcodes.
    pub columns: Vec<String>,
    /// Whether boards are known, by their ODS codes.
    pub has_boards: bool,
    /// Where the index begins, in bytes.
    pub index_at: u64,
    /// SHA-256 over everything before the head, 64 small hexadecimal digits.
    pub sha256: String,
}
