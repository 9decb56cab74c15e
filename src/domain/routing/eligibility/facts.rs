//! What is true of a person for one row: yes, no, or nobody can tell.

use jiff::civil::Date;

use super::{EligibilityRow, Expected, Operator, Rule};
use crate::domain::case::{BarrierGroup, EmploymentStatus, Referral, SourceRoute};
use crate::domain::identifiers::OdsCode;
use crate::domain::mapping;

/// Whether a row holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    No,
    Unknown,
}

/// The words that are true of a person, and whether there may be more.
struct Words<'a> {
    known: Vec<&'a str>,
    complete: bool,
}

pub(super) fn holds(row: &EligibilityRow, referral: &Referral, today: Date) -> Truth {
    match &row.expected {
        Expected::Number(expected) => match number(row.rule, referral, today) {
            Some(found) => truth(compare(row.operator, found, *expected)),
            None => Truth::Unknown,
        },
        Expected::Words(expected) => among(&words(row.rule, referral), expected, row.operator),
    }
}

const fn truth(yes: bool) -> Truth {
    if yes { Truth::Yes } else { Truth::No }
}

const fn compare(operator: Operator, found: u32, expected: u32) -> bool {
    match operator {
        Operator::Below => found < expected,
        Operator::Above => found > expected,
        Operator::AtLeast => found >= expected,
        Operator::AtMost => found <= expected,
        Operator::IsNot | Operator::NoneOf => found != expected,
        Operator::Is | Operator::OneOf => found == expected,
    }
}

/// One known word that is listed settles it; none settles it only when all are known.
fn among(found: &Words<'_>, expected: &[String], operator: Operator) -> Truth {
    let listed = found
        .known
        .iter()
        .any(|word| expected.iter().any(|e| e == word));
    let negated = matches!(operator, Operator::IsNot | Operator::NoneOf);
    if listed {
        return truth(!negated);
    }
    if found.complete {
        return truth(negated);
    }
    Truth::Unknown
}

fn number(rule: Rule, referral: &Referral, today: Date) -> Option<u32> {
    match rule {
        Rule::Age => {
            let born = *referral.person.birth_date.as_ref()?.expose();
            mapping::age_on(born, today)
        }
        Rule::WeeksOutOfWork => weeks_out_of_work(referral, today),
        _ => None,
    }
}

/// Stated, or 0 for a person in work, or counted from the first day out of work when the
/// person is known to be out of work.
fn weeks_out_of_work(referral: &Referral, referred_on: Date) -> Option<u32> {
    let work = &referral.work;
    if work.weeks_out_of_work.is_some() {
        return work.weeks_out_of_work;
    }
    if work.employment.known()? == &EmploymentStatus::Employed {
        return Some(0);
    }
    let days = work.absence_start?.until(referred_on).ok()?.get_days();
    u32::try_from(days / 7).ok()
}

fn words(rule: Rule, referral: &Referral) -> Words<'_> {
    let work = &referral.work;
    match rule {
        Rule::Employment => at_most_one(work.employment.known().map(|e| e.code())),
        Rule::Absence => at_most_one(work.absence.known().map(|a| a.code())),
        // No fit note in the message does not mean that there is none.
        Rule::FitNote => match &work.fit_note {
            None => at_most_one(None),
            Some(note) => Words {
                known: vec![
                    "yes",
                    if note.may_be_fit {
                        "may-be-fit"
                    } else {
                        "not-fit"
                    },
                ],
                complete: true,
            },
        },
        Rule::SourceRoute => {
            let route = referral.referrer.route;
            at_most_one((route != SourceRoute::NotKnown).then(|| route.code()))
        }
        Rule::ConditionGroup => condition_groups(referral),
        Rule::Referrer => {
            let organisation = referral.referrer.organisation.as_ref();
            at_most_one(organisation.map(OdsCode::as_str))
        }
        Rule::Age | Rule::WeeksOutOfWork | Rule::RightToWork => at_most_one(None),
    }
}

fn at_most_one(word: Option<&str>) -> Words<'_> {
    Words {
        complete: word.is_some(),
        known: word.into_iter().collect(),
    }
}

/// A barrier of group `not-known` may belong to any group, so that it leaves the list
/// open; no barrier at all says nothing.
fn condition_groups(referral: &Referral) -> Words<'_> {
    let groups = referral.barriers.iter().map(|barrier| barrier.group);
    let known: Vec<&'static str> = groups
        .clone()
        .filter(|group| *group != BarrierGroup::NotKnown)
        .map(BarrierGroup::code)
        .collect();
    let open = groups.clone().any(|group| group == BarrierGroup::NotKnown);
    Words {
        complete: !known.is_empty() && !open,
        known,
    }
}
