use std::fs;
use std::path::PathBuf;

use jiff::civil::{Date, date};
use serde_json::{Map, Value, json};

use super::*;
use crate::adapters::places::Places;
use crate::domain::case::Referral;
use crate::domain::identifiers::{OdsCode, Postcode};
use crate::domain::mapping::{FaultCode, OutValue, Output, RowOutcome, StatusWord, render, sample};
use crate::domain::provider::{Channel, PayloadKind};
use crate::domain::routing::{NobodyReason, Outcome, Subject, decide_everywhere};
use crate::domain::status::Status;

const TODAY: Date = date(2026, 11, 20);

fn package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn committed() -> Loaded {
    load(&package("mappings"))
}

/// A copy of the committed tables that a test damages.
struct Copy {
    root: tempfile::TempDir,
}

impl Copy {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        copy(&package("mappings"), root.path());
        Self { root }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.root.path().join("exampleshire").join(file)
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(file)).expect("a committed table");
        assert!(text.contains(from), "{file} holds no {from}");
        fs::write(self.path(file), text.replacen(from, to, 1)).expect("a writable copy");
    }

    fn append(&self, file: &str, row: &str) {
        let text = fs::read_to_string(self.path(file)).expect("a committed table");
        fs::write(self.path(file), format!("{text}{row}\n")).expect("a writable copy");
    }

    fn load(&self) -> Loaded {
        load(self.root.path())
    }

    /// What disables lantern after an edit: code, place and words.
    fn lantern(&self) -> Vec<String> {
        let loaded = self.load();
        let disabled = loaded.disabled.iter().find(|d| d.slug == "lantern");
        let problems = disabled.map(|d| d.problems.clone()).unwrap_or_default();
        problems.iter().map(ToString::to_string).collect()
    }
}

fn copy(from: &Path, to: &Path) {
    for found in fs::read_dir(from).expect("a committed folder") {
        let found = found.expect("a committed file").path();
        let target = to.join(found.file_name().expect("a name"));
        if found.is_dir() {
            fs::create_dir(&target).expect("a writable copy");
            copy(&found, &target);
        } else {
            fs::copy(&found, &target).expect("a writable copy");
        }
    }
}

/// Lantern is disabled by one fault, whose text holds all of these.
fn one_fault(copy: &Copy, holds: &[&str]) {
    let faults = copy.lantern();
    assert_eq!(faults.len(), 1, "{faults:#?}");
    for part in holds {
        assert!(
            faults[0].contains(part),
            "\"{part}\" is not in {}",
            faults[0]
        );
    }
}

#[test]
fn the_committed_mappings_load_without_a_problem() {
    for root in ["mappings", "conformance/fixtures/mappings-catch-all"] {
        let loaded = load(&package(root));
        let shown: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
        assert!(shown.is_empty(), "{root}: {shown:#?}");
        assert!(loaded.disabled.is_empty(), "{root}: {:#?}", loaded.disabled);
        assert!(!loaded.areas.is_empty() && !loaded.providers.is_empty());
    }
}

#[test]
fn the_three_providers_differ_in_channel_payload_and_basis() {
    let loaded = committed();
    let shown: Vec<(&str, &str, PayloadKind, &str)> = loaded
        .providers
        .iter()
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
        practice: person.practice.as_ref().and_then(|p| places.practice(p)),
        referral: &referral,
        today: TODAY,
    };
    decide_everywhere(&subject, &loaded.areas, &loaded.providers).outcome
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
        let rendered = render(&sample::case(), provider, TODAY);
        assert!(rendered.faults.is_empty(), "{:#?}", rendered.faults);
        let file = format!("mappings/exampleshire/{slug}/tests/off-sick/expected.json");
        let text = fs::read_to_string(package(&file)).expect("a committed expectation");
        let expected: Value = serde_json::from_str(&text).expect("JSON");
        let found = nested(&rendered.outputs);
        assert_eq!(found, expected, "{slug}: {found:#}");
    }
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
    assert_eq!(status, Some(vec!["nhsdd-employment|01".to_owned()]));
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
fn a_bad_folder_disables_its_provider_only() {
    let copy = Copy::new();
    fs::remove_file(copy.path("lantern/catchment.csv")).expect("a writable copy");
    let loaded = copy.load();
    let slugs: Vec<&str> = loaded.providers.iter().map(|p| p.slug.as_str()).collect();
    assert_eq!(slugs, ["borough-works", "vale-nhs-trust"]);
    assert_eq!((loaded.areas.len(), loaded.disabled.len()), (1, 1));
    one_fault(
        &copy,
        &["WW-MAP-001", "exampleshire/lantern/catchment.csv:1:1"],
    );
    assert!(loaded.has_faults());
}

