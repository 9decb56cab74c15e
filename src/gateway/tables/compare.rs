//! What a change of the tables changes: the golden cases of two folders, and stored cases,
//! through both.
//!
//! Of a golden case, which is of an invented person, values are told. Of a stored case only
//! which fields change: a value before and after would be a datum.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::Trial;
use super::prove::{REFERRAL, folders, tests_of};
use super::referral::{Days, Sample, read_sample};
use crate::adapters::store::{CaseFilter, CaseRow};
use crate::domain::caller::Caller;
use crate::domain::case::Case;
use crate::domain::clock::date_in_england;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::mapping::{Given, render};
use crate::domain::provider::Provider;
use crate::domain::routing::Outcome;
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::problem::area::{tables as entry, tables_in_use as in_use};

/// Two states of the tables.
#[derive(Debug)]
pub struct Comparison {
    before: Side,
    after: Side,
    /// The day of every decision; without one, the day of each case's receipt.
    on: Option<Date>,
}

#[derive(Debug)]
struct Side {
    root: PathBuf,
    trial: Trial,
}

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// `area/provider/tests/case`, or a case's reference.
    pub case: String,
    /// The provider by whose tables it was rendered.
    pub provider: String,
    /// What differs; `None` where nothing does.
    pub changed: Option<Changed>,
}

/// What differs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Where the case goes, before and after, where that differs: a slug, or a word in
    /// brackets.
    pub route: Option<(String, String)>,
    /// Fields that come out otherwise, by target.
    pub fields: Vec<FieldChange>,
    /// Whether it can be rendered, before and after, where that differs: the rows and codes
    /// that stop it, or nothing.
    pub stopped: Option<(Vec<String>, Vec<String>)>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Where it goes.
    pub target: String,
    /// `new`, `gone` or `changed`.
    pub how: &'static str,
    /// The values before and after; of golden cases only.
    pub values: Option<(Vec<String>, Vec<String>)>,
}

/// A case by one side.
struct Came {
    route: String,
    fields: BTreeMap<String, Vec<String>>,
    stopped: Vec<String>,
}

impl Comparison {
    /// Reads both folders; places are the same for both.
    ///
    /// # Errors
    ///
    /// Every fault of the places; a folder without any area.
    pub fn open(before: &Path, after: &Path, places: &Path) -> Result<Self, Vec<Problem>> {
        let side = |root: &Path| {
            let trial = Trial::open(root, places)?;
            if trial.areas().is_empty() {
                let faults = trial.faults_of_areas().into_iter().cloned();
                let faults: Vec<Problem> = faults.collect();
                if faults.is_empty() {
                    let missing = Problem::new(&in_use::NO_AREA);
                    return Err(vec![missing.at(root.display().to_string())]);
                }
                return Err(faults);
            }
            Ok(Side {
                root: root.to_owned(),
                trial,
            })
        };
        Ok(Self {
            before: side(before)?,
            after: side(after)?,
            on: None,
        })
    }

    /// The same, deciding every case as on this day.
    #[must_use]
    pub fn decided_on(mut self, on: Option<Date>) -> Self {
        self.on = on;
        self
    }

    /// Providers that only one side can use: their slugs, before and after.
    pub fn providers(&self) -> (Vec<String>, Vec<String>) {
        let only = |one: &Side, other: &Side| {
            let slugs = one.trial.slugs();
            let lacking = slugs.into_iter();
            lacking
                .filter(|slug| other.trial.provider(slug).is_none())
                .collect()
        };
        (
            only(&self.before, &self.after),
            only(&self.after, &self.before),
        )
    }

    /// What of either side could not be read, so that it is not compared; each with the folder
    /// in which it stands.
    pub fn faults(&self) -> Vec<Problem> {
        let of_side = |side: &Side| {
            let root = side.root.clone();
            let faults = side.trial.faults().into_iter();
            faults.map(move |fault| {
                let within = fault.path.clone().unwrap_or_default();
                fault.at(root.join(within).display().to_string())
            })
        };
        of_side(&self.before).chain(of_side(&self.after)).collect()
    }

