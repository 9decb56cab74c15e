//! A whole gateway for a test: real sockets on port 0, a real store in a temporary
//! folder, the stand-in parties around it.

pub mod call;
pub mod casework;
pub mod conforms;
pub mod ports;
pub mod postgres;
mod postgres_tests;
pub mod receiver;
pub mod store;

use std::future::Future;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use workwell_gateway::adapters::store::{CaseRow, LegKind};
use workwell_gateway::config::{Clock, Settings};
use workwell_gateway::conformance::parties::Parties;
use workwell_gateway::conformance::parties::gp::{Answer, Sending};
use workwell_gateway::conformance::parties::referral::{Referral, Stop};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::gateway::read::outbox::{Filter, Leg, LegState};
use workwell_gateway::start::{self, Running, Tools, demo};

use store::TestStore;

/// A running gateway with its parties and its folder.
pub struct TestGateway {
    /// Practice and providers.
    pub parties: Parties,
    /// The gateway; absent only while it is restarted.
    pub running: Running,
    /// What it keeps everything in.
    pub store: TestStore,
    settings: Settings,
    tools: Tools,
    folder: TempDir,
}

impl TestGateway {
    /// The gateway of the demonstration.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with other settings; retries come fast, so that a test need not wait.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::at(Clock::default(), change).await
    }

    /// The same under a clock of the test's own; advancing a clone of it moves the gateway.
    pub async fn at(clock: Clock, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = TestStore::new(folder.path(), "demo.db");
        Self::over(store, folder, clock, change).await
    }

    /// The gateway of the demonstration over this database, whatever the others run on.
    #[cfg(feature = "postgres")]
    pub async fn on(database: postgres::Database) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = TestStore::Postgres(database);
        Self::over(store, folder, Clock::default(), |_| {}).await
    }

    async fn over(
        store: TestStore,
        folder: TempDir,
        clock: Clock,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let parties = Parties::start().await.expect("the parties start");
        let mut settings = demo::settings(folder.path(), &parties).expect("settings");
        store.settle(&mut settings);
        settings.delivery.retry_after = vec![Duration::from_millis(50); 4];
        // A busy machine is no finding; tests of the limit set their own.
        settings.bars.limits.time_limit = Duration::from_secs(20);
        change(&mut settings);
        let tools = Tools {
            clock,
            loopback_destinations: true,
            make_key: true,
            ..Tools::default()
        };
        Box::pin(Self::run(parties, store, settings, tools, folder)).await
    }

    /// Ends the gateway in order and starts it again over the same store.
    pub async fn restart(self) -> Self {
        self.restart_with(|_| {}).await
    }

    /// The same; between the end and the start something is done to what it left.
    pub async fn restart_after(self, between: impl FnOnce(&Settings)) -> Self {
        self.restart_with(|settings| between(settings)).await
    }

    /// The same with other settings.
    pub async fn restart_with(self, change: impl FnOnce(&mut Settings)) -> Self {
        let Self {
            parties,
            running,
            store,
            mut settings,
            tools,
            folder,
        } = self;
        Box::pin(running.end()).await;
        change(&mut settings);
        Box::pin(Self::run(parties, store, settings, tools, folder)).await
    }

    async fn run(
        parties: Parties,
        store: TestStore,
        settings: Settings,
        tools: Tools,
        folder: TempDir,
    ) -> Self {
        let running = start_or_panic(&settings, &tools).await;
        let gateway = Self {
            parties,
            running,
            store,
            settings,
            tools,
            folder,
        };
        gateway.parties.connect(&gateway.provider_api());
        gateway
    }

    /// Its settings.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Base address of the BaRS listener.
    pub fn bars(&self) -> String {
        format!("http://{}", self.running.bars)
    }

    /// Base address of the provider API, `.../provider/v1`.
    pub fn provider_api(&self) -> String {
        format!("http://{}/provider/v1", self.running.provider)
    }

    /// Base address of the admin listener.
    pub fn admin(&self) -> String {
        format!("http://{}", self.running.admin)
    }

    /// The folder of its files: the secrets, and the store where that is a file.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The practice sends a referral.
    pub async fn refer(&self, referral: &Referral) -> Answer {
        let sending = self.parties.gp.prepare(referral);
        self.post(&sending).await.expect("an answer")
    }

    /// The practice sends a stop.
    pub async fn stop(&self, stop: &Stop) -> Result<Answer, reqwest::Error> {
        let sending = self.parties.gp.prepare_stop(stop);
        self.post(&sending).await
    }

    /// The practice sends this; what comes back conforms.
    pub async fn post(&self, sending: &Sending) -> Result<Answer, reqwest::Error> {
        let answer = self.parties.gp.post(&self.bars(), sending).await?;
        conforms::assert_conforms(answer.body.to_string().as_bytes(), &sending.body);
        Ok(answer)
    }

    /// Every row of the outbox of this kind, oldest first.
    pub async fn legs(&self, kind: LegKind) -> Vec<Leg> {
        let filter = Filter {
            kind: Some(kind),
            limit: 500,
            ..Filter::default()
        };
        let legs = self.running.gateway.list_legs(&Caller::System, &filter);
        legs.await.expect("the outbox is read")
    }

    /// Waits until the row of this kind that was made last is in this state.
    pub async fn leg_in(&self, kind: LegKind, state: LegState) -> Leg {
        eventually(
            &format!("a {} row that is {}", kind.code(), state.code()),
            || async {
                let last = self.legs(kind).await.pop()?;
                (last.state == state).then_some(last)
            },
        )
        .await
    }

    /// The case of an outbox row, as it stands now.
    pub async fn case_of(&self, leg: &Leg) -> CaseRow {
        let found = self.running.gateway.show_leg(&Caller::System, leg.id).await;
        found.expect("the row is there").case
    }

    /// Ends it in order.
    pub async fn end(self) {
        self.running.end().await;
    }
}

async fn start_or_panic(settings: &Settings, tools: &Tools) -> Running {
    match start::start(settings.clone(), tools.clone()).await {
        Ok(running) => running,
        Err(faults) => panic!("the gateway does not start: {faults:?}"),
    }
}

/// Waits until a condition holds, at most a minute: a shared machine may stand still for ten
/// seconds. The clock decides nothing else.
pub async fn eventually<F, T>(what: &str, mut look: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "waited in vain: {what}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The folder of published messages, or a loud skip; a failure where skips are forbidden.
pub fn shared(folder: &str) -> Option<std::path::PathBuf> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared")
        .join(folder);
    if path.is_dir() {
        return Some(path);
    }
    let forbidden = std::env::var("WORKWELL_NO_SKIP").is_ok_and(|value| !value.is_empty());
    assert!(
        !forbidden,
        "shared/{folder} is not there and skips are forbidden"
    );
    eprintln!("SKIPPED: shared/{folder} is not there");
    None
}

/// The codes of the gateway in an OperationOutcome's diagnostics, in order.
pub fn gateway_codes(outcome: &serde_json::Value) -> Vec<String> {
    let issues = outcome["issue"].as_array().cloned().unwrap_or_default();
    issues
        .iter()
        .filter_map(|issue| issue["diagnostics"].as_str())
        .filter_map(|text| {
            let start = text.find("WW-")?;
            text.get(start..start + 10).map(str::to_owned)
        })
        .collect()
}