#[test]
fn every_fault_is_reported_at_once() {
    let copy = Copy::new();
    copy.edit(
        "lantern/provider.toml",
        "[retention]\ndays = 730",
        "[retention]\ndays = \"long\"",
    );
    copy.edit("lantern/fields.csv", "To greet the person,O", ",O");
    copy.edit("lantern/eligibility.csv", "age,below", "aeg,below");
    copy.edit(
        "lantern/status.csv",
        "Got it,acknowledged",
        "Got it,delivered",
    );
    let faults = copy.lantern();
    assert_eq!(faults.len(), 4, "{faults:#?}");
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_accepted() {
    let copy = Copy::new();
    for file in [
        "lantern/fields.csv",
        "lantern/codes/barriers.csv",
        "lantern/provider.toml",
    ] {
        let text = fs::read_to_string(copy.path(file)).expect("a committed table");
        let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        fs::write(copy.path(file), windows).expect("a writable copy");
    }
    assert_eq!(copy.lantern(), Vec::<String>::new());
    copy.edit(
        "lantern/fields.csv",
        "who.born,birth_date",
        "who.born,birthdate",
    );
    // The line is the editor's, whatever ends it and however many blank ones precede.
    one_fault(&copy, &["lantern/fields.csv:8:2", "birth_date"]);
    copy.edit(
        "lantern/fields.csv",
        "case_id,case_id",
        "\r\n\r\ncase_id,case_id",
    );
    one_fault(&copy, &["lantern/fields.csv:10:2", "birth_date"]);
}

#[test]
fn a_wrong_header_shows_the_right_one() {
    let copy = Copy::new();
    copy.edit(
        "lantern/fields.csv",
        "target,source,transform",
        "target,from,transform",
    );
    let faults = copy.lantern();
    let header = &faults[0];
    assert!(header.contains("WW-MAP-002") && header.contains("lantern/fields.csv:1:2"));
    assert!(header.contains("target,source,transform,requirement,purpose,category,comment"));
}

#[test]
fn an_unknown_source_transform_and_key_name_the_nearest() {
    let copy = Copy::new();
    copy.edit(
        "lantern/fields.csv",
        "who.name,full_name",
        "who.name,fullname",
    );
    one_fault(
        &copy,
        &["WW-MAP-004", "fields.csv:7:2", "did you mean \"full_name\""],
    );

    let copy = Copy::new();
    copy.edit("lantern/fields.csv", "phones,first", "phones,frist");
    one_fault(
        &copy,
        &["WW-MAP-004", "fields.csv:10:3", "did you mean \"first\""],
    );

    let copy = Copy::new();
    copy.edit(
        "lantern/provider.toml",
        "first_contact = 5",
        "first_contct = 5",
    );
    one_fault(
        &copy,
        &[
            "WW-MAP-003",
            "provider.toml:",
            "did you mean \"first_contact\"",
        ],
    );
}

#[test]
fn a_field_without_purpose_or_category_is_a_fault() {
    let copy = Copy::new();
    copy.edit("lantern/fields.csv", "To greet the person,O", ",O");
    one_fault(
        &copy,
        &["WW-MAP-005", "fields.csv:7:5", "\"purpose\" is empty"],
    );
    let copy = Copy::new();
    copy.edit(
        "lantern/fields.csv",
        "To greet the person,O",
        "To greet the person,",
    );
    one_fault(
        &copy,
        &["WW-MAP-005", "fields.csv:7:6", "\"category\" is empty"],
    );
}

#[test]
fn a_category_may_be_stricter_but_never_laxer() {
    let copy = Copy::new();
    copy.edit(
        "lantern/fields.csv",
        "To greet the person,O",
        "To greet the person,S",
    );
    assert_eq!(copy.lantern(), Vec::<String>::new());
    copy.edit(
        "lantern/fields.csv",
        "To book an interpreter,S",
        "To book an interpreter,O",
    );
    one_fault(
        &copy,
        &["WW-MAP-013", "found O", "interpreter is S or stricter"],
    );
}

#[test]
fn protected_data_is_mapped_or_withheld_with_a_reason() {
    let copy = Copy::new();
    copy.edit(
        "lantern/fields.csv",
        "support.interpreter,interpreter,yes-no,optional,To book an interpreter,S,\n",
        "",
    );
    one_fault(
        &copy,
        &["WW-MAP-008", "interpreter = \"reason\"", "[withheld]"],
    );
    copy.edit(
        "lantern/provider.toml",
        "[withheld]\n",
        "[withheld]\ninterpreter = \"\"\n",
    );
    let faults = copy.lantern();
    assert!(
        faults[0].contains("withheld.interpreter is empty"),
        "{faults:#?}"
    );
    copy.edit(
        "lantern/provider.toml",
        "interpreter = \"\"",
        "interpreter = \"asked on the day\"",
    );
    assert_eq!(copy.lantern(), Vec::<String>::new());
}

#[test]
fn a_prohibited_row_does_not_stand_for_a_reason_to_withhold_protected_data() {
    let copy = Copy::new();
    copy.edit(
        "lantern/fields.csv",
        "support.interpreter,interpreter,yes-no,optional",
        ",interpreter,,prohibited",
    );
    one_fault(&copy, &["WW-MAP-008"]);
}

#[test]
fn a_field_that_is_both_mapped_and_withheld_is_a_contradiction() {
    let copy = Copy::new();
    copy.edit(
        "lantern/provider.toml",
        "[withheld]\n",
        "[withheld]\nlanguage = \"no need\"\n",
    );
    one_fault(
        &copy,
        &[
            "WW-MAP-006",
            "language is withheld here and mapped at fields.csv:",
        ],
    );
}

#[test]
fn data_that_is_never_taken_from_a_gp_is_refused_by_name() {
    for (name, reason) in crate::domain::mapping::NEVER_ACCEPTED {
        let copy = Copy::new();
        copy.append(
            "lantern/fields.csv",
            &format!("who.x,{name},,optional,To test,C,"),
        );
        one_fault(&copy, &["WW-MAP-009", reason]);
    }
}

#[test]
fn an_unknown_code_list_and_an_unused_one_are_told() {
    let copy = Copy::new();
    copy.edit("lantern/fields.csv", "code:barriers", "code:bariers");
    let faults = copy.lantern();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].contains("WW-MAP-010") && faults[0].contains("did you mean \"barriers\""));
    let loaded = copy.load();
    let warnings: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    assert!(
        warnings
            .iter()
            .any(|w| w.contains("codes/barriers.csv") && w.contains("no row of fields.csv"))
    );
}

