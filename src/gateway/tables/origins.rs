//! Where in a file each case field comes from, and what of the file is in no field.
//!
//! Nobody tells it the rules: the reader is asked. Each value of the file is changed, one at a
//! time, and the file read anew; the fields that come out otherwise come of that value. So no
//! rule of the reader stands here a second time, and what is told is true of this very file.
//! It costs a reading for each value, and is for an account only, never for a message on its
//! way.

mod change;
mod path;
mod unread;

use std::collections::HashSet;

use super::referral::{Sample, case_of_message};
use crate::domain::case::{Case, ConditionGroups};
use crate::domain::mapping::{Value, fields};
use crate::standards::fhir::{Document, Kind, Limits, Node, Splice, position};
use change::{changes, shows};
use path::path;

/// The most values of a file that are looked at: some two hundred kilobytes, and a few
/// seconds.
pub const MOST_VALUES: usize = 4_000;

/// A place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its path, such as `Bundle.entry[3].resource.birthDate`; of a canonical case
    /// `$.referral.person.birth_date`.
    pub path: String,
    /// Its line, from 1.
    pub line: u32,
    /// Its column in characters, from 1.
    pub column: u32,
}

/// Where one field comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The field, by its published name.
    pub field: &'static str,
    /// The places, in the order of the file; none where no place of the file says it.
    pub places: Vec<Place>,
    /// Whether the words of these places are in the field; otherwise it was worked out from
    /// them.
    pub is_copied: bool,
}

/// Where every field comes from.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    fields: Vec<Origin>,
    /// The elements of the file that are in no field, so that none would be another without
    /// them; each once: a resource type (`HealthcareService`), an element within one
    /// (`Patient.maritalStatus`), or a path where another of the same kind is read
    /// (`Bundle.entry[9].resource`).
    pub unread: Vec<String>,
    /// Whether the file has too many values for anything to be told: more than
    /// `MOST_VALUES`.
    pub is_too_large: bool,
}

impl Origins {
    /// Where a field comes from; nothing where no place of the file says it.
    pub fn of(&self, field: &str) -> Option<&Origin> {
        self.fields.iter().find(|origin| origin.field == field)
    }
}

/// Members that say which element it is and not what it says: of a field that is worked out,
/// they are not told as places.
const NAMING: &[&str] = &[
    "resourceType",
    "fullUrl",
    "reference",
    "system",
    "url",
    "id",
    "use",
];

impl Sample {
    /// Where its fields come from, conditions grouped as when it was read. It reads the file once for each of its values.
    pub fn origins(&self, groups: &ConditionGroups) -> Origins {
        let limits = Limits::default();
        // The nulls and empty lists of a canonical case are faults of FHIR JSON only.
        let Ok((document, _)) = Document::read(self.source.clone(), &limits) else {
            return Origins::default();
        };
        let mut values = Vec::new();
        collect(document.root(), &mut values);
        if values.len() > MOST_VALUES {
            return Origins {
                is_too_large: true,
                ..Origins::default()
            };
        }
        let mut finder = Finder::new(self, groups);
        for value in values {
            finder.look(&document, value);
        }
        finder.told(&document)
    }

    /// What a file that differs from this one in a value says; none when it is no referral.
    fn reread(&self, bytes: Vec<u8>, groups: &ConditionGroups) -> Option<Case> {
        if !self.is_message {
            return serde_json::from_slice(&bytes).ok();
        }
        let document = Document::parse(bytes, &Limits::default()).ok()?;
        case_of_message(&document, groups, self)
    }
}

/// Texts, numbers and truth values, in the order of the file.
fn collect<'d>(node: Node<'d>, into: &mut Vec<Node<'d>>) {
    match node.kind() {
        Kind::Object => node.members().for_each(|(_, member)| collect(member, into)),
        Kind::Array => node.items().for_each(|item| collect(item, into)),
        Kind::String | Kind::Number | Kind::Boolean => into.push(node),
        Kind::Null => {}
    }
}

/// What was found so far.
struct Finder<'s, 'd> {
    sample: &'s Sample,
    groups: &'s ConditionGroups,
    /// Every field as it is.
    before: Vec<Value>,
    /// For every field, the values that it comes of; whether its words are theirs.
    found: Vec<Vec<(Node<'d>, bool)>>,
    /// The values that something comes of, by where they begin.
    read: HashSet<usize>,
}

impl<'s, 'd> Finder<'s, 'd> {
    fn new(sample: &'s Sample, groups: &'s ConditionGroups) -> Self {
        Self {
            sample,
            groups,
            before: values_of(&sample.case),
            found: vec![Vec::new(); fields().len()],
            read: HashSet::new(),
        }
    }

    /// Changes a value and notes which fields are others.
    fn look(&mut self, document: &'d Document, value: Node<'d>) {
        let was = value.text().unwrap_or_default();
        let reread = changes(value, self.sample.is_message).find_map(|other| {
            let mut splice = Splice::new(document);
            splice.replace(value, other.as_str());
            Some((self.sample.reread(splice.finish(), self.groups)?, other))
        });
        // What cannot be another thing decides whether the file is a referral at all.
        let Some((case, other)) = reread else {
            self.read.insert(value.span().start);
            return;
        };
        for (place, (before, after)) in self.before.iter().zip(values_of(&case)).enumerate() {
            if *before == after {
                continue;
            }
            self.read.insert(value.span().start);
            // What the file does not say comes from nowhere, although a value could say it.
            if *before == Value::Absent {
                continue;
            }
            let is_copied = shows(before, &after, was) || shows(&after, before, &other);
            self.found[place].push((value, is_copied));
        }
    }

    fn told(self, document: &Document) -> Origins {
        let is_message = self.sample.is_message;
        let place = |value: Node<'_>| {
            let (line, column) = position(document.source(), value.span().start);
            Place {
                path: path(value, is_message),
                line,
                column,
            }
        };
        let each = fields().iter().zip(&self.found);
        let told = each.filter_map(|(field, found)| {
            let is_copied = found.iter().any(|(_, copied)| *copied);
            let tells = |value: &Node<'_>| value.name().is_none_or(|name| !NAMING.contains(&name));
            let places: Vec<Place> = found
                .iter()
                .filter(|(value, copied)| if is_copied { *copied } else { tells(value) })
                .map(|(value, _)| place(*value))
                .collect();
            (!places.is_empty()).then_some(Origin {
                field: field.name,
                places,
                is_copied,
            })
        });
        Origins {
            fields: told.collect(),
            unread: unread::elements(document, &self.read, is_message),
            is_too_large: false,
        }
    }
}

fn values_of(case: &Case) -> Vec<Value> {
    fields().iter().map(|field| (field.read)(case)).collect()
}

#[cfg(test)]
mod tests;
