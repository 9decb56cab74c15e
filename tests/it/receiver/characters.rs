//! What the two FHIR formats cannot both hold: characters are refused, and an answer is
//! never denied because it cannot be written in the format that was asked for.

use reqwest::Method;
use serde_json::{Value, json};
use workwell_gateway::config::Verdict;
use workwell_gateway::conformance::parties::referral::bundle::resource_mut;
use workwell_gateway::conformance::parties::referral::{Place, Referral};
use workwell_gateway::standards::fhir::xml;

use super::{facts, open_cases, quieted, wire};
use crate::support::TestGateway;

const XML: &str = "application/fhir+xml; version=1.5.0";
const JSON: &str = "application/fhir+json; version=1.5.0";

fn referral(seed: u64) -> Referral {
    Referral::new(seed).at(Place::LANTERN)
}

fn patient(bundle: &mut Value) -> &mut Value {
    resource_mut(bundle, "Patient").expect("a patient")
}

/// The codes and the first place of a refusal, in whatever format it came.
fn refusal(reply: &wire::Reply) -> (u16, String, String) {
    let outcome = if reply.json.is_null() {
        let json = xml::to_json(&reply.bytes, 1 << 20).expect("FHIR XML");
        serde_json::from_slice(&json).expect("JSON")
    } else {
        reply.json.clone()
    };
    let issue = &outcome["issue"][0];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (
        reply.status,
        text(&issue["details"]["coding"][1]["code"]),
        text(&issue["expression"][0]),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_character_that_xml_cannot_write_is_refused_before_anything_is_kept() {
    let gateway = quieted(TestGateway::start().await);
    let mut seed = 0;
    for bad in ["a\u{7}b", "a\u{FFFE}b", "a\u{FFFF}b", "\u{0}"] {
        for format in [XML, JSON] {
            seed += 1;
            let spoilt =
                referral(seed).change(|bundle| patient(bundle)["name"][0]["family"] = json!(bad));
            let sending = gateway.parties.gp.prepare(&spoilt);
            let sending = sending.header("Accept", Some(format));
            let reply = wire::post(&gateway, &sending).await;
            assert_eq!(reply.header("content-type"), format);
            let (status, code, place) = refusal(&reply);
            assert_eq!((status, code.as_str()), (400, "WW-FHR-023"), "{bad:?}");
            assert!(place.ends_with(".name[0].family"), "{place}");
            reply.assert_echoes(&sending);
        }
    }
    assert_eq!(open_cases(&gateway).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_narrative_with_such_a_character_is_refused_as_text_and_as_reference() {
    let gateway = quieted(TestGateway::start().await);
    for (seed, bad, expected) in [(1, "\u{1}", "WW-FHR-023"), (2, "&#7;", "WW-FHR-016")] {
        let div = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">x{bad}y</div>");
        let spoilt = referral(seed).change(|bundle| {
            patient(bundle)["text"] = json!({ "status": "generated", "div": div });
        });
        let sending = gateway.parties.gp.prepare(&spoilt);
        let reply = wire::post(&gateway, &sending.header("Accept", Some(XML))).await;
        let (status, code, place) = refusal(&reply);
        assert_eq!((status, code.as_str()), (400, expected), "{bad:?}");
        assert!(place.ends_with(".text.div"), "{place}");
    }
    assert_eq!(open_cases(&gateway).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_that_xml_forbids_is_refused_in_a_body_of_xml() {
    let gateway = quieted(TestGateway::start().await);
    let named = referral(1).change(|bundle| patient(bundle)["name"][0]["family"] = json!("abc"));
    let body = xml::from_json(&named.bytes(), 1 << 20).expect("the fixture as XML");
    let body = String::from_utf8(body).expect("UTF-8");
    for (bad, expected) in [("a&#7;c", "WW-FHR-001"), ("a\u{FFFF}c", "WW-FHR-023")] {
        let mut sending = gateway.parties.gp.prepare(&named);
        let spoilt = body.replace("\"abc\"", &format!("\"{bad}\""));
        assert_ne!(spoilt, body);
        sending.body = spoilt.into_bytes();
        let sending = sending
            .header("X-Request-Id", Some(&uuid::Uuid::new_v4().to_string()))
            .header("Content-Type", Some("application/fhir+xml"))
            .header("Accept", Some(XML));
        let reply = wire::post(&gateway, &sending).await;
        let (status, code, _) = refusal(&reply);
        assert_eq!((status, code.as_str()), (400, expected), "{bad:?}");
    }
    assert_eq!(open_cases(&gateway).await, 0);
}

/// Shapes that the policy lets pass and XML cannot hold.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_answered_in_json_where_xml_cannot_hold_it() {
    let gateway = TestGateway::with(|settings| {
        let layers = &mut settings.validation.layers;
        layers.insert("structure".to_owned(), Verdict::Warn);
    });
    let gateway = quieted(gateway.await);
    let odd = referral(1).change(|bundle| patient(bundle)["favourite"] = json!("x"));
    let sending = gateway.parties.gp.prepare(&odd);
    let sending = sending.header("Accept", Some(XML));
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    assert_eq!(reply.header("content-type"), JSON);
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.json["resourceType"], "Bundle");
    reply.assert_echoes(&sending);
    assert_eq!(facts(&gateway, "referral.accepted").await, 1);
    // What is accepted once is a duplicate the second time, in the format that was asked for.
    let repeat = wire::post(&gateway, &sending).await;
    assert_eq!(repeat.status, 409);
    assert_eq!(repeat.header("content-type"), XML);
    let mut headers = wire::read_headers("Y99001");
    headers.retain(|(name, _)| *name != "Accept");
    headers.push(("Accept", XML.to_owned()));
    let read = wire::ask(&gateway, Method::GET, "metadata", &headers).await;
    assert_eq!((read.status, read.header("content-type")), (200, XML));
}
