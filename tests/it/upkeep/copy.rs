//! A whole store into another.

use workwell_gateway::config::{Settings, StoreUrl};
use workwell_gateway::gateway::upkeep::{self, Fingerprint};
use workwell_gateway::problem::Problem;
use workwell_gateway::start::{self, Tools};

use super::{beside, over_a_file, refer};
use crate::support::receiver::Receiver;
use crate::support::store::TestStore;

async fn copy(
    settings: &Settings,
    from: &StoreUrl,
    to: &StoreUrl,
) -> Result<Vec<Fingerprint>, Problem> {
    upkeep::copy(settings, from, to, &|_, _, _| {}).await
}

fn code<T>(result: Result<T, Problem>) -> &'static str {
    result.err().expect("a refusal").entry.code
}

fn file(settings: &Settings, name: &str) -> StoreUrl {
    StoreUrl::Sqlite(beside(settings, name))
}

fn over(settings: &Settings, url: &StoreUrl) -> Settings {
    let mut settings = settings.clone();
    settings.store.url = url.clone();
    settings
}

/// Runs nothing any more, and holds a few cases.
async fn left(receiver: &Receiver) -> (crate::support::TestGateway, Settings) {
    let gateway = over_a_file(receiver).await;
    for seed in 1..=3 {
        refer(&gateway, seed).await;
    }
    receiver.until_taken(3).await;
    let settings = gateway.settings().clone();
    (gateway, settings)
}

