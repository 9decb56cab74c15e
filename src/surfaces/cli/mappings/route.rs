//! `route FILE`: who would serve the person, or why nobody; with `--explain` every provider
//! and every row of its tables. It tells rows and rules, never what is true of the person.

use std::io::{self, Write};
use std::path::PathBuf;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Common, referral, stopped};
use crate::config::Settings;
use crate::domain::routing::{Considered, Decision, NobodyReason, Outcome, Question, Standing};
use crate::gateway::tables::Trial;
use crate::problem::area::routing as problems;
use crate::problem::page::capital;
use crate::surfaces::cli::{Format, exit, wrap};

/// See which provider would serve the person; nothing is sent
#[derive(Clone, Debug, clap::Args)]
pub struct Route {
    /// A BaRS message or a canonical case, as JSON
    pub file: PathBuf,
    /// Every provider that is considered, and what each row says
    #[arg(long)]
    pub explain: bool,
    /// Decides as on this day, not as on the referral's own
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub on: Option<Date>,
    /// Where the tables are, and the format.
    #[command(flatten)]
    pub common: Common,
}

/// Runs the verb. Exit codes: 0 one provider serves, or the case would be held; 1 nobody or
/// several.
pub fn run(args: &Route, settings: &Settings, out: &mut dyn Write) -> i32 {
    let format = args.common.format;
    let trial = Trial::open(args.common.root(settings), &settings.tables.places);
    let read = trial.and_then(|trial| Ok((trial, referral(&args.file)?)));
    let (trial, sample) = match read {
        Ok(read) => read,
        Err(problems) => {
            let (written, code) = stopped(&problems, format, out);
            return exit::after(&written, code);
        }
    };
    let referral = &sample.case.referral;
    if referral.person.security.hides_location() {
        return exit::after(&restricted(format, out), exit::OK);
    }
    let today = args.on.unwrap_or(sample.day);
    let decision = trial.decide(referral, today);
    let code = match decision.outcome {
        Outcome::One { .. } => exit::OK,
        _ => exit::FINDING,
    };
    let written = match format {
        Format::Json => json_answer(&trial, &decision, today, out),
        Format::Text => text_answer(&trial, &decision, today, args.explain, out),
    };
    exit::after(&written, code)
}

fn restricted(format: Format, out: &mut dyn Write) -> io::Result<()> {
    let text =
        "The record is restricted: the case is held for a person, and no place is looked up.";
    match format {
        Format::Json => writeln!(
            out,
            "{:#}",
            json!({ "outcome": "held", "why": "restricted" })
        ),
        Format::Text => writeln!(out, "{}", wrap("", text)),
    }
}

fn text_answer(
    trial: &Trial,
    decision: &Decision,
    today: Date,
    is_explained: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    if is_explained {
        writeln!(out, "As on {today}, in the order of routing.csv:\n")?;
        for one in &decision.considered {
            of_provider(one, out)?;
        }
        for problem in trial.faults_of_areas() {
            let place = problem.path.as_deref().unwrap_or_default();
            let text = format!("{} {place}: not considered", problem.entry.code);
            writeln!(out, "{}\n", wrap("", &text))?;
        }
    }
    for line in result(trial, &decision.outcome) {
        writeln!(out, "{}", wrap("", &line))?;
    }
    if let Outcome::One { questions, .. } = &decision.outcome {
        for question in questions {
            writeln!(out, "{}", wrap("  ", &asked(question)))?;
        }
    }
    Ok(())
}

fn of_provider(one: &Considered, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{}",
        wrap("", &format!("{}: {}", one.slug, standing(&one.result)))
    )?;
    for verdict in &one.verdicts {
        let said = verdict.outcome.code();
        let row = verdict.row.to_string();
        let text = format!("{:<9} {}", said, verdict.what);
        writeln!(out, "{}", wrap(&format!("  {row:<20} "), &text))?;
    }
    if one.verdicts.is_empty() && one.result == Standing::OutOfArea {
        writeln!(out, "  {:<20} no row takes the person in", "catchment.csv")?;
    }
    writeln!(out)
}

