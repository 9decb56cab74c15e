//! `map FILE --provider P`: what a provider would get of a referral, or how each field of it
//! came to be.

mod account;

use std::io::{self, Write};
use std::path::PathBuf;

use jiff::civil::Date;
use serde_json::Value;

use super::{Common, opened_with, refused, stopped};
use crate::config::Settings;
use crate::domain::mapping::{Given, RenderFault, Rendered, code_rows, render};
use crate::domain::provider::{PayloadKind, Provider};
use crate::gateway::tables::{Sample, Trial, kept_back, payload_of};
use crate::problem::Problem;
use crate::problem::area::tables as entry;
use crate::surfaces::cli::{Format, exit, wrap};
use account::Account;

/// See what a provider would get of a referral; nothing is sent
#[derive(Clone, Debug, clap::Args)]
pub struct Map {
    /// A BaRS message or a canonical case, as JSON
    pub file: PathBuf,
    /// The provider, by the name of its folder
    #[arg(long)]
    pub provider: String,
    /// How each field came to be, instead of the fields
    #[arg(long)]
    pub explain: bool,
    /// Decides as on this day; ages stay those of the referral's day
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub on: Option<Date>,
    /// Where the tables are, and the format.
    #[command(flatten)]
    pub common: Common,
}

/// Runs the verb. Exit codes: 0 the tables can say it, 1 they cannot, 2 there is no such
/// provider.
pub fn run(args: &Map, settings: &Settings, out: &mut dyn Write) -> i32 {
    let format = args.common.format;
    let (trial, sample) = match opened_with(&args.file, &args.common, settings) {
        Ok(read) => read,
        Err(problems) => return refused(&problems, format, out),
    };
    let Some(provider) = trial.provider(&args.provider) else {
        let mut faults = trial.faults_of(&args.provider).to_vec();
        if faults.is_empty() && trial.names_like(&args.provider).is_empty() {
            faults = trial.faults_of_areas().into_iter().cloned().collect();
        }
        if faults.is_empty() {
            return no_such_provider(&trial, &args.provider);
        }
        return refused(&faults, format, out);
    };
    let days = sample.days(args.on);
    let residence = trial.residence(&sample.case);
    let given = Given {
        referred_on: days.referred_on,
        residence: residence.as_ref(),
        questions: None,
    };
    let rendered = render(&sample.case, provider, given);
    if !args.explain {
        let (written, code) = payload(provider, &sample, &rendered, format, out);
        // The answer is the payload itself, so that what keeps it back is told beside it.
        for why in kept_back(&sample.case, provider, days.decided_on) {
            let words = format!("It cannot be sent: {why}.");
            // Standard error that is closed leaves nobody to tell.
            let _ = writeln!(io::stderr(), "{}", wrap("", &words));
        }
        return exit::after(&written, code);
    }
    let account = Account {
        provider,
        sample: &sample,
        rendered: &rendered,
        codes: code_rows(&sample.case, provider, given),
        origins: sample.origins(trial.condition_groups()),
        days,
    };
    let code = if rendered.faults.is_empty() {
        exit::OK
    } else {
        exit::FINDING
    };
    exit::after(&account.write(format, out), code)
}

fn no_such_provider(trial: &Trial, slug: &str) -> i32 {
    let names = trial.names_like(slug).join(", ");
    let text = format!("There is no provider \"{slug}\". There is: {names}.");
    // Standard error that is closed leaves nobody to tell.
    let _ = writeln!(io::stderr(), "{}", wrap("", &text));
    exit::USAGE
}

fn payload(
    provider: &Provider,
    sample: &Sample,
    rendered: &Rendered<'_>,
    format: Format,
    out: &mut dyn Write,
) -> (io::Result<()>, i32) {
    if !rendered.faults.is_empty() {
        let problems: Vec<Problem> = rendered
            .faults
            .iter()
            .map(|f| problem(provider, f))
            .collect();
        return stopped(&problems, format, out);
    }
    match payload_of(&sample.case, provider, rendered) {
        Ok(bytes) if provider.payload == PayloadKind::Csv => {
            // Both formats are the payload itself.
            (out.write_all(&bytes), exit::OK)
        }
        Ok(bytes) => {
            // Our own writer's bytes are JSON; both formats are the payload itself.
            let tree: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
            (writeln!(out, "{tree:#}"), exit::OK)
        }
        Err(problems) => stopped(&problems, format, out),
    }
}

fn problem(provider: &Provider, fault: &RenderFault) -> Problem {
    let found = entry::of_fault(fault.code.code()).unwrap_or(&entry::REQUIRED_MISSING);
    let place = format!("{}/{}/{}", provider.area, provider.slug, fault.row);
    let detail = match &fault.list {
        Some(list) => format!("{} for {}, codes/{list}.csv", fault.source, fault.target),
        None => format!("{} for {}", fault.source, fault.target),
    };
    Problem::new(found).at(place).with(detail)
}
