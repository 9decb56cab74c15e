//! Where a row stands in the tables.

use std::fmt;
use std::sync::Arc;

/// A row of a table: what a trace, a fault or an explanation points at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The file, relative to the provider's or the area's folder (`fields.csv`,
    /// `codes/barriers.csv`). All rows of a file share its name: a decision over hundreds of
    /// providers names rows of each.
    pub file: Arc<str>,
    /// The line as an editor counts it, from 1.
    pub line: u32,
}

impl Position {
    /// The row in this file at this line.
    pub fn new(file: impl Into<Arc<str>>, line: u32) -> Self {
        Self {
            file: file.into(),
            line,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)
    }
}
