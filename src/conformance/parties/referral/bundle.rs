//! Small moves over a message Bundle held as JSON.

use serde_json::{Value, json};
use uuid::Uuid;

/// Every resource of a kind, in the order of the entries.
pub fn resources<'a>(bundle: &'a Value, kind: &'a str) -> impl Iterator<Item = &'a Value> {
    entries(bundle)
        .map(|entry| &entry["resource"])
        .filter(move |resource| resource["resourceType"] == kind)
}

/// The entries.
pub fn entries(bundle: &Value) -> impl Iterator<Item = &Value> {
    bundle["entry"].as_array().into_iter().flatten()
}

/// The first resource of a kind, to be changed.
pub fn resource_mut<'a>(bundle: &'a mut Value, kind: &str) -> Option<&'a mut Value> {
    bundle["entry"]
        .as_array_mut()?
        .iter_mut()
        .map(|entry| &mut entry["resource"])
        .find(|resource| resource["resourceType"] == kind)
}

/// The resource that a `urn:uuid:` reference names.
pub fn resolve<'a>(bundle: &'a Value, reference: &str) -> Option<&'a Value> {
    entries(bundle)
        .find(|entry| entry["fullUrl"] == reference)
        .map(|entry| &entry["resource"])
}

/// Keeps the resources that `wanted` says.
pub fn retain(bundle: &mut Value, wanted: impl Fn(&Value) -> bool) {
    if let Some(entries) = bundle["entry"].as_array_mut() {
        entries.retain(|entry| wanted(&entry["resource"]));
    }
}

/// Whether a resource carries a coding in a member: a CodeableConcept or a list of them.
pub fn has_code(resource: &Value, member: &str, system: &str, code: Option<&str>) -> bool {
    let concepts = match &resource[member] {
        Value::Array(list) => list.iter().collect(),
        one => vec![one],
    };
    concepts
        .into_iter()
        .flat_map(|concept| concept["coding"].as_array().into_iter().flatten())
        .any(|coding| coding["system"] == system && code.is_none_or(|code| coding["code"] == code))
}

/// A CodeableConcept with one coding.
pub fn concept(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": system, "code": code}]})
}

/// Every `reference` in the tree.
pub fn references(tree: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    let mut open = vec![tree];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                if let Some(reference) = members.get("reference").and_then(Value::as_str) {
                    found.push(reference);
                }
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    found
}

/// Gives every UUID of the tree another one: same mask, same neighbourhood, so that
/// references still meet. Version and variant stay.
pub fn remint(tree: &mut Value, mask: u128) {
    match tree {
        Value::String(text) => {
            let (head, tail) = match text.rfind([':', '/']) {
                Some(place) => text.split_at(place + 1),
                None => ("", text.as_str()),
            };
            let known = ["", "urn:uuid:", "EpisodeOfCare/"].contains(&head) && tail.len() == 36;
            if let (true, Ok(id)) = (known, Uuid::try_parse(tail)) {
                *text = format!("{head}{}", masked(id, mask));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| remint(item, mask)),
        Value::Object(members) => members.values_mut().for_each(|value| remint(value, mask)),
        _ => {}
    }
}

/// A UUID under a mask.
pub fn masked(id: Uuid, mask: u128) -> Uuid {
    const VERSION_AND_VARIANT: u128 = 0x0000_0000_0000_f000_c000_0000_0000_0000;
    Uuid::from_u128(id.as_u128() ^ (mask & !VERSION_AND_VARIANT))
}

/// A mask of a seed; seed 0 changes nothing.
pub fn mask_of(seed: u64) -> u128 {
    if seed == 0 {
        return 0;
    }
    u128::from(mixed(seed)) << 64 | u128::from(mixed(seed ^ 0x5bd1_e995_97f4_a7c5))
}

/// Spreads neighbouring numbers over the whole range (the finaliser of a well-known
/// counter-based generator); one to one.
const fn mixed(number: u64) -> u64 {
    let mut word = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
