//! `mappings diff BEFORE AFTER`: golden cases, and on request stored ones, through two
//! states of the tables. Values are shown of golden cases only.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{as_json, count, refused, told};
use crate::config::Settings;
use crate::domain::caller::Caller;
use crate::gateway::Gateway;
use crate::gateway::tables::{Changed, Compared, Comparison, FieldChange};
use crate::problem::Problem;
use crate::surfaces::cli::{Format, exit, wrap};
use crate::telemetry::colour;

/// Which tables to compare, and what with.
#[derive(Clone, Debug, clap::Args)]
pub struct Diff {
    /// The tables as they were: a folder of areas
    pub before: PathBuf,
    /// The tables as they are to be
    pub after: PathBuf,
    /// The open cases of the store too; never a value of theirs
    #[arg(long)]
    pub store: bool,
    /// At most so many stored cases, the oldest first
    #[arg(long, value_name = "COUNT", default_value_t = 1_000,
        value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub limit: u32,
    /// Decides as on this day, not as on the day on which each case came
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub on: Option<Date>,
    /// How the answer is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

/// Everything that was compared.
struct Answer {
    golden: Vec<Compared>,
    stored: Option<Vec<Compared>>,
    problems: Vec<Problem>,
    /// Providers that only one side can use.
    only: (Vec<String>, Vec<String>),
}

impl Answer {
    fn of(comparison: &Comparison) -> Self {
        let (golden, unread) = comparison.golden();
        let mut problems = comparison.faults();
        problems.extend(unread);
        Self {
            golden,
            stored: None,
            problems,
            only: comparison.providers(),
        }
    }

