//! The table of condition groups in a running gateway: a row that is added counts for whoever
//! is referred from then on, and a code in no group is counted and listed.

use std::fs;

use serde_json::{Value, json};
use workwell_gateway::conformance::parties::referral::{Place, Referral};
use workwell_gateway::domain::caller::Caller;

use super::Bench;
use super::compare::verb;
use super::redecide::ORDER;
use crate::support::call::Call;
use crate::support::casework::Casework;

/// A code that ships in no group: diabetes mellitus.
const CODE: &str = "73211009";
/// The table, from an area's folder.
const TABLE: &str = "../condition-groups.csv";

fn diabetes(seed: u64) -> Referral {
    Referral::new(seed).at(Place::LANTERN).condition(CODE)
}

/// The group of the main condition, as the case keeps it.
async fn group(bench: &Bench, case: &Casework) -> &'static str {
    let id = case.answer.service_request_id().expect("an id");
    let id = id.parse().expect("a UUID");
    let gateway = &bench.gateway.running.gateway;
    let shown = gateway.read_referral(&Caller::System, id).await;
    shown.expect("the case is there").case.referral.barriers[0]
        .group
        .code()
}

/// Puts these rows behind those that are there; gives what the table held.
fn add(bench: &Bench, rows: &str) -> String {
    let before = fs::read_to_string(bench.path(TABLE)).expect("the table");
    bench.write(TABLE, &format!("{before}{rows}\n"))
}

