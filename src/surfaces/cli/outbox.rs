//! `outbox list|show|retry|park`: what is on its way, and what waits for a person.

use std::io::Write;

use serde_json::{Value, json};

use super::{Format, exit, told};
use crate::domain::caller::Caller;
use crate::domain::identifiers::OutboxId;
use crate::gateway::Gateway;
use crate::gateway::read::outbox::{Filter, Leg, LegState};
use crate::problem::Problem;

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
        /// The row's id
        id: OutboxId,
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Send a parked row again, now; refused when its case was stopped
    Retry {
        /// The row's id
        id: OutboxId,
    },
    /// Hold a released row back until it is retried
    Park {
        /// The row's id
        id: OutboxId,
    },
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
    Ok(match format {
        Format::Json => {
            let rows: Vec<Value> = legs.iter().map(as_json).collect();
            writeln!(out, "{:#}", json!({ "legs": rows }))
        }
        Format::Text => list_text(&legs, out),
    })
}

fn list_text(legs: &[Leg], out: &mut dyn Write) -> std::io::Result<()> {
    if legs.is_empty() {
        return writeln!(out, "Nothing is waiting.");
    }
    for leg in legs {
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
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
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
        Format::Text => list_text(std::slice::from_ref(&found.leg), out).and_then(|()| {
            writeln!(
                out,
                "  case {} stands at {}",
                case["reference"], case["status"]
            )?;
            match trace {
                Some(trace) => writeln!(out, "\nHow each field came to be:\n{trace}"),
                None => Ok(()),
            }
        }),
    })
}
