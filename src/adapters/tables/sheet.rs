//! One CSV table: exact header, rows with their positions.

use std::sync::Arc;

use jiff::civil::Date;

use super::damage;
use super::faults::{Faults, Place};
use super::folder::Folder;
use super::leftover;
use super::nearest;
use super::quotes;
use super::records::{Record, records};
use crate::domain::mapping::Position;
use crate::domain::provider::Validity;
use crate::problem::area::tables as entry;

/// The columns of a table, in order.
pub type Header = &'static [&'static str];

/// One row.
pub(super) struct Row {
    file: Arc<str>,
    line: u32,
    header: Header,
    cells: Vec<String>,
}

/// One cell, with its place.
pub(super) struct Cell<'a> {
    /// The text without the blanks around it.
    pub(super) text: &'a str,
    file: &'a str,
    place: Place,
    column: &'static str,
}

/// Reads a table. A wrong header is one fault and gives no rows; a row of another length
/// is a fault and is left out. A quote that is not closed, or a cell of several lines, gives
/// no rows either: what stands behind it may be read as anything.
pub(super) fn rows(folder: &Folder, file: &str, header: Header, faults: &mut Faults) -> Vec<Row> {
    let Some(text) = folder.text(file, faults) else {
        return Vec::new();
    };
    let wrong = quotes::wrong(text);
    for (place, wrong) in &wrong {
        faults.add(&entry::NOT_READABLE, file, *place, wrong.says());
    }
    if !wrong.is_empty() {
        return Vec::new();
    }
    let name: Arc<str> = file.into();
    let mut rows = Vec::new();
    let (mut headed, mut width) = (false, 0);
    let mut lines = Lines::of_text(text);
    for Record { begin, mut cells } in records(text) {
        let line = lines.of(begin);
        if !headed {
            if cells != header {
                wrong_header(file, line, &cells, header, faults);
                // Empty columns behind the last one hide nothing: the rows are read all the same.
                if !has_empty_rest(&cells, header) || cells[..header.len()] != *header {
                    return rows;
                }
            }
            width = cells.len();
            headed = true;
            continue;
        }
        if cells.iter().all(String::is_empty) {
            continue;
        }
        // One cell more than the first line has is a comma too many, not an empty column.
        if cells.len() <= width && has_empty_rest(&cells, header) {
            cells.truncate(header.len());
        }
        if cells.len() != header.len() {
            let curly = cells.iter().any(|cell| cell.contains(damage::is_curly));
            let quotes = if curly {
                "straight double quotes, not in curly ones"
            } else {
                "double quotes"
            };
            let more = if has_empty_rest(&cells, header) {
                "; or the line has a comma too many at its end"
            } else {
                ""
            };
            let detail = format!(
                "found {} cells, expected {}: {}; a cell that holds a comma stands in \
                 {quotes}{more}",
                cells.len(),
                header.len(),
                header.join(",")
            );
            faults.add(&entry::NOT_READABLE, file, (line, 1), detail);
            continue;
        }
        if !mend(file, line, header, &mut cells, faults) {
            continue;
        }
        unwritten(file, line, header, &cells, faults);
        rows.push(Row {
            file: Arc::clone(&name),
            line,
            header,
            cells,
        });
    }
    if !headed {
        let detail = format!("the file is empty; its first line is: {}", header.join(","));
        faults.add(&entry::WRONG_HEADER, file, (1, 1), detail);
    }
    rows
}

/// Tells of every cell that a spreadsheet changed, and puts back what was meant, so that
/// one cell is not told of twice. False when a row cannot be read any further.
fn mend(file: &str, line: u32, header: Header, cells: &mut [String], faults: &mut Faults) -> bool {
    let mut is_whole = true;
    for (index, (column, cell)) in header.iter().zip(cells).enumerate() {
        let Some(found) = damage::of_cell(column, cell) else {
            continue;
        };
        let place = (line, u32::try_from(index + 1).unwrap_or(u32::MAX));
        let detail = format!("{column}: found \"{cell}\", {}", found.says);
        if found.may_be_meant {
            faults.warn(&entry::SHEET_DAMAGE, file, place, detail);
            continue;
        }
        faults.add(&entry::SHEET_DAMAGE, file, place, detail);
        match found.meant {
            Some(meant) => *cell = meant,
            None => is_whole = false,
        }
    }
    is_whole
}

