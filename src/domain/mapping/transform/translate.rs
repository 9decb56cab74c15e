//! Words and codes of ours in a provider's words.

use super::Step;
use crate::domain::mapping::codes::{CodeList, CodeRow, Lookup, Relation};
use crate::domain::mapping::{UnmappedPolicy, Value};

/// Looks every code up. A missing answer is passed on only by a row of its own.
pub(super) fn translate(value: Value, list: Option<&CodeList>) -> Step {
    let Some(list) = list else {
        return Step::Unlisted;
    };
    if let Value::List(codes) = &value {
        return all(codes, list);
    }
    let Some(key) = key(&value) else {
        return Step::Done(value, false);
    };
    if value.is_known() {
        return one(key, list);
    }
    match list.lookup(key) {
        Lookup::Word(row) => Step::Done(
            Value::Text(row.target.clone()),
            row.relation != Relation::Equivalent,
        ),
        Lookup::NoWord(_) | Lookup::Unlisted => Step::Done(value, false),
    }
}

/// What one value is looked up by; a list is looked up by each of its items.
fn key(value: &Value) -> Option<&str> {
    match value {
        Value::Absent | Value::Declined | Value::NotKnown => Some(value.kind()),
        Value::Text(text) => Some(text),
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }),
        Value::Date(_) | Value::Number(_) | Value::List(_) => None,
    }
}

/// The rows that answer for a value, each once and in its order.
pub(in crate::domain::mapping) fn rows<'l>(value: &Value, list: &'l CodeList) -> Vec<&'l CodeRow> {
    let keys: Vec<&str> = match value {
        Value::List(codes) => codes.iter().map(String::as_str).collect(),
        other => key(other).into_iter().collect(),
    };
    let mut found: Vec<&CodeRow> = Vec::new();
    for key in keys {
        let row = match list.lookup(key) {
            Lookup::Word(row) | Lookup::NoWord(row) => row,
            Lookup::Unlisted => continue,
        };
        if !found.contains(&row) {
            found.push(row);
        }
    }
    found
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
