//! The files of the tables with the words of their columns and keys, as text, JSON and page.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::gateway::tables::{Column, Section, vocabulary};
use crate::surfaces::cli::wrap;

pub(super) fn text(out: &mut dyn Write) -> io::Result<()> {
    for file in vocabulary() {
        writeln!(out, "\n{}", file.name)?;
        for section in &file.sections {
            let keys: Vec<&str> = section.columns.iter().map(name).collect();
            let title = title(section);
            writeln!(out, "{}", wrap(&format!("  {title}"), &keys.join(", ")))?;
            for column in section.columns.iter().filter(|one| !one.words.is_empty()) {
                let head = format!("    {}: ", name(column));
                writeln!(out, "{}", wrap(&head, &words(column, "")))?;
            }
        }
    }
    Ok(())
}

pub(super) fn as_json() -> Value {
    let files = vocabulary().into_iter().map(|file| {
        let sections = file.sections.iter().map(|section| {
            let columns = section.columns.iter().map(|column| {
                let words = column.words.iter();
                let words = words.map(|one| json!({ "word": one.word, "note": one.note }));
                json!({ "name": column.name, "words": words.collect::<Vec<Value>>() })
            });
            json!({ "section": section.name, "columns": columns.collect::<Vec<Value>>() })
        });
        json!({ "file": file.name, "sections": sections.collect::<Vec<Value>>() })
    });
    files.collect()
}

pub(super) fn markdown() -> String {
    let mut page = String::from(
        "\n## Columns, keys and their words\n\nThe first line of a table names its columns, all \
         of them, in this order. Where no words are listed,\na column or key takes text, a \
         number, a date (`yyyy-mm-dd`) or a code.\n",
    );
    for file in vocabulary() {
        // Writing to a String cannot fail.
        let _ = writeln!(page, "\n### `{}`\n", file.name);
        for section in &file.sections {
            let names: Vec<&str> = section.columns.iter().map(name).collect();
            let title = title(section);
            let _ = match title.trim_end() {
                "" => writeln!(page, "`{}`\n", names.join(",")),
                title => writeln!(page, "`{title}` `{}`\n", names.join("`, `")),
            };
            for column in section.columns.iter().filter(|one| !one.words.is_empty()) {
                let _ = writeln!(page, "- `{}`: {}", name(column), words(column, "`"));
            }
            if section.columns.iter().any(|one| !one.words.is_empty()) {
                page.push('\n');
            }
        }
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

/// `[agreement] `, `[[recipients]] `, or nothing at the top.
fn title(section: &Section) -> String {
    match (section.name, section.name.strip_suffix("[]")) {
        ("", _) => String::new(),
        (_, Some(several)) => format!("[[{several}]] "),
        (one, None) => format!("[{one}] "),
    }
}

const fn name(column: &Column) -> &'static str {
    match column.name.as_bytes() {
        b"*" => "any name",
        _ => column.name,
    }
}

fn words(column: &Column, quote: &str) -> String {
    let words = column.words.iter().map(|one| match one.note.as_str() {
        "" => format!("{quote}{}{quote}", one.word),
        note => format!("{quote}{}{quote} ({note})", one.word),
    });
    words.collect::<Vec<String>>().join(", ")
}