/// Tells of every cell that `mappings new` left to be written. A comment decides nothing: in
/// one it is a reminder.
fn unwritten(file: &str, line: u32, header: Header, cells: &[String], faults: &mut Faults) {
    for (index, (column, cell)) in header.iter().zip(cells).enumerate() {
        let Some(says) = leftover::of(cell) else {
            continue;
        };
        let place = (line, u32::try_from(index + 1).unwrap_or(u32::MAX));
        let detail = format!("{column}: {says}");
        if *column == "comment" {
            faults.warn(&entry::VALUE_MISSING, file, place, detail);
        } else {
            faults.add(&entry::VALUE_MISSING, file, place, detail);
        }
    }
}

/// Counts the lines up to a record as an editor does. The CSV reader's own count stands
/// before the blank lines, and before the second half of a Windows line end, that it
/// skips on its way to the record.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
}

impl<'a> Lines<'a> {
    const fn of_text(text: &'a str) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: 0,
            line: 1,
        }
    }

    /// The line of the record that is read from this byte on; bytes only grow.
    fn of(&mut self, byte: usize) -> u32 {
        while let Some(found) = self.bytes.get(self.at) {
            if self.at >= byte && !matches!(found, b'\r' | b'\n') {
                break;
            }
            self.at += 1;
            // A spreadsheet that saves for "Macintosh" ends its lines by a lone return.
            let next = self.bytes.get(self.at);
            let is_end = *found == b'\n' || (*found == b'\r' && next != Some(&b'\n'));
            self.line += u32::from(is_end);
        }
        self.line
    }
}

fn wrong_header(file: &str, line: u32, found: &[String], header: Header, faults: &mut Faults) {
    let differs = |(index, name): (usize, &&str)| {
        (found.get(index).map(String::as_str) != Some(*name)).then_some(index)
    };
    let column = header
        .iter()
        .enumerate()
        .find_map(differs)
        .unwrap_or(header.len());
    let place = (line, u32::try_from(column + 1).unwrap_or(u32::MAX));
    let detail = format!(
        "{}; the line is: {}",
        header_fault(found, header, column),
        header.join(",")
    );
    faults.add(&entry::WRONG_HEADER, file, place, detail);
}

/// Whether there are cells behind the last column, all of them empty.
fn has_empty_rest(found: &[String], header: Header) -> bool {
    let rest = found.get(header.len()..).unwrap_or_default();
    !rest.is_empty() && rest.iter().all(String::is_empty)
}

/// Empty cells behind the last column: a spreadsheet keeps a column that was once in use.
fn trailing(found: &[String], header: Header) -> Option<String> {
    if !has_empty_rest(found, header) {
        return None;
    }
    let more = &found[header.len()..];
    let (count, are) = match more.len() {
        1 => ("an empty column".to_owned(), "stands"),
        count => (format!("{count} empty columns"), "stand"),
    };
    Some(format!(
        "{count} {are} behind the last one; delete in the spreadsheet every column behind \
         \"{}\", not its cells only, and save again",
        header.last().copied().unwrap_or_default()
    ))
}

/// What is wrong with the first name that differs.
fn header_fault(found: &[String], header: Header, column: usize) -> String {
    let Some(name) = found.get(column) else {
        return format!("the column \"{}\" is missing", header[column]);
    };
    if let ([whole], true) = (found, header.len() > 1)
        && let Some((_, mark)) = [(';', "semicolons"), ('\t', "tabs")]
            .iter()
            .find(|(mark, _)| whole.contains(*mark))
    {
        return format!("the cells are parted by {mark}; save the file as CSV with commas");
    }
    let Some(expected) = header.get(column) else {
        if let Some(detail) = trailing(found, header) {
            return detail;
        }
        return format!("found \"{name}\", a column too many");
    };
    let elsewhere = header.contains(&name.as_str());
    if !elsewhere {
        return format!("found \"{name}\"; write \"{expected}\"");
    }
    if found.iter().any(|other| other == expected) {
        return format!(
            "found \"{name}\"; the columns stand in another order: move the column \"{expected}\" \
             here, with the cells under it"
        );
    }
    format!("found \"{name}\"; the column \"{expected}\" is missing before it")
}

