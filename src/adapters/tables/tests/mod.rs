//! The committed tables, and what is said of damaged copies of them.

mod committed;
mod groups;
mod head;
mod loading;
mod northmoor;
mod questions;
mod rows;

use std::fs;
use std::path::PathBuf;

use super::{Loaded, load};
use crate::testing::{copy, package};

fn committed() -> Loaded {
    load(&package("mappings"))
}

/// A copy of the committed tables that a test damages.
struct Copy {
    root: tempfile::TempDir,
}

impl Copy {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        // One area is enough, and leaves every count as it is whatever others are added.
        let area = root.path().join("exampleshire");
        copy(&package("mappings/exampleshire"), &area);
        let groups = "condition-groups.csv";
        let shared = package("mappings").join(groups);
        fs::copy(shared, root.path().join(groups)).expect("a writable copy");
        Self { root }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.root.path().join("exampleshire").join(file)
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(file)).expect("a committed table");
        assert!(text.contains(from), "{file} holds no {from}");
        fs::write(self.path(file), text.replacen(from, to, 1)).expect("a writable copy");
    }

    fn append(&self, file: &str, row: &str) {
        let text = fs::read_to_string(self.path(file)).expect("a committed table");
        fs::write(self.path(file), format!("{text}{row}\n")).expect("a writable copy");
    }

    fn load(&self) -> Loaded {
        load(self.root.path())
    }

    /// What disables lantern after an edit: code, place and words.
    fn lantern(&self) -> Vec<String> {
        let loaded = self.load();
        let disabled = loaded.disabled.iter().find(|d| d.slug == "lantern");
        let problems = disabled.map(|d| d.problems.clone()).unwrap_or_default();
        problems.iter().map(ToString::to_string).collect()
    }
}

/// Lantern is disabled by one fault, whose text holds all of these.
fn one_fault(copy: &Copy, holds: &[&str]) {
    let faults = copy.lantern();
    assert_eq!(faults.len(), 1, "{faults:#?}");
    for part in holds {
        assert!(
            faults[0].contains(part),
            "\"{part}\" is not in {}",
            faults[0]
        );
    }
}
