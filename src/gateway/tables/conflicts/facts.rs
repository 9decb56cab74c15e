//! Whether a person whose every fact is known can be eligible for two providers.
//!
//! Tables divide people at the values that their rows name. One value on each side of each
//! of these stands for all, and the tables themselves judge every combination.

use jiff::ToSpan;
use jiff::civil::Date;

use super::stranger;
use crate::domain::case::{
    Answer, Barrier, BarrierGroup, EmploymentStatus, FitNote, Referral, SicknessAbsence,
    SourceRoute,
};
use crate::domain::organisation::Successions;
use crate::domain::provider::Provider;
use crate::domain::routing::{Eligibility, EligibilityRow, Expected, Rule, Subject};
use crate::domain::sensitive::Sensitive;

/// One value of one fact.
#[derive(Clone, Copy)]
enum Fact {
    Age(u32),
    Weeks(u32),
    Employment(EmploymentStatus),
    Absence(SicknessAbsence),
    FitNote(bool),
    Group(BarrierGroup),
    Route(SourceRoute),
}

/// Combinations tried for a pair; with more facts than that the answer is yes, so that
/// nothing is hidden.
const MOST: usize = 50_000;

/// Whether somebody of whom everything is known that these tables ask for is eligible for
/// both.
pub(super) fn both_take(one: &Provider, other: &Provider, today: Date) -> bool {
    let rows: Vec<&EligibilityRow> = [one, other]
        .into_iter()
        .flat_map(|provider| provider.eligibility.rows())
        .collect();
    let mut rules: Vec<Rule> = Vec::new();
    for row in &rows {
        if !rules.contains(&row.rule) {
            rules.push(row.rule);
        }
    }
    let choices: Vec<Vec<Fact>> = rules
        .iter()
        .map(|rule| {
            let rows = rows.iter().filter(|row| row.rule == *rule);
            values(*rule, &rows.copied().collect::<Vec<_>>())
        })
        .filter(|values| !values.is_empty())
        .collect();
    let count = choices
        .iter()
        .try_fold(1_usize, |count, values| count.checked_mul(values.len()));
    let Some(count) = count.filter(|count| *count <= MOST) else {
        return true;
    };
    (0..count).any(|number| {
        let referral = person(number, &choices, today);
        takes(&one.eligibility, &referral, today) && takes(&other.eligibility, &referral, today)
    })
}

fn takes(eligibility: &Eligibility, referral: &Referral, today: Date) -> bool {
    let subject = Subject {
        referral,
        referred_on: today,
        decided_on: today,
        residence: None,
        practice: None,
        successions: Successions::default(),
    };
    eligibility.judge(&subject).refused.is_none()
}

/// The person of this number, counted through every combination.
fn person(number: usize, choices: &[Vec<Fact>], today: Date) -> Referral {
    let mut referral = stranger::referral();
    let mut rest = number;
    for values in choices {
        set(&mut referral, values[rest % values.len()], today);
        rest /= values.len();
    }
    referral
}

fn set(referral: &mut Referral, fact: Fact, today: Date) {
    let work = &mut referral.work;
    match fact {
        Fact::Age(years) => {
            let born = today.saturating_sub(i64::from(years).years());
            referral.person.birth_date = Some(Sensitive::new(born));
        }
        Fact::Weeks(weeks) => work.weeks_out_of_work = Some(weeks),
        Fact::Employment(status) => work.employment = Answer::Known(status),
        Fact::Absence(absence) => work.absence = Answer::Known(absence),
        Fact::FitNote(may_be_fit) => {
            work.fit_note = Some(FitNote {
                may_be_fit,
                from: None,
                to: None,
            });
        }
        Fact::Group(group) => {
            referral.barriers = vec![Barrier {
                group,
                code: None,
                text: None,
            }];
        }
        Fact::Route(route) => referral.referrer.route = route,
    }
}

/// The values of a rule that the rows can tell apart. A rule that is not known here gives
/// none: then nothing is known of it, and what is missing never refuses.
fn values(rule: Rule, rows: &[&EligibilityRow]) -> Vec<Fact> {
    match rule.code() {
        "age" => numbers(rows).into_iter().map(Fact::Age).collect(),
        "weeks-out-of-work" => numbers(rows).into_iter().map(Fact::Weeks).collect(),
        "employment" => {
            let all = EmploymentStatus::ALL.iter();
            named(rows, all.map(|row| (row.0, row.0.code())), Fact::Employment)
        }
        "absence" => {
            let all = SicknessAbsence::ALL.iter();
            named(rows, all.map(|row| (row.0, row.0.code())), Fact::Absence)
        }
        "fit-note" => vec![Fact::FitNote(true), Fact::FitNote(false)],
        "condition-group" => {
            let all = BarrierGroup::ALL.iter();
            let all = all.map(|row| (row.0, row.0.code()));
            let known = all.filter(|(group, _)| *group != BarrierGroup::NotKnown);
            named(rows, known, Fact::Group)
        }
        "source-route" => {
            let all = SourceRoute::ALL.iter().map(|row| (row.0, row.1));
            let known = all.filter(|(route, _)| *route != SourceRoute::NotKnown);
            named(rows, known, Fact::Route)
        }
        _ => Vec::new(),
    }
}

/// Each number that a row names, and its neighbours.
fn numbers(rows: &[&EligibilityRow]) -> Vec<u32> {
    let mut numbers: Vec<u32> = rows
        .iter()
        .filter_map(|row| match row.expected {
            Expected::Number(number) => Some(number.min(130)),
            Expected::Words(_) => None,
        })
        .flat_map(|number| [number.saturating_sub(1), number, number + 1])
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Each word that a row names, and one that none does.
fn named<T: Copy>(
    rows: &[&EligibilityRow],
    all: impl Iterator<Item = (T, &'static str)>,
    fact: fn(T) -> Fact,
) -> Vec<Fact> {
    let is_named = |word: &str| {
        let mut rows = rows.iter();
        rows.any(|row| match &row.expected {
            Expected::Words(words) => words.iter().any(|named| named == word),
            Expected::Number(_) => false,
        })
    };
    let (named, others): (Vec<_>, Vec<_>) = all.partition(|(_, word)| is_named(word));
    let first_other = others.into_iter().take(1);
    let values = named.into_iter().chain(first_other);
    values.map(|(value, _)| fact(value)).collect()
}
