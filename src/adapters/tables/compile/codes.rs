//! `codes/<list>.csv` and `[unmapped]`.

use crate::adapters::tables::faults::Faults;
use crate::adapters::tables::folder::Folder;
use crate::adapters::tables::head::Head;
use crate::adapters::tables::nearest;
use crate::adapters::tables::sheet::{self, Cell, Header};
use crate::domain::mapping::{CodeList, CodeRow, Field, Relation, UnmappedPolicy};
use crate::problem::area::tables as entry;

const HEADER: Header = &[
    "source",
    "source_display",
    "target",
    "target_display",
    "relation",
    "comment",
];

pub(super) fn compile(
    folder: &Folder,
    head: Option<&Head<'_>>,
    faults: &mut Faults,
) -> Vec<CodeList> {
    let names = folder.code_lists();
    let policies = head
        .map(|head| policies(head, &names, faults))
        .unwrap_or_default();
    let mut lists = Vec::with_capacity(names.len());
    for name in names {
        let policy = policies.iter().find(|(list, _)| list == name);
        let policy = policy.map(|(_, policy)| *policy).unwrap_or_default();
        lists.push(CodeList::new(name, policy, rows(folder, name, faults)));
    }
    lists
}

fn policies(head: &Head<'_>, names: &[&str], faults: &mut Faults) -> Vec<(String, UnmappedPolicy)> {
    let mut policies = Vec::new();
    for (list, _, _) in head.all("unmapped", faults) {
        if !names.contains(&list.as_str()) {
            let said = nearest::suggestion(&list, names);
            let detail = format!("[unmapped] names a list that codes/ does not hold: {said}");
            head.fault(&entry::CODE_LIST, "unmapped", &list, detail, faults);
            continue;
        }
        if let Some(policy) = head.word("unmapped", &list, UnmappedPolicy::ALL, faults) {
            policies.push((list, policy));
        }
    }
    policies
}

fn rows(folder: &Folder, name: &str, faults: &mut Faults) -> Vec<CodeRow> {
    let file = format!("codes/{name}.csv");
    let mut rows: Vec<CodeRow> = Vec::new();
    for row in sheet::rows(folder, &file, HEADER, faults) {
        let cell = row.cell("source");
        let source = cell.filled(faults).map(str::to_owned);
        let relation = row.cell("relation").word(Relation::ALL, faults);
        let target = row.cell("target");
        if relation.is_some_and(|relation| relation != Relation::Equivalent)
            && row.cell("comment").text.is_empty()
        {
            let detail = "comment: a relation other than equivalent says why";
            row.cell("comment")
                .fault(&entry::VALUE_MISSING, detail, faults);
        }
        match relation {
            Some(Relation::Unmatched) if !target.text.is_empty() => {
                target.shape("an unmatched code has no target", faults);
            }
            Some(Relation::Equivalent | Relation::Wider | Relation::Narrower) => {
                target.filled(faults);
            }
            _ => {}
        }
        let (Some(source), Some(relation)) = (source, relation) else {
            continue;
        };
        if source == CodeList::ANY_OTHER && relation == Relation::Equivalent {
            let detail = "relation: the row for any other code is wider or unmatched";
            row.cell("relation")
                .fault(&entry::WRONG_SHAPE, detail, faults);
        }
        check_source(&cell, &source, faults);
        if let Some(first) = rows.iter().find(|seen| seen.source == source) {
            let detail = format!("\"{source}\" is at {} too", first.position);
            cell.fault(&entry::SAID_TWICE, detail, faults);
            continue;
        }
        rows.push(CodeRow {
            source,
            target: target.text.to_owned(),
            relation,
            position: row.position(),
        });
    }
    rows
}

/// A spreadsheet keeps fifteen digits of a number, and a SNOMED CT code runs to eighteen:
/// a code stands behind its alias, `sct|928000`, so that it stays text.
fn check_source(cell: &Cell<'_>, source: &str, faults: &mut Faults) {
    let number_like = source.starts_with(|c: char| c.is_ascii_digit());
    if number_like {
        return cell.shape("write alias|code, as in sct|928000", faults);
    }
    let Some((alias, code)) = source.split_once('|') else {
        return;
    };
    let digits = code.bytes().all(|b| b.is_ascii_digit());
    if alias.is_empty() || code.is_empty() {
        cell.shape("write alias|code, as in sct|928000", faults);
    } else if alias == "sct" && (!digits || !(6..=18).contains(&code.len())) {
        cell.shape(
            "a SNOMED CT code has 6 to 18 digits; a spreadsheet may have changed it",
            faults,
        );
    }
}

/// Compares a list with the words of the field that it translates: a word that the field
/// never has is a fault, a word without a row is a warning, since the case would wait.
pub(super) fn compare(list: &CodeList, field: &Field, faults: &mut Faults) {
    let words = (field.words)();
    if words.is_empty() {
        return;
    }
    for row in list.rows() {
        let special = ["declined", "not-known", "absent", CodeList::ANY_OTHER];
        if !words.contains(&row.source.as_str()) && !special.contains(&row.source.as_str()) {
            let said = nearest::suggestion(&row.source, &words);
            let detail = format!("source: {} never has this word: {said}", field.name);
            let place = (row.position.line, 1);
            faults.add(&entry::UNKNOWN_WORD, &row.position.file, place, detail);
        }
    }
    let lacking: Vec<&str> = words
        .into_iter()
        .filter(|word| !list.answers(word))
        .collect();
    if !lacking.is_empty() && list.unmapped != UnmappedPolicy::Omit {
        let file = format!("codes/{}.csv", list.name);
        let detail = format!("no row for {} of {}", lacking.join(", "), field.name);
        faults.warn(&entry::CODE_LIST, &file, (1, 1), detail);
    }
}