    /// The golden cases of both sides, by their place; a referral that both have is taken
    /// as it is now.
    pub fn golden(&self) -> (Vec<Compared>, Vec<Problem>) {
        let mut places: Vec<String> = Vec::new();
        for side in [&self.after, &self.before] {
            places.extend(tests_under(&side.root));
        }
        places.sort_unstable();
        places.dedup();
        let (mut compared, mut problems) = (Vec::new(), Vec::new());
        for place in places {
            match self.sample(&place) {
                Ok([before, after]) => {
                    let slug = place.split('/').nth(1).unwrap_or_default();
                    compared.push(Compared {
                        changed: self.changed(
                            [&before.case, &after.case],
                            slug,
                            after.days(self.on),
                            true,
                        ),
                        provider: slug.to_owned(),
                        case: place,
                    });
                }
                Err(found) => problems.extend(found),
            }
        }
        (compared, problems)
    }

    /// A golden case as each side reads it: they may group its conditions otherwise.
    fn sample(&self, place: &str) -> Result<[Sample; 2], Vec<Problem>> {
        let read = |side: &Side| fs::read(side.root.join(place).join(REFERRAL));
        let bytes = read(&self.after).or_else(|_| read(&self.before));
        let bytes = bytes.map_err(|error| {
            let detail = format!("the referral cannot be read ({})", error.kind());
            vec![Problem::new(&entry::TEST_DIFFERS).at(place).with(detail)]
        })?;
        let placed = |problem: &Problem| {
            let within = problem.path.as_deref().unwrap_or_default();
            problem.clone().at(format!("{place} {within}"))
        };
        let read = |side: &Side| {
            let sample = read_sample(&bytes, side.trial.condition_groups());
            sample.map_err(|found| found.iter().map(placed).collect::<Vec<Problem>>())
        };
        Ok([read(&self.before)?, read(&self.after)?])
    }

    fn changed(
        &self,
        [before, after]: [&Case; 2],
        slug: &str,
        days: Days,
        with_values: bool,
    ) -> Option<Changed> {
        let case = after;
        let mut before = self.before.came(before, slug, days);
        let mut after = self.after.came(after, slug, days);
        // Of a golden case that goes elsewhere by both states, nothing is sent to this provider.
        let goes_here = [&before, &after].iter().any(|came| came.route == slug);
        if with_values && !goes_here && case.referred_on_by.is_none() {
            for came in [&mut before, &mut after] {
                came.fields.clear();
                came.stopped.clear();
            }
        }
        let changed = Changed {
            route: (before.route != after.route)
                .then(|| (before.route.clone(), after.route.clone())),
            fields: fields(&before, &after, with_values),
            stopped: (before.stopped != after.stopped)
                .then(|| (before.stopped.clone(), after.stopped.clone())),
        };
        (changed != Changed::default()).then_some(changed)
    }

    /// A stored case through both sides, without a value.
    fn stored(&self, row: &CaseRow, case: &Case) -> Compared {
        let chosen = row.provider.as_ref();
        let slug = chosen.map_or("", |chosen| chosen.slug.as_str());
        let day = self.on.unwrap_or_else(|| date_in_england(row.received_at));
        Compared {
            case: row.reference.as_str().to_owned(),
            provider: slug.to_owned(),
            // It keeps the groups under which it was received.
            changed: self.changed([case, case], slug, Days::of(case, day), false),
        }
    }
}

impl Side {
    fn came(&self, case: &Case, slug: &str, days: Days) -> Came {
        let route = self.route(case, days);
        let Some(provider) = self.trial.provider(slug) else {
            return Came {
                route,
                fields: BTreeMap::new(),
                stopped: vec!["the provider's tables cannot be used".to_owned()],
            };
        };
        // As the gateway renders it: a row may ask where the person lives.
        let residence = self.trial.residence(case);
        let given = Given {
            referred_on: days.referred_on,
            residence: residence.as_ref(),
            questions: None,
        };
        let (fields, stopped) = rendered(case, provider, given);
        Came {
            route,
            fields,
            stopped,
        }
    }

    fn route(&self, case: &Case, days: Days) -> String {
        // Nobody's place is looked up whose record hides it; and who was referred on goes
        // where they consented to.
        if case.referral.person.security.hides_location() {
            return "(held)".to_owned();
        }
        if case.referred_on_by.is_some() {
            return "(referred on)".to_owned();
        }
        match self.trial.decide(&case.referral, days).outcome {
            Outcome::One { slug, .. } => slug,
            Outcome::Several { slugs } => format!("(several: {})", slugs.join(", ")),
            Outcome::Nobody { reasons } => {
                let reasons: Vec<&str> = reasons.iter().map(|reason| reason.code()).collect();
                format!("(nobody: {})", reasons.join(", "))
            }
        }
    }
}

