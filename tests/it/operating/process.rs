//! The program as a child process in a folder of its own.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::eventually;
use crate::support::store::TestStore;

/// A configuration that serves: free ports, the shipped tables, everything else beside it.
pub(crate) const SERVES: &str = r#"
[gateway]
mode = "test"

[listen]
bars = "127.0.0.1:0"
provider = "127.0.0.1:0"
admin = "127.0.0.1:0"

[[bars.services]]
system = "https://fhir.nhs.uk/Id/dos-service-id"
value = "2000099901"
use_cases = ["workwell-local-1"]
application_versions = ["1.0.0-beta", "1.0.0", "1.1.0", "1.2.0"]

[tables]
mappings = "{SOURCE}/mappings"
places = "{SOURCE}/conformance/fixtures/places"

[store]
{STORE}

[clearance]
pds_off_reason = "trial on synthetic people"
pds_off_owner = "A. Example, ICB"
pds_off_until = "2999-12-31"
"#;

/// A folder with a `gateway.toml`, and the store that it names.
pub(crate) struct Folder {
    store: Option<TestStore>,
    folder: TempDir,
}

impl Folder {
    pub(crate) fn with(configuration: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut text = configuration.replace("{SOURCE}", env!("CARGO_MANIFEST_DIR"));
        let store = text.contains("{STORE}").then(|| {
            let store = TestStore::new(folder.path(), "workwell.db");
            text = text.replace("{STORE}", &store.toml());
            store
        });
        std::fs::write(folder.path().join("gateway.toml"), text).expect("written");
        Self { store, folder }
    }

    /// The store of a configuration that serves.
    pub(crate) fn store(&self) -> &TestStore {
        self.store.as_ref().expect("a configuration with a store")
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_workwell-gateway"));
        command.args(words).current_dir(self.path()).env_clear();
        command
    }

    /// Runs a verb to its end.
    pub(crate) fn run(&self, words: &[&str]) -> Ended {
        let output = self.command(words).output().expect("the program starts");
        Ended::of(&output)
    }

    /// Starts a verb that stays.
    pub(crate) fn start(&self, words: &[&str]) -> Running {
        let child = self
            .command(words)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Running(child.expect("the program starts"))
    }
}

/// How a verb ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).expect("one JSON document")
    }
}

/// A program that runs; it is killed when the test ends before it.
pub(crate) struct Running(Child);

impl Running {
    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        let id = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it runs");
    }

    /// Sends SIGHUP.
    pub(crate) fn hang_up(&self) {
        let id = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(id, rustix::process::Signal::HUP).expect("it runs");
    }

    /// Waits for its end, a few seconds at most; its exit code.
    pub(crate) async fn ended(mut self) -> Option<i32> {
        let child = &mut self.0;
        let mut code = None;
        eventually("the program ends", || {
            let status = child.try_wait().expect("it is our child");
            code = status.and_then(|status| status.code());
            std::future::ready(status.map(|_| ()))
        })
        .await;
        code
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended cannot be killed, and need not be.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits for the file of addresses.
pub(crate) async fn addresses(path: &Path) -> Value {
    eventually("the addresses are written", || async {
        let text = std::fs::read_to_string(path).ok()?;
        serde_json::from_str(&text).ok()
    })
    .await
}
