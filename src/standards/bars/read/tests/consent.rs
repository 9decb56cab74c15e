use serde_json::{Value, json};

use crate::domain::consent::{Consents, Decision, Recipient};
use crate::domain::sensitive::Sensitive;
use crate::standards::bars::sample::{self, found, policy, read_as};

fn workwell_consent(code: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut consent = json!({
        "resourceType": "Consent",
        "status": "active",
        "scope": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy" }] },
        "category": [{ "coding": [{ "system": "https://workwell-gateway.example/CodeSystem/workwell-consent", "code": code }] }],
        "patient": { "reference": sample::url(3) },
        "dateTime": "2026-09-01T09:00:00+00:00",
        "performer": [{ "reference": sample::url(9) }],
        "policyRule": { "text": "WorkWell" },
        "provision": { "type": "permit" },
    });
    change(&mut consent);
    consent
}

fn consents(added: &[Value]) -> (Consents, Vec<String>) {
    let mut message = sample::referral();
    for (number, consent) in (40..).zip(added) {
        sample::add(&mut message, number, consent.clone());
    }
    let reading = read_as(&message, &policy());
    let told = found(&reading);
    (reading.referral.expect("a referral").consents, told)
}

#[test]
fn the_workwell_consent_is_its_own_record_with_its_evidence() {
    for (status, provision, decision) in [
        ("active", Some("permit"), Decision::Given),
        ("active", Some("deny"), Decision::Refused),
        ("rejected", None, Decision::Refused),
        ("inactive", Some("permit"), Decision::Withdrawn),
        ("draft", Some("permit"), Decision::NotRecorded),
        ("entered-in-error", Some("permit"), Decision::NotRecorded),
    ] {
        let consent = workwell_consent("workwell-referral", |c| {
            c["status"] = json!(status);
            c["provision"] = provision.map_or(
                json!({ "period": { "start": "2026" } }),
                |p| json!({ "type": p }),
            );
        });
        let (consents, told) = consents(&[consent]);
        assert_eq!(
            consents.workwell.decision, decision,
            "{status} {provision:?}"
        );
        assert_eq!(told, [""; 0]);
        assert!(consents.direct_care);
        let recorded_by = consents.workwell.recorded_by.map(Sensitive::into_exposed);
        assert_eq!(recorded_by.as_deref(), Some("Dr Ivo Thrupp"));
    }
}

#[test]
fn an_active_consent_without_permit_or_deny_counts_as_not_recorded() {
    let consent = workwell_consent("workwell-referral", |c| {
        c.as_object_mut().expect("consent").remove("provision");
    });
    let (consents, told) = consents(&[consent]);
    assert_eq!(consents.workwell.decision, Decision::NotRecorded);
    assert_eq!(told, ["w WW-REF-032 Bundle.entry[12].resource.provision"]);
}

#[test]
fn of_two_consents_the_later_counts_and_in_doubt_the_stricter() {
    let given = workwell_consent("workwell-referral", |_| {});
    let later_refusal = workwell_consent("workwell-referral", |c| {
        c["dateTime"] = json!("2026-09-02");
        c["provision"]["type"] = json!("deny");
    });
    let undated_refusal = workwell_consent("workwell-referral", |c| {
        c.as_object_mut().expect("consent").remove("dateTime");
        c["provision"]["type"] = json!("deny");
    });
    for added in [
        [given.clone(), later_refusal.clone()],
        [later_refusal, given.clone()],
        [given.clone(), undated_refusal.clone()],
        [undated_refusal, given],
    ] {
        assert_eq!(consents(&added).0.workwell.decision, Decision::Refused);
    }
}

#[test]
fn consents_by_recipient_are_kept_apart() {
    let partner = workwell_consent("partner", |c| {
        c["provision"]["actor"] = json!([{
            "role": { "text": "recipient" },
            "reference": { "display": "Saltmarsh Trust" },
        }]);
    });
    let (consents, _) = consents(&[
        workwell_consent("employer", |c| c["provision"]["type"] = json!("deny")),
        workwell_consent("gp-feedback", |_| {}),
        partner,
    ]);
    assert_eq!(consents.workwell.decision, Decision::NotRecorded);
    assert_eq!(
        consents.for_recipient(&Recipient::Employer),
        Decision::Refused
    );
    assert_eq!(
        consents.for_recipient(&Recipient::GpFeedback),
        Decision::Given
    );
    assert_eq!(
        consents.for_recipient(&Recipient::Evaluation),
        Decision::NotRecorded
    );
    let partner = Recipient::Partner("Saltmarsh Trust".to_owned());
    assert_eq!(consents.for_recipient(&partner), Decision::Given);
}
