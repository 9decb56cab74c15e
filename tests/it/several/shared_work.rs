//! What one process does no other does at the same time.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;
use workwell_gateway::adapters::seal::Seal;
use workwell_gateway::adapters::store::{CommitError, RequestKey, Store, Unit};
use workwell_gateway::config::Settings;
use workwell_gateway::domain::identifiers::{CorrelationId, RequestId};

use crate::support::eventually;
use crate::support::postgres;
use crate::support::store::TestStore;

const LONG: Duration = Duration::from_mins(1);

/// Two processes over one database, and the folder of their key.
async fn two() -> Option<(Store, Store, TestStore, tempfile::TempDir)> {
    let store = TestStore::Postgres(postgres::database().await?);
    let folder = tempfile::tempdir().expect("a folder");
    let mut settings = Settings::built_in();
    store.settle(&mut settings);
    let key = folder.path().join("master.key");
    let open = async || {
        let seal = Seal::create_dev(&key).expect("a key");
        let opened = Store::open(&settings.store.url, seal).await;
        opened.expect("a store")
    };
    Some((open().await, open().await, store, folder))
}

fn key(number: u128) -> RequestKey {
    RequestKey {
        organisation: "Y99001".to_owned(),
        request_id: RequestId::new(Uuid::from_u128(number)),
        correlation_id: CorrelationId::new(Uuid::from_u128(number)),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_work_is_in_work_for_every_process() {
    let Some((one, other, _store, _folder)) = two().await else {
        return;
    };
    let held = one.begin_receiving(&key(1)).await.expect("asked");
    let held = held.expect("nobody works on it");
    assert!(one.begin_receiving(&key(1)).await.expect("asked").is_none());
    let elsewhere = other.begin_receiving(&key(1)).await.expect("asked");
    assert!(elsewhere.is_none());
    let another = other.begin_receiving(&key(2)).await.expect("asked");
    assert!(another.is_some(), "another request is nobody's");
    drop(held);
    let _got = eventually("the other process to get it", || async {
        other.begin_receiving(&key(1)).await.expect("asked")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_goes_to_the_next_when_its_time_is_over_and_the_slow_holder_writes_no_more() {
    let Some((one, other, _store, _folder)) = two().await else {
        return;
    };
    let now = Timestamp::now();
    let slow = one.lease("clocks", Duration::ZERO).await.expect("asked");
    let slow = slow.expect("held");
    let next = other.lease("clocks", LONG).await.expect("asked");
    let next = next.expect("the time of the first was over");
    assert_eq!(next.epoch(), slow.epoch() + 1);
    assert_eq!(one.lease("clocks", LONG).await, Ok(None));
    let late = one.commit_as_holder(&slow, Unit::default(), now).await;
    assert_eq!(late, Err(CommitError::Stale));
    let rightly = other.commit_as_holder(&next, Unit::default(), now).await;
    assert!(rightly.is_ok());
}
