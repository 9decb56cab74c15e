//! `/livez`, `/readyz`, `/_ping` and `/_status`.

use crate::support::TestGateway;
use crate::support::call::Call;
use crate::testing::{copy, package};

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_works_says_so_in_every_way() {
    let gateway = TestGateway::start().await;
    let admin = gateway.admin();
    for (path, body) in [("/livez", "ok\n"), ("/readyz", "ready\n")] {
        let got = Call::get(format!("{admin}{path}")).send().await;
        assert_eq!((got.status, got.text.as_str()), (200, body), "{path}");
    }
    let ping = Call::get(format!("{admin}/_ping")).send().await;
    assert_eq!(
        (ping.status, ping.json()["status"].as_str()),
        (200, Some("pass"))
    );
    let status = Call::get(format!("{admin}/_status")).send().await;
    let report = status.json();
    assert_eq!(
        (status.status, report["status"].as_str()),
        (200, Some("pass"))
    );
    assert_eq!(report["version"], env!("CARGO_PKG_VERSION"));
    for check in [
        "config:loaded",
        "store:writable",
        "keys:valid",
        "provider:lantern",
        "provider:borough-works",
        "provider:vale-nhs-trust",
    ] {
        assert_eq!(report["checks"][check][0]["status"], "pass", "{check}");
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_with_a_fault_in_its_tables_is_a_warning_and_no_more() {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&package("mappings"), folder.path());
    let broken = folder.path().join("exampleshire/vale-nhs-trust/status.csv");
    std::fs::write(broken, "word,status\nreceived,arrived-somewhere\n").expect("written");
    let gateway = TestGateway::with(|settings| {
        settings.tables.mappings = folder.path().to_owned();
    })
    .await;
    let got = Call::get(format!("{}/_status", gateway.admin()))
        .send()
        .await;
    let report = got.json();
    assert_eq!((got.status, report["status"].as_str()), (200, Some("warn")));
    assert_eq!(
        report["checks"]["provider:vale-nhs-trust"][0]["status"],
        "warn"
    );
    assert_eq!(report["checks"]["provider:lantern"][0]["status"], "pass");
    let ready = Call::get(format!("{}/readyz", gateway.admin()))
        .send()
        .await;
    assert_eq!(ready.status, 200);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_cannot_be_written_makes_the_gateway_unready_until_it_can() {
    let gateway = TestGateway::start().await;
    let refusing = gateway.store.refuse_writes();
    let got = Call::get(format!("{}/readyz", gateway.admin()))
        .send()
        .await;
    assert_eq!(
        (got.status, got.text.as_str()),
        (503, "not ready: store:writable\n")
    );
    let alive = Call::get(format!("{}/livez", gateway.admin())).send().await;
    assert_eq!(alive.status, 200, "the process lives");
    drop(refusing);
    let got = Call::get(format!("{}/readyz", gateway.admin()))
        .send()
        .await;
    assert_eq!(got.status, 200);
    gateway.end().await;
}
