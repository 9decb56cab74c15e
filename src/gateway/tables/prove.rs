//! Runs the tests beside the tables: `tests/<case>/` holds a referral and what it becomes.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::referral::{Sample, read_sample};
use super::routed::Routed;
use super::trial::{Trial, payload_of, trace_csv};
use crate::adapters::tables::{EXPECTED_ROUTE, expected_route, route_csv};
use crate::domain::mapping::{Given, Rendered, render};
use crate::domain::provider::{PayloadKind, Provider};
use crate::problem::Problem;
use crate::problem::area::tables as entry;

pub(super) const REFERRAL: &str = "referral.json";
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
    /// Whether it says where the person goes; a test without `expected-route.csv` does not.
    pub proves_route: bool,
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
    let bench = Bench {
        mappings,
        trial,
        provider,
        is_update,
    };
    let places = tests_of(mappings, &provider.area, &provider.slug);
    places.into_iter().map(|place| bench.one(place)).collect()
}

/// `area/provider/tests/case` of every test of a provider, by name.
pub(super) fn tests_of(mappings: &Path, area: &str, slug: &str) -> Vec<String> {
    let within = format!("{area}/{slug}/tests");
    let names = folders(&mappings.join(&within)).into_iter();
    names.map(|name| format!("{within}/{name}")).collect()
}

/// The names of the folders in a folder, sorted; hidden ones are not meant.
pub(super) fn folders(path: &Path) -> Vec<String> {
    let Ok(found) = fs::read_dir(path) else {
        return Vec::new();
    };
    let folders = found.flatten().filter(|found| found.path().is_dir());
    let names = folders.map(|found| found.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort_unstable();
    names
}

/// What the tests of a provider are run with.
struct Bench<'a> {
    mappings: &'a Path,
    trial: &'a Trial,
    provider: &'a Provider,
    is_update: bool,
}

impl Bench<'_> {
    fn one(&self, place: String) -> Proof {
        let mut proof = Proof {
            place,
            differences: Vec::new(),
            problems: Vec::new(),
            is_written: false,
            proves_route: true,
        };
        match self.sample(&proof.place) {
            Ok(sample) => self.run(&sample, &mut proof),
            Err(problems) => proof.problems = problems,
        }
        proof
    }

    fn sample(&self, place: &str) -> Result<Sample, Vec<Problem>> {
        let bytes = fs::read(self.mappings.join(place).join(REFERRAL)).map_err(|error| {
            let detail = format!("the referral cannot be read ({})", error.kind());
            vec![missing(place, REFERRAL, detail)]
        })?;
        let read = read_sample(&bytes, self.trial.condition_groups());
        let placed = |problem: &Problem| {
            let within = problem.path.as_deref().unwrap_or_default();
            let file = format!("{place}/{REFERRAL} {within}");
            problem.clone().at(file.trim_end())
        };
        read.map_err(|problems| problems.iter().map(placed).collect())
    }

    fn run(&self, sample: &Sample, proof: &mut Proof) {
        let case = &sample.case;
        let residence = self.trial.residence(case);
        let days = sample.days(None);
        let routed = Routed::of(self.trial, self.provider, sample, days);
        let given = Given {
            referred_on: days.referred_on,
            residence: residence.as_ref(),
            // As the decision leaves them to this provider, a hub's among them.
            questions: routed.questions.as_deref(),
        };
        let rendered = render(case, self.provider, given);
        let folder = self.mappings.join(&proof.place);
        let says_route = folder.join(EXPECTED_ROUTE).exists();
        // A person who goes elsewhere is a test of the route, and nothing is sent to this
        // provider: such a test has no expected.json. One that has it is held to it, and one
        // that has neither proves nothing.
        let is_sent = routed.is_here() || folder.join(EXPECTED).exists();
        if is_sent || !(says_route || self.is_update) {
            match outcome(case, self.provider, &rendered) {
                Ok(found) => {
                    let trace = String::from_utf8_lossy(&trace_csv(&rendered)).into_owned();
                    self.compare_json(proof, &folder, &found);
                    let expected = read_text(&folder.join(TRACE));
                    self.compare_text(proof, TRACE, expected, trace);
                }
                Err(problems) => proof.problems = problems,
            }
        }
        if says_route || self.is_update {
            let found = route_csv(&routed.rows(case, self.provider, &rendered));
            let expected = self.stated_route(&proof.place);
            self.compare_text(proof, EXPECTED_ROUTE, expected, found);
        } else {
            proof.proves_route = false;
        }
    }

    /// What a test says of the route. Rows are compared, however a spreadsheet wrote them; a
    /// file with a fault is shown as it is.
    fn stated_route(&self, place: &str) -> String {
        let slugs = self.trial.slugs();
        let known: Vec<&str> = slugs.iter().map(String::as_str).collect();
        match expected_route(self.mappings, place, &known) {
            Some((rows, faults)) if faults.is_empty() => route_csv(&rows),
            _ => read_text(&self.mappings.join(place).join(EXPECTED_ROUTE)),
        }
    }

    fn compare_json(&self, proof: &mut Proof, folder: &Path, found: &Value) {
        let text = fs::read_to_string(folder.join(EXPECTED)).unwrap_or_default();
        let expected: Option<Value> = serde_json::from_str(&text).ok();
        if expected.as_ref() == Some(found) {
            return;
        }
        let expected = match expected {
            Some(expected) => format!("{expected:#}\n"),
            // A file that is no JSON is shown as it is.
            None => text,
        };
        self.compare_text(proof, EXPECTED, expected, format!("{found:#}\n"));
    }

    fn compare_text(&self, proof: &mut Proof, file: &'static str, expected: String, found: String) {
        if expected == found {
            return;
        }
        if !self.is_update {
            proof.differences.push(Difference {
                file,
                expected,
                found,
            });
            return;
        }
        match fs::write(self.mappings.join(&proof.place).join(file), found) {
            Ok(()) => proof.is_written = true,
            Err(error) => {
                let detail = format!("the file cannot be written ({})", error.kind());
                proof.problems.push(missing(&proof.place, file, detail));
            }
        }
    }
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

/// A text as it stands in a file, whatever program saved it; nothing where there is none.
fn read_text(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.trim_start_matches('\u{feff}').replace("\r\n", "\n")
}

fn missing(place: &str, file: &str, detail: String) -> Problem {
    Problem::new(&entry::TEST_DIFFERS)
        .at(format!("{place}/{file}"))
        .with(detail)
}
