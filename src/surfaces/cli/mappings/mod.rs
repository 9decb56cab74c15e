//! The analyst's verbs over mapping tables: `mappings check|test|fields|new|diff|conflicts|
//! approve|export|import|unmapped`, `map` and `route`. None needs a running gateway, and
//! only `unmapped` and `diff --store` a store and its key.

mod approve;
mod check;
mod compare;
mod conflicts;
mod diff;
mod exchange;
pub mod fields;
pub mod map;
mod new;
pub mod route;
mod test;
mod unmapped;

#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Format, exit, wrap};
use crate::config::{Clock, Settings};
use crate::domain::caller::Caller;
use crate::gateway::Gateway;
use crate::gateway::tables::{Days, Sample, Trial, UnknownName, read_sample};
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
    /// Show what a change of the tables changes: fields and routes
    #[command(override_usage = "workwell-gateway mappings diff BEFORE AFTER [OPTIONS]")]
    Diff(compare::Diff),
    /// Find overlaps, gaps, rows that never decide, codes no list knows
    Conflicts {
        /// Warnings count as findings
        #[arg(long)]
        deny_warnings: bool,
        /// Where the tables are, and the format.
        #[command(flatten)]
        common: Common,
    },
    /// Record that a person has read and approved a provider's tables
    #[command(override_usage = "workwell-gateway mappings approve PROVIDER --by NAME [OPTIONS]")]
    Approve {
        /// The provider, by the name of its folder
        provider: String,
        /// Who approves; it takes two different persons
        #[arg(long, value_name = "NAME")]
        by: String,
        /// Where the tables are, and the format.
        #[command(flatten)]
        common: Common,
    },
    /// Print a code list as a FHIR R4 `ConceptMap`
    #[command(override_usage = "workwell-gateway mappings export PROVIDER --concept-map LIST")]
    Export {
        /// The provider, by the name of its folder
        provider: String,
        /// The list, codes/LIST.csv
        #[arg(long, value_name = "LIST")]
        concept_map: String,
        /// Where the tables are, and the format.
        #[command(flatten)]
        common: Common,
    },
    /// Write a code list from a FHIR R4 `ConceptMap`
    #[command(override_usage = "workwell-gateway mappings import PROVIDER --concept-map LIST FILE")]
    Import {
        /// The provider, by the name of its folder
        provider: String,
        /// The `ConceptMap`, as JSON
        file: PathBuf,
        /// The list, codes/LIST.csv
        #[arg(long, value_name = "LIST")]
        concept_map: String,
        /// Write a list anew that is there already
        #[arg(long)]
        replace: bool,
        /// Where the tables are, and the format.
        #[command(flatten)]
        common: Common,
    },
    /// List the codes that hold cases because no list knows them
    Unmapped {
        /// The references of the cases, instead of the codes
        #[arg(long)]
        cases: bool,
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
        Mappings::Diff(args) => compare::run(args, settings, out),
        Mappings::Conflicts {
            deny_warnings,
            common,
        } => conflicts::run(common, settings, *deny_warnings, today, out),
        Mappings::Approve {
            provider,
            by,
            common,
        } => approve::run(common, settings, provider, by, today, out),
        Mappings::Export {
            provider,
            concept_map,
            common,
        } => exchange::export(common, settings, provider, concept_map, out),
        Mappings::Import {
            provider,
            file,
            concept_map,
            replace,
            common,
        } => {
            let wanted = exchange::Wanted {
                provider,
                file,
                list: concept_map,
                replace: *replace,
            };
            exchange::import(common, settings, &wanted, today, out)
        }
        // It asks the store: see `run_with_store`.
        Mappings::Unmapped { .. } => exit::BUG,
    }
}

impl Mappings {
    /// Whether the verb opens the store.
    pub const fn needs_store(&self) -> bool {
        match self {
            Self::Unmapped { .. } => true,
            Self::Diff(args) => args.store,
            _ => false,
        }
    }
}

/// Runs a verb that opens the store.
pub async fn run_with_store(args: &Mappings, gateway: &Gateway, out: &mut dyn Write) -> i32 {
    let caller = Caller::Operator(gateway.settings().gateway.operator.clone());
    match args {
        Mappings::Unmapped { cases, format } => {
            unmapped::run(gateway, &caller, *cases, *format, out).await
        }
        Mappings::Diff(args) => compare::run_with_store(args, gateway, &caller, out).await,
        other => run(other, gateway.settings(), out),
    }
}

/// The tables, where this provider is one of them; otherwise the exit code of what was said.
fn opened_for(
    slug: &str,
    common: &Common,
    settings: &Settings,
    out: &mut dyn Write,
) -> Result<Trial, i32> {
    let trial = Trial::open(common.root(settings), &settings.tables.places)
        .map_err(|problems| refused(&problems, common.format, out))?;
    if trial.provider(slug).is_some() {
        return Ok(trial);
    }
    let faults = trial.faults_of(slug);
    if faults.is_empty() {
        let unknown_name = UnknownName {
            given: slug.to_owned(),
            like: trial.names_like(slug),
        };
        return Err(unknown(&[unknown_name]));
    }
    Err(refused(faults, common.format, out))
}

/// The tables and a referral to try on them.
fn opened_with(
    file: &Path,
    common: &Common,
    settings: &Settings,
) -> Result<(Trial, Sample), Vec<Problem>> {
    let trial = Trial::open(common.root(settings), &settings.tables.places)?;
    let sample = referral(file, &trial)?;
    Ok((trial, sample))
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

/// The same, where nothing else is left to do.
fn refused(problems: &[Problem], format: Format, out: &mut dyn Write) -> i32 {
    let (written, code) = stopped(problems, format, out);
    exit::after(&written, code)
}

/// Reads a referral. The name of the file is the user's own and is told back to them.
fn referral(file: &Path, trial: &Trial) -> Result<Sample, Vec<Problem>> {
    let bytes = std::fs::read(file).map_err(|error| {
        let detail = format!("the file cannot be read ({})", error.kind());
        let problem = Problem::new(&entry::NO_REFERRAL).at(file.display().to_string());
        vec![problem.with(detail)]
    })?;
    read_sample(&bytes, trial.condition_groups()).map_err(|problems| {
        let placed = problems.into_iter().map(|problem| {
            let within = problem.path.as_deref().unwrap_or_default();
            let place = format!("{} {within}", file.display());
            problem.clone().at(place.trim_end())
        });
        placed.collect()
    })
}

/// `as on 2026-12-01`, with the day of the referral where it is another.
fn as_on(days: Days) -> String {
    let Days {
        referred_on,
        decided_on,
    } = days;
    if referred_on == decided_on {
        return format!("as on {decided_on}");
    }
    format!("as on {decided_on}, of a referral of {referred_on}")
}

/// `1 fault`, `3 faults`.
fn count(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}
