//! `cases list|show|timeline`: what a named operator sees of cases, never anything of a
//! person; `cases correct|withdraw|hold|resolve|redecide|return|stopped`: what they do with
//! one.

mod list;
mod timeline;

use std::io::Write;

use jiff::Timestamp;
use serde_json::json;

use super::{Format, exit, told, wrap};
use crate::domain::caller::Caller;
use crate::domain::identifiers::CaseId;
use crate::domain::status::{ClosureReason, Milestone, Status};
use crate::gateway::Gateway;
use crate::gateway::correct::Correction;
use crate::gateway::redecide::{Order, Redecided};
use crate::gateway::resolve::Resolution;
use crate::gateway::return_to_referrer::Call;
use crate::problem::{Problem, area::operator as problems};
use crate::surfaces::as_json;

/// What to see of cases, or do with one.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Cases {
    /// List the open cases: where each stands and who has the person
    List(list::List),
    /// Show where a case stands and what of it waits for a person
    Show(timeline::Which),
    /// Tell everything that happened to a case, and who had the person when
    Timeline(timeline::Which),
    /// Do something with one case
    #[command(flatten)]
    Act(Act),
}

/// What to do with one case.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Act {
    /// Set where a case stands, with evidence; the referrer is told
    #[command(override_usage = "workwell-gateway cases correct ID --to STATUS --evidence REF")]
    Correct {
        /// The case's id
        id: CaseId,
        /// The canonical status it should have
        #[arg(long, value_name = "STATUS", value_parser = read_status)]
        to: Status,
        /// What shows it: a call number; names nobody
        #[arg(long, value_name = "REF")]
        evidence: String,
        /// Why it ended, where it did
        #[arg(long, value_name = "REASON", value_parser = read_reason)]
        reason: Option<ClosureReason>,
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// The person does not want to go on: stop it everywhere
    Withdraw {
        /// The case's id
        id: CaseId,
        /// What shows it: a call number; names nobody
        #[arg(long, value_name = "REF")]
        evidence: String,
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Keep a case from leaving until it is resolved
    Hold {
        /// The case's id
        id: CaseId,
        /// Why: a reference; names nobody
        #[arg(long, value_name = "REF")]
        reason: String,
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Release a held case, decided by today's tables and consents
    #[command(override_usage = "workwell-gateway cases resolve ID --evidence REF [OPTIONS]")]
    Resolve {
        /// The case's id
        id: CaseId,
        /// What shows that it may go on; names nobody
        #[arg(long, value_name = "REF")]
        evidence: String,
        /// An open case or a crisis phrase is no reason to keep it
        #[arg(long)]
        send_anyway: bool,
        /// The person was asked and consents: spoken, written or form
        #[arg(long, value_name = "HOW", value_parser = ["spoken", "written", "form"])]
        consent: Option<String>,
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Decide a case again by today's tables, after one was mended
    #[command(override_usage = "workwell-gateway cases redecide CASE --by NAME --why REF")]
    Redecide {
        /// The case's id or reference
        case: String,
        /// Who decides: a name or role of the staff
        #[arg(long, value_name = "NAME")]
        by: String,
        /// What was mended: a reference; names nobody
        #[arg(long, value_name = "REF")]
        why: String,
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Give a person back, or record that the referrer was rung
    #[command(
        override_usage = "workwell-gateway cases return ID --reason REASON\n       \
        workwell-gateway cases return ID --told NAME --when TIME"
    )]
    Return {
        /// The case's id
        id: CaseId,
        /// Why the case ends; see the list of closure reasons
        #[arg(long, value_name = "REASON", value_parser = read_reason,
            required_unless_present = "told", conflicts_with = "told")]
        reason: Option<ClosureReason>,
        /// Who was told on the telephone: a role or a name there
        #[arg(long, value_name = "NAME", requires = "when")]
        told: Option<String>,
        /// When, such as 2026-11-20T10:15:00Z
        #[arg(long, value_name = "TIME", requires = "told")]
        when: Option<Timestamp>,
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Record that a provider said it knows of a stop
    #[command(
        override_usage = "workwell-gateway cases stopped ID --provider SLUG --told NAME --when TIME"
    )]
    Stopped {
        /// The case's id
        id: CaseId,
        /// The provider's folder name
        #[arg(long, value_name = "SLUG")]
        provider: String,
        /// Who was told on the telephone: a role or a name there
        #[arg(long, value_name = "NAME")]
        told: String,
        /// When, such as 2026-11-20T10:15:00Z
        #[arg(long, value_name = "TIME")]
        when: Timestamp,
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
}

fn read_status(word: &str) -> Result<Status, String> {
    Status::from_code(word).ok_or_else(|| {
        let words: Vec<&str> = Status::ALL.iter().map(|status| status.code()).collect();
        format!("the statuses are {}", words.join(", "))
    })
}

fn read_reason(word: &str) -> Result<ClosureReason, String> {
    ClosureReason::from_code(word)
        .ok_or_else(|| format!("the reasons are {}", ClosureReason::ALL.join(", ")))
}

impl Act {
    /// The case by its id, where it is named so, and the format.
    const fn id_and_format(&self) -> (Option<CaseId>, Format) {
        match self {
            Self::Redecide { format, .. } => (None, *format),
            Self::Correct { id, format, .. }
            | Self::Withdraw { id, format, .. }
            | Self::Hold { id, format, .. }
            | Self::Resolve { id, format, .. }
            | Self::Return { id, format, .. }
            | Self::Stopped { id, format, .. } => (Some(*id), *format),
        }
    }
}