#[test]
fn a_list_that_lacks_a_word_is_a_warning_and_a_word_that_cannot_be_is_a_fault() {
    let copy = Copy::new();
    copy.edit("lantern/codes/employment.csv", "volunteer,", "voluntere,");
    one_fault(
        &copy,
        &[
            "WW-MAP-004",
            "codes/employment.csv:8:1",
            "did you mean \"volunteer\"",
        ],
    );
    let loaded = copy.load();
    assert!(loaded.problems.iter().all(|p| p.warning));
    let lacking = loaded.problems[0].to_string();
    assert!(
        lacking.contains("no row for volunteer of employment_status"),
        "{lacking}"
    );
}

#[test]
fn a_code_that_a_spreadsheet_changed_is_found() {
    for (code, says) in [
        ("928000", "alias|code"),
        ("sct|9.28E+17", "6 to 18 digits"),
        ("|928000", "alias|code"),
    ] {
        let copy = Copy::new();
        copy.append(
            "vale-nhs-trust/codes/condition_text.csv",
            &format!("{code},Back,Back,,equivalent,"),
        );
        let loaded = copy.load();
        let problems = &loaded.disabled[0].problems;
        assert!(
            problems[0].to_string().contains(says),
            "{code}: {problems:#?}"
        );
    }
}

#[test]
fn a_relation_that_loses_something_says_why() {
    let copy = Copy::new();
    copy.edit(
        "lantern/codes/barriers.csv",
        "wider,Lantern groups every mental health matter",
        "wider,",
    );
    one_fault(&copy, &["WW-MAP-005", "codes/barriers.csv:2:6", "says why"]);
}

#[test]
fn one_word_for_two_statuses_is_a_fault_with_both_rows() {
    let copy = Copy::new();
    copy.append("lantern/status.csv", "all  DONE,paused,,codes,");
    one_fault(
        &copy,
        &["WW-MAP-006", "status.csv:17:1", "status.csv:10 too"],
    );
}

