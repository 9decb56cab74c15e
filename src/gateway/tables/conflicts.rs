//! Where tables disagree with each other or with the places that are installed: people
//! whom two providers serve and no rule chooses, places that nobody serves, rows that
//! never decide, codes that a list does not know, fields that nobody takes.
//!
//! It asks the routing itself about a person of whom nothing is known but a place: what
//! is missing never refuses, so that this person meets every provider of the place.

mod facts;
mod overlaps;
mod stranger;
mod unmet;
mod unused;

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;

use super::subject_of;
use crate::adapters::places::Places;
use crate::adapters::tables::{Loaded, load};
use crate::domain::routing::{
    Area, Decision, Outcome, PracticeFacts, Residence, Standing, decide_with,
};
use crate::problem::Problem;
use crate::problem::area::{tables as table_entry, tables_in_use as entry};
use stranger::Place;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Conflicts {
    /// Findings, by file and line.
    pub findings: Vec<Problem>,
    /// How many practices and homes of the files were asked about.
    pub places: usize,
    /// How many providers the areas list.
    pub providers: usize,
}

/// A place, and which providers serve it by what.
struct Served {
    place: Place,
    /// Slug and basis of each, in the area's order; empty where nobody serves it.
    by: Vec<(String, &'static str)>,
}

/// Examples shown of many places.
const EXAMPLES: usize = 5;

/// Looks for every conflict of the tables under a folder.
///
/// # Errors
///
/// Every fault of the places.
pub fn conflicts(mappings: &Path, places: &Path, today: Date) -> Result<Conflicts, Vec<Problem>> {
    let places = Places::open(places)?;
    let loaded = load(mappings);
    let served = survey(&loaded, &places, today);
    let mut findings = overlaps::find(&loaded, &places, &served, today);
    findings.extend(gaps(&loaded, &served));
    findings.extend(unreached(&loaded, &served, today));
    findings.extend(unmet::find(&loaded, &places, &served, today));
    findings.extend(unused::codes(&loaded));
    findings.extend(unused::fields(&loaded));
    findings.extend(
        loaded
            .problems
            .iter()
            .filter(|one| one.warning && never_decides(one))
            .cloned(),
    );
    // What could not be read was not asked about, and may be in conflict with anything.
    findings.extend(loaded.faults());
    findings.extend(super::check::no_area(&loaded, mappings));
    findings.sort_by_cached_key(super::check::place);
    Ok(Conflicts {
        findings,
        places: served.len(),
        providers: loaded.areas.iter().map(|area| area.providers.len()).sum(),
    })
}

/// Rows that the loader found to stand behind others.
fn never_decides(found: &Problem) -> bool {
    found.entry == &table_entry::ROW_UNUSED
}

/// Who serves each place.
fn survey(loaded: &Loaded, places: &Places, today: Date) -> Vec<Served> {
    let practices = places.practices(today).into_iter().map(Place::Practice);
    let homes = places.homes().into_iter();
    let homes = homes.map(|(postcode, residence)| Place::Home(postcode, residence));
    practices
        .chain(homes)
        .map(|place| {
            let decision = decide(loaded, places, [Some(&place), None], today);
            Served {
                by: matches(&decision),
                place,
            }
        })
        .collect()
}

/// What the routing says of a person of whom these places are known and nothing else.
fn decide(loaded: &Loaded, places: &Places, of: [Option<&Place>; 2], today: Date) -> Decision {
    let mut referral = stranger::referral();
    for place in of.into_iter().flatten() {
        match place {
            Place::Practice(facts) => {
                referral.person.practice = Some(facts.ods.clone());
            }
            Place::Home(postcode, _) => {
                referral.person.address.postcode = Some(postcode.clone());
            }
        }
    }
    let subject = subject_of(places, &referral, today, today);
    decide_with(&subject, &[], &loaded.offers())
}

fn matches(decision: &Decision) -> Vec<(String, &'static str)> {
    let considered = decision.considered.iter();
    considered
        .filter_map(|one| match &one.result {
            Standing::Match { basis, .. } => Some((one.slug.clone(), basis.code())),
            _ => None,
        })
        .collect()
}

/// Who chooses nobody, by the slugs that serve the person.
fn undecided(decision: &Decision) -> Option<Vec<String>> {
    match &decision.outcome {
        Outcome::Several { slugs } => {
            let mut slugs = slugs.clone();
            slugs.sort_unstable();
            Some(slugs)
        }
        _ => None,
    }
}

/// Places of an area's board that nobody serves, one finding an area and kind.
fn gaps(loaded: &Loaded, served: &[Served]) -> Vec<Problem> {
    let mut findings = Vec::new();
    let is_whole = |area: &Area| {
        let mut listed = area.providers.iter();
        listed.all(|row| loaded.provider(&row.provider).is_some())
    };
    let areas = loaded.areas.iter();
    // Whom a provider serves whose tables cannot be read nobody knows.
    for area in areas.filter(|area| area.icb.is_some() && is_whole(area)) {
        let unserved = served
            .iter()
            .filter(|one| one.by.is_empty() && board_of(&one.place) == area.icb.as_ref());
        let mut by_kind: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for one in unserved {
            let named = by_kind.entry(one.place.kind()).or_default();
            let name = one.place.name();
            if named.last() != Some(&name) {
                named.push(name);
            }
        }
        for (kind, mut names) in by_kind {
            names.sort_unstable();
            names.dedup();
            findings.push(gap(area, kind, &names));
        }
    }
    findings
}

fn gap(area: &Area, kind: &str, names: &[String]) -> Problem {
    let shown = names.iter().take(EXAMPLES).cloned();
    let shown: Vec<String> = shown.collect();
    let more = match names.len().saturating_sub(EXAMPLES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let detail = format!("nobody serves {kind} {}{more}", shown.join(", "));
    Problem::new(&entry::GAP)
        .at(format!("{}/routing.csv:1:1", area.slug))
        .with(detail)
        .as_warning()
}

fn board_of(place: &Place) -> Option<&String> {
    match place {
        Place::Practice(PracticeFacts { icb, .. }) | Place::Home(_, Residence { icb, .. }) => {
            icb.as_ref()
        }
    }
}

/// Providers that are listed and open, and that no installed place reaches.
fn unreached(loaded: &Loaded, served: &[Served], today: Date) -> Vec<Problem> {
    let reached = |slug: &str| {
        let mut served = served.iter().flat_map(|one| &one.by);
        served.any(|(known, _)| known == slug)
    };
    let mut findings = Vec::new();
    for area in &loaded.areas {
        for row in &area.providers {
            let provider = loaded.provider(&row.provider);
            let open = provider.is_some_and(|found| found.may_receive(today).is_ok());
            if open && row.validity.holds_on(today) && !reached(&row.provider) {
                let detail = format!(
                    "\"{}\": no practice and no home of the installed files is in its catchment",
                    row.provider
                );
                let place = format!("{}/routing.csv:{}:1", area.slug, row.position.line);
                let found = Problem::new(&table_entry::ROW_UNUSED).at(place);
                findings.push(found.with(detail).as_warning());
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests;
