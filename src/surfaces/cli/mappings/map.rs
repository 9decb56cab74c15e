//! `map FILE --provider P`: what a provider would get of a referral, or how each field of it
//! came to be. The account holds no value, so that it can be shown to anybody.

use std::io::{self, Write};
use std::path::PathBuf;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Common, as_json, as_on, count, opened_with, refused, stopped};
use crate::config::Settings;
use crate::domain::mapping::{Given, RenderFault, Rendered, RowOutcome, TraceRow, field, render};
use crate::domain::provider::{PayloadKind, Provider};
use crate::gateway::tables::{Days, Sample, Trial, kept_back, payload_of};
use crate::problem::Problem;
use crate::problem::area::tables as entry;
use crate::problem::page::capital;
use crate::surfaces::cli::{Format, exit, wrap};

/// The field that holds what the provider has to ask.
const QUESTIONS: &str = "questions";

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
    let (written, code) = if args.explain {
        account(provider, &sample, &rendered, days, format, out)
    } else {
        payload(provider, &sample, &rendered, format, out)
    };
    exit::after(&written, code)
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

fn account(
    provider: &Provider,
    sample: &Sample,
    rendered: &Rendered<'_>,
    days: Days,
    format: Format,
    out: &mut dyn Write,
) -> (io::Result<()>, i32) {
    let code = if rendered.faults.is_empty() {
        exit::OK
    } else {
        exit::FINDING
    };
    let written = match format {
        Format::Json => json_account(provider, sample, rendered, days, out),
        Format::Text => text_account(provider, sample, rendered, days, out),
    };
    (written, code)
}

fn text_account(
    provider: &Provider,
    sample: &Sample,
    rendered: &Rendered<'_>,
    days: Days,
    out: &mut dyn Write,
) -> io::Result<()> {
    let is_sent = |row: &&TraceRow<'_>| row.outcome.is_sent();
    let sent: Vec<&TraceRow<'_>> = rendered.trace.iter().filter(is_sent).collect();
    let kind = if sample.is_message {
        "BaRS message"
    } else {
        "canonical case"
    };
    let head = format!(
        "{} ({}/{} {}): {} of a {kind}, {}.",
        provider.name,
        provider.area,
        provider.slug,
        provider.version,
        count(sent.len(), "field"),
        as_on(days),
    );
    writeln!(out, "{}\n\nSent", wrap("", &head))?;
    for row in sent {
        writeln!(out, "  {}\n{}", row.target, wrap("      ", &origin(row)))?;
    }
    writeln!(out, "\nIn the table, and not sent")?;
    for row in rendered.trace.iter().filter(|row| !is_sent(row)) {
        let name = if row.target.is_empty() {
            row.source
        } else {
            row.target
        };
        let why = match row.outcome {
            // It comes of the decision, not of the referral.
            RowOutcome::Absent if row.source == QUESTIONS => "nothing is left to ask",
            other => not_sent(other),
        };
        let words = format!("{}; {why}", origin(row));
        writeln!(out, "  {name}\n{}", wrap("      ", &words))?;
    }
    writeln!(out, "\nIn the referral, and withheld")?;
    if rendered.withheld.is_empty() {
        writeln!(out, "  nothing")?;
    }
    for (name, reason) in &rendered.withheld {
        writeln!(out, "  {name}\n{}", wrap("      ", why(reason)))?;
    }
    writeln!(out, "\nIn the referral, and named by no row")?;
    for name in &rendered.unused {
        let meaning = field(name).map_or("", |field| field.meaning);
        writeln!(out, "{}", wrap("  ", &format!("{name}: {meaning}")))?;
    }
    let kept_back = kept_back(&sample.case, provider, days.decided_on);
    if rendered.faults.is_empty() && kept_back.is_empty() {
        return writeln!(out, "\nIt can be sent.");
    }
    writeln!(out, "\nIt cannot be sent")?;
    for why in kept_back {
        writeln!(out, "{}", wrap("  ", why))?;
    }
    for fault in &rendered.faults {
        let problem = problem(provider, fault);
        let place = problem.path.as_deref().unwrap_or_default();
        writeln!(out, "  {place}  {}", problem.entry.code)?;
        let detail = problem.detail.as_deref().unwrap_or_default();
        let words = format!("{}: {detail}", capital(problem.entry.title));
        writeln!(out, "{}", wrap("      ", &words))?;
        writeln!(out, "{}", wrap("      ", problem.entry.advice))?;
    }
    Ok(())
}

