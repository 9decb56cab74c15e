//! `[validation]`, `[referrers]` and `[profiles]`.

use std::collections::BTreeMap;

use super::reader::Reader;
use super::{Profiles, Validation, Verdict};
use crate::domain::identifiers::OdsCode;

const WORDS: [(&str, Verdict); 3] = [
    ("reject", Verdict::Reject),
    ("warn", Verdict::Warn),
    ("ignore", Verdict::Ignore),
];

pub(super) fn general(reader: &mut Reader<'_>) -> Validation {
    written(reader, "validation")
}

/// What is written under one table; a structure that is not sound can be reported, never
/// passed over in silence.
fn written(reader: &mut Reader<'_>, table: &str) -> Validation {
    let mut validation = Validation::default();
    for layer in reader.names(&format!("{table}.layers")) {
        let key = format!("{table}.layers.{layer}");
        let allowed = if layer == "structure" {
            &WORDS[..2]
        } else {
            &WORDS[..]
        };
        let verdict = reader.choice(&key, allowed);
        validation.layers.insert(layer, verdict);
    }
    for rule in reader.names(&format!("{table}.rules")) {
        let verdict = reader.choice(&format!("{table}.rules.{rule}"), &WORDS);
        validation.rules.insert(rule, verdict);
    }
    validation
}

pub(super) fn referrers(reader: &mut Reader<'_>) -> BTreeMap<String, Validation> {
    let mut referrers = BTreeMap::new();
    for name in reader.names("referrers") {
        let Some((code, _)) = name.split_once('.') else {
            continue;
        };
        if referrers.contains_key(code) {
            continue;
        }
        if OdsCode::parse(code).is_none_or(|read| read.as_str() != code) {
            let reason = "the name is not an ODS code in capital letters";
            let example = "[referrers.A12345.validation.layers]";
            reader.fault(&format!("referrers.{name}"), reason, example);
        }
        let validation = written(reader, &format!("referrers.{code}.validation"));
        referrers.insert(code.to_owned(), validation);
    }
    referrers
}

pub(super) fn profiles(reader: &mut Reader<'_>) -> Profiles {
    Profiles {
        packages: reader.optional_path("profiles.packages"),
        required: reader.list(
            "profiles.required",
            (
                "expected the canonical address of a profile",
                "[\"https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient\"]",
            ),
            |text| text.contains(':').then(|| text.to_owned()),
        ),
    }
}
