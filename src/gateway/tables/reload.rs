//! Loads the tables anew while the gateway runs.
//!
//! Each provider's folder is loaded for itself. One with faults keeps the version that was
//! in use and is reported; the others go live together, by one exchange of a pointer.
//! Whoever is at work on a referral keeps the tables with which they began. A case keeps
//! the digest of the tables under which it was sent; its provider's words and its stop are
//! read with the tables in force, since a provider has one vocabulary and one address at a
//! time, and a mended table has to help the cases that wait for it.

use std::path::Path;
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;

use super::Tables;
use super::approve::{admit, short};
use super::places::{of_places, with_closings};
use crate::adapters::places::Places;
use crate::adapters::tables::{CONDITION_GROUPS, GroupsFound, Loaded, load};
use crate::config::Settings;
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::provider::Provider;
use crate::gateway::Gateway;
use crate::gateway::places::stale;
use crate::problem::Problem;
use crate::problem::area::{header as header_problems, tables_in_use as entry};

/// How a provider stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its folder is in use as it is.
    Live,
    /// Its folder has faults; the last good version is in use.
    Kept,
    /// Its folder has faults, and there is no earlier version: it takes nobody.
    Disabled,
    /// Its folder is gone: nobody new, and the cases it has go on.
    Gone,
}

impl Standing {
    /// Every standing.
    pub const ALL: &'static [Self] = &[Self::Live, Self::Kept, Self::Disabled, Self::Gone];

    /// The stable word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Kept => "kept",
            Self::Disabled => "disabled",
            Self::Gone => "gone",
        }
    }
}

/// One provider as it stands now.
#[derive(Clone, Debug)]
pub struct Now {
    /// Its area.
    pub area: String,
    /// Its slug.
    pub slug: String,
    /// How it stands.
    pub standing: Standing,
    /// Version and digest of the tables in use; none of a disabled one.
    pub tables: Option<(String, String)>,
    /// What must be put right in its folder.
    pub problems: Vec<Problem>,
}

impl Now {
    /// Why it is not live, in a line; empty where it is.
    pub fn why(&self) -> String {
        let kept = match (&self.standing, &self.tables) {
            (Standing::Live, _) => return String::new(),
            (Standing::Kept, Some((version, digest))) => {
                format!("version {version} ({}) stays in use", short(digest))
            }
            (Standing::Gone, _) => {
                return "its folder is gone: nobody is referred, and what it has goes on"
                    .to_owned();
            }
            _ => "nobody is referred to it".to_owned(),
        };
        format!("{} in its tables; {kept}", faults(&self.problems))
    }
}

/// The table of condition groups as it stands now.
#[derive(Clone, Debug)]
pub struct GroupsNow {
    /// How it stands; gone is what was not there when the gateway started.
    pub standing: Standing,
    /// How many codes are listed.
    pub codes: usize,
    /// The digest of the table in use; empty without one.
    pub digest: String,
    /// What must be put right in it.
    pub problems: Vec<Problem>,
}

impl GroupsNow {
    /// Whether every code that the table lists has its group.
    pub fn is_well(&self) -> bool {
        self.standing == Standing::Live && self.codes > 0 && self.problems.is_empty()
    }

    /// Why it is not well, in a line; empty where it is.
    pub fn why(&self) -> String {
        let unread = "every condition is read as group not-known";
        let says = match self.standing {
            Standing::Gone => return format!("{CONDITION_GROUPS} is not there: {unread}"),
            Standing::Live if self.is_well() => return String::new(),
            Standing::Live if self.codes > 0 => {
                "the codes of the rows that have them are in no group"
            }
            Standing::Kept => "the version that was stays in use",
            _ => unread,
        };
        match self.problems.len() {
            0 => format!("{CONDITION_GROUPS} lists no code: {says}"),
            _ => format!("{} in {CONDITION_GROUPS}; {says}", faults(&self.problems)),
        }
    }
}

