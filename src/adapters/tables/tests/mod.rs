//! The committed tables, and what is said of damaged copies of them.

mod committed;
mod head;
mod loading;
mod northmoor;
mod rows;

use std::fs;
use std::path::{Path, PathBuf};

use super::{Loaded, load};

fn package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

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
        fs::create_dir(&area).expect("a writable copy");
        copy(&package("mappings/exampleshire"), &area);
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

fn copy(from: &Path, to: &Path) {
    for found in fs::read_dir(from).expect("a committed folder") {
        let found = found.expect("a committed file").path();
        let target = to.join(found.file_name().expect("a name"));
        if found.is_dir() {
            fs::create_dir(&target).expect("a writable copy");
            copy(&found, &target);
        } else {
            fs::copy(&found, &target).expect("a writable copy");
        }
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