impl Row {
    /// A cell by the name of its column; the name is one of the header's.
    pub(super) fn cell(&self, column: &'static str) -> Cell<'_> {
        let index = self.header.iter().position(|name| *name == column);
        let text = index
            .and_then(|i| self.cells.get(i))
            .map_or("", String::as_str);
        let number = index.map_or(1, |i| u32::try_from(i + 1).unwrap_or(u32::MAX));
        Cell {
            text,
            file: &self.file,
            place: (self.line, number),
            column,
        }
    }

    /// Where the row stands.
    pub(super) fn position(&self) -> Position {
        Position::new(Arc::clone(&self.file), self.line)
    }

    /// The columns `from` and `to`.
    pub(super) fn validity(&self, faults: &mut Faults) -> Validity {
        let validity = Validity {
            from: self.cell("from").date(faults),
            to: self.cell("to").date(faults),
        };
        if let (Some(from), Some(to)) = (validity.from, validity.to)
            && to < from
        {
            let detail = format!("\"to\" ({to}) lies before \"from\" ({from})");
            self.cell("to").fault(&entry::WRONG_SHAPE, detail, faults);
        }
        validity
    }
}

impl Cell<'_> {
    /// A fault of this cell; a cell that is still to be written has been told of.
    pub(super) fn fault(
        &self,
        entry: &'static crate::problem::Entry,
        detail: impl Into<String>,
        faults: &mut Faults,
    ) {
        if leftover::of(self.text).is_some() {
            return;
        }
        faults.add(entry, self.file, self.place, detail);
    }

    /// The text, which must be there.
    pub(super) fn filled(&self, faults: &mut Faults) -> Option<&str> {
        if self.text.is_empty() {
            let detail = format!("the column \"{}\" is empty", self.column);
            self.fault(&entry::VALUE_MISSING, detail, faults);
            return None;
        }
        Some(self.text)
    }

    /// One of a closed list of words.
    pub(super) fn word<T: Copy>(&self, all: &[(T, &str)], faults: &mut Faults) -> Option<T> {
        let text = self.filled(faults)?;
        let found = all.iter().find(|(_, word)| *word == text);
        if found.is_none() {
            let words: Vec<&str> = all.iter().map(|(_, word)| *word).collect();
            self.unknown(&words, faults);
        }
        found.map(|(value, _)| *value)
    }

    /// A word that is not one of these.
    pub(super) fn unknown(&self, words: &[&str], faults: &mut Faults) {
        let said = nearest::suggestion(self.text, words);
        let detail = format!("{}: {said}", self.column);
        self.fault(&entry::UNKNOWN_WORD, detail, faults);
    }

    /// A date `yyyy-mm-dd`, or none.
    pub(super) fn date(&self, faults: &mut Faults) -> Option<Date> {
        if self.text.is_empty() {
            return None;
        }
        let date = self.text.parse().ok();
        if date.is_none() {
            let detail = match damage::date_meant(self.text) {
                Some(meant) => format!(
                    "{}: found \"{}\"; write yyyy-mm-dd: {meant}, if a spreadsheet changed it",
                    self.column, self.text
                ),
                None => format!("{}: found \"{}\"; write yyyy-mm-dd", self.column, self.text),
            };
            self.fault(&entry::WRONG_SHAPE, detail, faults);
        }
        date
    }

    /// A whole number.
    pub(super) fn number(&self, faults: &mut Faults) -> Option<u32> {
        let text = self.filled(faults)?;
        let number = text.parse().ok();
        if number.is_none() {
            let detail = format!("{}: found \"{text}\"; write a whole number", self.column);
            self.fault(&entry::WRONG_SHAPE, detail, faults);
        }
        number
    }

    /// A value of the wrong shape.
    pub(super) fn shape(&self, expected: &str, faults: &mut Faults) {
        let detail = format!("{}: found \"{}\"; {expected}", self.column, self.text);
        self.fault(&entry::WRONG_SHAPE, detail, faults);
    }
}
