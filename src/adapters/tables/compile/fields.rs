//! `fields.csv` and `[withheld]`.

use std::collections::BTreeSet;

use super::{codes, fhir, transform};
use crate::adapters::tables::faults::Faults;
use crate::adapters::tables::folder::Folder;
use crate::adapters::tables::head::Head;
use crate::adapters::tables::nearest;
use crate::adapters::tables::sheet::{self, Header, Row};
use crate::domain::mapping::{
    Category, CodeList, FHIR_TARGETS, Field, FieldKind, FieldRow, NEVER_ACCEPTED, Requirement,
    Transform, Written, fhir_target, field, fields,
};
use crate::domain::provider::PayloadKind;
use crate::problem::area::tables as entry;
use crate::standards::payload::csv;
use crate::standards::payload::json::check_targets;

pub(super) const FILE: &str = "fields.csv";
pub(super) const HEADER: Header = &[
    "target",
    "source",
    "transform",
    "requirement",
    "purpose",
    "category",
    "comment",
];

/// The fields that `[withheld]` keeps back, with their reasons.
pub(super) fn withheld(head: &Head<'_>, faults: &mut Faults) -> Vec<(String, String)> {
    let mut withheld = Vec::new();
    for (name, reason, _) in head.all("withheld", faults) {
        if field(&name).is_none() {
            let said = nearest::suggestion(&name, &names());
            let detail = format!("[withheld]: {said}");
            head.fault(&entry::UNKNOWN_WORD, "withheld", &name, detail, faults);
            continue;
        }
        withheld.push((name, reason));
    }
    withheld
}

pub(super) fn compile(
    folder: &Folder,
    payload: Option<PayloadKind>,
    lists: &[CodeList],
    withheld: &[(String, String)],
    head: &Head<'_>,
    faults: &mut Faults,
) -> Vec<FieldRow> {
    let mut compiled: Vec<FieldRow> = Vec::new();
    let mut used: BTreeSet<usize> = BTreeSet::new();
    let mut guarded: BTreeSet<usize> = BTreeSet::new();
    let mut told_apart: BTreeSet<usize> = BTreeSet::new();
    // Sources of rows with a fault, which has been told: they are not missing besides.
    let mut said: BTreeSet<String> = BTreeSet::new();
    let rows = sheet::rows(folder, FILE, HEADER, faults);
    // What a table that cannot be read lacks is nothing to tell of.
    if rows.is_empty() && (!folder.has(FILE) || faults.tell_of(FILE)) {
        return compiled;
    }
    for row in rows {
        let Some(field_row) = compile_row(&row, lists, faults) else {
            said.insert(row.cell("source").text.to_owned());
            continue;
        };
        check_target(&row, &field_row, payload, &compiled, lists, faults);
        for step in &field_row.steps {
            let Transform::Code { index, .. } = step else {
                continue;
            };
            let Some(source) = field_row.source else {
                continue;
            };
            // A list that several rows use is compared once, with the first field; what no
            // answer about a person may be, with the first field that is about one.
            if used.insert(*index) {
                codes::compare(&lists[*index], source, faults);
            }
            if source.kind == FieldKind::YesNo && told_apart.insert(*index) {
                codes::tell_apart(&lists[*index], source, faults);
            }
            if !source.administrative && guarded.insert(*index) {
                codes::guard(&lists[*index], source, faults);
            }
        }
        compiled.push(field_row);
    }
    for (index, list) in lists.iter().enumerate() {
        if !used.contains(&index) {
            let file = format!("codes/{}.csv", list.name);
            faults.warn(
                &entry::CODE_LIST,
                &file,
                (1, 1),
                "no row of fields.csv uses this list",
            );
        }
    }
    check_protected(&compiled, withheld, &said, head, faults);
    compiled
}

fn compile_row(row: &Row, lists: &[CodeList], faults: &mut Faults) -> Option<FieldRow> {
    let requirement = row.cell("requirement").word(Requirement::ALL, faults);
    let category = row.cell("category").word(Category::ALL, faults);
    let purpose = row.cell("purpose");
    purpose.filled(faults);
    let source = source(row, faults);
    let cell = row.cell("transform");
    let steps = transform::steps(&cell, lists, faults);
    let source = source?;
    let prohibited = requirement == Some(Requirement::Prohibited);
    match &steps {
        Some(steps) if prohibited => transform::check_prohibited(&cell, source, steps, faults),
        Some(steps) => {
            transform::check(&cell, source, steps, faults);
            let comment = row.cell("comment");
            transform::check_default(&cell, &comment, source, steps, faults);
            transform::check_protected(&cell, source, steps, lists, faults);
        }
        None => {}
    }
    if let (Some(found), Some(category)) = (source, category)
        && category < found.category
    {
        let detail = format!(
            "category: found {}; {} is {} or stricter",
            category.code(),
            found.name,
            found.category.code()
        );
        row.cell("category")
            .fault(&entry::CATEGORY_LAX, detail, faults);
    }
    let target = row.cell("target").text.to_owned();
    let (steps, position) = (steps?, row.position());
    Some(FieldRow {
        written: Written::of(&target, source, &steps, &position),
        target,
        source,
        steps,
        requirement: requirement?,
        purpose: purpose.text.to_owned(),
        category: category?,
        comment: row.cell("comment").text.to_owned(),
        position,
    })
}

/// The field that a row reads: `Some(None)` for an empty cell, `None` after a fault.
#[allow(clippy::option_option)]
fn source(row: &Row, faults: &mut Faults) -> Option<Option<&'static Field>> {
    let cell = row.cell("source");
    if cell.text.is_empty() {
        return Some(None);
    }
    if let Some((name, reason)) = NEVER_ACCEPTED.iter().find(|row| row.0 == cell.text) {
        let detail = format!("source: found \"{name}\" ({reason})");
        cell.fault(&entry::NEVER_ACCEPTED, detail, faults);
        return None;
    }
    let found = field(cell.text);
    if found.is_none() {
        cell.unknown(&names(), faults);
    }
    found.map(Some)
}

