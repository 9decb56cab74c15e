//! The queue as JSON.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::gateway::read::queue::{QueuePage, Waiting};
use crate::surfaces::waiting::{what_to_do, why};

/// One page: `entries`, those about a crisis first, then the oldest, and `next` to go on after, where there is more.
pub(super) fn document(page: &QueuePage, now: Timestamp) -> Value {
    let entries = page.waiting.iter().map(|waiting| entry(waiting, now));
    json!({
        "entries": entries.collect::<Vec<Value>>(),
        "next": page.next,
    })
}

fn entry(waiting: &Waiting, now: Timestamp) -> Value {
    let (row, case) = (&waiting.row, &waiting.case);
    let steps = what_to_do(row, case, waiting.ring.as_ref()).into_iter();
    let steps = steps.map(|step| json!({ "words": step.words, "command": step.command }));
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    json!({
        "id": row.entry.id.to_string(),
        "kind": row.entry.kind.code(),
        "reason": row.entry.reason,
        "subject": row.entry.subject,
        "why": why(row),
        "case": {
            "id": case.id.to_string(),
            "reference": case.reference.as_str(),
            "status": case.status.code(),
            "provider": case.provider.as_ref().map(|chosen| &chosen.slug),
            "heldBy": { "kind": case.responsible.kind(), "name": case.responsible.name() },
        },
        "owner": row.entry.owner,
        "providerContact": waiting.contact,
        "ring": waiting.ring.as_ref().map(|ring| json!({
            "whom": ring.provider.as_deref().unwrap_or("referrer"),
            "contact": ring.contact,
            "organisation": ring.organisation.as_ref().map(|organisation| json!({
                "odsCode": organisation.ods,
                "name": organisation.name,
                "telephone": organisation.telephone,
            })),
            "notNamed": ring.restricted.then_some("restricted"),
            "noNewsSince": time(ring.since),
        })),
        "raisedAt": row.raised_at.to_string(),
        "dueAt": row.entry.due_at.to_string(),
        "overdue": row.entry.due_at <= now,
        "alertedAt": time(row.alerted_at.filter(|_| !waiting.called_nobody)),
        "nobodyToAlertAt": time(row.alerted_at.filter(|_| waiting.called_nobody)),
        "referrerToldAt": time(row.told_at),
        "whatToDo": steps.collect::<Vec<Value>>(),
    })
}