fn standing(result: &Standing) -> String {
    match result {
        Standing::Match { basis, .. } => format!("serves the person, by {}", basis.code()),
        Standing::OutOfArea => "does not serve the place".to_owned(),
        Standing::NotEligible { reason, words } => {
            format!("refuses, {}: {words}", reason.code())
        }
        Standing::Unavailable(why) => format!("takes nobody, {}", why.code()),
    }
}

fn result(trial: &Trial, outcome: &Outcome) -> Vec<String> {
    match outcome {
        Outcome::One { slug, basis, .. } => {
            let name = trial
                .provider(slug)
                .map_or(slug.as_str(), |p| p.name.as_str());
            vec![format!("It goes to {name} ({slug}), by {}.", basis.code())]
        }
        Outcome::Several { slugs } => {
            let ties: Vec<String> = trial
                .areas()
                .iter()
                .filter(|area| {
                    area.providers
                        .iter()
                        .any(|row| slugs.contains(&row.provider))
                })
                .map(|area| format!("{}/area.toml", area.slug))
                .collect();
            vec![format!(
                "It is refused: {} serve the person, and the tie rule of {} does not choose.",
                slugs.join(" and "),
                ties.join(" and ")
            )]
        }
        Outcome::Nobody { reasons } => {
            let mut lines = vec!["It is refused: nobody serves the person.".to_owned()];
            lines.extend(reasons.iter().map(|reason| nobody(*reason)));
            lines
        }
    }
}

fn nobody(reason: NobodyReason) -> String {
    let code = reason.code();
    match problems::of_reason(code) {
        Some(entry) => format!("{} {}: {}", entry.code, code, capital(entry.meaning)),
        None => code.to_owned(),
    }
}

fn asked(question: &Question) -> String {
    let why = if question.missing {
        "the referral does not say"
    } else {
        "the table asks"
    };
    let words = if question.words.is_empty() {
        String::new()
    } else {
        format!(": {}", question.words)
    };
    format!(
        "It asks about {} ({}, {why}){words}",
        question.rule.code(),
        question.row
    )
}

fn json_answer(
    trial: &Trial,
    decision: &Decision,
    today: Date,
    out: &mut dyn Write,
) -> io::Result<()> {
    let considered = decision.considered.iter().map(|one| {
        let verdicts = one.verdicts.iter().map(|verdict| {
            json!({
                "row": verdict.row.to_string(),
                "rule": verdict.what,
                "says": verdict.outcome.code(),
            })
        });
        json!({
            "provider": one.slug,
            "standing": one.result.code(),
            "rows": verdicts.collect::<Vec<Value>>(),
        })
    });
    let (outcome, more) = match &decision.outcome {
        Outcome::One {
            slug,
            basis,
            questions,
        } => {
            let asked = questions.iter().map(|question| {
                json!({
                    "about": question.rule.code(),
                    "row": question.row.to_string(),
                    "missing": question.missing,
                    "words": question.words,
                })
            });
            let asked: Vec<Value> = asked.collect();
            let more = json!({ "provider": slug, "basis": basis.code(), "asks": asked });
            ("one", more)
        }
        Outcome::Several { slugs } => ("several", json!({ "providers": slugs })),
        Outcome::Nobody { reasons } => {
            let reasons: Vec<&str> = reasons.iter().map(|reason| reason.code()).collect();
            ("nobody", json!({ "reasons": reasons }))
        }
    };
    let areas: Vec<&str> = trial
        .areas()
        .iter()
        .map(|area| area.slug.as_str())
        .collect();
    let answer = json!({
        "on": today.to_string(),
        "areas": areas,
        "considered": considered.collect::<Vec<Value>>(),
        "outcome": outcome,
        "result": more,
    });
    writeln!(out, "{answer:#}")
}