fn names() -> Vec<&'static str> {
    fields().iter().map(|field| field.name).collect()
}

fn check_target(
    row: &Row,
    new: &FieldRow,
    payload: Option<PayloadKind>,
    seen: &[FieldRow],
    lists: &[CodeList],
    faults: &mut Faults,
) {
    let cell = row.cell("target");
    check_prohibitions(row, new, seen, faults);
    if !new.is_sent() {
        let what = match new.requirement {
            Requirement::Prohibited => "a prohibited field has no target",
            _ => "a field that is dropped has no target",
        };
        if !cell.text.is_empty() {
            cell.shape(what, faults);
        }
        if new.source.is_none() {
            row.cell("source").filled(faults);
        }
        if new.is_dropped() && new.requirement == Requirement::Required {
            let requirement = row.cell("requirement");
            requirement.shape("a field that is dropped is optional", faults);
        }
        return;
    }
    let Some(target) = cell.filled(faults) else {
        return;
    };
    match payload {
        Some(PayloadKind::Json) => {
            if !is_path(target) {
                cell.shape(
                    "write a dotted path of names, as in person.dateOfBirth",
                    faults,
                );
            } else if !check_targets([target]).is_empty() {
                let expected = "write at most twelve names, not inside `case`: the gateway's own";
                cell.shape(expected, faults);
            }
            let clash = seen.iter().find(|other| overlap(&other.target, target));
            twice(row, clash, "this target", faults);
        }
        Some(PayloadKind::FhirBundle) => match fhir_target(target) {
            None => {
                let names: Vec<&str> = FHIR_TARGETS.iter().map(|t| t.name).collect();
                cell.unknown(&names, faults);
            }
            Some(known) => {
                fhir::check(&row.cell("transform"), known, new, lists, faults);
                let clash = seen
                    .iter()
                    .find(|other| other.target == target && !known.repeats);
                twice(row, clash, "this target", faults);
            }
        },
        Some(PayloadKind::Csv) => {
            if let Err(expected) = csv::check_column(target) {
                cell.shape(expected, faults);
            }
            let clash = seen
                .iter()
                .find(|other| other.target.eq_ignore_ascii_case(target));
            twice(row, clash, "this target", faults);
        }
        None => {}
    }
}

/// Prohibited means that nothing of the field is sent: not by another row, not within a field
/// that it is a part of, and not something coarser unless the prohibiting row excepts it.
fn check_prohibitions(row: &Row, new: &FieldRow, seen: &[FieldRow], faults: &mut Faults) {
    let prohibits = |one: &FieldRow| one.requirement == Requirement::Prohibited;
    let contradicts = |other: &&FieldRow| {
        let (Some(ours), Some(theirs)) = (new.source, other.source) else {
            return false;
        };
        if !ours.is_related_to(theirs) {
            return false;
        }
        match (prohibits(new), prohibits(other)) {
            (true, true) => ours.name == theirs.name,
            (true, false) => other.is_sent() && !other.is_excepted_by(new),
            (false, true) => new.is_sent() && !new.is_excepted_by(other),
            (false, false) => false,
        }
    };
    let Some(other) = seen.iter().find(contradicts) else {
        return;
    };
    if other.source_name() == new.source_name() {
        return twice(row, Some(other), "this field", faults);
    }
    let (ours, theirs) = (new.source_name(), other.source_name());
    let detail = format!(
        "{} speaks of {theirs}, and one of {ours} and {theirs} is a part of the other",
        other.position
    );
    row.cell("source").fault(&entry::SAID_TWICE, detail, faults);
}

fn twice(row: &Row, first: Option<&FieldRow>, what: &str, faults: &mut Faults) {
    if let Some(first) = first {
        let detail = format!("{} speaks of {what} too", first.position);
        row.cell("target").fault(&entry::SAID_TWICE, detail, faults);
    }
}

fn is_path(target: &str) -> bool {
    target.split('.').all(|name| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    })
}

/// Whether two paths cannot both be in one object: the same, or one inside the other.
fn overlap(a: &str, b: &str) -> bool {
    let inside = |outer: &str, inner: &str| {
        !outer.is_empty()
            && inner
                .strip_prefix(outer)
                .is_some_and(|rest| rest.starts_with('.'))
    };
    (a == b && !a.is_empty()) || inside(a, b) || inside(b, a)
}

/// Protected data is mapped or withheld, never both and never neither.
fn check_protected(
    rows: &[FieldRow],
    withheld: &[(String, String)],
    said: &BTreeSet<String>,
    head: &Head<'_>,
    faults: &mut Faults,
) {
    let mapped = |name: &str| {
        rows.iter()
            .find(|row| row.source_name() == name && row.is_sent())
    };
    for (name, _) in withheld {
        if let Some(row) = mapped(name) {
            let detail = format!("{name} is withheld here and mapped at {}", row.position);
            head.fault(&entry::SAID_TWICE, "withheld", name, detail, faults);
        }
    }
    for protected in fields().iter().filter(|field| field.protected) {
        let kept_back = withheld.iter().any(|(name, _)| name == protected.name);
        if mapped(protected.name).is_none() && !kept_back && !said.contains(protected.name) {
            let detail = format!(
                "{}: add a row with this source, or `{} = \"reason\"` under [withheld] in provider.toml",
                protected.name, protected.name
            );
            faults.add(&entry::PROTECTED_UNSAID, FILE, (1, 2), detail);
        }
    }
}