/// `2 faults (WW-MAP-004, WW-MAP-007)`.
pub(super) fn faults(problems: &[Problem]) -> String {
    let count = problems.len();
    let mut codes: Vec<&str> = problems.iter().map(|p| p.entry.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let noun = if count == 1 { "fault" } else { "faults" };
    format!("{count} {noun} ({})", codes.join(", "))
}

/// What loading anew did.
#[derive(Clone, Debug)]
pub struct Reloaded {
    /// Every provider, by slug.
    pub providers: Vec<Now>,
    /// The slugs whose tables in use are others than before, or that are new or gone.
    pub changed: Vec<String>,
    /// Areas whose own files have faults, so that the version that was stays in use.
    pub kept_areas: Vec<String>,
    /// Areas whose own files have faults and of which there is no earlier version: nobody is
    /// routed to their providers.
    pub areas_not_used: Vec<String>,
    /// The table of condition groups, which all areas share.
    pub condition_groups: GroupsNow,
    /// Whether that is another one than before.
    pub groups_changed: bool,
    /// Faults outside any provider's folder, and warnings.
    pub problems: Vec<Problem>,
}

impl Reloaded {
    /// `whole` where everything is in use as it lies there, else `partly`.
    pub fn outcome(&self) -> &'static str {
        let live = |now: &Now| now.standing == Standing::Live;
        let whole = self.kept_areas.is_empty()
            && self.providers.iter().all(live)
            && self.problems.iter().all(|problem| problem.warning);
        if whole { "whole" } else { "partly" }
    }
}

impl Tables {
    /// Loads the tables that the settings name.
    pub fn load(settings: &Settings, places: &Places, today: Date) -> Self {
        Self::new(read(settings, places, today), settings)
    }

    /// How every provider stands, by slug.
    pub fn standings(&self) -> Vec<Now> {
        let faults_of = |slug: &str| {
            let mut disabled = self.disabled.iter();
            disabled
                .find(|one| one.slug == slug)
                .map(|one| &one.problems)
        };
        let in_use = self.providers.iter().map(|provider| {
            let faults = faults_of(&provider.slug);
            let standing = if faults.is_some() {
                Standing::Kept
            } else {
                Standing::Live
            };
            now(provider, standing, faults.cloned().unwrap_or_default())
        });
        let gone = self.retired.iter().map(|provider| {
            let faults = faults_of(&provider.slug);
            now(
                provider,
                Standing::Gone,
                faults.cloned().unwrap_or_default(),
            )
        });
        let mut all: Vec<Now> = in_use.chain(gone).collect();
        for disabled in &self.disabled {
            if all.iter().all(|one| one.slug != disabled.slug) {
                all.push(Now {
                    area: disabled.area.clone(),
                    slug: disabled.slug.clone(),
                    standing: Standing::Disabled,
                    tables: None,
                    problems: disabled.problems.clone(),
                });
            }
        }
        all.sort_by(|a, b| a.slug.cmp(&b.slug));
        all
    }

    /// How the table of condition groups stands.
    pub fn groups_now(&self) -> GroupsNow {
        let is_in_use = !self.condition_groups.digest().is_empty();
        let standing = match self.groups_found {
            GroupsFound::Read => Standing::Live,
            GroupsFound::Missing | GroupsFound::Unreadable if is_in_use => Standing::Kept,
            GroupsFound::Missing => Standing::Gone,
            GroupsFound::Unreadable => Standing::Disabled,
        };
        let of_table = |problem: &&Problem| {
            let path = problem.path.as_deref().unwrap_or_default();
            !problem.warning && path.starts_with(CONDITION_GROUPS)
        };
        GroupsNow {
            standing,
            codes: self.condition_groups.rows().len(),
            digest: self.condition_groups.digest().to_owned(),
            problems: self.problems.iter().filter(of_table).cloned().collect(),
        }
    }

    /// The tables that take the place of these.
    fn again(
        &self,
        settings: &Settings,
        places: &Places,
        today: Date,
    ) -> Result<(Self, Reloaded), Problem> {
        let loaded = read(settings, places, today);
        let is_empty = loaded.areas.is_empty()
            && loaded.providers.is_empty()
            && loaded.disabled.is_empty()
            && loaded.damaged_areas.is_empty();
        if is_empty && !self.providers.is_empty() {
            let first = loaded.problems.first();
            let detail = first.and_then(|problem| problem.detail.clone());
            let problem = Problem::new(&entry::NOTHING_TO_LOAD);
            return Err(match detail {
                Some(detail) => problem.with(detail),
                None => problem,
            });
        }
        let before = Loaded {
            areas: self.areas.clone(),
            providers: self.providers.clone(),
            condition_groups: Arc::clone(&self.condition_groups),
            ..Loaded::default()
        };
        let mut tables = Self::new(loaded.keeping(&before), settings);
        tables.retire(self, today);
        let reloaded = Reloaded {
            providers: tables.standings(),
            changed: self.changed(&tables),
            kept_areas: tables.kept_areas.clone(),
            areas_not_used: tables
                .damaged_areas
                .iter()
                .map(|a| a.slug.clone())
                .collect(),
            condition_groups: tables.groups_now(),
            groups_changed: self.condition_groups.digest() != tables.condition_groups.digest(),
            problems: tables.problems.clone(),
        };
        Ok((tables, reloaded))
    }

