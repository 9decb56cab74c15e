//! `profiles show NAME`: what one profile and those it is built on add to FHIR R4.

use std::io::Write;

use clap::Args;

use crate::config::nearest;
use crate::standards::profile::compile::draft::{self, Branch, Draft};
use crate::standards::profile::rules;
use crate::surfaces::cli::{Format, exit};

/// Arguments of `profiles show`.
#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// Canonical address, or its last part
    name: String,
    /// Text for people, JSON for programs
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
}

pub(super) fn run(args: &ShowArgs, out: &mut dyn Write) -> i32 {
    let drafts = draft::read(rules::PROFILES);
    let last = |draft: &Draft| draft.url.rsplit('/').next().unwrap_or_default().to_owned();
    let found = drafts
        .iter()
        .find(|draft| draft.url == args.name || last(draft) == args.name);
    let Some(draft) = found else {
        let names: Vec<String> = drafts.iter().map(last).collect();
        let hint = nearest(&args.name, names.iter().map(String::as_str), 1);
        let hint = hint
            .first()
            .map_or(String::new(), |name| format!("; did you mean {name}?"));
        let line = format!("no profile is named {}{hint}", args.name);
        return exit::after(&writeln!(out, "{line}"), exit::FINDING);
    };
    let mut rows = Vec::new();
    rows_below(&draft.root, "", &mut rows);
    let text = match args.format {
        Format::Text => as_text(draft, &rows),
        Format::Json => as_json(draft, &rows).to_string(),
    };
    exit::after(&writeln!(out, "{text}"), exit::OK)
}

struct Row<'d> {
    path: String,
    branch: &'d Branch,
}

fn rows_below<'d>(branch: &'d Branch, above: &str, rows: &mut Vec<Row<'d>>) {
    let path = match (above, branch.name.as_str()) {
        (_, name) if name.starts_with(':') => format!("{above}{name}"),
        ("", name) => name.to_owned(),
        (above, name) => format!("{above}.{name}"),
    };
    for below in branch.children.iter().chain(&branch.slices) {
        rows_below(below, &path, rows);
    }
    rows.push(Row { path, branch });
}

/// One fact in words.
fn words(key: &str, value: &str) -> Option<String> {
    let short = |url: &str| url.rsplit('/').next().unwrap_or(url).to_owned();
    Some(match key {
        "min" => format!("at least {value}"),
        "max" if value == "0" => "none".to_owned(),
        "max" => format!("at most {value}"),
        "type" => {
            let types = value
                .split('|')
                .map(|one| match one.split_once(['(', '<']) {
                    Some((name, rest)) => {
                        let list = rest.trim_end_matches([')', '>']).split(';').map(short);
                        format!("{name}({})", list.collect::<Vec<_>>().join(", "))
                    }
                    None => one.to_owned(),
                });
            format!("type {}", types.collect::<Vec<_>>().join(" or "))
        }
        "fixed" => format!("fixed {value}"),
        "pattern" => format!("pattern {value}"),
        "bind" => {
            let (strength, url) = value.split_once(':')?;
            let strength = if strength == "r" {
                "required"
            } else {
                "extensible"
            };
            format!("{strength} codes of {}", short(url))
        }
        "con" => format!("invariants {value}"),
        "slicing" => format!("slices: {}", value.replace(';', ", ")),
        _ => return None,
    })
}

fn as_text(draft: &Draft, rows: &[Row<'_>]) -> String {
    let mut lines = vec![
        format!("{} {}", draft.url, draft.version),
        format!("{} profile of package {}", draft.of_type, draft.layer),
    ];
    lines.extend(draft.ancestors.iter().map(|url| format!("built on {url}")));
    lines.push(String::new());
    let mut sorted: Vec<&Row<'_>> = rows.iter().collect();
    sorted.sort_by(|one, other| one.path.cmp(&other.path));
    for row in sorted {
        let facts: Vec<String> = row
            .branch
            .facts
            .iter()
            .filter_map(|(key, fact)| words(key, &fact.value))
            .collect();
        if facts.is_empty() {
            continue;
        }
        lines.push(row.path.clone());
        let told = facts.join("; ");
        lines.push(crate::surfaces::cli::wrap("    ", &told));
    }
    lines.join("\n")
}

fn as_json(draft: &Draft, rows: &[Row<'_>]) -> serde_json::Value {
    let elements: Vec<serde_json::Value> = rows
        .iter()
        .filter(|row| !row.branch.facts.is_empty())
        .map(|row| {
            let facts = row.branch.facts.iter();
            let facts = facts
                .filter(|(key, _)| **key != "match")
                .map(|(key, fact)| {
                    let value = serde_json::json!({"value": fact.value, "by": fact.source});
                    ((*key).to_owned(), value)
                });
            let facts: serde_json::Map<String, serde_json::Value> = facts.collect();
            serde_json::json!({"path": row.path, "facts": facts})
        })
        .collect();
    serde_json::json!({
        "url": draft.url, "version": draft.version, "type": draft.of_type,
        "package": draft.layer, "builtOn": draft.ancestors, "elements": elements,
    })
}