/// Source, row of the table, steps, and whether something is lost.
fn origin(row: &TraceRow<'_>) -> String {
    let source = if row.source.is_empty() {
        "a constant"
    } else {
        row.source
    };
    let lossy = if row.lossy { ", lossy" } else { "" };
    let removed = match row.removed {
        0 => String::new(),
        some => format!(", {} taken out", count(some as usize, "piece")),
    };
    let default = match row.outcome {
        RowOutcome::Default => ", the table's default and not the referral's word",
        _ => "",
    };
    format!(
        "{source}, {}, {}{lossy}{removed}{default}",
        row.row, row.transform
    )
}

/// Why a row of the table sends nothing, in words.
const fn not_sent(outcome: RowOutcome) -> &'static str {
    match outcome {
        RowOutcome::Sent => "sent",
        RowOutcome::Absent => "the referral does not say",
        RowOutcome::Declined => "the person prefers not to say",
        RowOutcome::NotKnown => "nobody knows",
        RowOutcome::Withheld => "a consent that it needs is not given",
        RowOutcome::Prohibited => "prohibited",
        RowOutcome::NoWord => "the code list says that the provider has no word",
        RowOutcome::Omitted => "the code is not in the list, which leaves it out",
        RowOutcome::Unmapped => "the code is not in the list",
        RowOutcome::Default => "a default",
        RowOutcome::Malformed => "the value has not the shape that the transform takes",
        RowOutcome::NoPlace => "the installed files do not know the postcode",
        RowOutcome::Dropped => "left out by the table",
    }
}

/// Why a field is withheld: the table's own words, or those of a code.
fn why(reason: &str) -> &str {
    match reason {
        "consent-refused" => "the person said no to this recipient",
        "consent-withdrawn" => "the person took the consent for this recipient back",
        "consent-not-recorded" => "no consent for this recipient is recorded",
        "no-word" => "the provider's code list has no word for it",
        "in-part" => "a part of it is left out",
        own => own,
    }
}

fn json_account(
    provider: &Provider,
    sample: &Sample,
    rendered: &Rendered<'_>,
    days: Days,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rows = rendered.trace.iter().map(|row| {
        json!({
            "target": row.target,
            "source": row.source,
            "row": row.row.to_string(),
            "transform": row.transform,
            "lossy": row.lossy,
            "removed": row.removed,
            "outcome": row.outcome.code(),
        })
    });
    let withheld = rendered.withheld.iter();
    let withheld = withheld.map(|(name, reason)| json!({ "source": name, "reason": reason }));
    let faults = rendered
        .faults
        .iter()
        .map(|fault| as_json(&problem(provider, fault)));
    let warnings = sample.warnings.iter().map(as_json);
    let answer = json!({
        "area": provider.area,
        "provider": provider.slug,
        "version": provider.version,
        "digest": provider.digest,
        "on": days.decided_on.to_string(),
        "referredOn": days.referred_on.to_string(),
        "message": sample.is_message,
        "rows": rows.collect::<Vec<Value>>(),
        "withheld": withheld.collect::<Vec<Value>>(),
        "notUsed": rendered.unused,
        "keptBack": kept_back(&sample.case, provider, days.decided_on),
        "findings": faults.chain(warnings).collect::<Vec<Value>>(),
    });
    writeln!(out, "{answer:#}")
}
