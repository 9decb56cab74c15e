//! `mappings check`: every fault at once, each with its place and what to write.

use std::io::{self, Write};

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Common, as_json, count, told, unknown};
use crate::config::{Approval, Settings};
use crate::gateway::tables::{Checked, Report, check_with, judge_destinations, require_approval};
use crate::surfaces::cli::{Format, exit, wrap};

pub(super) fn run(
    common: &Common,
    settings: &Settings,
    names: &[String],
    deny_warnings: bool,
    today: Date,
    out: &mut dyn Write,
) -> i32 {
    let root = common.root(settings);
    let mut report = match check_with(root, Some(&settings.tables.places), names, today) {
        Ok(report) => report,
        Err(names) => return unknown(&names),
    };
    if settings.tables.approval == Approval::Required {
        require_approval(&mut report, root);
    }
    judge_destinations(&mut report, root, settings);
    let denied = report.faults() > 0 || (deny_warnings && report.warnings() > 0);
    let written = match common.format {
        Format::Json => json_answer(&report, !denied, out),
        Format::Text => text_answer(&report, out),
    };
    exit::after(&written, if denied { exit::FINDING } else { exit::OK })
}

fn text_answer(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for found in &report.findings {
        writeln!(out, "{}\n", told(found))?;
    }
    for one in &report.providers {
        let name = format!("{}/{}", one.area, one.slug);
        match &one.tables {
            Some(_) if !one.area_used => {
                writeln!(out, "not used {name}: its area is not used")?;
            }
            Some((version, digest)) => {
                let digest = digest.get(..12).unwrap_or(digest);
                writeln!(out, "usable   {name:<42}  {version:<8}  {digest}")?;
            }
            None => writeln!(out, "not used {name}: no referral goes there")?,
        }
    }
    for area in &report.areas_not_used {
        let says = "the area is not used, because its own files have faults: nobody is routed \
                    to any of its providers";
        writeln!(out, "{}", wrap(&format!("not used {area}: "), says))?;
    }
    writeln!(
        out,
        "{}: {}, {}.",
        count(report.providers.len(), "provider"),
        count(report.faults(), "fault"),
        count(report.warnings(), "warning")
    )
}

fn json_answer(report: &Report, is_sound: bool, out: &mut dyn Write) -> io::Result<()> {
    let providers: Vec<Value> = report.providers.iter().map(provider).collect();
    let findings: Vec<Value> = report.findings.iter().map(as_json).collect();
    let answer = json!({
        "sound": is_sound,
        "providers": providers,
        "areasNotUsed": report.areas_not_used,
        "findings": findings,
    });
    writeln!(out, "{answer:#}")
}

fn provider(one: &Checked) -> Value {
    let (version, digest) = one.tables.clone().unzip();
    json!({
        "area": one.area,
        "provider": one.slug,
        "usable": one.tables.is_some() && one.area_used,
        "areaUsed": one.area_used,
        "version": version,
        "digest": digest,
    })
}
