//! Codes that a provider's list or the table of condition groups does not know: counted, and
//! listed for whoever mends it.
//!
//! A code without a row stops a case or leaves a field empty; one without a group leaves the
//! group `not-known`. The figures name provider and list, or the code system, only. The list names a code where it is one of a published code system or of
//! our own closed words, and then no case: a rare code beside a case would say something
//! about a person. What a person typed is never shown.

use std::collections::{BTreeMap, BTreeSet};

use crate::adapters::store::{CaseFilter, CaseRow};
use crate::adapters::tables::{is_icd10, is_snomed_concept};
use crate::domain::caller::Caller;
use crate::domain::case::{BarrierGroup, Case, ConditionGroups};
use crate::domain::fact::{Fact, FactKind};
use crate::domain::mapping::{
    CodeList, FieldKind, FieldRow, Rendered, RowOutcome, Transform, Value, render,
};
use crate::domain::provider::Provider;
use crate::domain::status::Status;
use crate::gateway::Gateway;
use crate::gateway::conditions::Condition;
use crate::problem::Problem;

/// One list and what it did not know of the cases that are held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unmapped {
    /// The provider's slug.
    pub provider: String,
    /// The list, `codes/<list>.csv`.
    pub list: String,
    /// The field of the case.
    pub field: String,
    /// Codes without a row, each with the number of cases; never a text that was typed.
    pub codes: BTreeMap<String, usize>,
    /// Cases with a value that is no published code.
    pub not_shown: usize,
    /// The references of the cases.
    pub cases: Vec<String>,
}

/// The codes of conditions that are in no group, of the cases that are open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InNoGroup {
    /// Codes that `condition-groups.csv` does not list, each with the number of cases.
    pub codes: BTreeMap<String, usize>,
    /// Cases with such a code that is not written as one of its system.
    pub not_shown: usize,
    /// The references of the cases.
    pub cases: Vec<String>,
}

/// Cases looked at in one go.
const MOST: u32 = 5_000;

impl Gateway {
    /// What the lists in force do not know of the cases that are held for their tables. It
    /// opens those cases; that is recorded.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub async fn unmapped(&self, caller: &Caller) -> Result<Vec<Unmapped>, Problem> {
        let held = self
            .store
            .cases_with_status(caller, Status::Held, MOST)
            .await?;
        let faulty = |row: &CaseRow| {
            let hold = row.hold.as_ref();
            let of_codes = [Condition::MappingFault, Condition::UnmappedCodeRefused];
            hold.is_some_and(|hold| of_codes.iter().any(|one| hold.reason == one.code()))
        };
        let held: Vec<CaseRow> = held.into_iter().filter(faulty).collect();
        let fact = Fact::new(FactKind::CaseSearched, caller).with("found", held.len().to_string());
        self.record(vec![fact]).await?;
        let tables = self.tables();
        let mut found: BTreeMap<(String, String, String), Unmapped> = BTreeMap::new();
        for row in &held {
            let chosen = row.provider.as_ref();
            let Some(provider) = chosen.and_then(|chosen| tables.provider(&chosen.slug)) else {
                continue;
            };
            let case = self.store.unseal_case(row)?;
            gather(&case, provider, row.reference.as_str(), &mut found);
        }
        Ok(found.into_values().collect())
    }

    /// The codes of conditions of open cases that are in no group by the table in force, so
    /// that whoever keeps it may list them. It opens those cases; that is recorded.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub async fn codes_in_no_group(&self, caller: &Caller) -> Result<InNoGroup, Problem> {
        let filter = CaseFilter {
            limit: MOST,
            ..CaseFilter::default()
        };
        let open = self.store.cases(caller, &filter).await?;
        let fact = Fact::new(FactKind::CaseSearched, caller).with("found", open.len().to_string());
        self.record(vec![fact]).await?;
        let tables = self.tables();
        let mut found = InNoGroup::default();
        for row in &open {
            let case = self.store.unseal_case(row)?;
            let codes = in_no_group(&case, tables.condition_groups());
            if codes.is_empty() {
                continue;
            }
            found.cases.push(row.reference.as_str().to_owned());
            let count = codes.len();
            let shown: Vec<&str> = codes
                .into_iter()
                .filter(|code| is_published(code))
                .collect();
            found.not_shown += usize::from(shown.len() < count);
            for code in shown {
                *found.codes.entry(code.to_owned()).or_default() += 1;
            }
        }
        Ok(found)
    }
}

