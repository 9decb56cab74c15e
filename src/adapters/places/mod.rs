//! Places and practices, looked up in files that the operator installs; a small synthetic
//! set is the default, so that every verb works without files (DESIGN section 5).

mod each;
mod read;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;

use crate::domain::identifiers::{OdsCode, Postcode};
use crate::domain::routing::{PracticeFacts, Residence};
use crate::problem::Problem;
use crate::problem::area::tables as entry;

const POSTCODES: &str = "postcodes.csv";
const PRACTICES: &str = "practices.csv";

/// The look-up files, in memory.
#[derive(Clone, Debug, Default)]
pub struct Places {
    by_postcode: HashMap<String, Residence>,
    by_practice: HashMap<OdsCode, Practice>,
}

#[derive(Clone, Debug)]
struct Practice {
    facts: PracticeFacts,
    name: String,
}

impl Places {
    /// The invented county of `conformance/fixtures/places`.
    pub fn synthetic() -> Self {
        let postcodes = include_str!("../../../conformance/fixtures/places/postcodes.csv");
        let practices = include_str!("../../../conformance/fixtures/places/practices.csv");
        // The committed files are right; a test proves it.
        Self::read(postcodes, practices).unwrap_or_default()
    }

    /// Reads `postcodes.csv` and `practices.csv` of a folder.
    ///
    /// # Errors
    ///
    /// Every fault of both files, with line and column.
    pub fn open(folder: &Path) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut text = |name: &str| match std::fs::read_to_string(folder.join(name)) {
            Ok(text) => text,
            Err(error) => {
                let detail = format!("the file cannot be read ({})", error.kind());
                let missing = Problem::new(&entry::FILE_MISSING).at(format!("{name}:1:1"));
                problems.push(missing.with(detail));
                String::new()
            }
        };
        let (postcodes, practices) = (text(POSTCODES), text(PRACTICES));
        if !problems.is_empty() {
            return Err(problems);
        }
        Self::read(&postcodes, &practices)
    }

    fn read(postcodes: &str, practices: &str) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let places = Self {
            by_postcode: read::postcodes(postcodes, &mut problems),
            by_practice: read::practices(practices, &mut problems),
        };
        if problems.is_empty() {
            return Ok(places);
        }
        Err(problems)
    }

    /// Where a postcode lies: its own row, else the row of its district.
    pub fn residence(&self, postcode: &Postcode) -> Option<Residence> {
        let whole = self.by_postcode.get(postcode.expose());
        let found = whole.or_else(|| self.by_postcode.get(postcode.outward()));
        found.cloned()
    }

    /// The network and board of a practice.
    pub fn practice(&self, ods: &OdsCode) -> Option<PracticeFacts> {
        self.by_practice.get(ods).map(|found| found.facts.clone())
    }

    /// The name of a practice.
    pub fn practice_name(&self, ods: &OdsCode) -> Option<&str> {
        self.by_practice.get(ods).map(|found| found.name.as_str())
    }
}