#[test]
fn a_status_that_is_not_the_providers_to_report_is_refused() {
    let copy = Copy::new();
    copy.edit(
        "lantern/status.csv",
        "Got it,acknowledged",
        "Got it,delivered",
    );
    one_fault(&copy, &["WW-MAP-004", "status.csv:2:2"]);
}

#[test]
fn a_status_that_ends_a_case_gives_its_reason_and_another_does_not() {
    let copy = Copy::new();
    copy.edit(
        "lantern/status.csv",
        "declined,ineligible-capacity",
        "declined,",
    );
    one_fault(&copy, &["WW-MAP-005", "closure_reason"]);
    let copy = Copy::new();
    copy.edit("lantern/status.csv", "paused,,", "paused,withdrew,");
    one_fault(&copy, &["WW-MAP-007", "does not end the case"]);
}

#[test]
fn a_transform_that_cannot_take_its_field_is_refused_when_the_table_is_loaded() {
    for (from, to, says) in [
        (
            "full_name,,required",
            "full_name,age,required",
            "cannot take a text",
        ),
        (
            "birth_date,date:dd/mm/yyyy",
            "birth_date,upper",
            "cannot take a date",
        ),
        ("phones,first", "phones,outward", "list of texts"),
        (
            "source,,constant:NHS WorkWell",
            "source,use_case,constant:NHS WorkWell",
            "has no source",
        ),
    ] {
        let copy = Copy::new();
        copy.edit("lantern/fields.csv", from, to);
        one_fault(&copy, &["WW-MAP-012", says]);
    }
}

#[test]
fn a_transform_with_a_wrong_argument_shows_an_example() {
    for (from, to, says) in [
        (
            "date:dd/mm/yyyy,optional,To see",
            "date:DD/MM,optional,To see",
            "date:dd/mm/yyyy",
        ),
        ("join:comma", "join:tab", "join:comma"),
        ("max:80", "max:many", "max:100"),
        ("phones,first", "phones,first:1", "first"),
    ] {
        let copy = Copy::new();
        copy.edit("lantern/fields.csv", from, to);
        one_fault(&copy, &["WW-MAP-007", says]);
    }
}

#[test]
fn two_rows_for_one_target_and_a_target_inside_another_are_refused() {
    let copy = Copy::new();
    copy.append(
        "lantern/fields.csv",
        "who.name,family_name,,optional,To test,O,",
    );
    one_fault(
        &copy,
        &["WW-MAP-006", "fields.csv:7 speaks of this target too"],
    );
    let copy = Copy::new();
    copy.append("lantern/fields.csv", "who,family_name,,optional,To test,O,");
    one_fault(&copy, &["WW-MAP-006"]);
    let copy = Copy::new();
    copy.append(
        "lantern/fields.csv",
        "1st name,family_name,,optional,To test,O,",
    );
    one_fault(&copy, &["WW-MAP-007", "dotted path"]);
}

#[test]
fn a_fhir_target_outside_the_closed_list_is_refused() {
    let copy = Copy::new();
    copy.edit(
        "vale-nhs-trust/fields.csv",
        "Patient.birthDate",
        "Patient.birthdate",
    );
    let loaded = copy.load();
    let problem = loaded.disabled[0].problems[0].to_string();
    assert!(
        problem.contains("did you mean \"Patient.birthDate\""),
        "{problem}"
    );
}

#[test]
fn a_secret_in_a_table_is_refused_and_not_repeated() {
    let copy = Copy::new();
    copy.edit(
        "lantern/provider.toml",
        "secret_file = \"secrets/lantern-webhook\"",
        "secret = \"whsec_hunter2\"",
    );
    one_fault(&copy, &["WW-MAP-003", "secret_file"]);
    assert!(!copy.lantern()[0].contains("hunter2"));
    let copy = Copy::new();
    copy.edit(
        "lantern/provider.toml",
        "https://lantern.example",
        "https://me:hunter2@lantern.example",
    );
    one_fault(&copy, &["WW-MAP-007", "user name or password"]);
    assert!(!copy.lantern()[0].contains("hunter2"));
}

