//! A set of places written by hand, as CSV, and held in memory: the synthetic county, or
//! the few places of a trial.

use std::collections::HashMap;
use std::path::Path;

use jiff::civil::Date;

use crate::domain::identifiers::{OdsCode, Postcode};
use crate::domain::organisation::{Organisation, Succession, Term};
use crate::domain::routing::Residence;
use crate::problem::area::tables as entry;
use crate::problem::{Entry, Problem};

pub(super) const POSTCODES: &str = "postcodes.csv";
pub(super) const PRACTICES: &str = "practices.csv";
pub(super) const ORGANISATIONS: &str = "organisations.csv";

const POSTCODE_HEADER: &[&str] = &["postcode", "la", "lsoa", "icb"];
const PRACTICE_HEADER: &[&str] = &["ods", "pcn", "icb", "name"];
const ORGANISATION_HEADER: &[&str] = &["ods", "name", "opened", "closed", "successor", "from"];

/// The places of the set.
#[derive(Debug, Default)]
pub(in crate::adapters) struct Set {
    pub(super) by_postcode: HashMap<String, Residence>,
    pub(super) organisations: HashMap<String, Organisation>,
}

impl Set {
    /// Whether a folder holds a set.
    pub(super) fn is_in(folder: &Path) -> bool {
        [POSTCODES, PRACTICES]
            .iter()
            .any(|name| folder.join(name).exists())
    }

    /// Reads the files of a folder; `organisations.csv` may be missing.
    pub(super) fn open(folder: &Path) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut text = |name: &str| match std::fs::read_to_string(folder.join(name)) {
            Ok(text) => text,
            Err(error) => {
                let detail = format!("the file cannot be read ({})", error.kind());
                let missing = Problem::new(&entry::FILE_MISSING).at(format!("{name}:1:1"));
                problems.push(missing.with(detail));
                String::new()
            }
        };
        let (postcodes, practices) = (text(POSTCODES), text(PRACTICES));
        let has_more = folder.join(ORGANISATIONS).exists();
        let organisations = has_more.then(|| text(ORGANISATIONS));
        if !problems.is_empty() {
            return Err(problems);
        }
        Self::read(&postcodes, &practices, organisations.as_deref())
    }

    /// Reads the texts of the files.
    pub(super) fn read(
        postcodes: &str,
        practices: &str,
        more: Option<&str>,
    ) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let by_postcode = self::postcodes(postcodes, &mut problems);
        let mut all = self::practices(practices, &mut problems);
        if let Some(more) = more {
            organisations(more, &mut all, &mut problems);
        }
        if problems.is_empty() {
            return Ok(Self {
                by_postcode,
                organisations: all,
            });
        }
        Err(problems)
    }

    /// Where a postcode lies: its own row, else the row of its district.
    pub(super) fn residence(&self, postcode: &Postcode) -> Option<Residence> {
        let whole = self.by_postcode.get(postcode.expose());
        let found = whole.or_else(|| self.by_postcode.get(postcode.outward()));
        found.cloned()
    }
}

struct Row {
    line: u64,
    cells: Vec<String>,
}

impl Row {
    fn code(&self, index: usize) -> Option<String> {
        let cell = self.cells[index].to_ascii_uppercase();
        (!cell.is_empty()).then_some(cell)
    }

    fn ods(&self, index: usize, file: &str, problems: &mut Vec<Problem>) -> Option<String> {
        let code = OdsCode::parse(&self.cells[index]);
        if code.is_none() {
            let detail = "ods: write 2 to 12 letters and digits";
            problems.push(problem(&entry::WRONG_SHAPE, file, self.line, detail));
        }
        code.map(|code| code.as_str().to_owned())
    }

    fn date(&self, index: usize, problems: &mut Vec<Problem>) -> Option<Date> {
        let text = self.cells[index].as_str();
        let date = text.parse().ok();
        if date.is_none() && !text.is_empty() {
            let detail = format!("{}: write yyyy-mm-dd", ORGANISATION_HEADER[index]);
            problems.push(problem(
                &entry::WRONG_SHAPE,
                ORGANISATIONS,
                self.line,
                &detail,
            ));
        }
        date
    }
}

