//! Every reason why a person is not referred on.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;
use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::referral::bundle::resource_mut;
use workwell_gateway::conformance::parties::referral::{Place, Referral};
use workwell_gateway::domain::status::Status;
use workwell_gateway::gateway::read::outbox::LegState;

use super::{asked, held_case, hub, partner, quiet, quiet_with, refer_on, referred, report};
use crate::support::TestGateway;
use crate::support::call::Got;
use crate::testing::{copy, package};

/// The code of every fault of a refusal with its place, in order.
fn codes(got: &Got) -> Vec<(String, String)> {
    let body = got.json();
    let others = body["others"].as_array().cloned().unwrap_or_default();
    let text = |fault: &Value, name: &str| fault[name].as_str().unwrap_or_default().to_owned();
    let faults = std::iter::once(&body).chain(&others);
    faults
        .map(|fault| (text(fault, "code"), text(fault, "pointer")))
        .collect()
}

fn faults(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = expected.iter();
    owned
        .map(|(code, place)| ((*code).to_owned(), (*place).to_owned()))
        .collect()
}

async fn refuses(gateway: &TestGateway, id: &str, body: &Value, http: u16, all: &[(&str, &str)]) {
    let got = refer_on(gateway, id, "refused", body).await;
    assert_eq!(
        (got.status, codes(&got)),
        (http, faults(all)),
        "{}",
        got.text
    );
    assert_eq!(got.header("content-type"), "application/problem+json");
}

