//! One database of a private cluster.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::cluster::{Cluster, OWNER};

/// An empty database of the test's own; it is dropped with the test.
#[derive(Debug)]
pub struct Database {
    /// Where it is, with user and password: `postgres://user:password@host:port/name`.
    pub url: String,
    name: String,
    /// Written once: a gateway reads it whenever it starts, beside all others.
    password_file: PathBuf,
    cluster: Arc<Cluster>,
}

impl Database {
    /// Makes one in this cluster.
    pub fn create(cluster: &Arc<Cluster>) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        cluster.sql(
            "postgres",
            &format!("CREATE DATABASE {name} OWNER {OWNER} TEMPLATE template0"),
        );
        let url = cluster.url(&name);
        let password = url
            .split_once('@')
            .and_then(|(user, _)| user.rsplit_once(':'));
        let (_, password) = password.expect("a user and a password");
        let password_file = cluster.folder().join(format!("password-{name}"));
        std::fs::write(&password_file, password).expect("the password file");
        Self {
            url,
            name,
            password_file,
            cluster: Arc::clone(cluster),
        }
    }

    /// The address without the password, and a file that holds it.
    pub fn apart(&self) -> (String, PathBuf) {
        let (before, place) = self.url.split_once('@').expect("a user");
        let (user, _) = before.rsplit_once(':').expect("a password");
        (format!("{user}@{place}"), self.password_file.clone())
    }

    /// The server it is in.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Runs SQL in it as the superuser; one row a line, columns parted by `|`.
    pub fn sql(&self, sql: &str) -> String {
        self.cluster.sql(&self.name, sql)
    }

    /// A session beside the gateway's, which keeps a transaction open.
    pub fn session(&self) -> Session {
        Session::open(&self.cluster, &self.name)
    }

    /// Everything that is in it, bytes as they are: what `pg_dump` writes.
    pub fn dump(&self) -> Vec<u8> {
        let output = self.cluster.dump(&self.name);
        assert!(
            output.status.success(),
            "pg_dump: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    }

    /// Makes it read-only, or writable again, and cuts every connection: the next one
    /// finds it so.
    pub fn read_only(&self, on: bool) {
        self.alter(&format!("SET default_transaction_read_only = {on}"));
    }

    /// Makes it refuse every connection, or take them again, and cuts those it has.
    pub fn refuse(&self, on: bool) {
        self.alter(&format!("ALLOW_CONNECTIONS {}", !on));
    }

    fn alter(&self, what: &str) {
        let name = &self.name;
        self.cluster
            .sql("postgres", &format!("ALTER DATABASE {name} {what}"));
        self.cut();
    }

    /// Cuts every connection to it, as a failover does.
    pub fn cut(&self) {
        let name = &self.name;
        self.cluster.sql(
            "postgres",
            &format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            ),
        );
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Beside the tests, for the server takes its time over it. When the process ends
        // first, the database goes with the cluster's folder.
        let (cluster, name) = (Arc::clone(&self.cluster), std::mem::take(&mut self.name));
        std::thread::spawn(move || cluster.drop_database(&name));
    }
}

/// A `psql` of the superuser that stays; what it holds is let go when it is dropped.
#[derive(Debug)]
pub struct Session {
    child: Child,
    words: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Session {
    fn open(cluster: &Cluster, database: &str) -> Self {
        let mut child = cluster
            .session(database)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .env("PGOPTIONS", "-c client_min_messages=error")
            .spawn()
            .expect("psql runs");
        Self {
            words: child.stdin.take().expect("a pipe was asked for"),
            answers: BufReader::new(child.stdout.take().expect("a pipe was asked for")),
            child,
        }
    }

    /// Runs SQL and waits until it is done; what it gives, one row a line.
    pub fn sql(&mut self, sql: &str) -> String {
        const DONE: &str = "-- done --";
        writeln!(self.words, "{sql};\n\\echo {DONE}").expect("psql listens");
        let mut rows = String::new();
        loop {
            let before = rows.len();
            let read = self.answers.read_line(&mut rows).expect("psql answers");
            assert!(read > 0, "psql ended over: {sql}\n{}", self.last_words());
            if rows[before..].trim_end() == DONE {
                rows.truncate(before);
                return rows;
            }
        }
    }

    fn last_words(&mut self) -> String {
        let mut text = String::new();
        if let Some(errors) = &mut self.child.stderr {
            let _ = errors.read_to_string(&mut text);
        }
        text
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The server rolls back what a vanished client held, but only when it notices:
        // an orderly end is waited for.
        let _ = writeln!(self.words, "ROLLBACK;\n\\quit");
        let _ = self.child.wait();
    }
}
