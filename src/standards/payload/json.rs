//! Mapped fields as JSON: dotted targets become nested objects, in table order.

use super::Heading;
use super::node::Node;
use crate::domain::mapping::Output;
use crate::problem::{Entry, Problem, area::channel};

/// The media type of a JSON payload.
pub const CONTENT_TYPE: &str = "application/json";

/// What a payload tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A new referral.
    Created,
    /// An amended referral: the whole of it in its next version.
    Amended,
}

impl Event {
    /// The `type` of the envelope (Standard Webhooks, payload structure).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Created => "referral.created",
            Self::Amended => "referral.amended",
        }
    }
}

/// More parts than this in one target are a slip, not a structure.
const MOST_PARTS: usize = 12;
/// The member of `data` that is the gateway's own.
const OWN: &str = "case";

/// A referral in the envelope of Standard Webhooks: `type`, `timestamp` and `data`, in
/// which `case` names the case and everything else is the provider's own table's.
///
/// Errors: `WW-DLV-015`, `WW-DLV-016`, all at once, each at its target.
pub fn referral(
    heading: &Heading<'_>,
    event: Event,
    outputs: &[Output],
) -> Result<Vec<u8>, Vec<Problem>> {
    let mut data = Node::object([(OWN, case(heading))]);
    place_all(&mut data, outputs)?;
    Ok(envelope(event.code(), heading, data).to_bytes())
}

/// The mapped fields alone, without an envelope, for a provider that collects.
///
/// Errors: as [`referral`].
pub fn fields(outputs: &[Output]) -> Result<Vec<u8>, Vec<Problem>> {
    let mut data = Node::object([]);
    place_all(&mut data, outputs)?;
    Ok(data.to_bytes())
}

/// Judges the targets of a table before any case comes. The problems are the ones that
/// [`referral`] would give.
pub fn check_targets<'a>(targets: impl IntoIterator<Item = &'a str>) -> Vec<Problem> {
    let mut data = Node::object([(OWN, Node::Bool(true))]);
    targets
        .into_iter()
        .filter_map(|target| place(&mut data, target, Node::Bool(true)).err())
        .collect()
}

/// `case`: id, reference and version.
fn case(heading: &Heading<'_>) -> Node {
    Node::object([
        ("id", heading.case_id.to_string().into()),
        ("reference", heading.reference.as_str().into()),
        ("version", Node::Number(heading.version.into())),
    ])
}

/// The envelope of every JSON payload.
pub(super) fn envelope(code: &str, heading: &Heading<'_>, data: Node) -> Node {
    Node::object([
        ("type", code.into()),
        ("timestamp", heading.at.to_string().into()),
        ("data", data),
    ])
}

/// `data` with nothing but `case`.
pub(super) fn case_only(heading: &Heading<'_>) -> Node {
    Node::object([(OWN, case(heading))])
}

