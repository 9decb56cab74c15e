//! Prohibited means prohibited, and protected means kept: random referrals, with a value in
//! every field that nothing else has, through the tables of every provider.
//!
//! Nothing of a field that a provider's table does not send may be in what it gets; nothing of
//! any field in a trace, a fault or an account; and protected data arrives, or is withheld or
//! refused aloud.

mod judge;
mod people;
mod running;
mod ways;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use workwell_gateway::adapters::tables::{Loaded, load};
use workwell_gateway::domain::mapping::{
    Category, FieldRow, OutValue, Output, Position, Rendered, Requirement, Transform, Written,
    field,
};
use workwell_gateway::domain::provider::{FreeTextPolicy, Provider};
use workwell_gateway::gateway::tables::Trial;

use crate::testing::{copy, package};
use judge::judge;
use people::{Person, person};

/// Random referrals of each run; each goes through every provider's tables.
const PEOPLE: u32 = 64;

const PLACES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/conformance/fixtures/places");
const MAPPINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/mappings");

/// The judge sees a break within so many people.
const FEW: u32 = 32;

fn tables() -> Loaded {
    let loaded = load(MAPPINGS.as_ref());
    assert!(loaded.disabled.is_empty(), "{:?}", loaded.disabled);
    assert!(loaded.providers.len() >= 4);
    loaded
}

fn trial() -> Trial {
    Trial::open(MAPPINGS.as_ref(), PLACES.as_ref()).expect("the committed tables and places")
}

/// What the judge finds with this provider over random people; none when nothing is wrong.
fn found(provider: &Provider, people: u32) -> Option<String> {
    tampered(provider, people, |_, _| {})
}

/// The same where something goes wrong between the renderer and the wire.
fn tampered(
    provider: &Provider,
    people: u32,
    tamper: impl Fn(&mut Rendered<'_>, &Person),
) -> Option<String> {
    let trial = trial();
    let config = Config {
        cases: people,
        failure_persistence: None,
        // A break that is meant needs no smallest person.
        max_shrink_iters: if people > FEW { 200 } else { 0 },
        ..Config::default()
    };
    let result = TestRunner::new(config).run(&person(), |person: Person| {
        let findings = judge(&person, provider, &trial, &tamper);
        prop_assert!(
            findings.is_empty(),
            "{}: {}",
            provider.slug,
            findings.join("; ")
        );
        Ok(())
    });
    result.err().map(|error| error.to_string())
}

#[test]
fn nothing_unmapped_leaves_and_nothing_protected_is_lost_with_any_providers_tables() {
    for provider in &tables().providers {
        assert_eq!(found(provider, PEOPLE), None, "{}", provider.slug);
    }
}

fn lantern() -> Provider {
    let found = tables();
    let lantern = found.provider("lantern").expect("a committed provider");
    Provider::clone(lantern)
}

/// A row that the loader would refuse or a reviewer should: the judge has to see it.
fn row(source: &str, target: &str, steps: Vec<Transform>) -> FieldRow {
    let position = Position::new("fields.csv", 99);
    FieldRow {
        written: Written::of(target, field(source), &steps, &position),
        target: target.to_owned(),
        source: field(source),
        steps,
        requirement: Requirement::Optional,
        purpose: "to break".to_owned(),
        category: Category::C,
        comment: String::new(),
        position,
    }
}

#[test]
fn the_judge_finds_a_prohibited_field_that_is_sent_all_the_same() {
    let mut broken = lantern();
    broken
        .fields
        .push(row("primary_barrier_text", "oops", Vec::new()));
    let found = found(&broken, FEW).expect("a leak");
    assert!(
        found.contains("primary_barrier_text is prohibited"),
        "{found}"
    );
}

#[test]
fn the_judge_finds_a_prohibited_field_in_another_form_and_under_another_name() {
    for (prohibited, source, steps) in [
        (
            "birth_date",
            "birth_date",
            vec![Transform::Date("dd mmm yyyy".into())],
        ),
        ("family_name", "full_name", vec![Transform::Upper]),
        (
            "phones",
            "phones",
            vec![Transform::First, Transform::Digits],
        ),
        ("nhs_number", "nhs_number", Vec::new()),
    ] {
        let mut broken = lantern();
        broken.fields.retain(|row| {
            row.source
                .is_none_or(|field| !["birth_date", "full_name", "phones"].contains(&field.name))
        });
        broken.fields.push(FieldRow {
            requirement: Requirement::Prohibited,
            ..row(prohibited, "", Vec::new())
        });
        broken.fields.push(row(source, "oops", steps));
        let found = found(&broken, FEW).expect("a leak");
        assert!(found.contains(prohibited), "{found}");
    }
}

#[test]
fn the_judge_finds_a_question_in_words_of_no_table() {
    let provider = lantern();
    let asks = |rendered: &mut Rendered<'_>, _: &Person| {
        rendered.outputs.push(Output {
            target: "to_ask".to_owned(),
            value: OutValue::Text("Would you like to find work? How much do you owe?".to_owned()),
        });
    };
    let found = tampered(&provider, FEW, asks).expect("a finding");
    assert!(
        found.contains("to_ask asks in words of no table"),
        "{found}"
    );
}

