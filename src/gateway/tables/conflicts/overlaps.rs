//! People whom two providers serve, and no rule chooses.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::facts::both_take;
use super::{Served, decide, undecided};
use crate::adapters::tables::Loaded;
use crate::problem::Problem;
use crate::problem::area::tables_in_use as entry;

/// Several providers and the places at which they meet.
struct Meeting {
    slugs: Vec<String>,
    example: String,
    count: usize,
}

/// One finding for every set of providers among which nothing chooses.
pub(super) fn find(loaded: &Loaded, served: &[Served], today: Date) -> Vec<Problem> {
    let representatives = representatives(served);
    let practices = || representatives.iter().filter(|one| one.place.is_practice());
    let homes = || {
        representatives
            .iter()
            .filter(|one| !one.place.is_practice())
    };
    let mut meetings: BTreeMap<Vec<String>, Meeting> = BTreeMap::new();
    let mut meet = |one: Option<&Served>, other: Option<&Served>| {
        let places = [one, other].map(|served| served.map(|served| &served.place));
        let Some(slugs) = undecided(&decide(loaded, places[0], places[1], today)) else {
            return;
        };
        let words = places.iter().flatten().map(|place| place.words());
        let example = words.collect::<Vec<String>>().join(" and ");
        let meeting = meetings.entry(slugs.clone()).or_insert(Meeting {
            slugs,
            example,
            count: 0,
        });
        meeting.count += 1;
    };
    for practice in practices() {
        meet(Some(practice), None);
    }
    for home in homes() {
        meet(Some(home), None);
    }
    // Who is registered here and lives there.
    for practice in practices().filter(|one| !one.by.is_empty()) {
        for home in homes().filter(|one| !one.by.is_empty()) {
            meet(Some(practice), Some(home));
        }
    }
    meetings
        .into_values()
        .map(|meeting| finding(loaded, &meeting, today))
        .collect()
}

/// One place for all that the same providers serve by the same.
fn representatives(served: &[Served]) -> Vec<&Served> {
    let mut first: BTreeMap<(bool, &[(String, &'static str)]), &Served> = BTreeMap::new();
    for one in served {
        let key = (one.place.is_practice(), one.by.as_slice());
        first.entry(key).or_insert(one);
    }
    first.into_values().collect()
}

fn finding(loaded: &Loaded, meeting: &Meeting, today: Date) -> Problem {
    let providers: Vec<_> = meeting
        .slugs
        .iter()
        .filter_map(|slug| loaded.provider(slug))
        .collect();
    let pair_meets = providers.iter().enumerate().any(|(index, one)| {
        let others = &providers[index + 1..];
        others.iter().any(|other| both_take(one, other, today))
    });
    let when = if pair_meets {
        ""
    } else {
        "; their eligibility keeps them apart, and only a referral that leaves those facts out is \
         refused"
    };
    let detail = format!(
        "{} each serve a person with {}{when}",
        meeting.slugs.join(" and "),
        meeting.example
    );
    let problem = Problem::new(&entry::OVERLAP)
        .at(place(loaded, &meeting.slugs))
        .with(detail);
    if pair_meets {
        problem
    } else {
        problem.as_warning()
    }
}

/// The row of the last of them, where an analyst would begin.
fn place(loaded: &Loaded, slugs: &[String]) -> String {
    let rows = loaded.areas.iter().flat_map(|area| {
        let listed = area.providers.iter();
        listed.map(move |row| (area.slug.as_str(), row))
    });
    let last = rows.filter(|(_, row)| slugs.contains(&row.provider)).last();
    match last {
        Some((area, row)) => format!("{area}/routing.csv:{}:1", row.position.line),
        None => "routing.csv:1:1".to_owned(),
    }
}
