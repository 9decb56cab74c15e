//! The defaults, the operator's file and the environment, laid over each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::shape;
use crate::config::nearest;
use crate::problem::{Problem, area::config as entries};

/// A value as it was written, before it is read as anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// `true` or `false`.
    Flag(bool),
    /// A list of texts.
    List(Vec<String>),
    /// A table without keys.
    Empty,
    /// Anything that no key takes, by the name of its kind.
    Other(&'static str),
}

/// The kinds of value that keys take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Flag,
    List,
}

impl Kind {
    const fn words(self) -> &'static str {
        match self {
            Self::Text => "a text in quotation marks",
            Self::Number => "a whole number",
            Self::Flag => "true or false",
            Self::List => "a list of texts, [\"...\", \"...\"]",
        }
    }
}

impl Value {
    pub(super) const fn kind(&self) -> Option<Kind> {
        match self {
            Self::Text(_) => Some(Kind::Text),
            Self::Number(_) => Some(Kind::Number),
            Self::Flag(_) => Some(Kind::Flag),
            Self::List(_) => Some(Kind::List),
            Self::Empty | Self::Other(_) => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(formatter, "{text:?}"),
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Flag(flag) => write!(formatter, "{flag}"),
            Self::List(list) => write!(formatter, "{list:?}"),
            Self::Empty => formatter.write_str("an empty table"),
            Self::Other(name) => formatter.write_str(name),
        }
    }
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The built-in defaults.
    Default,
    /// A line (from 1) of the operator's file, by the name it was given.
    File(String, usize),
    /// An environment variable.
    Environment(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File(name, line) => write!(formatter, "{name}:{line}"),
            Self::Environment(variable) => formatter.write_str(variable),
        }
    }
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The value.
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
}

/// Values by their key, e.g. `bars.services[0].value`.
pub(super) type Items = BTreeMap<String, Item>;

/// How many syntax faults are told: one bracket that is not closed makes a fault of every
/// line below it.
const MOST_SYNTAX_FAULTS: usize = 3;

/// Reads a TOML text; the first syntax faults, one a line. The text of the line is not
/// quoted, since it may hold a secret.
pub(super) fn scan(text: &str, file: Option<&str>, faults: &mut Vec<Problem>) -> Items {
    let lines = Lines { text, file };
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut told = Vec::new();
    for error in errors {
        let line = lines.number(error.span().map_or(0, |span| span.start));
        if told.contains(&line) || told.len() == MOST_SYNTAX_FAULTS {
            continue;
        }
        told.push(line);
        faults.push(
            Problem::new(&entries::NOT_TOML)
                .at(lines.origin(line).to_string())
                .with(first_line(error.message())),
        );
    }
    let mut items = Items::new();
    flatten(table.get_ref(), "", &lines, &mut items);
    items
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

struct Lines<'a> {
    text: &'a str,
    file: Option<&'a str>,
}

impl Lines<'_> {
    fn number(&self, offset: usize) -> usize {
        let before = self.text.as_bytes().iter().take(offset);
        1 + before.filter(|byte| **byte == b'\n').count()
    }

    fn origin(&self, line: usize) -> Origin {
        match self.file {
            Some(name) => Origin::File(name.to_owned(), line),
            None => Origin::Default,
        }
    }
}

fn flatten(table: &DeTable<'_>, above: &str, lines: &Lines<'_>, items: &mut Items) {
    for (name, value) in table {
        let key = match above {
            "" => name.get_ref().to_string(),
            _ => format!("{above}.{}", name.get_ref()),
        };
        let line = lines.number(name.span().start);
        flatten_value(value, key, line, lines, items);
    }
}

fn flatten_value(
    value: &Spanned<DeValue<'_>>,
    key: String,
    line: usize,
    lines: &Lines<'_>,
    items: &mut Items,
) {
    let value = match value.get_ref() {
        DeValue::Table(table) if !table.is_empty() => return flatten(table, &key, lines, items),
        DeValue::Array(rows) if has_tables(rows) => {
            for (index, row) in rows.iter().enumerate() {
                let line = lines.number(row.span().start);
                flatten_value(row, format!("{key}[{index}]"), line, lines, items);
            }
            return;
        }
        DeValue::Table(_) => Value::Empty,
        DeValue::Array(list) => texts(list),
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Integer(number) => {
            i64::from_str_radix(&number.as_str().replace('_', ""), number.radix())
                .map_or(Value::Other("a number that is too large"), Value::Number)
        }
        DeValue::Float(_) => Value::Other("a number with a fraction"),
        DeValue::Datetime(_) => Value::Other("a date without quotation marks"),
    };
    let origin = lines.origin(line);
    items.insert(key, Item { value, origin });
}

