//! Employment, sickness absence and the fit note, from Observations.
//!
//! Local codes come first. Of SNOMED CT only codes whose meaning is the whole answer are
//! read (reference/workwell.md, codes found): "unemployed" does not say whether the
//! person seeks work, so it answers nothing here.

use jiff::civil::Date;

use super::bundle::Entries;
use super::coding::{codings, codings_in, sensitive, words};
use crate::domain::case::{Answer, EmploymentStatus, FitNote, SicknessAbsence, Work};
use crate::standards::bars::codes;
use crate::standards::fhir::Node;

/// SNOMED CT: in work, however many hours and for whomever.
const EMPLOYED: &[&str] = &["224363007", "160903007", "160904001", "160906004"];
/// SNOMED CT: on sick leave.
const ON_SICK_LEAVE: &[&str] = &["224459001"];
/// SNOMED CT: eMED3 and hand-written fit notes, not fit.
const NOT_FIT: &[&str] = &["751481000000104", "751731000000106"];
/// SNOMED CT: eMED3 and hand-written fit notes, may be fit.
const MAY_BE_FIT: &[&str] = &["751601000000107", "751751000000104"];

/// Reads all Observations that are in force.
pub(super) fn read(entries: &Entries<'_>) -> Work {
    let mut work = Work::default();
    let in_force =
        |node: &Node<'_>| !matches!(node.str("status"), Some("entered-in-error" | "cancelled"));
    for observation in entries.of_type("Observation").filter(in_force) {
        for coding in codings_in(observation, "code") {
            if coding.is_of(codes::workwell::OBSERVATION) {
                local(&mut work, coding.code, observation);
            } else if coding.is_of(codes::SNOMED) {
                snomed(&mut work, coding.code, observation);
            }
        }
    }
    work
}

fn local(work: &mut Work, question: &str, observation: Node<'_>) {
    match question {
        "employment-status" => work.employment = answer(observation, EmploymentStatus::from_code),
        "sickness-absence" => work.absence = answer(observation, SicknessAbsence::from_code),
        "absence-start" => work.absence_start = observation.str("valueDateTime").and_then(day),
        "weeks-out-of-work" => {
            let number = observation.str("valueInteger").or_else(|| {
                observation
                    .get("valueQuantity")
                    .and_then(|q| q.str("value"))
            });
            work.weeks_out_of_work = number.and_then(|number| number.parse().ok());
        }
        "fit-note" => {
            let may_be_fit = answer(observation, |code| match code {
                "may-be-fit" => Some(true),
                "not-fit" => Some(false),
                _ => None,
            });
            if let Answer::Known(may_be_fit) = may_be_fit {
                work.fit_note = Some(fit_note(may_be_fit, observation));
            }
        }
        "occupation" => work.occupation = sensitive(text(observation)),
        "employer" => work.employer = sensitive(text(observation)),
        _ => {}
    }
}

/// A local answer is never overruled by a SNOMED code.
fn snomed(work: &mut Work, code: &str, observation: Node<'_>) {
    if observation.str("valueBoolean") == Some("false") {
        return;
    }
    if EMPLOYED.contains(&code) && work.employment == Answer::Absent {
        work.employment = Answer::Known(EmploymentStatus::Employed);
    }
    if ON_SICK_LEAVE.contains(&code) && work.absence == Answer::Absent {
        work.absence = Answer::Known(SicknessAbsence::OffSick);
    }
    let may_be_fit = MAY_BE_FIT.contains(&code);
    if (may_be_fit || NOT_FIT.contains(&code)) && work.fit_note.is_none() {
        work.fit_note = Some(fit_note(may_be_fit, observation));
    }
}

/// The systems of a coded answer: our words, and the codes of the NHS Data Dictionary under
/// the systems of our own profiles.
const ANSWERS: [&str; 3] = [
    codes::workwell::ANSWER,
    codes::workwell::EMPLOYMENT_STATUS,
    codes::workwell::SICKNESS_ABSENCE,
];

/// The value of a coded answer: ours or the NHS Data Dictionary's. ZZ (and Z of the
/// sickness absence indicator) is "not stated", X "not known".
fn answer<T>(observation: Node<'_>, read: impl Fn(&str) -> Option<T>) -> Answer<T> {
    if let Some(reason) = observation.get("dataAbsentReason") {
        return match codings(reason).next().map(|coding| coding.code) {
            Some("asked-declined") => Answer::Declined,
            _ => Answer::NotKnown,
        };
    }
    let Some(value) = observation.get("valueCodeableConcept") else {
        return Answer::Absent;
    };
    let listed = codings(value).find(|coding| {
        ANSWERS.iter().any(|system| coding.is_of(system))
            || coding.system.starts_with(codes::NHS_DATA_DICTIONARY)
    });
    match listed.map(|coding| coding.code) {
        Some("ZZ" | "Z" | "declined") => Answer::Declined,
        Some(code) => read(code).map_or(Answer::NotKnown, Answer::Known),
        None => Answer::NotKnown,
    }
}

fn fit_note(may_be_fit: bool, observation: Node<'_>) -> FitNote {
    let period = observation.get("effectivePeriod");
    let of_period = |member| period.and_then(|p| p.str(member)).and_then(day);
    FitNote {
        may_be_fit,
        from: of_period("start").or_else(|| observation.str("effectiveDateTime").and_then(day)),
        to: of_period("end"),
    }
}

fn text(observation: Node<'_>) -> Option<&str> {
    observation
        .str("valueString")
        .or_else(|| observation.get("valueCodeableConcept").and_then(words))
}

/// The day of a date or an instant, as it is written.
fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}
