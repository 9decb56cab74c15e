//! Rows of CSV: over a webhook, by the collect API, and by files in a folder.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::{Place, StopAs, person};
use workwell_gateway::gateway::read::outbox::LegState;

use super::{delivery_in, lantern_at, refer_to_lantern, stop};
use crate::support::call::Call;
use crate::support::receiver::Receiver;
use crate::support::{TestGateway, eventually};
use crate::testing::{copy, package};

/// The committed tables with other words in the head of one provider.
fn tables(slug: &str, edits: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().expect("a temporary folder");
    copy(&package("mappings"), root.path());
    let head = root
        .path()
        .join("exampleshire")
        .join(slug)
        .join("provider.toml");
    let mut text = fs::read_to_string(&head).expect("a head");
    for (find, put) in edits {
        assert!(text.contains(find), "{find}");
        text = text.replacen(find, put, 1);
    }
    fs::write(&head, text).expect("a writable copy");
    root
}

const AS_ROWS: (&str, &str) = ("kind = \"json\"", "kind = \"csv\"");

/// Header and row, by the names of the columns.
pub(super) fn cell(text: &str, column: &str) -> String {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let row = reader.records().next().expect("a row").expect("a row");
    let index = header.iter().position(|name| name == column);
    row[index.expect("a column")].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_may_get_a_row_under_its_header() {
    let tables = tables("lantern", &[AS_ROWS]);
    let receiver = Receiver::start().await;
    let gateway = TestGateway::with(|settings| {
        settings.tables.mappings = tables.path().to_owned();
        lantern_at(settings, &receiver);
    })
    .await;
    refer_to_lantern(&gateway, 61).await;
    delivery_in(&gateway, LegState::Delivered).await;
    let taken = receiver.until_taken(1).await;
    let first = &taken[0];
    assert!(first.header("content-type").starts_with("text/csv"));
    let text = String::from_utf8(first.body.clone()).expect("text");
    assert_eq!(text.lines().count(), 2, "{text}");
    assert_eq!(cell(&text, "workwell_event"), "referral.created");
    assert!(
        cell(&text, "who.name").contains(person::family(61)),
        "{text}"
    );
    gateway.running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_collects_reads_its_row_as_a_text() {
    let tables = tables("borough-works", &[AS_ROWS]);
    let gateway = TestGateway::with(|settings| {
        settings.tables.mappings = tables.path().to_owned();
    })
    .await;
    let desk = &gateway.parties.borough_works.desk;
    // The test is the provider.
    desk.script_usual(Script::silent().received(Reception::Hang { times: u32::MAX }));
    super::refer_to(&gateway, 62, Place::BOROUGH_WORKS).await;
    let leg = delivery_in(&gateway, LegState::Waiting).await;
    let url = format!("{}/cases/{}", gateway.provider_api(), leg.case_id);
    let view = Call::get(url).token(desk.api().token()).send().await.json();
    let text = view["payload"].as_str().expect("a text");
    assert!(
        view["payload_type"]
            .as_str()
            .is_some_and(|kind| kind.starts_with("text/csv"))
    );
    assert_eq!(
        cell(text, "person.surname"),
        person::family(62).to_uppercase()
    );
    gateway.running.end().await;
}

/// The files that a provider's job would take.
fn files(folder: &Path) -> Vec<String> {
    let found = fs::read_dir(folder).expect("the drop folder");
    let mut texts: Vec<String> = found
        .map(|found| found.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "csv"))
        .map(|path| fs::read_to_string(path).expect("a text"))
        .collect();
    texts.sort();
    texts
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_gathered_in_a_folder_and_a_stop_follows_in_a_file_of_its_own() {
    let drop = tempfile::tempdir().expect("a drop folder");
    let channel = format!(
        "kind = \"csv-batch\"\nfolder = \"{}\"\nwindow_minutes = 1440",
        drop.path().display()
    );
    let tables = tables(
        "lantern",
        &[
            ("url = \"https://lantern.example/hooks/workwell\"\n", ""),
            ("secret_file = \"secrets/lantern-webhook\"\n", ""),
            ("kind = \"webhook\"", &channel),
            AS_ROWS,
        ],
    );
    let gateway = TestGateway::with(|settings| {
        settings.tables.mappings = tables.path().to_owned();
    })
    .await;
    let (referral, answer) = refer_to_lantern(&gateway, 63).await;
    delivery_in(&gateway, LegState::Delivered).await;
    refer_to_lantern(&gateway, 64).await;
    let text = eventually("both rows are there", || async {
        let texts = files(drop.path());
        texts.into_iter().find(|text| text.lines().count() == 3)
    })
    .await;
    for seed in [63, 64] {
        assert!(text.contains(person::family(seed)), "{text}");
    }
    let stopped = stop(&gateway, &referral, &answer, StopAs::Cancelled).await;
    assert!(stopped.accepted(), "{stopped:?}");
    let stop = eventually("the stop is there", || async {
        let texts = files(drop.path());
        texts
            .into_iter()
            .find(|text| text.contains("referral.cancelled"))
    })
    .await;
    assert_eq!(cell(&stop, "workwell_reason"), "cancelled");
    assert!(
        !stop.contains(person::family(63)),
        "a stop names nobody: {stop}"
    );
    gateway.running.end().await;
}
