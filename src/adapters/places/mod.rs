//! Places and organisations, looked up in files that the operator imported, on disk; a
//! small synthetic set is the default, so that every verb works without files (DESIGN
//! section 5).

mod each;
mod file;
mod import;
mod organisations;
mod postcodes;
mod set;
mod whereabouts;

#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;

pub use file::{Head, Source};
pub use import::postcodes as import_postcodes;
pub use import::{Imported, Order, organisations as import_organisations};
pub use whereabouts::Whereabouts;

use crate::domain::identifiers::{OdsCode, Postcode};
use crate::domain::organisation::{Lineage, Organisation, lineage};
use crate::domain::routing::{CatchmentKind, Residence};
use crate::problem::Problem;
use crate::problem::area::places as entry;
use file::Table;
use organisations::Organisations;
use postcodes::Postcodes;
use set::Set;

/// What places and organisations are looked up in.
#[derive(Clone, Debug)]
pub struct Places {
    held: Held,
}

#[derive(Clone, Debug)]
enum Held {
    /// A set written by hand, in memory.
    Set(Arc<Set>),
    /// What was imported, on disk.
    Files {
        postcodes: Option<Arc<Postcodes>>,
        organisations: Option<Arc<Organisations>>,
    },
}

/// The state of one of the two files.
#[derive(Clone, Debug)]
pub enum Installed {
    /// It is not there.
    Not,
    /// So many entries of a set written by hand.
    Set(usize),
    /// A place file, in use.
    File(Head),
}

/// The state of both.
#[derive(Clone, Debug)]
pub struct Status {
    /// Postcodes.
    pub postcodes: Installed,
    /// Organisations.
    pub organisations: Installed,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            held: Held::Set(Arc::default()),
        }
    }
}

impl Places {
    /// The invented county of `conformance/fixtures/places`.
    pub fn synthetic() -> Self {
        let postcodes = include_str!("../../../conformance/fixtures/places/postcodes.csv");
        let practices = include_str!("../../../conformance/fixtures/places/practices.csv");
        let more = include_str!("../../../conformance/fixtures/places/organisations.csv");
        // The committed files are right; a test proves it.
        let set = Set::read(postcodes, practices, Some(more)).unwrap_or_default();
        Self {
            held: Held::Set(Arc::new(set)),
        }
    }

    /// Opens a folder: the set of `postcodes.csv` and `practices.csv` where one is there,
    /// else the place files that were imported. Of these either may be missing; what needs
    /// it is reported, see [`Places::lacks`].
    ///
    /// # Errors
    ///
    /// Every fault of the set, with line and column; place files that cannot be used; a
    /// folder that holds neither.
    pub fn open(folder: &Path) -> Result<Self, Vec<Problem>> {
        if Set::is_in(folder) {
            let set = Set::open(folder)?;
            return Ok(Self {
                held: Held::Set(Arc::new(set)),
            });
        }
        match (Postcodes::open(folder), Organisations::open(folder)) {
            (Ok(None), Ok(None)) => {
                let missing = Problem::new(&entry::FOLDER_EMPTY);
                Err(vec![missing.at(folder.display().to_string())])
            }
            (Ok(postcodes), Ok(organisations)) => Ok(Self {
                held: Held::Files {
                    postcodes: postcodes.map(Arc::new),
                    organisations: organisations.map(Arc::new),
                },
            }),
            (postcodes, organisations) => {
                let faults = postcodes.err().into_iter().chain(organisations.err());
                Err(faults.collect())
            }
        }
    }

    /// Where a postcode lies; in a set its own row, else the row of its district.
    pub fn residence(&self, postcode: &Postcode) -> Option<Residence> {
        match &self.held {
            Held::Set(set) => set.residence(postcode),
            Held::Files { postcodes, .. } => postcodes.as_ref()?.residence(postcode),
        }
    }

    /// Who carries a code on.
    pub fn lineage(&self, code: &str, day: Date) -> Lineage {
        lineage(code, day, &|code| self.organisation(code))
    }

    /// One organisation, closed ones too.
    pub fn organisation(&self, code: &str) -> Option<Organisation> {
        match &self.held {
            Held::Set(set) => set.organisations.get(code).cloned(),
            Held::Files { organisations, .. } => organisations.as_ref()?.find(code),
        }
    }

    /// The name of a practice.
    pub fn practice_name(&self, ods: &OdsCode) -> Option<String> {
        self.organisation(ods.as_str()).map(|found| found.name)
    }

