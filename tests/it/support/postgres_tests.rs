//! The private cluster itself: it must be as dependable as what is tested with it.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::{Pid, test_kill_process};

use super::postgres::{database, found_or_skipped, own_cluster};
use crate::support::eventually;

/// Set for the process that holds a cluster only to be killed.
const HOLDER: &str = "WORKWELL_TEST_HOLDS_A_CLUSTER";

#[tokio::test(flavor = "multi_thread")]
async fn two_tests_never_share_a_database() {
    let (Some(one), Some(two)) = tokio::join!(database(), database()) else {
        return;
    };
    assert_ne!(one.url, two.url);
    one.sql("CREATE TABLE mine (number integer); INSERT INTO mine VALUES (7)");
    assert_eq!(one.sql("SELECT number FROM mine"), "7\n");
    assert_eq!(two.sql("SELECT to_regclass('mine') IS NULL"), "t\n");
    // An advisory lock is a database's own.
    let (mut here, mut there) = (one.session(), two.session());
    for session in [&mut here, &mut there] {
        assert_eq!(session.sql("SELECT pg_try_advisory_lock(1)"), "t\n");
    }
    assert_eq!(one.sql("SELECT pg_try_advisory_lock(1)"), "f\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_comes_in_by_password_and_is_no_superuser() {
    let Some(database) = database().await else {
        return;
    };
    let psql = super::postgres::find::places();
    let psql = super::postgres::find::first_complete(&psql)
        .expect("it runs")
        .join("psql");
    let come_in = |url: &str| {
        let mut command = Command::new(&psql);
        command
            .env_clear()
            .args([url, "--no-psqlrc", "--no-password", "-At", "-c"])
            .arg("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user");
        let output = command.output().expect("psql runs");
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    assert_eq!(come_in(&database.url), (true, "workwell|f\n".to_owned()));
    let (head, tail) = database.url.split_once('@').expect("user and password");
    let wrong = format!("{head}x@{tail}");
    assert_eq!(come_in(&wrong), (false, String::new()));
    assert_eq!(database.sql("SHOW synchronous_commit").trim(), "on");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_is_there_after_the_server_was_killed() {
    let Some(cluster) = own_cluster().await else {
        return;
    };
    let database = super::postgres::Database::create(&cluster);
    database.sql("CREATE TABLE kept (number integer)");
    let mut open = database.session();
    open.sql("BEGIN; INSERT INTO kept VALUES (1)");
    database.sql("INSERT INTO kept VALUES (2)");
    let before = cluster.process();
    cluster.stop_hard();
    assert_eq!(cluster.process(), None);
    let address = database.url.split(['@', '/']).nth(3).expect("an address");
    assert!(std::net::TcpStream::connect(address).is_err(), "{address}");
    cluster.start_again();
    assert_ne!(cluster.process(), before);
    assert!(std::net::TcpStream::connect(address).is_ok(), "{address}");
    assert_eq!(database.sql("SELECT number FROM kept"), "2\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_can_be_read_only_refuse_and_be_well_again() {
    let Some(database) = database().await else {
        return;
    };
    database.sql("CREATE TABLE kept (number integer)");
    let address = database.url.clone();
    database.read_only(true);
    assert_eq!(
        database.sql("SHOW default_transaction_read_only").trim(),
        "on"
    );
    database.read_only(false);
    database.sql("INSERT INTO kept VALUES (1)");
    database.refuse(true);
    let name = address.rsplit('/').next().expect("a name").to_owned();
    let allowed = format!("SELECT datallowconn FROM pg_database WHERE datname = '{name}'");
    assert_eq!(database.cluster().sql("postgres", &allowed), "f\n");
    database.refuse(false);
    assert_eq!(database.sql("SELECT number FROM kept"), "1\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_shows_a_word_also_where_it_is_kept_as_bytes() {
    let Some(database) = database().await else {
        return;
    };
    database.sql(
        "CREATE TABLE kept (words text, bytes bytea);
         INSERT INTO kept VALUES ('Plumwick', convert_to(E'\\x01Thornaby\\x02', 'UTF8'));
         INSERT INTO kept VALUES ('', convert_to(repeat('Long', 2000) || 'Cranmoor', 'UTF8'))",
    );
    let dump = String::from_utf8_lossy(&database.dump()).into_owned();
    for word in ["Plumwick", "Thornaby", "Cranmoor"] {
        assert!(dump.contains(word), "{word} in {dump}");
    }
}

#[test]
fn without_postgresql_a_test_is_skipped_or_fails_where_skips_are_forbidden() {
    let nowhere = [PathBuf::from("/nowhere/bin")];
    assert_eq!(found_or_skipped(&nowhere, false), None);
    let forbidden = std::panic::catch_unwind(|| found_or_skipped(&nowhere, true));
    let told = forbidden.expect_err("it fails");
    let told = told.downcast_ref::<String>().expect("a text");
    assert!(told.contains("install the package `postgresql`"), "{told}");
}

/// In two processes: the second one holds a cluster and is killed by the first.
#[tokio::test(flavor = "multi_thread")]
async fn server_and_folder_go_when_the_test_process_is_killed() {
    if std::env::var_os(HOLDER).is_some() {
        return hold_until_killed().await;
    }
    if super::postgres::installed().is_none() {
        return;
    }
    let this = std::env::current_exe().expect("this program");
    let mut holder = Command::new(this)
        .args(["--exact", "--nocapture"])
        .arg("support::postgres_tests::server_and_folder_go_when_the_test_process_is_killed")
        .env(HOLDER, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program runs again");
    let out = BufReader::new(holder.stdout.take().expect("a pipe was asked for"));
    let told = out.lines().map_while(Result::ok).find_map(|line| {
        let (_, told) = line.split_once("holds ")?;
        Some(told.to_owned())
    });
    let told = told.expect("it names server and folder");
    let (server, folder) = told.split_once(' ').expect("two words");
    let server = Pid::from_raw(server.parse().expect("a number")).expect("a process");
    assert!(test_kill_process(server).is_ok(), "the server runs");
    assert!(Path::new(folder).join("data").is_dir());
    holder.kill().expect("a child of ours");
    holder.wait().expect("it is collected");
    eventually("the server ends with its owner", || async {
        test_kill_process(server).is_err().then_some(())
    })
    .await;
    eventually("the folder goes with its owner", || async {
        (!Path::new(folder).exists()).then_some(())
    })
    .await;
}

async fn hold_until_killed() {
    let cluster = own_cluster().await.expect("PostgreSQL is installed");
    let server = cluster.process().expect("it runs").as_raw_nonzero();
    println!("\nholds {server} {}", cluster.folder().display());
    std::io::stdout().flush().expect("the first process reads");
    // Until the first process ends, should it fail before it kills this one.
    let _ = std::io::stdin().read(&mut [0]);
}
