//! `mappings test`: the tests beside the tables, and a line by line account of what differs.

use std::io::{self, Write};

use jiff::civil::Date;
use serde_json::{Value, json};

use super::diff::diff;
use super::{Common, as_json, count, refused, stopped, told, unknown};
use crate::config::Settings;
use crate::gateway::tables::{Checked, Proof, Trial, check, prove};
use crate::problem::Problem;
use crate::surfaces::cli::{Format, exit, wrap};

/// One provider and its tests; none when its tables or those of its area cannot be used.
type Proved<'a> = (&'a Checked, Option<Vec<Proof>>);

pub(super) fn run(
    common: &Common,
    settings: &Settings,
    names: &[String],
    is_update: bool,
    today: Date,
    out: &mut dyn Write,
) -> i32 {
    let root = common.root(settings);
    let report = match check(root, names, today) {
        Ok(report) => report,
        Err(names) => return unknown(&names),
    };
    if report.providers.is_empty() && report.faults() > 0 {
        return refused(&report.findings, common.format, out);
    }
    let trial = match Trial::open(root, &settings.tables.places) {
        Ok(trial) => trial,
        Err(problems) => return refused(&problems, common.format, out),
    };
    // What came of tables that decide otherwise than they are meant to is no expectation.
    let unusable = trial.unusable();
    if is_update && !unusable.is_empty() {
        return exit::after(&not_written(&unusable, common.format, out), exit::FINDING);
    }
    let proved: Vec<Proved<'_>> = report
        .providers
        .iter()
        .map(|one| {
            let provider = trial.provider(&one.slug).filter(|_| one.area_used);
            let proofs = provider.map(|provider| prove(root, &trial, provider, is_update));
            (one, proofs)
        })
        .collect();
    let holds = |one: &Proved<'_>| {
        one.1
            .as_ref()
            .is_some_and(|all| all.iter().all(Proof::holds))
    };
    let all_hold = proved.iter().all(holds);
    let written = match common.format {
        Format::Json => json_answer(&proved, all_hold, out),
        Format::Text => text_answer(&proved, out),
    };
    exit::after(&written, if all_hold { exit::OK } else { exit::FINDING })
}

/// Why no expected file is written.
fn not_written(faults: &[Problem], format: Format, out: &mut dyn Write) -> io::Result<()> {
    let (written, _) = stopped(faults, format, out);
    if format == Format::Text {
        let words = "Nothing is run and nothing is written: tables with faults take part in \
                     deciding where people go, and what comes of them would be expected from \
                     now on. Put them right first.";
        return written.and_then(|()| writeln!(out, "\n{}", wrap("", words)));
    }
    written
}

fn text_answer(proved: &[Proved<'_>], out: &mut dyn Write) -> io::Result<()> {
    let (mut run, mut failed) = (0, 0);
    for (one, proofs) in proved {
        let name = format!("{}/{}", one.area, one.slug);
        let Some(proofs) = proofs else {
            failed += 1;
            let whose = if one.area_used {
                "its tables have faults"
            } else {
                "its area is not used"
            };
            writeln!(out, "not run  {name}: {whose}; see `mappings check`")?;
            continue;
        };
        if proofs.is_empty() {
            writeln!(out, "no test  {name}: add tests/<case>/referral.json")?;
        }
        for proof in proofs {
            run += 1;
            failed += usize::from(!proof.holds());
            of_proof(proof, out)?;
        }
    }
    match failed {
        0 => writeln!(out, "{}: all hold.", count(run, "test")),
        _ => writeln!(out, "{}: {failed} did not hold or run.", count(run, "test")),
    }
}

fn of_proof(proof: &Proof, out: &mut dyn Write) -> io::Result<()> {
    let mark = match (proof.holds(), proof.is_written) {
        (true, true) => "written",
        (true, false) => "holds",
        (false, _) => "differs",
    };
    writeln!(out, "{mark:<7}  {}", proof.place)?;
    if !proof.proves_route {
        let words = "it does not say where the person goes: `mappings test --update` writes \
                     expected-route.csv";
        writeln!(out, "{}", wrap("         ", words))?;
    }
    for problem in &proof.problems {
        writeln!(out, "{}", told(problem))?;
    }
    for difference in &proof.differences {
        writeln!(out, "         {} (- expected, + came)", difference.file)?;
        for line in diff(&difference.expected, &difference.found) {
            writeln!(out, "         {line}")?;
        }
    }
    Ok(())
}

fn json_answer(proved: &[Proved<'_>], all_hold: bool, out: &mut dyn Write) -> io::Result<()> {
    let providers: Vec<Value> = proved
        .iter()
        .map(|(one, proofs)| {
            let tests = proofs.iter().flatten().map(|proof| {
                let differences = proof.differences.iter().map(|difference| {
                    let lines = diff(&difference.expected, &difference.found);
                    json!({ "file": difference.file, "lines": lines })
                });
                json!({
                    "test": proof.place,
                    "holds": proof.holds(),
                    "written": proof.is_written,
                    "provesRoute": proof.proves_route,
                    "findings": proof.problems.iter().map(as_json).collect::<Vec<Value>>(),
                    "differences": differences.collect::<Vec<Value>>(),
                })
            });
            json!({
                "area": one.area,
                "provider": one.slug,
                "usable": proofs.is_some(),
                "areaUsed": one.area_used,
                "tests": tests.collect::<Vec<Value>>(),
            })
        })
        .collect();
    writeln!(
        out,
        "{:#}",
        json!({ "holds": all_hold, "providers": providers })
    )
}
