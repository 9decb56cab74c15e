//! `cases audit`: what the audit log holds of one case, for people, as JSON or as FHIR.

use std::io::Write;

use serde_json::{Value, json};

use super::super::{exit, told, wrap};
use crate::domain::caller::Caller;
use crate::domain::fact::called_nobody;
use crate::domain::identifiers::{CaseId, CaseReference};
use crate::gateway::Gateway;
use crate::standards::audit_event::{self, Told};
use crate::surfaces::waiting::moment;

/// Which case, and how it is written.
#[derive(Clone, Debug, clap::Args)]
pub struct Audit {
    /// The case's reference or id
    case: String,
    /// How the answer is written
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
}

/// The forms in which the log is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// For people, 80 columns wide.
    Text,
    /// One JSON document.
    Json,
    /// A searchset Bundle of AuditEvents.
    Fhir,
}

/// Runs the verb.
pub(super) async fn run(
    args: &Audit,
    gateway: &Gateway,
    caller: &Caller,
    out: &mut dyn Write,
) -> i32 {
    let (id, facts) = match gateway.audit_of_case(caller, &args.case).await {
        Ok(found) => found,
        Err(problem) => {
            return exit::after(&writeln!(out, "{}", told(&problem)), exit::FINDING);
        }
    };
    let text = match args.format {
        Form::Text => as_text(&facts),
        Form::Json => format!("{:#}", as_json(id, &facts)),
        Form::Fhir => {
            let this = crate::surfaces::http::admin::audit::address(Some(id), 0, None);
            let source = gateway.audit_source();
            format!("{:#}", audit_event::searchset(&facts, &source, &this, None))
        }
    };
    exit::after(&writeln!(out, "{text}"), exit::OK)
}

fn as_text(facts: &[Told]) -> String {
    let facts = facts.iter().map(|one| {
        let fact = &one.fact;
        let head = wrap("", &format!("{}  {}", moment(fact.at), fact.kind.code()));
        let display = if called_nobody(fact) {
            "Nobody could be alerted: no address is set"
        } else {
            audit_event::display(fact.kind)
        };
        let words = format!("{display}, by {}", actor(one));
        let mut lines = vec![head, wrap("  ", &words)];
        if let Some(message) = fact.evidence {
            lines.push(wrap("  ", &format!("shown by message {message}")));
        }
        let details = fact.details.iter().filter(|(_, value)| !value.is_empty());
        lines.extend(details.map(|(name, value)| wrap("  ", &format!("{name}: {value}"))));
        lines.push(format!("  row {}, leaf", fact.position));
        // A hash is copied: it is never broken over lines.
        lines.push(format!("  {}", audit_event::hex(&fact.leaf)));
        lines.join("\n")
    });
    facts.collect::<Vec<String>>().join("\n\n")
}

fn as_json(id: CaseId, facts: &[Told]) -> Value {
    let reference = facts.iter().find_map(|one| one.reference.as_ref());
    let facts = facts.iter().map(|one| {
        let fact = &one.fact;
        let details = fact.details.iter();
        let details = details.map(|(name, value)| json!({ "name": name, "value": value }));
        json!({
            "position": fact.position,
            "at": fact.at.to_string(),
            "kind": fact.kind.code(),
            "by": actor(one),
            "evidence": fact.evidence.map(|id| id.to_string()),
            "details": details.collect::<Vec<Value>>(),
            "leaf": audit_event::hex(&fact.leaf),
        })
    });
    json!({
        "case": id.to_string(),
        "reference": reference.map(CaseReference::as_str),
        "facts": facts.collect::<Vec<Value>>(),
    })
}

/// For a restricted person the referrer is not named: it may be the practice.
fn actor(told: &Told) -> String {
    match &told.fact.actor {
        Caller::Referrer(_) if told.hides_referrer => "referrer".to_owned(),
        other => other.label(),
    }
}
