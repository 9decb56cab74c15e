//! `cases list`: where each case stands, who has the person, and by when something is
//! awaited.

use std::io::Write;

use serde_json::{Value, json};

use super::super::{Format, exit, told, wrap};
use super::read_status;
use crate::domain::caller::Caller;
use crate::domain::clock::Step;
use crate::domain::queue::QueueKind;
use crate::domain::status::Status;
use crate::gateway::Gateway;
use crate::gateway::read::cases::{CaseFilter, CaseRow};
use crate::gateway::read::queue::Entry;
use crate::problem::Problem;
use crate::surfaces::waiting::{holder_words, kind_words, moment, why};

/// Which cases.
#[derive(Clone, Debug, clap::Args)]
pub struct List {
    /// Only those that stand here, open or over
    #[arg(long, value_parser = read_status)]
    status: Option<Status>,
    /// Only those of this provider (its folder name)
    #[arg(long)]
    provider: Option<String>,
    /// With those that are over
    #[arg(long)]
    all: bool,
    /// At most so many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// How the answer is written
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Runs the verb.
pub(super) async fn run(
    args: &List,
    gateway: &Gateway,
    caller: &Caller,
    out: &mut dyn Write,
) -> i32 {
    let filter = CaseFilter {
        status: args.status,
        provider: args.provider.clone(),
        closed_too: args.all,
        limit: args.limit,
    };
    match found(gateway, caller, &filter).await {
        Ok(rows) => {
            let written = match args.format {
                Format::Json => {
                    let cases: Vec<Value> = rows.iter().map(listed_json).collect();
                    writeln!(out, "{:#}", json!({ "cases": cases }))
                }
                Format::Text => as_text(&rows, out),
            };
            exit::after(&written, exit::OK)
        }
        Err(problem) => exit::after(&writeln!(out, "{}", told(&problem)), exit::FINDING),
    }
}

/// A case, and what of it waits for a person.
type Listed = (CaseRow, Vec<Entry>);

async fn found(
    gateway: &Gateway,
    caller: &Caller,
    filter: &CaseFilter,
) -> Result<Vec<Listed>, Problem> {
    if let Some(name) = &filter.provider {
        gateway.known_provider(caller, name).await?;
    }
    let mut listed = Vec::new();
    for row in gateway.find_cases(caller, filter).await? {
        let waits = gateway.waits_of(caller, row.id).await?;
        listed.push((row, waits));
    }
    Ok(listed)
}

fn as_text(rows: &[Listed], out: &mut dyn Write) -> std::io::Result<()> {
    if rows.is_empty() {
        return writeln!(out, "No case is like that.");
    }
    for (row, waits) in rows {
        let waits = waits.iter().filter_map(waits_line);
        let lines = waits.fold(lines(row), |lines, line| {
            format!("{lines}\n{}", wrap("  ", &line))
        });
        writeln!(out, "{lines}")?;
    }
    Ok(())
}

/// What of a case waits for a person; that it is held is said already.
fn waits_line(entry: &Entry) -> Option<String> {
    let kind = entry.entry.kind;
    if kind.is_crisis(&entry.entry.reason) {
        return Some("first: a crisis; `cases show` says whom to call now".to_owned());
    }
    (kind != QueueKind::Held).then(|| {
        let heading = kind_words(kind).to_lowercase();
        format!("{heading}: {}", why(entry))
    })
}

fn listed_json((row, waits): &Listed) -> Value {
    let mut document = as_json(row);
    let waits = waits.iter().map(|entry| {
        json!({
            "kind": entry.entry.kind.code(),
            "reason": entry.entry.reason,
            "why": why(entry),
        })
    });
    document["waits"] = waits.collect();
    document
}

/// A case in three lines.
pub(super) fn lines(row: &CaseRow) -> String {
    let provider = row.provider.as_ref();
    let provider = provider.map_or("no provider", |chosen| chosen.slug.as_str());
    let head = format!(
        "{}  {} at {provider}",
        row.reference.as_str(),
        row.status.code()
    );
    let holder = format!("the person is with {}", holder_words(&row.responsible));
    let mut text = format!("{}\n{}", wrap("", &head), wrap("  ", &holder));
    if let Some(hold) = &row.hold {
        let words = format!("held: {}, since {}", hold.reason, moment(hold.since));
        text = format!("{text}\n{}", wrap("  ", &words));
    }
    format!("{text}\n{}", wrap("  ", &awaited(row)))
}

fn awaited(row: &CaseRow) -> String {
    let Some(due) = &row.milestone else {
        return "nothing more is awaited".to_owned();
    };
    let (step, late) = read_step(&due.milestone);
    if late {
        return format!(
            "{step} is late; it is looked at again by {}",
            moment(due.at)
        );
    }
    format!("{step} is awaited by {}", moment(due.at))
}

/// The word of a step, and whether it is overdue.
fn read_step(word: &str) -> (&str, bool) {
    Step::read(word).map_or((word, false), |(step, late)| (step.code(), late))
}

/// A case as JSON, without anything of the person.
pub(super) fn as_json(row: &CaseRow) -> Value {
    json!({
        "id": row.id.to_string(),
        "reference": row.reference.as_str(),
        "status": row.status.code(),
        "provider": row.provider.as_ref().map(|chosen| &chosen.slug),
        "referrer": (!row.restricted).then_some(&row.referrer),
        "heldBy": { "kind": row.responsible.kind(), "name": row.responsible.name() },
        "hold": row.hold.as_ref().map(|hold| {
            json!({ "reason": hold.reason, "since": hold.since.to_string() })
        }),
        "awaited": row.milestone.as_ref().map(|due| {
            let (step, late) = read_step(&due.milestone);
            json!({ "step": step, "late": late, "lookedAtBy": due.at.to_string() })
        }),
        "closureReason": row.closure_reason,
        "partOf": row.part_of.map(|id| id.to_string()),
        "receivedAt": row.received_at.to_string(),
    })
}
