use serde_json::{Value, json};

use super::*;
use crate::domain::case::{Answer, EmploymentStatus, SicknessAbsence, Work};
use crate::domain::sensitive::Sensitive;
use crate::standards::bars::sample;

const LOCAL: &str = "https://workwell-gateway.example/CodeSystem/workwell-observation";

const ANSWER: &str = "https://workwell-gateway.example/CodeSystem/workwell-answer";

fn observation(system: &str, code: &str, members: &Value) -> Value {
    let mut observation = json!({
        "resourceType": "Observation",
        "status": "final",
        "code": { "coding": [{ "system": system, "code": code }] },
    });
    for (name, value) in members.as_object().expect("members") {
        observation[name] = value.clone();
    }
    observation
}

fn work_of(observations: &[Value]) -> Work {
    let mut message = sample::referral();
    for (number, observation) in (50..).zip(observations) {
        sample::add(&mut message, number, observation.clone());
    }
    referral_of(&message).work
}

fn coded(system: &str, code: &str) -> Value {
    json!({ "valueCodeableConcept": { "coding": [{ "system": system, "code": code }] } })
}

#[test]
fn employment_is_read_from_local_words_and_data_dictionary_codes() {
    let nhs = "https://datadictionary.nhs.uk/data_elements/employment_status";
    for (system, code, answer) in [
        (nhs, "01", Answer::Known(EmploymentStatus::Employed)),
        (nhs, "04", Answer::Known(EmploymentStatus::LongTermSick)),
        (ANSWER, "student", Answer::Known(EmploymentStatus::Student)),
        (nhs, "ZZ", Answer::Declined),
        (ANSWER, "declined", Answer::Declined),
        (ANSWER, "astronaut", Answer::NotKnown),
        ("https://other.example", "01", Answer::NotKnown),
    ] {
        let work = work_of(&[observation(
            LOCAL,
            "employment-status",
            &coded(system, code),
        )]);
        assert_eq!(work.employment, answer, "{code}");
    }
    let absent = json!({ "dataAbsentReason": { "coding": [{ "code": "asked-declined" }] } });
    let work = work_of(&[observation(LOCAL, "employment-status", &absent)]);
    assert_eq!(work.employment, Answer::Declined);
    assert_eq!(work_of(&[]).employment, Answer::Absent);
}

#[test]
fn listed_snomed_codes_answer_and_half_answers_do_not() {
    for (code, employment, absence) in [
        (
            "160904001",
            Answer::Known(EmploymentStatus::Employed),
            Answer::Absent,
        ),
        (
            "224459001",
            Answer::Absent,
            Answer::Known(SicknessAbsence::OffSick),
        ),
        ("73438004", Answer::Absent, Answer::Absent),
    ] {
        let work = work_of(&[observation(SNOMED, code, &json!({}))]);
        assert_eq!(
            (work.employment, work.absence),
            (employment, absence),
            "{code}"
        );
    }
    let denied = observation(SNOMED, "224459001", &json!({ "valueBoolean": false }));
    assert_eq!(work_of(&[denied]).absence, Answer::Absent);
}

#[test]
fn the_codes_of_the_data_dictionary_are_read_under_the_systems_of_our_profiles() {
    let coded_as = |list: &str, code: &str| {
        let system = format!("https://workwell-gateway.example/CodeSystem/{list}");
        coded(&system, code)
    };
    let work = work_of(&[
        observation(
            LOCAL,
            "employment-status",
            &coded_as("employment-status", "01"),
        ),
        observation(
            LOCAL,
            "sickness-absence",
            &coded_as("sickness-absence", "Y"),
        ),
    ]);
    assert_eq!(work.employment, Answer::Known(EmploymentStatus::Employed));
    assert_eq!(work.absence, Answer::Known(SicknessAbsence::OffSick));
}

#[test]
fn the_rest_of_work_is_read_from_observations() {
    let period = json!({ "effectivePeriod": { "start": "2026-07-20", "end": "2026-09-20" } });
    let work = work_of(&[
        observation(LOCAL, "sickness-absence", &coded(ANSWER, "off-sick")),
        observation(
            LOCAL,
            "absence-start",
            &json!({ "valueDateTime": "2026-07-20" }),
        ),
        observation(LOCAL, "weeks-out-of-work", &json!({ "valueInteger": 6 })),
        observation(LOCAL, "occupation", &json!({ "valueString": "joiner" })),
        observation(SNOMED, "751601000000107", &period),
    ]);
    assert_eq!(work.absence, Answer::Known(SicknessAbsence::OffSick));
    assert_eq!(work.absence_start, Some(jiff::civil::date(2026, 7, 20)));
    assert_eq!(work.weeks_out_of_work, Some(6));
    assert_eq!(
        work.occupation.map(Sensitive::into_exposed).as_deref(),
        Some("joiner")
    );
    let note = work.fit_note.expect("a fit note");
    assert!(note.may_be_fit);
    assert_eq!(
        (note.from, note.to),
        (
            Some(jiff::civil::date(2026, 7, 20)),
            Some(jiff::civil::date(2026, 9, 20))
        )
    );
}
