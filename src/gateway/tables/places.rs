//! Where tables and places meet: what a person's place is, which providers are closed, and
//! which rows name what the installed places do not have.

use std::sync::Arc;

use jiff::civil::Date;

use crate::adapters::places::Places;
use crate::adapters::tables::Loaded;
use crate::domain::case::Referral;
use crate::domain::organisation::Lineage;
use crate::domain::provider::Provider;
use crate::domain::routing::{CatchmentKind, CatchmentRow, Subject};
use crate::problem::Problem;
use crate::problem::area::places as entry;

/// The person as on the day of the referral, with what is known of their place on the day of the
/// decision. Never of a restricted person.
pub fn subject_of<'a>(
    places: &Places,
    referral: &'a Referral,
    referred_on: Date,
    decided_on: Date,
) -> Subject<'a> {
    let person = &referral.person;
    let (postcode, practice) = (person.address.postcode.as_ref(), person.practice.as_ref());
    let found = places.whereabouts(postcode, practice, decided_on);
    Subject {
        referral,
        referred_on,
        decided_on,
        residence: found.residence,
        practice: found.practice,
        successions: found.successions,
    }
}

/// The providers with the last days of their organisations.
#[must_use]
pub fn with_closings(mut loaded: Loaded, places: &Places) -> Loaded {
    for provider in &mut loaded.providers {
        let organisation = provider
            .ods
            .as_ref()
            .and_then(|code| places.organisation(code.as_str()));
        if let Some(closed) = organisation.and_then(|found| found.closed) {
            Arc::make_mut(provider).closed = Some(closed);
        }
    }
    loaded
}

/// What the tables ask of the places and do not get: rows whose data is not installed,
/// former and unknown codes, closed providers. All of them are warnings.
pub fn of_places(providers: &[Arc<Provider>], places: &Places, today: Date) -> Vec<Problem> {
    let mut found = Vec::new();
    for provider in providers {
        of_provider(provider, places, today, &mut found);
        let mut told: Vec<CatchmentKind> = Vec::new();
        for row in provider.catchment.rows() {
            let place = format!("{}/{}/{}", provider.area, provider.slug, row.position);
            match places.lacks(row.kind) {
                // Once a kind: every row of it has the same lack.
                Some(_) if told.contains(&row.kind) => {}
                Some(lack) => {
                    told.push(row.kind);
                    let detail = format!("kind {}: {lack}", row.kind.code());
                    let problem = Problem::new(&entry::NOT_INSTALLED).at(format!("{place}:1"));
                    found.push(problem.with(detail));
                }
                None => found.extend(
                    of_code(row, places, today).map(|problem| problem.at(format!("{place}:2"))),
                ),
            }
        }
    }
    found.into_iter().map(Problem::as_warning).collect()
}

fn of_provider(provider: &Provider, places: &Places, today: Date, found: &mut Vec<Problem>) {
    let Some(code) = &provider.ods else {
        return;
    };
    let place = format!("{}/{}/provider.toml:1:1", provider.area, provider.slug);
    let organisation = places.organisation(code.as_str());
    let closed = organisation
        .as_ref()
        .and_then(|organisation| organisation.closed);
    if let Some(closed) = closed.filter(|closed| *closed < today) {
        let detail = match places.lineage(code.as_str(), today) {
            Lineage::Now(current) => {
                format!("ods: {code} closed on {closed}; {current} carries it on")
            }
            Lineage::Itself | Lineage::Unclear => format!("ods: {code} closed on {closed}"),
        };
        found.push(Problem::new(&entry::PROVIDER_CLOSED).at(place).with(detail));
    } else if organisation.is_none() && places.knows_all_organisations() {
        let detail = format!("ods: {code} is not among the installed organisations");
        found.push(Problem::new(&entry::UNKNOWN_CODE).at(place).with(detail));
    }
}