async fn status(bench: &Bench) -> Value {
    let url = format!("{}/_status", bench.gateway.admin());
    Call::get(url).send().await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_added_groups_the_next_case_and_an_earlier_one_keeps_its_own() {
    let bench = Bench::start().await;
    // Only who may be told by a group is refused: what is not known is asked.
    let refuses = "condition-group,is,other,refuse,ineligible-condition,Not for this.\n";
    let rules = bench.edit("lantern/eligibility.csv", "rule,operator", "rule,operator");
    bench.write("lantern/eligibility.csv", &format!("{rules}{refuses}"));
    bench.reload().await;
    let first = Casework::of(&bench.gateway, diabetes(1)).await;
    first.until(&bench.gateway, "delivered", "provider").await;
    assert_eq!(group(&bench, &first).await, "not-known");

    let before = add(&bench, "sct|73211009,Diabetes mellitus,neurological,");
    let answer = bench.reload().await;
    assert_eq!(answer["outcome"], "whole", "{answer}");
    let groups = &answer["conditionGroups"];
    assert_eq!(
        (&groups["standing"], &groups["changed"], &groups["codes"]),
        (&json!("live"), &json!(true), &json!(25)),
        "{groups}"
    );
    // No provider's own tables are others than before; the record names the table.
    assert_eq!(answer["changed"], json!([]));
    let facts = bench.facts("tables.reloaded").await;
    let recorded = facts.last().expect("a record");
    assert_eq!(recorded["condition-groups"], groups["digest"]);
    let second = Casework::of(&bench.gateway, diabetes(2)).await;
    assert_eq!(group(&bench, &second).await, "neurological");
    assert_eq!(group(&bench, &first).await, "not-known");

    // Another group, and another route: nobody else serves the place.
    let rows = "sct|73211009,Diabetes mellitus,other,\n";
    bench.write(TABLE, &format!("{before}{rows}"));
    bench.reload().await;
    let third = bench.gateway.refer(&diabetes(3)).await;
    assert!(!third.accepted(), "{third:?}");
    // A reload that changes nothing says so.
    let answer = bench.reload().await;
    assert_eq!(answer["conditionGroups"]["changed"], false);
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_in_no_group_is_counted_and_listed_until_the_table_has_it() {
    let bench = Bench::start().await;
    let case = Casework::of(&bench.gateway, diabetes(1)).await;
    Casework::open(&bench.gateway, 2, Place::LANTERN).await;
    // The same message again is the same referral.
    bench.gateway.refer(&case.referral).await;
    let figures = bench.metrics().await;
    let series = r#"workwell_conditions_not_known_total{system="sct"} 1"#;
    assert!(figures.contains(series), "{figures}");
    assert!(!figures.contains(CODE), "{figures}");

    let (code, said) = verb(&bench, &["unmapped"]).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("sct|73211009: 1 case"), "{said}");
    let reference = case.row(&bench.gateway).await.reference;
    assert!(!said.contains(reference.as_str()), "{said}");
    let (_, said) = verb(&bench, &["unmapped", "--cases"]).await;
    assert!(said.contains(reference.as_str()) && !said.contains(CODE));
    let (_, said) = verb(&bench, &["unmapped", "--format", "json"]).await;
    let tree: Value = serde_json::from_str(&said).expect("JSON");
    let listed = json!({ "count": 1, "codes": { "sct|73211009": 1 }, "notShown": 0 });
    assert_eq!(tree["conditionGroups"], listed);
    let url = format!("{}/admin/unmapped", bench.gateway.admin());
    let got = Call::get(url).token(super::TOKEN).send().await.json();
    let listed = json!({ "cases": 1, "codes": { "sct|73211009": 1 }, "notShown": 0 });
    assert_eq!(got["conditionGroups"], listed);

    // Once it is in the table there is nothing left to do.
    add(&bench, "sct|73211009,Diabetes mellitus,other,");
    bench.reload().await;
    let (_, said) = verb(&bench, &["unmapped"]).await;
    assert!(said.contains("No open case has a condition"), "{said}");
    assert_eq!(group(&bench, &case).await, "not-known");
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_waits_for_its_group_gets_it_when_it_is_decided_again() {
    let bench = Bench::start().await;
    let row = "help_with,barriers,code:barriers,optional";
    let required = row.replace("optional", "required");
    bench.edit("lantern/fields.csv", row, &required);
    bench.reload().await;
    let referral = diabetes(1).change(|bundle| {
        for entry in bundle["entry"].as_array_mut().expect("entries") {
            if entry["resource"]["resourceType"] == "Condition" {
                entry["resource"]["code"]["coding"][0]["code"] = json!(CODE);
            }
        }
    });
    let case = Casework::of(&bench.gateway, referral).await;
    let held = case.row(&bench.gateway).await.hold;
    assert_eq!(held.expect("it is held").reason, "mapping-fault");
    let (_, answer) = case.verb(&bench.gateway, &ORDER).await;
    assert_eq!(answer["outcome"], "held", "{answer}");
    add(&bench, "sct|73211009,Diabetes mellitus,other,");
    let answer = bench.reload().await;
    let digest = &answer["conditionGroups"]["digest"];
    // Loading alone changes no case.
    assert_eq!(group(&bench, &case).await, "not-known");
    let (_, answer) = case.verb(&bench.gateway, &ORDER).await;
    assert_eq!(answer["outcome"], "released", "{answer}");
    assert_eq!(group(&bench, &case).await, "other");
    case.until(&bench.gateway, "delivered", "provider").await;
    let facts = bench.facts("case.redecided").await;
    assert_eq!(facts[0]["condition-groups"], Value::Null);
    assert_eq!(facts[1]["condition-groups"], *digest);
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_cannot_be_read_keeps_the_last_good_one_and_is_told_everywhere() {
    let bench = Bench::start().await;
    assert_eq!(status(&bench).await["status"], "pass");
    let shipped = bench.write(TABLE, "no table\n");
    let answer = bench.reload().await;
    assert_eq!(answer["outcome"], "partly", "{answer}");
    assert_eq!(answer["conditionGroups"]["standing"], "kept");
    let place = answer["findings"][0]["place"].as_str().expect("a place");
    assert!(place.starts_with("condition-groups.csv:1"), "{place}");
    let report = status(&bench).await;
    let check = &report["checks"]["tables:condition-groups"][0];
    assert_eq!(
        (&report["status"], &check["status"]),
        (&json!("warn"), &json!("warn"))
    );
    let words = check["outcome"].as_str().expect("words");
    assert!(words.contains("WW-MAP-002"), "{words}");
    let known = Casework::open(&bench.gateway, 1, Place::LANTERN).await;
    assert_eq!(group(&bench, &known).await, "msk");

    // One that was taken away is told likewise, and what was in use stays.
    fs::remove_file(bench.path(TABLE)).expect("a writable copy");
    let answer = bench.reload().await;
    assert_eq!(answer["outcome"], "partly", "{answer}");
    assert_eq!(answer["conditionGroups"]["standing"], "kept");
    let report = status(&bench).await;
    let check = &report["checks"]["tables:condition-groups"][0];
    let words = check["outcome"].as_str().expect("words");
    assert!(words.contains("stays in use"), "{words}");
    let without = Casework::open(&bench.gateway, 2, Place::LANTERN).await;
    assert_eq!(group(&bench, &without).await, "msk");

    fs::write(bench.path(TABLE), shipped).expect("a writable copy");
    assert_eq!(bench.reload().await["outcome"], "whole");
    assert_eq!(status(&bench).await["status"], "pass");
    bench.gateway.end().await;
}
