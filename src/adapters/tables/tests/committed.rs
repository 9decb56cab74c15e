//! What the committed tables do with a case.

use std::fs;

use jiff::civil::{Date, date};
use serde_json::{Map, Value, json};

use super::{committed, package};
use crate::adapters::places::Places;
use crate::adapters::tables::load;
use crate::domain::case::{Case, Referral};
use crate::domain::consent::{Decision, Recipient, Record};
use crate::domain::identifiers::{OdsCode, Postcode};
use crate::domain::mapping::{
    FaultCode, OutValue, Output, RowOutcome, StatusWord, narrow, render, sample,
};
use crate::domain::organisation::Successions;
use crate::domain::provider::{Channel, PayloadKind};
use crate::domain::routing::{NobodyReason, Outcome, Subject, decide_both_ways};
use crate::domain::status::Status;
use crate::problem::Problem;
use crate::standards::payload::{self, json::Event};

const TODAY: Date = date(2026, 11, 20);

#[test]
fn the_committed_mappings_load_without_a_problem() {
    for root in ["mappings", "conformance/fixtures/mappings-catch-all"] {
        let loaded = load(&package(root));
        // Whoever serves everybody groups nobody, and has no table of groups.
        let known = |problem: &&Problem| {
            root != "mappings"
                && problem.warning
                && problem.path.as_deref() == Some("condition-groups.csv:1:1")
        };
        let problems = loaded.problems.iter().filter(|problem| !known(problem));
        let shown: Vec<String> = problems.map(ToString::to_string).collect();
        assert!(shown.is_empty(), "{root}: {shown:#?}");
        assert!(loaded.disabled.is_empty(), "{root}: {:#?}", loaded.disabled);
        assert!(!loaded.areas.is_empty() && !loaded.providers.is_empty());
    }
}

#[test]
fn the_providers_differ_in_channel_payload_and_basis() {
    let loaded = committed();
    let shown: Vec<(&str, &str, PayloadKind, &str)> = loaded
        .providers
        .iter()
        .filter(|p| p.area == "exampleshire")
        .map(|p| (p.slug.as_str(), p.channel.code(), p.payload, p.basis.code()))
        .collect();
    assert_eq!(
        shown,
        [
            (
                "borough-works",
                "collect",
                PayloadKind::Json,
                "explicit-consent"
            ),
            ("lantern", "webhook", PayloadKind::Json, "explicit-consent"),
            (
                "stillwater",
                "collect",
                PayloadKind::Json,
                "explicit-consent"
            ),
            (
                "vale-nhs-trust",
                "fhir-rest",
                PayloadKind::FhirBundle,
                "direct-care"
            ),
        ]
    );
    let lantern = loaded.provider("lantern").expect("a committed provider");
    let Channel::Webhook { secret_file, .. } = &lantern.channel else {
        panic!("lantern has a webhook");
    };
    assert_eq!(secret_file.as_deref(), Some("secrets/lantern-webhook"));
}

fn routed(postcode: Option<&str>, practice: Option<&str>, change: fn(&mut Referral)) -> Outcome {
    let loaded = committed();
    let places = Places::synthetic();
    let mut referral = sample::referral();
    referral.person.address.postcode = postcode.and_then(Postcode::parse);
    referral.person.practice = practice.and_then(OdsCode::parse);
    change(&mut referral);
    let person = &referral.person;
    let subject = Subject {
        residence: person
            .address
            .postcode
            .as_ref()
            .and_then(|p| places.residence(p)),
        practice: person
            .practice
            .as_ref()
            .and_then(|p| places.practice(p, TODAY)),
        successions: Successions::default(),
        referral: &referral,
        referred_on: TODAY,
        decided_on: TODAY,
    };
    decide_both_ways(&subject, &[], &loaded.areas, &loaded.providers).outcome
}

#[test]
fn each_part_of_exampleshire_is_served_by_its_own_provider_or_by_nobody() {
    for (postcode, practice, expected) in [
        (
            Some("ZZ1 1AA"),
            Some("Y99001"),
            Some(("lantern", "practice")),
        ),
        (Some("ZZ2 4CD"), None, Some(("lantern", "residence"))),
        (
            Some("ZZ99 1AA"),
            Some("Y99777"),
            Some(("lantern", "residence")),
        ),
        (None, Some("Y99002"), Some(("lantern", "practice"))),
        (
            Some("ZZ5 1AA"),
            Some("Y99003"),
            Some(("borough-works", "residence")),
        ),
        (
            Some("ZZ99 2AA"),
            Some("Y99003"),
            Some(("borough-works", "residence")),
        ),
        (
            Some("ZZ8 1AA"),
            Some("Y99004"),
            Some(("vale-nhs-trust", "practice")),
        ),
        (
            Some("ZZ99 3AA"),
            Some("Y99004"),
            Some(("vale-nhs-trust", "practice")),
        ),
        // Lives in one part, is registered in another: the practice decides.
        (
            Some("ZZ5 1AA"),
            Some("Y99004"),
            Some(("vale-nhs-trust", "practice")),
        ),
        (
            Some("ZZ1 1AA"),
            Some("Y99004"),
            Some(("vale-nhs-trust", "practice")),
        ),
        (Some("ZZ99 9ZZ"), Some("Y99009"), None),
        (Some("ZZ10 1AA"), Some("Y99009"), None),
        (Some("ZZ98 2BB"), None, None),
    ] {
        let outcome = routed(postcode, practice, |_| {});
        let found = match &outcome {
            Outcome::One { slug, basis, .. } => Some((slug.as_str(), basis.code())),
            _ => None,
        };
        assert_eq!(found, expected, "{postcode:?} {practice:?}: {outcome:?}");
        if expected.is_none() {
            let reasons = vec![NobodyReason::OutOfArea];
            assert_eq!(outcome, Outcome::Nobody { reasons }, "{postcode:?}");
        }
    }
}