#[test]
fn the_judge_finds_a_value_that_no_row_accounts_for() {
    // As if the renderer put one field's value where another's belongs.
    let provider = lantern();
    let leaks = |rendered: &mut Rendered<'_>, person: &Person| {
        let number = person.case.referral.person.nhs_number.as_ref();
        let value = number.map(|number| format!("No {}", number.expose()));
        if let (Some(value), Some(output)) = (value, rendered.outputs.last_mut()) {
            output.value = OutValue::Text(value);
        }
    };
    let found = tampered(&provider, FEW, leaks).expect("a leak");
    assert!(found.contains("nhs_number is not sent"), "{found}");
}

#[test]
fn the_judge_finds_a_value_in_the_account_of_a_case() {
    let provider = lantern();
    let tells = |rendered: &mut Rendered<'_>, person: &Person| {
        if let Some(name) = &person.case.referral.person.name.family {
            rendered
                .withheld
                .push(("reason", format!("{} says so", name.expose())));
        }
    };
    let found = tampered(&provider, FEW, tells).expect("a leak");
    assert!(
        found.contains("family_name stands in the account"),
        "{found}"
    );
}

#[test]
fn the_judge_finds_protected_data_that_is_dropped_in_silence() {
    for name in ["safe_contact", "interpreter", "language", "staff_risk"] {
        let mut broken = lantern();
        broken.fields.retain(|row| row.source_name() != name);
        broken.withheld.retain(|(field, _)| field != name);
        let found = found(&broken, FEW).expect("a loss");
        assert!(
            found.contains(&format!("{name} is lost in silence")),
            "{found}"
        );
    }
}

#[test]
fn the_judge_finds_protected_data_that_is_cut() {
    let mut broken = lantern();
    broken
        .fields
        .retain(|row| row.source_name() != "reasonable_adjustments");
    let cut = row("reasonable_adjustments", "needs", vec![Transform::First]);
    broken.fields.push(cut);
    let found = found(&broken, FEW).expect("a loss");
    assert!(
        found.contains("reasonable_adjustments is lost in silence"),
        "{found}"
    );
}

#[test]
fn words_as_written_keep_numbers_and_never_a_national_insurance_number() {
    let mut provider = lantern();
    provider.free_text = FreeTextPolicy::AsWritten;
    assert_eq!(found(&provider, FEW), None);
}

#[test]
fn the_loader_refuses_what_the_judge_would_find() {
    // The same breaks as rows of a table: none of them loads.
    let root = tempfile::tempdir().expect("a temporary folder");
    let area = root.path().join("exampleshire");
    let from = package("mappings/exampleshire");
    for (line, part) in [
        (
            "oops,primary_barrier_text,,optional,To test,S,",
            "WW-MAP-006",
        ),
        (",family_name,,prohibited,To test,O,", "WW-MAP-006"),
        (",birth_date,,prohibited,To test,O,", "WW-MAP-006"),
        (",safe_contact,,prohibited,To test,C,", "WW-MAP-006"),
        ("oops,ni_number,,optional,To test,C,", "WW-MAP-009"),
    ] {
        let _ = std::fs::remove_dir_all(&area);
        copy(&from, &area);
        let table = area.join("lantern/fields.csv");
        let text = std::fs::read_to_string(&table).expect("a table");
        std::fs::write(&table, format!("{text}{line}\n")).expect("a writable copy");
        let loaded = load(root.path());
        let disabled = loaded.disabled.iter().find(|found| found.slug == "lantern");
        let problems = disabled
            .map(|found| &found.problems[..])
            .unwrap_or_default();
        let told = problems.iter().any(|problem| problem.entry.code == part);
        assert!(told, "{line}: {problems:?}");
        assert!(loaded.provider("borough-works").is_some());
    }
}
