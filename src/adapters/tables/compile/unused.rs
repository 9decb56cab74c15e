//! Rows that can never decide anything, because another row always answers for them.

use crate::adapters::tables::faults::Faults;
use crate::domain::mapping::Position;
use crate::domain::provider::Validity;
use crate::domain::routing::{
    CatchmentKind, CatchmentRow, EligibilityRow, Expected, Mode, Operator, Rule, RuleOutcome,
};
use crate::problem::area::tables as entry;

/// Tells of rows of `eligibility.csv` that stand behind one which ends the reading whenever
/// they would hold, and of rows that ask what an earlier one asks whenever they would.
pub(super) fn eligibility(rows: &[EligibilityRow], faults: &mut Faults) {
    let ask = RuleOutcome::Ask;
    for (index, row) in rows.iter().enumerate() {
        let before = || {
            let before = rows[..index].iter();
            before.filter(|first| first.rule == row.rule && holds_with(row, first))
        };
        if let Some(first) = before().find(|first| first.outcome != ask) {
            let detail = format!(
                "\"{}\" never decides: {} answers first",
                row.what(),
                first.position
            );
            warn(&row.position, detail, faults);
            continue;
        }
        let asks_it = |first: &&EligibilityRow| first.outcome == ask && first.words == row.words;
        if let Some(first) = before().find(asks_it).filter(|_| row.outcome == ask) {
            let detail = format!(
                "\"{}\" asks nothing more: {} asks it already",
                row.what(),
                first.position
            );
            warn(&row.position, detail, faults);
        }
    }
}

/// Whether the second row holds whenever the first does; false where that is not plain.
fn holds_with(row: &EligibilityRow, other: &EligibilityRow) -> bool {
    match (&row.expected, &other.expected) {
        (Expected::Number(given), Expected::Number(limit)) => {
            match (span(row.operator, *given), span(other.operator, *limit)) {
                (Some((low, high)), Some((from, to))) => from <= low && high <= to,
                _ => row.operator == other.operator && given == limit,
            }
        }
        (Expected::Words(words), Expected::Words(others)) => words_hold_with(
            row.rule,
            (is_negated(row.operator), words),
            (is_negated(other.operator), others),
        ),
        _ => false,
    }
}

/// The same of words, each list with whether it is of those that must not be there.
fn words_hold_with(
    rule: Rule,
    (not, words): (bool, &[String]),
    (not_other, others): (bool, &[String]),
) -> bool {
    // Of a fit note and of conditions several words may be true at once.
    let is_one = !matches!(rule, Rule::FitNote | Rule::ConditionGroup);
    match (not, not_other) {
        // A list of conditions holds when one of them does, so that this is right for one
        // value and for several.
        (false, false) => words.iter().all(|word| others.contains(word)),
        (true, true) => others.iter().all(|word| words.contains(word)),
        (false, true) => is_one && !words.iter().any(|word| others.contains(word)),
        (true, false) => {
            let all = super::eligibility::words(rule);
            let mut rest = all.iter().filter(|word| !is_among(word, words));
            is_one && !all.is_empty() && rest.all(|word| is_among(word, others))
        }
    }
}

fn is_among(word: &str, words: &[String]) -> bool {
    words.iter().any(|other| other == word)
}

const fn is_negated(operator: Operator) -> bool {
    matches!(operator, Operator::IsNot | Operator::NoneOf)
}

/// The numbers for which a comparison holds, both ends included.
const fn span(operator: Operator, number: u32) -> Option<(i64, i64)> {
    let number = number as i64;
    match operator {
        Operator::Below => Some((i64::MIN, number - 1)),
        Operator::AtMost => Some((i64::MIN, number)),
        Operator::Above => Some((number + 1, i64::MAX)),
        Operator::AtLeast => Some((number, i64::MAX)),
        Operator::Is => Some((number, number)),
        _ => None,
    }
}

/// Tells of rows of `catchment.csv` that say what a wider one says already, and of rows that
/// take in a part of what another leaves out: who is left out stays out.
pub(super) fn catchment(rows: &[CatchmentRow], faults: &mut Faults) {
    let always = Validity::default();
    let leaves_out_all = rows.iter().find(|row| {
        row.kind == CatchmentKind::Any && row.mode == Mode::Exclude && row.validity == always
    });
    if let Some(row) = leaves_out_all {
        let detail = "this row leaves out everybody, so that no other row decides; for a time \
                      write from and to";
        return warn(&row.position, detail.to_owned(), faults);
    }
    for row in rows {
        let others = || {
            let others = rows.iter().filter(|other| other.position != row.position);
            others.filter(|other| other.validity == always)
        };
        let wider = others().find(|other| other.mode == row.mode && is_within(row, other));
        if let Some(wider) = wider {
            let detail = format!("{} says so of a wider place already", wider.position);
            warn(&row.position, detail, faults);
        }
        let leaves_out =
            |other: &&CatchmentRow| other.mode == Mode::Exclude && is_within(row, other);
        if row.mode == Mode::Include
            && let Some(wider) = others().find(leaves_out)
        {
            let detail = format!(
                "{} leaves out a wider place, and nobody who is left out is taken in again",
                wider.position
            );
            warn(&row.position, detail, faults);
        }
    }
}

fn is_within(row: &CatchmentRow, other: &CatchmentRow) -> bool {
    if other.kind == CatchmentKind::Any {
        // A practice is kept: it is the better reason, and a tie rule may ask for it.
        return !matches!(
            row.kind,
            CatchmentKind::Any | CatchmentKind::Practice | CatchmentKind::Pcn | CatchmentKind::Icb
        );
    }
    if row.kind != CatchmentKind::Postcode || other.kind != CatchmentKind::Postcode {
        return false;
    }
    let Some(rest) = row.code.strip_prefix(&other.code) else {
        return false;
    };
    // ZZ1 2 lies in ZZ1, and ZZ12 does not; ZZ1 2AB lies in ZZ1 2.
    !rest.is_empty() && (other.code.contains(' ') || rest.starts_with(' '))
}

fn warn(position: &Position, detail: String, faults: &mut Faults) {
    let place = (position.line, 1);
    faults.warn(&entry::ROW_UNUSED, &position.file, place, detail);
}
