//! `cases audit` and `GET /admin/audit`: the audit log as a reviewer reads it.

use serde_json::Value;
use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::config::{ReturnChannel, Settings};
use workwell_gateway::conformance::parties::referral::{Consent, Place, Referral, person};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::gateway::read::outbox::LegState;

use super::cases::run;
use crate::support::call::{Call, Got};
use crate::support::casework::now;
use crate::support::conforms::assert_conforms;
use crate::support::{TestGateway, eventually};

const TOKEN: &str = "reading-of-a-test";

/// A gateway whose admin listener knows a token.
async fn with_token() -> TestGateway {
    let gateway = TestGateway::start().await;
    let file = gateway.folder().join("admin.token");
    std::fs::write(&file, TOKEN).expect("a writable folder");
    let settle = |settings: &mut Settings| settings.listen.admin_token_file = Some(file);
    gateway.restart_with(settle).await
}

async fn asked(gateway: &TestGateway, path: &str) -> Got {
    let url = format!("{}{path}", gateway.admin());
    Call::get(url).token(TOKEN).send().await
}

/// A case that has run its course, by its reference.
async fn done(gateway: &TestGateway) -> String {
    let answer = gateway.refer(&Referral::new(1).at(Place::LANTERN)).await;
    let name = answer.case_reference().expect("a reference").to_owned();
    eventually("the case ends and its referrer is told", || async {
        let (_, text) = run(gateway, &["list", "--status", "completed"]).await;
        text.contains(&name).then_some(())
    })
    .await;
    gateway.leg_in(LegKind::Respond, LegState::Delivered).await;
    name
}

fn events(bundle: &Value) -> Vec<&Value> {
    let entries = bundle["entry"].as_array().into_iter().flatten();
    entries.map(|entry| &entry["resource"]).collect()
}

fn kind(event: &Value) -> &str {
    event["subtype"][0]["code"].as_str().expect("a kind")
}

fn position(event: &Value) -> i64 {
    let digits = event["extension"][0]["valueString"].as_str();
    digits.and_then(|text| text.parse().ok()).expect("digits")
}

