//! The code systems and lists that we publish, held against the words of the program, both
//! ways: what is published is read or written, and what is read or written is published.

use std::collections::BTreeSet;

use serde_json::Value;

use super::read::flags;
use super::response::shown_status;
use crate::domain::case::{BarrierGroup, EmploymentStatus, FlagKind, SicknessAbsence, SourceRoute};
use crate::domain::status::{ClosureReason, Status, StopReason};
use crate::standards::payload::fhir::facts;
use crate::standards::payload::stop;
use crate::standards::profile::published;

type Words = BTreeSet<String>;

fn definition(kind: &str, id: &str) -> Value {
    let found = published::read(kind, id).unwrap_or_else(|| panic!("{kind}/{id} is published"));
    serde_json::from_str(found.text).expect("JSON")
}

fn codes_in(concepts: &Value) -> Words {
    let concepts = concepts.as_array().into_iter().flatten();
    concepts
        .filter_map(|concept| concept["code"].as_str())
        .map(str::to_owned)
        .collect()
}

/// The codes of a code system of ours.
fn published_codes(id: &str) -> Words {
    let system = definition("CodeSystem", id);
    assert_eq!(system["content"], "complete", "{id}");
    let codes = codes_in(&system["concept"]);
    assert_eq!(system["count"], codes.len(), "{id}: count");
    codes
}

/// The codes that a value set of ours lists.
fn listed_codes(id: &str) -> Words {
    let set = definition("ValueSet", id);
    let includes = set["compose"]["include"].as_array().into_iter().flatten();
    includes.flat_map(|one| codes_in(&one["concept"])).collect()
}

fn words<'w>(of: impl IntoIterator<Item = &'w str>) -> Words {
    of.into_iter().map(str::to_owned).collect()
}

#[test]
fn the_canonical_words_are_those_of_the_program() {
    let stops = [
        StopReason::Cancel,
        StopReason::EnteredInError,
        StopReason::Withdrawal,
        StopReason::Death,
    ];
    // What is shown in place of a status is a word of the system too.
    let own = Status::ALL.iter().map(|one| one.code());
    let shown = || Status::ALL.iter().map(|one| shown_status(*one));
    for (id, ours) in [
        ("workwell-status", words(own.chain(shown()))),
        ("closure-reason", words(ClosureReason::ALL.iter().copied())),
        (
            "condition-group",
            words(BarrierGroup::ALL.iter().map(|row| row.1)),
        ),
        (
            "source-route",
            words(SourceRoute::ALL.iter().map(|row| row.1)),
        ),
        (
            "workwell-flag",
            words(FlagKind::ALL.iter().map(|kind| kind.code())),
        ),
        ("stop-reason", words(stops.into_iter().map(stop::code))),
    ] {
        assert_eq!(published_codes(id), ours, "{id}");
    }
    assert_eq!(listed_codes("workwell-status-shown"), words(shown()));
}

#[test]
fn the_answers_about_work_are_those_of_the_program_and_of_the_data_dictionary() {
    let of_employment = || EmploymentStatus::ALL.iter();
    let of_absence = || SicknessAbsence::ALL.iter();
    let not_said = ["declined", "not-known"];
    let fit_notes = ["not-fit", "may-be-fit"];
    let answers = of_employment()
        .map(|row| row.2)
        .chain(of_absence().map(|row| row.2));
    let answers = answers.chain(not_said).chain(fit_notes);
    assert_eq!(published_codes("workwell-answer"), words(answers));
    // What is declined is no value of the enumeration: ZZ and Z; X is not known.
    let employment = of_employment().map(|row| row.1).chain(["ZZ"]);
    assert_eq!(published_codes("employment-status"), words(employment));
    let absence = of_absence().map(|row| row.1).chain(["Z", "X"]);
    assert_eq!(published_codes("sickness-absence"), words(absence));
}

#[test]
fn flags_are_read_by_the_codes_that_are_published_and_written_with_them() {
    let published = published_codes("workwell-flag");
    assert_eq!(words(flags::WORKWELL.iter().map(|row| row.0)), published);
    assert_eq!(words(facts::FLAGS.iter().map(|row| row.1)), published);
    for (code, kind) in flags::WORKWELL {
        assert_eq!(*code, kind.code());
    }
}

#[test]
fn observations_are_written_with_the_codes_and_displays_that_are_published() {
    let system = definition("CodeSystem", "workwell-observation");
    let published: BTreeSet<(&str, &str)> = system["concept"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| Some((one["code"].as_str()?, one["display"].as_str()?)))
        .collect();
    let written = facts::OBSERVATIONS.iter().map(|row| (row.1, row.2));
    assert_eq!(written.collect::<BTreeSet<_>>(), published);
}