/// What the store at this address holds, and that it is whole.
async fn checked(settings: &Settings, url: &StoreUrl) -> Vec<Fingerprint> {
    let found = upkeep::check(&over(settings, url), &|_, _, _| {}).await;
    let found = found.expect("a check");
    assert_eq!(found.faults, Vec::<String>::new());
    found.tables
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_file_is_like_it_and_a_gateway_goes_on_with_it() {
    let receiver = Receiver::start().await;
    let (gateway, settings) = left(&receiver).await;
    let (from, to) = (settings.store.url.clone(), file(&settings, "second.db"));
    assert_eq!(code(copy(&settings, &from, &to).await), "WW-STO-017");
    gateway.running.end().await;
    let copied = copy(&settings, &from, &to).await.expect("copied");
    let rows = |name: &str| {
        let table = copied.iter().find(|table| table.table == name);
        table.map(|table| table.rows)
    };
    assert_eq!((rows("cases"), rows("legs").is_some()), (Some(3), true));
    assert_eq!(checked(&settings, &from).await, copied);
    assert_eq!(checked(&settings, &to).await, copied);
    // Never twice, and never over itself.
    assert_eq!(code(copy(&settings, &from, &to).await), "WW-STO-020");
    assert_eq!(code(copy(&settings, &from, &from).await), "WW-STO-020");
    let none = file(&settings, "none.db");
    assert_eq!(code(copy(&settings, &none, &to).await), "WW-STO-002");

    // A number of the outbox is never given twice, there neither.
    let given = |url: &StoreUrl| {
        let StoreUrl::Sqlite(path) = url else {
            panic!("a file")
        };
        let store = TestStore::Sqlite(path.clone());
        store.rows("SELECT name, seq FROM sqlite_sequence WHERE seq > 0 ORDER BY name")
    };
    assert_eq!(given(&from), given(&to));
    assert!(!given(&to).is_empty());

    let tools = Tools {
        loopback_destinations: true,
        ..Tools::default()
    };
    let running = start::start(over(&settings, &to), tools).await;
    let running = running.unwrap_or_else(|faults| panic!("{faults:?}"));
    assert!(running.gateway.held().is_none());
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_was_broken_off_is_recognised_and_nothing_starts_on_it() {
    let receiver = Receiver::start().await;
    let (gateway, settings) = left(&receiver).await;
    gateway.running.end().await;
    let (from, to) = (settings.store.url.clone(), file(&settings, "second.db"));
    copy(&settings, &from, &to).await.expect("copied");
    // As a kill leaves it: the mark is there, and some rows are not.
    let StoreUrl::Sqlite(path) = &to else {
        panic!("a file")
    };
    let half = TestStore::Sqlite(path.clone());
    half.execute("DELETE FROM legs; INSERT INTO setting VALUES ('copying', x'01')");
    let started = start::start(over(&settings, &to), Tools::default()).await;
    let faults = started.err().expect("it does not start");
    assert_eq!(faults[0].entry.code, "WW-STO-018");
    assert_eq!(code(copy(&settings, &from, &to).await), "WW-STO-020");
    let third = file(&settings, "third.db");
    assert_eq!(code(copy(&settings, &to, &third).await), "WW-STO-018");
}

#[cfg(feature = "postgres")]
mod postgres {
    use workwell_gateway::config::PostgresServer;

    use super::*;
    use crate::support::postgres::{Database, database};

    fn url(database: &Database) -> StoreUrl {
        let (url, password_file) = database.apart();
        StoreUrl::Postgres(PostgresServer {
            url,
            password_file: Some(password_file),
            root_certificates: None,
            connections: 8,
        })
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_store_goes_through_both_engines_and_comes_back_the_same() {
        let (Some(first), Some(second)) = (database().await, database().await) else {
            return;
        };
        let receiver = Receiver::start().await;
        let (gateway, settings) = left(&receiver).await;
        gateway.running.end().await;
        let start_url = settings.store.url.clone();
        let way = [
            start_url.clone(),
            url(&first),
            url(&second),
            file(&settings, "back.db"),
        ];
        let original = checked(&settings, &start_url).await;
        for pair in way.windows(2) {
            let copied = copy(&settings, &pair[0], &pair[1]).await;
            assert_eq!(copied.expect("copied"), original);
            assert_eq!(checked(&settings, &pair[1]).await, original);
        }
        // A server gives numbers away: after it, a gap in them says nothing.
        first.sql("SELECT nextval('audit_seq_seq')");
        for (to, name) in [(&way[1], "first.epoch"), (&way[2], "second.epoch")] {
            // Each goes its own way from here on.
            let mut settings = over(&settings, to);
            let epoch_file = beside(&settings, name);
            std::fs::copy(&settings.store.epoch_file, &epoch_file).expect("copied");
            settings.store.epoch_file = epoch_file;
            let tools = Tools {
                loopback_destinations: true,
                ..Tools::default()
            };
            let running = start::start(settings, tools).await;
            let running = running.unwrap_or_else(|faults| panic!("{to}: {faults:?}"));
            assert!(running.gateway.held().is_none(), "{to}");
            running.end().await;
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn half_a_copy_on_a_server_is_recognised() {
        let Some(target) = database().await else {
            return;
        };
        let receiver = Receiver::start().await;
        let (gateway, settings) = left(&receiver).await;
        gateway.running.end().await;
        let (from, to) = (settings.store.url.clone(), url(&target));
        copy(&settings, &from, &to).await.expect("copied");
        target.sql("INSERT INTO setting VALUES ('copying', '\\x01')");
        let started = start::start(over(&settings, &to), Tools::default()).await;
        let faults = started.err().expect("it does not start");
        assert_eq!(faults[0].entry.code, "WW-STO-018");
        assert_eq!(code(copy(&settings, &from, &to).await), "WW-STO-020");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_server_has_its_own_backup_and_its_own_way_back() {
        let receiver = Receiver::start().await;
        let (gateway, settings) = left(&receiver).await;
        gateway.running.end().await;
        let server = StoreUrl::Postgres(PostgresServer {
            url: "postgres://gateway@127.0.0.1:1/none".to_owned(),
            password_file: None,
            root_certificates: None,
            connections: 4,
        });
        let settings = over(&settings, &server);
        let none = beside(&settings, "none");
        let backup = upkeep::backup(&settings, &none, &|_, _, _| {});
        assert_eq!(code(backup), "WW-STO-022");
        let now = jiff::Timestamp::now();
        let restored = upkeep::restore(&settings, &none, now, &|_, _, _| {}).await;
        assert_eq!(code(restored), "WW-STO-022");
    }
}
