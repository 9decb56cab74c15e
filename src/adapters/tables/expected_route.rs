//! `tests/<case>/expected-route.csv`: where the person of a test goes, or why nobody takes
//! them. It is no part of a provider's tables: nothing but a test reads it.

use std::path::Path;

use super::faults::Faults;
use super::folder::Folder;
use super::sheet::{self, Header, Row};
use crate::domain::routing::{RouteRow, RouteWord};
use crate::problem::Problem;
use crate::problem::area::tables as entry;

/// The file, in the folder of a test.
pub const FILE: &str = "expected-route.csv";

pub(super) const HEADER: Header = &["outcome", "provider", "reason", "words"];

/// What a test at a place under `mappings` expects, with everything that is wrong with it;
/// none where it says nothing of the route. `known` are the slugs of every provider.
pub fn expected_route(
    mappings: &Path,
    place: &str,
    known: &[&str],
) -> Option<(Vec<RouteRow>, Vec<Problem>)> {
    let path = mappings.join(place);
    if !path.join(FILE).exists() {
        return None;
    }
    let mut faults = Faults::new(place);
    let mut folder = Folder::default();
    folder.take(&path, FILE.to_owned(), &mut faults);
    let before = faults.count();
    let rows = sheet::rows(&folder, FILE, HEADER, &mut faults);
    if rows.is_empty() && faults.count() == before {
        let detail = "no row: say where the person goes, or that nobody takes them";
        faults.add(&entry::VALUE_MISSING, FILE, (2, 1), detail);
    }
    let rows = rows.iter();
    let rows = rows.filter_map(|row| row_of(row, known, &mut faults));
    let rows = rows.collect();
    Some((rows, faults.into_all()))
}

fn row_of(row: &Row, known: &[&str], faults: &mut Faults) -> Option<RouteRow> {
    let outcome = row.cell("outcome").word(RouteWord::ALL, faults)?;
    let names = outcome.names_provider();
    of_list(row, "provider", known, names, outcome, faults);
    let reasons = outcome.reasons();
    of_list(
        row,
        "reason",
        &reasons,
        !reasons.is_empty(),
        outcome,
        faults,
    );
    let text = |column| row.cell(column).text;
    Some(RouteRow::new(outcome, text("provider"), text("reason")).saying(text("words")))
}

/// A cell that holds a word of a list, or, where the outcome has no such word, nothing.
fn of_list(
    row: &Row,
    column: &'static str,
    list: &[&str],
    is_wanted: bool,
    outcome: RouteWord,
    faults: &mut Faults,
) {
    let cell = row.cell(column);
    if !is_wanted {
        if !cell.text.is_empty() {
            let says = format!("\"{}\" has none, leave the cell empty", outcome.code());
            cell.shape(&says, faults);
        }
        return;
    }
    let found = cell.filled(faults).map(str::to_owned);
    if found.is_some_and(|found| !list.contains(&found.as_str())) {
        cell.unknown(list, faults);
    }
}

/// The file with these rows.
pub fn route_csv(rows: &[RouteRow]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail, and all rows have the columns of the header.
    let _ = writer.write_record(HEADER);
    for row in rows {
        let cells = [row.outcome.code(), &row.provider, &row.reason, &row.words];
        let _ = writer.write_record(cells);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["lantern", "borough-works"];

    fn read(text: &str) -> Option<(Vec<RouteRow>, Vec<String>)> {
        let root = tempfile::tempdir().expect("a temporary folder");
        let folder = root.path().join("a/lantern/tests/one");
        std::fs::create_dir_all(&folder).expect("a writable folder");
        std::fs::write(folder.join(FILE), text).expect("a writable folder");
        let (rows, problems) = expected_route(root.path(), "a/lantern/tests/one", KNOWN)?;
        let told = problems.iter().map(|found| {
            let place = found.path.as_deref().unwrap_or_default();
            let place = place.trim_start_matches("a/lantern/tests/one/expected-route.csv:");
            format!(
                "{} {place} {}",
                found.entry.code,
                found.detail.as_deref().unwrap_or_default()
            )
        });
        Some((rows, told.collect()))
    }

    #[test]
    fn what_is_written_is_read_again_also_after_a_spreadsheet_has_saved_it() {
        let rows = vec![
            RouteRow::new(RouteWord::GoesTo, "lantern", "practice"),
            RouteRow::new(RouteWord::Asks, "lantern", "employment")
                .saying("Would you, by and by, like \"work\"?"),
        ];
        let text = route_csv(&rows);
        assert_eq!(read(&text), Some((rows.clone(), Vec::new())));
        let saved = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        assert_eq!(read(&saved), Some((rows, Vec::new())));
    }

    #[test]
    fn every_word_that_is_none_is_told_with_its_cell_and_what_to_write() {
        let text = "outcome,provider,reason,words\n\
                    gose-to,lantern,practice,\n\
                    goes-to,lantren,practise,\n\
                    nobody,lantern,,\n\
                    several,lantern,match,\n";
        let (_, told) = read(text).expect("a file");
        let says = |start: &str, part: &str| {
            let mut told = told.iter();
            told.any(|one| one.starts_with(start) && one.contains(part))
        };
        assert!(
            says("WW-MAP-004 2:1", "did you mean \"goes-to\""),
            "{told:#?}"
        );
        assert!(
            says("WW-MAP-004 3:2", "did you mean \"lantern\""),
            "{told:#?}"
        );
        assert!(
            says("WW-MAP-004 3:3", "did you mean \"practice\""),
            "{told:#?}"
        );
        assert!(says("WW-MAP-007 4:2", "leave the cell empty"), "{told:#?}");
        assert!(says("WW-MAP-005 4:3", "is empty"), "{told:#?}");
        assert!(says("WW-MAP-007 5:3", "leave the cell empty"), "{told:#?}");
        assert_eq!(told.len(), 6, "{told:#?}");
    }

    #[test]
    fn a_file_without_a_row_expects_nothing_and_is_a_fault() {
        let (rows, told) = read("outcome,provider,reason,words\n").expect("a file");
        assert_eq!((rows.len(), told.len()), (0, 1), "{told:?}");
    }
}
