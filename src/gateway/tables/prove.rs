//! Runs the tests beside the tables: `tests/<case>/` holds a referral and what it becomes.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::referral::read_sample;
use super::trial::{Trial, payload_of, trace_csv};
use crate::domain::mapping::{Given, Rendered, render};
use crate::domain::provider::{PayloadKind, Provider};
use crate::problem::Problem;
use crate::problem::area::tables as entry;

const REFERRAL: &str = "referral.json";
const EXPECTED: &str = "expected.json";
const TRACE: &str = "expected-trace.csv";

/// What one test gave.
#[derive(Clone, Debug)]
pub struct Proof {
    /// `area/provider/tests/case`.
    pub place: String,
    /// Files that say something else than what came.
    pub differences: Vec<Difference>,
    /// Why it could not be run.
    pub problems: Vec<Problem>,
    /// Whether the expected files were written anew.
    pub is_written: bool,
}

impl Proof {
    /// Whether the case became what its files say.
    pub fn holds(&self) -> bool {
        self.differences.is_empty() && self.problems.is_empty()
    }
}

/// One file that says something else. Its texts hold the sample's values: a test is made of
/// invented people only.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The file, within the test.
    pub file: &'static str,
    /// What it says.
    pub expected: String,
    /// What came.
    pub found: String,
}

/// Runs every test of a provider, by name, with the places of a trial. With `is_update` what
/// differs is written.
pub fn prove(mappings: &Path, trial: &Trial, provider: &Provider, is_update: bool) -> Vec<Proof> {
    let within = format!("{}/{}/tests", provider.area, provider.slug);
    let folder = mappings.join(&within);
    let Ok(found) = fs::read_dir(&folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = found
        .flatten()
        .filter(|found| found.path().is_dir())
        .map(|found| found.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort_unstable();
    names
        .into_iter()
        .map(|name| {
            let place = format!("{within}/{name}");
            one(trial, provider, &folder.join(name), place, is_update)
        })
        .collect()
}

fn one(trial: &Trial, provider: &Provider, folder: &Path, place: String, is_update: bool) -> Proof {
    let mut proof = Proof {
        place,
        differences: Vec::new(),
        problems: Vec::new(),
        is_written: false,
    };
    let bytes = match fs::read(folder.join(REFERRAL)) {
        Ok(bytes) => bytes,
        Err(error) => {
            let detail = format!("the referral cannot be read ({})", error.kind());
            proof.problems.push(missing(&proof.place, REFERRAL, detail));
            return proof;
        }
    };
    let sample = match read_sample(&bytes, trial.condition_groups()) {
        Ok(sample) => sample,
        Err(problems) => {
            proof.problems = problems;
            return proof;
        }
    };
    let residence = trial.residence(&sample.case);
    let given = Given {
        referred_on: sample.day,
        residence: residence.as_ref(),
        questions: None,
    };
    let rendered = render(&sample.case, provider, given);
    let found = match outcome(&sample.case, provider, &rendered) {
        Ok(found) => found,
        Err(problems) => {
            proof.problems = problems;
            return proof;
        }
    };
    let trace = String::from_utf8_lossy(&trace_csv(&rendered)).into_owned();
    compare_json(&mut proof, &folder.join(EXPECTED), &found, is_update);
    compare_text(&mut proof, &folder.join(TRACE), trace, is_update);
    proof
}

/// The payload; or, where a case is not rendered, why not.
fn outcome(
    case: &crate::domain::case::Case,
    provider: &Provider,
    rendered: &Rendered<'_>,
) -> Result<Value, Vec<Problem>> {
    if !rendered.faults.is_empty() {
        let faults = rendered.faults.iter().map(|fault| {
            json!({
                "row": fault.row.to_string(),
                "target": fault.target,
                "source": fault.source,
                "code": fault.code.code(),
                "list": fault.list,
            })
        });
        return Ok(json!({ "not-sent": faults.collect::<Vec<Value>>() }));
    }
    let bytes = payload_of(case, provider, rendered)?;
    if provider.payload == PayloadKind::Csv {
        return Ok(by_column(&bytes));
    }
    // Our own writer's bytes are JSON.
    Ok(serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

/// A row of CSV by its columns, so that a test reads like any other.
fn by_column(bytes: &[u8]) -> Value {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().cloned().unwrap_or_default();
    let row = reader.records().next().and_then(Result::ok);
    let row = row.unwrap_or_default();
    let cells = header.iter().zip(row.iter());
    cells
        .map(|(column, cell)| (column.to_owned(), json!(cell)))
        .collect::<serde_json::Map<String, Value>>()
        .into()
}

fn compare_json(proof: &mut Proof, path: &Path, found: &Value, is_update: bool) {
    let text = fs::read_to_string(path).unwrap_or_default();
    let expected: Option<Value> = serde_json::from_str(&text).ok();
    if expected.as_ref() == Some(found) {
        return;
    }
    let found = format!("{found:#}\n");
    if is_update {
        return write(proof, path, EXPECTED, &found);
    }
    let expected = match expected {
        Some(expected) => format!("{expected:#}\n"),
        // A file that is no JSON is shown as it is.
        None => text,
    };
    proof.differences.push(Difference {
        file: EXPECTED,
        expected,
        found,
    });
}

fn compare_text(proof: &mut Proof, path: &Path, found: String, is_update: bool) {
    let text = fs::read_to_string(path).unwrap_or_default();
    let expected = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    if expected == found {
        return;
    }
    if is_update {
        return write(proof, path, TRACE, &found);
    }
    proof.differences.push(Difference {
        file: TRACE,
        expected,
        found,
    });
}

fn write(proof: &mut Proof, path: &Path, file: &str, text: &str) {
    match fs::write(path, text) {
        Ok(()) => proof.is_written = true,
        Err(error) => {
            let detail = format!("the file cannot be written ({})", error.kind());
            proof.problems.push(missing(&proof.place, file, detail));
        }
    }
}

fn missing(place: &str, file: &str, detail: String) -> Problem {
    Problem::new(&entry::TEST_DIFFERS)
        .at(format!("{place}/{file}"))
        .with(detail)
}
