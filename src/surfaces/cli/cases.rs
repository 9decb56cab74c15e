//! `cases list|show|timeline|audit`: what a named operator sees of cases, never anything of a
//! person; `cases correct|withdraw|hold|resolve|redecide|return|called|stopped`: what they do
//! with one.

mod audit;
mod list;
mod timeline;

use std::io::Write;

use jiff::Timestamp;
use serde_json::json;

use super::listed::{no_such, under_help};
use super::{Format, exit, told, when, wrap};
use crate::domain::caller::Caller;
use crate::domain::identifiers::CaseId;
use crate::domain::status::{ClosureReason, Milestone, Status};
use crate::gateway::Gateway;
use crate::gateway::call::Call;
use crate::gateway::correct::{Correction, is_for_correction};
use crate::gateway::evidence::operator_named;
use crate::gateway::read::cases::no_such_case;
use crate::gateway::redecide::{Order, Redecided};
use crate::gateway::resolve::Resolution;
use crate::problem::{Problem, area::operator as problems};
use crate::surfaces::as_json;
use crate::surfaces::waiting::way_to_release;

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
    /// When, in UK time: "2026-11-20 10:15"; or 2026-11-20T10:15:00Z
    #[arg(long, value_name = "TIME", value_parser = when::read)]
    when: Timestamp,
}

/// What to do with one case.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Act {
    /// Set where a case stands, with evidence; the referrer is told
    #[command(
        override_usage = "workwell-gateway cases correct CASE --to STATUS --evidence REF",
        after_help = help_of_correct()
    )]
    Correct {
        /// The canonical status it should have: see the list below
        #[arg(long, value_name = "STATUS", value_parser = read_corrected)]
        to: Status,
        /// What shows it: a call number; names nobody
        #[arg(long, value_name = "REF")]
        evidence: String,
        /// Why it ended, where it did: see the list below
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
        workwell-gateway cases return CASE --told NAME --when TIME",
        after_help = help_of_return()
    )]
    Return {
        /// Why the case ends: see the list below
        #[arg(long, value_name = "REASON", value_parser = read_return,
            required_unless_present = "told", conflicts_with = "told")]
        reason: Option<ClosureReason>,
        /// Who was told on the telephone: a role or a name there
        #[arg(long, value_name = "NAME", requires = "when")]
        told: Option<String>,
        /// When, in UK time: "2026-11-20 10:15"; or 2026-11-20T10:15:00Z
        #[arg(long, value_name = "TIME", requires = "told", value_parser = when::read)]
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
        no_such("statuses", word, &words)
    })
}

/// Those that a correction may set on some case.
fn corrected() -> Vec<&'static str> {
    let set = Status::ALL
        .iter()
        .filter(|status| is_for_correction(**status));
    set.map(|status| status.code()).collect()
}

/// A status that no correction sets is known too: the gateway says what to do instead.
fn read_corrected(word: &str) -> Result<Status, String> {
    Status::from_code(word).ok_or_else(|| no_such("statuses of a correction", word, &corrected()))
}

fn read_reason(word: &str) -> Result<ClosureReason, String> {
    ClosureReason::from_code(word).ok_or_else(|| no_such("reasons", word, ClosureReason::ALL))
}

/// A reason that is none for a return is known too: the gateway refuses it in its own words.
fn read_return(word: &str) -> Result<ClosureReason, String> {
    let known = ClosureReason::for_return();
    ClosureReason::from_code(word).ok_or_else(|| no_such("reasons for a return", word, known))
}

fn help_of_return() -> String {
    under_help("Reasons", ClosureReason::for_return())
}

fn help_of_correct() -> String {
    let statuses = under_help("Statuses", &corrected());
    format!(
        "{statuses}\n\n{}",
        under_help("Reasons", ClosureReason::ALL)
    )
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
    /// Where a case stands that was not held, so that nothing was done.
    NotHeld(Status),
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
        Ok(Done::NotHeld(status)) => {
            let written = match format {
                Format::Text => {
                    let words = format!(
                        "case {case} is not held: nothing was done; it stands at {}",
                        status.code()
                    );
                    writeln!(out, "{}", wrap("", &words))
                }
                Format::Json => {
                    let mut answer = as_stands(case, status);
                    answer["done"] = "nothing: the case is not held".into();
                    writeln!(out, "{answer:#}")
                }
            };
            exit::after(&written, exit::OK)
        }
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
                Format::Text => writeln!(out, "{}", told_with_ways(&problem)),
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
    let id = found.ok_or_else(|| no_such_case(case))?;
    if let Act::Redecide { by, why, .. } = args {
        let order = Order {
            by: by.clone(),
            why: why.clone(),
        };
        return Ok(Done::Decided(gateway.redecide(id, &order).await?));
    }
    if matches!(args, Act::Resolve { .. }) && !gateway.waits_for_decision(&caller, id).await? {
        // Refused where the case is over; else there is nothing to release.
        return Ok(Done::NotHeld(act(args, gateway, &caller, id).await?));
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
        Format::Json => writeln!(out, "{:#}", as_stands(case, status)),
    }
}

