//! Rows of catchments and splits whose place is none of the installed ones: a code with a wrong
//! digit reads as well as a right one, and decides nothing.

use std::collections::{BTreeSet, HashSet};

use jiff::civil::Date;

use super::stranger::Place;
use super::{Loaded, Places, Served};
use crate::domain::identifiers::Postcode;
use crate::domain::organisation::Lineage;
use crate::domain::routing::{CatchmentKind, SplitBy};
use crate::problem::Problem;
use crate::problem::area::tables as entry;

/// Every place that a row can name, as it is written there.
#[derive(Default)]
struct Known<'a> {
    practices: HashSet<&'a str>,
    networks: HashSet<&'a str>,
    boards: HashSet<&'a str>,
    authorities: HashSet<&'a str>,
    /// Districts and sectors, and whatever of a postcode stands behind those.
    postcodes: HashSet<&'a str>,
    lsoas: BTreeSet<String>,
}

impl<'a> Known<'a> {
    fn of(served: &'a [Served], places: &Places) -> Self {
        let mut known = Self {
            lsoas: places.lsoas(),
            ..Self::default()
        };
        for one in served {
            match &one.place {
                Place::Practice(facts) => {
                    known.practices.insert(facts.ods.as_str());
                    known.networks.extend(facts.pcn.as_deref());
                    known.boards.extend(facts.icb.as_deref());
                }
                Place::Home(postcode, residence) => {
                    let (district, whole) = (postcode.outward(), postcode.expose());
                    let parts = (district.len() + 2..=whole.len()).filter_map(|to| whole.get(..to));
                    known.postcodes.insert(district);
                    known.postcodes.extend(parts);
                    known.authorities.extend(residence.la.as_deref());
                    known.boards.extend(residence.icb.as_deref());
                }
            }
        }
        known
    }

    /// Whether there is such a place; none where nothing of the kind is installed.
    fn has(&self, kind: CatchmentKind, code: &str, places: &Places) -> Option<bool> {
        if places.lacks(kind).is_some() {
            return None;
        }
        let among = |known: &HashSet<&str>| (!known.is_empty()).then(|| known.contains(code));
        match kind {
            CatchmentKind::Any | CatchmentKind::Jobcentre => None,
            CatchmentKind::Practice => among(&self.practices),
            CatchmentKind::Pcn => among(&self.networks),
            CatchmentKind::Icb => among(&self.boards),
            CatchmentKind::La => among(&self.authorities),
            CatchmentKind::Lsoa => (!self.lsoas.is_empty()).then(|| self.lsoas.contains(code)),
            // One postcode stands for its sector: a whole one is looked up.
            CatchmentKind::Postcode => among(&self.postcodes).map(|found| {
                let whole = Postcode::parse(code);
                found || whole.is_some_and(|code| places.residence(&code).is_some())
            }),
        }
    }
}

/// The rows of this day and later that name a place which is not there.
pub(super) fn find(
    loaded: &Loaded,
    places: &Places,
    served: &[Served],
    today: Date,
) -> Vec<Problem> {
    let known = Known::of(served, places);
    let is_unmet = |kind: CatchmentKind, code: &str| {
        let current = match places.lineage(code, today) {
            Lineage::Now(current) => current,
            Lineage::Itself | Lineage::Unclear => code.to_owned(),
        };
        known.has(kind, &current, places) == Some(false)
    };
    let is_over = |to: Option<Date>| to.is_some_and(|to| to < today);
    let mut findings = Vec::new();
    for provider in &loaded.providers {
        for row in provider.catchment.rows() {
            if !is_over(row.validity.to) && is_unmet(row.kind, &row.code) {
                let place = format!("{}/{}/{}:2", provider.area, provider.slug, row.position);
                findings.push(unmet(place, row.kind, &row.code));
            }
        }
    }
    for area in &loaded.areas {
        for row in &area.splits {
            let SplitBy::Place(kind) = row.by else {
                continue;
            };
            if !is_over(row.validity.to) && is_unmet(kind, &row.code) {
                let place = format!("{}/{}:4", area.slug, row.position);
                findings.push(unmet(place, kind, &row.code));
            }
        }
    }
    findings
}

fn unmet(place: String, kind: CatchmentKind, code: &str) -> Problem {
    let detail = format!(
        "code: no practice and no home of the installed files is of {} {code}; nobody is meant",
        kind.code()
    );
    let found = Problem::new(&entry::ROW_UNUSED).at(place);
    found.with(detail).as_warning()
}