    /// Who was here and is not any more still has cases: their words and stops are read with
    /// its last tables, whose time is over.
    fn retire(&mut self, before: &Self, today: Date) {
        let yesterday = today.saturating_sub(1.day());
        for provider in before.providers.iter().chain(&before.retired) {
            if self.provider(&provider.slug).is_some() {
                continue;
            }
            let mut last = Provider::clone(provider);
            let ends = last.validity.to.map_or(yesterday, |to| to.min(yesterday));
            last.validity.to = Some(ends);
            self.retired.push(Arc::new(last));
        }
    }

    fn changed(&self, after: &Self) -> Vec<String> {
        let digest = |tables: &Self, slug: &str| {
            let found = tables.providers.iter().find(|one| one.slug == slug);
            found.map(|provider| provider.digest.clone())
        };
        let slugs = self.providers.iter().chain(&after.providers);
        let mut slugs: Vec<&str> = slugs.map(|provider| provider.slug.as_str()).collect();
        slugs.sort_unstable();
        slugs.dedup();
        slugs.retain(|slug| digest(self, slug) != digest(after, slug));
        slugs.into_iter().map(str::to_owned).collect()
    }
}

/// The tables as they lie there, with what the places say of them.
fn read(settings: &Settings, places: &Places, today: Date) -> Loaded {
    let root: &Path = &settings.tables.mappings;
    let loaded = admit(load(root), root, settings.tables.approval);
    let mut loaded = with_closings(loaded, places);
    // A rule that cannot be judged is told, never skipped in silence (DESIGN section 5).
    let lacks = of_places(&loaded.providers, places, today);
    loaded.problems.extend(lacks);
    loaded.problems.extend(stale(&places.status(), today));
    loaded
}

fn now(provider: &Provider, standing: Standing, problems: Vec<Problem>) -> Now {
    Now {
        area: provider.area.clone(),
        slug: provider.slug.clone(),
        standing,
        tables: Some((provider.version.clone(), provider.digest.clone())),
        problems,
    }
}

impl Gateway {
    /// Loads the tables anew. One at a time: a second waits, so that the last to ask gets
    /// what lay there when they asked.
    ///
    /// # Errors
    ///
    /// `WW-TBL-001`: there is nothing to load; what was in use stays in use. The store
    /// could not record it; likewise.
    pub async fn reload_tables(&self, caller: &Caller) -> Result<Reloaded, Problem> {
        let _alone = self.reloading.lock().await;
        let (before, settings) = (self.tables(), Arc::clone(&self.settings));
        let places = self.places.clone();
        let today = self.clock.today();
        let again = tokio::task::spawn_blocking(move || before.again(&settings, &places, today));
        let again = again.await.unwrap_or_else(|_| {
            // A reader that panics has changed nothing.
            Err(Problem::new(&header_problems::INTERNAL))
        });
        let (tables, reloaded) = match again {
            Ok(done) => done,
            Err(problem) => {
                self.telemetry.tables_not_reloaded(problem.entry.code);
                return Err(problem);
            }
        };
        self.record(vec![fact(caller, &tables, &reloaded)]).await?;
        tables.tell();
        self.telemetry
            .tables_reloaded(reloaded.outcome(), reloaded.changed.len());
        self.exchange_tables(tables);
        Ok(reloaded)
    }
}

