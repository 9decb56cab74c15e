//! `codes/<list>.csv` and `[unmapped]`.

use crate::adapters::tables::damage;
use crate::adapters::tables::faults::Faults;
use crate::adapters::tables::folder::Folder;
use crate::adapters::tables::head::Head;
use crate::adapters::tables::nearest;
use crate::adapters::tables::sheet::{self, Cell, Header};
use crate::domain::mapping::{CodeList, CodeRow, Field, Relation, UnmappedPolicy};
use crate::problem::area::tables as entry;

/// The columns of `codes/<list>.csv`.
pub const HEADER: Header = &[
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
        if !is_source(&cell, &source, faults) {
            continue;
        }
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
    warn_of_lost_zeros(&rows, faults);
    rows
}

/// A spreadsheet keeps fifteen digits of a number, and a SNOMED CT code runs to eighteen:
/// a code stands behind its alias, `sct|928000`, so that it stays text.
fn is_source(cell: &Cell<'_>, source: &str, faults: &mut Faults) -> bool {
    let says = if source.starts_with(|c: char| c.is_ascii_digit()) {
        Some("write alias|code, as in sct|928000")
    } else {
        match source.split_once('|') {
            Some(("", _) | (_, "")) => Some("write alias|code, as in sct|928000"),
            Some(("sct", code)) => damage::of_snomed(code),
            _ => None,
        }
    };
    if let Some(says) = says {
        cell.shape(says, faults);
    }
    says.is_none()
}

/// A provider's numbers of one width, of which some begin with 0 and others are shorter:
/// a spreadsheet drops a leading zero.
fn warn_of_lost_zeros(rows: &[CodeRow], faults: &mut Faults) {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let numbers = || rows.iter().filter(|row| is_number(&row.target));
    let padded = numbers().filter(|row| row.target.starts_with('0'));
    let Some(width) = padded.map(|row| row.target.len()).max() else {
        return;
    };
    for row in numbers().filter(|row| row.target.len() < width) {
        let detail = format!(
            "target: found \"{}\" where others have {width} digits and begin with 0; if a \
             spreadsheet dropped the zero, write {:0>width$}",
            row.target, row.target
        );
        let place = (row.position.line, 3);
        faults.warn(&entry::SHEET_DAMAGE, &row.position.file, place, detail);
    }
}

/// A row for any other word that can never be asked, since every word has its own.
fn warn_of_unused_rows(list: &CodeList, words: &[&str], faults: &mut Faults) {
    let own = |word: &&str| list.rows().iter().any(|row| row.source == **word);
    let any_other = list
        .rows()
        .iter()
        .find(|row| row.source == CodeList::ANY_OTHER);
    if let (Some(row), true) = (any_other, words.iter().all(own)) {
        let detail = "no word is left for this row: each has a row of its own; remove it";
        let place = (row.position.line, 1);
        faults.warn(&entry::ROW_UNUSED, &row.position.file, place, detail);
    }
}

/// The three ways of having no answer, and the row for any other code.
const SPECIAL: [&str; 4] = ["declined", "not-known", "absent", CodeList::ANY_OTHER];

/// Compares a list with the field that it translates. A word that the field never has is a
/// fault, a word without a row is a warning, since the case would wait.
pub(super) fn compare(list: &CodeList, field: &Field, faults: &mut Faults) {
    warn_of_silence(list, field, faults);
    let words = field.codes();
    if words.is_empty() {
        return;
    }
    for row in list.rows() {
        if !words.contains(&row.source.as_str()) && !SPECIAL.contains(&row.source.as_str()) {
            let said = nearest::suggestion(&row.source, &words);
            let detail = format!("source: {} never has this word: {said}", field.name);
            let place = (row.position.line, 1);
            faults.add(&entry::UNKNOWN_WORD, &row.position.file, place, detail);
        }
    }
    warn_of_unused_rows(list, &words, faults);
    let lacking: Vec<&str> = words
        .into_iter()
        .filter(|word| !list.answers(word))
        .collect();
    // To leave a word out of a list that refuses the others is the way to say so.
    if !lacking.is_empty() && list.unmapped == UnmappedPolicy::Hold {
        let file = format!("codes/{}.csv", list.name);
        let detail = format!("no row for {} of {}", lacking.join(", "), field.name);
        faults.warn(&entry::CODE_LIST, &file, (1, 1), detail);
    }
}