fn postcodes(text: &str, problems: &mut Vec<Problem>) -> HashMap<String, Residence> {
    let mut found = HashMap::new();
    for row in rows(POSTCODES, text, POSTCODE_HEADER, problems) {
        let Some(key) = key(&row.cells[0]) else {
            let detail = "postcode: write a district (ZZ1) or a whole postcode (ZZ1 1AA)";
            problems.push(problem(&entry::WRONG_SHAPE, POSTCODES, row.line, detail));
            continue;
        };
        let residence = Residence {
            la: row.code(1),
            lsoa: row.code(2),
            icb: row.code(3),
        };
        if found.insert(key, residence).is_some() {
            let detail = "this postcode is there already";
            problems.push(problem(&entry::SAID_TWICE, POSTCODES, row.line, detail));
        }
    }
    found
}

/// The written form of a postcode, or a district in capitals.
fn key(text: &str) -> Option<String> {
    if let Some(postcode) = Postcode::parse(text) {
        return Some(postcode.expose().to_owned());
    }
    // A district is what a postcode of it has before the space.
    let whole = Postcode::parse(&format!("{text}1AA"))?;
    let outward = whole.outward().to_owned();
    outward.eq_ignore_ascii_case(text).then_some(outward)
}

fn practices(text: &str, problems: &mut Vec<Problem>) -> HashMap<String, Organisation> {
    let mut found = HashMap::new();
    for row in rows(PRACTICES, text, PRACTICE_HEADER, problems) {
        let Some(code) = row.ods(0, PRACTICES, problems) else {
            continue;
        };
        let network = row.code(1).map(|code| Term {
            code,
            from: None,
            to: None,
        });
        let practice = Organisation {
            code: code.clone(),
            name: row.cells[3].clone(),
            kind: "practice".to_owned(),
            icb: row.code(2),
            networks: network.into_iter().collect(),
            ..Organisation::default()
        };
        if found.insert(code, practice).is_some() {
            let detail = "this practice is there already";
            problems.push(problem(&entry::SAID_TWICE, PRACTICES, row.line, detail));
        }
    }
    found
}

/// When practices and others opened and closed, and who carries them on.
fn organisations(text: &str, all: &mut HashMap<String, Organisation>, problems: &mut Vec<Problem>) {
    let mut seen = Vec::new();
    for row in rows(ORGANISATIONS, text, ORGANISATION_HEADER, problems) {
        let Some(code) = row.ods(0, ORGANISATIONS, problems) else {
            continue;
        };
        if seen.contains(&code) {
            let detail = "this organisation is there already";
            problems.push(problem(&entry::SAID_TWICE, ORGANISATIONS, row.line, detail));
            continue;
        }
        seen.push(code.clone());
        let opened = row.date(2, problems);
        let closed = row.date(3, problems);
        let from = row.date(5, problems);
        let found = of(all, &code);
        found.opened = opened;
        found.closed = closed;
        row.cells[1].clone_into(&mut found.name);
        if found.kind.is_empty() {
            "organisation".clone_into(&mut found.kind);
        }
        let Some(next) = row.code(4) else {
            continue;
        };
        found.successors.push(Succession {
            code: next.clone(),
            from,
        });
        of(all, &next).predecessors.push(Succession { code, from });
    }
}

fn of<'a>(all: &'a mut HashMap<String, Organisation>, code: &str) -> &'a mut Organisation {
    all.entry(code.to_owned()).or_insert_with(|| Organisation {
        code: code.to_owned(),
        ..Organisation::default()
    })
}

fn rows(file: &str, text: &str, header: &[&str], problems: &mut Vec<Problem>) -> Vec<Row> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // The reader counts a Windows line end to the row after it.
    let text = text.replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut headed = false;
    for record in reader.records() {
        let Ok(record) = record else {
            problems.push(problem(&entry::NOT_READABLE, file, 1, "no CSV"));
            return rows;
        };
        let line = record.position().map_or(1, csv::Position::line);
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        if !headed {
            headed = cells == header;
            if !headed {
                break;
            }
            continue;
        }
        if cells.len() == header.len() {
            rows.push(Row { line, cells });
            continue;
        }
        let detail = format!("found {} cells, expected {}", cells.len(), header.len());
        problems.push(problem(&entry::NOT_READABLE, file, line, &detail));
    }
    if !headed {
        let detail = format!("the first line is: {}", header.join(","));
        problems.push(problem(&entry::WRONG_HEADER, file, 1, &detail));
    }
    rows
}

fn problem(entry: &'static Entry, file: &str, line: u64, detail: &str) -> Problem {
    Problem::new(entry)
        .at(format!("{file}:{line}:1"))
        .with(detail)
}
