//! Small readers of published JSON.

use serde_json::{Map, Value};

use super::CompileError;

pub(super) fn read(source: &[u8]) -> Result<Value, CompileError> {
    serde_json::from_slice(source).map_err(|error| CompileError::NotJson(error.to_string()))
}

pub(super) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

pub(super) fn items<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value[name].as_array().into_iter().flatten()
}

/// The resources of a Bundle, or the one resource that stands alone.
pub(super) fn resources(value: &Value) -> Vec<&Value> {
    if text(value, "resourceType") == "Bundle" {
        return items(value, "entry")
            .map(|entry| &entry["resource"])
            .collect();
    }
    vec![value]
}

pub(super) fn copy(from: &Value, to: &mut Map<String, Value>, names: &[&str]) {
    for name in names {
        if let Some(value) = from.get(name) {
            to.insert((*name).to_owned(), value.clone());
        }
    }
}

/// A canonical address without its version.
pub(super) fn bare(canonical: &str) -> &str {
    canonical.split('|').next().unwrap_or(canonical)
}

/// The last step of an address.
pub(super) fn last_step(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}
