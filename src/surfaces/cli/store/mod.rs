//! `store migrate|check|lost|confirm|backup|restore|copy`: looking after the store.

mod check;
mod confirm;
mod copy;
mod files;

use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::json;

use super::{Format, exit, told};
use crate::config::{Clock, Settings};
use crate::gateway::upkeep;
use crate::problem::Problem;
use crate::problem::area::store::UNREACHABLE;

/// What to do with the store.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Store {
    /// Bring the schema up to date; an earlier gateway may go on meanwhile
    Migrate {
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Check the database and every audit leaf, and count what it holds
    Check {
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Copy a whole store into an empty one, and compare both
    Copy(copy::Copy),
    /// Copy the store into a new file while the gateway runs; SQLite only
    Backup {
        /// The file, which must not exist yet
        file: PathBuf,
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Put a backup in the place of the store, which is kept; SQLite only
    Restore {
        /// The backup
        file: PathBuf,
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// List by referrer what was acknowledged and is not in the store
    Lost {
        /// Also what was listed when the store was confirmed last
        #[arg(long)]
        all: bool,
        /// A further journal, of another gateway
        #[arg(long, value_name = "FOLDER")]
        journal: Vec<PathBuf>,
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Say that a store that was put back is right: sending begins
    Confirm {
        /// Who says so, for the audit log
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        /// Only list what was lost, as `store lost` does
        #[arg(long)]
        dry_run: bool,
        /// A further journal, of another gateway
        #[arg(long, value_name = "FOLDER")]
        journal: Vec<PathBuf>,
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
}

/// What a verb has written, and its exit code.
type Answered = Result<(io::Result<()>, i32), Problem>;

/// Runs the verb.
pub async fn run(args: &Store, settings: &Settings, out: &mut dyn Write) -> i32 {
    let answered = match args {
        Store::Migrate { format } => migrate(settings, *format, out).await,
        Store::Check { format } => check::run(settings, *format, out).await,
        Store::Copy(args) => copy::run(args, settings, out).await,
        Store::Backup { file, format } => files::backup(settings, file, *format, out),
        Store::Restore { file, format } => files::restore(settings, file, *format, out).await,
        Store::Lost {
            all,
            journal,
            format,
        } => confirm::list(settings, journal, *all, *format, out).await,
        Store::Confirm {
            dry_run: true,
            journal,
            format,
            ..
        } => confirm::list(settings, journal, false, *format, out).await,
        Store::Confirm {
            by,
            journal,
            format,
            ..
        } => confirm::run(settings, by.as_deref(), journal, *format, out).await,
    };
    match answered {
        Ok((written, code)) => exit::after(&written, code),
        Err(problem) => {
            // Standard error that is closed leaves nobody to tell.
            let _ = writeln!(io::stderr(), "{}", told(&problem));
            code_of(&problem)
        }
    }
}

/// A server that does not answer is one thing, settings that name nothing usable another.
fn code_of(problem: &Problem) -> i32 {
    if problem.entry.code == UNREACHABLE.code {
        exit::UNREACHABLE
    } else {
        exit::CONFIG
    }
}

async fn migrate(settings: &Settings, format: Format, out: &mut dyn Write) -> Answered {
    let done = upkeep::migrate(settings).await?;
    let written = match format {
        Format::Json => writeln!(out, "{:#}", json!({ "from": done.from, "to": done.to })),
        Format::Text if done.from == 0 => {
            writeln!(out, "The store is new; it has schema {}.", done.to)
        }
        Format::Text if done.from == done.to => {
            writeln!(out, "The store has schema {}; nothing was to do.", done.to)
        }
        Format::Text => writeln!(
            out,
            "The store was brought from schema {} to schema {}.",
            done.from, done.to
        ),
    };
    Ok((written, exit::OK))
}

/// The instant at which a verb runs.
fn now() -> jiff::Timestamp {
    Clock::System.now()
}