#[test]
fn a_home_outside_the_vale_is_no_vale_home_for_the_council() {
    let outcome = routed(Some("ZZ8 1AA"), Some("Y99003"), |_| {});
    let reasons = vec![NobodyReason::OutOfArea];
    assert_eq!(outcome, Outcome::Nobody { reasons });
}

#[test]
fn a_person_of_whom_little_is_known_is_served_and_asked() {
    let outcome = routed(Some("ZZ5 1AA"), None, |referral| {
        referral.person.birth_date = None;
        referral.work = crate::domain::case::Work::default();
    });
    let Outcome::One { questions, .. } = outcome else {
        panic!("missing data is never a refusal");
    };
    let asked: Vec<&str> = questions.iter().map(|q| q.rule.code()).collect();
    assert_eq!(asked, ["age", "employment", "weeks-out-of-work", "absence"]);
}

#[test]
fn twenty_seven_weeks_out_of_work_are_too_many_for_the_council() {
    let outcome = routed(Some("ZZ5 1AA"), None, |referral| {
        referral.work.weeks_out_of_work = Some(27);
    });
    let reasons = vec![NobodyReason::NotEligible];
    assert_eq!(outcome, Outcome::Nobody { reasons });
}

fn nested(outputs: &[Output]) -> Value {
    let mut root = Map::new();
    for output in outputs {
        let mut names: Vec<&str> = output.target.split('.').collect();
        let last = names.pop().expect("a path has a name");
        let mut object = &mut root;
        for name in names {
            let inner = object.entry(name).or_insert_with(|| json!({}));
            object = inner.as_object_mut().expect("no path ends inside another");
        }
        let value = match &output.value {
            OutValue::Text(text) => json!(text),
            OutValue::List(items) => json!(items),
            OutValue::Bool(yes) => json!(yes),
            OutValue::Number(number) => json!(number),
        };
        object.insert(last.to_owned(), value);
    }
    Value::Object(root)
}

#[test]
fn the_sample_case_reads_in_each_providers_own_words() {
    let loaded = committed();
    for slug in ["lantern", "borough-works"] {
        let provider = loaded.provider(slug).expect("a committed provider");
        let read = |file: &str| {
            let file = format!("mappings/exampleshire/{slug}/tests/off-sick/{file}");
            fs::read_to_string(package(&file)).expect("a committed test")
        };
        let case: Case = serde_json::from_str(&read("referral.json")).expect("a case");
        let rendered = render(&case, provider, TODAY);
        assert!(rendered.faults.is_empty(), "{:#?}", rendered.faults);
        let expected: Value = serde_json::from_str(&read("expected.json")).expect("JSON");
        let found = nested(&rendered.outputs);
        assert_eq!(found, expected, "{slug}: {found:#}");
    }
}

#[test]
fn a_partner_gets_a_referred_on_case_in_its_own_words_and_nothing_besides() {
    let loaded = committed();
    let partner = loaded.provider("stillwater").expect("a committed provider");
    let mut case = sample::case();
    case.referral = narrow(&case.referral, partner);
    case.referral.referrer.organisation_name = Some("Lantern".to_owned());
    case.referred_on_by = Some("lantern".to_owned());
    let consent = Record {
        decision: Decision::Given,
        at: "2026-11-19T10:00:00Z".parse().ok(),
        until: None,
        recorded_by: None,
        how: Some("spoken".to_owned()),
    };
    let recipient = Recipient::Partner("stillwater".to_owned());
    case.referral.consents.recipients = vec![(recipient, consent)];
    let rendered = render(&case, partner, TODAY);
    assert!(rendered.faults.is_empty(), "{:#?}", rendered.faults);
    let file = "mappings/exampleshire/stillwater/tests/referred-on/expected.json";
    let text = fs::read_to_string(package(file)).expect("a committed expectation");
    let expected: Value = serde_json::from_str(&text).expect("JSON");
    let found = nested(&rendered.outputs);
    assert_eq!(found, expected, "{found:#}");
}

#[test]
fn the_partners_of_an_area_are_read_with_their_limits() {
    let loaded = committed();
    let routes: Vec<(&str, &str, u32)> = loaded.areas[0]
        .partners
        .iter()
        .map(|row| {
            (
                row.provider.as_str(),
                row.partner.as_str(),
                row.consent_days,
            )
        })
        .collect();
    let expected = [
        ("lantern", "stillwater", 28),
        ("borough-works", "stillwater", 14),
    ];
    assert_eq!(routes, expected);
}