    /// The verb whose data a kind of catchment row needs and which is not installed, in
    /// words; none where the row can be judged.
    pub fn lacks(&self, kind: CatchmentKind) -> Option<&'static str> {
        let Held::Files {
            postcodes,
            organisations,
        } = &self.held
        else {
            return None;
        };
        let has_homes = postcodes.is_some();
        match kind {
            CatchmentKind::La | CatchmentKind::Lsoa if !has_homes => {
                Some("postcodes are not installed (geo import)")
            }
            CatchmentKind::Pcn if organisations.is_none() => {
                Some("organisations are not installed (ods import)")
            }
            CatchmentKind::Pcn if !self.has_networks() => {
                Some("networks are not installed (ods import with epcncorepartnerdetails)")
            }
            CatchmentKind::Icb => self.lacks_board(),
            _ => None,
        }
    }

    /// A board is known by the practice or by the home; without either nobody has one,
    /// without one of them some people have none.
    fn lacks_board(&self) -> Option<&'static str> {
        let Held::Files {
            postcodes,
            organisations,
        } = &self.held
        else {
            return None;
        };
        let by_home = postcodes.as_ref().is_some_and(|p| p.head().has_boards);
        let by_practice = organisations.as_ref().is_some_and(|o| o.head().has_boards);
        match (by_practice, by_home) {
            (true, true) => None,
            (true, false) => Some("boards are known by practices only (geo import --boards)"),
            (false, true) => Some("boards are known by homes only (ods import)"),
            (false, false) => Some("boards are not installed (ods import, geo import --boards)"),
        }
    }

    fn has_networks(&self) -> bool {
        let Held::Files { organisations, .. } = &self.held else {
            return true;
        };
        organisations.as_ref().is_some_and(|found| {
            let columns = &found.head().columns;
            columns
                .iter()
                .any(|name| name.starts_with("epcncorepartner"))
        })
    }

    /// Whether what the files do not know may not exist: true for what was published as a
    /// whole, false for a set of a few places.
    pub fn knows_all_organisations(&self) -> bool {
        matches!(
            &self.held,
            Held::Files {
                organisations: Some(_),
                ..
            }
        )
    }

    /// What is installed.
    pub fn status(&self) -> Status {
        match &self.held {
            Held::Set(set) => Status {
                postcodes: Installed::Set(set.by_postcode.len()),
                organisations: Installed::Set(set.organisations.len()),
            },
            Held::Files {
                postcodes,
                organisations,
            } => {
                let of =
                    |head: Option<&Head>| head.cloned().map_or(Installed::Not, Installed::File);
                Status {
                    postcodes: of(postcodes.as_ref().map(|found| found.head())),
                    organisations: of(organisations.as_ref().map(|found| found.head())),
                }
            }
        }
    }

    /// Reads every installed file as a whole and compares its digest.
    ///
    /// # Errors
    ///
    /// Files that are not what was written.
    pub fn verify(&self) -> Result<(), Vec<Problem>> {
        let Held::Files {
            postcodes,
            organisations,
        } = &self.held
        else {
            return Ok(());
        };
        let tables = [
            (
                postcodes.as_ref().map(|found| found.table()),
                postcodes::FILE,
            ),
            (
                organisations.as_ref().map(|found| found.table()),
                organisations::FILE,
            ),
        ];
        let faults: Vec<Problem> = tables
            .into_iter()
            .filter_map(|(table, file)| {
                let damage = table?.verify().err()?;
                let problem = Problem::new(&entry::FILE_DAMAGED).at(file);
                Some(problem.with(damage.says()))
            })
            .collect();
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }
}

/// A place file of a folder; none where it is not there.
fn installed_table(
    folder: &Path,
    file: &str,
    kind: &str,
    version: u32,
) -> Result<Option<Table>, Problem> {
    let path = folder.join(file);
    if !path.exists() {
        return Ok(None);
    }
    Table::open(&path, kind, version)
        .map(Some)
        .map_err(|damage| {
            let place = path.display().to_string();
            Problem::new(&entry::FILE_DAMAGED)
                .at(place)
                .with(damage.says())
        })
}

/// The head of a place file of a folder.
fn installed(folder: &Path, file: &str, kind: &str, version: u32) -> Result<Option<Head>, Problem> {
    let table = installed_table(folder, file, kind, version)?;
    Ok(table.map(|table| table.head().clone()))
}

/// A look-up that could not be made is told in the log, without what was looked up: the
/// person's place is not known then, and the referral is refused or held for it.
fn found(read: io::Result<Option<Vec<u8>>>) -> Option<Vec<u8>> {
    read.unwrap_or_else(|error| {
        tracing::error!(
            error.code = entry::FILE_DAMAGED.code,
            error = %error.kind(),
            "a place file cannot be read"
        );
        None
    })
}

/// Small hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