type Fields = BTreeMap<String, Vec<String>>;

/// What a case becomes, by target, and what stops it. A row's place is left out: it moves
/// with every row above it.
fn rendered(case: &Case, provider: &Provider, given: Given<'_>) -> (Fields, Vec<String>) {
    let rendered = render(case, provider, given);
    let mut stopped: Vec<String> = rendered
        .faults
        .iter()
        .map(|fault| format!("{} {}", fault.target, fault.code.code()))
        .collect();
    stopped.sort_unstable();
    let mut fields = Fields::new();
    for output in &rendered.outputs {
        let texts = fields.entry(output.target.clone()).or_default();
        texts.extend(output.value.texts());
    }
    (fields, stopped)
}

fn fields(before: &Came, after: &Came, with_values: bool) -> Vec<FieldChange> {
    let mut targets: Vec<&String> = before.fields.keys().chain(after.fields.keys()).collect();
    targets.sort_unstable();
    targets.dedup();
    targets
        .into_iter()
        .filter_map(|target| {
            let (old, new) = (before.fields.get(target), after.fields.get(target));
            let how = match (old, new) {
                (None, Some(_)) => "new",
                (Some(_), None) => "gone",
                (Some(old), Some(new)) if old != new => "changed",
                _ => return None,
            };
            let texts = |side: Option<&Vec<String>>| side.cloned().unwrap_or_default();
            Some(FieldChange {
                target: target.clone(),
                how,
                values: with_values.then(|| (texts(old), texts(new))),
            })
        })
        .collect()
}

/// `area/provider/tests/case` of every golden case under a folder.
fn tests_under(root: &Path) -> Vec<String> {
    let mut places = Vec::new();
    for area in folders(root) {
        for provider in folders(&root.join(&area)) {
            let tests = tests_of(root, &area, &provider).into_iter();
            places.extend(tests.filter(|case| root.join(case).join(REFERRAL).is_file()));
        }
    }
    places
}

