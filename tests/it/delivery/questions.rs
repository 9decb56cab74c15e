//! What a decision leaves open is asked by the provider that gets the case: it comes with
//! the case on every channel, and the record names the rows.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::bundle::{has_code, resources};
use workwell_gateway::conformance::parties::referral::{Place, Referral};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::gateway::read::outbox::LegState;

use super::{delivery_in, lantern_at};
use crate::support::TestGateway;
use crate::support::call::Call;
use crate::support::receiver::Receiver;
use crate::testing::{copy, package};

const OBSERVATION: &str = "https://workwell-gateway.example/CodeSystem/workwell-observation";

/// The words of the row that every table of these tests has.
const WORDS: &str = "Do you have a fit note?";

/// The committed tables; three providers need to know of a fit note.
fn tables() -> TempDir {
    let root = tempfile::tempdir().expect("a temporary folder");
    copy(&package("mappings"), root.path());
    for slug in ["lantern", "borough-works", "vale-nhs-trust"] {
        let folder = root.path().join("exampleshire").join(slug);
        let file = folder.join("eligibility.csv");
        let text = fs::read_to_string(&file).expect("a table");
        let row = format!("fit-note,is-not,yes,ask,,{WORDS}\n");
        fs::write(&file, text + &row).expect("a writable copy");
    }
    root
}

/// A referral whose fit note was written down in error, so that nobody knows of one.
fn without_fit_note(seed: u64, place: Place) -> Referral {
    Referral::new(seed).at(place).change(|bundle| {
        for entry in bundle["entry"].as_array_mut().expect("entries") {
            let resource = &mut entry["resource"];
            if has_code(resource, "code", OBSERVATION, Some("fit-note")) {
                resource["status"] = json!("entered-in-error");
            }
        }
    })
}

async fn accepted(gateway: &TestGateway, referral: &Referral) {
    let answer = gateway.refer(referral).await;
    assert!(answer.accepted(), "{answer:?}");
}

/// What the record of each release says of questions, oldest first.
async fn recorded(gateway: &TestGateway) -> Vec<Value> {
    let facts = gateway.running.gateway.audit(&Caller::System, 1, 10_000);
    let facts = facts.await.expect("the audit log").into_iter();
    let released = facts.filter(|fact| fact.kind == "case.released");
    let details = released.map(|fact| serde_json::from_str::<Value>(&fact.details));
    details
        .map(|details| details.expect("an object")["questions"].clone())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_fit_note_is_asked_by_webhook_by_the_collect_api_and_in_fhir() {
    let tables = tables();
    let (charity, trust) = (Receiver::start().await, Receiver::start().await);
    let gateway = TestGateway::with(|settings| {
        settings.tables.mappings = tables.path().to_owned();
        lantern_at(settings, &charity);
        let at = settings.providers.entry("vale-nhs-trust".to_owned());
        at.or_default().url = Some(format!("{}/fhir", trust.url()));
    })
    .await;
    // The test is the council.
    let council = &gateway.parties.borough_works.desk;
    council.script_usual(Script::silent().received(Reception::Hang { times: u32::MAX }));

    accepted(&gateway, &without_fit_note(81, Place::LANTERN)).await;
    let webhook = charity.until_taken(1).await[0].json();
    let sent = webhook.pointer("/data/to_ask").unwrap_or(&Value::Null);
    assert_eq!(*sent, json!([WORDS]), "{webhook:#}");

    accepted(&gateway, &without_fit_note(82, Place::VALE_NHS_TRUST)).await;
    let bundle = trust.until_taken(1).await[0].json();
    let request = resources(&bundle, "ServiceRequest").next();
    let notes = request.map(|request| request["note"].to_string());
    let asked = format!("To ask the person: {WORDS}");
    assert!(
        notes.is_some_and(|notes| notes.contains(&asked)),
        "{bundle:#}"
    );

    accepted(&gateway, &without_fit_note(83, Place::BOROUGH_WORKS)).await;
    let leg = delivery_in(&gateway, LegState::Waiting).await;
    let url = format!("{}/cases/{}", gateway.provider_api(), leg.case_id);
    let view = Call::get(url).token(council.api().token());
    let view = view.send().await.json();
    assert_eq!(view["payload"]["toAsk"], json!([WORDS]), "{view:#}");

    // Of whom everything is known, nothing is asked.
    accepted(&gateway, &Referral::new(84).at(Place::LANTERN)).await;
    let known = charity.until_taken(2).await[1].json();
    assert_eq!(known.pointer("/data/to_ask"), None, "{known:#}");
    let rows = [
        "eligibility.csv:5",
        "eligibility.csv:4",
        "eligibility.csv:6",
    ];
    let mut expected = rows.map(|row| json!(format!("{row} fit-note"))).to_vec();
    expected.push(Value::Null);
    assert_eq!(recorded(&gateway).await, expected);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_fit_note_is_asked_in_a_column_of_a_row() {
    let tables = tables();
    let head = tables.path().join("exampleshire/lantern/provider.toml");
    let text = fs::read_to_string(&head).expect("a head");
    let text = text.replacen("kind = \"json\"", "kind = \"csv\"", 1);
    fs::write(&head, text).expect("a writable copy");
    let charity = Receiver::start().await;
    let gateway = TestGateway::with(|settings| {
        settings.tables.mappings = tables.path().to_owned();
        lantern_at(settings, &charity);
    })
    .await;
    accepted(&gateway, &without_fit_note(85, Place::LANTERN)).await;
    let taken = charity.until_taken(1).await;
    let text = String::from_utf8(taken[0].body.clone()).expect("text");
    let cells = super::csv::cell(&text, "to_ask");
    assert_eq!(cells, WORDS, "{text}");
    gateway.end().await;
}
