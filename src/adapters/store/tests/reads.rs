//! What each caller sees.

use super::given::{
    FAMILY, answered, at, case_id, correlation, event, message, nhs_number, other_practice, person,
    practice, provider, receipt, request_key,
};
use crate::adapters::store::{Cursor, CursorFault, Demographics, Direction, Store, Unit};
use crate::domain::caller::Caller;
use crate::domain::identifiers::{Postcode, ServiceRequestId};
use crate::domain::sensitive::Sensitive;
use crate::domain::status::Status;
use uuid::Uuid;

async fn store_with_case() -> (Store, tempfile::TempDir) {
    let (store, folder) = Store::in_temp_dir().await.expect("a store");
    store.commit(receipt(1), at(0)).await.expect("committed");
    (store, folder)
}

fn demographics(family: &str) -> Demographics {
    Demographics {
        family: Sensitive::new(family.to_owned()),
        birth_date: person().birth_date.expect("a birth date"),
        postcode: Postcode::parse("ze19zz").expect("a postcode"),
    }
}

/// In how many of the ways a caller finds case 1.
async fn ways_found(store: &Store, caller: &Caller) -> usize {
    let service_request = ServiceRequestId::new(Uuid::from_u128(3001));
    let by_id = store.case_by_id(caller, case_id(1)).await;
    let by_request = store.case_by_service_request_id(caller, service_request);
    let identifiers = ["https://gp.example/sr|1".to_owned()];
    let number = nhs_number();
    let spelled = demographics(&FAMILY.to_uppercase());
    let lists = [
        store
            .cases_by_service_request_identifiers(caller, &identifiers)
            .await,
        store.cases_by_nhs_number(caller, &number).await,
        store.open_cases_of_person(caller, &number).await,
        store.cases_by_correlation(caller, correlation(1)).await,
        store.cases_by_demographics(caller, &spelled).await,
    ];
    let single = [by_id, by_request.await];
    let single = single.into_iter().filter_map(|found| found.expect("read"));
    let lists = lists.into_iter().flat_map(|found| found.expect("read"));
    single.chain(lists).count()
}

#[tokio::test]
async fn a_referrer_sees_its_own_and_another_referrer_or_provider_sees_nothing() {
    let (store, _folder) = store_with_case().await;
    let stranger = Caller::Provider("southside".to_owned());
    for (caller, ways) in [
        (practice(), 7),
        // All but the conversation, which is its referrer's to ask for.
        (provider(), 6),
        (Caller::System, 6),
        (Caller::Operator("duty".to_owned()), 6),
        (other_practice(), 0),
        (stranger.clone(), 0),
    ] {
        assert_eq!(ways_found(&store, &caller).await, ways, "{caller:?}");
    }
    for caller in [other_practice(), stranger] {
        let events = store.events(&caller, case_id(1)).await;
        assert_eq!(events, Ok(Vec::new()));
        let message = store.original_message(&caller, case_id(1)).await;
        assert!(message.expect("read").is_none());
        let leg = store.leg(&caller, super::given::leg_id(10)).await;
        assert_eq!(leg, Ok(None));
        let page = store.provider_cases(&caller, "northside", None, 9, None);
        assert!(page.await.expect("read").cases.is_empty());
    }
    let other = store.answer(&other_practice(), &request_key(1)).await;
    assert_eq!(other, Ok(None));
    let own = store.answer(&practice(), &request_key(1)).await;
    assert_eq!(own, Ok(Some(answered(1))));
}

#[tokio::test]
async fn a_case_that_was_not_released_is_not_the_providers_to_see() {
    let (store, _folder) = Store::in_temp_dir().await.expect("a store");
    let mut held = receipt(1);
    held.legs.clear();
    store.commit(held, at(0)).await.expect("committed");
    assert_eq!(ways_found(&store, &provider()).await, 0);
}

#[tokio::test]
async fn a_provider_never_sees_the_message_and_only_an_operator_the_audit_log() {
    let (store, _folder) = store_with_case().await;
    let message = store.original_message(&provider(), case_id(1)).await;
    assert!(message.expect("read").is_none());
    for caller in [provider(), practice()] {
        assert_eq!(store.facts(&caller, 1, 9).await, Ok(Vec::new()));
    }
    let operator = Caller::Operator("duty".to_owned());
    let facts = store.facts(&operator, 1, 9).await;
    assert_eq!(facts.expect("read").len(), 1);
}

#[tokio::test]
async fn a_name_that_is_nearly_right_finds_nobody() {
    let (store, _folder) = store_with_case().await;
    let found = store
        .cases_by_demographics(&practice(), &demographics("Quince"))
        .await;
    assert!(found.expect("read").is_empty());
}

#[tokio::test]
async fn earlier_versions_of_a_referral_are_kept() {
    let (store, _folder) = store_with_case().await;
    let mut second = message(1);
    second.body = b"the second version".to_vec();
    let unit = Unit {
        messages: vec![second],
        ..Unit::default()
    };
    store.commit(unit, at(1)).await.expect("committed");
    let first = store.original_message(&practice(), case_id(1)).await;
    let first = first.expect("read").expect("a message");
    assert_eq!((first.version, first.message.body), (1, message(1).body));
    let caller = practice();
    let latest = store.latest_message(&caller, case_id(1), Direction::In);
    let latest = latest.await.expect("read").expect("a message");
    assert_eq!(latest.version, 2);
    assert_eq!(latest.message.body, b"the second version");
    let sent = store.latest_message(&caller, case_id(1), Direction::Out);
    assert!(sent.await.expect("read").is_none());
}