impl Gateway {
    /// The open cases of the store through both states of the tables, at most `limit`, the
    /// oldest first. It opens them; that is recorded.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub async fn compare_stored(
        &self,
        caller: &Caller,
        comparison: &Comparison,
        limit: u32,
    ) -> Result<Vec<Compared>, Problem> {
        let filter = CaseFilter {
            limit,
            ..CaseFilter::default()
        };
        let rows = self.store.cases(caller, &filter).await?;
        let fact = Fact::new(FactKind::CaseSearched, caller).with("found", rows.len().to_string());
        self.record(vec![fact]).await?;
        let mut compared = Vec::with_capacity(rows.len());
        for row in &rows {
            let case = self.store.unseal_case(row)?;
            compared.push(comparison.stored(row, &case));
        }
        Ok(compared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::tables::CONDITION_GROUPS;
    use crate::testing::{copy, package};

    fn changes(edit: impl FnOnce(&Path)) -> Vec<Compared> {
        let after = tempfile::tempdir().expect("a temporary folder");
        copy(&package("mappings"), after.path());
        edit(&after.path().join("exampleshire"));
        let places = package("conformance/fixtures/places");
        let comparison = Comparison::open(&package("mappings"), after.path(), &places);
        let (compared, problems) = comparison.expect("two folders").golden();
        assert!(problems.is_empty(), "{problems:?}");
        assert!(compared.len() >= 4, "{compared:?}");
        compared
            .into_iter()
            .filter(|one| one.changed.is_some())
            .collect()
    }

    fn edited(file: &Path, find: &str, put: &str) {
        let text = fs::read_to_string(file).expect("a table");
        assert!(text.contains(find), "{find}");
        fs::write(file, text.replace(find, put)).expect("a writable copy");
    }

    /// What changes of the sample's person.
    fn of_the_sample(changed: &[Compared]) -> Changed {
        let mut cases = changed.iter();
        let found = cases.find(|one| one.case.ends_with("lantern/tests/off-sick"));
        let changed = found.and_then(|one| one.changed.clone());
        changed.expect("a change")
    }

    #[test]
    fn the_same_tables_change_nothing() {
        assert_eq!(changes(|_| ()), []);
    }

    #[test]
    fn a_word_that_is_translated_otherwise_changes_one_field_of_the_cases_that_have_it() {
        let changed = changes(|area| {
            edited(
                &area.join("lantern/codes/employment.csv"),
                "I have a job",
                "In work",
            );
        });
        let changed = of_the_sample(&changed);
        assert_eq!(changed.route, None);
        assert_eq!(
            changed.fields,
            [FieldChange {
                target: "work.situation".to_owned(),
                how: "changed",
                values: Some((vec!["I have a job".to_owned()], vec!["In work".to_owned()])),
            }]
        );
    }

    #[test]
    fn a_row_that_asks_where_the_person_lives_is_told_with_the_place() {
        let changed = changes(|area| {
            let file = area.join("lantern/fields.csv");
            let text = fs::read_to_string(&file).expect("a table");
            let row = "home.council,postcode,authority,required,To know the council,O,\n";
            fs::write(&file, format!("{text}{row}")).expect("a writable copy");
        });
        let changed = of_the_sample(&changed);
        assert_eq!(changed.stopped, None);
        assert_eq!(
            changed.fields,
            [FieldChange {
                target: "home.council".to_owned(),
                how: "new",
                values: Some((vec![], vec!["E99000001".to_owned()])),
            }]
        );
    }

    #[test]
    fn a_row_that_moves_changes_nothing_and_a_row_that_is_gone_does() {
        let moved = changes(|area| {
            let file = area.join("lantern/fields.csv");
            let text = fs::read_to_string(&file).expect("a table");
            let mut lines: Vec<&str> = text.lines().collect();
            lines.swap(2, 3);
            fs::write(&file, lines.join("\n") + "\n").expect("a writable copy");
        });
        assert_eq!(moved, []);
        let gone = changes(|area| {
            let row = "work.job,occupation,max:80,optional,To prepare the first conversation,O,\n";
            edited(&area.join("lantern/fields.csv"), row, "");
        });
        let fields = of_the_sample(&gone).fields;
        assert_eq!(
            (fields[0].target.as_str(), fields[0].how),
            ("work.job", "gone")
        );
    }

    #[test]
    fn a_catchment_that_shrinks_changes_where_the_cases_go() {
        let changed = changes(|area| {
            fs::write(
                area.join("lantern/catchment.csv"),
                "kind,code,mode,from,to,comment\npractice,Y99009,include,,,another\n",
            )
            .expect("a writable copy");
        });
        let routes: Vec<_> = changed
            .iter()
            .filter_map(|one| one.changed.as_ref()?.route.clone())
            .collect();
        assert!(routes.contains(&("lantern".to_owned(), "(nobody: out-of-area)".to_owned())));
        let mut left = routes.iter().filter(|(before, _)| before == "lantern");
        assert!(left.all(|(_, after)| after != "lantern"), "{routes:?}");
    }

    #[test]
    fn a_code_that_leaves_its_group_changes_what_is_made_of_the_group() {
        let changed = changes(|area| {
            let groups = area.parent().expect("the root").join(CONDITION_GROUPS);
            edited(&groups, ",msk,", ",neurological,");
        });
        // A canonical case carries its groups; of messages each area has one.
        let [lantern, fit_note_first] = &changed[..] else {
            panic!("{changed:?}");
        };
        assert_eq!(lantern.case, "exampleshire/lantern/tests/by-message");
        assert_eq!(
            fit_note_first.case,
            "northmoor/fit-note-first/tests/by-message"
        );
        let stopped = fit_note_first.changed.as_ref();
        let stopped = stopped.and_then(|changed| changed.stopped.as_ref());
        let refuses = vec!["condition unmapped-code-refused".to_owned()];
        assert_eq!(stopped, Some(&(vec![], refuses)));
        let fields = lantern.changed.as_ref().map(|changed| &changed.fields[..]);
        let targets = fields.unwrap_or_default().iter();
        let targets: Vec<&str> = targets.map(|field| field.target.as_str()).collect();
        assert_eq!(targets, ["help_with"]);
    }

    #[test]
    fn a_case_that_can_no_longer_be_rendered_says_what_stops_it() {
        let changed = changes(|area| {
            let list = "source,source_display,target,target_display,relation,comment\n\
                        retired,Retired,Retired,,equivalent,\n";
            fs::write(area.join("lantern/codes/employment.csv"), list).expect("a writable copy");
        });
        assert_eq!(
            of_the_sample(&changed).stopped,
            Some((vec![], vec!["work.situation unmapped-code".to_owned()]))
        );
    }
}
