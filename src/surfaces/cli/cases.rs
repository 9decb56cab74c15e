//! `cases list|show|timeline|correct`: what a named operator sees of cases, and puts
//! right. Never anything of a person.

mod list;
mod timeline;

use std::io::Write;

use super::exit;
use crate::domain::caller::Caller;
use crate::domain::identifiers::CaseId;
use crate::domain::status::Status;
use crate::gateway::Gateway;

/// What to do with a case.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Cases {
    /// List the open cases: where each stands and who has the person
    List(list::List),
    /// Show where a case stands and what of it waits for a person
    Show(timeline::Which),
    /// Tell everything that happened to a case, and who had the person when
    Timeline(timeline::Which),
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
    },
}

fn read_status(word: &str) -> Result<Status, String> {
    Status::from_code(word).ok_or_else(|| {
        let words: Vec<&str> = Status::ALL.iter().map(|status| status.code()).collect();
        format!("the statuses are {}", words.join(", "))
    })
}

/// Runs the verb; the operator's name goes into the audit log.
pub async fn run(args: &Cases, gateway: &Gateway, out: &mut dyn Write) -> i32 {
    let caller = Caller::Operator(gateway.settings().gateway.operator.clone());
    let (id, to, evidence) = match args {
        Cases::List(args) => return list::run(args, gateway, &caller, out).await,
        Cases::Show(args) => return timeline::show(args, gateway, &caller, out).await,
        Cases::Timeline(args) => return timeline::timeline(args, gateway, &caller, out).await,
        Cases::Correct { id, to, evidence } => (id, to, evidence),
    };
    match gateway.correct(&caller, *id, *to, evidence).await {
        Ok(status) => {
            let written = writeln!(out, "case {id} stands at {}", status.code());
            exit::after(&written, exit::OK)
        }
        Err(problem) => {
            let written = writeln!(out, "{problem}\n  {}", problem.entry.advice);
            exit::after(&written, exit::FINDING)
        }
    }
}
