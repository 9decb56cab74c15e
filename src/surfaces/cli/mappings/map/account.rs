//! How each field came to be: the place in the file, the rows of the tables, the steps, and
//! whether something is lost; what is withheld and why, what no row names, and what is in no field.
//!
//! It holds no value. Yet the row of a code list tells whoever has the tables which code it
//! was, so that the account of a real person is kept as the referral is.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::problem;
use crate::domain::mapping::{CodeRow, Rendered, RowOutcome, TraceRow, field};
use crate::domain::provider::Provider;
use crate::gateway::tables::{Days, Origin, Origins, Place, Sample, kept_back};
use crate::problem::page::capital;
use crate::surfaces::cli::mappings::{as_json, as_on, count};
use crate::surfaces::cli::{Format, WIDTH, wrap};

/// The field that holds what the provider has to ask.
const QUESTIONS: &str = "questions";

/// Everything that is told.
pub(super) struct Account<'a> {
    pub(super) provider: &'a Provider,
    pub(super) sample: &'a Sample,
    pub(super) rendered: &'a Rendered<'a>,
    /// For each row of the trace, the rows of code lists that answered.
    pub(super) codes: Vec<Vec<&'a CodeRow>>,
    pub(super) origins: Origins,
    pub(super) days: Days,
}

impl Account<'_> {
    pub(super) fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Json => writeln!(out, "{:#}", self.json()),
            Format::Text => self.text(out),
        }
    }

    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let rows = || self.rendered.trace.iter().zip(&self.codes);
        let sent = || rows().filter(|(row, _)| row.outcome.is_sent());
        let provider = self.provider;
        let head = format!(
            "{} ({}/{} {}): {} of a {}, {}.",
            provider.name,
            provider.area,
            provider.slug,
            provider.version,
            count(sent().count(), "field"),
            self.kind(),
            as_on(self.days),
        );
        writeln!(out, "{}", wrap("", &head))?;
        if self.origins.is_too_large {
            let words = "The file has too many values: where in it each field comes from is not \
                         told.";
            writeln!(out, "{}", wrap("", words))?;
        }
        writeln!(out, "\nSent")?;
        for (row, codes) in sent() {
            writeln!(out, "  {}\n{}", row.target, told(&origin(row, codes)))?;
            self.places(row.source, out)?;
        }
        writeln!(out, "\nIn the table, and not sent")?;
        for (row, codes) in rows().filter(|(row, _)| !row.outcome.is_sent()) {
            let name = if row.target.is_empty() {
                row.source
            } else {
                row.target
            };
            let why = match row.outcome {
                // It comes of the decision, not of the referral.
                RowOutcome::Absent if row.source == QUESTIONS => "nothing is left to ask",
                other => not_sent(other),
            };
            let words = format!("{}; {why}", origin(row, codes));
            writeln!(out, "  {name}\n{}", told(&words))?;
            self.places(row.source, out)?;
        }
        self.left_out(out)?;
        self.verdict(out)
    }

    /// What no row sends: withheld, named by no row, in no field.
    fn left_out(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\nIn the referral, and withheld")?;
        if self.rendered.withheld.is_empty() {
            writeln!(out, "  nothing")?;
        }
        for (name, reason) in &self.rendered.withheld {
            writeln!(out, "  {name}\n{}", told(why(reason)))?;
            self.places(name, out)?;
        }
        writeln!(out, "\nIn the referral, and named by no row")?;
        for name in &self.rendered.unused {
            let meaning = field(name).map_or("", |field| field.meaning);
            writeln!(out, "{}", wrap("  ", &format!("{name}: {meaning}")))?;
            self.places(name, out)?;
        }
        if self.origins.is_too_large {
            return Ok(());
        }
        writeln!(out, "\nIn the {}, and in no field", self.kind())?;
        for (of, elements) in by_resource(&self.origins.unread) {
            let list = elements.join(", ");
            writeln!(out, "{}", wrap("  ", &format!("{of}: {list}")))?;
        }
        Ok(())
    }

    fn verdict(&self, out: &mut dyn Write) -> io::Result<()> {
        let kept_back = kept_back(&self.sample.case, self.provider, self.days.decided_on);
        if self.rendered.faults.is_empty() && kept_back.is_empty() {
            return writeln!(out, "\nIt can be sent.");
        }
        writeln!(out, "\nIt cannot be sent")?;
        for why in kept_back {
            writeln!(out, "{}", wrap("  ", why))?;
        }
        for fault in &self.rendered.faults {
            let problem = problem(self.provider, fault);
            let place = problem.path.as_deref().unwrap_or_default();
            writeln!(out, "  {place}  {}", problem.entry.code)?;
            let detail = problem.detail.as_deref().unwrap_or_default();
            let words = format!("{}: {detail}", capital(problem.entry.title));
            writeln!(out, "{}", told(&words))?;
            writeln!(out, "{}", told(problem.entry.advice))?;
        }
        Ok(())
    }

    const fn kind(&self) -> &'static str {
        if self.sample.is_message {
            "BaRS message"
        } else {
            "canonical case"
        }
    }

    /// Where in the file a field comes from; of a field without a value nothing.
    fn places(&self, name: &str, out: &mut dyn Write) -> io::Result<()> {
        let Some(origin) = self.origins.of(name) else {
            let is_own = field(name).is_some_and(|f| (f.read)(&self.sample.case).is_known());
            if is_own && !self.origins.is_too_large {
                let words = "from no place of the file: the gateway says it";
                writeln!(out, "{}", told(words))?;
            }
            return Ok(());
        };
        let first = if origin.is_copied {
            "      from "
        } else {
            "      worked out from "
        };
        for (index, place) in origin.places.iter().enumerate() {
            let indent = " ".repeat(first.len());
            let first = if index == 0 { first } else { &indent };
            writeln!(out, "{}", line_of(first, place))?;
        }
        Ok(())
    }

    fn json(&self) -> Value {
        let rendered = self.rendered;
        let rows = rendered.trace.iter().zip(&self.codes).map(|(row, codes)| {
            let (places, is_copied) = self.places_json(row.source);
            let codes = codes.iter().map(|code| code.position.to_string());
            json!({
                "target": row.target,
                "source": row.source,
                "row": row.row.to_string(),
                "codeRows": codes.collect::<Vec<String>>(),
                "transform": row.transform,
                "lossy": row.lossy,
                "removed": row.removed,
                "outcome": row.outcome.code(),
                "places": places,
                "workedOut": !is_copied,
            })
        });
        let withheld = rendered.withheld.iter().map(|(name, reason)| {
            let (places, _) = self.places_json(name);
            json!({ "source": name, "reason": reason, "places": places })
        });
        let not_used = rendered.unused.iter().map(|name| {
            let (places, _) = self.places_json(name);
            json!({ "source": name, "places": places })
        });
        let faults = rendered.faults.iter();
        let faults = faults.map(|fault| as_json(&problem(self.provider, fault)));
        let warnings = self.sample.warnings.iter().map(as_json);
        json!({
            "area": self.provider.area,
            "provider": self.provider.slug,
            "version": self.provider.version,
            "digest": self.provider.digest,
            "on": self.days.decided_on.to_string(),
            "referredOn": self.days.referred_on.to_string(),
            "message": self.sample.is_message,
            "rows": rows.collect::<Vec<Value>>(),
            "withheld": withheld.collect::<Vec<Value>>(),
            "notUsed": not_used.collect::<Vec<Value>>(),
            "placesTold": !self.origins.is_too_large,
            "notInAnyField": self.origins.unread,
            "keptBack": kept_back(&self.sample.case, self.provider, self.days.decided_on),
            "findings": faults.chain(warnings).collect::<Vec<Value>>(),
        })
    }

    /// The places of a field, and whether its words stand there.
    fn places_json(&self, name: &str) -> (Vec<Value>, bool) {
        let none = (Vec::new(), true);
        self.origins.of(name).map_or(
            none,
            |Origin {
                 places, is_copied, ..
             }| {
                let places = places.iter().map(|place| {
                    json!({ "path": place.path, "line": place.line, "column": place.column })
                });
                (places.collect(), *is_copied)
            },
        )
    }
}