/// Which tables are in use from now on: ids and counts only.
fn fact(caller: &Caller, tables: &Tables, reloaded: &Reloaded) -> Fact {
    let mut fact = Fact::new(FactKind::TablesReloaded, caller).with("outcome", reloaded.outcome());
    if reloaded.groups_changed {
        let digest = match tables.condition_groups().digest() {
            "" => "gone",
            digest => digest,
        };
        fact = fact.with("condition-groups", digest);
    }
    reloaded.changed.iter().fold(fact, |fact, slug| {
        let digest = tables.providers.iter().find(|one| one.slug == *slug);
        let digest = digest.map_or("gone", |provider| provider.digest.as_str());
        fact.with("tables", format!("{slug} {digest}"))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use jiff::civil::date;

    use super::*;
    use crate::testing::{copy, package};

    const TODAY: Date = date(2026, 11, 20);

    struct Mappings {
        root: tempfile::TempDir,
        settings: Settings,
    }

    impl Mappings {
        fn copied() -> Self {
            let root = tempfile::tempdir().expect("a temporary folder");
            copy(&package("mappings"), root.path());
            let mut settings = Settings::built_in();
            settings.tables.mappings = root.path().to_owned();
            Self { root, settings }
        }

        fn load(&self) -> Tables {
            Tables::load(&self.settings, &Places::synthetic(), TODAY)
        }

        fn path(&self, file: &str) -> PathBuf {
            self.root.path().join(file)
        }

        fn edit(&self, file: &str, change: impl FnOnce(String) -> String) {
            let path = self.path(file);
            let text = fs::read_to_string(&path).expect("a committed table");
            fs::write(path, change(text)).expect("a writable copy");
        }
    }

    fn standing(tables: &Tables, slug: &str) -> Standing {
        let all = tables.standings();
        let found = all.iter().find(|one| one.slug == slug);
        found.expect("a provider").standing
    }

    #[test]
    fn a_folder_with_faults_keeps_what_was_and_the_others_go_live() {
        let mappings = Mappings::copied();
        let before = mappings.load();
        let digest = |tables: &Tables, slug: &str| {
            tables
                .provider(slug)
                .map(|provider| provider.digest.clone())
        };
        mappings.edit("exampleshire/lantern/fields.csv", |_| {
            "not a table\n".into()
        });
        mappings.edit("exampleshire/borough-works/status.csv", |text| {
            format!("{text}another word,accepted,,summary,\n")
        });
        let (after, reloaded) = before
            .again(&mappings.settings, &Places::synthetic(), TODAY)
            .expect("tables");
        assert_eq!(standing(&after, "lantern"), Standing::Kept);
        assert_eq!(standing(&after, "borough-works"), Standing::Live);
        assert_eq!(digest(&after, "lantern"), digest(&before, "lantern"));
        assert_eq!(reloaded.changed, ["borough-works"]);
        assert_eq!(reloaded.outcome(), "partly");
        // Once it is mended it goes live, and what was kept in between is no obstacle.
        mappings.edit("exampleshire/lantern/fields.csv", |_| {
            let file = package("mappings/exampleshire/lantern/fields.csv");
            fs::read_to_string(file).expect("a committed table")
        });
        let (mended, reloaded) = after
            .again(&mappings.settings, &Places::synthetic(), TODAY)
            .expect("tables");
        assert_eq!(standing(&mended, "lantern"), Standing::Live);
        assert_eq!((reloaded.outcome(), reloaded.changed.len()), ("whole", 0));
    }

    #[test]
    fn a_folder_that_is_gone_takes_nobody_new_and_still_knows_its_words() {
        let mappings = Mappings::copied();
        let before = mappings.load();
        fs::remove_dir_all(mappings.path("exampleshire/lantern")).expect("a writable copy");
        let (after, reloaded) = before
            .again(&mappings.settings, &Places::synthetic(), TODAY)
            .expect("tables");
        assert_eq!(standing(&after, "lantern"), Standing::Gone);
        assert!(reloaded.changed.contains(&"lantern".to_owned()));
        let gone = after.provider("lantern").expect("its words are still read");
        assert!(gone.may_receive(TODAY).is_err());
        assert!(after.providers().iter().all(|one| one.slug != "lantern"));
        // A second reload does not forget it.
        let (again, _) = after
            .again(&mappings.settings, &Places::synthetic(), TODAY)
            .expect("tables");
        assert_eq!(standing(&again, "lantern"), Standing::Gone);
    }

    #[test]
    fn a_folder_that_cannot_be_read_changes_nothing() {
        let mut mappings = Mappings::copied();
        let before = mappings.load();
        mappings.settings.tables.mappings = mappings.path("not-mounted");
        let refused = before.again(&mappings.settings, &Places::synthetic(), TODAY);
        assert_eq!(
            refused.map(|_| ()).map_err(|problem| problem.entry.code),
            Err("WW-TBL-001")
        );
    }

    #[test]
    fn an_area_with_faults_keeps_its_routing() {
        let mappings = Mappings::copied();
        let before = mappings.load();
        mappings.edit("exampleshire/routing.csv", |_| "provider\n".into());
        let (after, reloaded) = before
            .again(&mappings.settings, &Places::synthetic(), TODAY)
            .expect("tables");
        assert_eq!(reloaded.kept_areas, ["exampleshire"]);
        let listed = |tables: &Tables| tables.areas()[0].providers.len();
        assert_eq!(listed(&after), listed(&before));
        assert_eq!(reloaded.outcome(), "partly");
    }

    #[test]
    fn the_condition_groups_stand_live_kept_gone_or_disabled_and_say_why() {
        let mappings = Mappings::copied();
        let path = mappings.path(CONDITION_GROUPS);
        let shipped = fs::read_to_string(&path).expect("a committed table");
        let started = mappings.load();
        assert!(started.groups_now().is_well());
        assert_eq!(started.groups_now().why(), "");
        let again = |tables: &Tables, text: &str| {
            fs::write(&path, text).expect("a writable copy");
            let again = tables.again(&mappings.settings, &Places::synthetic(), TODAY);
            again.expect("tables")
        };
        for (text, standing, codes, outcome, says) in [
            ("no table\n", Standing::Kept, 24, "partly", "stays in use"),
            (
                &format!("{shipped}sct|73211009,Diabetes,muscles,\n"),
                Standing::Live,
                24,
                "partly",
                "1 fault (WW-MAP-004)",
            ),
            (
                &format!("{shipped}sct|73211009,Diabetes,other,\n"),
                Standing::Live,
                25,
                "whole",
                "",
            ),
            (
                "code,display,group,comment\n",
                Standing::Live,
                0,
                "whole",
                "lists no code",
            ),
        ] {
            let (tables, reloaded) = again(&started, text);
            let now = &reloaded.condition_groups;
            assert_eq!((now.standing, now.codes), (standing, codes), "{text}");
            assert_eq!(reloaded.outcome(), outcome, "{text}");
            assert!(now.why().contains(says), "{}", now.why());
            assert_eq!(now.is_well(), says.is_empty(), "{text}");
            assert_eq!(reloaded.groups_changed, standing != Standing::Kept);
            assert_eq!(tables.condition_groups().rows().len(), codes);
        }
        // One that is taken away keeps what was, as often as it is looked for.
        fs::remove_file(&path).expect("a writable copy");
        let mut kept = mappings.load();
        assert_eq!(kept.groups_now().standing, Standing::Gone);
        kept = again(&kept, &shipped).0;
        for _ in 0..2 {
            fs::remove_file(&path).ok();
            let gone = kept.again(&mappings.settings, &Places::synthetic(), TODAY);
            let (tables, reloaded) = gone.expect("tables");
            let now = &reloaded.condition_groups;
            assert_eq!((now.standing, now.codes), (Standing::Kept, 24));
            assert_eq!(
                (reloaded.outcome(), reloaded.groups_changed),
                ("partly", false)
            );
            assert!(
                now.why().contains("WW-MAP-001") && now.why().contains("stays in use"),
                "{}",
                now.why()
            );
            kept = tables;
        }
        // Where there is no earlier version there is none to keep.
        fs::write(&path, "no table\n").expect("a writable copy");
        assert_eq!(mappings.load().groups_now().standing, Standing::Disabled);
        fs::remove_file(&path).expect("a writable copy");
        let gone = mappings.load().groups_now();
        assert_eq!((gone.standing, gone.codes), (Standing::Gone, 0));
        assert!(gone.why().contains("is not there"), "{}", gone.why());
    }

    #[test]
    fn an_area_with_a_bad_row_of_partners_keeps_the_rows_that_it_had() {
        let mappings = Mappings::copied();
        let before = mappings.load();
        mappings.edit("exampleshire/partners.csv", |text| {
            text.replace("stillwater,28", "stillwater,soon")
        });
        let (after, reloaded) = before
            .again(&mappings.settings, &Places::synthetic(), TODAY)
            .expect("tables");
        assert_eq!(reloaded.kept_areas, ["exampleshire"]);
        let allowed = |tables: &Tables| tables.areas()[0].partners.len();
        assert_eq!((allowed(&after), allowed(&before)), (2, 2));
        // A gateway that starts with it does without the row, and with everything else.
        let started = mappings.load();
        assert_eq!(allowed(&started), 1);
        assert_eq!(started.areas()[0].providers.len(), 3);
    }

    #[test]
    fn where_approval_is_required_nothing_unapproved_is_used() {
        let mut mappings = Mappings::copied();
        let approved = mappings.load();
        for by in ["A. Analyst", "B. Reader"] {
            for provider in approved.providers() {
                let root = &mappings.settings.tables.mappings;
                super::super::approve::record(root, provider, by, TODAY).expect("recorded");
            }
        }
        mappings.settings.tables.approval = crate::config::Approval::Required;
        let before = mappings.load();
        assert_eq!(before.providers().len(), approved.providers().len());
        mappings.edit("exampleshire/lantern/status.csv", |text| {
            format!("{text}another word,accepted,,summary,\n")
        });
        let (after, reloaded) = before
            .again(&mappings.settings, &Places::synthetic(), TODAY)
            .expect("tables");
        assert_eq!(standing(&after, "lantern"), Standing::Kept);
        assert!(reloaded.changed.is_empty());
        let started = mappings.load();
        assert_eq!(standing(&started, "lantern"), Standing::Disabled);
        assert_eq!(started.disabled[0].problems[0].entry.code, "WW-TBL-002");
    }
}
