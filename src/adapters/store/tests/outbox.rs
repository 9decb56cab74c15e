//! The order of legs, and stops.

use super::given::{at, case_id, leg, leg_id, provider, receipt};
use crate::adapters::store::{
    CommitError, LegChange, LegFilter, LegKind, LegState, NewLeg, Stopped, Store, Unit,
};
use crate::domain::caller::Caller;

async fn store_with_case() -> (Store, tempfile::TempDir) {
    let (store, folder) = Store::in_temp_dir().await.expect("a store");
    store.commit(receipt(1), at(0)).await.expect("committed");
    (store, folder)
}

async fn add(store: &Store, leg: NewLeg) {
    let unit = Unit {
        legs: vec![leg],
        ..Unit::default()
    };
    store.commit(unit, at(1)).await.expect("committed");
}

fn change(number: u128, expected: u32, state: LegState, attempts: u32) -> Unit {
    let change = LegChange {
        id: leg_id(number),
        expected_attempts: expected,
        state,
        attempts,
        due_at: at(2),
        last_error: Some("WW-DLV-001".to_owned()),
        ends_claim: true,
    };
    Unit {
        leg_changes: vec![change],
        ..Unit::default()
    }
}

fn stop() -> Unit {
    Unit {
        stop_unsent: Some(case_id(1)),
        ..Unit::default()
    }
}

async fn due(store: &Store, second: i64, excluded: &[String]) -> Vec<u128> {
    let legs = store.legs_due(&Caller::System, at(second), 10, excluded);
    let legs = legs.await.expect("read");
    legs.iter().map(|leg| leg.id.uuid().as_u128()).collect()
}

#[tokio::test]
async fn a_leg_waits_for_every_earlier_one_of_its_case_and_destination() {
    let (store, _folder) = store_with_case().await;
    add(&store, leg(11, 1, LegKind::Deliver)).await;
    let elsewhere = NewLeg {
        destination: "referrer:x|1".to_owned(),
        ..leg(12, 1, LegKind::Respond)
    };
    add(&store, elsewhere).await;
    assert_eq!(due(&store, 5, &[]).await, [10, 12]);
    assert_eq!(due(&store, 5, &["northside".to_owned()]).await, [12]);
    assert!(due(&store, -1, &[]).await.is_empty());

    let parked = change(10, 0, LegState::Parked, 3);
    store.commit(parked, at(2)).await.expect("committed");
    assert_eq!(due(&store, 5, &[]).await, [12]);

    let delivered = change(10, 3, LegState::Delivered, 4);
    store.commit(delivered, at(3)).await.expect("committed");
    assert_eq!(due(&store, 5, &[]).await, [11, 12]);
}

#[tokio::test]
async fn a_stop_is_not_queued_behind_deliveries() {
    let (store, _folder) = store_with_case().await;
    let parked = change(10, 0, LegState::Parked, 3);
    store.commit(parked, at(2)).await.expect("committed");
    add(&store, leg(11, 1, LegKind::Stop)).await;
    add(&store, leg(12, 1, LegKind::Stop)).await;
    assert_eq!(due(&store, 5, &[]).await, [11]);
}

#[tokio::test]
async fn a_stop_kills_what_is_unsent_and_what_was_never_tried_is_held_by_nobody() {
    let (store, _folder) = store_with_case().await;
    add(&store, leg(11, 1, LegKind::Deliver)).await;
    let mut unit = stop();
    unit.legs.push(leg(12, 1, LegKind::Stop));
    let committed = store.commit(unit, at(2)).await.expect("committed");
    let expected = Stopped {
        legs: 2,
        may_be_held: false,
    };
    assert_eq!(committed.stopped, Some(expected));
    assert_eq!(due(&store, 5, &[]).await, [12]);

    let retried = change(10, 0, LegState::Released, 0);
    assert_eq!(store.commit(retried, at(3)).await, Err(CommitError::Stale));
    let provider = provider();
    let page = store.provider_cases(&provider, "northside", None, 9, None);
    assert!(page.await.expect("read").cases.is_empty());
}

