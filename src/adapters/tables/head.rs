//! The TOML head of a folder, with the place of every key.

use std::cell::RefCell;
use std::collections::BTreeSet;

use jiff::civil::Date;
use toml::de::{DeTable, DeValue};

use super::damage;
use super::faults::{Faults, Place};
use super::leftover;
use super::nearest;
use crate::problem::area::tables as entry;

/// Sections (`""` is the top) with their keys; `*` takes any key. A section that may stand
/// there several times, as `[[name]]`, is written `name[]` and read as `name[1]`, `name[2]`.
pub(super) type Schema = &'static [(&'static str, &'static [&'static str])];

struct Item {
    section: String,
    key: String,
    value: Found,
    place: Place,
    /// What it still has to say; it has been told of.
    unwritten: bool,
}

enum Found {
    Text(String),
    Number(String),
    Texts(Vec<String>),
    Other(&'static str),
}

/// The keys of one file.
pub(super) struct Head<'a> {
    file: &'a str,
    items: Vec<Item>,
    sections: BTreeSet<String>,
    missing: RefCell<BTreeSet<String>>,
}

impl<'a> Head<'a> {
    /// Reads a file against its schema: every syntax fault and unknown key at once.
    pub(super) fn read(file: &'a str, text: &str, schema: Schema, faults: &mut Faults) -> Self {
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let place = error.span().map_or((1, 1), |span| place(text, span.start));
            let line = text.lines().nth(place.0 as usize - 1).unwrap_or_default();
            let detail = if line.contains(damage::is_curly) {
                "the line holds curly quotes; write straight ones".to_owned()
            } else {
                error.message().to_owned()
            };
            faults.add(&entry::NOT_READABLE, file, place, detail);
        }
        let mut head = Self {
            file,
            items: Vec::new(),
            sections: BTreeSet::new(),
            missing: RefCell::default(),
        };
        for (key, value) in table.get_ref() {
            let at = place(text, key.span().start);
            let name: &str = key.get_ref();
            match value.get_ref() {
                DeValue::Table(inner) => {
                    let Some(keys) = section(schema, name) else {
                        let names = schema.iter().map(|row| row.0.trim_end_matches("[]"));
                        let names: Vec<&str> = names.collect();
                        unknown(file, at, &format!("[{name}]"), name, &names[1..], faults);
                        continue;
                    };
                    head.sections.insert(name.to_owned());
                    for (key, value) in inner {
                        let at = place(text, key.span().start);
                        head.take(name, key.get_ref(), value.get_ref(), at, keys, faults);
                    }
                }
                other => {
                    let several = section(schema, &format!("{name}[]"));
                    match (other, several) {
                        (DeValue::Array(items), Some(keys)) if !items.is_empty() => {
                            head.take_each(text, name, at, items, keys, faults);
                        }
                        _ => {
                            let keys = section(schema, "").unwrap_or_default();
                            head.take("", name, other, at, keys, faults);
                        }
                    }
                }
            }
        }
        head
    }

    /// Each `[[name]]`.
    fn take_each(
        &mut self,
        text: &str,
        name: &str,
        at: Place,
        items: &[toml::Spanned<DeValue<'_>>],
        keys: &[&str],
        faults: &mut Faults,
    ) {
        for (index, item) in items.iter().enumerate() {
            let section = format!("{name}[{}]", index + 1);
            let DeValue::Table(inner) = item.get_ref() else {
                let detail = format!("{section}: write it as a [[{name}]] of its own");
                faults.add(&entry::WRONG_SHAPE, self.file, at, detail);
                continue;
            };
            for (key, value) in inner {
                let at = place(text, key.span().start);
                self.take(&section, key.get_ref(), value.get_ref(), at, keys, faults);
            }
            self.sections.insert(section);
        }
    }

    fn take(
        &mut self,
        section: &str,
        key: &str,
        value: &DeValue<'_>,
        at: Place,
        keys: &[&str],
        faults: &mut Faults,
    ) {
        if !keys.contains(&"*") && !keys.contains(&key) {
            return unknown(self.file, at, &dotted(section, key), key, keys, faults);
        }
        let value = match value {
            DeValue::String(text) => Found::Text(text.trim().to_owned()),
            DeValue::Datetime(date) => Found::Text(date.to_string()),
            DeValue::Integer(number) => Found::Number(number.as_str().to_owned()),
            DeValue::Array(items) => {
                let texts = items
                    .iter()
                    .map(|item| item.get_ref().as_str().map(str::to_owned));
                match texts.collect::<Option<Vec<String>>>() {
                    Some(texts) => Found::Texts(texts),
                    None => Found::Other("a list with something that is no text"),
                }
            }
            other => Found::Other(other.type_str()),
        };
        let says = value.texts().find_map(leftover::of);
        if let Some(says) = &says {
            let detail = format!("{}: {says}", dotted(section, key));
            faults.add(&entry::VALUE_MISSING, self.file, at, detail);
        }
        self.items.push(Item {
            unwritten: says.is_some(),
            section: section.to_owned(),
            key: key.to_owned(),
            value,
            place: at,
        });
    }

    fn item(&self, section: &str, key: &str) -> Option<&Item> {
        self.items
            .iter()
            .find(|item| item.section == section && item.key == key)
    }

    /// Every key of a section with its text and place, for sections that take any key.
    pub(super) fn all(&self, section: &str, faults: &mut Faults) -> Vec<(String, String, Place)> {
        let items = self.items.iter().filter(|item| item.section == section);
        let mut found = Vec::new();
        for item in items {
            if let Some(text) = self.as_text(item, faults) {
                found.push((item.key.clone(), text, item.place));
            }
        }
        found
    }

    /// Whether a section stands there, empty or not.
    pub(super) fn has(&self, section: &str) -> bool {
        self.sections.contains(section)
    }

    /// The names of a section that may stand there several times, in order.
    pub(super) fn repeated(&self, name: &str) -> Vec<String> {
        let names = (1..).map(|number| format!("{name}[{number}]"));
        names.take_while(|name| self.has(name)).collect()
    }

    /// Whether a key is a list without anything in it.
    pub(super) fn is_empty_list(&self, section: &str, key: &str) -> bool {
        let found = self.item(section, key).map(|item| &item.value);
        matches!(found, Some(Found::Texts(texts)) if texts.is_empty())
    }

    /// Whether a key stands there, right or wrong.
    pub(super) fn says(&self, section: &str, key: &str) -> bool {
        self.item(section, key).is_some()
    }

    /// The place of a key, or the top of the file.
    pub(super) fn place(&self, section: &str, key: &str) -> Place {
        self.item(section, key).map_or((1, 1), |item| item.place)
    }

    /// A fault at a key; one whose value is still to be written has been told of.
    pub(super) fn fault(
        &self,
        entry: &'static crate::problem::Entry,
        section: &str,
        key: &str,
        detail: impl Into<String>,
        faults: &mut Faults,
    ) {
        if self.item(section, key).is_some_and(|item| item.unwritten) {
            return;
        }
        faults.add(entry, self.file, self.place(section, key), detail);
    }

    fn as_text(&self, item: &Item, faults: &mut Faults) -> Option<String> {
        match &item.value {
            Found::Text(text) if !text.is_empty() => Some(text.clone()),
            Found::Text(_) => {
                let detail = format!("{} is empty", dotted(&item.section, &item.key));
                faults.add(&entry::VALUE_MISSING, self.file, item.place, detail);
                None
            }
            other => {
                let detail = format!(
                    "{}: found {}; write a text in double quotes",
                    dotted(&item.section, &item.key),
                    other.kind()
                );
                faults.add(&entry::WRONG_SHAPE, self.file, item.place, detail);
                None
            }
        }
    }

    /// A text that may be left out.
    pub(super) fn text(&self, section: &str, key: &str, faults: &mut Faults) -> Option<String> {
        self.as_text(self.item(section, key)?, faults)
    }

    /// A text that must be there.
    pub(super) fn filled(&self, section: &str, key: &str, faults: &mut Faults) -> Option<String> {
        if self.item(section, key).is_none() {
            self.missing(section, key, faults);
            return None;
        }
        self.text(section, key, faults)
    }

    fn missing(&self, section: &str, key: &str, faults: &mut Faults) {
        let name = dotted(section, key);
        if !self.missing.borrow_mut().insert(name.clone()) {
            return;
        }
        let where_to = match section {
            "" => String::new(),
            section if section.ends_with(']') => {
                let name = section.split('[').next().unwrap_or_default();
                format!(" under its [[{name}]]")
            }
            section if self.sections.contains(section) => format!(" under [{section}]"),
            section => format!(" under a new line [{section}]"),
        };
        let detail = format!("{name} is missing; add `{key} = ...`{where_to}");
        faults.add(&entry::VALUE_MISSING, self.file, (1, 1), detail);
    }

    /// One of a closed list of words, which must be there.
    pub(super) fn word<T: Copy>(
        &self,
        section: &str,
        key: &str,
        all: &[(T, &str)],
        faults: &mut Faults,
    ) -> Option<T> {
        let text = self.filled(section, key, faults)?;
        let found = all.iter().find(|(_, word)| *word == text);
        if found.is_none() {
            let words: Vec<&str> = all.iter().map(|(_, word)| *word).collect();
            let said = nearest::suggestion(&text, &words);
            let detail = format!("{}: {said}", dotted(section, key));
            self.fault(&entry::UNKNOWN_WORD, section, key, detail, faults);
        }
        found.map(|(value, _)| *value)
    }

    /// The same, where it may be left out.
    pub(super) fn word_or<T: Copy>(
        &self,
        section: &str,
        key: &str,
        all: &[(T, &str)],
        default: T,
        faults: &mut Faults,
    ) -> T {
        if self.item(section, key).is_none() {
            return default;
        }
        self.word(section, key, all, faults).unwrap_or(default)
    }

    /// A date `yyyy-mm-dd`, with or without quotes, that may be left out.
    pub(super) fn date(&self, section: &str, key: &str, faults: &mut Faults) -> Option<Date> {
        let text = self.text(section, key, faults)?;
        let date = text.parse().ok();
        if date.is_none() {
            let detail = format!(
                "{}: found \"{text}\"; write yyyy-mm-dd",
                dotted(section, key)
            );
            self.fault(&entry::WRONG_SHAPE, section, key, detail, faults);
        }
        date
    }

    /// A date that must be there.
    pub(super) fn due(&self, section: &str, key: &str, faults: &mut Faults) -> Option<Date> {
        if self.item(section, key).is_none() {
            self.missing(section, key, faults);
        }
        self.date(section, key, faults)
    }

    /// A whole number that may be left out.
    pub(super) fn number(&self, section: &str, key: &str, faults: &mut Faults) -> Option<u32> {
        let item = self.item(section, key)?;
        let number = match &item.value {
            Found::Number(digits) => digits.parse().ok(),
            _ => None,
        };
        if number.is_none() {
            let detail = format!(
                "{}: write a whole number without quotes",
                dotted(section, key)
            );
            self.fault(&entry::WRONG_SHAPE, section, key, detail, faults);
        }
        number
    }

    /// A list of texts that must be there.
    pub(super) fn texts(&self, section: &str, key: &str, faults: &mut Faults) -> Vec<String> {
        match self.item(section, key).map(|item| &item.value) {
            Some(Found::Texts(texts)) => texts.clone(),
            Some(_) => {
                let detail = format!("{}: write [\"...\", \"...\"]", dotted(section, key));
                self.fault(&entry::WRONG_SHAPE, section, key, detail, faults);
                Vec::new()
            }
            None => {
                self.missing(section, key, faults);
                Vec::new()
            }
        }
    }
}

