//! One PostgreSQL server with a data folder of its own.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, geteuid, kill_process};

use super::find;
use crate::support::ports::free_ports;

/// How long a start may take on a busy machine, with the recovery after a kill.
const PATIENCE: Duration = Duration::from_mins(1);
/// The superuser, who comes over the socket in the private folder only.
const SUPERUSER: &str = "postgres";
/// The owner of every database: no superuser, as on a managed PostgreSQL.
pub const OWNER: &str = "workwell";

/// A private server. It ends, and its folder goes, when the last user drops it or the
/// process ends in any way.
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    password: String,
    guard: Mutex<Guard>,
}

/// The shell that holds the server, and the server's process while there is one.
#[derive(Debug)]
struct Guard {
    shell: Child,
    words: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    server: Option<Pid>,
}

impl Cluster {
    /// Makes a cluster with the programs of this folder and starts it.
    pub fn start(programs: &Path) -> Arc<Self> {
        let user = server_user();
        let folder = tempfile::Builder::new().prefix("workwell-pg-").tempdir();
        let folder = folder.expect("a temporary folder");
        if let Some((user, group)) = user {
            chown(folder.path(), Some(user), Some(group)).expect("root gives the folder away");
        }
        let password = uuid::Uuid::new_v4().simple().to_string();
        initialise(programs, folder.path(), user);
        let [port] = free_ports();
        let guard = Guard::start(programs, folder.path(), port, user);
        let cluster = Self {
            programs: programs.to_owned(),
            // From here on the guard removes it.
            folder: folder.keep(),
            port,
            password,
            guard: Mutex::new(guard),
        };
        cluster.start_again();
        let password = &cluster.password;
        cluster.sql(
            SUPERUSER,
            &format!("CREATE ROLE {OWNER} LOGIN PASSWORD '{password}'"),
        );
        Arc::new(cluster)
    }

    /// Where the programs find a database of this cluster, with user and password.
    pub fn url(&self, database: &str) -> String {
        let (password, port) = (&self.password, self.port);
        format!("postgres://{OWNER}:{password}@127.0.0.1:{port}/{database}")
    }

    /// The temporary folder: `data/`, the socket and the server's log.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The postmaster's process id, while the server runs.
    pub fn process(&self) -> Option<Pid> {
        self.guard().server
    }

    /// The database is gone in mid-flight: SIGKILL to the postmaster and to every process
    /// of the server, which otherwise would finish what they do first.
    pub fn stop_hard(&self) {
        let mut guard = self.guard();
        let server = guard.server.take().expect("the server runs");
        let number = server.as_raw_nonzero();
        let children = format!("/proc/{number}/task/{number}/children");
        let children = std::fs::read_to_string(children).unwrap_or_default();
        kill_process(server, Signal::KILL).expect("a server of ours can be killed");
        for child in children.split_whitespace() {
            if let Some(child) = child.parse().ok().and_then(Pid::from_raw) {
                // It may have followed the postmaster already.
                let _ = kill_process(child, Signal::KILL);
            }
        }
        guard.collect();
    }