fn place_all(data: &mut Node, outputs: &[Output]) -> Result<(), Vec<Problem>> {
    let problems: Vec<Problem> = outputs
        .iter()
        .filter_map(|output| place(data, &output.target, (&output.value).into()).err())
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

fn place(data: &mut Node, target: &str, value: Node) -> Result<(), Problem> {
    let parts: Vec<&str> = target.split('.').collect();
    if parts.len() > MOST_PARTS {
        return Err(fault(
            &channel::TARGET_UNKNOWN,
            target,
            "it has too many parts",
        ));
    }
    if parts.iter().any(|part| part.trim().is_empty()) {
        return Err(fault(
            &channel::TARGET_UNKNOWN,
            target,
            "a part of it is empty",
        ));
    }
    let mut at = data;
    let last = parts.len() - 1;
    for (index, part) in parts.into_iter().enumerate() {
        let Node::Object(members) = at else {
            let detail = "a shorter target already holds a value";
            return Err(fault(&channel::TARGET_CLASH, target, detail));
        };
        let found = members.iter().position(|(name, _)| name == part);
        if index == last {
            if found.is_some() {
                let detail = "another target already stands there";
                return Err(fault(&channel::TARGET_CLASH, target, detail));
            }
            members.push((part.to_owned(), value));
            return Ok(());
        }
        let index = found.unwrap_or_else(|| {
            members.push((part.to_owned(), Node::object([])));
            members.len() - 1
        });
        at = &mut members[index].1;
    }
    Ok(())
}

fn fault(entry: &'static Entry, target: &str, detail: &str) -> Problem {
    Problem::new(entry).at(target).with(detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mapping::OutValue;
    use crate::standards::payload::sample;
    use proptest::prelude::*;
    use serde_json::Value;
    use std::collections::BTreeMap;

    fn output(target: &str, value: OutValue) -> Output {
        Output {
            target: target.to_owned(),
            value,
        }
    }

    fn texts(targets: &[&str]) -> Vec<Output> {
        targets
            .iter()
            .map(|target| output(target, OutValue::Text("x".to_owned())))
            .collect()
    }

    fn written(outputs: &[Output]) -> Result<String, Vec<Problem>> {
        let reference = sample::reference();
        let heading = sample::heading(&reference, 1);
        referral(&heading, Event::Created, outputs)
            .map(|bytes| String::from_utf8(bytes).expect("UTF-8"))
    }

    #[test]
    fn dotted_targets_are_nested_in_table_order_within_the_envelope() {
        let text = written(&[
            output(
                "person.name",
                OutValue::Text("Zebulon \"Z\" Testcase".into()),
            ),
            output("weeks", OutValue::Number(6)),
            output("person.dateOfBirth", OutValue::Text("1980-02-29".into())),
            output("needs", OutValue::List(vec!["large print".into()])),
            output("interpreter", OutValue::Bool(false)),
        ])
        .expect("no clash");
        let reference = sample::reference();
        assert_eq!(
            text,
            [
                r#"{"type":"referral.created","timestamp":"2026-03-01T09:30:00Z","data":{"#,
                r#""case":{"id":"01900000-0000-7000-8000-000000000001","reference":""#,
                reference.as_str(),
                r#"","version":1},"person":{"name":"Zebulon \"Z\" Testcase","#,
                r#""dateOfBirth":"1980-02-29"},"weeks":6,"needs":["large print"],"#,
                r#""interpreter":false}}"#,
            ]
            .concat()
        );
    }

    #[test]
    fn targets_that_contradict_each_other_are_all_named() {
        for (targets, at, code) in [
            (&["person", "person.name"][..], "person.name", "WW-DLV-015"),
            (&["person.name", "person"], "person", "WW-DLV-015"),
            (&["a.b", "a.b"], "a.b", "WW-DLV-015"),
            (&["case"], "case", "WW-DLV-015"),
            (&["case.id"], "case.id", "WW-DLV-015"),
            (&["a..b"], "a..b", "WW-DLV-016"),
            (&[""], "", "WW-DLV-016"),
            (
                &["a.b.c.d.e.f.g.h.i.j.k.l.m"],
                "a.b.c.d.e.f.g.h.i.j.k.l.m",
                "WW-DLV-016",
            ),
        ] {
            let problems = written(&texts(targets)).expect_err(at);
            let found: Vec<_> = problems
                .iter()
                .map(|problem| (problem.path.as_deref(), problem.entry.code))
                .collect();
            assert_eq!(found, [(Some(at), code)], "{targets:?}");
        }
        let both = written(&texts(&["a", "a.b", ".", "a"])).expect_err("three faults");
        assert_eq!(both.len(), 3);
    }

    #[test]
    fn a_table_is_judged_by_its_targets_as_a_case_would_be() {
        let targets = ["a", "a.b", "case.id", "c"];
        let found: Vec<Option<String>> =
            check_targets(targets).into_iter().map(|p| p.path).collect();
        assert_eq!(found, [Some("a.b".to_owned()), Some("case.id".to_owned())]);
    }

    /// The dotted path of every leaf of a JSON value.
    fn leaves(value: &Value, path: &str, found: &mut BTreeMap<String, String>) {
        let Value::Object(members) = value else {
            let text = value.as_str().unwrap_or_default();
            found.insert(path.trim_start_matches('.').to_owned(), text.to_owned());
            return;
        };
        for (name, value) in members {
            leaves(value, &format!("{path}.{name}"), found);
        }
    }

    proptest! {
        #[test]
        fn every_placed_field_is_found_again_where_its_target_says(
            wanted in prop::collection::vec(("[a-c]([.][a-c]){0,3}", "\\PC{0,12}"), 0..12)
        ) {
            let outputs: Vec<Output> = wanted
                .iter()
                .map(|(target, text)| output(target, OutValue::Text(text.clone())))
                .collect();
            // A clash is a target that equals another or begins with another and a dot.
            let clash = wanted.iter().enumerate().any(|(i, (one, _))| {
                wanted.iter().enumerate().any(|(j, (other, _))| {
                    i != j && (one == other || one.starts_with(&format!("{other}.")))
                })
            });
            match fields(&outputs) {
                Err(problems) => prop_assert!(clash && !problems.is_empty()),
                Ok(bytes) => {
                    prop_assert!(!clash);
                    let value: Value = serde_json::from_slice(&bytes).expect("JSON");
                    let mut found = BTreeMap::new();
                    leaves(&value, "", &mut found);
                    if wanted.is_empty() {
                        found.clear();
                    }
                    prop_assert_eq!(found, wanted.into_iter().collect::<BTreeMap<_, _>>());
                }
            }
        }
    }
}
