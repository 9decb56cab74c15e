//! `mappings export|import`: one code list as a FHIR R4 ConceptMap, and back.

use std::io::{self, Write};
use std::path::Path;

use jiff::civil::Date;
use serde_json::json;

use super::{Common, as_json, count, opened_for, refused, told};
use crate::config::Settings;
use crate::gateway::tables::{self, Report, Written, check};
use crate::problem::{Problem, area::tables_in_use as in_use};
use crate::surfaces::cli::{Format, exit, wrap};

/// Both formats are the map itself.
pub(super) fn export(
    common: &Common,
    settings: &Settings,
    slug: &str,
    list: &str,
    out: &mut dyn Write,
) -> i32 {
    let root = common.root(settings);
    let trial = match opened_for(slug, common, settings, out) {
        Ok(trial) => trial,
        Err(code) => return code,
    };
    match tables::export(root, &trial, slug, list) {
        Ok(bytes) => exit::after(&out.write_all(&bytes), exit::OK),
        Err(problems) => refused(&problems, common.format, out),
    }
}

/// What is to be read, and into which list.
pub(super) struct Wanted<'a> {
    pub provider: &'a str,
    pub file: &'a Path,
    pub list: &'a str,
    pub replace: bool,
}

pub(super) fn import(
    common: &Common,
    settings: &Settings,
    wanted: &Wanted<'_>,
    today: Date,
    out: &mut dyn Write,
) -> i32 {
    let root = common.root(settings);
    let trial = match opened_for(wanted.provider, common, settings, out) {
        Ok(trial) => trial,
        Err(code) => return code,
    };
    let area = trial
        .provider(wanted.provider)
        .map_or("", |found| found.area.as_str());
    let folder = format!("{area}/{}", wanted.provider);
    let bytes = match std::fs::read(wanted.file) {
        Ok(bytes) => bytes,
        Err(error) => {
            let detail = format!("the file cannot be read ({})", error.kind());
            let problem =
                Problem::new(&in_use::NO_CONCEPT_MAP).at(wanted.file.display().to_string());
            return refused(&[problem.with(detail)], common.format, out);
        }
    };
    let written = tables::import(root, &folder, wanted.list, bytes, wanted.replace);
    let written = match written {
        Ok(written) => written,
        Err(problems) => return refused(&problems, common.format, out),
    };
    // What was read is a table like any other, and is told its faults like one.
    let report = check(root, &[wanted.provider.to_owned()], today).unwrap_or_default();
    let code = if report.faults() > 0 {
        exit::FINDING
    } else {
        exit::OK
    };
    let told = match common.format {
        Format::Json => json_answer(&written, &report, out),
        Format::Text => text_answer(&written, &report, out),
    };
    exit::after(&told, code)
}

fn text_answer(written: &Written, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for found in &report.findings {
        writeln!(out, "{}\n", told(found))?;
    }
    let how = if written.replaced { " anew" } else { "" };
    let words = format!(
        "{} was written{how} with {}; its tables have {}, {}.",
        written.place,
        count(written.rows, "row"),
        count(report.faults(), "fault"),
        count(report.warnings(), "warning")
    );
    writeln!(out, "{}", wrap("", &words))
}

fn json_answer(written: &Written, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let findings = report.findings.iter().map(as_json);
    let answer = json!({
        "file": written.place,
        "rows": written.rows,
        "replaced": written.replaced,
        "sound": report.faults() == 0,
        "findings": findings.collect::<Vec<_>>(),
    });
    writeln!(out, "{answer:#}")
}
