//! `store check`: whether the store is whole.

use std::io::{self, Write};

use serde_json::json;

use super::{Answered, Format, copy, exit};
use crate::config::Settings;
use crate::gateway::upkeep::{self, Checked};
use crate::surfaces::cli::progress::Shown;

pub(super) async fn run(settings: &Settings, format: Format, out: &mut dyn Write) -> Answered {
    let shown = Shown::new();
    let tell = |what: &str, done, whole| shown.tell(what, done, whole);
    let found = upkeep::check(settings, &tell).await?;
    drop(shown);
    let code = if found.faults.is_empty() {
        exit::OK
    } else {
        exit::FINDING
    };
    let written = match format {
        Format::Json => {
            let cases = found.counts.cases.iter();
            let cases = cases.map(|(status, n)| (status.code().to_owned(), json!(n)));
            let legs = found.counts.legs.iter();
            let legs = legs.map(|(state, n)| (state.code().to_owned(), json!(n)));
            writeln!(
                out,
                "{:#}",
                json!({
                    "faults": found.faults,
                    "schema": found.schema,
                    "epoch": found.life.epoch,
                    "confirmed": found.life.confirmed == found.life.epoch,
                    "auditLeavesChecked": found.leaves,
                    "cases": cases.collect::<serde_json::Map<_, _>>(),
                    "legs": legs.collect::<serde_json::Map<_, _>>(),
                    "tables": copy::as_json(&found.tables),
                })
            )
        }
        Format::Text => text(&found, out),
    };
    Ok((written, code))
}

fn text(found: &Checked, out: &mut dyn Write) -> io::Result<()> {
    if found.faults.is_empty() {
        writeln!(
            out,
            "The store is whole; {} audit leaves were checked.",
            found.leaves
        )?;
    }
    for fault in &found.faults {
        writeln!(out, "fault: {fault}")?;
    }
    let epoch = found.life.epoch.map_or_else(
        || "not begun".to_owned(),
        |epoch| {
            let confirmed = found.life.confirmed == Some(epoch);
            let words = if confirmed { "" } else { ", NOT CONFIRMED" };
            format!("{epoch}{words}")
        },
    );
    writeln!(out, "schema {}, epoch {epoch}", found.schema)?;
    for (status, count) in &found.counts.cases {
        writeln!(out, "cases {:<18} {count:>8}", status.code())?;
    }
    for (state, count) in &found.counts.legs {
        writeln!(out, "legs  {:<18} {count:>8}", state.code())?;
    }
    copy::text(&found.tables, out)
}
