//! Jobs that one process at a time does.

use std::time::Duration;

use super::given::at;
use crate::adapters::seal::Seal;
use crate::adapters::store::{CommitError, Store, Unit};
use crate::config::StoreUrl;

const LONG: Duration = Duration::from_mins(1);
/// The engine's clock counts milliseconds: this one is over as soon as it is taken.
const OVER: Duration = Duration::ZERO;

/// Two processes over one store.
async fn two() -> (Store, Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = StoreUrl::Sqlite(folder.path().join("gateway.sqlite"));
    let key = folder.path().join("master.key");
    let open = async || {
        let seal = Seal::create_dev(&key).expect("a key");
        Store::open(&url, seal).await.expect("a store")
    };
    (open().await, open().await, folder)
}

#[tokio::test]
async fn a_job_is_held_by_one_and_kept_under_the_same_epoch() {
    let (one, other, _folder) = two().await;
    let held = one.lease("clocks", LONG).await.expect("asked");
    assert_eq!(held.as_ref().map(super::super::Lease::epoch), Some(1));
    assert_eq!(other.lease("clocks", LONG).await, Ok(None));
    assert_eq!(one.lease("clocks", LONG).await, Ok(held));
    let another = other.lease("retention", LONG).await.expect("asked");
    assert!(another.is_some(), "another job is another lease");
}

#[tokio::test]
async fn who_was_overtaken_writes_nothing_more() {
    let (one, other, _folder) = two().await;
    let slow = one
        .lease("clocks", OVER)
        .await
        .expect("asked")
        .expect("held");
    let unit = Unit::default;
    assert!(one.commit_as_holder(&slow, unit(), at(0)).await.is_ok());
    let next = other
        .lease("clocks", LONG)
        .await
        .expect("asked")
        .expect("held");
    assert_eq!(next.epoch(), slow.epoch() + 1);
    let late = one.commit_as_holder(&slow, unit(), at(1)).await;
    assert_eq!(late, Err(CommitError::Stale));
    assert!(other.commit_as_holder(&next, unit(), at(1)).await.is_ok());
}
