//! The `transform` column: one step, or several joined by ` then `.

use super::codes;
use crate::adapters::tables::faults::Faults;
use crate::adapters::tables::nearest;
use crate::adapters::tables::sheet::Cell;
use crate::domain::mapping::{
    AgeBands, CodeList, Field, Join, PhoneFormat, Shape, Transform, is_date_pattern,
};
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
        let different = if name == "yes-no" {
            ", with two different words"
        } else {
            ""
        };
        let says = format!("write {name} like this: {example}{different}");
        cell.shape(&says, faults);
    }
    step
}

fn plain(name: &str) -> Option<Transform> {
    Some(match name {
        "copy" => Transform::Copy,
        "first" => Transform::First,
        "last" => Transform::Last,
        // ISO 8601, as a machine writes a date.
        "date" => Transform::Date("yyyy-mm-dd".into()),
        "year" => Transform::Year,
        "age" => Transform::Age,
        "outward" => Transform::Outward,
        "authority" => Transform::Authority,
        "lsoa" => Transform::Lsoa,
        "upper" => Transform::Upper,
        "lower" => Transform::Lower,
        "digits" => Transform::Digits,
        "screen" => Transform::Screen,
        "drop" => Transform::Drop,
        "yes-no" => Transform::YesNo("Yes".into(), "No".into()),
        _ => return None,
    })
}

fn with_argument(name: &str, argument: &str) -> Option<Transform> {
    if argument.is_empty() {
        return None;
    }
    let mark = || Join::ALL.iter().find(|row| row.1 == argument);
    match name {
        "join" => mark().map(|row| Transform::Join(row.0)),
        "split" => mark().map(|row| Transform::Split(row.0)),
        "part" => argument
            .parse()
            .ok()
            .filter(|n| *n > 0)
            .map(Transform::Part),
        "phone" => {
            let row = PhoneFormat::ALL.iter().find(|row| row.1 == argument)?;
            Some(Transform::Phone(row.0))
        }
        "default" => Some(Transform::Default(argument.to_owned())),
        "except" => except(argument).map(Transform::Except),
        "date" => is_date_pattern(argument).then(|| Transform::Date(argument.to_owned())),
        "age-band" => bands(argument).map(Transform::AgeBand),
        "constant" => Some(Transform::Constant(argument.to_owned())),
        "yes-no" => {
            let (yes, no) = argument.split_once('/')?;
            let (yes, no) = (yes.trim(), no.trim());
            let both = !yes.is_empty() && !no.is_empty() && !is_same_word(yes, no);
            both.then(|| Transform::YesNo(yes.into(), no.into()))
        }
        "max" => argument.parse().ok().filter(|n| *n > 0).map(Transform::Max),
        _ => None,
    }
}

