//! Tables in a running gateway: loaded anew, kept where they are bad, and cases decided
//! again by them.

mod compare;
mod damaged;
mod days;
mod groups;
mod orders;
mod redecide;
mod reload;
mod signal;
mod unlisted;

pub(crate) use redecide::EMPTY_LIST;

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;
use workwell_gateway::config::Clock;
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::domain::caller::Caller;

use crate::support::TestGateway;
use crate::support::call::{Call, Got};
use crate::testing::{copy, package};

/// The token with which a test gives orders.
const TOKEN: &str = "orders-of-a-test";

/// A gateway over a copy of the shipped tables that a test may change.
struct Bench {
    gateway: TestGateway,
    root: TempDir,
}

impl Bench {
    /// Its providers do nothing by themselves, and its admin listener takes orders.
    async fn start() -> Self {
        Self::at(Clock::default()).await
    }

    /// The same under a clock of the test's own.
    async fn at(clock: Clock) -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        copy(&package("mappings"), &root.path().join("mappings"));
        let (mappings, token) = (
            root.path().join("mappings"),
            root.path().join("admin.token"),
        );
        fs::write(&token, TOKEN).expect("a writable folder");
        let gateway = TestGateway::at(clock, |settings| {
            settings.tables.mappings = mappings;
            settings.listen.admin_token_file = Some(token);
        })
        .await;
        let away = Script::silent().received(Reception::Hang { times: u32::MAX });
        gateway.parties.borough_works.desk.script_usual(away);
        for desk in [
            &gateway.parties.lantern.desk,
            &gateway.parties.vale_nhs_trust.desk,
        ] {
            desk.script_usual(Script::silent());
        }
        Self { gateway, root }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.root.path().join("mappings/exampleshire").join(file)
    }

    /// Writes a file of the tables anew; gives what it held.
    fn write(&self, file: &str, text: &str) -> String {
        let path = self.path(file);
        let before = fs::read_to_string(&path).expect("a table");
        fs::write(path, text).expect("a writable copy");
        before
    }

    /// Changes a file of the tables; gives what it held.
    fn edit(&self, file: &str, find: &str, put: &str) -> String {
        let now = fs::read_to_string(self.path(file)).expect("a table");
        assert!(now.contains(find), "{file} has no {find}");
        self.write(file, &now.replace(find, put))
    }

    async fn order(&self, path: &str, body: &str) -> Got {
        let url = format!("{}{path}", self.gateway.admin());
        Call::post(url).token(TOKEN).body(body).send().await
    }

    /// Loads the tables anew.
    async fn reload(&self) -> Value {
        let got = self.order("/admin/reload", "").await;
        assert_eq!(got.status, 200, "{}", got.text);
        got.json()
    }

    /// The audit details of the facts of a kind, oldest first.
    async fn facts(&self, kind: &str) -> Vec<Value> {
        let gateway = &self.gateway.running.gateway;
        let all = gateway.audit(&Caller::System, 1, 10_000).await;
        let all = all.expect("the audit log").into_iter();
        let details = all
            .filter(|fact| fact.kind == kind)
            .map(|fact| fact.details);
        details
            .map(|text| serde_json::from_str(&text).expect("an object"))
            .collect()
    }

    async fn metrics(&self) -> String {
        let url = format!("{}/metrics", self.gateway.admin());
        Call::get(url).send().await.text
    }
}

/// How a provider stands in the answer of a reload.
fn standing<'a>(answer: &'a Value, slug: &str) -> &'a Value {
    let providers = answer["providers"].as_array().expect("providers");
    let found = providers.iter().find(|one| one["provider"] == slug);
    found.unwrap_or_else(|| panic!("{slug} in {answer}"))
}