impl Found {
    /// Every text of it.
    fn texts(&self) -> impl Iterator<Item = &str> {
        let texts = match self {
            Self::Text(text) => std::slice::from_ref(text),
            Self::Texts(texts) => texts,
            Self::Number(_) | Self::Other(_) => &[],
        };
        texts.iter().map(String::as_str)
    }

    const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Number(_) => "a number",
            Self::Texts(_) => "a list",
            Self::Other(kind) => kind,
        }
    }
}

fn section(schema: Schema, name: &str) -> Option<&'static [&'static str]> {
    schema.iter().find(|row| row.0 == name).map(|row| row.1)
}

fn dotted(section: &str, key: &str) -> String {
    match section {
        "" => key.to_owned(),
        section => format!("{section}.{key}"),
    }
}

fn unknown(file: &str, at: Place, shown: &str, key: &str, keys: &[&str], faults: &mut Faults) {
    let secret = ["secret", "token", "password", "key"].contains(&key);
    let detail = if secret && keys.contains(&"secret_file") {
        format!("{shown}: a secret never stands in a table; write secret_file = \"<path>\"")
    } else {
        format!("{shown}: {}", nearest::suggestion(key, keys))
    };
    faults.add(&entry::UNKNOWN_KEY, file, at, detail);
}

/// Line and column of a byte, both from 1; the column counts characters.
fn place(text: &str, offset: usize) -> Place {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before[start..].chars().count() + 1;
    (
        u32::try_from(line).unwrap_or(u32::MAX),
        u32::try_from(column).unwrap_or(u32::MAX),
    )
}
