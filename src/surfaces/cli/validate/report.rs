//! What `validate` says. Names and places only, never a value of the document.

use serde_json::{Value, json};

use super::Checked;
use crate::standards::profile::{Finding, Severity};
use crate::surfaces::cli::wrap;

/// For people, in the order of the document.
pub(super) fn text(checked: &Checked) -> String {
    let mut parts: Vec<String> = checked
        .findings
        .iter()
        .filter(|finding| finding.severity != Severity::Information)
        .map(|finding| told(checked, finding))
        .collect();
    let notes: Vec<String> = checked
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Information)
        .map(|finding| wrap("  - ", &format!("{}: {}", finding.path, finding.found)))
        .collect();
    if !notes.is_empty() {
        parts.push(format!("not evaluated:\n{}", notes.join("\n")));
    }
    let count = |severity| {
        let found = checked.findings.iter();
        found.filter(|finding| finding.severity == severity).count()
    };
    let errors = count(Severity::Error);
    let verdict = if errors == 0 {
        "conforms"
    } else {
        "does not conform"
    };
    let summary = format!(
        "{} {verdict}: {}, {}, {} not evaluated.",
        checked.name,
        several(errors, "error"),
        several(count(Severity::Warning), "warning"),
        count(Severity::Information),
    );
    parts.push(wrap("", &summary));
    parts.join("\n\n")
}

fn several(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

fn told(checked: &Checked, finding: &Finding) -> String {
    let (line, column) = checked.source.place(finding);
    let head = format!(
        "{}:{line}:{column}  {}  {} ({})",
        checked.name,
        finding.severity.code(),
        finding.rule,
        finding.layer.code()
    );
    let mut lines = vec![wrap("", &head), wrap("  ", &finding.path)];
    lines.push(wrap("  ", &format!("found {};", finding.found)));
    lines.push(wrap("  ", &format!("expected {}", finding.expected)));
    if let Some(url) = finding
        .profile
        .filter(|url| !finding.expected.contains(url))
    {
        lines.push(wrap("  ", &format!("by {url}")));
    }
    lines.join("\n")
}

/// For programs: every finding with its place.
pub(super) fn json(checked: &Checked) -> Value {
    let findings: Vec<Value> = checked
        .findings
        .iter()
        .map(|finding| {
            let (line, column) = checked.source.place(finding);
            json!({
                "severity": finding.severity.code(),
                "rule": finding.rule,
                "layer": finding.layer.code(),
                "path": finding.path,
                "line": line,
                "column": column,
                "found": finding.found,
                "expected": finding.expected,
                "profile": finding.profile,
            })
        })
        .collect();
    let conforms = !checked.findings.iter().any(Finding::is_error);
    json!({ "file": checked.name, "conforms": conforms, "findings": findings })
}
