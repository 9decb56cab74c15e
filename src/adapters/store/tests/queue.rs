//! The operator's queue.

use uuid::Uuid;

use super::given::{at, case_id, practice, receipt};
use crate::adapters::store::{
    CaseChange, CommitError, Due, NewQueueEntry, QueueChange, QueueClosing, QueueFilter, Store,
    Unit,
};
use crate::domain::caller::Caller;
use crate::domain::queue::QueueKind;

fn entry(number: u128, kind: QueueKind) -> NewQueueEntry {
    NewQueueEntry {
        id: Uuid::from_u128(number),
        case_id: case_id(1),
        kind,
        subject: String::new(),
        reason: "WW-CON-001".to_owned(),
        owner: "duty".to_owned(),
        due_at: at(100),
    }
}

async fn raised(entries: Vec<NewQueueEntry>) -> (Store, tempfile::TempDir) {
    let (store, folder) = Store::in_temp_dir().await.expect("a store");
    store.commit(receipt(1), at(0)).await.expect("committed");
    let unit = Unit {
        raise: entries,
        ..Unit::default()
    };
    store.commit(unit, at(1)).await.expect("committed");
    (store, folder)
}

#[tokio::test]
async fn an_entry_is_raised_once_while_one_like_it_is_open() {
    let twice = vec![
        entry(1, QueueKind::Held),
        entry(2, QueueKind::Held),
        entry(3, QueueKind::Parked),
    ];
    let (store, _folder) = raised(twice).await;
    let all = QueueFilter::default();
    let rows = store.queue(&Caller::System, &all).await.expect("read");
    let kinds: Vec<_> = rows.iter().map(|row| row.entry.kind).collect();
    assert_eq!(kinds, [QueueKind::Held, QueueKind::Parked]);
    assert_eq!((rows[0].raised_at, rows[0].closed.clone()), (at(1), None));
    let not_theirs = store.queue(&practice(), &all).await;
    assert_eq!(not_theirs, Ok(Vec::new()));
}

#[tokio::test]
async fn a_closed_entry_leaves_the_queue_stays_in_the_history_and_can_be_raised_anew() {
    let (store, _folder) =
        raised(vec![entry(1, QueueKind::Held), entry(2, QueueKind::Parked)]).await;
    let unit = Unit {
        close: vec![QueueClosing {
            case_id: case_id(1),
            kind: Some(QueueKind::Held),
            subject: None,
            by: "operator:duty".to_owned(),
            closing: "resolved".to_owned(),
        }],
        raise: vec![entry(3, QueueKind::Held)],
        ..Unit::default()
    };
    store.commit(unit, at(2)).await.expect("committed");
    let open = store.queue(&Caller::System, &QueueFilter::default()).await;
    let open: Vec<_> = open.expect("read").iter().map(|row| row.entry.id).collect();
    assert_eq!(open, [Uuid::from_u128(2), Uuid::from_u128(3)]);
    let filter = QueueFilter {
        case_id: Some(case_id(1)),
        kind: Some(QueueKind::Held),
        closed_too: true,
        ..QueueFilter::default()
    };
    let rows = store.queue(&Caller::System, &filter).await.expect("read");
    let closed = Some((at(2), "operator:duty".to_owned(), "resolved".to_owned()));
    assert_eq!((rows.len(), &rows[0].closed), (2, &closed));
}

#[tokio::test]
async fn a_change_marks_what_was_done_and_is_stale_on_a_closed_entry() {
    let (store, _folder) = raised(vec![entry(1, QueueKind::Silent)]).await;
    let change = || Unit {
        queue_changes: vec![QueueChange {
            id: Uuid::from_u128(1),
            owner: Some("manager".to_owned()),
            due_at: None,
            alerted: true,
            told: false,
        }],
        ..Unit::default()
    };
    store.commit(change(), at(5)).await.expect("committed");
    let rows = store.queue(&Caller::System, &QueueFilter::default()).await;
    let row = rows.expect("read").remove(0);
    assert_eq!(
        (row.entry.owner.as_str(), row.entry.due_at),
        ("manager", at(100))
    );
    assert_eq!((row.alerted_at, row.told_at), (Some(at(5)), None));
    let close = Unit {
        close: vec![QueueClosing {
            case_id: case_id(1),
            kind: None,
            subject: None,
            by: "system".to_owned(),
            closing: "over".to_owned(),
        }],
        ..Unit::default()
    };
    store.commit(close, at(6)).await.expect("committed");
    assert_eq!(store.commit(change(), at(7)).await, Err(CommitError::Stale));
}

#[tokio::test]
async fn an_open_case_whose_milestone_is_over_is_found() {
    let (store, _folder) = raised(Vec::new()).await;
    let unit = Unit {
        change: Some(CaseChange {
            milestone: Some(Some(Due {
                milestone: "acknowledge".to_owned(),
                at: at(50),
            })),
            ..CaseChange::of(case_id(1), 1)
        }),
        ..Unit::default()
    };
    store.commit(unit, at(2)).await.expect("committed");
    let overdue = async |second| {
        let found = store.cases_overdue(&Caller::System, at(second), 10).await;
        found.expect("read").len()
    };
    assert_eq!((overdue(49).await, overdue(50).await), (0, 1));
}
