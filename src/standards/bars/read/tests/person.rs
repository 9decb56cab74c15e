use serde_json::json;

use super::*;
use crate::domain::case::{NhsNumberStatus, Security};
use crate::domain::identifiers::{NhsNumber, OdsCode, Postcode};
use crate::standards::bars::sample::{self, resource};

#[test]
fn the_person_is_read_with_their_own_contacts_by_rank_and_nobody_elses() {
    let person = referral_of(&sample::referral()).person;
    assert_eq!(
        person.nhs_number.as_ref().map(NhsNumber::expose),
        Some("9990000018")
    );
    assert_eq!(person.nhs_number_status, NhsNumberStatus::Verified);
    assert_eq!(
        person.name.family.as_ref().map(|n| n.expose().as_str()),
        Some("Quillfeather")
    );
    assert_eq!(person.name.given.len(), 2);
    assert_eq!(
        person.address.postcode.as_ref().map(Postcode::expose),
        Some("ZZ1 1ZZ")
    );
    assert_eq!(
        person.practice.as_ref().map(OdsCode::as_str),
        Some("Y99001")
    );
    assert_eq!(
        person.ethnicity.known().map(|e| e.expose().as_str()),
        Some("A")
    );
    assert_eq!(person.security, Security::Unrestricted);
    let contacts: Vec<&str> = person
        .contacts
        .iter()
        .map(|c| c.value.expose().as_str())
        .collect();
    assert_eq!(
        contacts,
        ["07700900001", "01632960001", "orla@person.example"]
    );
}

#[test]
fn two_different_nhs_numbers_are_a_fault() {
    let told = faults(|message| {
        let second =
            json!({ "system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000026" });
        let identifiers = resource(message, 3)["identifier"]
            .as_array_mut()
            .expect("identifiers");
        identifiers.push(second);
    });
    assert_eq!(
        told,
        ["WW-REF-017 Bundle.entry[2].resource.identifier[1].value"]
    );
}

#[test]
fn a_referral_without_an_nhs_number_is_taken() {
    let mut message = sample::referral();
    resource(&mut message, 3)
        .as_object_mut()
        .expect("resource")
        .remove("identifier");
    assert_eq!(referral_of(&message).person.nhs_number, None);
}

#[test]
fn security_labels_restrict_and_an_unknown_one_restricts_too() {
    for (label, security) in [
        ("U", Security::Unrestricted),
        ("R", Security::Restricted),
        ("V", Security::Restricted),
        ("REDACTED", Security::Restricted),
        ("N", Security::Unrestricted),
        ("Q", Security::Unrecognised),
    ] {
        let mut message = sample::referral();
        resource(&mut message, 3)["meta"]["security"] = json!([{ "code": label }]);
        assert_eq!(referral_of(&message).person.security, security, "{label}");
    }
}

#[test]
fn a_label_on_the_bundle_or_on_any_resource_restricts_as_well() {
    let mut on_bundle = sample::referral();
    on_bundle["meta"]["security"] = json!([{ "code": "R" }]);
    let mut on_request = sample::referral();
    resource(&mut on_request, 1)["meta"]["security"] = json!([{ "code": "V" }]);
    for message in [on_bundle, on_request] {
        let person = referral_of(&message).person;
        assert_eq!(person.security, Security::Restricted);
    }
}
