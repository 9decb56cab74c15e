//! What is looked at for `/readyz` and `/_status`.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::task::JoinHandle;

use crate::problem::Problem;

/// The check that a person has confirmed the store, where it was put back.
const CONFIRMED: &str = "store:confirmed";

/// How long one check may take: whoever asks for health must not wait on what is ill.
const LONGEST_LOOK: Duration = Duration::from_secs(2);

/// How tables stand: those of a provider, or one that all share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TablesHealth {
    /// The name of the check: `provider:` and the name of its folder, or `tables:` and the
    /// name of the table.
    pub name: String,
    /// Whether they are loaded as they lie there.
    pub well: bool,
    /// What is to be said of them; empty where there is nothing.
    pub why: String,
}

/// Handles to what is looked at. They may block; they are called off the async threads.
#[derive(Clone)]
pub struct Checks {
    /// Whether the store can be written.
    pub store: Arc<dyn Fn() -> bool + Send + Sync>,
    /// Whether the keys are there and open the store.
    pub keys: Arc<dyn Fn() -> bool + Send + Sync>,
    /// Whether the gateway is being ended and takes nothing new.
    pub ending: Arc<dyn Fn() -> bool + Send + Sync>,
    /// Why the store is held, where it is.
    pub held: Arc<dyn Fn() -> Option<Problem> + Send + Sync>,
    /// Whether what is acknowledged is being journalled.
    pub journal: Arc<dyn Fn() -> bool + Send + Sync>,
    /// How each provider's tables stand, and those that all share.
    pub tables: Arc<dyn Fn() -> Vec<TablesHealth> + Send + Sync>,
}

/// What was found.
pub(super) struct Report {
    needed: Vec<(&'static str, bool)>,
    held: Option<Problem>,
    journal: bool,
    tables: Vec<TablesHealth>,
}

impl Checks {
    /// Looks at everything; a check that panics or does not answer in time has failed.
    pub(super) async fn look(self) -> Report {
        let Self {
            store,
            keys,
            ending,
            held,
            journal,
            tables,
        } = self;
        // None looks at anything outside this process.
        let (ending, held, journal) = (ending(), held(), journal());
        let store = tokio::task::spawn_blocking(move || store());
        let keys = tokio::task::spawn_blocking(move || keys());
        let tables = tokio::task::spawn_blocking(move || tables());
        Report {
            needed: vec![
                // Without a configuration there would be no listener to ask.
                ("config:loaded", true),
                ("gateway:taking", !ending),
                ("store:writable", in_time(store).await.unwrap_or(false)),
                ("keys:valid", in_time(keys).await.unwrap_or(false)),
                (CONFIRMED, held.is_none()),
            ],
            held,
            journal,
            tables: in_time(tables).await.unwrap_or_default(),
        }
    }
}

/// What a check found, if it found it in time.
async fn in_time<T>(check: JoinHandle<T>) -> Option<T> {
    tokio::time::timeout(LONGEST_LOOK, check).await.ok()?.ok()
}

impl Report {
    /// The names of the checks without which no work can be taken.
    pub(super) fn failed(&self) -> Vec<&'static str> {
        let failed = self.needed.iter().filter(|(_, well)| !well);
        failed.map(|(name, _)| *name).collect()
    }

    /// Why no work can be taken although everything runs, in a line.
    pub(super) fn why(&self) -> Option<String> {
        let held = self.held.as_ref()?;
        let detail = held.detail.as_deref().unwrap_or_default();
        Some(format!(
            "{} {}: {detail}",
            held.entry.code, held.entry.title
        ))
    }

    /// `pass`, `warn` when only tables or the journal are not well, else `fail`.
    fn status(&self) -> &'static str {
        if !self.failed().is_empty() {
            "fail"
        } else if !self.journal || self.tables.iter().any(|tables| !tables.well) {
            "warn"
        } else {
            "pass"
        }
    }

    /// The body of `/_status`, in the NHS platform's shape.
    pub(super) fn document(&self, version: &str) -> Value {
        let mut checks = Map::new();
        for (name, well) in &self.needed {
            let mut result = check(*well, "fail");
            if let (CONFIRMED, Some(why)) = (*name, self.why()) {
                result[0]["outcome"] = json!(why);
            }
            checks.insert((*name).to_owned(), result);
        }
        checks.insert("journal:writable".to_owned(), check(self.journal, "warn"));
        for tables in &self.tables {
            let mut result = check(tables.well, "warn");
            result[0]["outcome"] = json!(tables.why);
            checks.insert(tables.name.clone(), result);
        }
        json!({ "status": self.status(), "version": version, "checks": checks })
    }
}

fn check(well: bool, otherwise: &str) -> Value {
    let (status, code) = if well {
        ("pass", 200)
    } else {
        (otherwise, 503)
    };
    json!([{ "status": status, "timeout": "false", "responseCode": code, "outcome": "" }])
}