fn in_hours(hours: i64) -> String {
    (Timestamp::now() + SignedDuration::from_hours(hours)).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_referred_on_without_a_fresh_consent_for_this_partner() {
    let gateway = quiet().await;
    let (_, _, id) = held_case(&gateway, 1).await;
    let with = |member: &str, value: Value| {
        let mut body = asked();
        body["consent"][member] = value;
        body
    };
    for (body, code, place) in [
        (
            with("recipient", json!("lantern")),
            "WW-HND-003",
            "consent.recipient",
        ),
        (
            with("given_at", json!(in_hours(-1))),
            "WW-HND-004",
            "consent.given_at",
        ),
        (
            with("given_at", json!(in_hours(1))),
            "WW-HND-004",
            "consent.given_at",
        ),
        (
            with("given_at", Value::Null),
            "WW-HND-002",
            "consent.given_at",
        ),
        (
            with("recorded_by", json!(" ")),
            "WW-HND-002",
            "consent.recorded_by",
        ),
        (with("how", json!("a nod")), "WW-HND-002", "consent.how"),
    ] {
        refuses(&gateway, &id, &body, 422, &[(code, place)]).await;
    }
    let list = partner(&gateway, "GET", "cases").send().await.json();
    assert_eq!(list["cases"], json!([]));
    // A refusal is not remembered as the answer to its key.
    let got = refer_on(&gateway, &id, "refused", &asked()).await;
    assert_eq!(got.status, 200, "{}", got.text);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_wrong_is_told_at_once() {
    let gateway = quiet().await;
    let (_, _, id) = held_case(&gateway, 1).await;
    let path = format!("cases/{id}/updates");
    let closed = report(hub(&gateway, "POST", &path), "k", "CLOSED - SUCCESSFUL").await;
    assert_eq!(closed.status, 200, "{}", closed.text);
    let expected = [
        ("WW-HND-005", ""),
        ("WW-HND-001", "partner"),
        ("WW-HND-002", "consent.recipient"),
        ("WW-HND-002", "consent.given_at"),
        ("WW-HND-002", "consent.recorded_by"),
        ("WW-HND-002", "consent.how"),
    ];
    refuses(&gateway, &id, &json!({}), 409, &expected).await;
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_partner_of_the_areas_list_is_one() {
    let gateway = quiet().await;
    let (_, _, id) = held_case(&gateway, 1).await;
    for other in ["lantern", "borough-works", "nobody-at-all"] {
        let mut body = asked();
        body["partner"] = json!(other);
        body["consent"]["recipient"] = json!(other);
        let got = refer_on(&gateway, &id, "k", &body).await;
        assert_eq!(got.refusal(), (403, "WW-HND-001".to_owned()), "{other}");
        assert!(got.text.contains("you may refer on to: stillwater"));
        assert!(!got.text.contains("nobody-at-all"));
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_of_somebody_else_or_one_that_has_not_come_is_not_referred_on() {
    let gateway = quiet().await;
    let (_, _, id, child) = referred(&gateway, 1).await;
    let foreign = refer_on(&gateway, &child, "k", &asked()).await;
    assert_eq!(foreign.refusal(), (404, "WW-PRV-002".to_owned()));
    let again = [("WW-HND-009", "partner")];
    refuses(&gateway, &id, &asked(), 409, &again).await;
    // The partner has no partner, and the case is not the partner's to pass on.
    let got = partner(&gateway, "POST", &format!("cases/{child}/refer-on"))
        .header("Idempotency-Key", "k")
        .body(asked().to_string())
        .send()
        .await;
    let expected = [
        ("WW-HND-006", ""),
        ("WW-HND-010", ""),
        ("WW-HND-001", "partner"),
    ];
    assert_eq!(
        (got.status, codes(&got)),
        (409, faults(&expected)),
        "{}",
        got.text
    );
    gateway.end().await;
}

/// A copy of the shipped tables with one change.
fn tables(file: &str, from: &str, to: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&package("mappings"), folder.path());
    let path = folder.path().join("exampleshire").join(file);
    let text = std::fs::read_to_string(&path).expect("a table");
    assert!(text.contains(from), "{file} holds no {from}");
    std::fs::write(&path, text.replace(from, to)).expect("written");
    let root = folder.path().to_owned();
    (folder, root)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_partners_own_agreement_rules_and_tables_decide_too() {
    for (file, from, to, http, code, words) in [
        (
            "stillwater/provider.toml",
            "expires = 2028-03-31",
            "expires = 2026-01-31",
            409,
            "WW-HND-007",
            "agreement-expired",
        ),
        (
            "stillwater/status.csv",
            "We can help,accepted",
            "We can help,arrived",
            409,
            "WW-HND-007",
            "provider-disabled",
        ),
        (
            "stillwater/eligibility.csv",
            "age,below,18",
            "age,below,110",
            422,
            "WW-HND-008",
            "Stillwater counsels adults",
        ),
        (
            "stillwater/catchment.csv",
            "any,,include",
            "postcode,ZZ1,include",
            422,
            "WW-HND-008",
            "out-of-area",
        ),
        (
            "partners.csv",
            "borough-works,stillwater,14,2026-04-01,,",
            "borough-works,stillwater,14,2026-04-01,2026-05-01,",
            403,
            "WW-HND-001",
            "no partner is listed",
        ),
    ] {
        let (_folder, root) = tables(file, from, to);
        let gateway = quiet_with(|settings| settings.tables.mappings = root).await;
        let (_, _, id) = held_case(&gateway, 1).await;
        let got = refer_on(&gateway, &id, "k", &asked()).await;
        assert_eq!(
            got.refusal(),
            (http, code.to_owned()),
            "{file}: {}",
            got.text
        );
        assert!(got.text.contains(words), "{file}: {}", got.text);
        gateway.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_the_partners_table_cannot_take_waits_for_a_person_and_is_no_refusal() {
    let (_folder, root) = tables(
        "stillwater/fields.csv",
        "phone,phones,first,optional",
        "gone,district,,required",
    );
    let gateway = quiet_with(|settings| settings.tables.mappings = root).await;
    let referral = Referral::new(1).at(Place::BOROUGH_WORKS).change(|bundle| {
        let patient = resource_mut(bundle, "Patient").expect("one");
        let address = patient["address"][0].as_object_mut();
        address.expect("an address").remove("district");
    });
    assert!(gateway.refer(&referral).await.accepted());
    let leg = gateway.leg_in(LegKind::Deliver, LegState::Waiting).await;
    let id = leg.case_id.to_string();
    hub(&gateway, "GET", &format!("cases/{id}")).send().await;
    let got = refer_on(&gateway, &id, "k", &asked()).await;
    assert_eq!(got.status, 200, "{}", got.text);
    let counts = gateway.running.gateway.counts().await.expect("counts");
    assert!(counts.cases.contains(&(Status::Held, 1)), "{counts:?}");
    let list = partner(&gateway, "GET", "cases").send().await.json();
    assert_eq!(list["cases"], json!([]), "nothing has left");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cannot_be_read_is_refused_without_its_words() {
    let gateway = quiet().await;
    let (_, _, id) = held_case(&gateway, 1).await;
    let path = format!("cases/{id}/refer-on");
    let long = format!(r#"{{"partner":"{}"}}"#, "zebulon ".repeat(3_000));
    for body in [
        "",
        "zebulon",
        r#"["zebulon"]"#,
        r#"{"partner":"stillwater","zebulon":1}"#,
        r#"{"partner":7}"#,
        r#"{"consent":{"zebulon":"x"}}"#,
        r#"{"consent":{"given_at":"zebulon"}}"#,
        &long,
    ] {
        let got = hub(&gateway, "POST", &path)
            .header("Idempotency-Key", "k")
            .body(body)
            .send()
            .await;
        assert_eq!(
            got.refusal(),
            (400, "WW-PRV-006".to_owned()),
            "{}",
            got.text
        );
        assert!(!got.text.contains("zebulon"), "{}", got.text);
    }
    let got = hub(&gateway, "POST", &path)
        .body(asked().to_string())
        .send()
        .await;
    assert_eq!(got.json()["pointer"], "Idempotency-Key");
    gateway.end().await;
}
