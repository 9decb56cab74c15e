use serde_json::json;

use super::*;
use crate::domain::case::BarrierGroup;
use crate::standards::bars::sample::{self, policy, read_as, resource};

#[test]
fn conditions_are_grouped_by_listed_codes_only() {
    let mut message = sample::referral();
    for (number, code, verification) in [
        (60, "35489007", "confirmed"),
        (61, "195967001", "refuted"),
        (62, "12345678910", "confirmed"),
    ] {
        sample::add(
            &mut message,
            number,
            json!({
                "resourceType": "Condition",
                "verificationStatus": { "coding": [{ "code": verification }] },
                "code": { "coding": [{ "system": SNOMED, "code": code }] },
                "subject": { "reference": sample::url(3) },
            }),
        );
    }
    let groups: Vec<BarrierGroup> = referral_of(&message)
        .barriers
        .iter()
        .map(|b| b.group)
        .collect();
    assert_eq!(
        groups,
        [
            BarrierGroup::Msk,
            BarrierGroup::MentalHealth,
            BarrierGroup::NotKnown
        ]
    );
}

/// A referral whose one condition is coded so, or in words only.
fn condition(codings: &[(&str, &str)]) -> Reading {
    let mut message = sample::referral();
    let codings = codings.iter();
    let code = &mut resource(&mut message, 6)["code"];
    *code = json!({ "text": "Sore back" });
    if !codings.as_slice().is_empty() {
        code["coding"] = codings
            .map(|(system, code)| json!({ "system": system, "code": code }))
            .collect();
    }
    read_as(&message, &policy())
}

#[test]
fn a_condition_is_grouped_by_any_of_its_codes_and_keeps_the_snomed_one() {
    const ICD: &str = "http://hl7.org/fhir/sid/icd-10";
    for (codings, group, code) in [
        (
            vec![(ICD, "M54.5"), (SNOMED, "279039007")],
            BarrierGroup::Msk,
            Some("sct|279039007"),
        ),
        (
            vec![(SNOMED, "12345678910"), (ICD, "M54.5")],
            BarrierGroup::Msk,
            Some("sct|12345678910"),
        ),
        (
            // Two that are listed: SNOMED CT decides, wherever it stands.
            vec![(ICD, "M54.5"), (SNOMED, "35489007")],
            BarrierGroup::MentalHealth,
            Some("sct|35489007"),
        ),
        (vec![(ICD, "M54.5")], BarrierGroup::Msk, Some("icd10|M54.5")),
        (
            // A system without an alias; its code looks like a listed one.
            vec![("http://read.info/ctv3", "279039007")],
            BarrierGroup::NotKnown,
            None,
        ),
    ] {
        let referral = condition(&codings).referral.expect("a referral");
        let barrier = &referral.barriers[0];
        assert_eq!(barrier.group, group, "{codings:?}");
        let kept = barrier.code.as_ref().map(|code| code.expose().as_str());
        assert_eq!(kept, code, "{codings:?}");
    }
}

#[test]
fn a_code_in_no_group_is_told_by_its_system_and_words_alone_are_no_code() {
    for (codings, told) in [
        (vec![(SNOMED, "279039007")], &[][..]),
        (vec![(SNOMED, "12345678910")], &["sct"]),
        (
            vec![("http://hl7.org/fhir/sid/icd-10", "Z99.9")],
            &["icd10"],
        ),
        (vec![("http://read.info/ctv3", "X0001")], &["other"]),
        (vec![], &[]),
    ] {
        let reading = condition(&codings);
        assert_eq!(reading.conditions_in_no_group, told, "{codings:?}");
    }
}