    fn is_same(&self) -> bool {
        let cases = self.golden.iter().chain(self.stored.iter().flatten());
        let mut cases = cases.filter(|one| one.changed.is_some());
        cases.next().is_none()
            && self.problems.is_empty()
            && self.only.0.is_empty()
            && self.only.1.is_empty()
    }
}

/// Exit codes as those of `diff`: 0 nothing changes, 1 something does.
pub(super) fn run(args: &Diff, settings: &Settings, out: &mut dyn Write) -> i32 {
    let places = &settings.tables.places;
    match Comparison::open(&args.before, &args.after, places) {
        Ok(comparison) => {
            let answer = Answer::of(&comparison.decided_on(args.on));
            written(&answer, args.format, out)
        }
        Err(problems) => refused(&problems, args.format, out),
    }
}

/// The same with the open cases of the store.
pub(super) async fn run_with_store(
    args: &Diff,
    gateway: &Gateway,
    caller: &Caller,
    out: &mut dyn Write,
) -> i32 {
    let places = &gateway.settings().tables.places;
    let comparison = match Comparison::open(&args.before, &args.after, places) {
        Ok(comparison) => comparison.decided_on(args.on),
        Err(problems) => return refused(&problems, args.format, out),
    };
    let mut answer = Answer::of(&comparison);
    if args.store {
        let stored = gateway
            .compare_stored(caller, &comparison, args.limit)
            .await;
        match stored {
            Ok(stored) => answer.stored = Some(stored),
            Err(problem) => return refused(&[problem], args.format, out),
        }
    }
    written(&answer, args.format, out)
}

fn written(answer: &Answer, format: Format, out: &mut dyn Write) -> i32 {
    let written = match format {
        Format::Json => writeln!(out, "{:#}", as_tree(answer)),
        Format::Text => {
            let colour = colour::is_wanted(io::stdout().is_terminal());
            text(answer, &Paint { colour }, out)
        }
    };
    let code = if answer.is_same() {
        exit::OK
    } else {
        exit::FINDING
    };
    exit::after(&written, code)
}

/// Red for what was and green for what is, on a terminal.
struct Paint {
    colour: bool,
}

impl Paint {
    fn line(&self, mark: char, text: &str) -> String {
        let line = wrap(&format!("      {mark} "), text);
        let code = if mark == '-' { "31" } else { "32" };
        if self.colour {
            format!("\u{1b}[{code}m{line}\u{1b}[0m")
        } else {
            line
        }
    }
}

fn text(answer: &Answer, paint: &Paint, out: &mut dyn Write) -> io::Result<()> {
    for problem in &answer.problems {
        writeln!(out, "{}\n", told(problem))?;
    }
    for (slugs, when) in [(&answer.only.0, "before"), (&answer.only.1, "after")] {
        if !slugs.is_empty() {
            let words = format!("Only {when}: {}.", slugs.join(", "));
            writeln!(out, "{}", wrap("", &words))?;
        }
    }
    let mut shown = of_cases(&answer.golden, paint, out)?;
    if let Some(stored) = &answer.stored {
        shown += of_cases(stored, paint, out)?;
    }
    if shown > 0 {
        writeln!(out)?;
    }
    writeln!(out, "{}", summary("golden case", &answer.golden))?;
    if let Some(stored) = &answer.stored {
        writeln!(out, "{}", summary("stored case", stored))?;
    }
    Ok(())
}

fn summary(noun: &str, cases: &[Compared]) -> String {
    let changes: Vec<&Changed> = cases
        .iter()
        .filter_map(|one| one.changed.as_ref())
        .collect();
    let routes = changes.iter().filter(|one| one.route.is_some()).count();
    let words = match changes.len() {
        0 => format!("{}: none changes.", count(cases.len(), noun)),
        changed => format!(
            "{}: {changed} changed, {routes} of them in where they go.",
            count(cases.len(), noun)
        ),
    };
    wrap("", &words)
}

fn of_cases(cases: &[Compared], paint: &Paint, out: &mut dyn Write) -> io::Result<usize> {
    let mut shown = 0;
    for one in cases {
        let Some(changed) = &one.changed else {
            continue;
        };
        shown += 1;
        writeln!(out, "{}", wrap("", &one.case))?;
        if let Some((before, after)) = &changed.route {
            writeln!(out, "    goes to")?;
            writeln!(
                out,
                "{}\n{}",
                paint.line('-', before),
                paint.line('+', after)
            )?;
        }
        if let Some((before, after)) = &changed.stopped {
            writeln!(out, "    is stopped by")?;
            writeln!(out, "{}", paint.line('-', &nothing_or(before)))?;
            writeln!(out, "{}", paint.line('+', &nothing_or(after)))?;
        }
        for field in &changed.fields {
            of_field(field, &one.provider, paint, out)?;
        }
    }
    Ok(shown)
}

fn of_field(
    field: &FieldChange,
    provider: &str,
    paint: &Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let head = format!("{} for {provider}: {}", field.target, field.how);
    writeln!(out, "{}", wrap("    ", &head))?;
    let Some((before, after)) = &field.values else {
        return Ok(());
    };
    for (mark, texts) in [('-', before), ('+', after)] {
        for text in texts {
            writeln!(out, "{}", paint.line(mark, text))?;
        }
    }
    Ok(())
}

fn nothing_or(reasons: &[String]) -> String {
    if reasons.is_empty() {
        "nothing".to_owned()
    } else {
        reasons.join("; ")
    }
}

fn as_tree(answer: &Answer) -> Value {
    let cases = |all: &[Compared]| all.iter().filter_map(case).collect::<Vec<Value>>();
    let mut tree = json!({
        "same": answer.is_same(),
        "onlyBefore": answer.only.0,
        "onlyAfter": answer.only.1,
        "golden": { "compared": answer.golden.len(), "changed": cases(&answer.golden) },
        "findings": answer.problems.iter().map(as_json).collect::<Vec<Value>>(),
    });
    if let Some(stored) = &answer.stored {
        tree["stored"] = json!({ "compared": stored.len(), "changed": cases(stored) });
    }
    tree
}

fn case(one: &Compared) -> Option<Value> {
    let changed = one.changed.as_ref()?;
    let pair = |before: Value, after: Value| json!({ "before": before, "after": after });
    let fields = changed.fields.iter().map(|field| {
        let mut tree = json!({ "target": field.target, "how": field.how });
        if let Some((before, after)) = &field.values {
            tree["before"] = json!(before);
            tree["after"] = json!(after);
        }
        tree
    });
    let route = changed.route.as_ref();
    let stopped = changed.stopped.as_ref();
    Some(json!({
        "case": one.case,
        "provider": one.provider,
        "route": route.map(|(before, after)| pair(json!(before), json!(after))),
        "stopped": stopped.map(|(before, after)| pair(json!(before), json!(after))),
        "fields": fields.collect::<Vec<Value>>(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_stands_on_whole_lines_and_only_where_it_is_asked_for() {
        let plain = Paint { colour: false }.line('-', "In work");
        assert_eq!(plain, "      - In work");
        let painted = Paint { colour: true }.line('+', "In work");
        assert_eq!(painted, "\u{1b}[32m      + In work\u{1b}[0m");
    }
}