#[test]
fn the_head_must_say_agreement_basis_lawful_basis_and_retention() {
    for (from, to, says) in [
        ("expires = 2029-03-31\n", "", "agreement.expires is missing"),
        (
            "expires = 2029-03-31",
            "expires = \"31.3.2029\"",
            "write yyyy-mm-dd",
        ),
        (
            "basis = \"explicit-consent\"",
            "basis = \"consent\"",
            "explicit-consent",
        ),
        (
            "basis = \"explicit-consent\"",
            "basis = \"direct-care\"",
            "confidentiality.approved_by is missing",
        ),
        ("\"9(2)(h)\"", "\"9(2)(z)\"", "9(2)(h)"),
        ("days = 730", "", "retention.days is missing"),
        (
            "kind = \"webhook\"",
            "kind = \"email\"",
            "webhook, fhir-rest, collect",
        ),
    ] {
        let copy = Copy::new();
        copy.edit("lantern/provider.toml", from, to);
        let faults = copy.lantern();
        let told = faults
            .iter()
            .any(|fault| fault.contains(says) && fault.contains("provider.toml:"));
        assert!(told, "{says}: {faults:#?}");
    }
}

#[test]
fn damage_is_named_with_its_place_and_never_a_panic() {
    let copy = Copy::new();
    fs::write(copy.path("lantern/fields.csv"), b"target,\xff\xfe").expect("a writable copy");
    let faults = copy.lantern();
    assert!(
        faults[0].contains("WW-MAP-011") && faults[0].contains("UTF-8"),
        "{faults:#?}"
    );

    let copy = Copy::new();
    fs::write(copy.path("lantern/eligibility.csv"), "").expect("a writable copy");
    one_fault(
        &copy,
        &["WW-MAP-002", "eligibility.csv:1:1", "the file is empty"],
    );

    let copy = Copy::new();
    copy.append("lantern/catchment.csv", "practice,Y99003");
    one_fault(
        &copy,
        &[
            "WW-MAP-011",
            "catchment.csv:8:1",
            "found 2 cells, expected 6",
        ],
    );

    let copy = Copy::new();
    copy.append("lantern/provider.toml", "this is not TOML");
    let faults = copy.lantern();
    assert!(
        faults
            .iter()
            .any(|f| f.contains("WW-MAP-011") && f.contains("provider.toml:"))
    );
}

#[test]
fn the_rows_of_a_catchment_are_checked() {
    for (row, says) in [
        ("district,ZZ1,include,,,", "postcode"),
        ("postcode,ZZ1 2A,include,,,", "a district (ZZ1)"),
        ("la,E99,include,,,", "nine-character"),
        ("any,ZZ1,include,,,", "has no code"),
        ("practice,Y99003,maybe,,,", "include, exclude"),
        ("practice,Y99003,include,1.4.2026,,", "yyyy-mm-dd"),
        (
            "practice,Y99003,include,2026-04-01,2026-03-01,",
            "lies before",
        ),
        ("practice,y99001,include,,,", "catchment.csv:2 too"),
    ] {
        let copy = Copy::new();
        copy.append("lantern/catchment.csv", row);
        one_fault(&copy, &["catchment.csv:8:", says]);
    }
}

#[test]
fn the_rows_of_eligibility_are_checked() {
    for (row, says) in [
        (
            "employment,below,18,refuse,ineligible-age,No.",
            "compares words",
        ),
        ("employment,is,employed;student,ask,,Really?", "one-of"),
        (
            "employment,one-of,employed;studnet,ask,,Really?",
            "did you mean \"student\"",
        ),
        ("age,below,teen,refuse,ineligible-age,No.", "whole number"),
        ("age,below,18,refuse,,No.", "\"reason\" is empty"),
        ("age,below,18,refuse,ineligible-age,", "\"words\" is empty"),
        ("age,below,18,refuse,too-young,No.", "ineligible-age"),
    ] {
        let copy = Copy::new();
        copy.append("lantern/eligibility.csv", row);
        one_fault(&copy, &["eligibility.csv:5:", says]);
    }
}

#[test]
fn a_routing_row_without_a_folder_is_a_fault_and_a_folder_without_a_row_a_warning() {
    let copy = Copy::new();
    copy.append("routing.csv", "ghost,40,,,");
    copy.edit(
        "routing.csv",
        "lantern,10,2026-04-01,,North: home or practice\n",
        "",
    );
    let loaded = copy.load();
    let told: Vec<(String, bool)> = loaded
        .problems
        .iter()
        .map(|p| (p.to_string(), p.warning))
        .collect();
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told[0].0.contains("\"ghost\" has no folder") && !told[0].1);
    assert!(told[1].0.contains("\"lantern\" has no row") && told[1].1);
    assert_eq!(loaded.areas.len(), 1, "the rest of the area is served");
}

