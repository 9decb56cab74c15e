//! What UK Core publishes as examples, beside HAPI's verdicts on them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use workwell_gateway::standards::fhir::xml;

use super::{VERDICTS, errors};
use crate::support::shared;

/// Files that are right to one of the two and wrong to the other, and why.
pub(super) const EXPLAINED: &[(&str, &str)] = &[
    (
        "Extension-UKCore-CodingSCT-IllicitDrugs-Example.xml",
        "elements of the XML out of order: read by name, as JSON is, nothing of it is lost",
    ),
    (
        "UKCore-Observation-Lab-Albumin-Example.xml",
        "elements of the XML out of order: read by name, as JSON is, nothing of it is lost",
    ),
    (
        "UKCore-Patient-Sn-Makaton-Example.xml",
        "British Sign Language is one of all languages; HAPI takes the preferred list for a required one",
    ),
    (
        "Extension-UKCore-RecordingSetting-Example.xml",
        "the address of the extension is misspelt; HAPI tells an unknown extension as information",
    ),
    (
        "UKCore-Patient-BabyPatient-Example.xml",
        "the NHS number fails its check digit, which HAPI does not look at",
    ),
    (
        "UKCore-Provenance-RARecordConsent-Example.xml",
        "the reference is a type and then a whole address, which is no form of R4",
    ),
];

/// HAPI's verdict by file.
pub(super) fn verdicts() -> BTreeMap<String, String> {
    let path = Path::new(VERDICTS).join("uk-core/hapi.jsonl");
    let text = fs::read_to_string(path).expect("verdicts");
    let lines = text.lines().map(|line| {
        let verdict: Value = serde_json::from_str(line).expect("a verdict");
        let word = |name: &str| verdict[name].as_str().expect("a word").to_owned();
        (word("file"), word("verdict"))
    });
    lines.collect()
}

#[test]
fn the_published_examples_of_uk_core_are_right_or_wrong_as_hapi_says() {
    let Some(folder) = shared("corpus/uk-core") else {
        return;
    };
    let (mut looked_at, mut faults) = (0, Vec::new());
    for (file, verdict) in verdicts() {
        let source = fs::read(folder.join(&file)).expect("a published example");
        looked_at += 1;
        let found = if Path::new(&file)
            .extension()
            .is_some_and(|kind| kind == "xml")
        {
            match xml::to_json(&source, 1 << 24) {
                Ok(json) => errors(json),
                Err(faults) => faults
                    .iter()
                    .map(workwell_gateway::standards::fhir::Fault::what)
                    .collect(),
            }
        } else {
            errors(source)
        };
        let is_error = matches!(verdict.as_str(), "error" | "fatal");
        let is_explained = EXPLAINED.iter().any(|(known, _)| *known == file);
        if found.is_empty() == is_error && !is_explained {
            faults.push(format!("{file}: HAPI says {verdict}, ours {found:?}"));
        }
        if found.is_empty() != is_error && is_explained {
            faults.push(format!("{file} needs no explanation any more"));
        }
    }
    assert!(looked_at > 100, "{looked_at}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
