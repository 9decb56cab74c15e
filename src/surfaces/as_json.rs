//! What more than one surface tells a program.

use serde_json::{Value, json};

use crate::domain::status::Milestone;
use crate::gateway::redecide::Redecided;
use crate::problem::Problem;

/// One problem: severity, code and place, what was found and what to do.
pub(super) fn finding(found: &Problem) -> Value {
    json!({
        "severity": if found.warning { "warning" } else { "error" },
        "code": found.entry.code,
        "place": found.path,
        "title": found.entry.title,
        "detail": found.detail,
        "advice": found.entry.advice,
    })
}

/// A new decision for a program; also the answer of the admin listener.
pub(super) fn decision(case: &str, done: &Redecided) -> Value {
    json!({
        "case": case,
        "status": done.status.code(),
        "words": Milestone::of(done.status).words,
        "outcome": done.outcome,
        "provider": done.provider,
        "reason": done.reason,
        "details": done.details,
    })
}
