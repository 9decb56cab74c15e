//! Counts what is wrong with a file: how often, and in which lines first. Lines are
//! named, cells are not: a wrong file may hold people.

use std::collections::BTreeMap;

use crate::problem::{Entry, Problem};

/// How many lines are named.
const FIRST: usize = 5;

/// The counts of one file.
pub(super) struct Tally {
    file: String,
    found: BTreeMap<(&'static str, &'static str), (&'static Entry, u64, Vec<u64>)>,
}

impl Tally {
    pub(super) fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            found: BTreeMap::new(),
        }
    }

    /// Counts one line.
    pub(super) fn add(&mut self, entry: &'static Entry, what: &'static str, line: u64) {
        let found = self.found.entry((entry.code, what));
        let (_, count, first) = found.or_insert((entry, 0, Vec::new()));
        *count += 1;
        if first.len() < FIRST {
            first.push(line);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// One problem for each kind, at its first line.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        let file = self.file;
        let problems = self.found.into_iter().map(|((_, what), found)| {
            let (entry, count, lines) = found;
            let place = lines.first().copied().unwrap_or(1);
            let named: Vec<String> = lines.iter().map(u64::to_string).collect();
            let rest = if count > lines.len() as u64 {
                ", ..."
            } else {
                ""
            };
            let (rows, line) = match count {
                1 => ("row", "line"),
                _ => ("rows", "lines"),
            };
            let detail = format!(
                "{what}, in {count} {rows}: {line} {}{rest}",
                named.join(", ")
            );
            Problem::new(entry)
                .at(format!("{file}:{place}:1"))
                .with(detail)
        });
        problems.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::area::places as entry;

    #[test]
    fn every_kind_is_told_once_with_its_number_and_its_first_lines() {
        let mut tally = Tally::new("epraccur.csv");
        assert!(tally.is_empty());
        for line in 2..12 {
            tally.add(&entry::ROW_DAMAGED, "too few cells", line);
        }
        tally.add(&entry::SAID_TWICE, "the code of another row", 40);
        let problems = tally.into_problems();
        let told: Vec<(&str, &str)> = problems
            .iter()
            .map(|p| {
                (
                    p.path.as_deref().unwrap_or_default(),
                    p.detail.as_deref().unwrap_or_default(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (
                    "epraccur.csv:2:1",
                    "too few cells, in 10 rows: lines 2, 3, 4, 5, 6, ..."
                ),
                (
                    "epraccur.csv:40:1",
                    "the code of another row, in 1 row: line 40"
                ),
            ]
        );
    }
}
