//! `mappings conflicts`: where tables disagree with each other and with the places.

use std::io::{self, Write};

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Common, as_json, count, refused, told};
use crate::config::Settings;
use crate::gateway::tables::{Conflicts, conflicts};
use crate::surfaces::cli::{Format, exit, wrap};

pub(super) fn run(
    common: &Common,
    settings: &Settings,
    deny_warnings: bool,
    today: Date,
    out: &mut dyn Write,
) -> i32 {
    let found = match conflicts(common.root(settings), &settings.tables.places, today) {
        Ok(found) => found,
        Err(problems) => return refused(&problems, common.format, out),
    };
    let faults = found.findings.iter().filter(|one| !one.warning).count();
    let denied = faults > 0 || (deny_warnings && !found.findings.is_empty());
    let written = match common.format {
        Format::Json => json_answer(&found, !denied, out),
        Format::Text => text_answer(&found, faults, out),
    };
    exit::after(&written, if denied { exit::FINDING } else { exit::OK })
}

fn text_answer(found: &Conflicts, faults: usize, out: &mut dyn Write) -> io::Result<()> {
    for one in &found.findings {
        writeln!(out, "{}\n", told(one))?;
    }
    let words = format!(
        "{} listed, asked about {}: {}, {}.",
        count(found.providers, "provider"),
        count(found.places, "place"),
        count(faults, "conflict"),
        count(found.findings.len() - faults, "warning")
    );
    writeln!(out, "{}", wrap("", &words))
}

fn json_answer(found: &Conflicts, is_sound: bool, out: &mut dyn Write) -> io::Result<()> {
    let findings: Vec<Value> = found.findings.iter().map(as_json).collect();
    let answer = json!({
        "sound": is_sound,
        "providers": found.providers,
        "places": found.places,
        "findings": findings,
    });
    writeln!(out, "{answer:#}")
}
