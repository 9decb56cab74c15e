//! `outbox list|show|retry|park`: what is on its way, and what waits for a person.

use std::io::Write;

use serde_json::{Value, json};

use super::{Format, exit, told};
use crate::domain::caller::Caller;
use crate::domain::identifiers::{CaseReference, OutboxId};
use crate::gateway::Gateway;
use crate::gateway::read::outbox::{Filter, Leg, LegState};
use crate::problem::{Problem, area::channel};

/// What to do with the outbox.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Outbox {
    /// List what has not been delivered, or everything in one state
    List {
        /// Only in this state: released, waiting, delivered, parked or stopped
        #[arg(long, value_parser = read_state)]
        state: Option<LegState>,
        /// Only to this destination (a provider's folder name)
        #[arg(long)]
        destination: Option<String>,
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Show one row with its case and how each field came to be; never a value
    Show {
        /// The row's id, as `outbox list` shows it
        #[arg(value_parser = read_id)]
        id: OutboxId,
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Send a parked row again, now; refused when its case was stopped
    Retry {
        /// The row's id, as `outbox list` shows it
        #[arg(value_parser = read_id)]
        id: OutboxId,
    },
    /// Hold a released row back until it is retried
    Park {
        /// The row's id, as `outbox list` shows it
        #[arg(value_parser = read_id)]
        id: OutboxId,
    },
}

fn read_id(word: &str) -> Result<OutboxId, String> {
    word.parse().map_err(|_| {
        "write the row's id, such as\n  0190d0a0-0000-7000-8000-000000000001; `outbox list` and \
         the queue show it"
            .to_owned()
    })
}

fn read_state(word: &str) -> Result<LegState, String> {
    LegState::from_code(word).ok_or_else(|| {
        let words: Vec<&str> = LegState::ALL.iter().map(|state| state.code()).collect();
        format!("the states are {}", words.join(", "))
    })
}

/// Runs the verb; the operator's name goes into the audit log.
pub async fn run(args: &Outbox, gateway: &Gateway, out: &mut dyn Write) -> i32 {
    let caller = Caller::Operator(gateway.settings().gateway.operator.clone());
    let result = match args {
        Outbox::List {
            state,
            destination,
            format,
        } => list(gateway, &caller, *state, destination.clone(), *format, out).await,
        Outbox::Show { id, format } => show(gateway, &caller, *id, *format, out).await,
        Outbox::Retry { id } => gateway
            .retry(&caller, *id)
            .await
            .map(|leg| writeln!(out, "{} to {} is due now", leg.id, leg.destination)),
        Outbox::Park { id } => gateway
            .park(&caller, *id)
            .await
            .map(|leg| writeln!(out, "{} to {} is parked", leg.id, leg.destination)),
    };
    match result {
        Ok(written) => exit::after(&written, exit::OK),
        Err(problem) => {
            let written = writeln!(out, "{}", told(&problem));
            exit::after(&written, exit::FINDING)
        }
    }
}

async fn list(
    gateway: &Gateway,
    caller: &Caller,
    state: Option<LegState>,
    destination: Option<String>,
    format: Format,
    out: &mut dyn Write,
) -> Result<std::io::Result<()>, Problem> {
    let open = [LegState::Parked, LegState::Released, LegState::Waiting];
    let wanted = state.map_or(open.to_vec(), |state| vec![state]);
    if let Some(name) = &destination {
        gateway.known_provider(caller, name).await?;
    }
    let mut legs = Vec::new();
    for state in wanted {
        let filter = Filter {
            state: Some(state),
            destination: destination.clone(),
            limit: 500,
            ..Filter::default()
        };
        legs.extend(gateway.list_legs(caller, &filter).await?);
    }
    let mut rows = Vec::new();
    for leg in legs {
        let reference = gateway.reference_of(caller, leg.case_id).await?;
        rows.push((leg, reference));
    }
    Ok(match format {
        Format::Json => {
            let rows = rows.iter().map(|(leg, reference)| {
                let mut row = as_json(leg);
                row["caseReference"] = json!(reference.as_ref().map(CaseReference::as_str));
                row
            });
            writeln!(out, "{:#}", json!({ "legs": rows.collect::<Vec<Value>>() }))
        }
        Format::Text => list_text(&rows, out),
    })
}

fn list_text(rows: &[(Leg, Option<CaseReference>)], out: &mut dyn Write) -> std::io::Result<()> {
    if rows.is_empty() {
        return writeln!(out, "Nothing is waiting.");
    }
    for (leg, reference) in rows {
        writeln!(
            out,
            "{}  {:<9} {:<8} attempts {}",
            leg.id,
            leg.state.code(),
            leg.kind.code(),
            leg.attempts
        )?;
        writeln!(
            out,
            "  to {} by {}, due {:.0}",
            leg.destination, leg.channel, leg.due_at
        )?;
        if let Some(reference) = reference {
            writeln!(out, "  case {}", reference.as_str())?;
        }
        if let Some(code) = &leg.last_error {
            writeln!(
                out,
                "  last failure {code}: workwell-gateway explain {code}"
            )?;
        }
    }
    Ok(())
}

fn as_json(leg: &Leg) -> Value {
    json!({
        "id": leg.id.to_string(),
        "case": leg.case_id.to_string(),
        "kind": leg.kind.code(),
        "state": leg.state.code(),
        "destination": leg.destination,
        "channel": leg.channel,
        "attempts": leg.attempts,
        "dueAt": leg.due_at.to_string(),
        "lastError": leg.last_error,
        "effectKey": leg.effect_key,
        "createdAt": leg.created_at.to_string(),
    })
}

/// Whether an attempt that failed so ended before anything was put on the wire.
fn never_left(code: &str) -> bool {
    let before = [
        &channel::UNREACHABLE,
        &channel::ADDRESS_MALFORMED,
        &channel::ADDRESS_REFUSED,
        &channel::PARCEL,
        &channel::SECRET,
        &channel::NO_ADDRESS,
    ];
    before.iter().any(|entry| entry.code == code)
}

/// A trace is written when a row is released; whether its fields went is told by the row.
fn as_it_went(trace: &str, leg: &Leg) -> String {
    let became = match (leg.state, leg.attempts) {
        (LegState::Delivered, _) => "sent",
        (_, 0) => "would be sent",
        (_, 1) if leg.last_error.as_deref().is_some_and(never_left) => "would be sent",
        // It was attempted, and nobody knows whether it arrived.
        _ => "may have been sent",
    };
    let lines = trace.lines().map(|line| match line.strip_suffix(",sent") {
        Some(row) => format!("{row},{became}"),
        None => line.to_owned(),
    });
    lines.collect::<Vec<String>>().join("\n") + "\n"
}

async fn show(
    gateway: &Gateway,
    caller: &Caller,
    id: OutboxId,
    format: Format,
    out: &mut dyn Write,
) -> Result<std::io::Result<()>, Problem> {
    let found = gateway.show_leg(caller, id).await?;
    let trace = found
        .trace
        .map(|bytes| as_it_went(&String::from_utf8_lossy(&bytes), &found.leg));
    let case = json!({
        "reference": found.case.reference.to_string(),
        "status": found.case.status.code(),
        "responsible": found.case.responsible.kind(),
        "hold": found.case.hold.as_ref().map(|hold| hold.reason.clone()),
    });
    Ok(match format {
        Format::Json => {
            let mut row = as_json(&found.leg);
            row["caseNow"] = case;
            row["trace"] = json!(trace);
            writeln!(out, "{row:#}")
        }
        Format::Text => list_text(&[(found.leg, Some(found.case.reference))], out).and_then(|()| {
            writeln!(out, "  which stands at {}", found.case.status.code())?;
            match trace {
                Some(trace) => writeln!(out, "\nHow each field came to be:\n{trace}"),
                None => Ok(()),
            }
        }),
    })
}
