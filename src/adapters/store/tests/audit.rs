//! The audit log is appended to and never changed.

use super::given::{at, case_id, practice, receipt};
use crate::adapters::store::Store;
use crate::domain::caller::Caller;
use rusqlite::Connection;

async fn store_with_facts() -> (Store, tempfile::TempDir, Connection) {
    let (store, folder) = Store::in_temp_dir().await.expect("a store");
    for number in 1..=3 {
        store
            .commit(receipt(number), at(0))
            .await
            .expect("committed");
    }
    let connection = Connection::open(folder.path().join("gateway.sqlite")).expect("opened");
    (store, folder, connection)
}

#[tokio::test]
async fn a_fact_is_stored_with_actor_case_and_details() {
    let (store, _folder, _connection) = store_with_facts().await;
    let facts = store.facts(&Caller::System, 2, 1).await.expect("read");
    let [fact] = &facts[..] else {
        panic!("one fact, not {}", facts.len());
    };
    assert_eq!((fact.seq, fact.at), (2, at(0)));
    assert_eq!(fact.kind, "referral.accepted");
    assert_eq!(fact.actor, practice().label());
    assert_eq!(fact.case_id, Some(case_id(2)));
    assert_eq!(fact.details, r#"{"use-case":"a5t1"}"#);
}

#[tokio::test]
async fn triggers_refuse_to_change_or_delete_an_audit_row() {
    let (store, _folder, connection) = store_with_facts().await;
    for sql in [
        "UPDATE audit SET actor = 'nobody' WHERE seq = 1",
        "DELETE FROM audit WHERE seq = 1",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit (seq, at, kind, actor, details, leaf_hash)
         VALUES (1, 0, 'k', 'a', '{}', x'00')",
    ] {
        let refused = connection.execute(sql, []).expect_err(sql).to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
    let sound = store.integrity().await.expect("checked");
    assert_eq!((sound.faults, sound.facts_checked), (Vec::new(), 3));
}

#[tokio::test]
async fn an_audit_row_changed_or_taken_out_behind_our_back_is_found() {
    let (store, _folder, connection) = store_with_facts().await;
    connection
        .execute_batch(
            "DROP TRIGGER audit_is_not_updated; DROP TRIGGER audit_is_not_deleted;
             UPDATE audit SET actor = 'nobody' WHERE seq = 3;
             DELETE FROM audit WHERE seq = 2;",
        )
        .expect("changed");
    let found = store.integrity().await.expect("checked");
    assert_eq!(
        found.faults,
        [
            "audit row 2 is missing before row 3",
            "audit row 3 does not have the hash it was given",
        ]
    );
}
