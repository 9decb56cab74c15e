//! `mappings approve`: a person has read a provider's tables and approves them as they are.

use std::io::{self, Write};

use jiff::civil::Date;
use serde_json::json;

use super::{Common, opened_for, refused, unknown};
use crate::config::Settings;
use crate::gateway::tables::approve::{APPROVALS, Recorded, record, short};
use crate::gateway::tables::{Proof, check, prove};
use crate::problem::Problem;
use crate::problem::area::tables_in_use as entry;
use crate::surfaces::cli::{Format, exit, wrap};

pub(super) fn run(
    common: &Common,
    settings: &Settings,
    slug: &str,
    by: &str,
    today: Date,
    out: &mut dyn Write,
) -> i32 {
    let root = common.root(settings);
    let trial = match opened_for(slug, common, settings, out) {
        Ok(trial) => trial,
        Err(code) => return code,
    };
    let Some(provider) = trial.provider(slug) else {
        return exit::BUG;
    };
    let report = match check(root, &[slug.to_owned()], today) {
        Ok(report) => report,
        Err(names) => return unknown(&names),
    };
    if report.faults() > 0 {
        return refused(&report.findings, common.format, out);
    }
    let proofs = prove(root, &trial, provider, false);
    if proofs.is_empty() || !proofs.iter().all(Proof::holds) {
        let detail = "run `mappings test`: its tests do not hold, or there is none";
        let place = format!("{}/{slug}/tests", provider.area);
        let problem = Problem::new(&entry::NOT_APPROVABLE).at(place).with(detail);
        return refused(&[problem], common.format, out);
    }
    let done = match record(root, provider, by, today) {
        Ok(done) => done,
        Err(problems) => return refused(&problems, common.format, out),
    };
    let written = match common.format {
        Format::Json => json_answer(&done, &provider.area, out),
        Format::Text => text_answer(&done, &provider.area, out),
    };
    exit::after(&written, exit::OK)
}

fn text_answer(done: &Recorded, area: &str, out: &mut dyn Write) -> io::Result<()> {
    let row = &done.row;
    let words = format!(
        "{} approves {area}/{} version {} ({}).",
        row.by,
        row.provider,
        row.version,
        short(&row.digest)
    );
    writeln!(out, "{}", wrap("", &words))?;
    let next = if done.is_whole() {
        format!("Approved by {}.", done.persons.join(" and "))
    } else {
        "It takes another person.".to_owned()
    };
    let commit = format!("Commit {area}/{APPROVALS} with the tables.");
    writeln!(out, "{}", wrap("", &format!("{next} {commit}")))
}

fn json_answer(done: &Recorded, area: &str, out: &mut dyn Write) -> io::Result<()> {
    let row = &done.row;
    let answer = json!({
        "area": area,
        "provider": row.provider,
        "version": row.version,
        "digest": row.digest,
        "by": done.persons,
        "approved": done.is_whole(),
    });
    writeln!(out, "{answer:#}")
}
