//! Installs places and organisations, and says what is installed. The tables are judged
//! by them in `tables`.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::adapters::places::{self, Places};
use crate::domain::organisation::{Lineage, Organisation};
use crate::problem::Problem;
use crate::problem::area::places as entry;

pub use crate::adapters::places::{Head, Imported, Installed, Order, Source, Status};

/// Days after which postcodes are old: they are published every quarter.
const POSTCODES_OLD: i32 = 200;
/// Days after which organisations are old: practices close and merge every month.
const ORGANISATIONS_OLD: i32 = 100;

/// Installs the ONS Postcode Directory, with the list of boards where there is one.
///
/// # Errors
///
/// Every fault of the files; what was installed is then still in use.
pub fn import_postcodes(
    directory: &Path,
    boards: Option<&Path>,
    order: &Order<'_>,
) -> Result<Imported, Vec<Problem>> {
    places::import_postcodes(directory, boards, order)
}

/// Installs the downloads of the Organisation Data Service.
///
/// # Errors
///
/// Every fault of the files; what was installed is then still in use.
pub fn import_organisations(
    files: &[PathBuf],
    order: &Order<'_>,
) -> Result<Imported, Vec<Problem>> {
    places::import_organisations(files, order)
}

/// What a folder of places holds.
///
/// # Errors
///
/// Files that cannot be used.
pub fn status(folder: &Path) -> Result<Status, Vec<Problem>> {
    Places::open(folder).map(|places| places.status())
}

/// Reads every installed file as a whole, and warns of what is old.
///
/// # Errors
///
/// Files that cannot be used, or are not what was written.
pub fn check(folder: &Path, today: Date) -> Result<(Status, Vec<Problem>), Vec<Problem>> {
    let places = Places::open(folder)?;
    places.verify()?;
    let status = places.status();
    let old = stale(&status, today);
    Ok((status, old))
}

/// What is known of an organisation, and who carries it on.
///
/// # Errors
///
/// Files that cannot be used.
pub fn organisation(
    folder: &Path,
    code: &str,
    day: Date,
) -> Result<Option<(Organisation, Lineage)>, Vec<Problem>> {
    let places = Places::open(folder)?;
    let found = places.organisation(code);
    Ok(found.map(|found| (found, places.lineage(code, day))))
}

/// What of the installed files is old on a day, as warnings.
pub fn stale(status: &Status, today: Date) -> Vec<Problem> {
    let files = [
        ("postcodes", &status.postcodes, POSTCODES_OLD),
        ("organisations", &status.organisations, ORGANISATIONS_OLD),
    ];
    let old = files.into_iter().filter_map(|(name, installed, limit)| {
        let Installed::File(head) = installed else {
            return None;
        };
        let from = day(&head.source_date)?;
        let days = today.since(from).ok()?.get_days();
        (days > limit).then(|| {
            let detail = format!("{name} are of {}, {days} days old", head.source_date);
            Problem::new(&entry::STALE).with(detail).as_warning()
        })
    });
    old.collect()
}

/// A day, or the first day of a month.
fn day(text: &str) -> Option<Date> {
    let whole = text.parse().ok();
    whole.or_else(|| format!("{text}-01").parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn what_is_older_than_its_time_is_told() {
        let head = |source_date: &str| {
            Installed::File(Head {
                source_date: source_date.to_owned(),
                ..Head::default()
            })
        };
        let status = Status {
            postcodes: head("2026-05"),
            organisations: head("2026-08-12"),
        };
        assert_eq!(stale(&status, date(2026, 11, 17)), []);
        let later = stale(&status, date(2026, 11, 21));
        let told: Vec<&str> = later.iter().filter_map(|p| p.detail.as_deref()).collect();
        assert_eq!(
            told,
            [
                "postcodes are of 2026-05, 204 days old",
                "organisations are of 2026-08-12, 101 days old"
            ]
        );
    }

    #[test]
    fn a_set_written_by_hand_never_grows_old() {
        let status = Places::synthetic().status();
        assert_eq!(stale(&status, date(2099, 1, 1)), []);
    }
}
