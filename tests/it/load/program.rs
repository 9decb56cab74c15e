//! The program as a child process: killed without warning, started again, ended in order.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use workwell_gateway::conformance::parties::Parties;
use workwell_gateway::gateway::sha256;

use crate::support::ports::free_ports;
use crate::support::store::TestStore;

/// How long a start, an end or a check may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// The file of the master key.
const KEY: &str = "kill.key";

/// The program's folder, its settings, and the process while there is one.
pub struct Program {
    folder: TempDir,
    ports: [u16; 3],
    http: reqwest::Client,
    child: Option<Child>,
    // Behind the child: a process that is still there has its store.
    store: Arc<TestStore>,
}

impl Drop for Program {
    fn drop(&mut self) {
        // Whatever the test came to, no process of ours outlives it.
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Program {
    /// Settings, a master key and a store in a temporary folder; nothing runs yet.
    pub fn new(parties: &Parties) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = TestStore::new(folder.path(), "kill.db");
        Self::in_folder(folder, parties, Arc::new(store)).with_key()
    }

    /// The same over this store.
    #[cfg(feature = "postgres")]
    pub fn over(parties: &Parties, store: TestStore) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::in_folder(folder, parties, Arc::new(store)).with_key()
    }

    fn with_key(self) -> Self {
        let made = self.verb(&["key"]);
        assert!(made.0.success(), "no master key was made: {}", made.1);
        self
    }