/// Looks for words that a list for a field about the person puts in place of an answer.
pub(super) fn guard(list: &CodeList, field: &Field, faults: &mut Faults) {
    no_default(list, field, faults);
    no_answer_for_silence(list, faults);
}

/// A word for any code without a row is a default: it is for paperwork only, never for what
/// is said of a person.
fn no_default(list: &CodeList, field: &Field, faults: &mut Faults) {
    let mut rows = list.rows().iter();
    let any_other = rows.find(|row| row.source == CodeList::ANY_OTHER);
    let Some(row) = any_other.filter(|row| row.relation != Relation::Unmatched) else {
        return;
    };
    let detail = format!("source: {}", super::transform::no_default(field));
    let place = (row.position.line, 1);
    faults.add(&entry::DEFAULT_BARRED, &row.position.file, place, detail);
}

/// A missing answer in the word of a real one would be a default that nobody sees.
fn no_answer_for_silence(list: &CodeList, faults: &mut Faults) {
    let is_silence = |row: &&CodeRow| SPECIAL[..3].contains(&row.source.as_str());
    for row in list.rows().iter().filter(is_silence) {
        let real = list.rows().iter().find(|other| {
            !SPECIAL.contains(&other.source.as_str())
                && !row.target.is_empty()
                && other.target.eq_ignore_ascii_case(&row.target)
        });
        let Some(real) = real else { continue };
        let detail = format!(
            "target: found \"{}\", the word for \"{}\" at {}; a missing answer has a word of its \
             own, or no row",
            row.target, real.source, real.position
        );
        let place = (row.position.line, 3);
        faults.add(&entry::DEFAULT_BARRED, &row.position.file, place, detail);
    }
}

/// How a list lets a known value go without a word; `None` when it does not.
pub(super) fn loses(list: &CodeList) -> Option<String> {
    if list.unmapped == UnmappedPolicy::Omit {
        return Some(format!(
            "{} = \"omit\" under [unmapped] sends nothing for what the list does not hold",
            list.name
        ));
    }
    let is_lost = |row: &&CodeRow| {
        row.relation == Relation::Unmatched && !SPECIAL[..3].contains(&row.source.as_str())
    };
    let row = list.rows().iter().find(is_lost)?;
    Some(format!(
        "{} sends nothing for \"{}\"",
        row.position, row.source
    ))
}

/// A yes and a no in one word: the provider would read the one as the other.
pub(super) fn tell_apart(list: &CodeList, field: &Field, faults: &mut Faults) {
    let row_of = |word: &str| {
        let mut rows = list.rows().iter();
        rows.find(|row| row.source == word && !row.target.is_empty())
    };
    let (Some(yes), Some(no)) = (row_of("yes"), row_of("no")) else {
        return;
    };
    if !super::transform::is_same_word(&yes.target, &no.target) {
        return;
    }
    let detail = format!(
        "target: found \"{}\", the word for \"yes\" at {}; nobody could tell yes from no of {}",
        no.target, yes.position, field.name
    );
    let place = (no.position.line, 3);
    faults.add(&entry::SAID_TWICE, &no.position.file, place, detail);
}

/// Ways of having no answer that the field never has, and ways that it has beside one that
/// the list speaks of: the provider could not tell them apart.
fn warn_of_silence(list: &CodeList, field: &Field, faults: &mut Faults) {
    let row_of = |word: &str| list.rows().iter().find(|row| row.source == word);
    let asked = ["declined", "not-known"];
    let mut is_spoken_of = false;
    for word in &SPECIAL[..3] {
        let Some(row) = row_of(word) else { continue };
        is_spoken_of |= asked.contains(word);
        if !field.unanswered.contains(word) {
            let detail = format!("source: {} is never \"{word}\"; remove the row", field.name);
            let place = (row.position.line, 1);
            faults.warn(&entry::ROW_UNUSED, &row.position.file, place, detail);
        }
    }
    let lacking = asked
        .iter()
        .find(|word| field.unanswered.contains(word) && row_of(word).is_none());
    if let Some(word) = lacking.filter(|_| is_spoken_of) {
        let file = format!("codes/{}.csv", list.name);
        let detail = format!(
            "no row for \"{word}\" of {}, which would arrive as nothing said",
            field.name
        );
        faults.warn(&entry::CODE_LIST, &file, (1, 1), detail);
    }
}