fn as_stands(case: &str, status: Status) -> serde_json::Value {
    json!({
        "case": case,
        "status": status.code(),
        "words": Milestone::of(status).words,
    })
}

/// What would hold a case again, each with what ends it.
fn ways(problem: &Problem) -> Vec<(&str, &'static str)> {
    let is_release = problem.entry.code == problems::NOT_RELEASABLE.code;
    let detail = problem.detail.as_deref().filter(|_| is_release);
    let reasons = detail.unwrap_or_default().split("; ");
    let ways = reasons.filter_map(|reason| Some((reason, way_to_release(reason)?)));
    ways.collect()
}

fn told_with_ways(problem: &Problem) -> String {
    let ways = ways(problem).into_iter();
    ways.fold(told(problem), |text, (reason, way)| {
        format!("{text}\n{}", wrap("  - ", &format!("{reason}: {way}")))
    })
}

fn refusal(case: &str, problem: &Problem) -> serde_json::Value {
    let ways = ways(problem).into_iter();
    let ways = ways.map(|(reason, way)| json!({ "reason": reason, "way": way }));
    json!({
        "ways": ways.collect::<Vec<_>>(),
        "case": case,
        "code": problem.entry.code,
        "title": problem.entry.title,
        "detail": problem.detail,
        "advice": problem.entry.advice,
    })
}

#[cfg(test)]
mod tests {
    use clap::{Command, Subcommand};

    use super::*;
    use crate::surfaces::cli::WIDTH;

    fn said(words: &[&str]) -> String {
        let cases = Cases::augment_subcommands(Command::new("cases"));
        let read = cases.try_get_matches_from(words);
        read.expect_err("help, or a refusal").to_string()
    }

    #[test]
    fn the_help_and_the_error_of_a_return_list_the_reasons_that_it_takes_and_no_other() {
        let help = said(&["cases", "return", "--help"]);
        let error = said(&[
            "cases",
            "return",
            "WW-4K7M-9QXD-T2P",
            "--reason",
            "duplicat",
        ]);
        for text in [&help, &error] {
            let list = text
                .split_whitespace()
                .map(|word| word.trim_end_matches(','));
            let listed: Vec<&str> = list.collect();
            for code in ClosureReason::ALL {
                let takes = ClosureReason::for_return().contains(code);
                assert_eq!(listed.contains(code), takes, "{code} in {text}");
            }
            assert!(
                text.lines().all(|line| line.chars().count() <= WIDTH),
                "{text}"
            );
        }
        assert!(error.contains("Did you mean `duplicate`?"), "{error}");
    }

    #[test]
    fn the_help_and_the_errors_of_a_correction_list_what_it_takes() {
        let help = said(&["cases", "correct", "--help"]);
        let all = [
            "cases",
            "correct",
            "WW-4K7M-9QXD-T2P",
            "--evidence",
            "call 1",
        ];
        let with = |more: &[&'static str]| said(&[&all, more].concat());
        let status = with(&["--to", "foo"]);
        let reason = with(&["--to", "accepted", "--reason", "foo"]);
        for text in [&help, &status, &reason] {
            assert!(
                text.lines().all(|line| line.chars().count() <= WIDTH),
                "{text}"
            );
        }
        assert!(help.contains("did-not-attend") && help.contains("entered-in-error"));
        assert!(status.contains("entered-in-error") && !status.contains("cancel-requested"));
        assert!(reason.contains("wrong-person"), "{reason}");
    }

    #[test]
    fn a_refused_release_says_for_each_reason_what_ends_it() {
        let refused = |reasons: &str| {
            let problem = Problem::new(&problems::NOT_RELEASABLE).with(reasons.to_owned());
            told_with_ways(&problem)
        };
        let crisis = refused("red-flag; open-case");
        assert_eq!(crisis.matches("--send-anyway").count(), 2, "{crisis}");
        let restricted = refused("restricted");
        assert!(
            restricted.contains("restricted: never released"),
            "{restricted}"
        );
        assert!(!restricted.contains("resolve again"), "{restricted}");
    }
}
