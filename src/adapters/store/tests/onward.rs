//! Cases that were referred on, and cases that are linked.

use super::given::{at, case, case_id, event, leg, leg_id, new_case, practice, provider, receipt};
use crate::adapters::store::{
    CaseChange, CommitError, FollowingStop, LegKind, LegState, NewCase, NewEvent, Store, Unit,
};
use crate::domain::caller::Caller;
use crate::domain::responsibility::Responsible;
use crate::domain::status::Status;

async fn store() -> (Store, tempfile::TempDir) {
    Store::in_temp_dir().await.expect("a store")
}

/// Case 2, referred on from case 1 by the provider that holds it.
fn onward() -> Unit {
    let mut child = case(2);
    child.part_of = Some(case_id(1));
    child.referred_on_by = Some("northside".to_owned());
    Unit {
        open: Some(NewCase {
            case: Box::new(child),
            referrer: String::new(),
            ..new_case(2)
        }),
        change: Some(CaseChange {
            unseen_by_referrer: true,
            ..CaseChange::of(case_id(1), 1)
        }),
        events: vec![event(1), event(2)],
        legs: vec![leg(20, 2, LegKind::Deliver)],
        ..Unit::default()
    }
}

fn ended(number: u128, revision: u32) -> CaseChange {
    CaseChange {
        status: Some(Status::Cancelled),
        ..CaseChange::of(case_id(number), revision)
    }
}

/// A stop of both cases, decided on nothing of the second having left.
fn stop() -> Unit {
    let held_by = |number, holder| NewEvent {
        holder: Some(holder),
        ..event(number)
    };
    Unit {
        change: Some(ended(1, 2)),
        following: vec![FollowingStop {
            change: ended(2, 1),
            expected_may_be_held: false,
        }],
        stop_unsent: Some(case_id(1)),
        events: vec![
            held_by(1, Responsible::Referrer),
            held_by(2, Responsible::Provider("northside".to_owned())),
        ],
        ..Unit::default()
    }
}

#[tokio::test]
async fn the_holder_of_each_case_is_what_its_own_events_say() {
    let (store, _folder) = store().await;
    store.commit(receipt(1), at(0)).await.expect("committed");
    store.commit(onward(), at(1)).await.expect("committed");
    let holder = async |number| {
        let row = store.case_by_id(&Caller::System, case_id(number)).await;
        row.expect("read").expect("there").responsible
    };
    let desk = Responsible::GatewayOperator("duty".to_owned());
    assert_eq!((holder(1).await, holder(2).await), (desk.clone(), desk));
    store.commit(stop(), at(2)).await.expect("committed");
    assert_eq!(holder(1).await, Responsible::Referrer);
    let hub = Responsible::Provider("northside".to_owned());
    assert_eq!(holder(2).await, hub);
}

#[tokio::test]
async fn a_stop_ends_what_was_referred_on_with_its_unsent_legs_or_nothing_at_all() {
    let (store, _folder) = store().await;
    store.commit(receipt(1), at(0)).await.expect("committed");
    store.commit(onward(), at(1)).await.expect("committed");
    let mut wrong = stop();
    wrong.following[0].expected_may_be_held = true;
    assert_eq!(store.commit(wrong, at(2)).await, Err(CommitError::Stale));
    let mut late = stop();
    late.following[0].change.expected_revision = 7;
    assert_eq!(store.commit(late, at(2)).await, Err(CommitError::Stale));
    let row = store.case_by_id(&Caller::System, case_id(1)).await;
    assert_eq!(row.expect("read").expect("there").status, Status::Routed);
    let stopped = store.commit(stop(), at(3)).await.expect("committed");
    assert_eq!(
        stopped.stopped.expect("a stop").legs,
        1,
        "of the case itself"
    );
    let leg = store.leg(&Caller::System, leg_id(20)).await.expect("read");
    assert_eq!(leg.expect("there").state, LegState::Stopped);
}

#[tokio::test]
async fn the_referrer_does_not_notice_that_a_case_was_referred_on() {
    let (store, _folder) = store().await;
    store.commit(receipt(1), at(0)).await.expect("committed");
    store.commit(onward(), at(60)).await.expect("committed");
    let found = store.case_by_id(&practice(), case_id(1)).await;
    let row = found.expect("read").expect("there");
    assert_eq!((row.revision, row.updated_at), (2, at(0)));
    let child = store.case_by_id(&practice(), case_id(2)).await;
    assert!(child.expect("read").is_none());
    let number = super::given::nhs_number();
    let found = store.cases_by_nhs_number(&practice(), &number).await;
    assert_eq!(found.expect("read").len(), 1);
    let children = store.cases_referred_on(&Caller::System, case_id(1)).await;
    assert_eq!(children.expect("read").len(), 1);
}

#[tokio::test]
async fn cases_are_linked_over_any_number_of_steps_and_each_sees_its_own() {
    let (store, _folder) = store().await;
    for (number, part_of, slug) in [
        (1, None, "northside"),
        (2, Some(1), "southside"),
        (3, Some(2), "northside"),
        (4, None, "northside"),
    ] {
        let mut unit = receipt(number);
        let open = unit.open.as_mut().expect("a case");
        open.case.part_of = part_of.map(case_id);
        let chosen = open.provider.as_mut().expect("a provider");
        slug.clone_into(&mut chosen.slug);
        slug.clone_into(&mut unit.legs[0].destination);
        store.commit(unit, at(0)).await.expect("committed");
    }
    for (from, expected) in [(1, vec![3]), (3, vec![1]), (4, vec![])] {
        let linked = store.linked_cases(&provider(), case_id(from)).await;
        let expected: Vec<_> = expected.into_iter().map(case_id).collect();
        assert_eq!(linked.expect("read"), expected, "{from}");
    }
    let all = store.linked_cases(&Caller::System, case_id(2)).await;
    assert_eq!(all.expect("read"), [case_id(1), case_id(3)]);
}
