//! Reading the journal back.

use std::io::ErrorKind;
use std::path::PathBuf;

use super::{Kind, Line, day_in, fault};
use crate::domain::identifiers::CaseReference;
use crate::problem::Problem;

/// What a journal holds.
#[derive(Debug, Default)]
pub struct Read {
    /// Every line, the oldest first.
    pub lines: Vec<Line>,
    /// How many lines could not be read: cut off by a loss of power.
    pub unreadable: u64,
}

/// Reads the journals in these folders; a folder that is not there holds none. Errors:
/// WW-STO-016.
pub fn read(folders: &[PathBuf]) -> Result<Read, Problem> {
    let mut found = Read::default();
    for folder in folders {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(fault(folder, &error)),
        };
        for entry in entries {
            let entry = entry.map_err(|error| fault(folder, &error))?;
            let name = entry.file_name();
            if name.to_str().and_then(day_in).is_none() {
                continue;
            }
            let path = entry.path();
            let bytes = std::fs::read(&path).map_err(|error| fault(&path, &error))?;
            take(&String::from_utf8_lossy(&bytes), &mut found);
        }
    }
    found.lines.sort_by_key(|line| line.at);
    Ok(found)
}

fn take(text: &str, found: &mut Read) {
    for line in text.lines() {
        match parse(line) {
            Some(line) => found.lines.push(line),
            None => found.unreadable += 1,
        }
    }
}

fn parse(line: &str) -> Option<Line> {
    let mut words = line.split(' ');
    let read = Line {
        at: words.next()?.parse().ok()?,
        kind: Kind::from_code(words.next()?)?,
        reference: CaseReference::parse(words.next()?)?,
        case_id: words.next()?.parse().ok()?,
        referrer: words.next()?.to_owned(),
        request_id: words.next()?.parse().ok()?,
    };
    words.next().is_none().then_some(read)
}
