//! Reading back: one referral, searches; XML.

use reqwest::Method;
use serde_json::{Value, json};
use workwell_gateway::conformance::parties::referral::bundle::resources;
use workwell_gateway::conformance::parties::referral::{Place, Referral, Stop, StopAs};
use workwell_gateway::standards::fhir::xml;

use super::{has_reached, quiet, reaches, wire};
use crate::support::{TestGateway, eventually};

const NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number%7C";

fn referral(seed: u64) -> Referral {
    Referral::new(seed).at(Place::LANTERN)
}

async fn total(gateway: &TestGateway, query: &str) -> (u16, Value) {
    let reply = wire::get(gateway, &format!("ServiceRequest?{query}")).await;
    (reply.status, reply.json["total"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_is_read_by_the_id_that_the_answer_gave() {
    let gateway = quiet().await;
    let answer = reaches(&gateway, &referral(1), "lantern").await;
    let id = answer.service_request_id().expect("an id");
    let reply = wire::get(&gateway, &format!("ServiceRequest/{id}")).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json["resourceType"], "ServiceRequest");
    assert_eq!(
        (&reply.json["id"], &reply.json["status"]),
        (&json!(id), &json!("active"))
    );
    assert_eq!(reply.json["performer"][0]["display"], "Lantern");
    let identifiers = reply.json["identifier"].to_string();
    assert!(
        identifiers.contains(answer.case_reference().expect("a reference")),
        "{identifiers}"
    );
    assert!(identifiers.contains("LK-2026-000001"), "{identifiers}");
    assert_eq!(reply.header("cache-control"), "no-store");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_the_callers_is_not_found_and_no_uuid_is_a_wrong_value() {
    let gateway = quiet().await;
    let answer = reaches(&gateway, &referral(1), "lantern").await;
    let own = format!(
        "ServiceRequest/{}",
        answer.service_request_id().expect("an id")
    );
    let unknown = "ServiceRequest/0d4fb6c2-6f0e-4a5d-8a3c-2f1f0c9d8e77".to_owned();
    for (path, ods) in [(own.clone(), "Y99009"), (unknown, "Y99001")] {
        let headers = wire::read_headers(ods);
        let reply = wire::ask(&gateway, Method::GET, &path, &headers).await;
        assert_eq!(reply.status, 404);
        reply.assert_outcome();
        assert_eq!(
            reply.errors(),
            [["REC_NOT_FOUND", "not-found", "WW-HDR-027", ""]]
        );
        assert_eq!(reply.header("X-Request-Id"), headers[0].1);
    }
    let reply = wire::get(&gateway, "ServiceRequest/17").await;
    assert_eq!(
        (reply.status, reply.errors()[0][1].as_str()),
        (400, "value")
    );
    reply.assert_outcome();
    let number = format!("patient:identifier={NUMBER}9990000026");
    let headers = wire::read_headers("Y99009");
    let path = format!("ServiceRequest?{number}");
    let reply = wire::ask(&gateway, Method::GET, &path, &headers).await;
    assert_eq!((reply.status, &reply.json["total"]), (200, &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_status_shows_at_once() {
    let gateway = quiet().await;
    let sent = referral(1);
    let answer = reaches(&gateway, &sent, "lantern").await;
    let path = format!(
        "ServiceRequest/{}",
        answer.service_request_id().expect("an id")
    );
    let note = |reply: &wire::Reply| reply.json["note"][0]["text"].clone();
    assert_eq!(
        note(&wire::get(&gateway, &path).await),
        "Sent to a local service"
    );
    let desk = &gateway.parties.lantern.desk;
    let reference = answer.case_reference().expect("a reference");
    let id = desk
        .api()
        .find(reference)
        .await
        .expect("a list")
        .expect("the case");
    desk.api().acknowledge(&id).await.expect("acknowledged");
    assert_eq!(
        note(&wire::get(&gateway, &path).await),
        "The local service has it"
    );
    desk.api()
        .update(&id, "k1", "We've said yes", 1)
        .await
        .expect("updated");
    assert_eq!(
        note(&wire::get(&gateway, &path).await),
        "Accepted by the local service"
    );
    let stop = Stop::of(&answer.body, sent.correlation_id(), StopAs::Cancelled);
    let stopped = gateway.stop(&stop).await.expect("an answer");
    assert!(stopped.accepted());
    assert_eq!(wire::get(&gateway, &path).await.json["status"], "revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn referrals_are_found_by_nhs_number_identifier_and_demographics() {
    let gateway = quiet().await;
    let answer = reaches(&gateway, &referral(1), "lantern").await;
    reaches(&gateway, &referral(2), "lantern").await;
    let patient = resources(referral(1).json(), "Patient")
        .next()
        .cloned()
        .expect("a Patient");
    let family = patient["name"][0]["family"]
        .as_str()
        .expect("a name")
        .to_owned();
    let born = patient["birthDate"].as_str().expect("a date").to_owned();
    let queries = [
        format!("patient:identifier={NUMBER}9990000026"),
        format!("patient%3Aidentifier={NUMBER}9990000026"),
        "ServiceRequest.identifier=https://larkspur.example/Id/referral%7CLK-2026-000001"
            .to_owned(),
        format!(
            "patient:name={family}&patient:birthdate=eq{born}&patient:address-postalcode=ZZ99%201AA"
        ),
        format!(
            "patient:name={}&patient:birthdate={born}&patient:address-postalcode=zz991aa",
            family.to_uppercase()
        ),
    ];
    for query in queries {
        let reply = wire::get(&gateway, &format!("ServiceRequest?{query}")).await;
        assert_eq!(
            (reply.status, &reply.json["total"]),
            (200, &json!(1)),
            "{query}"
        );
        assert_eq!(reply.json["type"], "searchset");
        let found = resources(&reply.json, "ServiceRequest")
            .next()
            .expect("a match");
        assert_eq!(found["id"].as_str(), answer.service_request_id());
        assert!(
            reply.json.get("link").is_none(),
            "no URL repeats the search"
        );
    }
    let wrong = [
        format!("patient:name=Other&patient:birthdate=eq{born}&patient:address-postalcode=ZZ991AA"),
        format!(
            "patient:name={family}&patient:birthdate=eq1950-01-01&patient:address-postalcode=ZZ991AA"
        ),
        format!(
            "patient:name={family}&patient:birthdate=eq{born}&patient:address-postalcode=ZZ992AA"
        ),
        // The beginning of a name is not the name.
        format!(
            "patient:name={}&patient:birthdate=eq{born}&patient:address-postalcode=ZZ991AA",
            &family[..4]
        ),
        format!("patient:identifier={NUMBER}9990000018"),
        "ServiceRequest.identifier=https://larkspur.example/Id/referral%7CLK-0".to_owned(),
    ];
    for query in wrong {
        assert_eq!(total(&gateway, &query).await, (200, json!(0)), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_without_the_parameters_it_needs_is_refused_without_repeating_a_value() {
    let gateway = quiet().await;
    for (query, code) in [
        ("", "WW-HDR-025"),
        ("patient:name=Zanzibarrow", "WW-HDR-025"),
        (
            "patient:name=Zanzibarrow&patient:birthdate=eq1981-03-27",
            "WW-HDR-025",
        ),
        ("patient:identifier=9990000018", "WW-HDR-026"),
        // What would read as if the referral were lost.
        ("identifier=LK-2026-000001", "WW-HDR-026"),
        ("ServiceRequest.identifier=", "WW-HDR-026"),
        ("statsu=Zanzibarrow", "WW-HDR-036"),
        (
            "patient:name=Zanzibarrow&patient:birthdate=27.3.81&patient:address-postalcode=ZZ991AA",
            "WW-HDR-026",
        ),
    ] {
        let reply = wire::get(&gateway, &format!("ServiceRequest?{query}")).await;
        assert_eq!(
            (reply.status, reply.codes()),
            (400, vec![code.to_owned()]),
            "{query}"
        );
        reply.assert_outcome();
        let text = String::from_utf8_lossy(&reply.bytes).into_owned();
        assert!(
            !text.contains("Zanzibarrow") && !text.contains("9990000018"),
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_comes_and_goes_in_xml() {
    let gateway = quiet().await;
    let cap = 1 << 20;
    let body = xml::from_json(&referral(1).bytes(), cap).expect("the fixture as XML");
    let mut sending = gateway.parties.gp.prepare(&referral(1));
    sending.body = body;
    let sending = sending
        .header("Content-Type", Some("application/fhir+xml"))
        .header("Accept", Some("application/fhir+xml; version=1.5.0"));
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(
        reply.status,
        200,
        "{}",
        String::from_utf8_lossy(&reply.bytes)
    );
    assert_eq!(
        reply.header("content-type"),
        "application/fhir+xml; version=1.5.0"
    );
    reply.assert_echoes(&sending);
    let echoed: Value =
        serde_json::from_slice(&xml::to_json(&reply.bytes, cap).expect("FHIR XML")).expect("JSON");
    assert_eq!(echoed["id"], referral(1).bundle_id());
    let answer = workwell_gateway::conformance::parties::gp::Answer {
        status: 200,
        content_type: String::new(),
        ids_echoed: true,
        body: echoed,
    };
    has_reached(&gateway, &answer, "lantern").await;

    let id = answer.service_request_id().expect("an id").to_owned();
    let mut headers = wire::read_headers("Y99001");
    headers.retain(|(name, _)| *name != "Accept");
    headers.push(("Accept", "application/fhir+xml".to_owned()));
    for (path, root) in [
        (format!("ServiceRequest/{id}"), "ServiceRequest"),
        (
            format!("ServiceRequest?patient:identifier={NUMBER}9990000026"),
            "Bundle",
        ),
        ("metadata".to_owned(), "CapabilityStatement"),
        ("ServiceRequest/17".to_owned(), "OperationOutcome"),
    ] {
        let reply = wire::ask(&gateway, Method::GET, &path, &headers).await;
        assert_eq!(
            reply.header("content-type"),
            "application/fhir+xml; version=1.5.0"
        );
        let read = xml::to_json(&reply.bytes, cap).expect("FHIR XML");
        let read: Value = serde_json::from_slice(&read).expect("JSON");
        assert_eq!(read["resourceType"], root);
    }
    let again = wire::post(&gateway, &sending).await;
    assert_eq!(
        (again.status, again.header("content-type")),
        (409, "application/fhir+xml; version=1.5.0")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_comes_in_xml_too_whatever_it_is_refused_for() {
    let gateway = quiet().await;
    let mut headers = wire::read_headers("Y99001");
    headers.retain(|(name, _)| !["Accept", "NHSD-Target-Identifier"].contains(name));
    headers.push(("Accept", "application/fhir+xml".to_owned()));
    for (method, path, status) in [
        (Method::GET, "ServiceRequest", 400),
        (Method::GET, "Slot", 501),
        (Method::PUT, "metadata", 405),
    ] {
        let reply = wire::ask(&gateway, method, path, &headers).await;
        assert_eq!(reply.status, status, "{path}");
        assert_eq!(
            reply.header("content-type"),
            "application/fhir+xml; version=1.5.0"
        );
        let read = xml::to_json(&reply.bytes, 1 << 20).expect("FHIR XML");
        let read: Value = serde_json::from_slice(&read).expect("JSON");
        assert_eq!(read["resourceType"], "OperationOutcome");
        assert_eq!(reply.header("X-Request-Id"), headers[0].1);
        assert_eq!(reply.header("allow").is_empty(), status != 405);
        assert_eq!(reply.header("cache-control"), "no-store");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_and_searches_are_on_record_without_what_was_searched_for() {
    let gateway = quiet().await;
    let answer = reaches(&gateway, &referral(1), "lantern").await;
    let id = answer.service_request_id().expect("an id");
    let before = super::facts(&gateway, "case.read").await;
    wire::get(&gateway, &format!("ServiceRequest/{id}")).await;
    total(&gateway, &format!("patient:identifier={NUMBER}9990000026")).await;
    assert_eq!(super::facts(&gateway, "case.read").await, before + 1);
    eventually("the search is on record", || async {
        (super::facts(&gateway, "case.searched").await > 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_no_text_is_answered_like_any_other_that_is_none() {
    let gateway = quiet().await;
    for (path, other, status, code) in [
        ("ServiceRequest/%ff", "ServiceRequest/17", 400, "WW-HDR-024"),
        (
            "MessageDefinition/%ff",
            "MessageDefinition/none",
            404,
            "WW-HDR-033",
        ),
        ("ValueSet/%ff", "ValueSet/none", 404, "WW-HDR-033"),
    ] {
        let reply = wire::get(&gateway, path).await;
        assert_eq!(
            (reply.status, reply.codes()),
            (status, vec![code.to_owned()])
        );
        reply.assert_outcome();
        let usual = wire::get(&gateway, other).await;
        assert_eq!(reply.without_id(), usual.without_id(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_or_search_that_is_refused_is_on_record_once_and_without_what_was_asked_for() {
    let gateway = quiet().await;
    let good = wire::read_headers("Y99001");
    let mut nobody = good.clone();
    nobody.retain(|(name, _)| *name != "NHSD-End-User-Organisation");
    for (headers, path, asked, code) in [
        (&good, "ServiceRequest/9990000018", "read", "WW-HDR-024"),
        (
            &good,
            "ServiceRequest?patient:identifier=9990000018",
            "search-type",
            "WW-HDR-026",
        ),
        (&good, "ServiceRequest", "search-type", "WW-HDR-025"),
        (&nobody, "ServiceRequest/9990000018", "read", "WW-HDR-009"),
        (&nobody, "ServiceRequest", "search-type", "WW-HDR-009"),
    ] {
        let before = log(&gateway).await;
        let reply = wire::ask(&gateway, Method::GET, path, headers).await;
        assert_eq!(reply.codes(), [code], "{path}");
        let after = log(&gateway).await;
        assert_eq!(
            after.len(),
            before.len() + 1,
            "{path}: one row in {after:?}"
        );
        let details = after.last().expect("a row");
        let status = reply.status.to_string();
        for (name, value) in [("asked", asked), ("status", &status), ("code", code)] {
            let expected = format!("\"{name}\":\"{value}\"");
            assert!(details.contains(&expected), "{path}: {details}");
        }
        assert!(!details.contains("9990000018"));
    }
}

/// The details of every refusal in the audit log.
async fn log(gateway: &TestGateway) -> Vec<String> {
    let system = workwell_gateway::domain::caller::Caller::System;
    let rows = gateway.running.gateway.audit(&system, 1, 10_000).await;
    let rows = rows.expect("the audit log").into_iter();
    let rows = rows.filter(|row| row.kind == "message.refused");
    rows.map(|row| row.details).collect()
}
