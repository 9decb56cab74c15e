//! Rows that can never decide anything, because an earlier row always answers first.

use crate::adapters::tables::faults::Faults;
use crate::domain::mapping::Position;
use crate::domain::provider::Validity;
use crate::domain::routing::{
    CatchmentKind, CatchmentRow, EligibilityRow, Expected, Operator, RuleOutcome,
};
use crate::problem::area::tables as entry;

/// Tells of rows of `eligibility.csv` that stand behind one which ends the reading whenever
/// they would hold.
pub(super) fn eligibility(rows: &[EligibilityRow], faults: &mut Faults) {
    for (index, row) in rows.iter().enumerate() {
        let ends = |first: &&EligibilityRow| {
            first.outcome != RuleOutcome::Ask && first.rule == row.rule && holds_with(row, first)
        };
        if let Some(first) = rows[..index].iter().find(ends) {
            let detail = format!(
                "\"{}\" never decides: {} answers first",
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
                _ => false,
            }
        }
        (Expected::Words(words), Expected::Words(others)) => {
            // A list of conditions holds when one of them does, so that this is right for
            // one value and for several.
            let one_of = |operator| matches!(operator, Operator::Is | Operator::OneOf);
            one_of(row.operator)
                && one_of(other.operator)
                && words.iter().all(|word| others.contains(word))
        }
        _ => false,
    }
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

/// Tells of rows of `catchment.csv` that say what a wider one says already.
pub(super) fn catchment(rows: &[CatchmentRow], faults: &mut Faults) {
    for row in rows {
        let wider = |other: &&CatchmentRow| {
            other.position != row.position
                && other.mode == row.mode
                && other.validity == Validity::default()
                && is_within(row, other)
        };
        if let Some(wider) = rows.iter().find(wider) {
            let detail = format!("{} says so of a wider place already", wider.position);
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
