//! Looking after the store: what was put back, copied, migrated.

mod backup;
mod copy;
mod held;
mod list;
mod verbs;

use std::path::{Path, PathBuf};

use workwell_gateway::config::{Settings, StoreUrl};
use workwell_gateway::conformance::parties::gp::Answer;
use workwell_gateway::conformance::parties::referral::{Place, Referral};

use crate::support::TestGateway;
use crate::support::receiver::Receiver;
use crate::support::store::TestStore;

/// A gateway over a file, with the charity's webhook at this receiver.
async fn over_a_file(receiver: &Receiver) -> TestGateway {
    TestGateway::with(|settings| {
        // Beside the secrets, whatever engine the others run on.
        let file = settings.store.epoch_file.with_file_name("upkeep.db");
        settings.store.url = StoreUrl::Sqlite(file);
        lantern_at(settings, receiver);
        settings.delivery.retry_after = vec![std::time::Duration::from_millis(50); 400];
    })
    .await
}

fn lantern_at(settings: &mut Settings, receiver: &Receiver) {
    let lantern = settings.providers.entry("lantern".to_owned()).or_default();
    lantern.url = Some(format!("{}/inbox", receiver.url()));
}

/// The file of a store that is one.
fn file_of(settings: &Settings) -> &Path {
    match &settings.store.url {
        StoreUrl::Sqlite(file) => file,
        StoreUrl::Postgres(_) => panic!("a store that is a file"),
    }
}

fn beside(settings: &Settings, name: &str) -> PathBuf {
    settings.store.epoch_file.with_file_name(name)
}

async fn refer(gateway: &TestGateway, seed: u64) -> (Referral, Answer) {
    let referral = Referral::new(seed).at(Place::LANTERN);
    let answer = gateway.refer(&referral).await;
    assert!(answer.accepted(), "{answer:?}");
    (referral, answer)
}

/// What `/readyz` says.
async fn readiness(gateway: &TestGateway) -> (u16, String) {
    let answer = reqwest::get(format!("{}/readyz", gateway.admin())).await;
    let answer = answer.expect("the admin listener answers");
    let status = answer.status().as_u16();
    (status, answer.text().await.expect("a text"))
}

/// Rows of the file, each column as text.
fn rows(settings: &Settings, sql: &str) -> Vec<Vec<String>> {
    TestStore::Sqlite(file_of(settings).to_owned()).rows(sql)
}
