//! The rows of the two files.

use std::collections::HashMap;

use super::{POSTCODES, PRACTICES, Practice};
use crate::domain::identifiers::{OdsCode, Postcode};
use crate::domain::routing::{PracticeFacts, Residence};
use crate::problem::area::tables as entry;
use crate::problem::{Entry, Problem};

const POSTCODE_HEADER: &[&str] = &["postcode", "la", "lsoa", "icb"];
const PRACTICE_HEADER: &[&str] = &["ods", "pcn", "icb", "name"];

struct Row {
    line: u64,
    cells: Vec<String>,
}

impl Row {
    fn code(&self, index: usize) -> Option<String> {
        let cell = self.cells[index].to_ascii_uppercase();
        (!cell.is_empty()).then_some(cell)
    }
}

pub(super) fn postcodes(text: &str, problems: &mut Vec<Problem>) -> HashMap<String, Residence> {
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

pub(super) fn practices(text: &str, problems: &mut Vec<Problem>) -> HashMap<OdsCode, Practice> {
    let mut found = HashMap::new();
    for row in rows(PRACTICES, text, PRACTICE_HEADER, problems) {
        let Some(ods) = OdsCode::parse(&row.cells[0]) else {
            let detail = "ods: write 2 to 12 letters and digits";
            problems.push(problem(&entry::WRONG_SHAPE, PRACTICES, row.line, detail));
            continue;
        };
        let facts = PracticeFacts {
            ods: ods.clone(),
            pcn: row.code(1),
            icb: row.code(2),
        };
        let name = row.cells[3].clone();
        if found.insert(ods, Practice { facts, name }).is_some() {
            let detail = "this practice is there already";
            problems.push(problem(&entry::SAID_TWICE, PRACTICES, row.line, detail));
        }
    }
    found
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
