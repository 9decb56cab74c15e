//! Refused because of where the person would go, or of a referral that is already here.

use workwell_gateway::config::Policy;
use workwell_gateway::conformance::parties::referral::{Consent, Place, Referral};

use super::{facts, open_cases, quiet, quieted, reaches, refuses, wire};
use crate::support::TestGateway;
use crate::testing::{copy, package};

const UNPROCESSABLE: &str = "REC_UNPROCESSABLE_ENTITY";

async fn nobody(referral: Referral, issue: &'static str, code: &'static str) -> wire::Reply {
    let gateway = quiet().await;
    let sending = gateway.parties.gp.prepare(&referral);
    let reply = refuses(&gateway, &sending, (422, UNPROCESSABLE, issue, code, "")).await;
    assert_eq!(
        facts(&gateway, "message.refused").await,
        1,
        "one refusal is on record"
    );
    reply
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_of_another_area_is_refused_and_stays_with_the_referrer() {
    let reply = nobody(
        Referral::new(1).at(Place::NOWHERE),
        "not-supported",
        "WW-RTE-001",
    )
    .await;
    let text = String::from_utf8_lossy(&reply.bytes).into_owned();
    assert!(text.contains("remain responsible"), "{text}");
    assert!(
        !text.contains("ZZ99") && !text.contains("Y99009"),
        "no place is told: {text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_whom_the_local_service_does_not_take_is_refused_in_its_own_words() {
    let young = Referral::new(1).at(Place::LANTERN).change(|bundle| {
        let patient = workwell_gateway::conformance::parties::referral::bundle::resource_mut(
            bundle, "Patient",
        );
        patient.expect("a Patient")["birthDate"] = serde_json::json!("2015-05-05");
    });
    let reply = nobody(young, "not-supported", "WW-RTE-002").await;
    let told = reply.json["issue"][0]["diagnostics"]
        .as_str()
        .unwrap_or_default();
    assert!(told.contains("from their sixteenth birthday"), "{told}");
    assert!(!told.contains("2015"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_without_postcode_and_practice_is_refused() {
    let referral = Referral::new(1).without_address().without_practice();
    nobody(referral, "required", "WW-RTE-003").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postcode_and_a_practice_that_no_list_knows_are_refused() {
    let referral = Referral::new(1).postcode("AB12 3CD").practice("Y98765");
    nobody(referral, "not-found", "WW-RTE-004").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_providers_without_a_tie_rule_are_refused_and_named() {
    let tables = tempfile::tempdir().expect("a folder");
    copy(&package("mappings"), tables.path());
    let area = tables.path().join("exampleshire/area.toml");
    let text = std::fs::read_to_string(&area).expect("an area");
    std::fs::write(&area, text.replace("\"prefer-practice\"", "\"none\"")).expect("written");
    let folder = tables.path().to_owned();
    let gateway = quieted(TestGateway::with(|s| s.tables.mappings = folder).await);
    let between = Referral::new(1).postcode("ZZ99 1AA").practice("Y99004");
    let sending = gateway.parties.gp.prepare(&between);
    let expected = (422, UNPROCESSABLE, "multiple-matches", "WW-RTE-005", "");
    let reply = refuses(&gateway, &sending, expected).await;
    let told = reply.json["issue"][0]["diagnostics"]
        .as_str()
        .unwrap_or_default();
    assert!(
        told.contains("lantern") && told.contains("vale-nhs-trust"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_providers_with_a_tie_rule_are_told_apart_by_it() {
    let gateway = quiet().await;
    let between = Referral::new(1).postcode("ZZ99 1AA").practice("Y99004");
    reaches(&gateway, &between, "vale-nhs-trust").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_referral_under_an_open_identifier_is_a_conflict() {
    let gateway = quiet().await;
    let first = Referral::new(1)
        .at(Place::LANTERN)
        .request_identifier("LK-1");
    reaches(&gateway, &first, "lantern").await;
    let before = open_cases(&gateway).await;
    let second = Referral::new(2)
        .at(Place::LANTERN)
        .request_identifier("LK-1");
    let sending = gateway.parties.gp.prepare(&second);
    let reply = wire::post(&gateway, &sending).await;
    let expected = [
        "REC_CONFLICT",
        "conflict",
        "WW-REF-042",
        "ServiceRequest.identifier",
    ];
    assert_eq!(
        (reply.status, reply.errors()),
        (409, vec![expected.map(str::to_owned)])
    );
    reply.assert_outcome();
    assert_eq!(
        wire::post(&gateway, &sending).await.bytes,
        reply.bytes,
        "the repeat"
    );
    assert_eq!(open_cases(&gateway).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_may_refuse_a_referral_without_workwell_consent() {
    let gateway = TestGateway::with(|settings| {
        settings.bars.policies.workwell_consent = Policy::Refuse;
    });
    let gateway = quieted(gateway.await);
    let referral = Referral::new(1)
        .at(Place::LANTERN)
        .workwell_consent(Consent::Absent);
    let sending = gateway.parties.gp.prepare(&referral);
    let expected = (
        422,
        UNPROCESSABLE,
        "not-supported",
        "WW-REF-047",
        "http.Consent",
    );
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(reply.status, expected.0, "{}", reply.json);
    assert_eq!(reply.codes(), [expected.3]);
    reply.assert_outcome();
    assert_eq!(open_cases(&gateway).await, 0);
}
