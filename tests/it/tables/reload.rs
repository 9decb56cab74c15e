//! `POST /admin/reload`: what goes live, what is kept, and where it is told.

use std::fs;

use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::referral::{Place, Referral};
use workwell_gateway::gateway::read::outbox::LegState;

use super::{Bench, standing};
use crate::support::call::Call;
use crate::support::casework::Casework;

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_folder_keeps_its_last_good_version_and_is_told_everywhere() {
    let bench = Bench::start().await;
    let before = bench.write("lantern/fields.csv", "no table\n");
    bench.edit(
        "borough-works/provider.toml",
        "name = ",
        "# mended\nname = ",
    );
    let answer = bench.reload().await;
    assert_eq!(answer["outcome"], "partly");
    assert_eq!(answer["changed"], serde_json::json!(["borough-works"]));
    let lantern = standing(&answer, "lantern");
    assert_eq!(lantern["standing"], "kept");
    let place = lantern["findings"][0]["place"].as_str().expect("a place");
    assert!(
        place.starts_with("exampleshire/lantern/fields.csv:1"),
        "{place}"
    );
    // People are referred to it as before.
    let case = Casework::open(&bench.gateway, 1, Place::LANTERN).await;
    case.until(&bench.gateway, "delivered", "provider").await;
    let status = Call::get(format!("{}/_status", bench.gateway.admin()))
        .send()
        .await;
    let report = status.json();
    assert_eq!(report["status"], "warn");
    let check = &report["checks"]["provider:lantern"][0];
    let words = check["outcome"].as_str().expect("words");
    assert!(
        words.contains("WW-MAP-") && words.contains("stays in use"),
        "{words}"
    );
    let figures = bench.metrics().await;
    for line in [
        r#"workwell_tables_reloads_total{outcome="partly"} 1"#,
        r#"workwell_tables_providers{standing="kept"} 1"#,
    ] {
        assert!(figures.contains(line), "{line} in {figures}");
    }
    assert_eq!(bench.facts("tables.reloaded").await.len(), 1);
    // Mended, all is as it lies there.
    bench.write("lantern/fields.csv", &before);
    let answer = bench.reload().await;
    assert_eq!(answer["outcome"], "whole");
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_keeps_the_version_it_was_sent_under_and_the_next_gets_the_new_one() {
    let bench = Bench::start().await;
    let first = Casework::open(&bench.gateway, 1, Place::LANTERN).await;
    first.until(&bench.gateway, "delivered", "provider").await;
    let digest = |row: workwell_gateway::adapters::store::CaseRow| row.provider.map(|p| p.digest);
    let sent_under = digest(first.row(&bench.gateway).await);
    bench.edit(
        "lantern/fields.csv",
        "constant:NHS WorkWell",
        "constant:WorkWell",
    );
    let answer = bench.reload().await;
    assert_eq!(answer["changed"], serde_json::json!(["lantern"]));
    let second = Casework::open(&bench.gateway, 2, Place::LANTERN).await;
    second.until(&bench.gateway, "delivered", "provider").await;
    assert_eq!(digest(first.row(&bench.gateway).await), sent_under);
    let now = digest(second.row(&bench.gateway).await);
    assert_eq!(
        now.as_deref(),
        standing(&answer, "lantern")["digest"].as_str()
    );
    assert_ne!(now, sent_under);
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_whose_folder_is_gone_gets_nobody_new_and_its_stops_still_arrive() {
    let bench = Bench::start().await;
    let case = Casework::open(&bench.gateway, 1, Place::LANTERN).await;
    case.until(&bench.gateway, "delivered", "provider").await;
    fs::remove_dir_all(bench.path("lantern")).expect("a writable copy");
    let answer = bench.reload().await;
    assert_eq!(standing(&answer, "lantern")["standing"], "gone");
    let other = bench
        .gateway
        .refer(&Referral::new(2).at(Place::LANTERN))
        .await;
    assert!(!other.accepted(), "nobody serves the place any more");
    let words = ["withdraw", "--evidence", "call 1"];
    case.done(&bench.gateway, &words).await;
    bench
        .gateway
        .leg_in(LegKind::Stop, LegState::Delivered)
        .await;
    bench.gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_not_there_changes_nothing() {
    let bench = Bench::start().await;
    let (root, aside) = (
        bench.root.path().join("mappings"),
        bench.root.path().join("aside"),
    );
    fs::rename(&root, &aside).expect("a writable folder");
    let got = bench.order("/admin/reload", "").await;
    assert_eq!(got.refusal(), (503, "WW-TBL-001".to_owned()));
    let case = Casework::open(&bench.gateway, 1, Place::LANTERN).await;
    case.until(&bench.gateway, "delivered", "provider").await;
    assert!(
        bench
            .metrics()
            .await
            .contains(r#"reloads_total{outcome="refused"} 1"#)
    );
    bench.gateway.end().await;
}