#[test]
fn the_trust_gets_targets_of_the_closed_list_without_the_employer() {
    let loaded = committed();
    let trust = loaded
        .provider("vale-nhs-trust")
        .expect("a committed provider");
    let rendered = render(&sample::case(), trust, TODAY);
    assert!(rendered.faults.is_empty(), "{:#?}", rendered.faults);
    let find = |target: &str| rendered.outputs.iter().find(|o| o.target == target);
    let family = find("Patient.name.family").map(|o| o.value.texts());
    assert_eq!(family, Some(vec!["Quillfeather".to_owned()]));
    let status = find("Observation.employment-status").map(|o| o.value.texts());
    assert_eq!(status, Some(vec!["Employed".to_owned()]));
    assert!(find("Observation.employer").is_none());
    let employer = rendered.trace.iter().find(|row| row.source == "employer");
    assert_eq!(
        employer.map(|row| row.outcome),
        Some(RowOutcome::Prohibited)
    );
    assert!(
        rendered
            .withheld
            .iter()
            .any(|(name, _)| *name == "employer")
    );
}

#[test]
fn every_provider_gets_a_payload_that_its_format_can_hold() {
    let case = sample::case();
    let heading = payload::Heading {
        case_id: case.id,
        reference: &case.reference,
        version: 1,
        at: case.received_at,
    };
    for provider in &committed().providers {
        let outputs = render(&case, provider, TODAY).outputs;
        let bytes = match provider.payload {
            PayloadKind::Json => payload::json::referral(&heading, Event::Created, &outputs),
            PayloadKind::FhirBundle => payload::fhir::referral(&heading, &outputs),
            PayloadKind::Csv => continue,
        };
        let bytes = bytes.unwrap_or_else(|problems| panic!("{}: {problems:#?}", provider.slug));
        let tree: Value = serde_json::from_slice(&bytes).expect("JSON");
        assert!(tree.is_object(), "{}", provider.slug);
    }
}

#[test]
fn every_field_of_the_sample_case_is_accounted_for_by_each_provider() {
    for provider in &committed().providers {
        let rendered = render(&sample::case(), provider, TODAY);
        for protected in ["safe_contact", "safeguarding", "reasonable_adjustments"] {
            assert!(
                !rendered.unused.contains(&protected),
                "{}: {protected}",
                provider.slug
            );
        }
        assert_eq!(rendered.trace.len(), provider.fields.len());
    }
}

#[test]
fn a_case_that_lacks_what_the_trust_requires_is_a_named_fault() {
    let loaded = committed();
    let trust = loaded
        .provider("vale-nhs-trust")
        .expect("a committed provider");
    let mut case = sample::case();
    case.referral.person.birth_date = None;
    let rendered = render(&case, trust, TODAY);
    let faults: Vec<(FaultCode, &str)> =
        rendered.faults.iter().map(|f| (f.code, f.source)).collect();
    assert_eq!(faults, [(FaultCode::RequiredMissing, "birth_date")]);
}

#[test]
fn the_words_of_each_provider_are_read() {
    let loaded = committed();
    for (slug, word, status) in [
        ("lantern", "We've said yes", Status::Accepted),
        ("lantern", "First chat done", Status::InSupport),
        ("lantern", "all done", Status::Completed),
        ("lantern", "Not for us", Status::Declined),
        ("borough-works", "CLOSED - SUCCESSFUL", Status::Completed),
        ("borough-works", "rejected", Status::Declined),
        ("vale-nhs-trust", "in-progress", Status::InSupport),
        ("vale-nhs-trust", "rejected", Status::Declined),
    ] {
        let provider = loaded.provider(slug).expect("a committed provider");
        let found: Option<&StatusWord> = provider.status_words.find(word);
        assert_eq!(found.map(|row| row.status), Some(status), "{slug}: {word}");
        assert_eq!(provider.status_words.find("gone fishing"), None);
    }
}

#[test]
fn the_shortlist_of_a_place_changes_no_decision_at_any_two_places() {
    let (loaded, places) = (committed(), Places::synthetic());
    let homes = places.homes();
    let mut served = 0;
    for practice in places.practices(TODAY) {
        for (postcode, _) in &homes {
            let mut referral = sample::referral();
            referral.person.practice = Some(practice.ods.clone());
            referral.person.address.postcode = Some(postcode.clone());
            let found = places.whereabouts(Some(postcode), Some(&practice.ods), TODAY);
            let subject = Subject {
                referral: &referral,
                referred_on: TODAY,
                decided_on: TODAY,
                residence: found.residence,
                practice: found.practice,
                successions: found.successions,
            };
            let decision = decide_both_ways(&subject, &[], &loaded.areas, &loaded.providers);
            served += usize::from(matches!(decision.outcome, Outcome::One { .. }));
        }
    }
    assert!(served > 100, "{served} of these people are served");
}