/// The codes of a case that are in no group, neither when it was read nor by now; each once.
fn in_no_group<'c>(case: &'c Case, groups: &ConditionGroups) -> BTreeSet<&'c str> {
    let barriers = case.referral.barriers.iter();
    let open = barriers.filter(|barrier| barrier.group == BarrierGroup::NotKnown);
    let codes = open.filter_map(|barrier| barrier.code.as_ref());
    codes
        .map(|code| code.expose().as_str())
        .filter(|code| groups.group_of(code).is_none())
        .collect()
}

fn gather(
    case: &Case,
    provider: &Provider,
    reference: &str,
    found: &mut BTreeMap<(String, String, String), Unmapped>,
) {
    let rendered = render(case, provider, case.day_of_referral());
    for (row, list) in rows_without_word(provider, &rendered) {
        let field = row.source_name();
        let key = (provider.slug.clone(), list.name.clone(), field.to_owned());
        let one = found.entry(key).or_insert_with(|| Unmapped {
            provider: provider.slug.clone(),
            list: list.name.clone(),
            field: field.to_owned(),
            ..Unmapped::default()
        });
        match codes_without_row(case, row, list) {
            codes if codes.is_empty() => one.not_shown += 1,
            codes => {
                for code in codes {
                    *one.codes.entry(code).or_default() += 1;
                }
            }
        }
        if !one.cases.iter().any(|known| known == reference) {
            one.cases.push(reference.to_owned());
        }
    }
}

/// The lists that had no row for a code of the case, each as often as that stopped a row.
pub(in crate::gateway) fn lists_without_row<'p>(
    provider: &'p Provider,
    rendered: &Rendered<'_>,
) -> Vec<&'p str> {
    let rows = rows_without_word(provider, rendered);
    rows.into_iter()
        .map(|(_, list)| list.name.as_str())
        .collect()
}

fn rows_without_word<'p>(
    provider: &'p Provider,
    rendered: &Rendered<'_>,
) -> Vec<(&'p FieldRow, &'p CodeList)> {
    let stopped = rendered
        .trace
        .iter()
        .filter(|row| matches!(row.outcome, RowOutcome::Unmapped | RowOutcome::Omitted));
    stopped
        .filter_map(|traced| {
            let row = provider
                .fields
                .iter()
                .find(|row| row.position == *traced.row)?;
            Some((row, list_of(provider, row)?))
        })
        .collect()
}

fn list_of<'p>(provider: &'p Provider, row: &FieldRow) -> Option<&'p CodeList> {
    let index = row.steps.iter().find_map(|step| match step {
        Transform::Code { index, .. } => Some(*index),
        _ => None,
    })?;
    provider.codes.get(index)
}

/// The codes that the list does not know, where they may be shown.
fn codes_without_row(case: &Case, row: &FieldRow, list: &CodeList) -> Vec<String> {
    let Some(field) = row.source else {
        return Vec::new();
    };
    let is_word = matches!(field.kind, FieldKind::Word | FieldKind::Words);
    let texts = match (field.read)(case) {
        Value::Text(text) => vec![text],
        Value::List(texts) => texts,
        Value::Declined => vec!["declined".to_owned()],
        Value::NotKnown => vec!["not-known".to_owned()],
        Value::Absent => vec!["absent".to_owned()],
        _ => Vec::new(),
    };
    texts
        .into_iter()
        .filter(|text| !list.answers(text))
        .filter(|text| is_word || is_published(text))
        .collect()
}

/// Whether a text is a code of a published system, or one of the words for having no
/// answer. A SNOMED CT code has to pass its own check: ten digits behind `sct|` may be
/// anything that a sender put there.
fn is_published(text: &str) -> bool {
    match text.split_once('|') {
        Some(("sct", code)) => is_snomed_concept(code),
        Some(("icd10", code)) => is_icd10(code),
        Some(_) => false,
        None => matches!(text, "declined" | "not-known" | "absent"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_shown_and_what_was_typed_is_not() {
        for code in ["sct|928000", "icd10|M54.5", "not-known"] {
            assert!(is_published(code), "{code}");
        }
        for text in [
            "Quillfeather",
            "sore back since May",
            "sct|sore back since May",
            "|928000",
            "sct|9990000018",
            "icd10|9990000018",
            "local|Quillfeather",
        ] {
            assert!(!is_published(text), "{text}");
        }
    }
}