    /// One more process over the store of this one, with its master key and with ports of
    /// its own.
    #[cfg(feature = "postgres")]
    pub fn beside(&self, parties: &Parties) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let key = folder.path().join(KEY);
        std::fs::copy(self.path(KEY), key).expect("the master key");
        Self::in_folder(folder, parties, Arc::clone(&self.store))
    }

    fn in_folder(folder: TempDir, parties: &Parties, store: Arc<TestStore>) -> Self {
        let program = Self {
            ports: free_ports(),
            folder,
            store,
            http: reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(5))
                .build()
                .expect("a client made of constants"),
            child: None,
        };
        program.write("gateway.toml", &program.settings(parties));
        program.write("lantern.hook", parties.lantern.secret());
        program.write("vale.token", parties.vale_nhs_trust.bearer());
        program
    }

    /// What it keeps everything in.
    pub fn store(&self) -> &TestStore {
        &self.store
    }

    fn settings(&self, parties: &Parties) -> String {
        let [bars, provider, admin] = self.ports;
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let tokens = parties.desks().map(|(slug, desk)| {
            let digest = sha256(desk.api().token().as_bytes());
            let hex = digest.map(|byte| format!("{byte:02x}")).concat();
            format!("[[provider_api.tokens]]\nprovider = \"{slug}\"\nsha256 = \"{hex}\"\n")
        });
        let tokens = tokens.concat();
        let pauses = vec!["\"1s\""; 30].join(", ");
        format!(
            r#"version = 1
[gateway]
mode = "test"
operator = "Kill test operator"
[listen]
bars = "127.0.0.1:{bars}"
provider = "127.0.0.1:{provider}"
admin = "127.0.0.1:{admin}"
[[bars.services]]
system = "https://fhir.nhs.uk/Id/dos-service-id"
value = "2000099901"
use_cases = ["workwell-local-1", "a5t1"]
application_versions = ["1.0.0-beta", "1.0.0", "1.1.0", "1.2.0"]
[bars.outbound]
base_url = "{gp}"
{tokens}
[providers.lantern]
url = "{lantern}"
secret_file = "lantern.hook"
[providers.vale-nhs-trust]
url = "{vale}"
secret_file = "vale.token"
[store]
{store}
master_key_file = "{KEY}"
[tables]
mappings = "{mappings}"
places = "{places}"
[delivery]
retry_after = [{pauses}]
[clearance]
pds_off_reason = "a test with synthetic people"
pds_off_owner = "Kill test operator"
pds_off_until = "{until}"
[log]
level = "warn"
"#,
            store = self.store.toml(),
            gp = parties.gp.url(),
            lantern = parties.lantern.url(),
            vale = parties.vale_nhs_trust.url(),
            mappings = root.join("mappings").display(),
            places = root.join("conformance/fixtures/places").display(),
            until = jiff::Zoned::now()
                .date()
                .saturating_add(jiff::Span::new().days(30)),
        )
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("a file in the temporary folder");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Base address of the BaRS listener.
    pub fn bars(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports[0])
    }

    /// Base address of the provider API.
    pub fn provider_api(&self) -> String {
        format!("http://127.0.0.1:{}/provider/v1", self.ports[1])
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_workwell-gateway"));
        command
            .arg("--config")
            .arg(self.path("gateway.toml"))
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Starts `serve`; it may not listen yet.
    pub fn spawn(&mut self) {
        assert!(self.child.is_none(), "it runs already");
        let log = self.log_file();
        let mut command = self.command();
        command
            .args(["serve", "--loopback-destinations", "--addresses"])
            .arg(self.path("addresses.json"))
            .stdout(Stdio::null())
            .stderr(log);
        self.child = Some(command.spawn().expect("the program starts"));
    }

    fn log_file(&self) -> File {
        let log = self.path("log");
        let mut options = OpenOptions::new();
        let opened = options.create(true).append(true).open(log);
        opened.expect("a log in the temporary folder")
    }

    /// Waits until it takes work.
    pub async fn ready(&mut self) {
        let begun = Instant::now();
        let url = format!("http://127.0.0.1:{}/readyz", self.ports[2]);
        loop {
            self.still_runs();
            let answer = self.http.get(&url).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "not ready after {PATIENCE:?}; its log ends:\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Fails when the process has ended although nobody killed it.
    pub fn still_runs(&mut self) {
        let child = self.child.as_mut().expect("it was started");
        if let Some(status) = child.try_wait().expect("the state of a child") {
            panic!(
                "it ended by itself: {status}; its log ends:\n{}",
                self.log()
            );
        }
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub fn kill(&mut self) {
        self.still_runs();
        let mut child = self.child.take().expect("it was started");
        child.kill().expect("a process of ours can be killed");
        child.wait().expect("a killed child is collected");
    }

    /// SIGTERM, and waits for the end; anything but exit code 0 is a failure.
    pub async fn end(&mut self) {
        self.still_runs();
        let mut child = self.child.take().expect("it was started");
        kill_process(Pid::from_child(&child), Signal::TERM).expect("a signal to a child");
        let begun = Instant::now();
        loop {
            if let Some(status) = child.try_wait().expect("the state of a child") {
                assert!(
                    status.success(),
                    "an orderly end gave {status}; its log ends:\n{}",
                    self.log()
                );
                return;
            }
            if begun.elapsed() > PATIENCE {
                let _ = child.kill();
                let _ = child.wait();
                panic!(
                    "no orderly end after {PATIENCE:?}; its log ends:\n{}",
                    self.log()
                );
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// `store check --format json`: must say that the store is whole.
    pub fn store_check(&self) -> Value {
        let (status, text) = self.verb(&["store", "check", "--format", "json"]);
        assert!(status.success(), "store check: {status}\n{text}");
        serde_json::from_str(&text).expect("store check writes JSON")
    }

    /// Whether `outbox list` is empty: nothing released, waiting or parked.
    pub fn nothing_to_deliver(&self) -> bool {
        let (status, text) = self.verb(&["outbox", "list", "--format", "json"]);
        assert!(status.success(), "outbox list: {status}\n{text}");
        let listed: Value = serde_json::from_str(&text).expect("outbox list writes JSON");
        listed["legs"].as_array().is_some_and(Vec::is_empty)
    }

    /// What has not been delivered, for a failure message.
    pub fn outbox(&self) -> String {
        let (_, text) = self.verb(&["outbox", "list"]);
        text.lines().take(20).collect::<Vec<_>>().join("\n")
    }

    fn verb(&self, words: &[&str]) -> (ExitStatus, String) {
        let output = self
            .command()
            .args(words)
            .output()
            .expect("the program runs");
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            text.push_str(&String::from_utf8_lossy(&output.stderr));
        }
        (output.status, text)
    }

    /// The last lines that the program wrote, over all its lives.
    pub fn log(&self) -> String {
        let text = std::fs::read_to_string(self.path("log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(25)..].join("\n")
    }
}
