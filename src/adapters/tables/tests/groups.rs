//! The table of condition groups: what ships is what is published, and what a fault costs.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::{Copy, committed, package};
use crate::adapters::tables::{CONDITION_GROUPS, GroupsFound, Loaded};
use crate::domain::case::BarrierGroup;
use crate::standards::profile::published;
use crate::standards::systems;

/// `group system code` of each row that ships.
fn shipped() -> BTreeSet<String> {
    let loaded = committed();
    let rows = loaded.condition_groups.rows().iter();
    rows.map(|row| {
        let system = systems::address_of(row.alias).expect("a published system");
        format!("{} {system} {}", row.group.code(), row.code)
    })
    .collect()
}

fn each<'v>(value: &'v Value, member: &str) -> impl Iterator<Item = &'v Value> {
    value[member].as_array().into_iter().flatten()
}

#[test]
fn the_groups_that_ship_are_those_of_the_published_value_sets() {
    let mut listed = BTreeSet::new();
    for (_, group) in BarrierGroup::ALL {
        // A group without a code has no value set.
        let Some(set) = published::read("ValueSet", &format!("condition-{group}")) else {
            continue;
        };
        let set: Value = serde_json::from_str(set.text).expect("JSON");
        for include in each(&set["compose"], "include") {
            let system = include["system"].as_str().expect("a system");
            for concept in each(include, "concept") {
                let code = concept["code"].as_str().expect("a code");
                listed.insert(format!("{group} {system} {code}"));
            }
        }
    }
    assert!(listed.len() >= 24, "{listed:?}");
    assert_eq!(shipped(), listed);
}

#[test]
fn the_groups_that_ship_are_those_of_the_published_map() {
    let file = package("profiles/workwell/ConceptMap-condition-group-from-snomed.json");
    let text = fs::read_to_string(file).expect("a committed definition");
    let map: Value = serde_json::from_str(&text).expect("JSON");
    let mut mapped = BTreeSet::new();
    for part in each(&map, "group") {
        let system = part["source"].as_str().expect("a system");
        for element in each(part, "element") {
            let code = element["code"].as_str().expect("a code");
            for target in each(element, "target") {
                let group = target["code"].as_str().expect("a group");
                mapped.insert(format!("{group} {system} {code}"));
            }
        }
    }
    assert_eq!(shipped(), mapped);
}

const HEADER: &str = "code,display,group,comment\n";

fn with(text: &str) -> Loaded {
    let copy = Copy::new();
    fs::write(copy.root.path().join(CONDITION_GROUPS), text).expect("a writable copy");
    copy.load()
}

/// The groups that two codes have, and what is said of the table.
fn groups(loaded: &Loaded) -> ([Option<&'static str>; 2], Vec<String>) {
    let group = |code: &str| {
        let group = loaded.condition_groups.group("sct", code);
        group.map(BarrierGroup::code)
    };
    let said = loaded.problems.iter();
    let said = said.filter(|problem| {
        let path = problem.path.as_deref().unwrap_or_default();
        path.starts_with(CONDITION_GROUPS)
    });
    let said = said.map(|problem| problem.path.clone().unwrap_or_default());
    ([group("279039007"), group("35489007")], said.collect())
}

#[test]
fn a_bad_row_costs_itself_alone_and_is_told_with_its_place() {
    for (row, column) in [
        ("sct|279039008,,msk,", 1),
        ("snomed|279039007,,msk,", 1),
        ("279039007,,msk,", 1),
        ("sct|279039007,,msc,", 3),
        ("sct|279039007,,not-known,", 3),
        ("sct|279039007,,,", 3),
        (",,msk,", 1),
        ("sct|2.79E+08,,msk,", 1),
        ("sct|279039007,msk,", 1),
    ] {
        let loaded = with(&format!("{HEADER}{row}\nsct|35489007,,mental-health,\n"));
        let (found, said) = groups(&loaded);
        assert_eq!(found, [None, Some("mental-health")], "{row}");
        assert_eq!(said, [format!("{CONDITION_GROUPS}:2:{column}")], "{row}");
        assert_eq!(loaded.groups_found, GroupsFound::Read);
        assert!(loaded.has_faults() && loaded.disabled.is_empty());
    }
}

#[test]
fn of_a_code_in_two_groups_no_row_counts_and_of_one_in_the_same_group_the_first_does() {
    let rows = |group: &str| {
        let text = format!(
            "{HEADER}sct|279039007,,msk,\nsct|35489007,,mental-health,\n\
             sct|279039007,,{group},\n"
        );
        with(&text)
    };
    let (found, said) = groups(&rows("neurological"));
    assert_eq!(found, [None, Some("mental-health")]);
    assert_eq!(said, [format!("{CONDITION_GROUPS}:4:1")]);
    let (found, said) = groups(&rows("msk"));
    assert_eq!(found, [Some("msk"), Some("mental-health")]);
    assert_eq!(said, [format!("{CONDITION_GROUPS}:4:1")]);
}

#[test]
fn what_lists_no_code_is_told_as_a_warning_and_what_cannot_be_read_as_a_fault() {
    let copy = Copy::new();
    fs::remove_file(copy.root.path().join(CONDITION_GROUPS)).expect("a writable copy");
    for (loaded, expected, is_fault) in [
        (copy.load(), GroupsFound::Missing, false),
        (with(HEADER), GroupsFound::Read, false),
        (with("code,group\n"), GroupsFound::Unreadable, true),
        (
            with(&format!(
                "{HEADER}\"sct|279039007,,msk,\nsct|35489007,,msk,\n"
            )),
            GroupsFound::Unreadable,
            true,
        ),
    ] {
        let (found, said) = groups(&loaded);
        assert_eq!((found, said.len()), ([None, None], 1), "{said:?}");
        assert_eq!(loaded.groups_found, expected);
        assert_eq!(loaded.has_faults(), is_fault, "{said:?}");
        // The providers' own tables are as usable as before.
        assert!(loaded.provider("lantern").is_some());
    }
}

#[test]
fn after_a_reload_the_last_good_table_stays_where_the_new_one_is_useless_or_gone() {
    let before = committed();
    let kept = with("no table\n").keeping(&before);
    assert_eq!(kept.condition_groups, before.condition_groups);
    let copy = Copy::new();
    fs::remove_file(copy.root.path().join(CONDITION_GROUPS)).expect("a writable copy");
    let gone = copy.load().keeping(&before);
    assert_eq!(gone.condition_groups, before.condition_groups);
    assert!(gone.has_faults());
    // Without one before there is none to keep, and that is a warning.
    let never = copy.load().keeping(&copy.load());
    assert!(never.condition_groups.is_empty() && !never.has_faults());
    // A row that is bad now has been good before: it costs itself all the same.
    let (rows, _) = groups(
        &with(&format!(
            "{HEADER}sct|35489007,,msc,\nsct|279039007,,msk,\n"
        ))
        .keeping(&before),
    );
    assert_eq!(rows, [Some("msk"), None]);
}