fn has_tables(rows: &[Spanned<DeValue<'_>>]) -> bool {
    rows.iter().any(|row| row.get_ref().is_table())
}

fn texts(list: &[Spanned<DeValue<'_>>]) -> Value {
    let texts = list.iter().map(|item| item.get_ref().as_str());
    texts
        .map(|text| text.map(str::to_owned))
        .collect::<Option<Vec<String>>>()
        .map_or(
            Value::Other("a list that holds something other than texts"),
            Value::List,
        )
}

/// Lays `own` over the defaults. An unknown key or a value of another kind is a fault
/// and leaves the default in place; rows of a list replace all default rows.
pub(super) fn lay_over(defaults: &Items, own: Items, faults: &mut Vec<Problem>) -> Items {
    let mut items = defaults.clone();
    for table in replaced_lists(&own) {
        items.retain(|key, _| !key.starts_with(&format!("{table}[")));
    }
    for (key, item) in own {
        let empty = matches!(&item.value, Value::Empty)
            || matches!(&item.value, Value::List(list) if list.is_empty());
        match shape::kind(defaults, &key) {
            Some(kind) if item.value.kind() == Some(kind) => {
                items.insert(key, item);
            }
            Some(kind) => faults.push(wrong_kind(&key, &item, kind)),
            None if empty && shape::may_be_empty(defaults, &key) => {}
            None => faults.push(unknown(defaults, &key, &item.origin)),
        }
    }
    items
}

/// The lists of rows that the operator wrote, an empty one included.
fn replaced_lists(own: &Items) -> Vec<String> {
    let mut lists: Vec<String> = own
        .iter()
        .filter_map(|(key, item)| match key.split_once('[') {
            Some((table, _)) => Some(table.to_owned()),
            None => {
                matches!(&item.value, Value::List(list) if list.is_empty()).then(|| key.clone())
            }
        })
        .collect();
    lists.dedup();
    lists
}

fn wrong_kind(key: &str, item: &Item, kind: Kind) -> Problem {
    let found = shape::shown(key, &item.value);
    Problem::new(&entries::BAD_SETTING)
        .at(format!("{} {key}", item.origin))
        .with(format!("found {found}; this key takes {}", kind.words()))
}

fn unknown(defaults: &Items, key: &str, origin: &Origin) -> Problem {
    let mut known: Vec<String> = shape::known_keys(defaults).collect();
    let sections: BTreeSet<&str> = known
        .iter()
        .filter_map(|key| Some(key.rsplit_once('.')?.0))
        .collect();
    let sections: Vec<String> = sections.into_iter().map(str::to_owned).collect();
    known.extend(sections);
    let pattern = shape::pattern(key);
    let near = nearest(&pattern, known.iter().map(String::as_str), 1);
    let advice = match near.first() {
        Some(name) => format!("the nearest known key is `{name}`"),
        None => "no known key is like it; `config default` prints every key".to_owned(),
    };
    Problem::new(&entries::UNKNOWN_KEY)
        .at(format!("{origin} {key}"))
        .with(advice)
}

/// The variable that overrides a key.
pub(super) fn variable(key: &str) -> String {
    let name = key.replace('.', "__").replace('-', "_");
    format!("WORKWELL_{}", name.to_ascii_uppercase())
}

/// Lays the environment over the items: every known key that is not a row's.
pub(super) fn lay_environment(
    items: &mut Items,
    env: &dyn Fn(&str) -> Option<String>,
    faults: &mut Vec<Problem>,
) {
    for (key, item) in items.iter_mut() {
        let row = key.contains('[') || key.contains('|');
        // `WORKWELL_VERSION` would too easily be somebody's release number.
        if row || key == "version" {
            continue;
        }
        let variable = variable(key);
        let (Some(text), Some(kind)) = (env(&variable), item.value.kind()) else {
            continue;
        };
        let origin = Origin::Environment(variable);
        match read_variable(&text, kind) {
            Some(value) => *item = Item { value, origin },
            None => faults.push(wrong_kind(
                key,
                &Item {
                    value: Value::Text(text),
                    origin,
                },
                kind,
            )),
        }
    }
}

fn read_variable(text: &str, kind: Kind) -> Option<Value> {
    match kind {
        Kind::Text => Some(Value::Text(text.to_owned())),
        Kind::Number => text.trim().parse().ok().map(Value::Number),
        Kind::Flag => text.trim().parse().ok().map(Value::Flag),
        Kind::List => {
            let parts = text.split(',').map(|part| part.trim().to_owned());
            Some(Value::List(parts.filter(|part| !part.is_empty()).collect()))
        }
    }
}

/// The variables among `names` that look like an override and override nothing, each
/// with the nearest one that would.
pub fn unknown_variables<'a>(
    items: &BTreeMap<String, Item>,
    names: impl IntoIterator<Item = &'a str>,
) -> Vec<Problem> {
    let known: Vec<String> = items
        .keys()
        .filter(|key| !key.contains('[') && !key.contains('|'))
        .map(|key| variable(key))
        .collect();
    let ours = names
        .into_iter()
        .filter(|name| name.starts_with("WORKWELL_") && name.contains("__"));
    ours.filter(|name| !known.iter().any(|known| known == name))
        .map(|name| {
            let near = nearest(name, known.iter().map(String::as_str), 1);
            let problem = Problem::new(&entries::UNKNOWN_KEY).at(name).as_warning();
            match near.first() {
                Some(near) => problem.with(format!("the nearest known variable is {near}")),
                None => problem.with("no known variable is like it"),
            }
        })
        .collect()
}
