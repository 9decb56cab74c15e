//! `area.toml`, `routing.csv` and, where there are, `partners.csv` and `split.csv`.

mod split;

use super::faults::Faults;
use super::folder::Folder;
use super::head::{Head, Schema};
use super::sheet::{self, Header};
use crate::domain::mapping::Position;
use crate::domain::routing::{Area, Listed, Overflow, PartnerRoute, TieRule};
use crate::problem::area::tables as entry;

pub(super) const HEAD: &str = "area.toml";
pub(super) const SCHEMA: Schema = &[("", &["name", "icb", "tie"]), (OVERFLOW, &["*"])];
const OVERFLOW: &str = "overflow";
pub(super) const ROUTING: Header = &["provider", "priority", "from", "to", "comment"];

pub(super) use split::{FILE as SPLIT, HEADER as SPLIT_ROWS};

/// Only an area whose providers refer on has it.
pub(super) const PARTNERS: &str = "partners.csv";
pub(super) const PARTNER_ROUTES: Header = &[
    "provider",
    "partner",
    "consent_days",
    "from",
    "to",
    "comment",
];

/// Compiles an area. `None` when its head cannot be read.
pub(super) fn compile(slug: &str, folder: &Folder, faults: &mut Faults) -> Option<Area> {
    let text = folder.text(HEAD, faults)?;
    let head = Head::read(HEAD, text, SCHEMA, faults);
    let tie = head.word_or("", "tie", TieRule::ALL, TieRule::None, faults);
    let mut providers = routing(folder, tie, faults);
    providers.sort_by_key(|listed| (listed.priority, listed.position.line));
    Some(Area {
        slug: slug.to_owned(),
        name: head.filled("", "name", faults)?,
        icb: head.text("", "icb", faults).map(|code| code.to_uppercase()),
        tie,
        providers,
        partners: partners(folder, faults),
        splits: split::compile(folder, faults),
        overflow: overflow(&head, faults),
    })
}

/// `full = "the one who takes them"`, one line a provider.
fn overflow(head: &Head<'_>, faults: &mut Faults) -> Vec<Overflow> {
    let mut rows = Vec::new();
    for (provider, to, (line, column)) in head.all(OVERFLOW, faults) {
        if provider == to {
            let detail = format!(
                "overflow.{provider}: write another provider than the one that has no room"
            );
            faults.add(&entry::WRONG_SHAPE, HEAD, (line, column), detail);
            continue;
        }
        rows.push(Overflow {
            provider,
            to,
            position: Position::new(HEAD, line),
        });
    }
    rows
}

/// The rows that are sound: the area is used without the others, and each allows something.
/// Of two that speak of the same pair neither counts.
fn partners(folder: &Folder, faults: &mut Faults) -> Vec<PartnerRoute> {
    let mut routes: Vec<PartnerRoute> = Vec::new();
    let mut twice: Vec<Position> = Vec::new();
    if !folder.has(PARTNERS) {
        return routes;
    }
    for row in sheet::rows(folder, PARTNERS, PARTNER_ROUTES, faults) {
        let before = faults.count();
        let provider = row.cell("provider").filled(faults).map(str::to_owned);
        let cell = row.cell("partner");
        let partner = cell.filled(faults).map(str::to_owned);
        let consent_days = row.cell("consent_days").number(faults);
        let validity = row.validity(faults);
        let (Some(provider), Some(partner), Some(consent_days)) = (provider, partner, consent_days)
        else {
            continue;
        };
        if provider == partner {
            cell.shape("write another provider than the one that refers on", faults);
            continue;
        }
        let same = |route: &&PartnerRoute| route.provider == provider && route.partner == partner;
        if let Some(first) = routes.iter().find(same) {
            let detail = format!(
                "\"{provider}\" may refer on to \"{partner}\" at {} too",
                first.position
            );
            cell.fault(&entry::SAID_TWICE, detail, faults);
            twice.push(first.position.clone());
            continue;
        }
        if faults.count() > before {
            continue;
        }
        routes.push(PartnerRoute {
            provider,
            partner,
            consent_days,
            validity,
            position: row.position(),
        });
    }
    routes.retain(|route| !twice.contains(&route.position));
    routes
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
    // A row that cannot be read may be the one of a folder that has none.
    let is_unread = ["routing.csv", PARTNERS, SPLIT].map(|file| faults.tell_of(file));
    let is_unread = is_unread.contains(&true);
    let listed = area.providers.iter();
    let listed = listed.map(|row| ("routing.csv", row.position.line, &row.provider));
    let referring = area.partners.iter().flat_map(|row| {
        let line = row.position.line;
        [
            (PARTNERS, line, &row.provider),
            (PARTNERS, line, &row.partner),
        ]
    });
    let split = area.splits.iter().flat_map(|row| {
        let line = row.position.line;
        [(SPLIT, line, &row.hub), (SPLIT, line, &row.partner)]
    });
    let flowing = area.overflow.iter().flat_map(|row| {
        let line = row.position.line;
        [(HEAD, line, &row.provider), (HEAD, line, &row.to)]
    });
    for (file, line, provider) in listed.chain(referring).chain(split).chain(flowing) {
        if !folders.contains(provider) {
            let detail = format!("\"{provider}\" has no folder");
            faults.add(&entry::NOT_LISTED, file, (line, 1), detail);
        }
    }
    for row in &area.splits {
        if !area
            .providers
            .iter()
            .any(|listed| listed.provider == row.hub)
        {
            let detail = format!(
                "\"{}\" is not in routing.csv; nobody comes to be split",
                row.hub
            );
            faults.warn(&entry::ROW_UNUSED, SPLIT, (row.position.line, 1), detail);
        }
    }
    for folder in folders {
        let routed = area.providers.iter().any(|row| row.provider == *folder);
        let partner = area.partners.iter().any(|row| row.partner == *folder)
            || area.splits.iter().any(|row| row.partner == *folder)
            || area.overflow.iter().any(|row| row.to == *folder);
        if !routed && !partner && !is_unread {
            let detail = format!(
                "the folder \"{folder}\" has no row; nobody is routed to it or referred on to it"
            );
            faults.warn(&entry::NOT_LISTED, "routing.csv", (1, 1), detail);
        }
    }
}
