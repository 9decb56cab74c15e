//! Whether what `eligibility.csv` leaves to the provider to ask can reach the provider, and
//! tells nothing that `fields.csv` prohibits.

use crate::adapters::tables::faults::Faults;
use crate::domain::mapping::{FieldRow, Requirement};
use crate::domain::routing::{Eligibility, EligibilityRow, RuleOutcome};
use crate::problem::area::tables as entry;

const FILE: &str = "fields.csv";
const FIELD: &str = "questions";

/// Compares the rows of both tables; one that cannot be read is nothing to compare with.
pub(super) fn check(
    eligibility: &Eligibility,
    fields: &[FieldRow],
    withheld: &[(String, String)],
    faults: &mut Faults,
) {
    if fields.is_empty() || faults.tell_of(FILE) {
        return;
    }
    let row = fields.iter().find(|row| row.source_name() == FIELD);
    match row {
        Some(row) if row.is_sent() => check_told(eligibility, fields, row, faults),
        Some(_) => {}
        None if withheld.iter().any(|(name, _)| name == FIELD) => {}
        None => tell_unheard(eligibility.rows(), faults),
    }
}

/// A row that asks where the fact is known tells it.
fn check_told(
    eligibility: &Eligibility,
    fields: &[FieldRow],
    questions: &FieldRow,
    faults: &mut Faults,
) {
    let asks = |row: &&EligibilityRow| row.outcome == RuleOutcome::Ask;
    for asking in eligibility.rows().iter().filter(asks) {
        let prohibits = |row: &&FieldRow| {
            row.requirement == Requirement::Prohibited && row.speaks_of(asking.rule)
        };
        let Some(prohibited) = fields.iter().find(prohibits) else {
            continue;
        };
        let detail = format!(
            "{} prohibits {}, and the question of {} (\"{}\") would tell it",
            prohibited.position,
            prohibited.source_name(),
            asking.position,
            asking.what()
        );
        let place = (questions.position.line, 2);
        faults.add(&entry::SAID_TWICE, FILE, place, detail);
    }
}

/// One warning a provider: the row that asks, else the first, which asks where its fact is
/// missing.
fn tell_unheard(rows: &[EligibilityRow], faults: &mut Faults) {
    let asks = rows.iter().find(|row| row.outcome == RuleOutcome::Ask);
    let Some(row) = asks.or(rows.first()) else {
        return;
    };
    let when = match row.outcome {
        RuleOutcome::Ask => "asks the person",
        RuleOutcome::Accept | RuleOutcome::Refuse => "asks where its fact is missing",
    };
    let detail = format!(
        "{} (\"{}\") {when}, and no row has the source questions",
        row.position,
        row.what()
    );
    faults.warn(&entry::QUESTIONS_UNHEARD, FILE, (1, 2), detail);
}