#[tokio::test]
async fn a_leg_that_was_tried_may_be_held_and_a_wrong_expectation_is_stale() {
    let (store, _folder) = store_with_case().await;
    let begun = change(10, 0, LegState::Released, 1);
    store.commit(begun, at(1)).await.expect("committed");

    let mut wrong = stop();
    wrong.expected_may_be_held = Some(false);
    assert_eq!(store.commit(wrong, at(2)).await, Err(CommitError::Stale));

    let mut right = stop();
    right.expected_may_be_held = Some(true);
    let committed = store.commit(right, at(2)).await.expect("committed");
    let expected = Stopped {
        legs: 1,
        may_be_held: true,
    };
    assert_eq!(committed.stopped, Some(expected));

    // The attempt that the stop overtook arrived: that is what the row says then.
    let arrived = change(10, 1, LegState::Delivered, 1);
    store.commit(arrived, at(3)).await.expect("committed");
    let again = change(10, 1, LegState::Parked, 1);
    assert_eq!(store.commit(again, at(4)).await, Err(CommitError::Stale));
}

#[tokio::test]
async fn a_leg_changed_on_old_attempts_is_stale() {
    let (store, _folder) = store_with_case().await;
    let wrong = change(10, 5, LegState::Delivered, 6);
    assert_eq!(store.commit(wrong, at(1)).await, Err(CommitError::Stale));
}

#[tokio::test]
async fn a_leg_comes_with_its_content_and_its_case() {
    let (store, _folder) = store_with_case().await;
    let found = store.leg_with_case(&provider(), leg_id(10)).await;
    let found = found.expect("read").expect("the leg");
    let given = leg(10, 1, LegKind::Deliver);
    assert_eq!((found.payload, found.trace), (given.payload, given.trace));
    assert_eq!(found.case.id, case_id(1));
    assert_eq!((found.leg.attempts, found.leg.created_at), (0, at(0)));
}

#[tokio::test]
async fn a_waiting_leg_is_collected_and_never_sent() {
    let (store, _folder) = store_with_case().await;
    store.commit(stop(), at(1)).await.expect("committed");
    let waiting = NewLeg {
        state: LegState::Waiting,
        ..leg(11, 1, LegKind::Deliver)
    };
    add(&store, waiting).await;
    assert!(due(&store, 5, &[]).await.is_empty());
    let waits = LegFilter {
        case_id: Some(case_id(1)),
        state: Some(LegState::Waiting),
        ..LegFilter::default()
    };
    let found = store.legs(&provider(), &waits).await.expect("read");
    let found: Vec<_> = found.iter().map(|leg| leg.id).collect();
    assert_eq!(found, [leg_id(11)]);
    let collected = change(11, 0, LegState::Delivered, 1);
    store.commit(collected, at(2)).await.expect("committed");
    let found = store.legs(&provider(), &waits).await.expect("read");
    assert!(found.is_empty());
}

#[tokio::test]
async fn the_outbox_is_listed_by_what_one_asks_for() {
    let (store, _folder) = store_with_case().await;
    store.commit(receipt(2), at(1)).await.expect("committed");
    let filters = [
        (LegFilter::default(), 2),
        (
            LegFilter {
                case_id: Some(case_id(2)),
                ..LegFilter::default()
            },
            1,
        ),
        (
            LegFilter {
                state: Some(LegState::Parked),
                ..LegFilter::default()
            },
            0,
        ),
        (
            LegFilter {
                kind: Some(LegKind::Deliver),
                limit: 1,
                ..LegFilter::default()
            },
            1,
        ),
        (
            LegFilter {
                after: Some(1),
                ..LegFilter::default()
            },
            1,
        ),
        (
            LegFilter {
                destination: Some("nobody".into()),
                ..LegFilter::default()
            },
            0,
        ),
    ];
    for (filter, expected) in filters {
        let found = store.legs(&Caller::Operator("duty".into()), &filter).await;
        assert_eq!(found.expect("read").len(), expected, "{filter:?}");
    }
    let counts = store.counts(&Caller::System).await.expect("counted");
    assert_eq!(counts.legs, [(LegState::Released, 2)]);
    assert_eq!(counts.oldest_undelivered, Some(at(0)));
}
