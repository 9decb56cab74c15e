//! The ONS Postcode Directory into a place file. Rows are sorted outside of memory; some
//! megabytes are held whatever the length of the file.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use super::lines::{each, name};
use super::sort::Sorter;
use super::tally::Tally;
use super::{Imported, Order};
use crate::adapters::places::file::{Head, Source, Writer};
use crate::adapters::places::postcodes::{FILE, KIND, VALUE, VERSION, board_key, value};
use crate::adapters::places::{Set, installed};
use crate::problem::Problem;
use crate::problem::area::places as entry;
use crate::standards::places::directory::{Columns, Fault, KEY, Row, date_in_name, icb_columns};
use crate::standards::places::gss;

/// Rows that are held in memory at a time: six megabytes.
const HELD: usize = 1 << 18;
/// The line stands behind the key, so that the second of two rows is told by its line.
const LINE: usize = 4;
const WIDTH: usize = KEY + LINE + VALUE;

/// Imports a directory, with the list of boards (`ICB26CD,ICB26CDH,...`) where there is
/// one: without it nobody's home has a board.
///
/// # Errors
///
/// Every fault of the files, counted.
pub fn postcodes(
    directory: &Path,
    boards: Option<&Path>,
    order: &Order<'_>,
) -> Result<Imported, Vec<Problem>> {
    let before = prepare(order, (FILE, KIND, VERSION))?;
    let boards = boards.map(|path| read_boards(path, order)).transpose()?;
    let mut sorter = Sorter::<WIDTH>::new(&order.folder, HELD);
    let file = name(directory);
    let read = read(directory, &mut sorter, order)?;
    if !order.may_be_fewer {
        not_fewer(&file, read.source.rows, before.as_ref())?;
    }
    let columns = read.columns.used();
    let columns = columns.into_iter().map(str::to_owned).collect();
    let codes = boards.as_ref().map(|(codes, _)| codes);
    let has_boards = read.columns.has_icb() && codes.is_some_and(|codes| !codes.is_empty());
    let sources = std::iter::once(read.source);
    let head = Head {
        kind: KIND.to_owned(),
        version: VERSION,
        source_date: date(directory, order),
        imported_at: order.now.clone(),
        sources: sources
            .chain(boards.as_ref().map(|(_, source)| source.clone()))
            .collect(),
        columns,
        has_boards,
        ..Head::default()
    };
    let path = order.folder.join(FILE);
    let mut twice = Tally::new(&file);
    let no_codes = BTreeMap::new();
    let written = write(sorter, codes.unwrap_or(&no_codes), head, order, &mut twice);
    if !twice.is_empty() {
        return Err(twice.into_problems());
    }
    let head = written.map_err(|error| vec![not_written(&error)])?;
    let mut notes: Vec<Problem> = read.notes.into_problems();
    if read.columns.has_icb() && !has_boards {
        let detail = "no list of boards was given, so that no home has a board; give the list \
                      \"ICB names and codes\" of the directory's Documents folder with --boards";
        notes.push(Problem::new(&entry::LEFT_OUT).at(file).with(detail));
    }
    Ok(Imported {
        head,
        path,
        notes: notes.into_iter().map(Problem::as_warning).collect(),
    })
}

/// Makes the folder ready and says what it has now of a file, its kind and version.
pub(super) fn prepare(
    order: &Order<'_>,
    (file, kind, version): (&str, &str, u32),
) -> Result<Option<Head>, Vec<Problem>> {
    if Set::is_in(&order.folder) {
        let place = order.folder.display().to_string();
        let detail = "the folder holds postcodes.csv or practices.csv, a set written by hand";
        return Err(vec![
            Problem::new(&entry::NOT_WRITABLE).at(place).with(detail),
        ]);
    }
    fs::create_dir_all(&order.folder).map_err(|error| vec![not_written(&error)])?;
    // A damaged one is replaced: nothing is compared with it.
    Ok(installed(&order.folder, file, kind, version).ok().flatten())
}

/// A tenth of the rows may go; more looks like a download that was cut.
pub(super) fn not_fewer(file: &str, rows: u64, before: Option<&Head>) -> Result<(), Vec<Problem>> {
    let Some(installed) = before.and_then(|head| head.sources.first()) else {
        return Ok(());
    };
    if rows >= installed.rows - installed.rows / 10 {
        return Ok(());
    }
    let detail = format!("{rows} rows; the installed one has {}", installed.rows);
    Err(vec![Problem::new(&entry::LOOKS_CUT).at(file).with(detail)])
}

pub(super) fn not_written(error: &io::Error) -> Problem {
    let detail = format!("the place file cannot be written ({})", error.kind());
    Problem::new(&entry::NOT_WRITABLE).with(detail)
}

fn date(directory: &Path, order: &Order<'_>) -> String {
    let said = order.date.clone();
    said.or_else(|| date_in_name(&name(directory)))
        .unwrap_or_else(|| super::organisations::day_of(&[directory.to_owned()]))
}

struct Read {
    columns: Columns,
    source: Source,
    notes: Tally,
}

