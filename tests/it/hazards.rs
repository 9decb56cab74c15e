//! The hazard log: every control names a test that exists, so that none loses it in
//! silence (DCB0129, clinical risk control).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::testing::package;

const COLUMNS: [&str; 7] = [
    "id",
    "hazard",
    "cause",
    "effect",
    "control",
    "tests",
    "residual_risk",
];

/// What the log must at least speak of.
const HAZARDS: u32 = 10;

/// One row, its cells in the order of [`COLUMNS`].
type Row = Vec<String>;

/// Every module of the sources with the names of its tests.
type Tests = BTreeMap<String, BTreeSet<String>>;

fn log() -> Vec<Row> {
    let path = package("docs/safety/hazards.csv");
    let mut reader = csv::Reader::from_path(path).expect("the hazard log");
    let header: Vec<String> = reader
        .headers()
        .expect("a header")
        .iter()
        .map(str::to_owned)
        .collect();
    assert_eq!(header, COLUMNS);
    reader
        .records()
        .map(|record| record.expect("a row of seven cells"))
        .map(|record| record.iter().map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

fn tests_of_the_sources() -> Tests {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = Tests::new();
    for top in ["src", "tests"] {
        let mut files = Vec::new();
        sources(&root.join(top), &mut files);
        for file in files {
            let text = std::fs::read_to_string(&file).expect("a source");
            let names = names(&text);
            if !names.is_empty() {
                tests.insert(module(&root.join(top), &file), names);
            }
        }
    }
    tests
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// `src/gateway/correct.rs` is `gateway::correct`, `tests/it/kill.rs` is `it::kill`.
fn module(top: &Path, file: &Path) -> String {
    let inside = file.strip_prefix(top).expect("a file below");
    let inside = inside.with_extension("");
    let names = inside.iter().map(|part| part.to_string_lossy());
    let names: Vec<_> = names.filter(|part| part != "mod").collect();
    names.join("::")
}

/// The functions under a test attribute.
fn names(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut marked = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
            continue;
        }
        let Some((before, after)) = line.split_once("fn ") else {
            continue;
        };
        if marked && matches!(before, "" | "async ") {
            found.extend(after.split('(').next().map(str::to_owned));
        }
        marked = false;
    }
    found
}

/// Whether the sources hold the test; a module `tests` at the foot of a file needs no file
/// of its own.
fn exists(test: &str, tests: &Tests) -> bool {
    let Some((module, name)) = test.rsplit_once("::") else {
        return false;
    };
    let of_file = module.strip_suffix("::tests").unwrap_or(module);
    [module, of_file]
        .iter()
        .any(|module| tests.get(*module).is_some_and(|names| names.contains(name)))
}

/// Everything that is wrong with the log.
fn faults(rows: &[Row], tests: &Tests) -> Vec<String> {
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    let mut hazards: BTreeMap<&str, &str> = BTreeMap::new();
    for row in rows {
        let id = row[0].as_str();
        if !ids.insert(id) {
            faults.push(format!("{id} is given twice"));
        }
        let (number, letter) = id.split_at(id.len().saturating_sub(1));
        let shaped = number.strip_prefix("HAZ-").is_some_and(|n| n.len() == 2)
            && letter.bytes().all(|b| b.is_ascii_lowercase());
        if !shaped {
            faults.push(format!("{id} is not HAZ-, two digits and a letter"));
        }
        if *hazards.entry(number).or_insert(&row[1]) != row[1] {
            faults.push(format!("{id} calls its hazard by other words"));
        }
        for (name, cell) in COLUMNS.iter().zip(row).take(6) {
            if cell.is_empty() {
                faults.push(format!("{id} has no {name}"));
            }
        }
        if !row[6].is_empty() {
            faults.push(format!(
                "{id} judges its residual risk: that is the clinical safety officer's"
            ));
        }
        for test in row[5].split(';').map(str::trim).filter(|t| !t.is_empty()) {
            if !exists(test, tests) {
                faults.push(format!("{id} names {test}, which is no test"));
            }
        }
    }
    for number in 1..=HAZARDS {
        let id = format!("HAZ-{number:02}");
        if !hazards.contains_key(id.as_str()) {
            faults.push(format!("{id} has no row"));
        }
    }
    faults
}

#[test]
fn every_cause_has_a_control_and_every_control_a_test_that_exists() {
    let tests = tests_of_the_sources();
    assert!(tests.len() > 100, "the sources are read: {}", tests.len());
    let found = faults(&log(), &tests);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_log_that_is_wrong_is_found_out() {
    let tests = tests_of_the_sources();
    let good = log();
    let spoilt = |change: fn(&mut Vec<Row>)| {
        let mut rows = good.clone();
        change(&mut rows);
        faults(&rows, &tests).join("; ")
    };
    for (change, told) in [
        (
            (|rows| rows[0][5] = "it::kill::it_never_dies".to_owned()) as fn(&mut Vec<Row>),
            "it::kill::it_never_dies, which is no test",
        ),
        (|rows| rows[0][4].clear(), "has no control"),
        (|rows| rows[0][5].clear(), "has no tests"),
        (|rows| rows[1][0] = rows[0][0].clone(), "is given twice"),
        (|rows| rows[0][6] = "low".to_owned(), "officer's"),
        (|rows| rows[1][1] = "Something".to_owned(), "by other words"),
        (|rows| rows.truncate(1), "HAZ-10 has no row"),
        // A helper of the tests is none.
        (
            |rows| rows[0][5] = "it::hazards::faults".to_owned(),
            "it::hazards::faults, which is no test",
        ),
    ] {
        let found = spoilt(change);
        assert!(found.contains(told), "{told}: {found}");
    }
}
