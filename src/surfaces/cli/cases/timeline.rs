//! `cases show` and `cases timeline`: one case, and everything that happened to it.

use std::io::Write;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::{Format, exit, told, wrap};
use super::list;
use crate::domain::caller::Caller;
use crate::domain::responsibility::Responsible;
use crate::gateway::Gateway;
use crate::gateway::read::cases::{EventRow, Known};
use crate::gateway::read::outbox::Leg;
use crate::gateway::read::queue::Entry;
use crate::problem::Problem;
use crate::problem::page::capital;
use crate::surfaces::waiting::{
    CALLED_NOBODY, NOT_NAMED, due_words, holder_words, kind_words, moment, plain, ring_words,
    what_to_do, why,
};

/// Which case, and how it is written.
#[derive(Clone, Debug, clap::Args)]
pub struct Which {
    /// The case's reference or id
    case: String,
    /// How the answer is written
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// `cases show`: where the case stands and what waits for a person.
pub(super) async fn show(
    args: &Which,
    gateway: &Gateway,
    caller: &Caller,
    out: &mut dyn Write,
) -> i32 {
    let found = gateway.know_case(caller, &args.case).await;
    let now = gateway.clock().now();
    write(found, out, |known| match args.format {
        Format::Json => format!("{:#}", shown_json(known, now)),
        Format::Text => shown_text(known, now),
    })
}

/// `cases timeline`: everything that happened, in order.
pub(super) async fn timeline(
    args: &Which,
    gateway: &Gateway,
    caller: &Caller,
    out: &mut dyn Write,
) -> i32 {
    let found = gateway.know_case(caller, &args.case).await;
    let now = gateway.clock().now();
    write(found, out, |known| match args.format {
        Format::Json => {
            let mut document = shown_json(known, now);
            let moments = moments(known);
            document["timeline"] = moments.into_iter().map(|moment| moment.json).collect();
            format!("{document:#}")
        }
        Format::Text => {
            let mut text = list::lines(&known.row);
            for moment in moments(known) {
                text = format!("{text}\n\n{}", moment.text);
            }
            text
        }
    })
}

fn write(
    found: Result<Known, Problem>,
    out: &mut dyn Write,
    words: impl Fn(&Known) -> String,
) -> i32 {
    match found {
        Ok(known) => exit::after(&writeln!(out, "{}", words(&known)), exit::OK),
        Err(problem) => exit::after(&writeln!(out, "{}", told(&problem)), exit::FINDING),
    }
}

fn open(known: &Known) -> impl Iterator<Item = &Entry> {
    known.queue.iter().filter(|entry| entry.closed.is_none())
}

fn shown_text(known: &Known, now: Timestamp) -> String {
    let row = &known.row;
    let mut text = format!("{}\n  id {}", list::lines(row), row.id);
    if open(known).next().is_none() {
        return format!("{text}\n  nothing of it waits for a person");
    }
    for entry in open(known) {
        let head = format!("{}: {}", kind_words(entry.entry.kind), why(entry));
        let owner = format!(
            "{}, {}",
            entry.entry.owner,
            due_words(entry.entry.due_at, now)
        );
        text = format!("{text}\n\n{}\n{}", wrap("", &head), wrap("  ", &owner));
        if let Some(ring) = known.ring(entry) {
            let whom = ring_words(ring).unwrap_or_else(|| NOT_NAMED.to_owned());
            text = format!("{text}\n{}", wrap("  ", &format!("who referred: {whom}")));
        }
        for step in what_to_do(entry, row, known.ring(entry)) {
            text = format!("{text}\n{}", wrap("  - ", &step.words));
            if let Some(command) = step.command {
                // A command is copied: it is never broken over lines.
                text = format!("{text}\n    {command}");
            }
        }
    }
    text
}

fn shown_json(known: &Known, now: Timestamp) -> Value {
    let mut document = list::as_json(&known.row);
    let entries = open(known).map(|entry| {
        let mut entry_json = entry_json(entry);
        entry_json["overdue"] = json!(entry.entry.due_at <= now);
        entry_json
    });
    document["queue"] = entries.collect();
    document
}

/// One thing that happened, in both forms.
struct Moment {
    at: Timestamp,
    text: String,
    json: Value,
}

/// Events, entries of the queue and what was sent, in the order of time.
fn moments(known: &Known) -> Vec<Moment> {
    let restricted = known.row.restricted;
    let shown = |who: &str| without_place(who, restricted);
    let mut holder = None;
    let mut all = Vec::new();
    for event in &known.events {
        if event.event.holder.is_some() {
            holder.clone_from(&event.event.holder);
        }
        all.push(of_event(event, holder.as_ref(), &shown));
    }
    for entry in &known.queue {
        all.extend(of_entry(entry, known.called_nobody(entry), &shown));
    }
    all.extend(known.legs.iter().map(|leg| of_leg(leg, &shown)));
    // A stable sort: what one unit of work wrote stays in its order.
    all.sort_by_key(|moment| moment.at);
    all
}

/// For a restricted person the referrer is not named: it may be the practice.
fn without_place(who: &str, restricted: bool) -> String {
    let (kind, place) = who.split_once(':').unwrap_or((who, ""));
    let hidden = restricted && kind == "referrer" && !place.is_empty();
    if hidden { kind } else { who }.to_owned()
}

fn of_event(
    row: &EventRow,
    holder: Option<&Responsible>,
    shown: &dyn Fn(&str) -> String,
) -> Moment {
    let event = &row.event;
    let by = shown(&event.actor);
    let mut lines = vec![
        head(row.at, &plain(&event.kind)),
        wrap(
            "  ",
            &format!("by {by}; the case stands at {}", event.status.code()),
        ),
    ];
    if let Some(word) = &event.provider_word {
        lines.push(wrap("  ", &format!("the provider's word: {word}")));
    }
    if let Some(note) = &event.note {
        lines.push(wrap("  ", &format!("note: {note}")));
    }
    if let Some(message) = event.evidence {
        lines.push(wrap("  ", &format!("shown by message {message}")));
    }
    if let Some(holder) = holder {
        let verb = if event.holder.is_some() {
            "goes to"
        } else {
            "stays with"
        };
        lines.push(wrap(
            "  ",
            &format!("the person {verb} {}", holder_words(holder)),
        ));
    }
    Moment {
        at: row.at,
        text: lines.join("\n"),
        json: json!({
            "at": row.at.to_string(),
            "what": "event",
            "kind": event.kind,
            "occurredAt": event.occurred_at.to_string(),
            "by": by,
            "status": event.status.code(),
            "providerWord": event.provider_word,
            "note": event.note,
            "evidence": event.evidence.map(|id| id.to_string()),
            "holder": holder.map(|holder| {
                json!({ "kind": holder.kind(), "name": holder.name() })
            }),
            "holderChanged": event.holder.is_some(),
        }),
    }
}

fn of_entry(entry: &Entry, called_nobody: bool, shown: &dyn Fn(&str) -> String) -> Vec<Moment> {
    let name = kind_words(entry.entry.kind);
    let mut moments = vec![Moment {
        at: entry.raised_at,
        text: format!(
            "{}\n{}\n{}",
            head(entry.raised_at, &format!("Put into the queue: {name}")),
            wrap("  ", &why(entry)),
            wrap(
                "  ",
                &format!(
                    "for {}, by {}",
                    entry.entry.owner,
                    moment(entry.entry.due_at)
                )
            ),
        ),
        json: with(entry_json(entry), "queue-raised", entry.raised_at),
    }];
    let (what, words) = if called_nobody {
        ("queue-alerted-nobody", capital(CALLED_NOBODY))
    } else {
        ("queue-alerted", "The owner was called".to_owned())
    };
    for (at, what, words) in [
        (entry.alerted_at, what, words.as_str()),
        (
            entry.told_at,
            "referrer-told-no-news",
            "The referrer is told that there is no news",
        ),
    ] {
        if let Some(at) = at {
            moments.push(Moment {
                at,
                text: head(at, &format!("{words}: {name}")),
                json: with(entry_json(entry), what, at),
            });
        }
    }
    if let Some((at, by, how)) = &entry.closed {
        let words = wrap("  ", &format!("by {}: {how}", shown(by)));
        moments.push(Moment {
            at: *at,
            text: format!(
                "{}\n{words}",
                head(*at, &format!("Taken from the queue: {name}"))
            ),
            json: {
                let mut json = with(entry_json(entry), "queue-closed", *at);
                json["closedBy"] = shown(by).into();
                json
            },
        });
    }
    moments
}

fn entry_json(entry: &Entry) -> Value {
    json!({
        "id": entry.entry.id.to_string(),
        "kind": entry.entry.kind.code(),
        "reason": entry.entry.reason,
        "why": why(entry),
        "owner": entry.entry.owner,
        "dueAt": entry.entry.due_at.to_string(),
        "closing": entry.closed.as_ref().map(|(_, _, how)| how),
    })
}

fn with(mut json: Value, what: &str, at: Timestamp) -> Value {
    json["what"] = what.into();
    json["at"] = at.to_string().into();
    json
}

fn of_leg(leg: &Leg, shown: &dyn Fn(&str) -> String) -> Moment {
    let destination = shown(&leg.destination);
    let what = format!("{} to {destination} by {}", leg.kind.code(), leg.channel);
    let stands = format!("{}, {} attempts", leg.state.code(), leg.attempts);
    Moment {
        at: leg.created_at,
        text: format!(
            "{}\n{}\n{}",
            head(leg.created_at, "Released to be sent"),
            wrap("  ", &what),
            wrap("  ", &stands),
        ),
        json: json!({
            "at": leg.created_at.to_string(),
            "what": "leg",
            "id": leg.id.to_string(),
            "kind": leg.kind.code(),
            "destination": destination,
            "channel": leg.channel,
            "state": leg.state.code(),
            "attempts": leg.attempts,
            "lastError": leg.last_error,
        }),
    }
}

fn head(at: Timestamp, words: &str) -> String {
    format!("{}\n{}", moment(at), wrap("  ", words))
}