fn of_code(row: &CatchmentRow, places: &Places, today: Date) -> Option<Problem> {
    let names_organisation = matches!(
        row.kind,
        CatchmentKind::Practice | CatchmentKind::Pcn | CatchmentKind::Icb
    );
    if !names_organisation {
        return None;
    }
    let code = &row.code;
    match places.lineage(code, today) {
        Lineage::Now(current) => {
            let detail = format!("code: {code} lives on as {current}; write {current}");
            Some(Problem::new(&entry::SUCCEEDED).with(detail))
        }
        Lineage::Unclear => {
            let detail = format!("code: {code} was split, or its successors run in a circle");
            Some(Problem::new(&entry::UNCLEAR).with(detail))
        }
        Lineage::Itself => {
            let is_unknown =
                places.knows_all_organisations() && places.organisation(code).is_none();
            let detail = || format!("code: {code} is not among the installed organisations");
            is_unknown.then(|| Problem::new(&entry::UNKNOWN_CODE).with(detail()))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use jiff::civil::date;

    use super::*;
    use crate::adapters::tables::load;
    use crate::domain::identifiers::OdsCode;
    use crate::domain::mapping::sample;
    use crate::domain::routing::{Outcome, Standing, decide_both_ways};
    use crate::testing::package;

    const BEFORE: Date = date(2026, 3, 31);
    const TODAY: Date = date(2026, 11, 20);
    /// Open from before the closings of the synthetic organisations.
    const OPEN: &[(&str, &str)] = &[("2026-04-01", "2026-01-01")];

    /// The committed folders with these words replaced in every file.
    fn tables(changes: &[(&str, &str)]) -> (tempfile::TempDir, Loaded) {
        let root = tempfile::tempdir().expect("a folder");
        copy(&package("mappings"), root.path(), changes);
        let loaded = with_closings(load(root.path()), &Places::synthetic());
        (root, loaded)
    }

    fn copy(from: &Path, to: &Path, changes: &[(&str, &str)]) {
        for found in fs::read_dir(from).expect("a folder") {
            let path = found.expect("an entry").path();
            let to = to.join(path.file_name().expect("a name"));
            if path.is_dir() {
                fs::create_dir_all(&to).expect("a folder");
                copy(&path, &to, changes);
                continue;
            }
            let mut text = fs::read_to_string(&path).expect("text");
            for (was, is) in changes {
                text = text.replace(was, is);
            }
            fs::write(&to, text).expect("a file");
        }
    }

    /// Who gets a person of this practice, who lives nowhere that is known, and what the
    /// rows that take in say.
    fn routed(loaded: &Loaded, practice: &str, day: Date) -> (Option<String>, Vec<String>) {
        let mut referral = sample::referral();
        referral.person.address.postcode = None;
        referral.person.practice = OdsCode::parse(practice);
        let places = Places::synthetic();
        let subject = subject_of(&places, &referral, day, day);
        let decision = decide_both_ways(&subject, &[], &loaded.areas, &loaded.providers);
        let verdicts = decision.considered.iter().flat_map(|one| &one.verdicts);
        let said = verdicts.map(|verdict| verdict.what.to_string()).collect();
        match decision.outcome {
            Outcome::One { slug, .. } => (Some(slug), said),
            _ => (None, said),
        }
    }

    #[test]
    fn a_person_of_a_merged_practice_is_served_as_one_of_its_successor() {
        let (_root, loaded) = tables(OPEN);
        assert_eq!(
            routed(&loaded, "Y99008", TODAY).0.as_deref(),
            Some("lantern")
        );
        assert_eq!(routed(&loaded, "Y99008", BEFORE).0, None);
    }

    #[test]
    fn a_table_that_names_the_former_code_goes_on_and_says_what_it_is_read_as() {
        let changes = [OPEN[0], ("practice,Y99002", "practice,Y99008")];
        let (_root, loaded) = tables(&changes);
        let (slug, said) = routed(&loaded, "Y99002", TODAY);
        assert_eq!(slug.as_deref(), Some("lantern"));
        assert!(
            said.contains(&"practice Y99008, now Y99002".to_owned()),
            "{said:?}"
        );
        assert_eq!(routed(&loaded, "Y99002", BEFORE).0, None);
        let found = of_places(&loaded.providers, &Places::synthetic(), TODAY);
        let told: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert!(
            told.iter().any(|text| text.contains("WW-PLC-009")
                && text.contains("lantern/catchment.csv:3:2")
                && text.contains("write Y99002")),
            "{told:?}"
        );
        assert!(found.iter().all(|problem| problem.warning));
    }

    #[test]
    fn a_former_board_of_a_table_is_the_board_that_carries_it_on() {
        let changes = [OPEN[0], ("practice,Y99002", "icb,QZV")];
        let (_root, loaded) = tables(&changes);
        let (slug, said) = routed(&loaded, "Y99002", TODAY);
        assert_eq!(slug.as_deref(), Some("lantern"), "{said:?}");
        assert!(said.contains(&"icb QZV, now QZX".to_owned()), "{said:?}");
    }

    #[test]
    fn nothing_goes_to_a_provider_whose_organisation_is_closed() {
        let changes = [
            OPEN[0],
            ("name = \"Lantern\"", "name = \"Lantern\"\nods = \"Y99008\""),
        ];
        let (_root, loaded) = tables(&changes);
        assert_eq!(
            routed(&loaded, "Y99002", BEFORE).0.as_deref(),
            Some("lantern")
        );
        let mut referral = sample::referral();
        referral.person.practice = OdsCode::parse("Y99002");
        let subject = subject_of(&Places::synthetic(), &referral, TODAY, TODAY);
        let decision = decide_both_ways(&subject, &[], &loaded.areas, &loaded.providers);
        let lantern = decision.considered.iter().find(|one| one.slug == "lantern");
        let standing = lantern.map(|one| one.result.clone());
        assert!(
            matches!(standing, Some(Standing::Unavailable(why)) if why.code() == "organisation-closed"),
            "{standing:?}"
        );
        let found = of_places(&loaded.providers, &Places::synthetic(), TODAY);
        let told: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert!(
            told.iter()
                .any(|text| text.contains("WW-PLC-013") && text.contains("Y99002 carries")),
            "{told:?}"
        );
    }

    #[test]
    fn the_committed_tables_ask_for_nothing_that_the_synthetic_places_lack() {
        let (_root, loaded) = tables(&[]);
        let found = of_places(&loaded.providers, &Places::synthetic(), TODAY);
        assert_eq!(found, []);
    }
}
