//! How an item of a sliced element is told to be of a slice.
//!
//! A criterion is `kind:path:argument`, the path from the item to what is looked at:
//! `eq` an exact value, `pat` a pattern, `vs` a code of a value set, `type` one of the
//! types, `exists` whether it is there. A slice without one it can be told by has the
//! criterion `none`: it is named as not evaluated.

use serde_json::Value;

use super::draft::Branch;

/// States the criteria of every slice in a tree.
pub(super) fn state(branch: &mut Branch, source: &str) {
    let discriminators = discriminators(branch);
    for slice in &mut branch.slices {
        state(slice, source);
        // The first statement stays: ancestors' slices keep their criteria unless the
        // facts they rest on were changed, which no published profile does.
        if slice.value("match").is_some_and(|said| said != "none") {
            continue;
        }
        let criteria: Option<Vec<String>> = discriminators
            .iter()
            .map(|(kind, path)| criterion(slice, kind, path))
            .collect();
        let value = match criteria {
            Some(criteria) if !criteria.is_empty() => criteria.join("\u{1f}"),
            _ => "none".to_owned(),
        };
        slice.state("match", value, source);
    }
    for child in &mut branch.children {
        state(child, source);
    }
}

/// Kind and path of each; implied for extensions (url) and choices (type).
fn discriminators(branch: &Branch) -> Vec<(String, String)> {
    let implied = |kind: &str, path: &str| vec![(kind.to_owned(), path.to_owned())];
    if matches!(branch.name.as_str(), "extension" | "modifierExtension") {
        return implied("value", "url");
    }
    let stated = branch.value("slicing").unwrap_or_default();
    let stated: Vec<_> = stated
        .split(';')
        .filter_map(|word| word.split_once(':'))
        .map(|(kind, path)| (kind.to_owned(), path.to_owned()))
        .collect();
    if stated.is_empty() && branch.name.ends_with("[x]") {
        return implied("type", "$this");
    }
    stated
}

fn criterion(slice: &Branch, kind: &str, path: &str) -> Option<String> {
    if path.contains('(') {
        return None;
    }
    let steps: Vec<&str> = path.split('.').filter(|step| *step != "$this").collect();
    match kind {
        "value" | "pattern" => value(slice, path, &steps),
        "type" => {
            let found = follow(slice, &steps)?.value("type")?;
            let names: Vec<&str> = found
                .split('|')
                .map(|one| one.split(['(', '<']).next().unwrap_or(one))
                .collect();
            Some(format!("type:{path}:{}", names.join(",")))
        }
        "exists" => {
            let found = follow(slice, &steps)?;
            if found.value("max") == Some("0") {
                return Some(format!("exists:{path}:false"));
            }
            found.value("min").map(|_| format!("exists:{path}:true"))
        }
        _ => None,
    }
}

fn child<'b>(branch: &'b Branch, step: &str) -> Option<&'b Branch> {
    let is_it = |b: &&Branch| b.name == step || b.name.strip_suffix("[x]") == Some(step);
    branch.children.iter().find(is_it)
}

fn follow<'b>(branch: &'b Branch, steps: &[&str]) -> Option<&'b Branch> {
    steps
        .iter()
        .try_fold(branch, |branch, step| child(branch, step))
}

/// The value that stands at the path, or in a fixed value or pattern on the way to it.
fn value(slice: &Branch, path: &str, steps: &[&str]) -> Option<String> {
    let mut at = Some(slice);
    for passed in 0..=steps.len() {
        let Some(branch) = at else { break };
        let rest = &steps[passed..];
        for (key, kind) in [("fixed", "eq"), ("pattern", "pat")] {
            let json = branch.value(key);
            let json = json.and_then(|json| serde_json::from_str::<Value>(json).ok());
            if let Some(found) = json.and_then(|json| inside(json, rest)) {
                return Some(format!("{kind}:{path}:{found}"));
            }
        }
        if rest.is_empty()
            && let Some(url) = branch.value("bind").and_then(|b| b.strip_prefix("r:"))
        {
            return Some(format!("vs:{path}:{url}"));
        }
        at = rest.first().and_then(|step| child(branch, step));
    }
    // An extension is known by the address of its definition.
    let profile = slice.value("type")?.strip_prefix("Extension<")?;
    let profile = profile.strip_suffix('>').filter(|_| path == "url")?;
    Some(format!("eq:url:{}", Value::from(profile)))
}

fn inside(json: Value, steps: &[&str]) -> Option<Value> {
    let Some((step, rest)) = steps.split_first() else {
        return Some(json);
    };
    let below = match json {
        Value::Array(items) => items.into_iter().next()?.get(*step)?.clone(),
        other => other.get(*step)?.clone(),
    };
    let below = match below {
        Value::Array(items) => items.into_iter().next()?,
        other => other,
    };
    inside(below, rest)
}
