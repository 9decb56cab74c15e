//! `area.toml` and `routing.csv`.

use super::faults::Faults;
use super::folder::Folder;
use super::head::{Head, Schema};
use super::sheet::{self, Header};
use crate::domain::routing::{Area, Listed, TieRule};
use crate::problem::area::tables as entry;

const SCHEMA: Schema = &[("", &["name", "icb", "tie"])];
const ROUTING: Header = &["provider", "priority", "from", "to", "comment"];

/// Compiles an area. `None` when its head cannot be read.
pub(super) fn compile(slug: &str, folder: &Folder, faults: &mut Faults) -> Option<Area> {
    let text = folder.text("area.toml", faults)?;
    let head = Head::read("area.toml", text, SCHEMA, faults);
    let tie = head.word_or("", "tie", TieRule::ALL, TieRule::None, faults);
    let mut providers = routing(folder, tie, faults);
    providers.sort_by_key(|listed| (listed.priority, listed.position.line));
    Some(Area {
        slug: slug.to_owned(),
        name: head.filled("", "name", faults)?,
        icb: head.text("", "icb", faults).map(|code| code.to_uppercase()),
        tie,
        providers,
    })
}

fn routing(folder: &Folder, tie: TieRule, faults: &mut Faults) -> Vec<Listed> {
    let mut listed: Vec<Listed> = Vec::new();
    for row in sheet::rows(folder, "routing.csv", ROUTING, faults) {
        let cell = row.cell("provider");
        let provider = cell.filled(faults).map(str::to_owned);
        let priority = row.cell("priority").number(faults);
        let validity = row.validity(faults);
        let (Some(provider), Some(priority)) = (provider, priority) else {
            continue;
        };
        if let Some(first) = listed.iter().find(|seen| seen.provider == provider) {
            let detail = format!("\"{provider}\" is listed at {} too", first.position);
            cell.fault(&entry::SAID_TWICE, detail, faults);
            continue;
        }
        let equal = listed.iter().find(|seen| seen.priority == priority);
        if let Some(first) = equal.filter(|_| tie == TieRule::FirstListed) {
            let detail = format!(
                "priority {priority} is given at {} too; with tie = \"first-listed\" each has its own",
                first.position
            );
            row.cell("priority")
                .fault(&entry::SAID_TWICE, detail, faults);
        }
        listed.push(Listed {
            provider,
            priority,
            validity,
            position: row.position(),
        });
    }
    listed
}

/// Compares the rows with the folders: a row without a folder is a fault, a folder
/// without a row a warning.
pub(super) fn compare(area: &Area, folders: &[String], faults: &mut Faults) {
    for listed in &area.providers {
        if !folders.contains(&listed.provider) {
            let detail = format!("\"{}\" has no folder", listed.provider);
            let place = (listed.position.line, 1);
            faults.add(&entry::NOT_LISTED, "routing.csv", place, detail);
        }
    }
    for folder in folders {
        if !area
            .providers
            .iter()
            .any(|listed| listed.provider == *folder)
        {
            let detail = format!("the folder \"{folder}\" has no row; nobody is routed to it");
            faults.warn(&entry::NOT_LISTED, "routing.csv", (1, 1), detail);
        }
    }
}
