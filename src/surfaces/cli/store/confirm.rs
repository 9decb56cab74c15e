//! `store lost` and `store confirm`: what a store that was put back has lost.

use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Answered, Format, exit, now};
use crate::config::Settings;
use crate::gateway::upkeep::{self, Confirmed, Lost, LostCase, Why};
use crate::surfaces::cli::wrap;

pub(super) async fn list(
    settings: &Settings,
    others: &[PathBuf],
    all: bool,
    format: Format,
    out: &mut dyn Write,
) -> Answered {
    let lost = upkeep::lost(settings, others, all).await?;
    let code = if lost.count() == 0 {
        exit::OK
    } else {
        exit::FINDING
    };
    let written = match format {
        Format::Json => writeln!(out, "{:#}", as_json(&lost)),
        Format::Text => text(&lost, out),
    };
    Ok((written, code))
}

pub(super) async fn run(
    settings: &Settings,
    by: Option<&str>,
    others: &[PathBuf],
    format: Format,
    out: &mut dyn Write,
) -> Answered {
    let done = upkeep::confirm(settings, by, others, now()).await?;
    let written = match format {
        Format::Json => {
            let mut answer = as_json(&done.lost);
            answer["confirmed"] = json!(done.why.is_some());
            answer["because"] = json!(done.why.map(Why::words));
            answer["epoch"] = json!(done.epoch);
            answer["parked"] = json!(done.parked);
            writeln!(out, "{answer:#}")
        }
        Format::Text => text(&done.lost, out).and_then(|()| confirmed(&done, out)),
    };
    Ok((written, exit::OK))
}

fn confirmed(done: &Confirmed, out: &mut dyn Write) -> io::Result<()> {
    let (Some(why), Some(epoch)) = (done.why, done.epoch) else {
        return writeln!(
            out,
            "The store is the one that was left; nothing had to be confirmed."
        );
    };
    if done.parked > 0 {
        let words = format!(
            "{} deliveries of cases whose cancellation was lost are parked and stand in the \
             queue: see `outbox list --state parked`.",
            done.parked
        );
        writeln!(out, "{}", wrap("", &words))?;
    }
    let words = format!(
        "Confirmed ({}); epoch {epoch} has begun. A running gateway notices within seconds and \
         sends again.",
        why.words()
    );
    writeln!(out, "{}", wrap("", &words))
}

fn as_json(lost: &Lost) -> Value {
    let referrers: serde_json::Map<String, Value> = lost
        .referrers
        .iter()
        .map(|(referrer, cases)| {
            let cases: Vec<Value> = cases.iter().map(case_json).collect();
            (referrer.clone(), json!(cases))
        })
        .collect();
    json!({
        "lost": lost.count(),
        "referrers": referrers,
        "since": lost.since.map(|since| since.to_string()),
        "journalLines": lost.lines,
        "journalLinesUnreadable": lost.unreadable,
        "journalFrom": lost.between.map(|(first, _)| first.to_string()),
        "journalTo": lost.between.map(|(_, last)| last.to_string()),
    })
}

fn case_json(case: &LostCase) -> Value {
    json!({
        "acknowledgedAt": case.at.to_string(),
        "reference": case.reference.to_string(),
        "case": case.case_id.to_string(),
        "request": case.request_id.to_string(),
        "lost": case.what.code(),
    })
}

fn text(lost: &Lost, out: &mut dyn Write) -> io::Result<()> {
    if let Some(since) = lost.since {
        let words = format!(
            "The store was confirmed at {since:.0}; this is about what came later. `store lost \
             --all` lists all of the journal."
        );
        writeln!(out, "{}", wrap("", &words))?;
        if lost.lines == 0 {
            return Ok(());
        }
    }
    let Some((first, last)) = lost.between else {
        return writeln!(
            out,
            "{}",
            wrap(
                "",
                "The journal is empty or not there: it cannot say what was lost. Ask the \
                 referrers what they have sent since the backup."
            )
        );
    };
    let words = format!(
        "The journal has {} lines from {first:.0} to {last:.0}.",
        lost.lines
    );
    writeln!(out, "{}", wrap("", &words))?;
    if lost.unreadable > 0 {
        let words = format!(
            "{} lines could not be read: a loss of power cut them off.",
            lost.unreadable
        );
        writeln!(out, "{}", wrap("", &words))?;
    }
    if lost.count() == 0 {
        return writeln!(out, "The store holds every case in it.");
    }
    for (referrer, cases) in &lost.referrers {
        writeln!(out, "\nReferrer {referrer}: {} to be told of", cases.len())?;
        for case in cases {
            writeln!(
                out,
                "  {}  {:.0}  {}",
                case.reference,
                case.at,
                case.what.words()
            )?;
            writeln!(out, "    request {}", case.request_id)?;
        }
    }
    let legend = "\nsend again: the store has nothing of this referral any more. cancel again: \
                  the referral is there, its cancellation is not. lost, was cancelled: nothing \
                  has to be done but to know it.";
    writeln!(out, "\n{}", wrap("", legend))
}
