use std::fs;
use std::path::PathBuf;

use jiff::civil::date;

use super::*;
use crate::adapters::tables::CONDITION_GROUPS;
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
            crate::gateway::tables::approve::record(root, provider, by, TODAY).expect("recorded");
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
