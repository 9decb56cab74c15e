//! The few providers that have a row about a person's place, found without looking at the
//! others: of hundreds that a gateway serves, a home and a practice concern a few.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Area, CatchmentKind, Mode, Subject};
use crate::domain::identifiers::OdsCode;
use crate::domain::provider::Provider;

/// Listed providers by the codes of the catchment rows that take in. Made once for tables,
/// and good for these areas and providers only.
#[derive(Clone, Debug, Default)]
pub struct Shortlist {
    by_code: HashMap<String, Vec<Spot>>,
    everybody: Vec<Listing>,
}

/// An area by its index, and the index of a row of its `routing.csv`.
type Listing = (usize, usize);

#[derive(Clone, Copy, Debug)]
struct Spot {
    kind: CatchmentKind,
    listing: Listing,
}

impl Shortlist {
    /// Of these areas and providers.
    pub fn of(areas: &[Area], providers: &[Arc<Provider>]) -> Self {
        let known: HashMap<&str, &Provider> = providers
            .iter()
            .map(|provider| (provider.slug.as_str(), provider.as_ref()))
            .collect();
        let mut list = Self::default();
        for (index, area) in areas.iter().enumerate() {
            for (row, listed) in area.providers.iter().enumerate() {
                if let Some(provider) = known.get(listed.provider.as_str()) {
                    list.add(provider, (index, row));
                }
            }
        }
        list
    }

    fn add(&mut self, provider: &Provider, listing: Listing) {
        let rows = provider.catchment.rows().iter();
        for row in rows.filter(|row| row.mode == Mode::Include) {
            let kind = row.kind;
            match kind {
                CatchmentKind::Any => self.everybody.push(listing),
                CatchmentKind::Icb
                | CatchmentKind::La
                | CatchmentKind::Lsoa
                | CatchmentKind::Postcode
                | CatchmentKind::Practice
                | CatchmentKind::Pcn => {
                    let spots = self.by_code.entry(row.code.clone()).or_default();
                    spots.push(Spot { kind, listing });
                }
                // No referral says it: such a row takes nobody in.
                CatchmentKind::Jobcentre => {}
            }
        }
    }

    /// Whoever has a row that takes this person in on some day, in the order of the lists.
    pub(super) fn near(&self, subject: &Subject<'_>) -> Vec<Listing> {
        let mut near = self.everybody.clone();
        for_each_place(subject, &mut |kind, code| {
            let spots = self.by_code.get(code).into_iter().flatten();
            let spots = spots.filter(|spot| spot.kind == kind);
            near.extend(spots.map(|spot| spot.listing));
        });
        near.sort_unstable();
        near.dedup();
        near
    }
}

/// Every kind and code of a row to which the person belongs, see `catchment::touches`.
fn for_each_place(subject: &Subject<'_>, found: &mut dyn FnMut(CatchmentKind, &str)) {
    let person = &subject.referral.person;
    let (practice, home) = (subject.practice.as_ref(), subject.residence.as_ref());
    let organisations = [
        (
            CatchmentKind::Practice,
            person.practice.as_ref().map(OdsCode::as_str),
        ),
        (
            CatchmentKind::Pcn,
            practice.and_then(|found| found.pcn.as_deref()),
        ),
        (
            CatchmentKind::Icb,
            practice.and_then(|found| found.icb.as_deref()),
        ),
        (
            CatchmentKind::Icb,
            home.and_then(|found| found.icb.as_deref()),
        ),
    ];
    for (kind, code) in organisations {
        for name in code
            .into_iter()
            .flat_map(|c| subject.successions.names_of(c))
        {
            found(kind, name);
        }
    }
    let homes = [
        (
            CatchmentKind::La,
            home.and_then(|found| found.la.as_deref()),
        ),
        (
            CatchmentKind::Lsoa,
            home.and_then(|found| found.lsoa.as_deref()),
        ),
    ];
    for (kind, code) in homes {
        if let Some(code) = code {
            found(kind, code);
        }
    }
    let Some(postcode) = person.address.postcode.as_ref() else {
        return;
    };
    // The district, and from the sector on every beginning of the rest: `ZZ1`, `ZZ1 1`,
    // `ZZ1 1A`, `ZZ1 1AA`.
    let (district, whole) = (postcode.outward(), postcode.expose());
    found(CatchmentKind::Postcode, district);
    for end in district.len() + 2..=whole.len() {
        whole
            .get(..end)
            .into_iter()
            .for_each(|code| found(CatchmentKind::Postcode, code));
    }
}

/// The decision over all, after a shortlist was seen to give the same outcome.
#[cfg(test)]
pub fn decide_both_ways(
    subject: &Subject<'_>,
    loads: &[(String, crate::domain::provider::Load)],
    areas: &[Area],
    providers: &[Arc<Provider>],
) -> super::Decision {
    let shortlist = Shortlist::of(areas, providers);
    let offers = super::Offers {
        areas,
        damaged: &[],
        providers,
        shortlist: Some(&shortlist),
    };
    let of_few = super::decide_among(subject, loads, &offers);
    let of_all = super::decide_with(subject, loads, &offers);
    assert_eq!(of_few.outcome, of_all.outcome);
    // Whoever has to be counted is counted for both.
    let uncounted = |decision: &super::Decision| -> Vec<String> {
        let found = decision.uncounted(providers, loads);
        found.map(|provider| provider.slug.clone()).collect()
    };
    assert_eq!(uncounted(&of_few), uncounted(&of_all));
    of_all
}
