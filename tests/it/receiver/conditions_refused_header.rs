//! Refused for the request's headers: nothing of the body is looked at.

use serde_json::json;
use workwell_gateway::conformance::parties::referral::{Place, Referral};
use workwell_gateway::domain::caller::Caller;

use super::{encoded, quiet, refuses, refuses_all, wire};
use crate::support::TestGateway;

const BAD: &str = "REC_BAD_REQUEST";

async fn prepared() -> (
    TestGateway,
    workwell_gateway::conformance::parties::gp::Sending,
) {
    let gateway = quiet().await;
    let sending = gateway
        .parties
        .gp
        .prepare(&Referral::new(1).at(Place::LANTERN));
    (gateway, sending)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_request_id_is_refused_and_the_other_id_comes_back() {
    let (gateway, sending) = prepared().await;
    let sending = sending.header("X-Request-Id", None);
    let expected = (400, BAD, "required", "WW-HDR-001", "http.X-Request-Id");
    refuses(&gateway, &sending, expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_correlation_id_is_refused() {
    let (gateway, sending) = prepared().await;
    let sending = sending.header("X-Correlation-Id", None);
    let expected = (400, BAD, "required", "WW-HDR-001", "http.X-Correlation-Id");
    refuses(&gateway, &sending, expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_ids_are_refused_as_invalid_on_a_message() {
    let (gateway, sending) = prepared().await;
    let sending = sending
        .header("X-Request-Id", Some("not-a-uuid"))
        .header("X-Correlation-Id", Some("4711"));
    let expected = [
        (400, BAD, "invalid", "WW-HDR-002", "http.X-Request-Id"),
        (400, BAD, "invalid", "WW-HDR-002", "http.X-Correlation-Id"),
    ];
    refuses_all(&gateway, &sending, 400, &expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_id_is_a_wrong_value_on_a_read() {
    let gateway = quiet().await;
    let mut headers = wire::read_headers("Y99001");
    headers[0].1 = "not-a-uuid".to_owned();
    let path = "ServiceRequest/0d4fb6c2-6f0e-4a5d-8a3c-2f1f0c9d8e77";
    let reply = wire::ask(&gateway, reqwest::Method::GET, path, &headers).await;
    assert_eq!(reply.status, 400);
    reply.assert_outcome();
    assert_eq!(
        reply.errors(),
        [[BAD, "value", "WW-HDR-003", "http.X-Request-Id"]]
    );
    assert_eq!(reply.header("X-Correlation-Id"), headers[1].1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_cannot_be_read_or_is_not_ours_is_refused() {
    let (gateway, sending) = prepared().await;
    let place = "http.NHSD-Target-Identifier";
    let other = json!({"system": "https://fhir.nhs.uk/Id/dos-service-id", "value": "2000077777"});
    for (value, issue, code) in [
        (None, "required", "WW-HDR-004"),
        (Some("not*base64".to_owned()), "invalid", "WW-HDR-005"),
        (Some("bm90IEpTT04=".to_owned()), "invalid", "WW-HDR-006"),
        (
            Some(encoded(&json!({"value": "1"}))),
            "invalid",
            "WW-HDR-007",
        ),
        (Some(encoded(&other)), "value", "WW-HDR-008"),
    ] {
        let sending = sending
            .clone()
            .header("NHSD-Target-Identifier", value.as_deref());
        refuses(&gateway, &sending, (400, BAD, issue, code, place)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_media_type_that_is_not_fhir_is_refused() {
    let (gateway, sending) = prepared().await;
    for value in [
        None,
        Some("text/plain"),
        Some("application/fhir+json; charset=latin1"),
    ] {
        let sending = sending.clone().header("Content-Type", value);
        let expected = (400, BAD, "value", "WW-HDR-015", "http.Content-Type");
        refuses(&gateway, &sending, expected).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_that_is_missing_or_unreadable_is_refused() {
    let (gateway, sending) = prepared().await;
    let place = "http.NHSD-End-User-Organisation";
    for (value, issue, code) in [
        (None, "required", "WW-HDR-009"),
        (Some("bm90IEpTT04="), "invalid", "WW-HDR-010"),
    ] {
        let sending = sending.clone().header("NHSD-End-User-Organisation", value);
        refuses(&gateway, &sending, (400, BAD, issue, code, place)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_that_is_not_the_sender_is_refused() {
    let (gateway, sending) = prepared().await;
    let organisation = json!({
        "resourceType": "Organization",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "Y99009"}],
    });
    let sending = sending.header("NHSD-End-User-Organisation", Some(&encoded(&organisation)));
    let expected = (
        401,
        "REC_UNAUTHORIZED",
        "security",
        "WW-HDR-011",
        "Bundle.entry[0].resource.sender",
    );
    refuses(&gateway, &sending, expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_the_headers_is_told_at_once() {
    let (gateway, sending) = prepared().await;
    let sending = sending
        .header("X-Request-Id", None)
        .header("X-Correlation-Id", Some("4711"))
        .header("NHSD-Target-Identifier", Some("not*base64"))
        .header("NHSD-End-User-Organisation", None)
        .header("Content-Type", Some("text/plain"));
    let expected = [
        (400, BAD, "required", "WW-HDR-001", "http.X-Request-Id"),
        (400, BAD, "invalid", "WW-HDR-002", "http.X-Correlation-Id"),
        (
            400,
            BAD,
            "invalid",
            "WW-HDR-005",
            "http.NHSD-Target-Identifier",
        ),
        (
            400,
            BAD,
            "required",
            "WW-HDR-009",
            "http.NHSD-End-User-Organisation",
        ),
        (400, BAD, "value", "WW-HDR-015", "http.Content-Type"),
    ];
    refuses_all(&gateway, &sending, 400, &expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_says_who_asks_stands_once_and_the_first_of_two_does_not_win() {
    let (gateway, sending) = prepared().await;
    for name in [
        "X-Request-Id",
        "X-Correlation-Id",
        "NHSD-Target-Identifier",
        "NHSD-End-User-Organisation",
        "Content-Type",
    ] {
        let mut sending = sending.clone();
        // The second is no better than the first: that it is there is the fault.
        sending.headers.push((name, "of a proxy".to_owned()));
        let reply = wire::post(&gateway, &sending).await;
        reply.assert_outcome();
        let place = format!("http.{name}");
        assert_eq!(reply.status, 400, "{name}");
        assert_eq!(
            reply.errors(),
            [[BAD, "invalid", "WW-HDR-034", place.as_str()]]
        );
        let echoed = reply.header("X-Request-Id");
        assert_eq!(
            echoed.is_empty(),
            name == "X-Request-Id",
            "{name}: {echoed}"
        );
    }
    let mut sending = sending;
    for token in ["Bearer one", "Bearer two"] {
        sending.headers.push(("Authorization", token.to_owned()));
    }
    sending.headers.push(("X-Request-Id", "again".to_owned()));
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(reply.codes().len(), 2, "{}", reply.json);
    assert!(reply.codes().contains(&"WW-HDR-035".to_owned()));
    assert_eq!(super::open_cases(&gateway).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_headers_is_recorded_with_the_id_of_its_request() {
    let (gateway, sending) = prepared().await;
    let id = |sending: &workwell_gateway::conformance::parties::gp::Sending| {
        let mut headers = sending.headers.iter();
        let found = headers.find(|(name, _)| *name == "X-Request-Id");
        found.expect("the id").1.clone()
    };
    let accept = "application/fhir+json; version=9.0.0";
    let sending = sending.header("Accept", Some(accept));
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(reply.codes(), ["WW-HDR-012"]);
    let log = gateway.running.gateway.audit(&Caller::System, 1, 1_000);
    let log = format!("{:?}", log.await.expect("the audit log"));
    assert!(log.contains(&id(&sending)), "{log}");
}
