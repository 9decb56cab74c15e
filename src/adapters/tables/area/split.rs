//! `split.csv`: how a hub's people are split over its partners.

use crate::adapters::tables::compile::catchment;
use crate::adapters::tables::faults::Faults;
use crate::adapters::tables::folder::Folder;
use crate::adapters::tables::nearest;
use crate::adapters::tables::sheet::{self, Cell, Header, Row};
use crate::domain::case::BarrierGroup;
use crate::domain::provider::Validity;
use crate::domain::routing::{SplitBy, SplitRow};
use crate::problem::area::tables as entry;

/// Only an area with a hub has it.
pub(in crate::adapters::tables) const FILE: &str = "split.csv";
pub(in crate::adapters::tables) const HEADER: Header =
    &["hub", "partner", "kind", "code", "from", "to", "comment"];

pub(super) fn compile(folder: &Folder, faults: &mut Faults) -> Vec<SplitRow> {
    let mut rows: Vec<SplitRow> = Vec::new();
    if !folder.has(FILE) {
        return rows;
    }
    for row in sheet::rows(folder, FILE, HEADER, faults) {
        let Some(read) = compile_row(&row, faults) else {
            continue;
        };
        let same = |seen: &&SplitRow| {
            seen.hub == read.hub
                && seen.by == read.by
                && seen.code == read.code
                && overlap(seen.validity, read.validity)
        };
        if let Some(first) = rows.iter().find(same) {
            let detail = if first.partner == read.partner {
                format!("{} says so too", first.position)
            } else {
                format!(
                    "{} gives the same people to \"{}\"; two partners are never chosen between",
                    first.position, first.partner
                )
            };
            row.cell("code").fault(&entry::SAID_TWICE, detail, faults);
            continue;
        }
        rows.push(read);
    }
    rows
}

fn compile_row(row: &Row, faults: &mut Faults) -> Option<SplitRow> {
    let hub = row.cell("hub").filled(faults).map(str::to_owned);
    let cell = row.cell("partner");
    let partner = cell.filled(faults).map(str::to_owned);
    let by = row.cell("kind").word(SplitBy::ALL, faults);
    let validity = row.validity(faults);
    let code = by.and_then(|by| code(by, &row.cell("code"), faults));
    let (hub, partner) = (hub?, partner?);
    if hub == partner {
        cell.shape(
            "write another provider than the hub; who has no partner stays with the hub",
            faults,
        );
        return None;
    }
    Some(SplitRow {
        hub,
        partner,
        by: by?,
        code: code?,
        validity,
        position: row.position(),
    })
}

/// The code in the form in which it is compared.
fn code(by: SplitBy, cell: &Cell<'_>, faults: &mut Faults) -> Option<String> {
    match by {
        SplitBy::Place(kind) => catchment::code(kind, cell, faults),
        SplitBy::Language => language(cell, faults),
        SplitBy::ConditionGroup => {
            let text = cell.filled(faults)?;
            let words = BarrierGroup::ALL.iter().map(|row| row.1);
            let words: Vec<&str> = words.filter(|word| *word != "not-known").collect();
            if !words.contains(&text) {
                let said = nearest::suggestion(text, &words);
                cell.fault(&entry::UNKNOWN_WORD, format!("code: {said}"), faults);
                return None;
            }
            Some(text.to_owned())
        }
    }
}

/// The code of a language without its alias, as a case's is compared: `ur` of `iso|ur`. The
/// codes are those of UK Core Human Language: ISO 639, with parts behind hyphens (BCP 47).
fn language(cell: &Cell<'_>, faults: &mut Faults) -> Option<String> {
    let text = cell.filled(faults)?.to_lowercase();
    let code = text.rsplit('|').next().unwrap_or_default().trim();
    let mut parts = code.split('-');
    let first = parts.next().unwrap_or_default();
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric());
    let is_code = (2..=3).contains(&first.len())
        && first.starts_with(|c: char| c.is_ascii_lowercase())
        && plain(first)
        && parts.all(|part| (1..=8).contains(&part.len()) && plain(part));
    if !is_code {
        cell.shape("write the code of a language, as in ur or iso|ur", faults);
        return None;
    }
    Some(code.to_owned())
}

/// Whether there is a day on which both count.
fn overlap(one: Validity, other: Validity) -> bool {
    let begins = |start: Validity, end: Validity| match (start.from, end.to) {
        (Some(from), Some(to)) => from <= to,
        _ => true,
    };
    begins(one, other) && begins(other, one)
}
