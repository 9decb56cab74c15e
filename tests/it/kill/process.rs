//! The program as a child process: killed without warning, started again, ended in order.

use std::fs::{File, OpenOptions};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use workwell_gateway::conformance::parties::Parties;
use workwell_gateway::gateway::sha256;

/// How long a start, an end or a check may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The program's folder, its settings, and the process while there is one.
pub struct Program {
    folder: TempDir,
    ports: [u16; 3],
    http: reqwest::Client,
    child: Option<Child>,
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
    /// Settings and a master key in a temporary folder; nothing runs yet.
    pub fn new(parties: &Parties) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let program = Self {
            ports: free_ports(),
            folder,
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
        let made = program.verb(&["key"]);
        assert!(made.0.success(), "no master key was made: {}", made.1);
        program
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
url = "sqlite:kill.db"
master_key_file = "kill.key"
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

    /// How many cases there are by status, kind of owner and owner's name, read from the
    /// store itself: a case that no caller sees needs an owner too.
    pub fn owners(&self) -> Vec<(String, String, String, i64)> {
        let store = rusqlite::Connection::open_with_flags(
            self.path("kill.db"),
            rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY,
        )
        .expect("the store can be read");
        let sql = "SELECT status, responsible_kind, responsible_name, count(*)
                   FROM cases GROUP BY 1, 2, 3";
        let mut query = store.prepare(sql).expect("the columns of a case");
        let rows = query.query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        });
        rows.and_then(Iterator::collect)
            .expect("the owners can be read")
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

/// Three ports that stay ours while the program is down: below the range from which the
/// system takes ports for outgoing connections.
fn free_ports() -> [u16; 3] {
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap_or_default();
    let free: Vec<u16> = (first..first + 2_000)
        .filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .take(3)
        .collect();
    free.try_into().expect("three free ports of two thousand")
}
