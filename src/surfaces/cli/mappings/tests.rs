//! The verbs over the committed tables, and over damaged copies of them.

mod areas;
mod broken;
mod broken_state;
mod change;
mod groups;
mod kept_back;
mod remedies;
mod routes;
mod verbs;

use std::path::Path;

use jiff::civil::{Date, date};

use crate::config::Settings;
use crate::gateway::tables::CONDITION_GROUPS;
use crate::testing::{copy, package};

const TODAY: Date = date(2026, 11, 20);

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
    copy(&package("mappings/exampleshire"), &area);
    with_groups(root.path());
    root
}

/// The committed table of condition groups, beside areas that were made one by one.
fn with_groups(root: &Path) {
    let table = package("mappings").join(CONDITION_GROUPS);
    std::fs::copy(table, root.join(CONDITION_GROUPS)).expect("a writable copy");
}
