//! `explain WW-REF-001`: what a code means and what to do about it.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Format, exit, wrap};
use crate::config::nearest;
use crate::problem::page::capital;
use crate::problem::{self, Entry};

/// What to explain.
#[derive(Clone, Debug, clap::Args)]
pub struct Explain {
    /// Error codes, for example WW-CFG-001, in any case
    #[arg(required_unless_present = "all")]
    pub codes: Vec<String>,
    /// List every code with its title
    #[arg(long, conflicts_with = "codes")]
    pub all: bool,
    /// How the answer is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

/// Explains the codes; an unknown one gives the nearest codes and exit code 1.
pub fn run(args: &Explain, out: &mut dyn Write) -> i32 {
    if args.all {
        return exit::after(&list(args.format, out), exit::OK);
    }
    let found: Vec<Result<&Entry, &str>> = args
        .codes
        .iter()
        .map(|code| problem::find(code).ok_or(code.as_str()))
        .collect();
    let all_known = found.iter().all(Result::is_ok);
    let code = if all_known { exit::OK } else { exit::FINDING };
    let written = match args.format {
        Format::Text => text(&found, out),
        Format::Json => document(found.iter().map(|found| object(*found)).collect(), out),
    };
    exit::after(&written, code)
}

fn list(format: Format, out: &mut dyn Write) -> io::Result<()> {
    if format == Format::Json {
        return document(
            problem::catalogue()
                .map(|entry| object(Ok(entry)))
                .collect(),
            out,
        );
    }
    for entry in problem::catalogue() {
        writeln!(out, "{}", wrap(&format!("{}  ", entry.code), entry.title))?;
    }
    Ok(())
}

fn document(objects: Vec<Value>, out: &mut dyn Write) -> io::Result<()> {
    let mut objects = objects;
    let document = match objects.len() {
        1 => objects.remove(0),
        _ => Value::Array(objects),
    };
    writeln!(out, "{document:#}")
}

fn text(found: &[Result<&Entry, &str>], out: &mut dyn Write) -> io::Result<()> {
    for (index, found) in found.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        match found {
            Ok(entry) => entry_text(entry, out)?,
            Err(code) => unknown_text(code, out)?,
        }
    }
    Ok(())
}

fn entry_text(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    let answer = format!("{} {}, issue code {}", entry.http, entry.bars, entry.issue);
    writeln!(out, "{}  {}\n", entry.code, capital(entry.title))?;
    writeln!(out, "{}\n", wrap("", entry.meaning))?;
    for (label, words) in [
        ("What to do  ", entry.advice),
        ("Who acts    ", entry.fixed_by.words()),
        ("Answer      ", &answer),
        ("Try again   ", entry.retry.words()),
    ] {
        writeln!(out, "{}", wrap(label, words))?;
    }
    Ok(())
}

/// The first letters are often left out.
fn near(code: &str) -> Vec<&'static str> {
    let whole = if code.to_ascii_uppercase().starts_with("WW") {
        code.to_owned()
    } else {
        format!("WW-{code}")
    };
    nearest(&whole, problem::catalogue().map(|entry| entry.code), 3)
}

fn unknown_text(code: &str, out: &mut dyn Write) -> io::Result<()> {
    let near = near(code);
    writeln!(out, "{}", wrap("", &format!("There is no code {code:?}.")))?;
    if near.is_empty() {
        return writeln!(out, "`explain --all` lists every code.");
    }
    writeln!(out, "The nearest are:")?;
    for entry in near.iter().filter_map(|code| problem::find(code)) {
        writeln!(out, "{}", wrap(&format!("  {}  ", entry.code), entry.title))?;
    }
    Ok(())
}

fn object(found: Result<&Entry, &str>) -> Value {
    match found {
        Err(code) => json!({ "code": code, "known": false, "nearest": near(code) }),
        Ok(entry) => json!({
            "code": entry.code,
            "known": true,
            "title": entry.title,
            "meaning": entry.meaning,
            "advice": entry.advice,
            "fixedBy": entry.fixed_by.words(),
            "httpStatus": entry.http,
            "barsCode": entry.bars,
            "issueCode": entry.issue,
            "retry": entry.retry.words(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explain(codes: &[&str], format: Format) -> (String, i32) {
        let args = Explain {
            codes: codes.iter().map(|code| (*code).to_owned()).collect(),
            all: codes.is_empty(),
            format,
        };
        let mut out = Vec::new();
        let code = run(&args, &mut out);
        (String::from_utf8(out).expect("text"), code)
    }

    #[test]
    fn a_code_is_explained_to_a_person() {
        let (text, code) = explain(&["ww-cfg-005"], Format::Text);
        assert_eq!(code, exit::OK);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_code_is_explained_to_a_program() {
        let (text, code) = explain(&["WW-CFG-005"], Format::Json);
        assert_eq!(code, exit::OK);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn an_unknown_code_gets_codes_that_exist() {
        let (text, code) = explain(&["WW-CGF-001"], Format::Text);
        assert_eq!(code, exit::FINDING);
        assert!(text.contains("no code \"WW-CGF-001\""), "{text}");
        assert!(text.contains("  WW-CFG-001  "), "{text}");
        let (text, code) = explain(&["nonsense"], Format::Json);
        assert_eq!(code, exit::FINDING);
        assert!(text.contains("\"known\": false"), "{text}");
    }

    #[test]
    fn a_code_without_its_first_letters_is_found_first() {
        let (text, code) = explain(&["DLV-006"], Format::Text);
        assert_eq!(code, exit::FINDING);
        let first = text.lines().find(|line| line.starts_with("  "));
        assert!(
            first.is_some_and(|line| line.contains("WW-DLV-006")),
            "{text}"
        );
    }

    #[test]
    fn every_text_fits_80_columns() {
        let codes: Vec<&str> = problem::catalogue().map(|entry| entry.code).collect();
        for (text, code) in [explain(&codes, Format::Text), explain(&[], Format::Text)] {
            assert_eq!(code, exit::OK);
            for line in text.lines() {
                assert!(line.chars().count() <= super::super::WIDTH, "{line}");
            }
        }
    }
}
