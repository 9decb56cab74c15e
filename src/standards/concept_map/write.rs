//! A list to the bytes of a ConceptMap.

use serde::Serialize;

use super::{ANY_OTHER, Fault, List, MAPS, Row, is_alias, is_code, split};
use crate::domain::mapping::Relation;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Map<'l> {
    resource_type: &'static str,
    url: String,
    version: &'l str,
    name: String,
    title: String,
    status: &'static str,
    description: String,
    group: Vec<Group<'l>>,
}

#[derive(Serialize)]
struct Group<'l> {
    source: String,
    target: String,
    element: Vec<Element<'l>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unmapped: Option<Unmapped<'l>>,
}

#[derive(Serialize)]
struct Element<'l> {
    code: &'l str,
    #[serde(skip_serializing_if = "str::is_empty")]
    display: &'l str,
    target: [Target<'l>; 1],
}

#[derive(Serialize)]
struct Target<'l> {
    #[serde(skip_serializing_if = "str::is_empty")]
    code: &'l str,
    #[serde(skip_serializing_if = "str::is_empty")]
    display: &'l str,
    equivalence: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    comment: &'l str,
}

#[derive(Serialize)]
struct Unmapped<'l> {
    mode: &'static str,
    code: &'l str,
    #[serde(skip_serializing_if = "str::is_empty")]
    display: &'l str,
}

/// Writes a list as a ConceptMap, with line breaks for people.
///
/// # Errors
///
/// Every row that FHIR cannot hold; `place` is the line of the list, from 2.
pub fn write(list: &List) -> Result<Vec<u8>, Vec<Fault>> {
    let rows = list.rows.iter().enumerate();
    let mut faults: Vec<Fault> = rows
        .flat_map(|(index, row)| {
            let line = (index + 2).to_string();
            faults_of(row)
                .into_iter()
                .map(move |what| Fault::new(&line, what))
        })
        .collect();
    if list.rows.is_empty() {
        faults.push(Fault::new("1", "the list has no row; a map needs one"));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let map = Map {
        resource_type: "ConceptMap",
        url: format!("{MAPS}{}-{}", list.provider, list.name),
        version: &list.version,
        name: computer_name(&format!("{} {}", list.provider, list.name)),
        title: format!("{}: {}", list.provider_name, list.name),
        status: "active",
        description: "Made from a mapping table of the WorkWell gateway; the table is the source."
            .to_owned(),
        group: groups(list),
    };
    let mut bytes = serde_json::to_vec_pretty(&map).unwrap_or_default();
    bytes.push(b'\n');
    Ok(bytes)
}

fn groups(list: &List) -> Vec<Group<'_>> {
    let other = list.rows.iter().find(|row| row.source == ANY_OTHER);
    let target = format!("{MAPS}{}-{}/words", list.provider, list.name);
    let mut groups: Vec<Group<'_>> = Vec::new();
    for row in &list.rows {
        let (source, code) = split(&row.source);
        let element = Element {
            code,
            display: &row.source_display,
            target: [Target {
                code: &row.target,
                display: &row.target_display,
                equivalence: equivalence(row.relation),
                comment: &row.comment,
            }],
        };
        match groups.last_mut().filter(|group| group.source == source) {
            Some(group) => group.element.push(element),
            None => groups.push(Group {
                source,
                target: target.clone(),
                element: vec![element],
                unmapped: other.and_then(unmapped),
            }),
        }
    }
    groups
}

fn unmapped(other: &Row) -> Option<Unmapped<'_>> {
    (other.relation != Relation::Unmatched).then_some(Unmapped {
        mode: "fixed",
        code: &other.target,
        display: &other.target_display,
    })
}

fn faults_of(row: &Row) -> Vec<String> {
    let mut faults = Vec::new();
    let mut fault = |what: &str| faults.push(what.to_owned());
    let (_, code) = split(&row.source);
    let alias = row.source.split_once('|').map(|(alias, _)| alias);
    if !is_code(code) || alias.is_some_and(|alias| !is_alias(alias)) {
        fault("source: write one word or alias|code, without spaces at the ends or two in a row");
    }
    let is_unmatched = row.relation == Relation::Unmatched;
    if row.target.is_empty() != is_unmatched {
        fault("target: only an unmatched row has none, and it has none");
    } else if !is_unmatched && !is_code(&row.target) {
        fault("target: a FHIR code has no space at its ends and no two in a row");
    }
    if row.comment.is_empty() && row.relation != Relation::Equivalent {
        fault("comment: a relation other than equivalent says why");
    }
    let texts = [&row.source_display, &row.target_display, &row.comment];
    if texts
        .into_iter()
        .any(|text| text.trim() != text || text.contains(char::is_control))
    {
        fault("display, comment: write one line without spaces at its ends");
    }
    faults
}

/// The four words that both have.
fn equivalence(relation: Relation) -> &'static str {
    let row = Relation::ALL.iter().find(|(known, _)| *known == relation);
    row.map_or("equivalent", |(_, word)| word)
}

/// A name that a program can use: a capital, then letters and digits (FHIR R4, `cmd-0`).
fn computer_name(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty()).map(|word| {
        let (first, rest) = word.split_at(1);
        format!("{}{rest}", first.to_ascii_uppercase())
    });
    let name: String = words.collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name
    } else {
        format!("List{name}")
    }
}
