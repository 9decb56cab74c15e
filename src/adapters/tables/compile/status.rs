//! `status.csv`.

use crate::adapters::tables::faults::Faults;
use crate::adapters::tables::folder::Folder;
use crate::adapters::tables::nearest;
use crate::adapters::tables::sheet::{self, Header, Row};
use crate::domain::mapping::{StatusWord, StatusWords};
use crate::domain::status::{ClosureReason, Status, Visibility};
use crate::problem::area::tables as entry;

pub(super) const FILE: &str = "status.csv";
pub(super) const HEADER: Header = &["word", "status", "closure_reason", "visibility", "comment"];
pub(super) const VISIBILITIES: &[(Visibility, &str)] = &[
    (Visibility::Nothing, "nothing"),
    (Visibility::Codes, "codes"),
    (Visibility::Summary, "summary"),
];

pub(super) fn compile(folder: &Folder, faults: &mut Faults) -> StatusWords {
    let statuses: Vec<(Status, &str)> = Status::ALL
        .iter()
        .filter(|status| status.is_providers_to_report())
        .map(|status| (*status, status.code()))
        .collect();
    let mut words: Vec<StatusWord> = Vec::new();
    let rows = sheet::rows(folder, FILE, HEADER, faults);
    // What a table that cannot be read lacks is nothing to tell of.
    let is_unread = rows.is_empty() && (!folder.has(FILE) || faults.tell_of(FILE));
    for row in rows {
        let cell = row.cell("word");
        let word = cell.filled(faults);
        let status = row.cell("status").word(&statuses, faults);
        let visibility = row.cell("visibility").word(VISIBILITIES, faults);
        let closure = status.and_then(|status| closure(&row, status, faults));
        let (Some(word), Some(status), Some(visibility)) = (word, status, visibility) else {
            continue;
        };
        let same = |seen: &&StatusWord| StatusWords::fold(&seen.word) == StatusWords::fold(word);
        if let Some(first) = words.iter().find(same) {
            let detail = format!("\"{word}\" is at {} too", first.position);
            cell.fault(&entry::SAID_TWICE, detail, faults);
            continue;
        }
        words.push(StatusWord {
            word: word.to_owned(),
            status,
            closure,
            visibility,
            position: row.position(),
        });
    }
    if !is_unread {
        check_total(&words, faults);
    }
    StatusWords::new(words)
}

/// Whether a word for this status says why.
pub(super) const fn needs_reason(status: Status) -> bool {
    matches!(
        status,
        Status::Completed | Status::ClosedNotEngaged | Status::Declined
    )
}

/// A status that ends a case by the provider says why; one that does not has no reason.
fn closure(row: &Row, status: Status, faults: &mut Faults) -> Option<ClosureReason> {
    let cell = row.cell("closure_reason");
    if cell.text.is_empty() {
        if needs_reason(status) {
            cell.filled(faults);
        }
        return None;
    }
    if !status.is_terminal() {
        cell.shape(
            "a status that does not end the case has no closure reason",
            faults,
        );
        return None;
    }
    let reason = ClosureReason::from_code(cell.text);
    if reason.is_none() {
        let said = nearest::suggestion(cell.text, ClosureReason::ALL);
        cell.fault(
            &entry::UNKNOWN_WORD,
            format!("closure_reason: {said}"),
            faults,
        );
    }
    let fitting = ClosureReason::fitting(status);
    if let Some(found) = reason.filter(|reason| !fitting.contains(&reason.code())) {
        let detail = format!(
            "closure_reason: found \"{}\", which does not go with the status \"{}\"; with it go: {}",
            found.code(),
            status.code(),
            fitting.join(", ")
        );
        let position = row.position();
        faults.warn(&entry::UNKNOWN_WORD, FILE, (position.line, 3), detail);
    }
    reason
}

/// A provider that cannot say that it takes, ends or declines a case leaves the referrer
/// without an end.
fn check_total(words: &[StatusWord], faults: &mut Faults) {
    for status in [Status::Accepted, Status::Declined, Status::Completed] {
        if !words.iter().any(|word| word.status == status) {
            let detail = format!(
                "no word for the status \"{}\"; ask the provider for its word and add a row",
                status.code()
            );
            faults.add(&entry::VALUE_MISSING, FILE, (1, 1), detail);
        }
    }
}
