//! The documents hold: links lead somewhere, commands are those that are checked, and
//! every verb is on its page.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where documents are; the rest of the tree has none of ours.
const PLACES: &[&str] = &["docs", "mappings", "conformance", "profiles"];
const WIDTH: usize = 80;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn markdown_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of documents") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            markdown_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

fn documents() -> Vec<PathBuf> {
    let mut found = vec![root().join("README.md"), root().join("ARCHITECTURE.md")];
    for place in PLACES {
        markdown_below(&root().join(place), &mut found);
    }
    found
}

/// The targets of `[words](target)`.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut broken = Vec::new();
    let mut looked_at = 0;
    for document in documents() {
        let text = read(&document);
        for link in links(&text).filter(|link| !link.contains("://") && !link.starts_with('#')) {
            looked_at += 1;
            let target = link.split('#').next().unwrap_or(link);
            let folder = document.parent().expect("a document lies in a folder");
            if !folder.join(target).exists() {
                broken.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere: {broken:#?}");
    assert!(
        looked_at > 30,
        "the documents link to one another: {looked_at}"
    );
}

#[test]
fn the_readme_names_every_page_under_docs_or_its_folder() {
    let readme = read(&root().join("README.md"));
    let mut pages = Vec::new();
    markdown_below(&root().join("docs"), &mut pages);
    for page in pages {
        let page = page.strip_prefix(root()).expect("below the root");
        let folder = format!("({}/)", page.parent().unwrap_or(page).display());
        let own = format!("({})", page.display());
        assert!(readme.contains(&own) || readme.contains(&folder), "{own}");
    }
}

#[test]
fn what_the_readme_tells_to_run_is_what_is_run_before_a_change_lands() {
    let readme = read(&root().join("README.md"));
    let script = read(&root().join(".ci/run"));
    for command in ["cargo run -- demo", "cargo test"] {
        assert!(
            readme.lines().any(|line| line == command),
            "README: {command}"
        );
        let is_run = |line: &str| line == command || line.starts_with(&format!("{command} "));
        assert!(script.lines().any(is_run), ".ci/run: {command}");
    }
}

fn help(verb: &[String]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_workwell-gateway"))
        .args(verb)
        .arg("--help")
        .output()
        .expect("the program can be started");
    assert!(output.status.success(), "{verb:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// The verbs that a help text lists, `help` itself excepted.
fn verbs_of(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|verb| *verb != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_verb_has_a_help_that_fits_a_terminal_and_a_place_on_its_page() {
    let page = read(&root().join("docs/reference/cli.md"));
    let mut waiting = vec![Vec::new()];
    let mut seen = 0;
    while let Some(verb) = waiting.pop() {
        let text = help(&verb);
        for line in text.lines() {
            assert!(line.chars().count() <= WIDTH, "{verb:?} --help: {line}");
        }
        let verbs = verbs_of(&text);
        if verbs.is_empty() {
            seen += 1;
            let name = format!("`{}", verb.join(" "));
            assert!(page.contains(&name), "docs/reference/cli.md lacks {name}`");
        }
        let longer = |next: String| [verb.clone(), vec![next]].concat();
        waiting.extend(verbs.into_iter().map(longer));
    }
    assert!(seen >= 10, "verbs found: {seen}");
}
