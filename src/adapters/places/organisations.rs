//! Organisations in a place file: each by its code, as JSON.

use std::path::Path;

use super::file::{Head, Table};
use super::installed_table;
use crate::domain::organisation::Organisation;
use crate::problem::Problem;

/// The file's name in the folder of places.
pub(super) const FILE: &str = "organisations.places";
pub(super) const KIND: &str = "organisations";
pub(super) const VERSION: u32 = 1;

/// The file, open.
#[derive(Debug)]
pub(super) struct Organisations {
    table: Table,
}

impl Organisations {
    /// Opens the file of a folder; none where it is not installed.
    pub(super) fn open(folder: &Path) -> Result<Option<Self>, Problem> {
        let table = installed_table(folder, FILE, KIND, VERSION)?;
        Ok(table.map(|table| Self { table }))
    }

    pub(super) const fn head(&self) -> &Head {
        self.table.head()
    }

    pub(super) const fn table(&self) -> &Table {
        &self.table
    }

    /// All of them. What cannot be read is left out: [`super::Places::verify`] tells it.
    pub(super) fn all(&self) -> Vec<Organisation> {
        let mut all = Vec::new();
        let read = self.table.each(|_, value| {
            all.extend(serde_json::from_slice::<Organisation>(value).ok());
        });
        if read.is_err() { Vec::new() } else { all }
    }

    pub(super) fn find(&self, code: &str) -> Option<Organisation> {
        let value = super::found(self.table.find(code.as_bytes()))?;
        serde_json::from_slice(&value).ok()
    }
}
