//! Backup beside a running gateway, and restore.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use workwell_gateway::config::Settings;
use workwell_gateway::gateway::upkeep::{self, Backup, Restored};
use workwell_gateway::problem::Problem;
use workwell_gateway::start::{self, Tools};

use super::{beside, file_of, over_a_file, readiness, refer, rows};
use crate::support::receiver::Receiver;

async fn backup(settings: &Settings, file: &Path) -> Result<Backup, Problem> {
    let (settings, file) = (settings.clone(), file.to_owned());
    let made = tokio::task::spawn_blocking(move || upkeep::backup(&settings, &file, &|_, _, _| {}));
    made.await.expect("it ends")
}

async fn restore(settings: &Settings, file: &Path) -> Result<Restored, Problem> {
    upkeep::restore(settings, file, Timestamp::now(), &|_, _, _| {}).await
}

fn code<T>(result: Result<T, Problem>) -> &'static str {
    result.err().expect("a refusal").entry.code
}

/// What lies beside the store and is called after it.
fn names_like(settings: &Settings, start: &str) -> Vec<String> {
    let folder = file_of(settings).parent().expect("a folder");
    let entries = std::fs::read_dir(folder).expect("readable");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| name.starts_with(start))
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_running_gateway_is_restored_held_and_what_was_there_is_kept() {
    let receiver = Receiver::start().await;
    let gateway = over_a_file(&receiver).await;
    refer(&gateway, 1).await;
    let settings = gateway.settings().clone();
    let file = beside(&settings, "copy.backup");
    let made = backup(&settings, &file).await.expect("a backup");
    assert!(made.audit > 0 && made.at.is_some());
    let bytes = std::fs::read(&file).expect("readable");
    assert_eq!(made.bytes, bytes.len() as u64);
    assert_eq!(made.digest, workwell_gateway::gateway::sha256(&bytes));
    assert_eq!(names_like(&settings, "copy"), ["copy.backup"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file)
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // Never over a file that is there.
    assert_eq!(code(backup(&settings, &file).await), "WW-STO-019");
    assert_eq!(std::fs::read(&file).expect("readable"), bytes);
    // Never under a gateway.
    assert_eq!(code(restore(&settings, &file).await), "WW-STO-017");

    refer(&gateway, 2).await;
    let mut done = None;
    let gateway = {
        let (sender, given) = std::sync::mpsc::channel();
        let file = file.clone();
        let gateway = gateway
            .restart_after(move |settings| {
                let runtime = tokio::runtime::Handle::current();
                let work = restore(settings, &file);
                let result = tokio::task::block_in_place(|| runtime.block_on(work));
                sender.send(result).expect("heard");
            })
            .await;
        done.replace(given.recv().expect("a result").expect("restored"));
        gateway
    };
    let done = done.expect("restored");
    assert_eq!((done.epoch, done.backup.audit), (2, made.audit));
    assert_eq!(done.backup.digest, made.digest);
    let kept = done.kept.expect("what was there");
    let count = |path: &Path| {
        let connection = rusqlite::Connection::open(path).expect("a database");
        let sql = "SELECT count(*) FROM cases";
        connection
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .expect("a count")
    };
    assert_eq!(count(&kept), 2);
    assert_eq!(readiness(&gateway).await.0, 503);
    assert_eq!(rows(&settings, "SELECT count(*) FROM cases"), [["1"]]);
    let lost = upkeep::lost(&settings, &[], false).await.expect("a list");
    assert_eq!(lost.count(), 1);
    let facts = rows(
        &settings,
        "SELECT count(*) FROM audit WHERE kind = 'store.restored'",
    );
    assert_eq!(facts, [["1"]]);
    let checked = upkeep::check(&settings, &|_, _, _| {})
        .await
        .expect("a check");
    assert_eq!(checked.faults, Vec::<String>::new());
    gateway.end().await;
}

/// A store that has ended, its settings, and a backup of it.
async fn left(receiver: &Receiver) -> (crate::support::TestGateway, Settings, PathBuf) {
    let gateway = over_a_file(receiver).await;
    refer(&gateway, 1).await;
    let settings = gateway.settings().clone();
    let file = beside(&settings, "copy.backup");
    backup(&settings, &file).await.expect("a backup");
    (gateway, settings, file)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_sound_backup_of_this_store_replaces_nothing() {
    let receiver = Receiver::start().await;
    let (gateway, settings, file) = left(&receiver).await;
    let broken = beside(&settings, "broken.backup");
    let mut bytes = std::fs::read(&file).expect("readable");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 6000].fill(0xa5);
    std::fs::write(&broken, &bytes).expect("written");
    let text = beside(&settings, "text.backup");
    std::fs::write(&text, "not a database, whatever its name says ".repeat(40)).expect("written");
    let other = beside(&settings, "other.key");
    let mut with_other_key = settings.clone();
    with_other_key.store.master_key_file = other;
    start::create_key(&with_other_key).expect("a key");
    let gateway = gateway
        .restart_after(|settings| {
            let before = std::fs::read(file_of(settings)).expect("readable");
            let runtime = tokio::runtime::Handle::current();
            let refused = |settings: &Settings, file: &Path| {
                let work = restore(settings, file);
                code(tokio::task::block_in_place(|| runtime.block_on(work)))
            };
            assert_eq!(refused(settings, &broken), "WW-STO-021");
            assert_eq!(refused(settings, &text), "WW-STO-004");
            assert_eq!(
                refused(settings, &beside(settings, "none.backup")),
                "WW-STO-024"
            );
            assert_eq!(refused(&with_other_key, &file), "WW-STO-009");
            assert_eq!(std::fs::read(file_of(settings)).expect("readable"), before);
            assert_eq!(
                names_like(settings, "upkeep.db"),
                ["upkeep.db", "upkeep.db.lock"]
            );
        })
        .await;
    assert_eq!(readiness(&gateway).await.0, 200);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_was_killed_leaves_a_store_that_nothing_starts_on_until_it_is_repeated() {
    let receiver = Receiver::start().await;
    let (gateway, settings, file) = left(&receiver).await;
    gateway.running.end().await;
    // As a kill leaves it: half a copy, and, later, with the old store moved away.
    let half = file_of(&settings).with_file_name("upkeep.db.restoring");
    for old_is_moved in [false, true] {
        std::fs::write(&half, b"SQLite format 3\0 half of it").expect("written");
        if old_is_moved {
            let kept = file_of(&settings).with_file_name("upkeep.db.replaced-x");
            std::fs::rename(file_of(&settings), kept).expect("moved");
        }
        let started = start::start(settings.clone(), Tools::default()).await;
        let faults = started.err().expect("it does not start");
        assert_eq!(faults[0].entry.code, "WW-STO-018");
        assert_eq!(code(upkeep::migrate(&settings).await), "WW-STO-018");
    }
    restore(&settings, &file).await.expect("restored");
    assert!(!half.exists());
    let running = start::start(settings.clone(), Tools::default()).await;
    let running = running.unwrap_or_else(|faults| panic!("{faults:?}"));
    assert!(running.gateway.held().is_some());
    running.end().await;
}
