//! Refused for what the message says or how it is written.

use serde_json::json;
use workwell_gateway::config::{Policy, Settings};
use workwell_gateway::conformance::parties::gp::Sending;
use workwell_gateway::conformance::parties::referral::bundle::resource_mut;
use workwell_gateway::conformance::parties::referral::{PRACTICE_ODS, Place, Referral};

use super::{facts, quiet, quieted, reaches, refuses, refuses_all, wire};
use crate::support::TestGateway;

const BAD: &str = "REC_BAD_REQUEST";

fn referral() -> Referral {
    Referral::new(1).at(Place::LANTERN)
}

/// The referral's headers around another body.
fn with_body(gateway: &TestGateway, body: &str) -> Sending {
    let mut sending = gateway.parties.gp.prepare(&referral());
    sending.body = body.as_bytes().to_vec();
    sending
}

async fn refuses_change(referral: Referral, expected: super::Refusal) -> wire::Reply {
    let gateway = quiet().await;
    let sending = gateway.parties.gp.prepare(&referral);
    let reply = refuses(&gateway, &sending, expected).await;
    assert_eq!(
        facts(&gateway, "message.refused").await,
        1,
        "one refusal is on record"
    );
    reply
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_limit_is_refused() {
    let gateway = TestGateway::with(|settings| settings.bars.limits.body_bytes = 4096).await;
    let sending = gateway.parties.gp.prepare(&referral());
    let expected = (
        422,
        "REC_UNPROCESSABLE_ENTITY",
        "too-costly",
        "WW-FHR-004",
        "http.body",
    );
    refuses(&gateway, &sending, expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nesting_over_the_limit_is_refused() {
    let gateway = quiet().await;
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    let reply = wire::post(&gateway, &with_body(&gateway, &deep)).await;
    assert_eq!(reply.status, 422, "{}", reply.json);
    assert!(
        reply.codes().contains(&"WW-FHR-004".to_owned()),
        "{}",
        reply.json
    );
    reply.assert_outcome();
    assert_eq!(super::open_cases(&gateway).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_json_is_refused() {
    let gateway = quiet().await;
    for body in ["", "{", "hello", "{\"resourceType\":\"Bundle\"} x"] {
        let reply = wire::post(&gateway, &with_body(&gateway, body)).await;
        assert_eq!(
            (reply.status, reply.codes()),
            (400, vec!["WW-FHR-001".to_owned()]),
            "{body}"
        );
        reply.assert_outcome();
    }
    assert_eq!(super::open_cases(&gateway).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_duplicate_member_is_told_with_its_place() {
    let gateway = quiet().await;
    let text = String::from_utf8(referral().bytes()).expect("UTF-8");
    let text = text
        .replacen(
            "\"type\":\"message\"",
            "\"type\":\"message\",\"type\":\"message\"",
            1,
        )
        .replacen(
            "\"intent\":\"plan\"",
            "\"intent\":\"plan\",\"intent\":\"plan\"",
            1,
        );
    let reply = wire::post(&gateway, &with_body(&gateway, &text)).await;
    assert_eq!(reply.status, 400);
    assert_eq!(
        reply.codes(),
        ["WW-FHR-002", "WW-FHR-002"],
        "{}",
        reply.json
    );
    let places: Vec<String> = reply
        .errors()
        .into_iter()
        .map(|[_, _, _, place]| place)
        .collect();
    assert!(
        places.iter().all(|place| place.starts_with("Bundle")),
        "{places:?}"
    );
    assert_eq!(super::open_cases(&gateway).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn xml_with_a_document_type_is_refused() {
    let gateway = quiet().await;
    let xml = "<!DOCTYPE Bundle [<!ENTITY a \"b\">]><Bundle xmlns=\"http://hl7.org/fhir\"/>";
    let sending = with_body(&gateway, xml).header("Content-Type", Some("application/fhir+xml"));
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(
        (reply.status, reply.codes()),
        (400, vec!["WW-FHR-006".to_owned()])
    );
    reply.assert_outcome();
    let again = wire::post(&gateway, &sending).await;
    assert_eq!(again.bytes, reply.bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_message_is_refused() {
    let gateway = quiet().await;
    for body in [
        json!({"resourceType": "Patient"}),
        json!({"resourceType": "Bundle", "type": "searchset"}),
    ] {
        let reply = wire::post(&gateway, &with_body(&gateway, &body.to_string())).await;
        assert_eq!(reply.status, 400, "{}", reply.json);
        assert!(
            reply.codes().contains(&"WW-FHR-008".to_owned()),
            "{}",
            reply.json
        );
        reply.assert_outcome();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_combination_without_a_meaning_is_refused_and_the_value_named() {
    let gateway = quiet().await;
    let event = "Bundle.entry[0].resource.eventCoding";
    let another = "is another value; ";
    for (referral, word, place) in [
        (referral().event("servicerequest-wish"), another, event),
        (
            referral().event("booking-response"),
            "booking-response",
            event,
        ),
        (
            referral().reason("perhaps"),
            another,
            "Bundle.entry[0].resource.reason",
        ),
        (
            referral().category("request"),
            "request",
            "Bundle.entry[1].resource.category",
        ),
        (
            referral().request_status("draft"),
            "draft",
            "Bundle.entry[1].resource.status",
        ),
        (
            referral().change(|bundle| {
                let plan = resource_mut(bundle, "CarePlan").expect("a plan");
                plan["status"] = json!("draft");
            }),
            "draft",
            "Bundle.entry[3].resource.status",
        ),
    ] {
        let sending = gateway.parties.gp.prepare(&referral);
        let expected = (400, BAD, "invariant", "WW-REF-007", place);
        let reply = refuses(&gateway, &sending, expected).await;
        let told = reply.json["issue"][0]["diagnostics"]
            .as_str()
            .unwrap_or_default();
        assert!(told.contains(word), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_sender_typed_is_in_no_refusal_and_nothing_of_it_is_kept() {
    let gateway = quiet().await;
    for datum in ["Zanzibarrow", "14-wobblethorpe-row", "zz-99-1aa"] {
        let typed = referral().change(|bundle| {
            for (kind, member) in [
                ("ServiceRequest", "status"),
                ("CarePlan", "status"),
                ("Patient", "resourceType"),
            ] {
                resource_mut(bundle, kind).expect(kind)[member] = json!(datum);
            }
            let header = resource_mut(bundle, "MessageHeader").expect("a header");
            header["eventCoding"]["code"] = json!(datum);
            header["reason"]["coding"][0]["code"] = json!(datum);
            let request = resource_mut(bundle, "ServiceRequest").expect("a request");
            request["category"][0]["coding"][1]["code"] = json!(datum);
            request[datum] = json!(datum);
        });
        let use_case = referral().change(|bundle| {
            let request = resource_mut(bundle, "ServiceRequest").expect("a request");
            request["category"][0]["coding"][1]["code"] = json!(datum);
        });
        let once = String::from_utf8(referral().bytes()).expect("UTF-8");
        let twice = once.replacen('{', &format!("{{\"{datum}\":1,\"{datum}\":2,"), 1);
        for body in [
            String::from_utf8(typed.bytes()).expect("UTF-8"),
            String::from_utf8(use_case.bytes()).expect("UTF-8"),
            twice,
        ] {
            let reply = wire::post(&gateway, &with_body(&gateway, &body)).await;
            assert!(reply.status >= 400, "{}", reply.json);
            assert!(!reply.json.to_string().contains(datum), "{}", reply.json);
        }
        let kept = "SELECT CAST(problems_json AS TEXT) FROM answers";
        for row in gateway.store.rows(kept) {
            assert!(!row[0].contains(datum), "{row:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_patients_are_refused() {
    let gateway = quiet().await;
    let sending = gateway.parties.gp.prepare(&referral().two_patients());
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(reply.status, 400, "{}", reply.json);
    assert_eq!(reply.codes(), ["WW-REF-013"], "{}", reply.json);
    assert_eq!(reply.errors()[0][1], "invariant");
    assert_eq!(wire::post(&gateway, &sending).await.bytes, reply.bytes);
    assert_eq!(super::open_cases(&gateway).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dangling_reference_is_refused_where_it_stands() {
    let place = "Bundle.entry[1].resource.requester.reference";
    let expected = (400, BAD, "invariant", "WW-REF-006", place);
    refuses_change(referral().dangling_reference(), expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_nhs_number_that_fails_its_check_is_refused() {
    let place = "Bundle.entry[7].resource.identifier[0].value";
    let expected = (400, BAD, "value", "WW-REF-017", place);
    let reply = refuses_change(referral().nhs_number("9990000027"), expected).await;
    let text = String::from_utf8_lossy(&reply.bytes).into_owned();
    assert!(!text.contains("9990000027"), "the number is not repeated");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_may_lower_a_wrong_nhs_number_to_a_warning() {
    let gateway = TestGateway::with(|settings| {
        settings.bars.policies.nhs_number_check = Policy::Warn;
    });
    let gateway = quieted(gateway.await);
    reaches(&gateway, &referral().nhs_number("9990000027"), "lantern").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_without_any_consent_is_refused() {
    let gateway = quiet().await;
    let sending = gateway.parties.gp.prepare(&referral().without_consent());
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(reply.status, 400, "{}", reply.json);
    assert!(
        reply.codes().contains(&"WW-REF-018".to_owned()),
        "{}",
        reply.json
    );
    assert_eq!(super::open_cases(&gateway).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn workwell_consent_is_never_taken_for_the_direct_care_consent() {
    let expected = (400, BAD, "invariant", "WW-REF-018", "Bundle.entry");
    refuses_change(referral().without_direct_care_consent(), expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_a_message_is_told_at_once() {
    let gateway = quiet().await;
    let bad = referral()
        .nhs_number("9990000027")
        .without_direct_care_consent()
        .dangling_reference()
        .application_version(None)
        .two_patients();
    let sending = gateway.parties.gp.prepare(&bad);
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(reply.status, 400);
    reply.assert_outcome();
    let mut codes = reply.codes();
    codes.sort();
    codes.dedup();
    let expected = [
        "WW-REF-002",
        "WW-REF-006",
        "WW-REF-013",
        "WW-REF-017",
        "WW-REF-018",
    ];
    assert_eq!(codes, expected, "{}", reply.json);
    assert!(
        reply
            .errors()
            .iter()
            .all(|[_, _, _, place]| !place.is_empty()),
        "{}",
        reply.json
    );
    assert_eq!(wire::post(&gateway, &sending).await.bytes, reply.bytes);
    assert_eq!(super::open_cases(&gateway).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_lacks_its_header_its_request_or_a_meaning_is_told_all_else_as_well() {
    let gateway = quiet().await;
    let bad = referral()
        .nhs_number("9990000027")
        .without_direct_care_consent();
    let without = |kind: &str| {
        bad.clone().change(|bundle| {
            let entries = bundle["entry"].as_array_mut().expect("entries");
            entries.retain(|entry| entry["resource"]["resourceType"] != kind);
        })
    };
    for (message, code) in [
        (without("MessageHeader"), "WW-REF-004"),
        (without("ServiceRequest"), "WW-REF-012"),
        (bad.clone().reason("perhaps"), "WW-REF-007"),
    ] {
        let body = String::from_utf8(message.bytes()).expect("UTF-8");
        let reply = wire::post(&gateway, &with_body(&gateway, &body)).await;
        assert_eq!(reply.status, 400, "{}", reply.json);
        reply.assert_outcome();
        let mut codes = reply.codes();
        codes.sort();
        assert_eq!(codes, [code, "WW-REF-017", "WW-REF-018"], "{}", reply.json);
    }
    assert_eq!(super::open_cases(&gateway).await, 0);
}

/// Policies that lower a refusal, or raise a warning to one, over a message with the fault.
async fn told_under(change: fn(&mut Settings), message: &Referral) -> wire::Reply {
    let gateway = quieted(TestGateway::with(change).await);
    let sending = gateway.parties.gp.prepare(message);
    wire::post(&gateway, &sending).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_may_lower_a_reference_to_nothing_to_a_warning() {
    let lowered: fn(&mut Settings) =
        |settings| settings.bars.policies.dangling_reference = Policy::Warn;
    let relative = referral().change(|bundle| {
        let request = resource_mut(bundle, "ServiceRequest").expect("a request");
        request["requester"]["reference"] = json!("Practitioner/unknown");
    });
    for message in [referral().dangling_reference(), relative] {
        let reply = told_under(lowered, &message).await;
        assert_eq!(reply.status, 200, "{}", reply.json);
        let text = String::from_utf8_lossy(&reply.bytes).into_owned();
        assert!(text.contains("WW-REF-006"), "it is told: {text}");
        let reply = told_under(|_| {}, &message).await;
        assert_eq!(
            (reply.status, reply.codes()),
            (400, vec!["WW-REF-006".to_owned()])
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_may_refuse_a_gap_of_the_application_or_a_sender_without_ods_code() {
    let gap = referral().without("CarePlan", "period");
    let nameless = referral().change(|bundle| {
        for entry in bundle["entry"].as_array_mut().into_iter().flatten() {
            if entry["resource"]["identifier"][0]["value"] == PRACTICE_ODS {
                entry["resource"]
                    .as_object_mut()
                    .expect("a resource")
                    .remove("identifier");
            }
        }
    });
    let no_gap: fn(&mut Settings) =
        |settings| settings.bars.policies.application_gaps = Policy::Refuse;
    let named: fn(&mut Settings) =
        |settings| settings.bars.policies.referrer_sender_without_ods = Policy::Refuse;
    for (raised, message, code) in [(no_gap, gap, "WW-REF-027"), (named, nameless, "WW-REF-023")] {
        let reply = told_under(raised, &message).await;
        let found = (reply.status, reply.codes());
        assert_eq!(found, (400, vec![code.to_owned()]), "{}", reply.json);
        reply.assert_outcome();
        let reply = told_under(|_| {}, &message).await;
        assert_eq!(reply.status, 200, "a warning by default: {}", reply.json);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amendment_where_the_use_case_has_none_is_refused() {
    let expected = (
        422,
        "REC_UNPROCESSABLE_ENTITY",
        "not-supported",
        "WW-REF-011",
        "Bundle.entry[1].resource.category",
    );
    refuses_change(referral().reason("update"), expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_use_cases_and_categories_that_are_not_offered_are_refused() {
    let gateway = quiet().await;
    let unprocessable = "REC_UNPROCESSABLE_ENTITY";
    for (referral, expected) in [
        (
            referral().application_version(None),
            (400, BAD, "invariant", "WW-REF-002", "Bundle.meta.versionId"),
        ),
        (
            referral().application_version(Some("9.0.0")),
            (
                422,
                unprocessable,
                "not-supported",
                "WW-REF-003",
                "Bundle.meta.versionId",
            ),
        ),
        (
            referral().use_case("a8t1"),
            (
                422,
                unprocessable,
                "not-supported",
                "WW-REF-010",
                "Bundle.entry[1].resource.category",
            ),
        ),
        (
            referral().event("booking-request"),
            (
                422,
                unprocessable,
                "not-supported",
                "WW-REF-008",
                "Bundle.entry[0].resource",
            ),
        ),
    ] {
        let sending = gateway.parties.gp.prepare(&referral);
        refuses_all(&gateway, &sending, expected.0, &[expected]).await;
    }
}
