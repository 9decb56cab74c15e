//! Reads items as what they mean and collects the faults.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::layers::{Item, Items, Origin, Value};
use super::shape;
use crate::problem::{Entry, Problem, area::config as entries};

/// Reads items. After a fault it hands out the fallback and goes on, so that every
/// fault is found; whoever builds settings must look at `faults` before using them.
pub(super) struct Reader<'a> {
    items: &'a Items,
    folder: &'a Path,
    pub(super) faults: Vec<Problem>,
    pub(super) used: BTreeSet<String>,
}

impl<'a> Reader<'a> {
    /// Reads `items`; relative paths of the operator's file are taken from `folder`.
    pub(super) fn new(items: &'a Items, folder: &'a Path, faults: Vec<Problem>) -> Self {
        Self {
            items,
            folder,
            faults,
            used: BTreeSet::new(),
        }
    }

    fn item(&mut self, key: &str) -> Option<&'a Item> {
        self.used.insert(key.to_owned());
        self.items.get(key)
    }

    /// A key that must have a default and has none is a fault of ours.
    fn expected_item(&mut self, key: &str) -> Option<&'a Item> {
        let item = self.item(key);
        if item.is_none() {
            self.fault(key, "it is missing", "see `config default`");
        }
        item
    }

    /// Reports a fault at a key with the value found, unless that is secret.
    pub(super) fn fault(&mut self, key: &str, reason: &str, example: &str) {
        self.fault_as(&entries::BAD_SETTING, key, reason, example);
    }

    pub(super) fn fault_as(
        &mut self,
        entry: &'static Entry,
        key: &str,
        reason: &str,
        example: &str,
    ) {
        let item = self.items.get(key);
        if item.is_none() && self.is_reported(key) {
            return;
        }
        let origin = item.map_or_else(|| self.origin_of_row(key), |item| &item.origin);
        let found = item.map_or("nothing".to_owned(), |item| shape::shown(key, &item.value));
        let found = short(&found);
        let place = match origin {
            Origin::Default => key.to_owned(),
            origin => format!("{origin} {key}"),
        };
        self.faults.push(
            Problem::new(entry)
                .at(place)
                .with(format!("found {found}; {reason}; for example {example}")),
        );
    }

    /// Whether a value of another kind was already found at this key.
    fn is_reported(&self, key: &str) -> bool {
        let end = format!(" {key}");
        let mut paths = self.faults.iter().filter_map(|fault| fault.path.as_ref());
        paths.any(|path| path.ends_with(&end))
    }

    /// Where the row begins in which a key is missing.
    fn origin_of_row(&self, key: &str) -> &'a Origin {
        let row = key.rsplit_once('.').map_or("", |(row, _)| row);
        let prefix = format!("{row}.");
        let first = self.items.range(prefix.clone()..).next();
        match first {
            Some((key, item)) if key.starts_with(&prefix) => &item.origin,
            _ => &Origin::Default,
        }
    }

    /// A text, maybe empty.
    pub(super) fn text(&mut self, key: &str) -> String {
        match self.expected_item(key).map(|item| &item.value) {
            Some(Value::Text(text)) => text.trim().to_owned(),
            _ => String::new(),
        }
    }

    /// A text that must say something.
    pub(super) fn filled(&mut self, key: &str, example: &str) -> String {
        let text = self.text(key);
        if text.is_empty() && self.items.contains_key(key) {
            self.fault(key, "it must not be empty", example);
        }
        text
    }

    /// A text that may be left out or empty: `None` then.
    pub(super) fn optional(&mut self, key: &str) -> Option<String> {
        match self.item(key).map(|item| &item.value) {
            Some(Value::Text(text)) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            _ => None,
        }
    }

    /// A text that is read as something else.
    pub(super) fn read<T>(
        &mut self,
        key: &str,
        (reason, example): (&str, &str),
        fallback: T,
        parse: impl Fn(&str) -> Option<T>,
    ) -> T {
        let text = self.text(key);
        parse(&text).unwrap_or_else(|| {
            if self.items.contains_key(key) {
                self.fault(key, reason, example);
            }
            fallback
        })
    }

    /// The same for a text that may be left out or empty.
    pub(super) fn read_optional<T>(
        &mut self,
        key: &str,
        (reason, example): (&str, &str),
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.optional(key)?;
        let value = parse(&text);
        if value.is_none() {
            self.fault(key, reason, example);
        }
        value
    }

    /// One of a closed list of words.
    pub(super) fn choice<T: Copy>(&mut self, key: &str, allowed: &[(&str, T)]) -> T {
        let words: Vec<&str> = allowed.iter().map(|(word, _)| *word).collect();
        let reason = format!("allowed: {}", words.join(", "));
        let example = format!("{:?}", words[0]);
        self.read(key, (&reason, &example), allowed[0].1, |text| {
            let row = allowed.iter().find(|(word, _)| *word == text);
            row.map(|(_, value)| *value)
        })
    }

    /// A number within bounds.
    pub(super) fn number(&mut self, key: &str, allowed: RangeInclusive<u32>) -> u32 {
        let Some(Value::Number(number)) = self.expected_item(key).map(|item| &item.value) else {
            return *allowed.start();
        };
        match u32::try_from(*number) {
            Ok(number) if allowed.contains(&number) => number,
            _ => {
                let (low, high) = (allowed.start(), allowed.end());
                let reason = format!("allowed: {low} to {high}");
                self.fault(key, &reason, &high.to_string());
                *low
            }
        }
    }

    /// A count within bounds.
    pub(super) fn count(&mut self, key: &str, allowed: RangeInclusive<u32>) -> usize {
        usize::try_from(self.number(key, allowed)).unwrap_or(usize::MAX)
    }

    /// A number of seconds within bounds.
    pub(super) fn seconds(&mut self, key: &str, allowed: RangeInclusive<u32>) -> Duration {
        Duration::from_secs(self.number(key, allowed).into())
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, key: &str) -> bool {
        let item = self.expected_item(key).map(|item| &item.value);
        matches!(item, Some(Value::Flag(true)))
    }

    /// A list whose texts are read one by one; the first that cannot be is named by
    /// its position.
    pub(super) fn list<T>(
        &mut self,
        key: &str,
        (reason, example): (&str, &str),
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let Some(Value::List(texts)) = self.expected_item(key).map(|item| &item.value) else {
            return Vec::new();
        };
        let mut values = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            let Some(value) = parse(text.trim()) else {
                let reason = format!("item {} is {text:?}, but {reason}", index + 1);
                self.fault(key, &reason, example);
                continue;
            };
            values.push(value);
        }
        values
    }

    /// A path, taken from the folder of the operator's file when it stands there.
    pub(super) fn path(&mut self, key: &str) -> PathBuf {
        let text = self.filled(key, "\"workwell.db\"");
        self.in_folder(key, &text)
    }

    /// The same for a path that may be left out.
    pub(super) fn optional_path(&mut self, key: &str) -> Option<PathBuf> {
        let text = self.optional(key)?;
        Some(self.in_folder(key, &text))
    }

    /// A path that this key names, taken from the folder of the file that says so.
    pub(super) fn in_folder(&self, key: &str, text: impl AsRef<Path>) -> PathBuf {
        let origin = self.items.get(key).map(|item| &item.origin);
        match origin {
            Some(Origin::File(..)) => self.folder.join(text),
            _ => text.as_ref().to_owned(),
        }
    }

    /// The keys of the rows of a list, e.g. `bars.services[0]`, in their order.
    pub(super) fn rows(&self, table: &str) -> Vec<String> {
        (0..self.items.len())
            .map(|index| format!("{table}[{index}]"))
            .take_while(|row| self.has_inside(&format!("{row}.")))
            .collect()
    }

    fn has_inside(&self, prefix: &str) -> bool {
        let next = self.items.range(prefix.to_owned()..).next();
        next.is_some_and(|(key, _)| key.starts_with(prefix))
    }

    /// The keys under a table that the operator named, without the table's own name.
    pub(super) fn names(&self, table: &str) -> Vec<String> {
        let prefix = format!("{table}.");
        self.items
            .keys()
            .filter_map(|key| key.strip_prefix(&prefix))
            .map(str::to_owned)
            .collect()
    }
}

/// A value short enough to be read in a sentence.
fn short(found: &str) -> String {
    const LONGEST: usize = 60;
    match found.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &found[..end]),
        None => found.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_cut_between_letters() {
        assert_eq!(short("short"), "short");
        assert_eq!(short(&"é".repeat(61)), format!("{}...", "é".repeat(60)));
    }
}
