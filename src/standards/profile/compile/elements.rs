//! The element table of the base types (see [`crate::standards::profile::table`]).

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;

use super::read::{bare, items, last_step, read, text};
use super::{CompileError, HEAD, Lean};
use crate::standards::fhir::resource_types;

const R4_BASE: &str = "http://hl7.org/fhir/StructureDefinition/";

/// The element table of a lean set; everything but base types is passed over.
pub fn table(lean: &Lean) -> Result<String, CompileError> {
    let mut out = String::from(HEAD);
    let mut members = 0;
    for source in lean.values() {
        let structure = read(source.as_bytes())?;
        let is_base = text(&structure, "resourceType") == "StructureDefinition"
            && text(&structure, "derivation") != "constraint";
        if is_base {
            members += add_structure(&structure, &mut out)?;
        }
    }
    if members > usize::from(u16::MAX) - 1 {
        return Err(CompileError::TooMany("the lean set".into()));
    }
    Ok(out)
}

/// Adds the lines of one definition: its own type, then one type for each
/// element that has elements of its own. Gives the number of members.
fn add_structure(structure: &Value, out: &mut String) -> Result<usize, CompileError> {
    let name = text(structure, "type");
    if name.is_empty() {
        return Err(CompileError::Missing(
            "a StructureDefinition".into(),
            "type",
        ));
    }
    let is_resource = resource_types::known(name).is_some();
    match text(structure, "kind") {
        "primitive-type" => {
            let _ = writeln!(out, "P {name}");
            return Ok(0);
        }
        "resource" if !is_resource => return Ok(0),
        _ => {}
    }
    let elements: Vec<&Value> = items(&structure["snapshot"], "element").collect();
    let parents: BTreeSet<&str> = elements
        .iter()
        .filter_map(|element| text(element, "path").rsplit_once('.'))
        .map(|(parent, _)| parent)
        .collect();
    let mut members = 0;
    for parent in &parents {
        let letter = if is_resource && *parent == name {
            'R'
        } else {
            'C'
        };
        let own = elements.iter().find(|e| text(e, "path") == *parent);
        let keys = own.map_or(String::new(), |element| keys(element));
        let _ = writeln!(out, "{letter} {parent}{keys}");
        members += add_elements(parent, &elements, &parents, out)?;
    }
    Ok(members)
}

fn add_elements(
    parent: &str,
    elements: &[&Value],
    parents: &BTreeSet<&str>,
    out: &mut String,
) -> Result<usize, CompileError> {
    let (mut positions, mut members) = (0, 0);
    for element in elements {
        let path = text(element, "path");
        let own = path.rsplit_once('.').filter(|(owner, _)| *owner == parent);
        let Some((_, name)) = own.filter(|_| text(element, "max") != "0") else {
            continue;
        };
        let types = types_of(element, path, parents);
        if types.is_empty() {
            return Err(CompileError::Missing(path.to_owned(), "type"));
        }
        positions += 1;
        members += types.len();
        let max = text(element, "max");
        let rules = rules(element, parents.contains(path));
        let _ = writeln!(
            out,
            " {name} {} {max} {}{rules}",
            element["min"],
            types.join("|")
        );
    }
    if positions > 128 {
        return Err(CompileError::TooMany(parent.to_owned()));
    }
    Ok(members)
}

fn types_of<'v>(element: &'v Value, path: &'v str, parents: &BTreeSet<&str>) -> Vec<&'v str> {
    if parents.contains(path) {
        return vec![path];
    }
    if let Some(target) = text(element, "contentReference").strip_prefix('#') {
        return vec![target];
    }
    let mut types: Vec<&str> = items(element, "type").map(|t| text(t, "code")).collect();
    types.dedup();
    types
}

/// What an element asks beyond count and type: binding `b=`, targets of references `t=`,
/// profile of its type `p=`, invariants `k=`.
fn rules(element: &Value, has_type_of_its_own: bool) -> String {
    let mut rules = String::new();
    let binding = &element["binding"];
    let strength = text(binding, "strength");
    if matches!(strength, "required" | "extensible") && !text(binding, "valueSet").is_empty() {
        let value_set = bare(text(binding, "valueSet"));
        let _ = write!(rules, " b={}:{value_set}", &strength[..1]);
    }
    let references = items(element, "type").filter(|t| text(t, "code") == "Reference");
    let targets: BTreeSet<&str> = references
        .flat_map(|t| items(t, "targetProfile"))
        .filter_map(Value::as_str)
        .map(last_step)
        .collect();
    if !targets.is_empty() && !targets.contains("Resource") {
        let targets: Vec<&str> = targets.into_iter().collect();
        let _ = write!(rules, " t={}", targets.join(","));
    }
    let mut profiles = items(element, "type").flat_map(|t| items(t, "profile"));
    if let Some(profile) = profiles.find_map(Value::as_str).filter(|p| {
        p.strip_prefix(R4_BASE)
            .is_some_and(|n| n.ends_with("Quantity"))
    }) {
        let _ = write!(rules, " p={profile}");
    }
    if !has_type_of_its_own {
        rules.push_str(&keys(element));
    }
    rules
}

fn keys(element: &Value) -> String {
    let keys: Vec<&str> = items(element, "constraint")
        .map(|constraint| text(constraint, "key"))
        .collect();
    if keys.is_empty() {
        return String::new();
    }
    format!(" k={}", keys.join(","))
}
