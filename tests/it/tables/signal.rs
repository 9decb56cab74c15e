//! SIGHUP, sent to the program as a process of its own.

use std::fs;

use super::{copy, package};
use crate::operating::process::{Folder, SERVES, addresses};
use crate::support::call::Call;
use crate::support::eventually;

#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_loads_the_tables_anew_and_ends_nothing() {
    let tables = tempfile::tempdir().expect("a temporary folder");
    let root = tables.path().join("mappings");
    copy(&package("mappings"), &root);
    let configuration = SERVES.replace("{SOURCE}/mappings", &root.display().to_string());
    let folder = Folder::with(&configuration);
    folder.run(&["key"]);
    let running = folder.start(&["serve", "--addresses", "addresses.json"]);
    let addresses = addresses(&folder.path().join("addresses.json")).await;
    let admin = addresses["admin"].as_str().expect("an address").to_owned();
    let file = root.join("exampleshire/lantern/provider.toml");
    fs::write(file, "not = [a head").expect("a writable copy");
    running.hang_up();
    eventually("the bad folder is told", || async {
        let report = Call::get(format!("{admin}/_status")).send().await.json();
        (report["checks"]["provider:lantern"][0]["status"] == "warn").then_some(())
    })
    .await;
    let ready = Call::get(format!("{admin}/readyz")).send().await;
    assert_eq!(ready.status, 200, "{}", ready.text);
    running.terminate();
    assert_eq!(running.ended().await, Some(0));
}