/// Whether nobody could tell two words of a provider's apart.
pub(super) fn is_same_word(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// Names of coarser steps.
fn except(argument: &str) -> Option<Vec<String>> {
    let names: Vec<String> = argument.split('/').map(|n| n.trim().to_owned()).collect();
    let is_coarse = |name: &String| Transform::COARSE.contains(&name.as_str());
    names.iter().all(is_coarse).then_some(names)
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
    for (index, step) in steps.iter().enumerate() {
        if let Some(detail) = out_of_place(step, index, field, steps) {
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

/// Protected data arrives in whole or is refused aloud: no step may cut it in silence, and
/// no list may have no word for it.
pub(super) fn check_protected(
    cell: &Cell<'_>,
    field: Option<&Field>,
    steps: &[Transform],
    lists: &[CodeList],
    faults: &mut Faults,
) {
    let Some(field) = field.filter(|field| field.protected) else {
        return;
    };
    for step in steps {
        let Transform::Code { index, .. } = step else {
            continue;
        };
        if let Some(way) = codes::loses(&lists[*index]) {
            let detail = format!(
                "transform: {} is protected, and {way}; send it without the list, or withhold \
                 the field with a reason",
                field.name
            );
            cell.fault(&entry::TRANSFORM_MISFIT, detail, faults);
        }
    }
    let cuts = |step: &&Transform| {
        matches!(
            step,
            Transform::First
                | Transform::Last
                | Transform::Part(_)
                | Transform::Max(_)
                | Transform::Digits
                | Transform::Phone(_)
                | Transform::Outward
        )
    };
    if let Some(step) = steps.iter().find(cuts) {
        let detail = format!(
            "transform: {} is protected, and \"{}\" could lose a part of it; use join, or withhold \
             the field with a reason",
            field.name,
            step.code()
        );
        cell.fault(&entry::TRANSFORM_MISFIT, detail, faults);
    }
}

const fn is_list(step: &Transform) -> bool {
    matches!(step, Transform::Code { .. })
}

/// What is wrong with where a step stands.
fn out_of_place(
    step: &Transform,
    index: usize,
    field: Option<&Field>,
    steps: &[Transform],
) -> Option<&'static str> {
    let alone = steps.len() == 1;
    match step {
        Transform::Constant(_) if field.is_some() || !alone => {
            Some("transform: a constant stands alone and has no source; any other step has one")
        }
        Transform::Constant(_) => None,
        _ if field.is_none() => {
            Some("transform: a constant stands alone and has no source; any other step has one")
        }
        Transform::Drop if !alone => Some("transform: drop stands alone"),
        Transform::Except(_) => {
            Some("transform: except belongs into a row whose requirement is prohibited")
        }
        Transform::Authority | Transform::Lsoa => {
            let is_postcode = index == 0 && field.is_some_and(|field| field.name == "postcode");
            (!is_postcode).then_some(
                "transform: the place is looked up by the whole postcode: write it first, in a \
                 row whose source is postcode",
            )
        }
        Transform::Code { .. } if steps[..index].iter().any(is_list) => Some(
            "transform: one list translates a field; its words are the provider's, and no second \
             list knows them",
        ),
        Transform::Default(_) if index + 1 < steps.len() => {
            Some("transform: a default is the last step")
        }
        _ => None,
    }
}

/// A default speaks in place of an answer, so that it is only for paperwork; and why is
/// written beside it.
pub(super) fn check_default(
    cell: &Cell<'_>,
    comment: &Cell<'_>,
    field: Option<&Field>,
    steps: &[Transform],
    faults: &mut Faults,
) {
    let has_default = steps
        .iter()
        .any(|step| matches!(step, Transform::Default(_)));
    let Some(field) = field.filter(|_| has_default) else {
        return;
    };
    if !field.administrative {
        let detail = format!("transform: {}", no_default(field));
        return cell.fault(&entry::DEFAULT_BARRED, detail, faults);
    }
    if comment.text.is_empty() {
        let detail = "comment: a default says why";
        comment.fault(&entry::VALUE_MISSING, detail, faults);
    }
}

/// Why a field takes no default, and which fields do.
pub(super) fn no_default(field: &Field) -> String {
    let all = crate::domain::mapping::fields().iter();
    let names: Vec<&str> = all
        .filter(|field| field.administrative)
        .map(|field| field.name)
        .collect();
    format!(
        "{} is about the person, and nobody answers for a person: leave it empty; a default is \
         for {}",
        field.name,
        names.join(", ")
    )
}

/// The transform of a prohibited row: nothing, or what it excepts.
pub(super) fn check_prohibited(
    cell: &Cell<'_>,
    field: Option<&Field>,
    steps: &[Transform],
    faults: &mut Faults,
) {
    let [Transform::Except(names)] = steps else {
        if !steps.is_empty() {
            let detail = "transform: a prohibited row sends nothing; leave it empty, or write \
                          except:age-band to let a coarser step of another row pass";
            cell.fault(&entry::TRANSFORM_MISFIT, detail, faults);
        }
        return;
    };
    let Some(field) = field else { return };
    let shape = Shape::from(field.kind);
    let takes = |name: &str| match name {
        "authority" | "lsoa" | "outward" => field.name == "postcode",
        _ => shape == Shape::Date,
    };
    if let Some(name) = names.iter().find(|name| !takes(name)) {
        let detail = format!(
            "transform: found \"{}\"; \"{name}\" cannot take {}",
            cell.text,
            named(shape)
        );
        cell.fault(&entry::TRANSFORM_MISFIT, detail, faults);
    }
}

pub(super) const fn named(shape: Shape) -> &'static str {
    match shape {
        Shape::Text => "a text",
        Shape::Texts => "a list of texts; add first or join:comma before it",
        Shape::Date => "a date",
        Shape::YesNo => "a yes or no",
        Shape::Number => "a number",
    }
}