fn assert_shows_nobody(text: &str) {
    let (number, born) = (person::nhs_number(1), person::birth_date(1));
    for datum in [person::family(1), person::given(1), &number, &born] {
        assert!(!text.contains(datum), "a datum is shown");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_a_case_is_right_fhir_and_each_event_is_tied_to_its_row() {
    let gateway = TestGateway::start().await;
    let name = done(&gateway).await;
    let (code, text) = run(&gateway, &["audit", &name, "--format", "fhir"]).await;
    assert_eq!(code, 0, "{text}");
    assert_conforms(text.as_bytes(), b"");
    assert_shows_nobody(&text);
    let bundle: Value = serde_json::from_str(&text).expect("JSON");
    let events = events(&bundle);
    let kinds: Vec<&str> = events.iter().map(|event| kind(event)).collect();
    assert_eq!(kinds[..2], ["referral.accepted", "case.released"]);
    assert!(kinds.contains(&"referrer.told"), "{kinds:?}");
    let details = events[1]["entity"][0]["detail"].as_array();
    let fields = details.into_iter().flatten();
    let fields = fields.filter(|detail| detail["type"] == "field").count();
    assert!(fields > 3, "the fields that went are named: {fields}");
    let withheld = details.into_iter().flatten();
    let mut withheld = withheld.filter(|detail| detail["type"] == "withheld");
    let is_named = withheld.any(|detail| detail["valueString"] == "nhs_number");
    assert!(is_named, "and what Lantern does not get: {details:?}");
    let log = gateway.running.gateway.audit(&Caller::System, 1, 1_000);
    for row in log.await.expect("the log") {
        let event = events.iter().find(|event| position(event) == row.seq);
        if let Some(event) = event {
            let leaf = row.leaf_hash.map(|byte| format!("{byte:02x}")).concat();
            assert_eq!(event["extension"][1]["valueString"], leaf);
            assert_eq!(kind(event), row.kind);
        }
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_a_case_is_told_to_a_person_and_to_a_program() {
    let gateway = TestGateway::start().await;
    let name = done(&gateway).await;
    let (code, text) = run(&gateway, &["audit", &name]).await;
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("case.released") && text.contains("Case released to a provider"));
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    assert_shows_nobody(&text);
    let (_, json) = run(&gateway, &["audit", &name, "--format", "json"]).await;
    let json: Value = serde_json::from_str(&json).expect("JSON");
    // The reading before this one is a fact of its own.
    let facts = json["facts"].as_array().expect("facts");
    let last = facts.last().expect("a fact");
    assert_eq!(last["kind"], "case.read");
    assert!(
        last["by"]
            .as_str()
            .is_some_and(|by| by.starts_with("operator:"))
    );
    let (code, text) = run(&gateway, &["audit", "WW-4K7M-9QXD-T2P"]).await;
    assert!(code == 1 && text.contains("WW-OPR-001"), "{text}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_persons_practice_is_named_nowhere_in_the_log_of_the_case() {
    let gateway = TestGateway::with(|settings| {
        settings.returns.channels = vec![ReturnChannel::Human];
    })
    .await;
    let referral = Referral::new(1).at(Place::LANTERN).security("R");
    let answer = gateway.refer(&referral).await;
    let name = answer.case_reference().expect("a reference").to_owned();
    run(&gateway, &["return", &name, "--reason", "moved-away"]).await;
    let now = now(&gateway);
    let called = ["called", &name, "--told", "Hidden Surgery", "--when", &now];
    let (code, text) = run(&gateway, &called).await;
    assert_eq!(code, 0, "{text}");
    for format in ["text", "json", "fhir"] {
        let (code, text) = run(&gateway, &["audit", &name, "--format", format]).await;
        assert_eq!(code, 0, "{text}");
        assert!(
            !text.contains("Y99001"),
            "{format} names the practice: {text}"
        );
        assert!(!text.contains("Hidden Surgery"), "{format}: {text}");
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_token_nobody_reads_the_log() {
    let gateway = with_token().await;
    let url = format!("{}/admin/audit", gateway.admin());
    for call in [
        Call::get(url.as_str()),
        Call::get(url.as_str()).token("another"),
    ] {
        let got = call.send().await;
        assert_eq!(got.status, 401);
        assert_eq!(got.header("www-authenticate"), "Bearer");
        assert_eq!(got.header("content-type"), "application/fhir+json");
        let outcome = got.json();
        assert_eq!(outcome["resourceType"], "OperationOutcome");
        assert!(outcome.to_string().contains("WW-OPR-013"), "{outcome}");
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_read_page_by_page_and_each_reading_is_a_fact_of_it() {
    let gateway = with_token().await;
    let name = done(&gateway).await;
    let held = Referral::new(2).at(Place::LANTERN);
    gateway.refer(&held.workwell_consent(Consent::Absent)).await;
    let (mut seen, mut pages) = (Vec::new(), 0);
    let mut path = Some("/admin/audit?limit=10".to_owned());
    while let Some(at) = path {
        let got = asked(&gateway, &at).await;
        assert_eq!(got.status, 200, "{}", got.text);
        assert_shows_nobody(&got.text);
        let bundle = got.json();
        let page = events(&bundle);
        assert!(page.len() <= 10);
        seen.extend(page.into_iter().map(position));
        let links = bundle["link"].as_array().expect("links").iter();
        let next = links.clone().find(|link| link["relation"] == "next");
        path = next.and_then(|link| link["url"].as_str().map(str::to_owned));
        pages += 1;
        assert!(pages < 50, "the pages end");
    }
    assert!(pages > 1);
    let wanted: Vec<i64> = (1..).take(seen.len()).collect();
    assert_eq!(seen, wanted, "every row, once, in its order");

    let got = asked(&gateway, &format!("/admin/audit?case={name}"))
        .await
        .json();
    let cases: Vec<&Value> = events(&got)
        .iter()
        .map(|event| &event["entity"][0]["what"]["display"])
        .collect();
    assert!(!cases.is_empty() && cases.iter().all(|case| **case == name.as_str()));
    let again = asked(&gateway, &format!("/admin/audit?case={name}"))
        .await
        .json();
    let last = events(&again).last().map(|event| kind(event).to_owned());
    assert_eq!(last.as_deref(), Some("case.read"));
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_the_log_that_there_is_not_is_refused_with_what_to_write() {
    let gateway = with_token().await;
    for (query, status, code) in [
        ("limit=9", 400, "WW-OPR-016"),
        ("limit=501", 400, "WW-OPR-016"),
        ("after=-1", 400, "WW-OPR-016"),
        ("patient=x", 400, "WW-OPR-016"),
        ("case=WW-4K7M-9QXD-T2P", 404, "WW-OPR-001"),
    ] {
        let got = asked(&gateway, &format!("/admin/audit?{query}")).await;
        assert_eq!(got.status, status, "{query}: {}", got.text);
        assert!(got.text.contains(code), "{query}: {}", got.text);
    }
    gateway.end().await;
}
