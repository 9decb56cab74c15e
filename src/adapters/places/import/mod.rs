//! Makes place files from what is published. All or nothing: with any fault what is
//! installed stays as it is.

mod lines;
mod organisations;
mod postcodes;
mod sort;
mod tally;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use organisations::organisations;
pub use postcodes::postcodes;

use super::file::Head;
use crate::problem::Problem;

/// What an import is told beside its files.
pub struct Order<'a> {
    /// The folder of the place files; it is made where it is missing.
    pub folder: PathBuf,
    /// Of when the data is, where the files do not say.
    pub date: Option<String>,
    /// Takes a file with far fewer rows than the installed one.
    pub may_be_fewer: bool,
    /// When this is, in UTC.
    pub now: String,
    /// Told now and then: what is done, rows so far, rows in all where known.
    pub tell: &'a dyn Fn(&str, u64, u64),
}

/// What an import came to.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What the new file says of itself.
    pub head: Head,
    /// Where it is.
    pub path: PathBuf,
    /// What was left out, as warnings.
    pub notes: Vec<Problem>,
}
