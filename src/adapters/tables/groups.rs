//! `condition-groups.csv`, one for all areas: which codes stand for which group.
//!
//! A row with a fault costs itself alone: its code is group `not-known` until it is mended.
//! Of two rows that put one code into two groups neither counts, since nobody chooses
//! between them (DESIGN I5).

use std::path::Path;

use super::faults::Faults;
use super::folder::Folder;
use super::sheet::{self, Cell, Header, Row};
use super::{damage, nearest};
use crate::domain::case::{BarrierGroup, ConditionGroups, ListedCondition};
use crate::domain::mapping::Position;
use crate::problem::Problem;
use crate::problem::area::tables as entry;

/// The name of the table, in the root folder of all tables.
pub const FILE: &str = "condition-groups.csv";
pub(super) const HEADER: Header = &["code", "display", "group", "comment"];

/// How the table was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Found {
    /// It is not there.
    #[default]
    Missing,
    /// It was read; single rows may have faults.
    Read,
    /// It is there, and nothing of it can be used.
    Unreadable,
}

/// Reads the table under a root, and tells everything that is wrong with it.
pub(super) fn load(root: &Path) -> (ConditionGroups, Found, Vec<Problem>) {
    let mut faults = Faults::new("");
    let (groups, found) = read(root, &mut faults);
    (groups, found, faults.into_all())
}

fn read(root: &Path, faults: &mut Faults) -> (ConditionGroups, Found) {
    if !root.join(FILE).exists() {
        let detail = format!(
            "the file is not there: every condition is read as group \"not-known\"; its first \
             line is: {}",
            HEADER.join(",")
        );
        faults.warn(&entry::FILE_MISSING, FILE, (1, 1), detail);
        return (ConditionGroups::default(), Found::Missing);
    }
    let mut folder = Folder::default();
    folder.take(root, FILE.to_owned(), faults);
    let rows = compile(&folder, faults);
    if !rows.is_empty() {
        return (ConditionGroups::new(rows, folder.digest()), Found::Read);
    }
    if faults.tell_of(FILE) {
        return (ConditionGroups::default(), Found::Unreadable);
    }
    let detail = "the table lists no code: every condition is read as group \"not-known\"";
    faults.warn(&entry::VALUE_MISSING, FILE, (1, 1), detail);
    let groups = ConditionGroups::new(Vec::new(), folder.digest());
    (groups, Found::Read)
}

/// A table that was there and is gone was taken away by mistake or is being written just now:
/// it is told as a fault, since what is in use does not lie there any more.
pub(super) fn tell_gone(problems: &mut Vec<Problem>) {
    problems.retain(|problem| !is_missing(problem));
    let mut faults = Faults::new("");
    let detail = "the file was there and is gone: put it back; a table that is to list nothing \
                  keeps its first line";
    faults.add(&entry::FILE_MISSING, FILE, (1, 1), detail);
    problems.extend(faults.into_all());
}

fn is_missing(problem: &Problem) -> bool {
    let path = problem.path.as_deref().unwrap_or_default();
    problem.entry == &entry::FILE_MISSING && path.starts_with(FILE)
}

/// The rows that are sound.
fn compile(folder: &Folder, faults: &mut Faults) -> Vec<ListedCondition> {
    let mut seen: Vec<(ListedCondition, Position)> = Vec::new();
    let mut torn: Vec<(&'static str, String)> = Vec::new();
    for row in sheet::rows(folder, FILE, HEADER, faults) {
        let Some(listed) = listed(&row, faults) else {
            continue;
        };
        let same = |one: &&(ListedCondition, Position)| {
            (one.0.alias, &one.0.code) == (listed.alias, &listed.code)
        };
        let Some((first, at)) = seen.iter().find(same) else {
            seen.push((listed, row.position()));
            continue;
        };
        let cell = row.cell("code");
        if first.group == listed.group {
            let detail = format!("\"{}\" is at {at} too", cell.text);
            cell.fault(&entry::SAID_TWICE, detail, faults);
            continue;
        }
        let detail = format!(
            "\"{}\" is {} here and {} at {at}; neither counts",
            cell.text,
            listed.group.code(),
            first.group.code()
        );
        cell.fault(&entry::SAID_TWICE, detail, faults);
        torn.push((listed.alias, listed.code));
    }
    let rows = seen.into_iter().map(|(listed, _)| listed);
    rows.filter(|row| !torn.iter().any(|(a, c)| (*a, c) == (row.alias, &row.code)))
        .collect()
}

/// The words of the column `group`: every group but `not-known`, which is what no row says.
pub(super) fn words() -> Vec<(BarrierGroup, &'static str)> {
    let all = BarrierGroup::ALL.iter().copied();
    all.filter(|(group, _)| *group != BarrierGroup::NotKnown)
        .collect()
}

fn listed(row: &Row, faults: &mut Faults) -> Option<ListedCondition> {
    let code = code(&row.cell("code"), faults);
    let group = row.cell("group").word(&words(), faults);
    let (alias, code) = code?;
    Some(ListedCondition {
        alias,
        code,
        group: group?,
    })
}

/// `alias|code`.
fn code(cell: &Cell<'_>, faults: &mut Faults) -> Option<(&'static str, String)> {
    let text = cell.filled(faults)?;
    let Some((system, code)) = text.split_once('|') else {
        cell.shape("write alias|code, as in sct|928000", faults);
        return None;
    };
    let aliases = ConditionGroups::ALIASES;
    let Some(alias) = aliases.iter().find(|alias| **alias == system) else {
        let detail = format!(
            "code: the system before \"|\": {}",
            nearest::suggestion(system, aliases)
        );
        cell.fault(&entry::UNKNOWN_WORD, detail, faults);
        return None;
    };
    let wrong = match *alias {
        "sct" => damage::of_snomed(code),
        _ if damage::is_icd10(code) => None,
        _ => Some("a code of ICD-10 is written as in icd10|M54.5"),
    };
    if let Some(says) = wrong {
        cell.shape(says, faults);
        return None;
    }
    Some((alias, code.to_owned()))
}
