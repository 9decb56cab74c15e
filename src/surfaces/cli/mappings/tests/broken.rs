//! Every row of `tests/tables/broken.csv`: a damaged copy, and all that is found in it.

use std::fs;
use std::path::Path;

use super::{TODAY, copy_of_tables, package};
use crate::gateway::tables::check;

const COLUMNS: [&str; 6] = ["name", "how", "file", "find", "put", "finds"];

struct Broken {
    cells: Vec<String>,
}

impl Broken {
    fn cell(&self, column: &str) -> &str {
        let index = COLUMNS.iter().position(|name| *name == column);
        &self.cells[index.expect("a column of the table")]
    }

    fn text(&self, column: &str) -> String {
        self.cell(column).replace("\\n", "\n").replace("\\t", "\t")
    }

    fn damage(&self, root: &Path) {
        let path = root.join(self.cell("file"));
        let now = fs::read_to_string(&path).unwrap_or_default();
        let put = self.text("put");
        let bytes = match self.cell("how") {
            "edit" => {
                let find = self.text("find");
                assert!(now.contains(&find), "{}: no {find}", self.cell("name"));
                now.replacen(&find, &put, 1).into_bytes()
            }
            "append" => format!("{now}{put}\n").into_bytes(),
            "replace" | "add" => put.into_bytes(),
            "windows" => format!("\u{feff}{}", now.replace('\n', "\r\n")).into_bytes(),
            "utf16" => {
                let units = "\u{feff}".encode_utf16().chain(now.encode_utf16());
                units.flat_map(u16::to_le_bytes).collect()
            }
            "delete" => return fs::remove_file(path).expect("a writable copy"),
            other => panic!("{other} is no way to damage a table"),
        };
        fs::write(path, bytes).expect("a writable copy");
    }

    fn found(&self) -> String {
        let root = copy_of_tables();
        self.damage(root.path());
        let report = check(root.path(), &[], TODAY).expect("no names are given");
        let findings = report.findings.iter().map(|found| {
            format!(
                "{} {} {} {}",
                if found.warning { "warning" } else { "error" },
                found.entry.code,
                found.path.as_deref().unwrap_or_default(),
                found.detail.as_deref().unwrap_or_default()
            )
        });
        findings.collect::<Vec<String>>().join("\n")
    }
}

fn rows(path: &Path) -> Vec<Broken> {
    let mut reader = csv::Reader::from_path(path).expect("a committed table");
    assert_eq!(reader.headers().expect("a header"), &COLUMNS[..]);
    let records = reader.records().map(|record| record.expect("a row"));
    records
        .map(|record| Broken {
            cells: record.iter().map(str::to_owned).collect(),
        })
        .collect()
}

#[test]
fn the_broken_tables_are_each_told_with_place_and_remedy() {
    let path = package("tests/tables/broken.csv");
    let mut rows = rows(&path);
    assert!(rows.len() >= 60, "{} rows", rows.len());
    if std::env::var_os("UPDATE").is_some() {
        let mut writer = csv::Writer::from_path(&path).expect("a writable table");
        writer.write_record(COLUMNS).expect("a writable table");
        for row in &mut rows {
            row.cells[5] = row.found();
            writer.write_record(&row.cells).expect("a writable table");
        }
        return;
    }
    let different: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let (expected, found) = (row.cell("finds"), row.found());
            (expected != found).then(|| {
                let name = row.cell("name");
                format!("{name}\n  expected:\n{expected}\n  found:\n{found}\n")
            })
        })
        .collect();
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn no_broken_table_is_passed_over_but_the_two_that_are_sound() {
    let rows = rows(&package("tests/tables/broken.csv"));
    let silent: Vec<&str> = rows
        .iter()
        .filter(|row| row.cell("finds").is_empty())
        .map(|row| row.cell("name"))
        .collect();
    assert_eq!(
        silent,
        [
            "a byte order mark and Windows line ends are no fault",
            "the same people twice at other times are no fault",
        ]
    );
}
