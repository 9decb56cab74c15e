//! The page that tells how a provider is brought on: what it says to write is written, and
//! every command of it is run, in order.

use std::fs;
use std::path::Path;

use clap::{Parser, Subcommand};

use super::{copy_of_tables, package, settings};
use crate::config::Settings;
use crate::surfaces::cli::exit;
use crate::surfaces::cli::mappings::{self, Mappings};

const PAGE: &str = "docs/how-to/add-a-provider.md";

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    #[command(subcommand)]
    Mappings(Mappings),
    Map(mappings::map::Map),
    Route(mappings::route::Route),
}

/// One fenced block: what stands behind the fence, and its text.
fn blocks(page: &str) -> Vec<(&str, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, String)> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(_), Some(block)) => blocks.push(block),
            (Some(info), None) => open = Some((info, String::new())),
            (None, Some((info, text))) => open = Some((info, format!("{text}{line}\n"))),
            (None, None) => {}
        }
    }
    blocks
}

/// The place of a file of the tables in the copy.
fn in_copy(root: &Path, word: &str) -> String {
    match word.strip_prefix("mappings/") {
        Some(rest) => root.join(rest).display().to_string(),
        None => word.to_owned(),
    }
}

fn run(command: &str, root: &Path, settings: &Settings) -> (String, i32) {
    let words = command.split_whitespace().map(|word| in_copy(root, word));
    let line = Line::try_parse_from(words).unwrap_or_else(|error| panic!("{command}: {error}"));
    let mut out = Vec::new();
    let code = match &line.verb {
        Verb::Mappings(args) => mappings::run(args, settings, &mut out),
        Verb::Map(args) => mappings::map::run(args, settings, &mut out),
        Verb::Route(args) => mappings::route::run(args, settings, &mut out),
    };
    (String::from_utf8(out).expect("text"), code)
}

/// Rows are added to a table, a whole table is written anew, and a key of the head gets
/// the value that the page gives it.
fn write(how: &str, path: &str, text: &str) {
    let now = fs::read_to_string(path).expect("a file that the page names");
    let new = match how {
        "csv" => format!("{now}{text}"),
        "table" => text.to_owned(),
        "toml" => {
            let mut lines: Vec<String> = now.lines().map(str::to_owned).collect();
            for given in text.lines() {
                let key = given.split('=').next().expect("a key");
                let line = lines.iter_mut().find(|line| line.starts_with(key));
                line.unwrap_or_else(|| panic!("{path} has no {key}"))
                    .clone_from(&given.to_owned());
            }
            lines.join("\n") + "\n"
        }
        other => panic!("{other} is no way to write a file"),
    };
    fs::write(path, new).expect("a writable copy");
}

#[test]
fn every_command_that_brings_a_provider_on_does_what_the_page_says() {
    let page = fs::read_to_string(package(PAGE)).expect("the page");
    let root = copy_of_tables();
    let mut settings = settings();
    settings.tables.mappings = root.path().to_owned();
    let mut said = Vec::new();
    for (info, text) in blocks(&page) {
        if let Some((how, file)) = info.split_once(' ') {
            write(how, &in_copy(root.path(), file), &text);
            continue;
        }
        let expected = if info == "fails" {
            exit::FINDING
        } else {
            exit::OK
        };
        for command in text
            .lines()
            .filter(|line| line.starts_with("workwell-gateway "))
        {
            let (answer, code) = run(command, root.path(), &settings);
            assert_eq!(code, expected, "{command}\n{answer}");
            said.push(answer);
        }
    }
    assert_eq!(said.len(), 9, "{said:#?}");
    assert!(
        said[6].contains("lantern and green-lane serve the person"),
        "{}",
        said[6]
    );
    assert!(
        said[7].ends_with("5 providers: 0 faults, 0 warnings.\n"),
        "{}",
        said[7]
    );
    assert!(said[8].contains("It goes to Lantern"), "{}", said[8]);
}
