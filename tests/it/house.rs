//! The house holds: arrows between floors run only along the table of
//! `ARCHITECTURE.md` (DESIGN section 3), read from the `use` lines and paths.

use std::fs;
use std::path::{Path, PathBuf};

use crate::testing::package;

/// Floor, and the floors it may name. A floor may always name itself; `config`,
/// `problem` and `telemetry` stand beside the stairs and are listed where allowed.
const TABLE: &[(&str, &[&str])] = &[
    (
        "surfaces",
        &[
            "gateway",
            "standards",
            "domain",
            "config",
            "problem",
            "telemetry",
        ],
    ),
    (
        "surfaces/cli",
        &[
            "gateway",
            "standards",
            "domain",
            "conformance",
            "config",
            "problem",
            "telemetry",
        ],
    ),
    (
        "conformance",
        &["standards::fhir", "standards::profile", "standards::mesh"],
    ),
    (
        "gateway",
        &[
            "adapters",
            "standards",
            "domain",
            "config",
            "problem",
            "telemetry",
        ],
    ),
    (
        "adapters",
        &["standards", "domain", "config", "problem", "telemetry"],
    ),
    ("standards", &["domain", "problem"]),
    ("domain", &[]),
    ("config", &["domain", "problem"]),
    ("problem", &[]),
    ("telemetry", &["domain", "config", "problem"]),
];

/// What `domain/` must not import: it cannot fail by IO (DESIGN I1).
const NOT_IN_DOMAIN: &[&str] = &[
    "tokio",
    "axum",
    "reqwest",
    "hyper",
    "rusqlite",
    "tracing",
    "serde_json",
    "fhirbolt",
    "std::fs",
    "std::env",
    "std::net",
    "std::time",
    "std::process",
    "Timestamp::now",
    "Uuid::new",
];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a readable folder entry").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<(String, String)> {
    let root = package("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    files
        .into_iter()
        .map(|path| {
            let name = path
                .strip_prefix(&root)
                .expect("below src")
                .display()
                .to_string();
            let text = fs::read_to_string(&path).expect("readable source");
            (name, text)
        })
        .collect()
}

/// The row of the table with the longest name that the file lies under.
fn floor_of(file: &str) -> Option<&'static (&'static str, &'static [&'static str])> {
    TABLE
        .iter()
        .filter(|(floor, _)| file.starts_with(&format!("{floor}/")))
        .max_by_key(|(floor, _)| floor.len())
}

/// Every `crate::…` path on a line, as `floor` and `floor::room`.
fn named_paths(line: &str) -> Vec<&str> {
    let rests = line.split("crate::").skip(1);
    let ends = |c: char| !(c.is_alphanumeric() || c == '_' || c == ':');
    rests
        .map(|rest| &rest[..rest.find(ends).unwrap_or(rest.len())])
        .collect()
}

