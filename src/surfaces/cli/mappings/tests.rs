//! The verbs over the committed tables, and over damaged copies of them.

mod broken;
mod change;
mod verbs;
mod walkthrough;

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};

use crate::config::Settings;

const TODAY: Date = date(2026, 11, 20);

fn package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn settings() -> Settings {
    let mut settings = Settings::load(None, &|_| None).expect("the defaults are sound");
    settings.tables.mappings = package("mappings");
    settings.tables.places = package("conformance/fixtures/places");
    settings
}

/// A copy of the committed tables.
fn copy_of_tables() -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a temporary folder");
    // One area is enough, and leaves every count as it is whatever others are added.
    let area = root.path().join("exampleshire");
    fs::create_dir(&area).expect("a writable copy");
    copy(&package("mappings/exampleshire"), &area);
    root
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
