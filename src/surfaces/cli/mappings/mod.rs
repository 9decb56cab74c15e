//! The analyst's verbs over mapping tables: `mappings check|test|fields|new`, `map` and
//! `route`. None needs a store, a key or a running gateway.

mod check;
mod diff;
pub mod fields;
pub mod map;
mod new;
pub mod route;
mod test;

#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Format, exit, wrap};
use crate::config::{Clock, Settings};
use crate::gateway::tables::{Sample, UnknownName, read_sample};
use crate::problem::page::capital;
use crate::problem::{Problem, area::tables as entry};

/// What to do with mapping tables.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Mappings {
    /// Find every fault of the tables at once
    Check {
        /// Areas and providers; all without any
        #[arg(value_name = "AREA|PROVIDER")]
        names: Vec<String>,
        /// Warnings count as findings
        #[arg(long)]
        deny_warnings: bool,
        /// Where the tables are, and the format.
        #[command(flatten)]
        common: Common,
    },
    /// Run the tests beside the tables and show what differs
    Test {
        /// Areas and providers; all without any
        #[arg(value_name = "AREA|PROVIDER")]
        names: Vec<String>,
        /// Write what came as what is expected from now on
        #[arg(long)]
        update: bool,
        /// Where the tables are, and the format.
        #[command(flatten)]
        common: Common,
    },
    /// Print the fields that a table may name, and what it may do to them
    Fields {
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Begin the folder of a new provider
    New {
        /// The folder's name: small letters, digits and hyphens
        slug: String,
        /// The area, where there are several
        #[arg(long)]
        area: Option<String>,
        /// Where the tables are, and the format.
        #[command(flatten)]
        common: Common,
    },
}

/// Where the tables are, and how the answer is written.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Common {
    /// The tables, instead of those of the settings
    #[arg(long, value_name = "FOLDER")]
    pub mappings: Option<PathBuf>,
    /// How the answer is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

impl Common {
    fn root<'a>(&'a self, settings: &'a Settings) -> &'a Path {
        self.mappings
            .as_deref()
            .unwrap_or(&settings.tables.mappings)
    }
}

/// Runs the verb, on the day of the machine's clock.
pub fn run(args: &Mappings, settings: &Settings, out: &mut dyn Write) -> i32 {
    let today = Clock::System.today();
    match args {
        Mappings::Check {
            names,
            deny_warnings,
            common,
        } => check::run(common, settings, names, *deny_warnings, today, out),
        Mappings::Test {
            names,
            update,
            common,
        } => test::run(common, settings, names, *update, today, out),
        Mappings::Fields { format } => fields::run(*format, out),
        Mappings::New { slug, area, common } => {
            new::run(common, settings, area.as_deref(), slug, today, out)
        }
    }
}

/// One finding as a person mends it: place, what is wrong, what to write.
fn told(found: &Problem) -> String {
    let mark = if found.warning { "warning" } else { "error" };
    let place = found.path.as_deref().unwrap_or("the tables");
    let head = format!("{mark:<7}  {place}  {}", found.entry.code);
    let detail = found.detail.as_deref().unwrap_or_default();
    let words = format!("{}: {detail}", capital(found.entry.title));
    let words = wrap("         ", words.trim_end_matches(": "));
    let advice = wrap("         ", found.entry.advice);
    format!("{head}\n{words}\n{advice}")
}

/// The same for a program.
fn as_json(found: &Problem) -> Value {
    let path = found.path.as_deref().unwrap_or_default();
    let mut parts = path.rsplitn(3, ':');
    let mut number = || parts.next().and_then(|text| text.parse::<u32>().ok());
    let place = (number(), number());
    let (file, line, column) = match place {
        (Some(column), Some(line)) => (parts.next().unwrap_or_default(), line, column),
        _ => (path, 0, 0),
    };
    json!({
        "severity": if found.warning { "warning" } else { "error" },
        "code": found.entry.code,
        "file": file,
        "line": (line > 0).then_some(line),
        "column": (column > 0).then_some(column),
        "title": found.entry.title,
        "detail": found.detail,
        "advice": found.entry.advice,
    })
}

/// Says which names are not known, on standard error.
fn unknown(names: &[UnknownName]) -> i32 {
    for name in names {
        let text = format!(
            "There is no area and no provider \"{}\". There is: {}.",
            name.given,
            name.like.join(", ")
        );
        // Standard error that is closed leaves nobody to tell.
        let _ = writeln!(io::stderr(), "{}", wrap("", &text));
    }
    exit::USAGE
}

/// Findings that end a verb.
fn stopped(problems: &[Problem], format: Format, out: &mut dyn Write) -> (io::Result<()>, i32) {
    let written = match format {
        Format::Json => {
            let findings: Vec<Value> = problems.iter().map(as_json).collect();
            writeln!(out, "{:#}", json!({ "findings": findings }))
        }
        Format::Text => problems
            .iter()
            .try_for_each(|problem| writeln!(out, "{}", told(problem))),
    };
    (written, exit::FINDING)
}

/// Reads a referral. The name of the file is the user's own and is told back to them.
fn referral(file: &Path) -> Result<Sample, Vec<Problem>> {
    let bytes = std::fs::read(file).map_err(|error| {
        let detail = format!("the file cannot be read ({})", error.kind());
        let problem = Problem::new(&entry::NO_REFERRAL).at(file.display().to_string());
        vec![problem.with(detail)]
    })?;
    read_sample(&bytes).map_err(|problems| {
        let placed = problems.into_iter().map(|problem| {
            let within = problem.path.as_deref().unwrap_or_default();
            let place = format!("{} {within}", file.display());
            problem.clone().at(place.trim_end())
        });
        placed.collect()
    })
}

/// `1 fault`, `3 faults`.
fn count(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}
