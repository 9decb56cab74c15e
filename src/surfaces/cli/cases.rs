//! `cases list|show|timeline|audit`: what a named operator sees of cases, never anything of a
//! person; `cases correct|withdraw|hold|resolve|redecide|return|called|stopped`: what they do
//! with one.

mod audit;
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
use crate::gateway::call::Call;
use crate::gateway::correct::Correction;
use crate::gateway::evidence::operator_named;
use crate::gateway::redecide::{Order, Redecided};
use crate::gateway::resolve::Resolution;
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
    /// Tell what the audit log holds of a case; also as FHIR
    Audit(audit::Audit),
    /// Do something with one case
    #[command(flatten)]
    Act(Act),
}

/// What every verb that does something with one case takes.
#[derive(Clone, Debug, clap::Args)]
pub struct Of {
    /// The case's reference or id
    case: String,
    /// Who acts: a name or role; else the settings' operator
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// How the answer is written
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Who was told on the telephone, and when.
#[derive(Clone, Debug, clap::Args)]
pub struct Told {
    /// Who was told: a role or a name there
    #[arg(long, value_name = "NAME")]
    told: String,
    /// When, such as 2026-11-20T10:15:00Z
    #[arg(long, value_name = "TIME")]
    when: Timestamp,
}

/// What to do with one case.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Act {
    /// Set where a case stands, with evidence; the referrer is told
    #[command(override_usage = "workwell-gateway cases correct CASE --to STATUS --evidence REF")]
    Correct {
        /// The canonical status it should have
        #[arg(long, value_name = "STATUS", value_parser = read_status)]
        to: Status,
        /// What shows it: a call number; names nobody
        #[arg(long, value_name = "REF")]
        evidence: String,
        /// Why it ended, where it did
        #[arg(long, value_name = "REASON", value_parser = read_reason)]
        reason: Option<ClosureReason>,
        /// Which case, who acts, and how it is answered
        #[command(flatten)]
        of: Of,
    },
    /// The person does not want to go on: stop it everywhere
    Withdraw {
        /// What shows it: a call number; names nobody
        #[arg(long, value_name = "REF")]
        evidence: String,
        /// Which case, who acts, and how it is answered
        #[command(flatten)]
        of: Of,
    },
    /// Keep a case from leaving until it is resolved
    Hold {
        /// Why: a reference; names nobody
        #[arg(long, value_name = "REF")]
        reason: String,
        /// Which case, who acts, and how it is answered
        #[command(flatten)]
        of: Of,
    },
    /// Release a held case, decided by today's tables and consents
    #[command(override_usage = "workwell-gateway cases resolve CASE --evidence REF [OPTIONS]")]
    Resolve {
        /// What shows that it may go on; names nobody
        #[arg(long, value_name = "REF")]
        evidence: String,
        /// An open case, crisis phrase or mark of death is no bar
        #[arg(long)]
        send_anyway: bool,
        /// The person was asked and consents: spoken, written or form
        #[arg(long, value_name = "HOW", value_parser = ["spoken", "written", "form"])]
        consent: Option<String>,
        /// Which case, who acts, and how it is answered
        #[command(flatten)]
        of: Of,
    },
    /// Decide a case again by today's tables, after one was mended
    #[command(override_usage = "workwell-gateway cases redecide CASE --by NAME --why REF")]
    Redecide {
        /// The case's reference or id
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
        override_usage = "workwell-gateway cases return CASE --reason REASON\n       \
        workwell-gateway cases return CASE --told NAME --when TIME"
    )]
    Return {
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
        /// Which case, who acts, and how it is answered
        #[command(flatten)]
        of: Of,
    },
    /// Record that whoever referred was rung about any other news
    #[command(override_usage = "workwell-gateway cases called CASE --told NAME --when TIME")]
    Called {
        /// Who was told, and when
        #[command(flatten)]
        told: Told,
        /// Which case, who acts, and how it is answered
        #[command(flatten)]
        of: Of,
    },
    /// Record that a provider said it knows of a stop
    #[command(
        override_usage = "workwell-gateway cases stopped CASE --provider SLUG\n         \
        --told NAME --when TIME"
    )]
    Stopped {
        /// The provider's folder name
        #[arg(long, value_name = "SLUG")]
        provider: String,
        /// Who was told, and when
        #[command(flatten)]
        told: Told,
        /// Which case, who acts, and how it is answered
        #[command(flatten)]
        of: Of,
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
    /// The case as it was named, who acts where that was said, and the format.
    fn named(&self) -> (&str, Option<&str>, Format) {
        match self {
            Self::Redecide {
                case, by, format, ..
            } => (case, Some(by), *format),
            Self::Correct { of, .. }
            | Self::Withdraw { of, .. }
            | Self::Hold { of, .. }
            | Self::Resolve { of, .. }
            | Self::Return { of, .. }
            | Self::Called { of, .. }
            | Self::Stopped { of, .. } => (&of.case, of.by.as_deref(), of.format),
        }
    }
}

impl Told {
    fn call(&self) -> Call {
        Call {
            told: self.told.clone(),
            at: self.when,
        }
    }
}

/// What came of a verb.
enum Done {
    /// Where the case stands.
    Stands(Status),
    /// What was decided anew.
    Decided(Redecided),
}

/// Runs the verb; the operator's name goes into the audit log and the case's history.
pub async fn run(args: &Cases, gateway: &Gateway, out: &mut dyn Write) -> i32 {
    let caller = Caller::Operator(gateway.settings().gateway.operator.clone());
    let args = match args {
        Cases::List(args) => return list::run(args, gateway, &caller, out).await,
        Cases::Show(args) => return timeline::show(args, gateway, &caller, out).await,
        Cases::Timeline(args) => return timeline::timeline(args, gateway, &caller, out).await,
        Cases::Audit(args) => return audit::run(args, gateway, &caller, out).await,
        Cases::Act(act) => act,
    };
    let (case, by, format) = args.named();
    match acted(args, gateway, caller, (case, by)).await {
        Ok(Done::Stands(status)) => exit::after(&written(case, status, format, out), exit::OK),
        Ok(Done::Decided(done)) => {
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

/// Finds the case and acts on it, in the name of whoever was named.
async fn acted(
    args: &Act,
    gateway: &Gateway,
    operator: Caller,
    (case, by): (&str, Option<&str>),
) -> Result<Done, Problem> {
    let caller = by.map_or(Ok(operator), operator_named)?;
    let found = gateway.case_id_of(&caller, case).await?;
    let id = found.ok_or_else(|| Problem::new(&problems::NO_SUCH_CASE))?;
    if let Act::Redecide { by, why, .. } = args {
        let order = Order {
            by: by.clone(),
            why: why.clone(),
        };
        return Ok(Done::Decided(gateway.redecide(id, &order).await?));
    }
    Ok(Done::Stands(act(args, gateway, &caller, id).await?))
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
        // It is answered otherwise: see `acted`.
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
        Act::Called { told, .. } => gateway.record_news_call(caller, id, &told.call()).await,
        Act::Stopped { provider, told, .. } => {
            let call = told.call();
            gateway.record_stop_call(caller, id, provider, &call).await
        }
    }
}

fn written(case: &str, status: Status, format: Format, out: &mut dyn Write) -> std::io::Result<()> {
    match format {
        Format::Text => writeln!(out, "case {case} stands at {}", status.code()),
        Format::Json => {
            let answer = json!({
                "case": case,
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
