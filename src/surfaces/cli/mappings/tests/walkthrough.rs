//! The page that tells how a provider is brought on: what it says to write is written, and
//! every command of it is run, in order.

use std::fs;

use clap::{Parser, Subcommand};
use tempfile::TempDir;

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

/// The state in use, of which the page speaks as of a checkout beside this one.
const IN_USE: &str = "../in-use/mappings";

/// The tables that the page edits, and those in use.
struct Copies {
    edited: TempDir,
    in_use: TempDir,
}

impl Copies {
    /// The place of a file or folder of the tables in its copy.
    fn place(&self, word: &str) -> String {
        if word == IN_USE {
            return self.in_use.path().display().to_string();
        }
        match word.strip_prefix("mappings") {
            Some("") => self.edited.path().display().to_string(),
            Some(rest) if rest.starts_with('/') => {
                self.edited.path().join(&rest[1..]).display().to_string()
            }
            _ => word.to_owned(),
        }
    }

    fn run(&self, command: &str, settings: &Settings) -> (String, i32) {
        // The second word is the verb `mappings`, not the folder.
        let words = words(command).into_iter().enumerate();
        let words = words.map(|(index, word)| match index {
            0 | 1 => word,
            _ => self.place(&word),
        });
        let line = Line::try_parse_from(words).unwrap_or_else(|error| panic!("{command}: {error}"));
        let mut out = Vec::new();
        let code = match &line.verb {
            Verb::Mappings(args) => mappings::run(args, settings, &mut out),
            Verb::Map(args) => mappings::map::run(args, settings, &mut out),
            Verb::Route(args) => mappings::route::run(args, settings, &mut out),
        };
        (String::from_utf8(out).expect("text"), code)
    }
}

/// The words of a command; what stands in double quotes is one.
fn words(command: &str) -> Vec<String> {
    let parts = command.split('"').enumerate();
    parts
        .flat_map(|(index, part)| match index % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

/// Writes what a block says to write: `csv` rows added to a table, `table` a whole one, `row`
/// rows in place of those with the same first two cells, `toml` the values of keys, `change`
/// a word in place of another.
fn write(how: &str, path: &str, text: &str) {
    let now = fs::read_to_string(path).expect("a file that the page names");
    let new = match how {
        "csv" => format!("{now}{text}"),
        "table" => text.to_owned(),
        "row" => text.lines().fold(now, |now, row| with_row(&now, row)),
        "toml" => with_keys(&now, text),
        "change" => {
            let (find, put) = text.trim().split_once(" -> ").expect("two words");
            assert!(now.contains(find), "{path} has no {find}");
            now.replace(find, put)
        }
        other => panic!("{other} is no way to write a file"),
    };
    fs::write(path, new).expect("a writable copy");
}

fn with_row(now: &str, row: &str) -> String {
    let key = |line: &str| -> Vec<String> { line.split(',').take(2).map(str::to_owned).collect() };
    let mut lines: Vec<&str> = now.lines().collect();
    let line = lines.iter_mut().find(|line| key(line) == key(row));
    *line.unwrap_or_else(|| panic!("no row like {row}")) = row;
    lines.join("\n") + "\n"
}

fn with_keys(now: &str, given: &str) -> String {
    let mut lines: Vec<&str> = now.lines().collect();
    let mut section = 0;
    for given in given.lines().filter(|line| !line.is_empty()) {
        let rest = lines.iter().enumerate().skip(section);
        let key = match given.split_once('=') {
            Some((key, _)) => format!("{}=", key.trim_end()),
            None => given.to_owned(),
        };
        let found = rest.map(|(index, line)| (index, line.replacen(" =", "=", 1)));
        let mut found = found.filter(|(_, line)| line.starts_with(&key));
        let (index, _) = found.next().unwrap_or_else(|| panic!("no {key}"));
        if given.starts_with('[') {
            section = index;
        } else {
            lines[index] = given;
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn every_command_that_brings_a_provider_on_does_what_the_page_says() {
    let page = fs::read_to_string(package(PAGE)).expect("the page");
    let copies = Copies {
        edited: copy_of_tables(),
        in_use: copy_of_tables(),
    };
    let mut settings = settings();
    settings.tables.mappings = copies.edited.path().to_owned();
    let mut said = Vec::new();
    for (info, text) in blocks(&page) {
        if let Some((how, file)) = info.split_once(' ') {
            write(how, &copies.place(file), &text);
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
            let (answer, code) = copies.run(command, &settings);
            assert_eq!(code, expected, "{command}\n{answer}");
            said.push((command.to_owned(), answer));
        }
    }
    let answers = |start: &str| -> Vec<&str> {
        let start = format!("workwell-gateway {start}");
        let answers = said
            .iter()
            .filter(|(command, _)| command.starts_with(&start));
        answers.map(|(_, answer)| answer.as_str()).collect()
    };
    let todo = answers("mappings check")[0];
    assert!(todo.contains("still says TO WRITE"), "{todo}");
    assert!(todo.contains("not used exampleshire/green-lane"), "{todo}");
    let whole = answers("mappings check");
    let whole = whole.last().expect("a last check");
    assert!(
        whole.ends_with("5 providers: 0 faults, 0 warnings.\n"),
        "{whole}"
    );
    let conflict = answers("mappings conflicts")[0];
    assert!(conflict.contains("green-lane"), "{conflict}");
    let route = answers("route")[0];
    assert!(route.contains("It goes to Green Lane"), "{route}");
    let diff = answers("mappings diff")[0];
    let others = [
        "lantern/tests",
        "borough-works/tests",
        "vale-nhs-trust/tests",
    ];
    assert!(diff.contains("green-lane"), "{diff}");
    assert!(others.iter().all(|other| !diff.contains(other)), "{diff}");
    assert!(answers("mappings approve")[1].contains("A. Analyst and B. Reader"));
}
