//! `places status|check`: which postcodes and organisations are installed, from when, and
//! whether they are whole. There is no verb that looks a postcode up: typed on a command
//! line it would stay in the shell's history with the day and the hour, and a postcode
//! that somebody looks up here is somebody's home.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Format, exit, told, wrap};
use crate::config::{Clock, Settings};
use crate::gateway::places::{self, Head, Installed, Order, Status};
use crate::problem::Problem;
use crate::surfaces::as_json;
use crate::surfaces::cli::progress::Shown;

/// What to do with the installed places.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Places {
    /// Say which postcodes and organisations are installed, and from when
    Status {
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Read the installed files as a whole and compare their digests
    Check {
        /// Warnings count as findings
        #[arg(long)]
        deny_warnings: bool,
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
}

/// What both imports are told.
#[derive(Clone, Debug, clap::Args)]
pub struct Install {
    /// The folder of places, instead of that of the settings
    #[arg(long, value_name = "FOLDER")]
    pub to: Option<PathBuf>,
    /// The date of the data, where no file says it: 2026-05 or 2026-05-31
    #[arg(long, value_name = "DATE")]
    pub date: Option<String>,
    /// Take a file with far fewer rows than the installed one
    #[arg(long)]
    pub fewer: bool,
    /// How the answer is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

/// Runs the verb.
pub fn run(args: &Places, settings: &Settings, out: &mut dyn Write) -> i32 {
    let folder = &settings.tables.places;
    let (format, found, is_denied) = match args {
        Places::Status { format } => {
            let status = places::status(folder).map(|status| (status, Vec::new()));
            (*format, status, false)
        }
        Places::Check {
            deny_warnings,
            format,
        } => {
            let today = Clock::System.today();
            (*format, places::check(folder, today), *deny_warnings)
        }
    };
    match found {
        Ok((status, warnings)) => {
            let written = match format {
                Format::Json => json_answer(folder, &status, &warnings, out),
                Format::Text => text_answer(folder, &status, &warnings, out),
            };
            let is_finding = is_denied && !warnings.is_empty();
            exit::after(&written, if is_finding { exit::FINDING } else { exit::OK })
        }
        Err(problems) => refused(&problems, format, out),
    }
}

/// Runs an import: `work` gets the order and makes the file.
pub(super) fn import(
    args: &Install,
    settings: &Settings,
    out: &mut dyn Write,
    work: &dyn Fn(&Order<'_>) -> Result<places::Imported, Vec<Problem>>,
) -> i32 {
    let is_date = |text: &String| {
        text.parse::<jiff::civil::Date>().is_ok()
            || format!("{text}-01").parse::<jiff::civil::Date>().is_ok()
    };
    if args.date.as_ref().is_some_and(|date| !is_date(date)) {
        let text = "--date is a month, 2026-05, or a day, 2026-05-31.";
        // Standard error that is closed leaves nobody to tell.
        let _ = writeln!(io::stderr(), "{text}");
        return exit::USAGE;
    }
    let shown = Shown::new();
    let tell = |what: &str, done, whole| shown.tell(what, done, whole);
    let folder = args.to.as_ref().unwrap_or(&settings.tables.places);
    let imported = work(&Order {
        folder: folder.clone(),
        date: args.date.clone(),
        may_be_fewer: args.fewer,
        now: Clock::System
            .now()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string(),
        tell: &tell,
    });
    drop(shown);
    let imported = match imported {
        Ok(imported) => imported,
        Err(problems) => return refused(&problems, args.format, out),
    };
    let written = match args.format {
        Format::Json => {
            let notes: Vec<Value> = imported.notes.iter().map(as_json::finding).collect();
            let answer = json!({
                "file": imported.path.display().to_string(),
                "installed": of_head(&imported.head),
                "warnings": notes,
            });
            writeln!(out, "{answer:#}")
        }
        Format::Text => text_import(&imported, *folder == settings.tables.places, out),
    };
    exit::after(&written, exit::OK)
}

fn text_import(
    imported: &places::Imported,
    is_in_use: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    for note in &imported.notes {
        writeln!(out, "{}\n", warning(note))?;
    }
    let file = imported.path.display();
    writeln!(
        out,
        "{}",
        wrap("", &format!("{file} was written and is whole."))
    )?;
    of_file(&imported.head, out)?;
    let next = if is_in_use {
        "A gateway that is running takes it at its next start.".to_owned()
    } else {
        let folder = imported.path.parent().unwrap_or(Path::new("."));
        format!(
            "To use it write into the settings, under [tables]: places = \"{}\"",
            folder.display()
        )
    };
    writeln!(out, "{}", wrap("", &next))
}

/// Faults that end a verb.
fn refused(problems: &[Problem], format: Format, out: &mut dyn Write) -> i32 {
    let written = match format {
        Format::Json => {
            let findings: Vec<Value> = problems.iter().map(as_json::finding).collect();
            writeln!(out, "{:#}", json!({ "findings": findings }))
        }
        Format::Text => problems
            .iter()
            .try_for_each(|problem| writeln!(out, "{}", told(problem))),
    };
    exit::after(&written, exit::FINDING)
}

fn warning(problem: &Problem) -> String {
    let place = problem.path.as_deref().unwrap_or_default();
    let detail = problem.detail.as_deref().unwrap_or(problem.entry.title);
    let text = format!("{} {place} {detail}", problem.entry.code);
    wrap("warning  ", &text)
}

fn text_answer(
    folder: &Path,
    status: &Status,
    warnings: &[Problem],
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(
        out,
        "{}",
        wrap("", &format!("Places of {}:", folder.display()))
    )?;
    for (name, installed) in [
        ("postcodes", &status.postcodes),
        ("organisations", &status.organisations),
    ] {
        match installed {
            Installed::Not => writeln!(out, "\n{name}: not installed")?,
            Installed::Set(entries) => {
                writeln!(out, "\n{name}: {entries}, from a set written by hand")?;
            }
            Installed::File(head) => {
                writeln!(out, "\n{name}: installed")?;
                of_file(head, out)?;
            }
        }
    }
    for problem in warnings {
        writeln!(out, "\n{}", warning(problem))?;
    }
    Ok(())
}

fn of_file(head: &Head, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {:<12}{}", "entries", head.entries)?;
    writeln!(out, "  {:<12}{}", "data of", head.source_date)?;
    writeln!(out, "  {:<12}{}", "imported", head.imported_at)?;
    writeln!(out, "  {:<12}{}", "sha256", head.sha256)?;
    if !head.has_boards {
        writeln!(out, "  {:<12}not known", "boards")?;
    }
    for source in &head.sources {
        let text = format!("{}, {} rows", source.file, source.rows);
        writeln!(out, "{}", wrap(&format!("  {:<12}", "from"), &text))?;
    }
    Ok(())
}

fn json_answer(
    folder: &Path,
    status: &Status,
    warnings: &[Problem],
    out: &mut dyn Write,
) -> io::Result<()> {
    let of = |installed: &Installed| match installed {
        Installed::Not => json!({ "state": "not-installed" }),
        Installed::Set(entries) => json!({ "state": "set", "entries": entries }),
        Installed::File(head) => of_head(head),
    };
    let warnings: Vec<Value> = warnings.iter().map(as_json::finding).collect();
    let answer = json!({
        "folder": folder.display().to_string(),
        "postcodes": of(&status.postcodes),
        "organisations": of(&status.organisations),
        "warnings": warnings,
    });
    writeln!(out, "{answer:#}")
}

fn of_head(head: &Head) -> Value {
    let sources = head
        .sources
        .iter()
        .map(|source| json!({ "file": source.file, "rows": source.rows, "sha256": source.sha256 }));
    json!({
        "state": "installed",
        "entries": head.entries,
        "source_date": head.source_date,
        "imported_at": head.imported_at,
        "columns": head.columns,
        "boards": head.has_boards,
        "sha256": head.sha256,
        "sources": sources.collect::<Vec<Value>>(),
    })
}

#[cfg(test)]
mod tests;
