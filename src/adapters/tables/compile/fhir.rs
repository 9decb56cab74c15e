//! What a row may put into a target of a FHIR Bundle. A Bundle with another thing in it is not
//! made, and the case would wait for a person: it is told when the table is loaded.

use super::transform;
use crate::adapters::tables::faults::Faults;
use crate::adapters::tables::sheet::Cell;
use crate::domain::mapping::{
    CodeList, FhirTakes, FhirTarget, FieldKind, FieldRow, Shape, Transform,
};
use crate::problem::area::tables as entry;

/// What comes out of the steps of a row, as far as a table tells.
struct Given {
    shape: Shape,
    /// Whether it is a date as R4 writes one.
    is_date: bool,
    /// The only words that it can be, where they are known.
    words: Option<Vec<String>>,
    /// Words that may stand in place of it.
    defaults: Vec<String>,
}

/// Compares what a row gives with what its target takes; the cell is the row's transform. A row
/// whose steps do not fit each other has been told of.
pub(super) fn check(
    cell: &Cell<'_>,
    target: &FhirTarget,
    row: &FieldRow,
    lists: &[CodeList],
    faults: &mut Faults,
) {
    let Some(given) = given(row, lists) else {
        return;
    };
    let Some(found) = unfit(target.takes, &given) else {
        return;
    };
    let detail = format!(
        "transform: {} takes {}, and this row may give {found}",
        target.name,
        target.takes.says()
    );
    cell.fault(&entry::TRANSFORM_MISFIT, detail, faults);
}

/// What the target does not take, in words; `None` when there is nothing.
fn unfit(takes: FhirTakes, given: &Given) -> Option<String> {
    let word = |words: &[String]| {
        let word = words.iter().find(|word| !takes.fits(word));
        word.map(|word| format!("\"{word}\""))
    };
    if let Some(default) = word(&given.defaults) {
        return Some(default);
    }
    let fits = match takes {
        FhirTakes::Texts => true,
        FhirTakes::Text => given.shape != Shape::Texts,
        FhirTakes::Date => given.is_date,
        FhirTakes::YesNo => given.shape == Shape::YesNo,
        FhirTakes::Number => given.shape == Shape::Number,
        FhirTakes::OneOf(_) => false,
    };
    if fits {
        return None;
    }
    match &given.words {
        Some(words) if given.shape != Shape::Texts => word(words),
        _ => Some(transform::named(given.shape).to_owned()),
    }
}

fn given(row: &FieldRow, lists: &[CodeList]) -> Option<Given> {
    let shape = row.source.map_or(Shape::Text, |field| field.kind.into());
    let listed = row
        .source
        .filter(|field| matches!(field.kind, FieldKind::Word | FieldKind::Words));
    let mut given = Given {
        shape,
        is_date: shape == Shape::Date,
        words: listed.map(|field| (field.words)().into_iter().map(str::to_owned).collect()),
        defaults: Vec::new(),
    };
    for step in &row.steps {
        given.shape = step.gives(given.shape)?;
        given.is_date = match step {
            Transform::Copy | Transform::Default(_) => given.is_date,
            Transform::Date(pattern) => {
                matches!(pattern.as_str(), "yyyy-mm-dd" | "yyyy-mm" | "yyyy")
            }
            Transform::Year => true,
            _ => false,
        };
        given.words = match (step, given.words) {
            (Transform::Code { index, .. }, _) => Some(targets(&lists[*index])),
            (Transform::YesNo(yes, no), _) => Some(vec![yes.clone(), no.clone()]),
            (Transform::Constant(text), _) => Some(vec![text.clone()]),
            (Transform::Upper, Some(words)) => Some(each(&words, |word| word.to_uppercase())),
            (Transform::Lower, Some(words)) => Some(each(&words, |word| word.to_lowercase())),
            (
                Transform::Copy
                | Transform::First
                | Transform::Last
                | Transform::Part(_)
                | Transform::Default(_),
                words,
            ) => words,
            _ => None,
        };
        if let Transform::Default(text) = step {
            given.defaults.push(text.clone());
        }
    }
    Some(given)
}

fn targets(list: &CodeList) -> Vec<String> {
    let rows = list.rows().iter().filter(|row| !row.target.is_empty());
    rows.map(|row| row.target.clone()).collect()
}

fn each(words: &[String], change: impl Fn(&String) -> String) -> Vec<String> {
    words.iter().map(change).collect()
}
