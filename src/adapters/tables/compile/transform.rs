//! The `transform` column: one step, or several joined by ` then `.

use crate::adapters::tables::faults::Faults;
use crate::adapters::tables::nearest;
use crate::adapters::tables::sheet::Cell;
use crate::domain::mapping::{AgeBands, CodeList, Field, Join, Shape, Transform};
use crate::problem::area::tables as entry;

/// Reads the steps; `None` when one of them is wrong. An empty cell is a copy.
pub(super) fn steps(
    cell: &Cell<'_>,
    lists: &[CodeList],
    faults: &mut Faults,
) -> Option<Vec<Transform>> {
    if cell.text.is_empty() || cell.text == "copy" {
        return Some(Vec::new());
    }
    let steps = cell
        .text
        .split(" then ")
        .map(|text| step(cell, text.trim(), lists, faults));
    let steps: Vec<Option<Transform>> = steps.collect();
    steps.into_iter().collect()
}

fn step(cell: &Cell<'_>, text: &str, lists: &[CodeList], faults: &mut Faults) -> Option<Transform> {
    let (name, argument) = match text.split_once(':') {
        Some((name, argument)) => (name.trim(), argument.trim()),
        None => (text, ""),
    };
    let example = Transform::NAMES
        .iter()
        .find(|row| row.0 == name)
        .map(|row| row.1);
    let Some(example) = example else {
        let names: Vec<&str> = Transform::NAMES.iter().map(|row| row.0).collect();
        let said = nearest::suggestion(name, &names);
        cell.fault(&entry::UNKNOWN_WORD, format!("transform: {said}"), faults);
        return None;
    };
    if name == "code" {
        return code(cell, argument, lists, faults);
    }
    let step =
        with_argument(name, argument).or_else(|| plain(name).filter(|_| argument.is_empty()));
    if step.is_none() {
        cell.shape(&format!("write {name} like this: {example}"), faults);
    }
    step
}

fn plain(name: &str) -> Option<Transform> {
    Some(match name {
        "copy" => Transform::Copy,
        "first" => Transform::First,
        "year" => Transform::Year,
        "age" => Transform::Age,
        "outward" => Transform::Outward,
        "upper" => Transform::Upper,
        "lower" => Transform::Lower,
        "digits" => Transform::Digits,
        "yes-no" => Transform::YesNo("Yes".into(), "No".into()),
        _ => return None,
    })
}

fn with_argument(name: &str, argument: &str) -> Option<Transform> {
    if argument.is_empty() {
        return None;
    }
    match name {
        "join" => {
            let join = Join::ALL.iter().find(|row| row.1 == argument)?;
            Some(Transform::Join(join.0))
        }
        "date" => is_pattern(argument).then(|| Transform::Date(argument.to_owned())),
        "age-band" => bands(argument).map(Transform::AgeBand),
        "constant" => Some(Transform::Constant(argument.to_owned())),
        "yes-no" => {
            let (yes, no) = argument.split_once('/')?;
            let both = !yes.trim().is_empty() && !no.trim().is_empty();
            both.then(|| Transform::YesNo(yes.trim().into(), no.trim().into()))
        }
        "max" => argument.parse().ok().filter(|n| *n > 0).map(Transform::Max),
        _ => None,
    }
}

/// `dd`, `mm` and `yyyy` once each, with only marks between them.
fn is_pattern(pattern: &str) -> bool {
    let parts = ["yyyy", "mm", "dd"];
    let once = parts.iter().all(|part| pattern.matches(part).count() == 1);
    let rest = parts
        .iter()
        .fold(pattern.to_owned(), |rest, part| rest.replacen(part, "", 1));
    once && rest
        .chars()
        .all(|mark| matches!(mark, '/' | '-' | '.' | ' '))
}

fn bands(argument: &str) -> Option<AgeBands> {
    let starts: Option<Vec<u32>> = argument.split('/').map(|n| n.trim().parse().ok()).collect();
    let starts = starts?;
    starts
        .is_sorted_by(|a, b| a < b)
        .then_some(AgeBands(starts))
}

fn code(cell: &Cell<'_>, list: &str, lists: &[CodeList], faults: &mut Faults) -> Option<Transform> {
    let index = lists.iter().position(|found| found.name == list);
    if index.is_none() {
        let names: Vec<&str> = lists.iter().map(|found| found.name.as_str()).collect();
        let said = nearest::suggestion(list, &names);
        let detail = format!("transform: codes/{list}.csv does not exist: {said}");
        cell.fault(&entry::CODE_LIST, detail, faults);
    }
    index.map(|index| Transform::Code {
        list: list.to_owned(),
        index,
    })
}

/// Whether each step can take what the field or the step before it gives.
pub(super) fn check(
    cell: &Cell<'_>,
    field: Option<&Field>,
    steps: &[Transform],
    faults: &mut Faults,
) {
    let mut shape = field.map_or(Shape::Text, |field| field.kind.into());
    for step in steps {
        let constant = matches!(step, Transform::Constant(_));
        if constant != field.is_none() || (constant && steps.len() > 1) {
            let detail =
                "transform: a constant stands alone and has no source; any other step has one";
            return cell.fault(&entry::TRANSFORM_MISFIT, detail, faults);
        }
        let Some(given) = step.gives(shape) else {
            let detail = format!(
                "transform: \"{}\" cannot take {}",
                step.code(),
                named(shape)
            );
            return cell.fault(&entry::TRANSFORM_MISFIT, detail, faults);
        };
        shape = given;
    }
    if steps.is_empty() && field.is_none() {
        let detail = "source: name a field, or write a constant as the transform";
        cell.fault(&entry::VALUE_MISSING, detail, faults);
    }
}

const fn named(shape: Shape) -> &'static str {
    match shape {
        Shape::Text => "a text",
        Shape::Texts => "a list of texts; add first or join:comma before it",
        Shape::Date => "a date",
        Shape::YesNo => "a yes or no",
        Shape::Number => "a number",
    }
}
