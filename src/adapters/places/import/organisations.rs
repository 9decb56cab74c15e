//! The downloads of the Organisation Data Service into one place file. All of them are
//! given at once: they belong to one day.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::lines::{each, name};
use super::postcodes::{not_fewer, not_written, prepare};
use super::tally::Tally;
use super::{Imported, Order};
use crate::adapters::places::file::{Head, Source, Writer};
use crate::adapters::places::organisations::{FILE, KIND, VERSION};
use crate::domain::organisation::{Organisation, Succession, Term};
use crate::problem::Problem;
use crate::problem::area::places as entry;
use crate::standards::places::ods::{Download, Fault, Row};

/// Imports downloads, told apart by their names; `epraccur` must be among them.
///
/// # Errors
///
/// Every fault of every file, counted.
pub fn organisations(files: &[PathBuf], order: &Order<'_>) -> Result<Imported, Vec<Problem>> {
    let before = prepare(order, (FILE, KIND, VERSION))?;
    let downloads = told_apart(files)?;
    let mut all = BTreeMap::new();
    let mut sources = Vec::new();
    let mut notes = Vec::new();
    let mut faults = Vec::new();
    for (download, path) in &downloads {
        match read(*download, path, &mut all, order) {
            Ok((source, found)) => {
                sources.push(source);
                notes.extend(found);
            }
            Err(found) => faults.extend(found),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    if let (Some(first), false) = (sources.first(), order.may_be_fewer) {
        not_fewer(&first.file, first.rows, before.as_ref())?;
    }
    let columns: Vec<String> = downloads.iter().map(|(_, path)| stem(path)).collect();
    notes.extend(lacking(&downloads));
    let date = order.date.clone();
    let head = Head {
        kind: KIND.to_owned(),
        version: VERSION,
        source_date: date.unwrap_or_else(|| day_of(files)),
        imported_at: order.now.clone(),
        sources,
        columns,
        has_boards: all.values().any(|found: &Organisation| found.icb.is_some()),
        ..Head::default()
    };
    let path = order.folder.join(FILE);
    let head = write(&all, head, order, &path).map_err(|error| vec![not_written(&error)])?;
    Ok(Imported {
        head,
        path,
        notes: notes.into_iter().map(Problem::as_warning).collect(),
    })
}

/// The day on which the newest of these files was written here; for a download the day on
/// which it was made.
pub(super) fn day_of(files: &[PathBuf]) -> String {
    let times = files.iter().filter_map(|file| {
        let written = fs::metadata(file).ok()?.modified().ok()?;
        Timestamp::try_from(written).ok()
    });
    let newest = times.max().unwrap_or(Timestamp::UNIX_EPOCH);
    newest.to_zoned(TimeZone::UTC).date().to_string()
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    stem.to_string_lossy().to_ascii_lowercase()
}

/// The practices come first.
fn told_apart(files: &[PathBuf]) -> Result<Vec<(Download, PathBuf)>, Vec<Problem>> {
    let mut downloads: Vec<(Download, PathBuf)> = Vec::new();
    let mut faults = Vec::new();
    for path in files {
        let file = name(path);
        let Some(download) = Download::of_name(&file) else {
            let detail = format!("the name is none of {}", Download::NAMES);
            faults.push(Problem::new(&entry::WRONG_FILE).at(file).with(detail));
            continue;
        };
        if downloads.iter().any(|(_, other)| stem(other) == stem(path)) {
            let detail = "the same download is given twice";
            faults.push(Problem::new(&entry::SAID_TWICE).at(file).with(detail));
            continue;
        }
        let place = match download {
            Download::Practices => 0,
            _ => downloads.len(),
        };
        downloads.insert(place, (download, path.clone()));
    }
    let has_practices = downloads
        .first()
        .is_some_and(|(first, _)| *first == Download::Practices);
    if !has_practices && faults.is_empty() {
        let detail = "epraccur.csv, the practices, is not among the files";
        faults.push(Problem::new(&entry::WRONG_FILE).with(detail));
    }
    if faults.is_empty() {
        Ok(downloads)
    } else {
        Err(faults)
    }
}

/// What cannot be answered without a download that was not given.
fn lacking(downloads: &[(Download, PathBuf)]) -> Vec<Problem> {
    let wanted = [
        (
            Download::Partners,
            "epcncorepartnerdetails was not given: no practice has a network",
        ),
        (
            Download::Successions,
            "succ was not given: no organisation has a successor",
        ),
    ];
    let lacking = wanted
        .into_iter()
        .filter(|(wanted, _)| !downloads.iter().any(|(given, _)| given == wanted));
    lacking
        .map(|(_, detail)| Problem::new(&entry::LEFT_OUT).with(detail))
        .collect()
}

type All = BTreeMap<String, Organisation>;

fn read(
    download: Download,
    path: &Path,
    all: &mut All,
    order: &Order<'_>,
) -> Result<(Source, Vec<Problem>), Vec<Problem>> {
    let file = name(path);
    let mut faults = Tally::new(&file);
    let mut notes = Tally::new(&file);
    let mut seen = BTreeMap::new();
    let whole = each(path, order.tell, &mut |line, cells| {
        if line == 1 && download.is_header(&|index| cells.get(index).copied()) {
            return Ok(());
        }
        // A byte order mark would be a part of the first code.
        let cell = |index: usize| cells[index].trim_start_matches('\u{feff}');
        match download.row(cells.len(), &cell) {
            Ok(row) => take(
                row,
                download,
                line,
                all,
                &mut seen,
                (&mut faults, &mut notes),
            ),
            Err(fault) => faults.add(&entry::ROW_DAMAGED, says(fault), line),
        }
        Ok(())
    })?;
    if !faults.is_empty() {
        return Err(faults.into_problems());
    }
    let source = Source {
        file,
        rows: whole.rows,
        sha256: whole.sha256,
    };
    Ok((source, notes.into_problems()))
}

const fn says(fault: Fault) -> &'static str {
    match fault {
        Fault::Cells => "too few cells",
        Fault::Code => "a code that is none",
        Fault::Date => "a date that is none",
        Fault::Dates => "a last day before the first",
    }
}

/// The rows of this file by their code, for telling one that is said twice.
type Seen = BTreeMap<String, Row>;

fn take(
    row: Row,
    download: Download,
    line: u64,
    all: &mut All,
    seen: &mut Seen,
    (faults, notes): (&mut Tally, &mut Tally),
) {
    match row {
        Row::Organisation { ref code, .. } => {
            match seen.get(code) {
                None => {}
                Some(before) if *before == row => return,
                Some(_) => {
                    let what = "the organisation of another row, and other details";
                    return faults.add(&entry::SAID_TWICE, what, line);
                }
            }
            seen.insert(code.clone(), row.clone());
            let Row::Organisation {
                code,
                name,
                icb,
                opened,
                closed,
            } = row
            else {
                return;
            };
            let found = of(all, &code);
            if !found.kind.is_empty() {
                let what = "the organisation of another file, which counts";
                return notes.add(&entry::LEFT_OUT, what, line);
            }
            *found = Organisation {
                code,
                name,
                kind: download.code().to_owned(),
                opened,
                closed,
                icb,
                networks: std::mem::take(&mut found.networks),
                successors: std::mem::take(&mut found.successors),
                predecessors: std::mem::take(&mut found.predecessors),
            };
        }
        Row::Member {
            practice,
            network,
            from,
            to,
        } => {
            let term = Term {
                code: network,
                from,
                to,
            };
            of(all, &practice).networks.push(term);
        }
        Row::Succession {
            former,
            current,
            from,
        } => {
            if former == current {
                let what = "an organisation as its own successor";
                return notes.add(&entry::LEFT_OUT, what, line);
            }
            of(all, &former).successors.push(Succession {
                code: current.clone(),
                from,
            });
            of(all, &current)
                .predecessors
                .push(Succession { code: former, from });
        }
    }
}

fn of<'a>(all: &'a mut All, code: &str) -> &'a mut Organisation {
    all.entry(code.to_owned()).or_insert_with(|| Organisation {
        code: code.to_owned(),
        ..Organisation::default()
    })
}

fn write(all: &All, head: Head, order: &Order<'_>, path: &Path) -> io::Result<Head> {
    let mut writer = Writer::begin(&order.folder)?;
    for (code, organisation) in all {
        writer.add(code.as_bytes(), &serde_json::to_vec(organisation)?)?;
    }
    writer.finish(head, path)
}
