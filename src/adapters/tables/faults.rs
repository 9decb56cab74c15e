//! Collects what is wrong, each with `folder/file:line:column`.

use crate::problem::{Entry, Problem};

/// Line and column, both from 1. In a CSV the column counts cells, as a spreadsheet does.
pub(super) type Place = (u32, u32);

/// The faults of one folder.
pub(super) struct Faults {
    folder: String,
    problems: Vec<Problem>,
}

impl Faults {
    pub(super) fn new(folder: impl Into<String>) -> Self {
        Self {
            folder: folder.into(),
            problems: Vec::new(),
        }
    }

    /// One more fault.
    pub(super) fn add(
        &mut self,
        entry: &'static Entry,
        file: &str,
        place: Place,
        detail: impl Into<String>,
    ) {
        self.problems.push(self.problem(entry, file, place, detail));
    }

    /// One more remark that does not disable anything.
    pub(super) fn warn(
        &mut self,
        entry: &'static Entry,
        file: &str,
        place: Place,
        detail: impl Into<String>,
    ) {
        let problem = self.problem(entry, file, place, detail).as_warning();
        self.problems.push(problem);
    }

    fn problem(
        &self,
        entry: &'static Entry,
        file: &str,
        (line, column): Place,
        detail: impl Into<String>,
    ) -> Problem {
        Problem::new(entry)
            .at(format!("{}{line}:{column}", self.start(file)))
            .with(detail)
    }

    /// How the places of a file begin; the folder of the root has no name.
    fn start(&self, file: &str) -> String {
        match self.folder.as_str() {
            "" => format!("{file}:"),
            folder => format!("{folder}/{file}:"),
        }
    }

    /// How many there are, with remarks.
    pub(super) fn count(&self) -> usize {
        self.problems.len()
    }

    /// Whether every fault is of this entry or of this file.
    pub(super) fn only_of(&self, entry: &'static Entry, file: &str) -> bool {
        let start = self.start(file);
        let mut faults = self.problems.iter().filter(|problem| !problem.warning);
        faults.all(|problem| {
            let path = problem.path.as_deref().unwrap_or_default();
            problem.entry == entry || path.starts_with(&start)
        })
    }

    /// Whether something is wrong with this file already.
    pub(super) fn tell_of(&self, file: &str) -> bool {
        let start = self.start(file);
        let mut faults = self.problems.iter().filter(|problem| !problem.warning);
        faults.any(|problem| {
            problem
                .path
                .as_deref()
                .unwrap_or_default()
                .starts_with(&start)
        })
    }

    pub(super) fn into_all(self) -> Vec<Problem> {
        self.problems
    }

    /// Faults and warnings.
    pub(super) fn split(self) -> (Vec<Problem>, Vec<Problem>) {
        self.problems
            .into_iter()
            .partition(|problem| !problem.warning)
    }
}
