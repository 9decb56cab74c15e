//! The page of verdicts: ours, HAPI's and medplum's, by class of defect.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::Value;
use workwell_gateway::standards::profile::Severity;

use super::{EXPLAINED, FIXTURES, STRICTER, VERDICTS, json, mutants, mutate, told, uk_core};

const PAGE: &str = "docs/reference/validation-verdicts.md";

/// What one validator makes of the mutants of a class: error, warning, neither.
type Marks = [usize; 3];

/// Of one class: how many mutants, and the marks of ours, HAPI and medplum.
#[derive(Clone, Copy, Default)]
struct Row {
    mutants: usize,
    marks: [Marks; 3],
}

impl Row {
    fn add(&mut self, other: &Row) {
        self.mutants += other.mutants;
        for (mine, theirs) in self.marks.iter_mut().zip(&other.marks) {
            for (one, another) in mine.iter_mut().zip(theirs) {
                *one += another;
            }
        }
    }

    fn line(&self, name: &str) -> String {
        let cells: Vec<String> = self.marks.iter().flatten().map(usize::to_string).collect();
        format!("| {name} | {} | {} |\n", self.mutants, cells.join(" | "))
    }
}

const fn mark(word: &str) -> usize {
    match word.as_bytes() {
        b"error" => 0,
        b"warning" => 1,
        _ => 2,
    }
}

/// Errors and warnings of a document.
fn found(source: &str) -> [Vec<String>; 2] {
    [Severity::Error, Severity::Warning].map(|severity| told(source.into(), severity))
}

/// What ours newly finds: 0 an error, 1 a warning, 2 nothing.
fn ours(before: &[Vec<String>; 2], after: &[Vec<String>; 2]) -> usize {
    let is_new = |at: usize| after[at].iter().any(|one| !before[at].contains(one));
    (0..2).find(|at| is_new(*at)).unwrap_or(2)
}

/// The rows by class; the mutants that are right; the ones that text alone can hold.
fn rows() -> (BTreeMap<String, Row>, Row, usize) {
    let (mutants, mut left_out) = (mutants(), 0);
    let mut bases: BTreeMap<String, (Value, [Vec<String>; 2])> = BTreeMap::new();
    let (mut classes, mut right) = (BTreeMap::<String, Row>::new(), Row::default());
    let text = fs::read_to_string(Path::new(VERDICTS).join("mutants.csv")).expect("verdicts");
    for line in text.lines().skip(1) {
        let columns: Vec<&str> = line.split(',').collect();
        let mutant = &mutants[columns[0]];
        let (base, before) = bases.entry(columns[4].to_owned()).or_insert_with(|| {
            let base = json(&Path::new(FIXTURES).join(columns[4]));
            let before = found(&base.to_string());
            (base, before)
        });
        let Some(changed) = mutate(base, mutant) else {
            left_out += 1;
            continue;
        };
        let marks = [
            ours(before, &found(&changed)),
            mark(columns[6]),
            mark(columns[7]),
        ];
        let row = match columns[5] {
            "valid" => &mut right,
            _ => classes.entry(columns[2].to_owned()).or_default(),
        };
        row.mutants += 1;
        for (counts, mark) in row.marks.iter_mut().zip(marks) {
            counts[mark] += 1;
        }
    }
    (classes, right, left_out)
}

/// How many files of a set an oracle finds wrong, and how many there are.
fn wrong(set: &str, oracle: &str, is_meant: impl Fn(&str) -> bool) -> (usize, usize) {
    let path = Path::new(VERDICTS)
        .join(set)
        .join(format!("{oracle}.jsonl"));
    let text = fs::read_to_string(&path).expect("verdicts");
    let verdicts: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("a verdict"))
        .filter(|verdict: &Value| verdict["file"].as_str().is_some_and(&is_meant))
        .collect();
    let is_wrong =
        |verdict: &&Value| matches!(verdict["verdict"].as_str(), Some("error" | "fatal"));
    (verdicts.iter().filter(is_wrong).count(), verdicts.len())
}

fn markdown() -> String {
    let (classes, right, left_out) = rows();
    let mut all = Row::default();
    for row in classes.values() {
        all.add(row);
    }
    let mut page = "# Verdicts of three validators\n\n\
         Generated from `conformance/oracle/verdicts/` and our own engine by a test; do not edit.\n\
         What the [oracle](../../conformance/oracle/README.md) is and where it is wrong itself stands\n\
         there; what our engine looks at stands in [validation.md](validation.md).\n\n\
         ## Defects\n\n\
         Each mutant is a valid message with one defect. E: an error that the unmutated message does\n\
         not have; w: a warning only; -: neither.\n\n\
         | class | mutants | ours E | w | - | HAPI E | w | - | medplum E | w | - |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n".to_string();
    for (name, row) in &classes {
        page += &row.line(name);
    }
    page += &all.line("**all**");
    let [ours, hapi, medplum] = right.marks.map(|marks| marks[0]);
    let _ = write!(
        page,
        "\nOf {} variations that are right, ours finds an error in {ours}, HAPI in {hapi}, medplum in\n\
         {medplum}. {left_out} more change the order of members only and are tested elsewhere.\n\n\
         ## Documents that are right\n\n\
         | set | files | HAPI finds wrong | medplum finds wrong |\n|---|---|---|---|\n",
        right.mutants
    );
    for (set, name, kind) in [
        ("valid", "messages of the fixtures", ""),
        ("emitted", "what the gateway writes", ""),
        ("definitions", "the definitions that it publishes", ""),
        ("examples", "good examples of our profiles", "/good/"),
    ] {
        let is_meant = |file: &str| file.contains(kind);
        let (hapi, files) = wrong(set, "hapi", is_meant);
        let (medplum, _) = wrong(set, "medplum", is_meant);
        let _ = writeln!(page, "| {name} | {files} | {hapi} | {medplum} |");
    }
    let (bad, files) = wrong("examples", "hapi", |file| file.contains("/bad/"));
    let (published, of) = wrong("uk-core", "hapi", |_| true);
    let _ = write!(
        page,
        "\nThat ours finds none of them wrong, and every bad example of our profiles, is what the tests\n\
         beside this page hold. Of the {files} bad examples HAPI finds {bad} wrong, of the {of} examples that\n\
         UK Core publishes {published}; where ours differs is told below.\n\n\
         ## Where ours differs from HAPI\n\n| what | why |\n|---|---|\n"
    );
    for (what, why) in EXPLAINED.iter().chain(uk_core::EXPLAINED) {
        let _ = writeln!(page, "| `{what}` | {why} |");
    }
    page += "\n## Where ours refuses and HAPI does not\n\n\
         By class, or by the defect itself. A test fails when ours refuses a mutant that HAPI lets pass\n\
         and that no row explains.\n\n| class or defect | why |\n|---|---|\n";
    for (what, why) in STRICTER {
        let _ = writeln!(page, "| `{what}` | {why} |");
    }
    page
}

#[test]
fn the_page_of_verdicts_is_current() {
    let wanted = markdown();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(PAGE, wanted).expect("the page can be written");
        return;
    }
    let found = fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        found == wanted,
        "{PAGE} is not current; write it anew with: UPDATE=1 cargo test --test it is_current"
    );
}
