//! What `eligibility.csv` leaves to a provider to ask: it reaches every provider, in every
//! format, and a table that would lose it is told.

use jiff::civil::{Date, date};

use super::{Copy, committed, one_fault};
use crate::domain::case::Case;
use crate::domain::mapping::{OutValue, render, sample};
use crate::domain::provider::{PayloadKind, Provider};
use crate::standards::payload::{self, json::Event};

const TODAY: Date = date(2026, 11, 20);

/// What the provider gets of the case, as text.
fn payload_of(case: &Case, provider: &Provider) -> String {
    let heading = payload::Heading::of(case, 1, case.received_at);
    let outputs = render(case, provider, TODAY).outputs;
    let bytes = match provider.payload {
        PayloadKind::Json => payload::json::referral(&heading, Event::Created, &outputs),
        PayloadKind::FhirBundle => payload::fhir::referral(&heading, &outputs),
        PayloadKind::Csv => Ok(payload::csv::referral(
            &heading,
            Event::Created,
            provider.targets(),
            &outputs,
        )),
    };
    String::from_utf8(bytes.expect("no fault")).expect("text")
}

#[test]
fn every_committed_provider_that_may_have_to_ask_gets_its_questions() {
    let mut case = sample::case();
    case.referral.person.birth_date = None;
    case.referral.work = crate::domain::case::Work::default();
    case.referral.barriers.clear();
    case.referral.referrer.organisation = None;
    case.referral.referrer.route = crate::domain::case::SourceRoute::NotKnown;
    for provider in &committed().providers {
        let expected = provider.eligibility.questions(&case.referral, TODAY);
        let rendered = render(&case, provider, TODAY);
        let rows = provider.fields.iter().zip(&rendered.trace);
        let mapped = rows.filter(|(row, _)| row.source_name() == "questions");
        let sent: Vec<bool> = mapped.map(|(_, trace)| trace.outcome.is_sent()).collect();
        assert_eq!(sent, [!expected.is_empty()], "{}", provider.slug);
        let texts: Vec<String> = rendered
            .outputs
            .iter()
            .flat_map(|output| match &output.value {
                OutValue::Text(text) => vec![text.clone()],
                other => other.texts(),
            })
            .collect();
        let all = texts.join("\n");
        for question in expected {
            assert!(all.contains(question.text()), "{}: {all}", provider.slug);
        }
    }
}

#[test]
fn a_missing_fact_is_a_question_in_json_in_fhir_and_in_a_row_of_csv() {
    let loaded = committed();
    let mut case = sample::case();
    case.referral.work.fit_note = None;
    case.referral.barriers.clear();
    case.referral.person.birth_date = None;
    for (slug, holds) in [
        (
            "fit-note-first",
            "\"to_ask\":[\"How old are you?\",\"What about your health makes work hard?\",\"Do \
             you have a fit note, and until when does it run?\"]",
        ),
        (
            "vale-nhs-trust",
            "\"note\":[{\"text\":\"Would like help to return to work.\"},{\"text\":\"To ask the \
             person: How old are you?\"},{\"text\":\"To ask the person: Is a mental health or \
             joint or muscle problem part of what makes work hard?\"}]",
        ),
        ("harbour-line", ",How old are you?\r\n"),
    ] {
        let provider = loaded.provider(slug).expect("a committed provider");
        let payload = payload_of(&case, provider);
        assert!(payload.contains(holds), "{slug}: {payload}");
    }
}

#[test]
fn a_table_that_would_lose_its_questions_is_warned_of_and_one_that_says_why_is_not() {
    let row = "to_ask,questions,,optional,To ask the person what the referral leaves open,S,\n";
    let copy = Copy::new();
    copy.edit("lantern/fields.csv", row, "");
    assert_eq!(copy.lantern(), Vec::<String>::new());
    let told = |copy: &Copy| {
        let problems = copy.load().problems.into_iter();
        let told: Vec<String> = problems.map(|problem| problem.to_string()).collect();
        told
    };
    let warnings = told(&copy);
    assert_eq!(warnings.len(), 1, "{warnings:#?}");
    for part in [
        "WW-MAP-043",
        "exampleshire/lantern/fields.csv:1:2",
        "eligibility.csv:4 (\"employment one-of homemaker;not-seeking\") asks the person",
    ] {
        assert!(warnings[0].contains(part), "{part}: {}", warnings[0]);
    }
    let without_ask = "employment,one-of,homemaker;not-seeking,ask,,Would you like to find work?\n";
    copy.edit("lantern/eligibility.csv", without_ask, "");
    let warnings = told(&copy);
    let part = "eligibility.csv:2 (\"age below 16\") asks where its fact is missing";
    assert!(warnings[0].contains(part), "{warnings:#?}");
    copy.edit(
        "lantern/provider.toml",
        "[withheld]\n",
        "[withheld]\nquestions = \"Lantern asks everybody\"\n",
    );
    assert_eq!(told(&copy), Vec::<String>::new());
}

#[test]
fn a_question_that_would_tell_a_prohibited_field_is_a_fault() {
    let copy = Copy::new();
    copy.append(
        "lantern/eligibility.csv",
        "condition-group,none-of,msk,ask,,Is it your back?",
    );
    assert_eq!(copy.lantern(), Vec::<String>::new());
    copy.edit(
        "lantern/fields.csv",
        "help_with,barriers,code:barriers,optional",
        ",barriers,,prohibited",
    );
    let says = [
        "WW-MAP-006",
        "prohibits barriers, and the question of eligibility.csv:5",
        "(\"condition-group none-of msk\") would tell it",
    ];
    one_fault(&copy, &says);
}