#[tokio::test]
async fn events_are_numbered_in_order_and_a_referrer_sees_those_meant_for_it() {
    let (store, _folder) = store_with_case().await;
    let mut hidden = event(1);
    hidden.visible_to_referrer = false;
    hidden.status = Status::Held;
    let unit = Unit {
        events: vec![hidden, event(1)],
        ..Unit::default()
    };
    store.commit(unit, at(1)).await.expect("committed");
    let numbers = |events: Vec<crate::adapters::store::EventRow>| {
        events.iter().map(|event| event.seq).collect::<Vec<_>>()
    };
    let all = store.events(&Caller::System, case_id(1)).await;
    assert_eq!(numbers(all.expect("read")), [1, 2, 3]);
    let own = store.events(&practice(), case_id(1)).await;
    assert_eq!(numbers(own.expect("read")), [1, 3]);
}

#[tokio::test]
async fn a_provider_pages_through_its_cases_and_a_later_release_comes_after_its_cursor() {
    let (store, _folder) = store_with_case().await;
    let mut held = receipt(2);
    let released_late = std::mem::take(&mut held.legs);
    for unit in [held, receipt(3), receipt(4)] {
        store.commit(unit, at(1)).await.expect("committed");
    }
    let caller = provider();
    let page = async |cursor, limit, status| {
        let page = store.provider_cases(&caller, "northside", cursor, limit, status);
        let page = page.await.expect("read");
        let ids: Vec<_> = page.cases.iter().map(|case| case.id).collect();
        (ids, page.next, page.more)
    };
    let (ids, next, more) = page(None, 2, None).await;
    assert_eq!((ids, more), (vec![case_id(1), case_id(3)], true));
    let written = next.to_string();
    let (ids, next, more) = page(Cursor::parse(&written).ok(), 2, None).await;
    assert_eq!((ids, more), (vec![case_id(4)], false));

    let release = Unit {
        legs: released_late,
        ..Unit::default()
    };
    store.commit(release, at(2)).await.expect("committed");
    let (ids, ..) = page(Some(next), 2, None).await;
    assert_eq!(ids, [case_id(2)]);
    let (ids, ..) = page(None, 9, Some(Status::Accepted)).await;
    assert!(ids.is_empty());
}

#[tokio::test]
async fn an_operators_queue_holds_the_cases_of_a_status_the_longest_unchanged_first() {
    let (store, _folder) = store_with_case().await;
    for (number, second) in [(2, 9), (3, 5)] {
        let mut held = receipt(number);
        held.open.as_mut().expect("a case").status = Status::Held;
        store.commit(held, at(second)).await.expect("committed");
    }
    let held = store.cases_with_status(&Caller::System, Status::Held, 9);
    let held: Vec<_> = held.await.expect("read").iter().map(|c| c.id).collect();
    assert_eq!(held, [case_id(3), case_id(2)]);
}

#[test]
fn a_cursor_that_was_not_given_is_not_read() {
    for text in [
        "",
        "1",
        "c1",
        "x0000000000000001",
        "c000000000000000g",
        "e1.4",
        "e1.4.xyz",
        "e+1.4.0000ab12",
        "e1.04.0000ab12",
        "e1.4.ab12",
    ] {
        assert_eq!(Cursor::parse(text), Err(CursorFault::NotOurs), "{text}");
    }
    let earlier = Cursor::parse("c0000000000000004");
    assert_eq!(earlier, Err(CursorFault::Outdated));
    let ours = Cursor::parse("e3.4.0000ab12").expect("a cursor");
    assert_eq!(ours.to_string(), "e3.4.0000ab12");
}

#[tokio::test]
async fn a_cursor_of_another_life_of_the_store_or_of_nobody_is_refused() {
    let (store, _folder) = store_with_case().await;
    let caller = provider();
    let page = async |cursor: Cursor| {
        let page = store.provider_cases(&caller, "northside", Some(cursor), 9, None);
        page.await.map(|page| page.cases.len())
    };
    let first = store.provider_cases(&caller, "northside", None, 9, None);
    let given = first.await.expect("read").next;
    assert_eq!(page(given).await, Ok(0));
    let others = [
        // A number that was given again stands for another leg.
        Cursor {
            leg: given.leg ^ 1,
            ..given
        },
        Cursor {
            number: given.number + 9_999,
            ..given
        },
        Cursor {
            epoch: given.epoch + 1,
            ..given
        },
    ];
    for other in others {
        let refused = page(other).await.expect_err("refused");
        assert_eq!(refused.entry.code, "WW-PRV-010", "{other}");
    }
    store.begin_unconfirmed(0).await.expect("put back");
    let refused = page(given).await.expect_err("refused");
    assert_eq!(refused.entry.code, "WW-PRV-010");
}