fn told(words: &str) -> String {
    wrap("      ", words)
}

/// A place, with a path that does not fit a line broken before a point.
fn line_of(first: &str, place: &Place) -> String {
    let room = WIDTH - first.len();
    let mut path = String::new();
    let mut length = 0;
    for step in place.path.split_inclusive('.') {
        if length + step.len() > room {
            path.push(' ');
            length = 0;
        }
        path.push_str(step);
        length += step.len();
    }
    let (line, column) = (place.line, place.column);
    wrap(first, &format!("{path}, line {line}, column {column}"))
}

/// Elements by the resource that they are in, both in their order.
fn by_resource(unread: &[String]) -> Vec<(&str, Vec<&str>)> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for name in unread {
        let (of, element) = name.split_once('.').unwrap_or((name, "all of it"));
        match found.iter_mut().find(|(known, _)| *known == of) {
            Some((_, elements)) => elements.push(element),
            None => found.push((of, vec![element])),
        }
    }
    found
}

/// Source, rows of the tables, steps, and whether something is lost.
fn origin(row: &TraceRow<'_>, codes: &[&CodeRow]) -> String {
    let source = if row.source.is_empty() {
        "a constant"
    } else {
        row.source
    };
    let codes: Vec<String> = codes.iter().map(|code| code.position.to_string()).collect();
    let by = if codes.is_empty() {
        String::new()
    } else {
        format!(" by {}", codes.join(" and "))
    };
    let lossy = if row.lossy { ", lossy" } else { "" };
    let removed = match row.removed {
        0 => String::new(),
        some => format!(", {} taken out", count(some as usize, "piece")),
    };
    let default = match row.outcome {
        RowOutcome::Default => ", the table's default and not the referral's word",
        _ => "",
    };
    format!(
        "{source}, {}, {}{by}{lossy}{removed}{default}",
        row.row, row.transform
    )
}

/// Why a row of the table sends nothing, in words.
const fn not_sent(outcome: RowOutcome) -> &'static str {
    match outcome {
        RowOutcome::Sent => "sent",
        RowOutcome::Absent => "the referral does not say",
        RowOutcome::Declined => "the person prefers not to say",
        RowOutcome::NotKnown => "nobody knows",
        RowOutcome::Withheld => "a consent that it needs is not given",
        RowOutcome::Prohibited => "prohibited",
        RowOutcome::NoWord => "the code list says that the provider has no word",
        RowOutcome::Omitted => "the code is not in the list, which leaves it out",
        RowOutcome::Unmapped => "the code is not in the list",
        RowOutcome::Default => "a default",
        RowOutcome::Malformed => "the value has not the shape that the transform takes",
        RowOutcome::NoPlace => "the installed files do not know the postcode",
        RowOutcome::Dropped => "left out by the table",
    }
}

/// Why a field is withheld: the table's own words, or those of a code.
fn why(reason: &str) -> &str {
    match reason {
        "consent-refused" => "the person said no to this recipient",
        "consent-withdrawn" => "the person took the consent for this recipient back",
        "consent-not-recorded" => "no consent for this recipient is recorded",
        "no-word" => "the provider's code list has no word for it",
        "in-part" => "a part of it is left out",
        own => own,
    }
}
