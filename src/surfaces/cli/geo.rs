//! `geo import`: the ONS Postcode Directory becomes the file that homes are looked up in.

use std::io::Write;
use std::path::PathBuf;

use super::places::{self, Install};
use crate::config::Settings;
use crate::gateway::places::import_postcodes;

/// What to do with postcodes.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Geo {
    /// Install postcodes from the ONS Postcode Directory, as CSV
    Import {
        /// The directory, ONSPD_MAY_2026_UK.csv
        file: PathBuf,
        /// The list "ICB names and codes" of the directory's Documents folder
        #[arg(long, value_name = "FILE")]
        boards: Option<PathBuf>,
        /// Where to, and how.
        #[command(flatten)]
        import: Install,
    },
}

/// Runs the verb. Exit codes: 0 installed; 1 a fault of the files, and nothing changed.
pub fn run(args: &Geo, settings: &Settings, out: &mut dyn Write) -> i32 {
    let Geo::Import {
        file,
        boards,
        import,
    } = args;
    places::import(import, settings, out, &|order| {
        import_postcodes(file, boards.as_deref(), order)
    })
}