    /// Starts the server on its port and data, and waits until it takes connections.
    pub fn start_again(&self) {
        let mut guard = self.guard();
        assert!(guard.server.is_none(), "the server runs already");
        guard.begin();
        let begun = Instant::now();
        while !self.psql(SUPERUSER, "SELECT 1").status.success() {
            assert!(
                begun.elapsed() < PATIENCE,
                "PostgreSQL does not start; its log:\n{}",
                self.log()
            );
            if guard.server.is_some_and(has_ended) {
                // What is left of the server before it holds the folder for a moment.
                guard.collect();
                guard.begin();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Runs SQL as the superuser, in a database; what it gives, one row a line, columns
    /// parted by `|`.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let output = self.psql(database, sql);
        assert!(
            output.status.success(),
            "psql: {}\nin: {sql}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Drops a database with every connection to it, if the server runs.
    pub(super) fn drop_database(&self, name: &str) {
        if self.process().is_some() {
            // What cannot be dropped goes with the folder.
            let _ = self.psql(SUPERUSER, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }

    fn psql(&self, database: &str, sql: &str) -> Output {
        let mut command = self.client("psql", database);
        command.args(["--command", sql]).stdin(Stdio::null());
        command.output().expect("psql runs")
    }

    /// `psql` as the superuser, to be spoken to over its standard input.
    pub(super) fn session(&self, database: &str) -> Command {
        self.client("psql", database)
    }

    /// `pg_dump` as the superuser.
    pub(super) fn dump(&self, database: &str) -> Output {
        let mut command = Command::new(self.programs.join("pg_dump"));
        self.address(&mut command, database);
        // Bytes as they are, not in hexadecimal: a word among them shows.
        command
            .env("PGOPTIONS", "-c bytea_output=escape")
            .args(["--inserts", "--no-password"]);
        command.output().expect("pg_dump runs")
    }

    fn client(&self, program: &str, database: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        self.address(&mut command, database);
        command.args([
            "--no-psqlrc",
            "--no-password",
            "--quiet",
            "--no-align",
            "--tuples-only",
            "--set=ON_ERROR_STOP=1",
        ]);
        command
    }

    fn address(&self, command: &mut Command, database: &str) {
        command
            .env_clear()
            .env("PGHOST", &self.folder)
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", SUPERUSER)
            .env("PGDATABASE", database)
            .env("PGCONNECT_TIMEOUT", "10")
            .env("LC_ALL", "C")
            .current_dir("/");
    }

    /// The end of the server's log.
    pub fn log(&self) -> String {
        let text = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(25)..].join("\n")
    }

    fn guard(&self) -> MutexGuard<'_, Guard> {
        self.guard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // The pipe closes: the shell ends the server and removes the folder.
        self.words = None;
        let _ = self.shell.wait();
    }
}

impl Guard {
    fn start(programs: &Path, folder: &Path, port: u16, user: Option<(u32, u32)>) -> Self {
        let mut command = as_user("sh", user);
        command
            .args(["-c", include_str!("guard.sh"), "guard"])
            .arg(folder)
            .arg(programs.join("postgres"))
            .arg("-D")
            .arg(folder.join("data"))
            .arg("-k")
            .arg(folder)
            .args(["-p", &port.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // A signal to the test's process group, as by Ctrl-C, is not for the guard.
            .process_group(0);
        let mut shell = command.spawn().expect("a shell");
        Self {
            words: shell.stdin.take(),
            answers: BufReader::new(shell.stdout.take().expect("a pipe was asked for")),
            shell,
            server: None,
        }
    }

    fn begin(&mut self) {
        let server = self.ask("start").trim().parse().ok();
        self.server = server.and_then(Pid::from_raw);
        assert!(self.server.is_some(), "the guard names the server");
    }

    fn collect(&mut self) {
        self.ask("collect");
        self.server = None;
    }

    fn ask(&mut self, word: &str) -> String {
        let words = self
            .words
            .as_mut()
            .expect("open until the guard is dropped");
        writeln!(words, "{word}").expect("the guard listens");
        let mut answer = String::new();
        let read = self.answers.read_line(&mut answer);
        read.expect("the guard answers");
        answer
    }
}

/// The user that must run the server: none but our own unless we are root.
fn server_user() -> Option<(u32, u32)> {
    if !geteuid().is_root() {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").expect("root reads /etc/passwd");
    let found = find::unprivileged(&users);
    Some(found.expect("the user `postgres` or `nobody` in /etc/passwd"))
}

/// A command under that user, with an environment that says nothing of ours.
fn as_user(program: impl AsRef<std::ffi::OsStr>, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    let path = std::env::var_os("PATH").unwrap_or_default();
    command
        .env_clear()
        .env("PATH", path)
        .env("LC_ALL", "C")
        .current_dir("/");
    if let Some((user, group)) = user {
        command.uid(user).gid(group);
    }
    command
}

fn initialise(programs: &Path, folder: &Path, user: Option<(u32, u32)>) {
    let output = as_user(programs.join("initdb"), user)
        .arg("-D")
        .arg(folder.join("data"))
        .args(["--username", SUPERUSER, "--encoding=UTF8"])
        // The order of an English county's clerk and not of bytes: a query whose result
        // depends on the order of texts must say which it means.
        .args([
            "--locale=C.UTF-8",
            "--locale-provider=icu",
            "--icu-locale=en-GB",
        ])
        // Passwords are set afterwards; until then nobody comes in over the network.
        .args(["--auth-local=trust", "--auth-host=reject"])
        // What is tested is the death of processes; the empty cluster may be lost.
        .arg("--no-sync")
        .output()
        .expect("initdb runs");
    assert!(
        output.status.success(),
        "initdb: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let write = |name: &str, text: &str| {
        let file = std::fs::OpenOptions::new()
            .append(true)
            .open(folder.join("data").join(name));
        let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
        written.expect("a file of the cluster is written");
    };
    write("postgresql.conf", SETTINGS);
    let rules = folder.join("data/pg_hba.conf");
    std::fs::write(rules, ACCESS).expect("a file of the cluster is written");
}

/// Small. `synchronous_commit` stays on, so that a commit outlives every kill that a test
/// can do; `fsync` is for the loss of power, which none can do, and some hundred databases
/// that come and go would have everybody wait for the disk.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_permissions = 0700
max_connections = 300
shared_buffers = 32MB
fsync = off
full_page_writes = off
password_encryption = 'scram-sha-256'
log_min_messages = warning
log_min_error_statement = error
log_line_prefix = '%m %p %d '
";

/// The superuser over the socket in the private folder, everybody else by password.
const ACCESS: &str = "
local all all trust
host all all 127.0.0.1/32 scram-sha-256
";

/// Whether a child of the guard has ended and is not collected yet.
fn has_ended(process: Pid) -> bool {
    let stat = format!("/proc/{}/stat", process.as_raw_nonzero());
    let stat = std::fs::read_to_string(stat).unwrap_or_default();
    // The state is the first field after the program's name in brackets.
    stat.rsplit(") ")
        .next()
        .is_some_and(|rest| rest.starts_with('Z'))
}
