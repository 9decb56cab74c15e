//! `ods import|show`: practices, networks, boards and their successors. Organisations are
//! nobody's secret, so that one may be asked for by its code.

use std::io::{self, Write};
use std::path::PathBuf;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::places::{self, Install};
use super::{Format, exit, told, wrap};
use crate::config::{Clock, Settings};
use crate::domain::organisation::{Lineage, Organisation};
use crate::gateway::places::{import_organisations, organisation};

/// What to do with organisations.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Ods {
    /// Install organisations from the CSV downloads of the ODS
    Import {
        /// epraccur.csv and its companions: epcncorepartnerdetails, succ, ...
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Where to, and how.
        #[command(flatten)]
        import: Install,
    },
    /// Show what is known of an organisation
    Show {
        /// Its ODS code
        code: String,
        /// As on this day, not as on today
        #[arg(long, value_name = "YYYY-MM-DD")]
        on: Option<Date>,
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
}

/// Runs the verb. Exit codes: 0 done; 1 a fault of the files, or no such organisation.
pub fn run(args: &Ods, settings: &Settings, out: &mut dyn Write) -> i32 {
    match args {
        Ods::Import { files, import } => places::import(import, settings, out, &|order| {
            import_organisations(files, order)
        }),
        Ods::Show { code, on, format } => {
            let day = on.unwrap_or_else(|| Clock::System.today());
            show(code, day, *format, settings, out)
        }
    }
}

fn show(code: &str, day: Date, format: Format, settings: &Settings, out: &mut dyn Write) -> i32 {
    let code = code.trim().to_ascii_uppercase();
    let found = match organisation(&settings.tables.places, &code, day) {
        Ok(found) => found,
        Err(problems) => {
            let written = problems
                .iter()
                .try_for_each(|problem| writeln!(out, "{}", told(problem)));
            return exit::after(&written, exit::FINDING);
        }
    };
    let Some((found, lineage)) = found else {
        let written = match format {
            Format::Json => writeln!(out, "{:#}", json!({ "code": code, "known": false })),
            Format::Text => writeln!(out, "{code} is not among the installed organisations."),
        };
        return exit::after(&written, exit::FINDING);
    };
    let written = match format {
        Format::Json => json_answer(&found, &lineage, day, out),
        Format::Text => text_answer(&found, &lineage, day, out),
    };
    exit::after(&written, exit::OK)
}

fn text_answer(
    found: &Organisation,
    lineage: &Lineage,
    day: Date,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut line = |name: &str, text: &str| writeln!(out, "{}", wrap(&format!("{name:<14}"), text));
    line("code", &found.code)?;
    line("name", &found.name)?;
    let open = if found.is_closed(day) {
        "closed"
    } else {
        "open"
    };
    let from = found
        .opened
        .map(|day| format!(", from {day}"))
        .unwrap_or_default();
    let to = found
        .closed
        .map(|day| format!(", to {day}"))
        .unwrap_or_default();
    line("state", &format!("{open} on {day}{from}{to}"))?;
    if let Some(network) = found.network(day) {
        line("network", network)?;
    }
    if let Some(board) = &found.icb {
        line("board", board)?;
    }
    match lineage {
        Lineage::Itself => {}
        Lineage::Now(current) => line("lives on as", current)?,
        Lineage::Unclear => line("lives on as", "not clear: it was split")?,
    }
    for before in &found.predecessors {
        let from = before
            .from
            .map(|day| format!(", from {day}"))
            .unwrap_or_default();
        line("carries on", &format!("{}{from}", before.code))?;
    }
    Ok(())
}

fn json_answer(
    found: &Organisation,
    lineage: &Lineage,
    day: Date,
    out: &mut dyn Write,
) -> io::Result<()> {
    let current = match lineage {
        Lineage::Itself => Value::Null,
        Lineage::Now(current) => json!(current),
        Lineage::Unclear => json!("unclear"),
    };
    let before = found.predecessors.iter().map(
        |before| json!({ "code": before.code, "from": before.from.map(|day| day.to_string()) }),
    );
    let answer = json!({
        "code": found.code,
        "known": true,
        "name": found.name,
        "on": day.to_string(),
        "closed": found.is_closed(day),
        "first_day": found.opened.map(|day| day.to_string()),
        "last_day": found.closed.map(|day| day.to_string()),
        "network": found.network(day),
        "board": found.icb,
        "lives_on_as": current,
        "carries_on": before.collect::<Vec<Value>>(),
    });
    writeln!(out, "{answer:#}")
}
