//! Words and codes of ours in a provider's words.

use super::Step;
use crate::domain::mapping::codes::{CodeList, Lookup, Relation};
use crate::domain::mapping::{UnmappedPolicy, Value};

/// Looks every code up. A missing answer is passed on only by a row of its own.
pub(super) fn translate(value: Value, list: Option<&CodeList>) -> Step {
    let Some(list) = list else {
        return Step::Unlisted;
    };
    match &value {
        Value::Absent | Value::Declined | Value::NotKnown => match list.lookup(value.kind()) {
            Lookup::Word(row) => Step::Done(
                Value::Text(row.target.clone()),
                row.relation != Relation::Equivalent,
            ),
            Lookup::NoWord(_) | Lookup::Unlisted => Step::Done(value, false),
        },
        Value::Text(text) => one(text, list),
        Value::Bool(yes) => one(if *yes { "yes" } else { "no" }, list),
        Value::List(codes) => all(codes, list),
        _ => Step::Done(value, false),
    }
}

fn one(code: &str, list: &CodeList) -> Step {
    match list.lookup(code) {
        Lookup::Word(row) if row.source == CodeList::ANY_OTHER => {
            Step::Defaulted(Value::Text(row.target.clone()))
        }
        Lookup::Word(row) => Step::Done(
            Value::Text(row.target.clone()),
            row.relation != Relation::Equivalent,
        ),
        Lookup::NoWord(_) => Step::NoWord,
        Lookup::Unlisted => Step::Unlisted,
    }
}

fn all(codes: &[String], list: &CodeList) -> Step {
    let mut words: Vec<String> = Vec::new();
    let (mut lossy, mut lost, mut unlisted) = (false, 0, 0);
    for code in codes {
        match list.lookup(code) {
            Lookup::Word(row) => {
                lossy |= row.relation != Relation::Equivalent;
                // Two codes under one wider word are told once.
                if words.contains(&row.target) {
                    lossy = true;
                } else {
                    words.push(row.target.clone());
                }
            }
            Lookup::NoWord(_) => lost += 1,
            Lookup::Unlisted => unlisted += 1,
        }
    }
    if unlisted > 0 && list.unmapped != UnmappedPolicy::Omit {
        return Step::Unlisted;
    }
    if words.is_empty() {
        return if unlisted > 0 {
            Step::Unlisted
        } else {
            Step::NoWord
        };
    }
    if lost + unlisted > 0 {
        return Step::Removed(Value::List(words), lost + unlisted);
    }
    Step::Done(Value::List(words), lossy)
}
