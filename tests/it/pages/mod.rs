//! The pages that tell an analyst what to do: what they say to write is written, and every
//! command of theirs is run by the program itself, in order.

mod add_a_provider;
mod change_tables;

use std::fs;
use std::path::PathBuf;
use workwell_gateway::gateway::tables::CONDITION_GROUPS;

use crate::operating::process::{Folder, SERVES};
use crate::testing::{copy, package};

/// The state in use, of which the pages speak as of a checkout beside this one.
const IN_USE: &str = "../in-use/mappings";

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

/// What a page tells to do.
enum Step {
    /// Write something into a file: how, which, what.
    Write(String, String, String),
    /// Run a command, which ends with this code.
    Run(String, i32),
    /// Other text of a block without a name.
    Text(String),
}

/// The steps of a page, in order. A block is named by what it writes and where; commands stand
/// in one without a name, or in `fails`, where each finds something.
fn steps(page: &str) -> Vec<Step> {
    let page = fs::read_to_string(package(page)).expect("the page");
    let mut steps = Vec::new();
    for (info, text) in blocks(&page) {
        if let Some((how, file)) = info.split_once(' ') {
            steps.push(Step::Write(how.to_owned(), file.to_owned(), text));
            continue;
        }
        let code = i32::from(info == "fails");
        for line in text.lines() {
            let verb = line.split(' ').next().unwrap_or_default();
            let line = line.to_owned();
            steps.push(match verb {
                "workwell-gateway" | "curl" | "kill" => Step::Run(line, code),
                _ => Step::Text(line),
            });
        }
    }
    steps
}

/// A checkout with one area, the state in use beside it, and what the commands said.
struct Checkout {
    folder: Folder,
    said: Vec<(String, String)>,
}

impl Checkout {
    /// One area is enough, and leaves every count as it is whatever others are added. `more`
    /// goes into the settings.
    fn with(more: &str) -> Self {
        let settings = SERVES.replace("{SOURCE}/mappings", "mappings");
        let folder = Folder::with(&format!("{settings}\n{more}"));
        for state in ["mappings", "in-use/mappings"] {
            let mappings = folder.path().join(state);
            copy(
                &package("mappings/exampleshire"),
                &mappings.join("exampleshire"),
            );
            let groups = package("mappings").join(CONDITION_GROUPS);
            fs::copy(groups, mappings.join(CONDITION_GROUPS)).expect("a writable copy");
        }
        Self {
            folder,
            said: Vec::new(),
        }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Runs a command line of the program as it stands on the page.
    fn run(&mut self, command: &str, expected: i32) -> &str {
        let beside = self.path("in-use/mappings").display().to_string();
        let words = words(command).into_iter().skip(1);
        let words = words.map(|word| match word.as_str() {
            IN_USE => beside.clone(),
            _ => word,
        });
        let words: Vec<String> = words.collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let ended = self.folder.run(&words);
        assert_eq!(ended.code, Some(expected), "{command}\n{ended:?}");
        self.said.push((command.to_owned(), ended.out));
        &self.said[self.said.len() - 1].1
    }

    /// What the commands that begin so have said, in order.
    fn answers(&self, start: &str) -> Vec<&str> {
        let start = format!("workwell-gateway {start}");
        let said = self.said.iter();
        said.filter(|(command, _)| command.starts_with(&start))
            .map(|(_, answer)| answer.as_str())
            .collect()
    }

    /// Writes what a block says to write: `csv` rows added to a table, `table` a whole one,
    /// `row` rows in place of those with the same first two cells, `toml` the values of keys,
    /// `change` a word in place of another.
    fn write(&self, how: &str, file: &str, text: &str) {
        let path = self.path(file);
        let now = fs::read_to_string(&path).expect("a file that the page names");
        let new = match how {
            "csv" => format!("{now}{text}"),
            "table" => text.to_owned(),
            "row" => text.lines().fold(now, |now, row| with_row(&now, row)),
            "toml" => with_keys(&now, text),
            "change" => {
                let (find, put) = text.trim().split_once(" -> ").expect("two words");
                assert!(now.contains(find), "{file} has no {find}");
                now.replace(find, put)
            }
            other => panic!("{other} is no way to write a file"),
        };
        fs::write(path, new).expect("a writable copy");
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