#[test]
fn a_damaged_area_is_not_served_and_says_why() {
    let copy = Copy::new();
    copy.edit("area.toml", "prefer-practice\"", "prefer-pratice\"");
    let loaded = copy.load();
    assert!(loaded.areas.is_empty());
    let told = loaded.problems[0].to_string();
    assert!(
        told.contains("exampleshire/area.toml:6:1")
            && told.contains("did you mean \"prefer-practice\""),
        "{told}"
    );
}

#[test]
fn first_listed_needs_priorities_of_their_own() {
    let copy = Copy::new();
    copy.edit(
        "area.toml",
        "tie = \"prefer-practice\"",
        "tie = \"first-listed\"",
    );
    assert!(!copy.load().has_faults());
    copy.edit("routing.csv", "borough-works,20", "borough-works,10");
    assert!(copy.load().problems[0].to_string().contains("WW-MAP-006"));
}

#[test]
fn one_slug_in_two_areas_is_refused() {
    let copy = Copy::new();
    let second = copy.root.path().join("otherland");
    fs::create_dir(&second).expect("a writable copy");
    self::copy(
        &package("conformance/fixtures/mappings-catch-all/everywhere"),
        &second,
    );
    fs::rename(second.join("catch-all"), second.join("lantern")).expect("a writable copy");
    fs::write(
        second.join("routing.csv"),
        "provider,priority,from,to,comment\nlantern,1,,,\n",
    )
    .expect("a writable copy");
    let loaded = copy.load();
    assert_eq!(loaded.disabled[0].area, "otherland");
    assert!(
        loaded
            .provider("lantern")
            .is_some_and(|p| p.area == "exampleshire")
    );
}

#[test]
fn the_digest_changes_with_any_table_and_not_with_its_tests() {
    let digest = |copy: &Copy| copy.load().provider("lantern").map(|p| p.digest.clone());
    let copy = Copy::new();
    let before = digest(&copy).expect("a whole folder");
    assert_eq!(before.len(), 64);
    assert!(before.bytes().all(|b| b.is_ascii_hexdigit()));
    assert_eq!(digest(&Copy::new()), Some(before.clone()));
    fs::write(copy.path("lantern/tests/note.txt"), "a note").expect("a writable copy");
    assert_eq!(digest(&copy), Some(before.clone()));
    copy.edit("lantern/codes/gender.csv", "Another word", "Another");
    assert_ne!(digest(&copy), Some(before));
}

#[test]
fn a_missing_root_is_one_problem() {
    let loaded = load(Path::new("no/such/folder"));
    assert_eq!(loaded.problems.len(), 1);
    assert!(loaded.has_faults() && loaded.areas.is_empty());
}

#[test]
fn on_reload_a_bad_folder_keeps_its_last_good_version() {
    let copy = Copy::new();
    let before = copy.load();
    copy.edit(
        "lantern/fields.csv",
        "who.name,full_name",
        "who.name,fullname",
    );
    copy.edit("area.toml", "prefer-practice\"", "prefer-pratice\"");
    let after = copy.load().keeping(&before);
    let digest = |loaded: &Loaded| loaded.provider("lantern").map(|p| p.digest.clone());
    assert_eq!(digest(&after), digest(&before));
    assert_eq!(after.areas, before.areas);
    assert_eq!(after.disabled.len(), 1, "its faults are still told");
    assert!(after.has_faults());
}

#[test]
fn a_provider_whose_folder_is_gone_is_not_kept() {
    let copy = Copy::new();
    let before = copy.load();
    fs::remove_dir_all(copy.path("lantern")).expect("a writable copy");
    assert!(copy.load().keeping(&before).provider("lantern").is_none());
}

#[test]
fn the_trace_says_where_each_field_went_and_holds_no_value() {
    let loaded = committed();
    let lantern = loaded.provider("lantern").expect("a committed provider");
    let rendered = render(&sample::case(), lantern, TODAY);
    let mut found = "target,source,row,transform,lossy,outcome\n".to_owned();
    for row in &rendered.trace {
        let cells = [
            row.target.as_str(),
            row.source,
            &row.row.to_string(),
            &row.transform,
            if row.lossy { "lossy" } else { "" },
            row.outcome.code(),
        ];
        found.push_str(&cells.join(","));
        found.push('\n');
    }
    let file = "mappings/exampleshire/lantern/tests/off-sick/expected-trace.csv";
    let expected = fs::read_to_string(package(file)).expect("a committed expectation");
    assert_eq!(found, expected, "{found}");
}
