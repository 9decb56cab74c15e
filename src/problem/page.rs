//! The page of all error codes.

use std::fmt::Write;

use super::{Entry, catalogue};

/// The areas of codes and what they are about.
pub const AREAS: &[(&str, &str)] = &[
    ("CFG", "settings and start-up"),
    ("HDR", "the headers of a request"),
    ("FHR", "reading FHIR"),
    ("REF", "what a message says"),
    ("RTE", "choosing a provider"),
    ("MAP", "mapping tables"),
    ("TBL", "tables in use: loading, approving, comparing"),
    ("STO", "the durable store"),
    ("DLV", "delivery to providers and answers to referrers"),
    ("PRV", "the provider API"),
    ("SAF", "people and made-up people"),
    ("HND", "referring a person on"),
    ("OPR", "what an operator asks"),
    ("QUE", "the queue of what waits for a person"),
    ("PLC", "places and organisations"),
];

/// `docs/reference/errors.md`, made from the catalogue.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Error codes\n\n\
         This page is made from the catalogue in `src/problem/area/`; do not edit it. \
         `workwell-gateway explain WW-CFG-001` prints one entry.\n\n\
         A code keeps its meaning for good; a number is never used again. \
         BaRS callers get an OperationOutcome with the BaRS code and the issue code, \
         other callers `application/problem+json`. \
         An answer names every fault at once, each with its place, and never a datum of a person.\n",
    );
    for (area, about) in AREAS {
        let entries: Vec<&Entry> = catalogue().filter(|entry| is_in(entry, area)).collect();
        if entries.is_empty() {
            continue;
        }
        let _ = write!(page, "\n## {area}: {about}\n");
        for entry in entries {
            section(&mut page, entry);
        }
    }
    page
}

fn is_in(entry: &Entry, area: &str) -> bool {
    entry.code.split('-').nth(1) == Some(area)
}

fn section(page: &mut String, entry: &Entry) {
    let _ = write!(
        page,
        "\n### {code}\n\n**{title}.** {meaning}\n\n\
         | | |\n|---|---|\n\
         | What to do | {advice} |\n\
         | Who acts | {by} |\n\
         | HTTP status | {http} |\n\
         | BaRS code | `{bars}` |\n\
         | FHIR issue code | `{issue}` |\n\
         | Try again | {retry} |\n",
        code = entry.code,
        title = capital(entry.title),
        meaning = entry.meaning,
        advice = entry.advice.replace('|', "\\|"),
        by = entry.fixed_by.words(),
        http = entry.http,
        bars = entry.bars,
        issue = entry.issue,
        retry = entry.retry.words(),
    );
}

/// The text with a capital letter at its start.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Fails when a committed page differs from what would be made now; with UPDATE=1 in
/// the environment it writes the page instead.
#[cfg(test)]
pub(crate) fn assert_current(path: &str, wanted: &str) {
    let file = crate::testing::package(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, wanted).expect("the page can be written");
        return;
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == wanted,
        "{path} is not current; write it anew with: UPDATE=1 cargo test --lib is_current"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_error_codes_is_current() {
        assert_current("docs/reference/errors.md", &markdown());
    }

    #[test]
    fn every_entry_is_on_the_page() {
        let page = markdown();
        for entry in catalogue() {
            let heading = format!("### {}\n", entry.code);
            assert!(
                page.contains(&heading),
                "{}: add its area to AREAS",
                entry.code
            );
        }
    }
}
