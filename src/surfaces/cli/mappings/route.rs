//! `route FILE`: who would serve the person, or why nobody; with `--explain` every provider
//! and every row of its tables. It tells rows and rules, never what is true of the person.

use std::io::{self, Write};
use std::path::PathBuf;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Common, as_on, opened_with, refused, stopped};
use crate::config::Settings;
use crate::domain::clock::PlanType;
use crate::domain::routing::{
    Area, Considered, Decision, NobodyReason, Outcome, Question, Standing, Via, ViaKind,
};
use crate::gateway::tables::{Days, KeptBack, Trial};
use crate::problem::Problem;
use crate::problem::area::{routing as problems, tables};
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
    /// Decides as on this day; ages stay those of the referral's day
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub on: Option<Date>,
    /// Decides as if this provider had no room; may be given several times
    #[arg(long, value_name = "SLUG")]
    pub full: Vec<String>,
    /// Where the tables are, and the format.
    #[command(flatten)]
    pub common: Common,
}

/// Runs the verb. Exit codes: 0 one provider serves, or the case would be held; 1 nobody or
/// several, or the referral would be refused all the same.
pub fn run(args: &Route, settings: &Settings, out: &mut dyn Write) -> i32 {
    let format = args.common.format;
    let (trial, sample) = match opened_with(&args.file, &args.common, settings) {
        Ok(read) => read,
        Err(problems) => return refused(&problems, format, out),
    };
    let referral = &sample.case.referral;
    if referral.person.security.hides_location() {
        return exit::after(&restricted(format, out), exit::OK);
    }
    let days = sample.days(args.on);
    let unlimited = args.full.iter().find(|slug| {
        let provider = trial.provider(slug);
        !provider.is_some_and(|provider| provider.capacity.is_limited())
    });
    if let Some(slug) = unlimited {
        let detail = format!("--full {slug}: no provider of this name has a [capacity]");
        let problem = Problem::new(&tables::VALUE_MISSING).with(detail);
        let (written, _) = stopped(&[problem], format, out);
        return exit::after(&written, exit::USAGE);
    }
    let decision = trial.decide_with_full(referral, days, &args.full);
    let plan = PlanType::of(&referral.work);
    let kept = trial.keeps_back(&sample.case, &decision, days);
    let is_refused = kept.is_some_and(|kept| kept.is_refused);
    let code = match decision.outcome {
        Outcome::One { .. } if !is_refused => exit::OK,
        _ => exit::FINDING,
    };
    let written = match format {
        Format::Json => json_answer(&trial, &decision, kept, (days, plan), out),
        Format::Text => {
            let told = text_answer(&trial, &decision, kept, (days, args.explain), out);
            told.and_then(|()| support(&trial, &decision.outcome, plan, out))
        }
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
    kept: Option<KeptBack>,
    (days, is_explained): (Days, bool),
    out: &mut dyn Write,
) -> io::Result<()> {
    if is_explained {
        let text = format!("{}, in the order of routing.csv:", capital(&as_on(days)));
        writeln!(out, "{}\n", wrap("", &text))?;
        for one in decision.considered.iter().filter(|one| !is_elsewhere(one)) {
            of_provider(one, out)?;
        }
        elsewhere(&decision.considered, out)?;
        for problem in trial.faults_of_areas() {
            let place = problem.path.as_deref().unwrap_or_default();
            let text = format!("{} {place}: not considered", problem.entry.code);
            writeln!(out, "{}\n", wrap("", &text))?;
        }
    }
    for line in result(trial, &decision.outcome, kept) {
        writeln!(out, "{}", wrap("", &line))?;
    }
    if let Outcome::One { questions, .. } = &decision.outcome {
        for question in questions {
            writeln!(out, "{}", wrap("  ", &asked(question)))?;
        }
    }
    Ok(())
}

/// How long support may take there, by what it is for.
fn support(
    trial: &Trial,
    outcome: &Outcome,
    plan: Option<PlanType>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Outcome::One { slug, .. } = outcome else {
        return Ok(());
    };
    let Some(provider) = trial.provider(slug) else {
        return Ok(());
    };
    let weeks = provider.clocks.support_weeks.cap(plan);
    let text = match plan {
        Some(plan) => format!("Support to {} may take {weeks} weeks.", plan.words()),
        None => format!(
            "Support may take {weeks} weeks: the referral does not say what it is for, so that \
             the longest time holds."
        ),
    };
    writeln!(out, "{}", wrap("", &text))
}

fn of_provider(one: &Considered, out: &mut dyn Write) -> io::Result<()> {
    let way = one.via.as_ref().map(|via| match via.kind {
        ViaKind::Split => format!(" (partner of {}, {})", via.from, via.row),
        ViaKind::Overflow => format!(" (instead of {}, {})", via.from, via.row),
    });
    let text = format!(
        "{}{}: {}",
        one.slug,
        way.unwrap_or_default(),
        standing(&one.result)
    );
    writeln!(out, "{}", wrap("", &text))?;
    for verdict in &one.verdicts {
        let said = verdict.outcome.code();
        let row = verdict.row.to_string();
        let text = format!("{:<9} {}", said, verdict.what);
        writeln!(out, "{}", wrap(&format!("  {row:<20} "), &text))?;
    }
    writeln!(out)
}

/// A provider of which no row speaks of the person's place.
fn is_elsewhere(one: &Considered) -> bool {
    one.verdicts.is_empty() && one.result == Standing::OutOfArea
}

/// All of those in one paragraph: they are most of the providers there are.
fn elsewhere(considered: &[Considered], out: &mut dyn Write) -> io::Result<()> {
    let slugs: Vec<&str> = considered
        .iter()
        .filter(|one| is_elsewhere(one))
        .map(|one| one.slug.as_str())
        .collect();
    if slugs.is_empty() {
        return Ok(());
    }
    let text = format!(
        "No row of catchment.csv takes the person in: {}.",
        slugs.join(", ")
    );
    writeln!(out, "{}\n", wrap("", &text))
}

fn standing(result: &Standing) -> String {
    match result {
        Standing::Match { basis, .. } => format!("serves the person, by {}", basis.code()),
        Standing::OutOfArea => "does not serve the place".to_owned(),
        Standing::NotEligible { reason, words } => {
            format!("refuses, {}: {words}", reason.code())
        }
        Standing::Unavailable(why) => format!("takes nobody, {}", why.code()),
        Standing::Full => "would serve the person and has no room".to_owned(),
    }
}

fn result(trial: &Trial, outcome: &Outcome, kept: Option<KeptBack>) -> Vec<String> {
    match outcome {
        Outcome::One {
            slug, basis, via, ..
        } => {
            let name = |slug: &str| {
                let provider = trial.provider(slug);
                provider.map_or_else(|| slug.to_owned(), |provider| provider.name.clone())
            };
            let way = via.as_ref().map(|via| match via.kind {
                ViaKind::Split => format!(", a partner of {} ({})", name(&via.from), via.row),
                ViaKind::Overflow => format!(", instead of {} ({})", name(&via.from), via.row),
            });
            let found = format!(
                "{} ({slug}), by {}{}.",
                name(slug),
                basis.code(),
                way.unwrap_or_default()
            );
            match kept {
                None => vec![format!("It goes to {found}")],
                Some(kept) => vec![
                    format!("It would go to {found}"),
                    format!("Nothing leaves, {}: {}.", kept.reason, kept.words),
                ],
            }
        }
        Outcome::Several { slugs } => {
            let ties: Vec<String> = trial
                .areas()
                .iter()
                .filter_map(|area| chooses_not(area, slugs))
                .collect();
            vec![format!(
                "It is refused: {} serve the person, and {} does not choose.",
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

/// What of an area leads to more than one of these.
fn chooses_not(area: &Area, slugs: &[String]) -> Option<String> {
    let is_listed = area
        .providers
        .iter()
        .any(|row| slugs.contains(&row.provider));
    if is_listed {
        return Some(format!("the tie rule of {}/area.toml", area.slug));
    }
    let is_split = area.splits.iter().any(|row| slugs.contains(&row.partner));
    is_split.then(|| format!("{}/split.csv", area.slug))
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
    format!(
        "It asks about {} ({}, {why}): {}",
        question.rule.code(),
        question.row,
        question.text()
    )
}

fn way(via: &Via) -> Value {
    json!({ "from": via.from, "by": via.kind.code(), "row": via.row.to_string() })
}

fn json_answer(
    trial: &Trial,
    decision: &Decision,
    kept: Option<KeptBack>,
    (days, plan): (Days, Option<PlanType>),
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
            "via": one.via.as_ref().map(way),
            "standing": one.result.code(),
            "rows": verdicts.collect::<Vec<Value>>(),
        })
    });
    let (outcome, more) = match &decision.outcome {
        Outcome::One {
            slug,
            basis,
            questions,
            via,
        } => {
            let asked = questions.iter().map(|question| {
                json!({
                    "about": question.rule.code(),
                    "row": question.row.to_string(),
                    "missing": question.missing,
                    "words": question.text(),
                })
            });
            let asked: Vec<Value> = asked.collect();
            let clocks = trial.provider(slug).map(|provider| provider.clocks);
            let weeks = clocks.map(|clocks| clocks.support_weeks.cap(plan));
            let more = json!({
                "provider": slug,
                "basis": basis.code(),
                "via": via.as_ref().map(way),
                "asks": asked,
                "keptBack": kept.map(|kept| {
                    json!({
                        "reason": kept.reason,
                        "words": kept.words,
                        "refused": kept.is_refused,
                    })
                }),
                "plan": plan.map(PlanType::code),
                "support-weeks": weeks,
            });
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
        "on": days.decided_on.to_string(),
        "referredOn": days.referred_on.to_string(),
        "areas": areas,
        "considered": considered.collect::<Vec<Value>>(),
        "outcome": outcome,
        "result": more,
    });
    writeln!(out, "{answer:#}")
}
