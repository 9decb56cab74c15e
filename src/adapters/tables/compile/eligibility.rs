//! `eligibility.csv`.

use crate::adapters::tables::faults::Faults;
use crate::adapters::tables::folder::Folder;
use crate::adapters::tables::sheet::{self, Cell, Header, Row};
use crate::domain::case::{BarrierGroup, EmploymentStatus, SicknessAbsence, SourceRoute};
use crate::domain::identifiers::OdsCode;
use crate::domain::routing::{
    Eligibility, EligibilityRow, Expected, IneligibleReason, Operator, Rule, RuleOutcome,
};
use crate::problem::area::tables as entry;

pub(super) const FILE: &str = "eligibility.csv";
pub(super) const HEADER: Header = &["rule", "operator", "value", "outcome", "reason", "words"];

pub(super) fn compile(folder: &Folder, faults: &mut Faults) -> Eligibility {
    let rows = sheet::rows(folder, FILE, HEADER, faults);
    let mut compiled: Vec<EligibilityRow> = Vec::new();
    for row in &rows {
        let before = faults.count();
        let read = compile_row(row, faults);
        // A row with a fault says nothing of the others yet.
        compiled.extend(read.filter(|_| faults.count() == before));
    }
    super::unused::eligibility(&compiled, faults);
    Eligibility::new(compiled)
}

fn compile_row(row: &Row, faults: &mut Faults) -> Option<EligibilityRow> {
    let rule = row.cell("rule").word(Rule::ALL, faults);
    let operator = row.cell("operator").word(Operator::ALL, faults);
    let outcome = row.cell("outcome").word(RuleOutcome::ALL, faults);
    let reason = reason(row, outcome, faults);
    let words = row.cell("words");
    if matches!(outcome, Some(RuleOutcome::Refuse | RuleOutcome::Ask)) {
        words.filled(faults);
    }
    let (rule, operator) = (rule?, operator?);
    if operator.is_order() && !rule.is_number() {
        let detail = format!(
            "operator: found \"{}\"; the rule \"{}\" compares words: write is, is-not, one-of or none-of",
            operator.code(),
            rule.code()
        );
        row.cell("operator")
            .fault(&entry::UNKNOWN_WORD, detail, faults);
        return None;
    }
    if rule == Rule::RightToWork && outcome.is_some_and(|found| found != RuleOutcome::Ask) {
        let detail = "outcome: no referral says whether a person may work here, so that a row of \
                      right-to-work never decides; write ask";
        row.cell("outcome")
            .fault(&entry::UNKNOWN_WORD, detail, faults);
        return None;
    }
    Some(EligibilityRow {
        rule,
        operator,
        expected: expected(row, rule, operator, faults)?,
        outcome: outcome?,
        reason,
        words: words.text.to_owned(),
        position: row.position(),
    })
}

fn reason(
    row: &Row,
    outcome: Option<RuleOutcome>,
    faults: &mut Faults,
) -> Option<IneligibleReason> {
    let cell = row.cell("reason");
    let needed = outcome == Some(RuleOutcome::Refuse);
    if cell.text.is_empty() && !needed {
        return None;
    }
    cell.word(IneligibleReason::ALL, faults)
}

fn expected(row: &Row, rule: Rule, operator: Operator, faults: &mut Faults) -> Option<Expected> {
    let cell = row.cell("value");
    if rule.is_number() {
        return cell.number(faults).map(Expected::Number);
    }
    let text = cell.filled(faults)?;
    let found: Vec<&str> = text
        .split(';')
        .map(str::trim)
        .filter(|w| !w.is_empty())
        .collect();
    if found.is_empty() {
        let detail = format!("value: found \"{text}\", and no word in it");
        cell.fault(&entry::VALUE_MISSING, detail, faults);
        return None;
    }
    let one = matches!(operator, Operator::Is | Operator::IsNot);
    if one && found.len() != 1 {
        cell.shape("write one word, or use one-of or none-of", faults);
        return None;
    }
    if rule == Rule::Referrer {
        return organisations(&cell, &found, faults);
    }
    let known = words(rule);
    for word in &found {
        if !known.contains(word) {
            let said = crate::adapters::tables::nearest::suggestion(word, &known);
            cell.fault(&entry::UNKNOWN_WORD, format!("value: {said}"), faults);
        }
    }
    let found = found.into_iter().filter(|word| known.contains(word));
    Some(Expected::Words(found.map(str::to_owned).collect()))
}

/// ODS codes, in capitals as a referral's are.
fn organisations(cell: &Cell<'_>, found: &[&str], faults: &mut Faults) -> Option<Expected> {
    let codes = found.iter().map(|text| OdsCode::parse(text));
    let Some(codes) = codes.collect::<Option<Vec<OdsCode>>>() else {
        cell.shape("write ODS codes of 2 to 12 letters and digits", faults);
        return None;
    };
    let codes = codes.iter().map(|code| code.as_str().to_owned());
    Some(Expected::Words(codes.collect()))
}

/// The words of a rule that compares words.
pub(super) fn words(rule: Rule) -> Vec<&'static str> {
    match rule {
        Rule::Employment => EmploymentStatus::ALL.iter().map(|row| row.2).collect(),
        Rule::Absence => SicknessAbsence::ALL.iter().map(|row| row.2).collect(),
        Rule::FitNote => vec!["yes", "may-be-fit", "not-fit"],
        Rule::ConditionGroup => BarrierGroup::ALL
            .iter()
            .map(|row| row.1)
            .filter(|word| *word != "not-known")
            .collect(),
        Rule::SourceRoute => SourceRoute::ALL
            .iter()
            .map(|row| row.1)
            .filter(|word| *word != "not-known")
            .collect(),
        Rule::RightToWork => vec!["yes", "no"],
        Rule::Age | Rule::WeeksOutOfWork | Rule::Referrer => Vec::new(),
    }
}