/// The full paths of a `use` tree: `a::{b, c::d}` names `a::b` and `a::c::d`.
fn expand(tree: &str, before: &str, paths: &mut Vec<String>) {
    let Some((stem, rest)) = tree.split_once('{') else {
        paths.push(format!("{before}{}", tree.trim()));
        return;
    };
    let before = format!("{before}{}", stem.trim());
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let (mut depth, mut start) = (0, 0);
    for (at, symbol) in inner.char_indices() {
        match symbol {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(&inner[start..at], &before, paths);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !inner[start..].trim().is_empty() {
        expand(&inner[start..], &before, paths);
    }
}

/// What stands behind `use` on a line that begins such a statement.
fn use_tree(line: &str) -> Option<&str> {
    let (before, tree) = line.trim_start().split_once("use ")?;
    let is_visibility = before.is_empty() || (before.starts_with("pub") && !before.contains("fn"));
    is_visibility.then_some(tree)
}

/// The code of a file by the line it begins on: a `use` statement as the full paths that it
/// names, over however many lines it runs; any other line as it is.
fn statements(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut lines = code_lines(text);
    while let Some((number, line)) = lines.next() {
        let Some(begun) = use_tree(line) else {
            found.push((number, line.to_owned()));
            continue;
        };
        let mut tree = begun.to_owned();
        while !tree.contains(';') {
            let Some((_, more)) = lines.next() else { break };
            tree.push_str(more.trim());
        }
        let mut paths = Vec::new();
        let whole = tree.split(';').next().unwrap_or_default();
        expand(whole, "", &mut paths);
        found.extend(paths.into_iter().map(|path| (number, path)));
    }
    found
}

/// The production part of a file with its comments blanked; line numbers are kept.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(index, line)| (index + 1, line))
}

fn faults_in(file: &str, text: &str) -> Vec<String> {
    let Some((floor, allowed)) = floor_of(file) else {
        return Vec::new();
    };
    let own = floor.split('/').next().unwrap_or(floor);
    let mut faults = Vec::new();
    for (number, line) in statements(text) {
        for path in named_paths(&line) {
            let target = path.split("::").next().unwrap_or_default();
            let known = TABLE.iter().any(|(name, _)| *name == target);
            let fits = target == own
                || allowed
                    .iter()
                    .any(|ok| path == *ok || path.starts_with(&format!("{ok}::")));
            if known && !fits {
                faults.push(format!(
                    "src/{file}:{number}: names `{path}`; {floor} may name {allowed:?}"
                ));
            }
        }
        if own == "domain" {
            for banned in NOT_IN_DOMAIN
                .iter()
                .filter(|banned| line.contains(**banned))
            {
                faults.push(format!(
                    "src/{file}:{number}: names `{banned}`; domain is pure"
                ));
            }
        }
    }
    faults
}

#[test]
fn every_arrow_runs_along_the_table() {
    let files = sources();
    assert!(files.len() > 30, "only {} files were read", files.len());
    let faults: Vec<String> = files
        .iter()
        .flat_map(|(file, text)| faults_in(file, text))
        .collect();
    assert!(
        faults.is_empty(),
        "arrows that leave the table:\n{}",
        faults.join("\n")
    );
}

#[test]
fn an_arrow_that_leaves_the_table_is_named_with_file_line_and_allowed_list() {
    let text =
        "//! A page.\nuse crate::domain::case::Case;\nuse crate::{adapters::store, problem};\n";
    assert_eq!(
        faults_in("surfaces/http/page.rs", text),
        [
            "src/surfaces/http/page.rs:3: names `adapters::store`; surfaces may name \
          [\"gateway\", \"standards\", \"domain\", \"config\", \"problem\", \"telemetry\"]"
        ]
    );
    assert!(faults_in("gateway/accept.rs", text).is_empty());
    assert_eq!(faults_in("domain/case/mod.rs", "use std::fs;\n").len(), 1);
    assert_eq!(
        faults_in("conformance/parties/gp.rs", "use crate::standards::bars;\n").len(),
        1
    );
    assert!(faults_in("conformance/parties/gp.rs", "use crate::standards::fhir;\n").is_empty());
}

#[test]
fn a_use_of_several_lines_and_trees_in_it_are_read_whole() {
    let text = "use std::io;\n\npub(crate) use crate::{\n    // Ours.\n    domain::case,\n    \
                adapters::{\n        seal::sha256,\n        store::{Store, Unit},\n    },\n    \
                problem,\n};\nfn f() {}\n";
    assert_eq!(
        faults_in("surfaces/http/page.rs", text),
        ["seal::sha256", "store::Store", "store::Unit"].map(|path| format!(
            "src/surfaces/http/page.rs:3: names `adapters::{path}`; surfaces may name \
             [\"gateway\", \"standards\", \"domain\", \"config\", \"problem\", \"telemetry\"]"
        ))
    );
    let pure = "use std::{\n    collections::BTreeMap,\n    fs,\n};\n";
    assert_eq!(
        faults_in("domain/case/mod.rs", pure),
        ["src/domain/case/mod.rs:1: names `std::fs`; domain is pure"]
    );
    let within = "use crate::standards::{fhir::Document, profile};\n";
    assert!(faults_in("conformance/parties/gp.rs", within).is_empty());
}

#[test]
fn fhirbolt_is_named_in_one_guarded_leaf_only() {
    let outside: Vec<String> = sources()
        .into_iter()
        .filter(|(file, _)| !file.starts_with("standards/fhir/xml"))
        .filter(|(_, text)| code_lines(text).any(|(_, line)| line.contains("fhirbolt::")))
        .map(|(file, _)| file)
        .collect();
    assert!(outside.is_empty(), "fhirbolt outside its leaf: {outside:?}");
}