fn read(path: &Path, sorter: &mut Sorter<WIDTH>, order: &Order<'_>) -> Result<Read, Vec<Problem>> {
    let file = name(path);
    let mut columns: Option<Columns> = None;
    let mut faults = Tally::new(&file);
    let mut notes = Tally::new(&file);
    let whole = each(path, order.tell, &mut |line, cells| {
        let Some(columns) = &columns else {
            let found = Columns::read(cells.iter().copied());
            columns = Some(found.map_err(|missing| vec![lacks(&file, &missing)])?);
            return Ok(());
        };
        match columns.row(cells.len(), &|index| cells[index]) {
            Ok(row) => {
                if row.other_shapes > 0 {
                    notes.add(&entry::LEFT_OUT, "a code of another shape", line);
                }
                let added = sorter.add(packed(&row, line));
                added.map_err(|error| vec![not_written(&error)])?;
            }
            Err(Fault::NoPostcode) => {
                notes.add(&entry::LEFT_OUT, "no postcode of today's shape", line);
            }
            Err(Fault::Cells) => {
                faults.add(&entry::ROW_DAMAGED, "too few or too many cells", line);
            }
            Err(Fault::Terminated) => {
                faults.add(&entry::ROW_DAMAGED, "no year and month in doterm", line);
            }
        }
        Ok(())
    })?;
    if !faults.is_empty() {
        return Err(faults.into_problems());
    }
    let columns = columns.ok_or_else(|| vec![lacks(&file, &["a header".to_owned()])])?;
    Ok(Read {
        columns,
        source: Source {
            file,
            rows: whole.rows - 1,
            sha256: whole.sha256,
        },
        notes,
    })
}

fn lacks(file: &str, missing: &[String]) -> Problem {
    let detail = format!("the first line lacks {}", missing.join(", "));
    Problem::new(&entry::WRONG_FILE)
        .at(format!("{file}:1:1"))
        .with(detail)
}

fn packed(row: &Row, line: u64) -> [u8; WIDTH] {
    let line = u32::try_from(line).unwrap_or(u32::MAX);
    let mut packed = [0; WIDTH];
    packed[..KEY].copy_from_slice(&row.key);
    packed[KEY..KEY + LINE].copy_from_slice(&line.to_be_bytes());
    packed[KEY + LINE..].copy_from_slice(&value(row));
    packed
}

/// The ODS codes of the boards, by their other codes.
type Boards = BTreeMap<u32, String>;

fn read_boards(path: &Path, order: &Order<'_>) -> Result<(Boards, Source), Vec<Problem>> {
    let file = name(path);
    let mut columns = None;
    let mut faults = Tally::new(&file);
    let mut boards = BTreeMap::new();
    let whole = each(path, order.tell, &mut |line, cells| {
        let Some((code, ods)) = columns else {
            let found = icb_columns(cells.iter().copied());
            columns = Some(found.map_err(|missing| vec![lacks(&file, &missing)])?);
            return Ok(());
        };
        let cell = |index: usize| cells.get(index).copied().unwrap_or_default().trim();
        let ods = cell(ods).to_ascii_uppercase();
        let is_code = |text: &str| {
            (2..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        match gss::read(cell(code)) {
            gss::Cell::Code(number) if is_code(&ods) => {
                if boards
                    .insert(number, ods.clone())
                    .is_some_and(|was| was != ods)
                {
                    faults.add(&entry::SAID_TWICE, "another code for a board", line);
                }
            }
            // The lists end with codes for "no board here".
            gss::Cell::Empty => {}
            _ => faults.add(&entry::ROW_DAMAGED, "no board", line),
        }
        Ok(())
    })?;
    if !faults.is_empty() {
        return Err(faults.into_problems());
    }
    let source = Source {
        file,
        rows: whole.rows - 1,
        sha256: whole.sha256,
    };
    Ok((boards, source))
}

fn write(
    sorter: Sorter<WIDTH>,
    boards: &Boards,
    head: Head,
    order: &Order<'_>,
    twice: &mut Tally,
) -> io::Result<Head> {
    let mut writer = Writer::begin(&order.folder)?;
    for (code, ods) in boards {
        writer.add(&board_key(*code), ods.as_bytes())?;
    }
    let whole = head.sources.first().map_or(0, |source| source.rows);
    let mut last: Option<[u8; KEY]> = None;
    let mut entries = 0_u64;
    sorter.each(&mut |row| {
        let (key, rest) = row.split_at(KEY);
        let (line, value) = rest.split_at(LINE);
        entries += 1;
        if entries.is_multiple_of(100_000) {
            (order.tell)("writing", entries, whole);
        }
        if last.is_some_and(|last| last == *key) {
            let line = line
                .iter()
                .fold(0, |line, byte| line << 8 | u64::from(*byte));
            twice.add(&entry::SAID_TWICE, "the postcode of another row", line);
            return Ok(());
        }
        last = key.try_into().ok();
        writer.add(key, value)
    })?;
    if !twice.is_empty() {
        return Err(io::Error::from(io::ErrorKind::InvalidData));
    }
    writer.finish(head, &order.folder.join(FILE))
}
