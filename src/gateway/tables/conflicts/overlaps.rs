//! People whom two providers serve, and no rule chooses.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::facts::both_take;
use super::{Served, decide, undecided};
use crate::adapters::places::Places;
use crate::adapters::tables::Loaded;
use crate::domain::routing::{Area, Listed};
use crate::problem::Problem;
use crate::problem::area::tables_in_use as entry;

/// Several providers and the places at which they meet.
struct Meeting {
    slugs: Vec<String>,
    example: String,
    count: usize,
}

/// One finding for every set of providers among which nothing chooses.
pub(super) fn find(
    loaded: &Loaded,
    places: &Places,
    served: &[Served],
    today: Date,
) -> Vec<Problem> {
    let representatives = representatives(served);
    let bare: Vec<Area> = loaded.areas.iter().map(without_rows).collect();
    let practices = || representatives.iter().filter(|one| one.place.is_practice());
    let homes = || {
        representatives
            .iter()
            .filter(|one| !one.place.is_practice())
    };
    let mut meetings: BTreeMap<Vec<String>, Meeting> = BTreeMap::new();
    let mut meet = |one: Option<&Served>, other: Option<&Served>| {
        let of = [one, other].map(|served| served.map(|served| &served.place));
        // Who serves neither place serves nobody who has both: an area of hundreds is asked
        // of a few.
        let few = among(loaded, &bare, [one, other]);
        if few.providers.len() < 2 {
            return;
        }
        let Some(slugs) = undecided(&decide(&few, places, of, today)) else {
            return;
        };
        let words = of.iter().flatten().map(|place| place.words());
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
    // Who is registered here and lives there, within one area.
    let mut between: BTreeMap<[String; 2], String> = BTreeMap::new();
    for practice in practices().filter(|one| !one.by.is_empty()) {
        for home in homes().filter(|one| !one.by.is_empty()) {
            match areas(loaded, practice, home) {
                None => meet(Some(practice), Some(home)),
                Some(pair) => {
                    let words = || format!("{} and {}", practice.place.words(), home.place.words());
                    between.entry(pair).or_insert_with(words);
                }
            }
        }
    }
    let within = meetings.into_values();
    let within = within.map(|meeting| finding(loaded, &meeting, today));
    let between = between
        .iter()
        .map(|(areas, example)| across(areas, example));
    within.chain(between).collect()
}

/// An area's own rules; its rows are many.
fn without_rows(area: &Area) -> Area {
    let mut bare = area.clone();
    bare.providers.clear();
    bare
}

/// The tables of those only who serve one of these places.
fn among(loaded: &Loaded, bare: &[Area], places: [Option<&Served>; 2]) -> Loaded {
    let served = places.into_iter().flatten().flat_map(|served| &served.by);
    let mut slugs: Vec<&str> = served.map(|(slug, _)| slug.as_str()).collect();
    slugs.sort_unstable();
    slugs.dedup();
    let areas = loaded.areas.iter().zip(bare).filter_map(|(area, bare)| {
        let rows = area.providers.iter();
        let rows = rows.filter(|row| slugs.contains(&row.provider.as_str()));
        let providers: Vec<Listed> = rows.cloned().collect();
        (!providers.is_empty()).then(|| Area {
            providers,
            ..bare.clone()
        })
    });
    let providers = slugs
        .iter()
        .filter_map(|slug| loaded.provider(slug).cloned());
    Loaded {
        areas: areas.collect(),
        providers: providers.collect(),
        ..Loaded::default()
    }
}

/// The two areas of a practice and a home that are served in one area each.
fn areas(loaded: &Loaded, practice: &Served, home: &Served) -> Option<[String; 2]> {
    let area = |served: &Served| {
        let mut areas = served.by.iter().filter_map(|(slug, _)| {
            let listed = |row: &Listed| row.provider == *slug;
            loaded
                .areas
                .iter()
                .find(|area| area.providers.iter().any(listed))
        });
        areas.next().map(|area| area.slug.clone())
    };
    let mut pair = [area(practice)?, area(home)?];
    pair.sort_unstable();
    (pair[0] != pair[1]).then_some(pair)
}

/// Between areas there is no tie rule: who lives in one and is registered in the other is
/// refused, and neither area's analyst can see why.
fn across([one, other]: &[String; 2], example: &str) -> Problem {
    let detail = format!(
        "{one} and {other}: a person with {example} is served in both, and between areas no rule \
         chooses"
    );
    Problem::new(&entry::OVERLAP)
        .at(format!("{other}/routing.csv:1:1"))
        .with(detail)
        .as_warning()
}

/// Whether it is a practice, and who serves it by what.
type Key<'s> = (bool, &'s [(String, &'static str)]);

/// One place for all that the same providers serve by the same.
fn representatives(served: &[Served]) -> Vec<&Served> {
    let mut first: BTreeMap<Key<'_>, &Served> = BTreeMap::new();
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
    let mut rows = loaded.areas.iter().flat_map(|area| {
        let listed = area.providers.iter();
        listed.map(move |row| (area.slug.as_str(), row))
    });
    let last = rows.rfind(|(_, row)| slugs.contains(&row.provider));
    match last {
        Some((area, row)) => format!("{area}/routing.csv:{}:1", row.position.line),
        None => "routing.csv:1:1".to_owned(),
    }
}
