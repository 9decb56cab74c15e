//! The tree of a ConceptMap to the rows of a list.

use super::{ANY_OTHER, Fault, Row, is_code, joined};
use crate::domain::mapping::Relation;
use crate::standards::fhir::{Document, Node};

/// What a reader of the list is told of a row that stood in no element.
const FROM_UNMAPPED: &str = "Any other code, as the map's unmapped says";

/// Reads the rows of a map, in its order.
///
/// # Errors
///
/// Every element that a list cannot hold, by its path; no text of the map is told.
pub fn read(document: &Document) -> Result<Vec<Row>, Vec<Fault>> {
    let root = document.root();
    if root.str("resourceType") != Some("ConceptMap") {
        let what = "found another resource; expected a ConceptMap";
        return Err(vec![Fault::new("resourceType", what)]);
    }
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let mut other: Option<Row> = None;
    for group in root.each("group") {
        let Some(system) = group.str("source") else {
            faults.push(Fault::new(group.path(), "source: a group names its system"));
            continue;
        };
        for element in group.each("element") {
            match row(system, element) {
                Ok(row) => rows.push(row),
                Err(fault) => faults.push(fault),
            }
        }
        if let Some(unmapped) = group.get("unmapped") {
            match any_other(unmapped) {
                Ok(row) => other = other.or(Some(row)),
                Err(fault) => faults.push(fault),
            }
        }
    }
    faults.extend(said_twice(&rows));
    // A map of ours has the row itself, with its relation and its reason.
    let has_other = rows.iter().any(|row: &Row| row.source == ANY_OTHER);
    rows.extend(other.filter(|_| !has_other));
    if rows.is_empty() && faults.is_empty() {
        faults.push(Fault::new("ConceptMap.group", "the map has no element"));
    }
    if faults.is_empty() {
        Ok(rows)
    } else {
        Err(faults)
    }
}

fn row(system: &str, element: Node<'_>) -> Result<Row, Fault> {
    let fault = |what: &str| Fault::new(element.path(), what);
    let code = element.str("code").filter(|code| is_code(code));
    let code = code.ok_or_else(|| fault("code: expected one without stray spaces"))?;
    let source = joined(system, code)
        .ok_or_else(|| fault("its group's source is no system that a list has an alias for"))?;
    let mut targets = element.each("target");
    let target = targets.next().ok_or_else(|| {
        fault("target: write one; a code without a word has equivalence unmatched")
    })?;
    if targets.next().is_some() {
        return Err(fault(
            "target: found several; a list has one word for a code",
        ));
    }
    if target.get("dependsOn").is_some() || target.get("product").is_some() {
        return Err(fault("target: a list cannot hold dependsOn or product"));
    }
    let relation = match target.str("equivalence") {
        Some("equal") => Some(Relation::Equivalent),
        Some(word) => Relation::from_code(word),
        None => None,
    };
    let relation = relation
        .ok_or_else(|| fault("equivalence: write equivalent, wider, narrower or unmatched"))?;
    let text = |node: Node<'_>, name: &str| match node.str(name) {
        None => Ok(String::new()),
        Some(text) if is_cell(text) => Ok(text.to_owned()),
        Some(_) => Err(Fault::new(
            node.path(),
            format!("{name}: a cell is one line and does not begin as a formula does"),
        )),
    };
    let found = Row {
        source_display: text(element, "display")?,
        target: text(target, "code")?,
        target_display: text(target, "display")?,
        comment: text(target, "comment")?,
        source,
        relation,
    };
    if found.target.is_empty() != (relation == Relation::Unmatched) {
        return Err(fault(
            "target.code: only an unmatched code has none, and it has none",
        ));
    }
    if found.comment.is_empty() && relation != Relation::Equivalent {
        return Err(fault("comment: a code that is not equivalent says why"));
    }
    if !is_cell(&found.source) {
        return Err(fault("code: a cell does not begin as a formula does"));
    }
    Ok(found)
}

fn any_other(unmapped: Node<'_>) -> Result<Row, Fault> {
    let target = unmapped
        .str("code")
        .filter(|code| is_cell(code) && is_code(code));
    match (unmapped.str("mode"), target) {
        (Some("fixed"), Some(target)) => Ok(Row {
            source: ANY_OTHER.to_owned(),
            source_display: String::new(),
            target: target.to_owned(),
            target_display: String::new(),
            relation: Relation::Wider,
            comment: FROM_UNMAPPED.to_owned(),
        }),
        _ => Err(Fault::new(
            unmapped.path(),
            "mode: a list holds fixed with a code; say under [unmapped] what else happens",
        )),
    }
}

/// One line that a spreadsheet program keeps as it is.
fn is_cell(text: &str) -> bool {
    let formula = text.len() > 1 && text.starts_with(['=', '+', '-', '@']);
    !formula && text.trim() == text && !text.contains(char::is_control)
}

fn said_twice(rows: &[Row]) -> Vec<Fault> {
    let mut seen = std::collections::HashSet::new();
    let twice = rows.iter().filter(|row| !seen.insert(row.source.as_str()));
    twice
        .map(|_| Fault::new("ConceptMap.group.element", "a code stands in two elements"))
        .take(1)
        .collect()
}