/// Runs the verb; the operator's name goes into the audit log.
pub async fn run(args: &Cases, gateway: &Gateway, out: &mut dyn Write) -> i32 {
    let caller = Caller::Operator(gateway.settings().gateway.operator.clone());
    let args = match args {
        Cases::List(args) => return list::run(args, gateway, &caller, out).await,
        Cases::Show(args) => return timeline::show(args, gateway, &caller, out).await,
        Cases::Timeline(args) => return timeline::timeline(args, gateway, &caller, out).await,
        Cases::Act(act) => act,
    };
    let (id, format) = args.id_and_format();
    let Some(id) = id else {
        return redecide(args, gateway, &caller, format, out).await;
    };
    match act(args, gateway, &caller, id).await {
        Ok(status) => exit::after(&written(id, status, format, out), exit::OK),
        Err(problem) => {
            let written = match format {
                Format::Text => writeln!(out, "{}", told(&problem)),
                Format::Json => writeln!(out, "{:#}", refusal(&id.to_string(), &problem)),
            };
            exit::after(&written, exit::FINDING)
        }
    }
}

async fn redecide(
    args: &Act,
    gateway: &Gateway,
    caller: &Caller,
    format: Format,
    out: &mut dyn Write,
) -> i32 {
    let Act::Redecide { case, by, why, .. } = args else {
        return exit::BUG;
    };
    let order = Order {
        by: by.clone(),
        why: why.clone(),
    };
    let done = match gateway.case_id_of(caller, case).await {
        Ok(Some(id)) => gateway.redecide(id, &order).await,
        Ok(None) => Err(Problem::new(&problems::NO_SUCH_CASE)),
        Err(problem) => Err(problem),
    };
    match done {
        Ok(done) => {
            // Still held is a finding: somebody has to go on with it.
            let code = if done.outcome == "held" {
                exit::FINDING
            } else {
                exit::OK
            };
            let written = match format {
                Format::Text => decided(case, &done, out),
                Format::Json => writeln!(out, "{:#}", as_json::decision(case, &done)),
            };
            exit::after(&written, code)
        }
        Err(problem) => {
            let written = match format {
                Format::Text => writeln!(out, "{}", told(&problem)),
                Format::Json => writeln!(out, "{:#}", refusal(case, &problem)),
            };
            exit::after(&written, exit::FINDING)
        }
    }
}

fn decided(case: &str, done: &Redecided, out: &mut dyn Write) -> std::io::Result<()> {
    let provider = done.provider.as_deref().unwrap_or("nobody");
    let words = match (done.outcome, &done.reason) {
        ("released", _) => format!("case {case} goes to {provider}"),
        ("reported", _) => format!("the word of {provider} is understood"),
        ("held", Some(reason)) => format!("case {case} is held again, {reason}"),
        _ => format!("case {case} is decided already by these tables"),
    };
    let stands = format!("{words}; it stands at {}", done.status.code());
    writeln!(out, "{}", wrap("", &stands))?;
    for detail in done.details.iter().filter(|_| done.outcome == "held") {
        writeln!(out, "{}", wrap("  ", detail))?;
    }
    Ok(())
}

async fn act(
    args: &Act,
    gateway: &Gateway,
    caller: &Caller,
    id: CaseId,
) -> Result<Status, Problem> {
    match args {
        Act::Correct {
            to,
            evidence,
            reason,
            ..
        } => {
            let correction = Correction {
                to: *to,
                evidence: evidence.clone(),
                reason: *reason,
            };
            gateway.correct(caller, id, &correction).await
        }
        Act::Withdraw { evidence, .. } => {
            let correction = Correction {
                to: Status::Withdrawn,
                evidence: evidence.clone(),
                reason: ClosureReason::from_code("withdrew"),
            };
            gateway.correct(caller, id, &correction).await
        }
        // It is named otherwise, and answered otherwise: see `redecide`.
        Act::Redecide { .. } => Err(Problem::new(&problems::NO_SUCH_CASE)),
        Act::Hold { reason, .. } => gateway.hold(caller, id, reason).await,
        Act::Resolve {
            evidence,
            send_anyway,
            consent,
            ..
        } => {
            let resolution = Resolution {
                evidence: evidence.clone(),
                send_anyway: *send_anyway,
                consent: consent.clone(),
            };
            gateway.resolve(caller, id, &resolution).await
        }
        Act::Return {
            reason: Some(reason),
            ..
        } => gateway.return_case(caller, id, *reason).await,
        Act::Return { told, when, .. } => {
            let call = Call {
                told: told.clone().unwrap_or_default(),
                at: when.unwrap_or_else(|| gateway.clock().now()),
            };
            gateway.record_call(caller, id, &call).await
        }
        Act::Stopped {
            provider,
            told,
            when,
            ..
        } => {
            let call = Call {
                told: told.clone(),
                at: *when,
            };
            gateway.record_stop_call(caller, id, provider, &call).await
        }
    }
}

fn written(id: CaseId, status: Status, format: Format, out: &mut dyn Write) -> std::io::Result<()> {
    match format {
        Format::Text => writeln!(out, "case {id} stands at {}", status.code()),
        Format::Json => {
            let answer = json!({
                "case": id.to_string(),
                "status": status.code(),
                "words": Milestone::of(status).words,
            });
            writeln!(out, "{answer:#}")
        }
    }
}

fn refusal(case: &str, problem: &Problem) -> serde_json::Value {
    json!({
        "case": case,
        "code": problem.entry.code,
        "title": problem.entry.title,
        "detail": problem.detail,
        "advice": problem.entry.advice,
    })
}
