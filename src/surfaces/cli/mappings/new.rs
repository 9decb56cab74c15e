//! `mappings new`: the folder of a new provider, begun.

use std::io::{self, Write};

use jiff::civil::Date;
use serde_json::json;

use super::Common;
use crate::config::Settings;
use crate::gateway::tables::{Made, scaffold};
use crate::surfaces::cli::{Format, exit, told, wrap};

pub(super) fn run(
    common: &Common,
    settings: &Settings,
    area: Option<&str>,
    slug: &str,
    today: Date,
    out: &mut dyn Write,
) -> i32 {
    let made = match scaffold(common.root(settings), area, slug, today) {
        Ok(made) => made,
        Err(problem) => {
            // Standard error that is closed leaves nobody to tell.
            let _ = writeln!(io::stderr(), "{}", told(&problem));
            return exit::USAGE;
        }
    };
    let written = match common.format {
        Format::Json => {
            let folder = made.folder.display().to_string();
            let answer = json!({ "area": made.area, "folder": folder, "files": made.files });
            writeln!(out, "{answer:#}")
        }
        Format::Text => text_answer(&made, slug, out),
    };
    exit::after(&written, exit::OK)
}

fn text_answer(made: &Made, slug: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", made.folder.display())?;
    for file in &made.files {
        writeln!(out, "  {file}")?;
    }
    let steps = [
        "Write what is marked TO WRITE; `mappings fields` lists what a row may name.".to_owned(),
        format!(
            "`mappings check {slug}` lists what is still to write, and every fault; the folder \
             is not used until there is none."
        ),
        "Nobody is referred until a row of the area's routing.csv names the provider.".to_owned(),
        format!(
            "`mappings test {slug} --update` writes what the first test becomes and where its \
             person goes: read it."
        ),
    ];
    for (index, step) in steps.iter().enumerate() {
        writeln!(out, "{}", wrap(&format!("{}. ", index + 1), step))?;
    }
    Ok(())
}
