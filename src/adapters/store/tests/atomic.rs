//! All or nothing, and one writer for all.

use super::given::{
    answered, at, case_id, event, message, new_case, practice, receipt, request_key,
};
use crate::adapters::seal::Seal;
use crate::adapters::store::{
    Answered, CaseChange, CommitError, Due, Hold, NewEvent, Receiving, Room, Store, Unit, UpdateKey,
};
use crate::config::StoreUrl;
use crate::domain::caller::Caller;
use crate::domain::provider::Load;
use crate::domain::responsibility::Responsible;
use crate::domain::status::{Mark, Status};

async fn store() -> (Store, tempfile::TempDir) {
    Store::in_temp_dir().await.expect("a store")
}

#[tokio::test]
async fn a_unit_that_fails_at_its_end_leaves_nothing_behind() {
    let (store, _folder) = store().await;
    let mut unit = receipt(1);
    // An event of a case that is not there breaks a reference after all else was inserted.
    unit.events.push(event(99));
    let failed = store.commit(unit, at(0)).await;
    assert!(matches!(failed, Err(CommitError::Unavailable(_))));

    let found = store.case_by_id(&Caller::System, case_id(1)).await;
    assert!(found.expect("read").is_none());
    let answer = store.answer(&practice(), &request_key(1)).await;
    assert_eq!(answer, Ok(None));
    assert_eq!(store.facts(&Caller::System, 1, 9).await, Ok(Vec::new()));
    let counts = store.counts(&Caller::System).await.expect("counted");
    assert!(counts.legs.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_waiting_committers_share_a_transaction_and_a_refused_one_goes_alone() {
    let (store, _folder) = store().await;
    store.commit(receipt(1), at(0)).await.expect("committed");
    let before = store.figures();

    let held = store.inner.engine.writer().pause();
    let tasks: Vec<_> = (1..=8)
        .map(|number| {
            let store = store.clone();
            // The first of them repeats what was answered already.
            tokio::spawn(async move { store.commit(receipt(number), at(1)).await })
        })
        .collect();
    while store.figures().received < before.received + 8 {
        tokio::task::yield_now().await;
    }
    drop(held);
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.expect("no panic"));
    }

    assert!(matches!(&outcomes[0], Err(CommitError::AlreadyAnswered(_))));
    assert!(outcomes[1..].iter().all(Result::is_ok));
    let after = store.figures();
    assert_eq!(after.commits - before.commits, 7);
    assert_eq!(after.groups - before.groups, 1);
}

#[tokio::test]
async fn the_same_ids_are_answered_once_and_the_first_answer_is_given_back() {
    let (store, _folder) = store().await;
    let refused = Answered::Refused {
        http: 422,
        problems_json: b"[{\"code\":\"WW-RTE-001\"}]".to_vec(),
    };
    let mut first = answered(1);
    first.outcome = refused.clone();
    let unit = Unit {
        answer: Some(first.clone()),
        ..Unit::default()
    };
    store.commit(unit, at(0)).await.expect("committed");

    let mut again = receipt(1);
    again.answer.as_mut().expect("an answer").body_hash = [9; 32];
    let error = store.commit(again, at(1)).await.expect_err("answered");
    assert_eq!(error, CommitError::AlreadyAnswered(Box::new(first)));
    let found = store.case_by_id(&Caller::System, case_id(1)).await;
    assert!(found.expect("read").is_none());
}

#[tokio::test]
async fn a_change_decided_on_an_old_revision_is_stale() {
    let (store, _folder) = store().await;
    store.commit(receipt(1), at(0)).await.expect("committed");
    let change = CaseChange {
        status: Some(Status::Delivered),
        ..CaseChange::of(case_id(1), 1)
    };
    let unit = Unit {
        change: Some(change),
        ..Unit::default()
    };
    let committed = store.commit(unit.clone(), at(1)).await.expect("committed");
    assert_eq!(committed.revision, Some(2));
    assert_eq!(store.commit(unit, at(2)).await, Err(CommitError::Stale));
}

#[tokio::test]
async fn a_change_sets_what_it_names_and_leaves_the_rest() {
    let (store, _folder) = store().await;
    store.commit(receipt(1), at(0)).await.expect("committed");
    let hold = Hold {
        reason: "consent-not-recorded".to_owned(),
        since: at(1),
    };
    let mark = Mark {
        occurred_at: Some(at(2)),
        sequence: Some(7),
    };
    let mut amended = super::given::case(1);
    amended.referral.person.nhs_number = None;
    let change = CaseChange {
        status: Some(Status::Declined),
        hold: Some(Some(hold.clone())),
        provider: Some(None),
        restricted: Some(true),
        milestone: Some(Some(Due {
            milestone: "acknowledge".to_owned(),
            at: at(500),
        })),
        last_update: Some(mark),
        closure_reason: Some(Some("ineligible-area".to_owned())),
        case: Some(Box::new(amended)),
        ..CaseChange::of(case_id(1), 1)
    };
    let told = NewEvent {
        holder: Some(Responsible::Referrer),
        ..super::given::event(1)
    };
    let unit = Unit {
        change: Some(change),
        events: vec![told],
        ..Unit::default()
    };
    store.commit(unit, at(3)).await.expect("committed");
    let events = store.events(&Caller::System, case_id(1)).await;
    let holders: Vec<_> = events
        .expect("read")
        .into_iter()
        .filter_map(|row| row.event.holder)
        .collect();
    let desk = Responsible::GatewayOperator("duty".to_owned());
    assert_eq!(holders, [desk, Responsible::Referrer]);
    let read = |row: Option<_>| row.expect("the case");
    let row = store.case_by_id(&Caller::System, case_id(1)).await;
    let row: crate::adapters::store::CaseRow = read(row.expect("read"));
    assert_eq!((row.status, row.revision), (Status::Declined, 2));
    assert_eq!(
        (row.hold.as_ref(), row.provider.as_ref()),
        (Some(&hold), None)
    );
    assert_eq!((row.restricted, row.last_update), (true, mark));
    assert_eq!(row.closure_reason.as_deref(), Some("ineligible-area"));
    assert_eq!(row.responsible, Responsible::Referrer);
    assert_eq!(
        row.milestone.clone().map(|due| due.milestone).as_deref(),
        Some("acknowledge")
    );
    let overdue = store.cases_overdue(&Caller::System, at(500), 10).await;
    assert_eq!(overdue.map(|cases| cases.len()), Ok(0), "the case is over");
    assert_eq!((row.received_at, row.updated_at), (at(0), at(3)));
    let case = store.unseal_case(&row).expect("opened");
    assert_eq!(case.referral.person.nhs_number, None);
    let number = super::given::nhs_number();
    let by_number = store.cases_by_nhs_number(&Caller::System, &number).await;
    assert!(by_number.expect("read").is_empty());

    let nothing = Unit {
        change: Some(CaseChange {
            hold: Some(None),
            ..CaseChange::of(case_id(1), 2)
        }),
        ..Unit::default()
    };
    store.commit(nothing, at(4)).await.expect("committed");
    let row = store.case_by_id(&Caller::System, case_id(1)).await;
    let row = read(row.expect("read"));
    assert_eq!((row.status, row.hold), (Status::Declined, None));
    assert_eq!(row.last_update, mark);
    assert!(row.restricted);
}

#[tokio::test]
async fn an_open_identifier_is_refused_for_its_referrer_only_and_while_it_is_open_only() {
    let (store, _folder) = store().await;
    store.commit(receipt(1), at(0)).await.expect("committed");
    let second = |number, referrer: &str| {
        let mut open = new_case(number);
        open.case.referral.service_request_identifier = Some("https://gp.example/sr|1".into());
        open.referrer = referrer.to_owned();
        Unit {
            open: Some(open),
            unique_open_identifier: true,
            ..Unit::default()
        }
    };
    let refused = store.commit(second(2, "Y99001"), at(1)).await;
    assert_eq!(refused, Err(CommitError::OpenIdentifier(case_id(1))));
    let other = store.commit(second(3, "Y99002"), at(1)).await;
    assert!(other.is_ok());

    let key = request_key(9);
    let before = store
        .before_receive(
            &practice(),
            Receiving {
                key: &key,
                service_request_identifiers: &["https://gp.example/sr|1".to_owned()],
                person: Some(&super::given::person()),
            },
        )
        .await
        .expect("read");
    assert_eq!(before.open_identifier.map(|open| open.id), Some(case_id(1)));
    assert_eq!(before.open_cases_of_person.len(), 2);
    assert_eq!(before.answer, None);

    let close = CaseChange {
        status: Some(Status::Cancelled),
        ..CaseChange::of(case_id(1), 1)
    };
    let close = Unit {
        change: Some(close),
        ..Unit::default()
    };
    store.commit(close, at(2)).await.expect("committed");
    assert!(store.commit(second(4, "Y99001"), at(3)).await.is_ok());
}

#[tokio::test]
async fn an_identifier_in_common_is_refused_wherever_it_stands_until_the_case_is_over() {
    let (store, _folder) = store().await;
    let name = |text: &str| format!("https://gp.example/sr|{text}");
    let opens = |number, identifiers: [&str; 2]| {
        let mut open = new_case(number);
        let referral = &mut open.case.referral;
        referral.service_request_identifier = Some(name(identifiers[0]));
        referral.further_identifiers = vec![name(identifiers[1])];
        Unit {
            open: Some(open),
            unique_open_identifier: true,
            ..Unit::default()
        }
    };
    let moves = |revision, status| Unit {
        change: Some(CaseChange {
            status: Some(status),
            ..CaseChange::of(case_id(1), revision)
        }),
        ..Unit::default()
    };
    let first = store.commit(opens(1, ["a", "b"]), at(0)).await;
    assert!(first.is_ok());
    let taken = Err(CommitError::OpenIdentifier(case_id(1)));
    for (number, identifiers) in [
        (2, ["b", "a"]),
        (3, ["b", "c"]),
        (4, ["c", "a"]),
        (5, ["c", "b"]),
    ] {
        let refused = store.commit(opens(number, identifiers), at(1)).await;
        assert_eq!(refused, taken, "{identifiers:?}");
    }
    let found = async |identifiers: &[&str]| {
        let named: Vec<String> = identifiers.iter().map(|text| name(text)).collect();
        let caller = practice();
        let found = store.cases_by_service_request_identifiers(&caller, &named);
        let found = found.await.expect("read");
        found.iter().map(|row| row.id).collect::<Vec<_>>()
    };
    for identifiers in [&["a"][..], &["b"], &["b", "a"], &["x", "b"]] {
        assert_eq!(found(identifiers).await, [case_id(1)], "{identifiers:?}");
    }
    assert!(found(&["x"]).await.is_empty());

    // Over: its identifiers are free. Open again: they are taken again.
    let closed = store.commit(moves(1, Status::Cancelled), at(2)).await;
    assert!(closed.is_ok());
    let reopened = store.commit(moves(2, Status::Held), at(3)).await;
    assert!(reopened.is_ok());
    let refused = store.commit(opens(6, ["b", "d"]), at(4)).await;
    assert_eq!(refused, taken);
    let closed = store.commit(moves(3, Status::Cancelled), at(5)).await;
    assert!(closed.is_ok());
    let second = store.commit(opens(7, ["b", "d"]), at(6)).await;
    assert!(second.is_ok());
    // The open one first.
    assert_eq!(found(&["a", "b"]).await, [case_id(7), case_id(1)]);
}

#[tokio::test]
async fn a_unit_decided_on_no_open_case_is_stale_when_there_is_one_by_now() {
    let (store, _folder) = store().await;
    let alone = |number| Unit {
        open: Some(new_case(number)),
        no_open_case_of_person: true,
        ..Unit::default()
    };
    assert!(store.commit(alone(1), at(0)).await.is_ok());
    assert_eq!(store.commit(alone(2), at(1)).await, Err(CommitError::Stale));

    let close = CaseChange {
        status: Some(Status::Completed),
        ..CaseChange::of(case_id(1), 1)
    };
    let close = Unit {
        change: Some(close),
        ..Unit::default()
    };
    store.commit(close, at(2)).await.expect("committed");
    assert!(store.commit(alone(3), at(3)).await.is_ok());
}

#[tokio::test]
async fn a_unit_decided_on_room_at_a_provider_is_stale_when_the_last_place_is_taken() {
    let (store, _folder) = store().await;
    let at_provider = |number, open_cases, since| Unit {
        open: Some(new_case(number)),
        room: Some(Room {
            provider: "northside".to_owned(),
            open_cases,
            since,
        }),
        ..Unit::default()
    };
    let chosen = new_case(1).provider.map(|chosen| chosen.slug);
    assert_eq!(
        chosen.as_deref(),
        Some("northside"),
        "the sample's provider"
    );
    for number in [1, 2] {
        let unit = at_provider(number, Some(2), None);
        assert!(store.commit(unit, at(0)).await.is_ok(), "{number}");
    }
    let third = store.commit(at_provider(3, Some(2), None), at(1)).await;
    assert_eq!(third, Err(CommitError::Stale));

    let received = new_case(1).case.received_at;
    let load = |since, except| store.load_of(&Caller::System, "northside", since, except);
    let two = Load {
        open_cases: 2,
        this_week: 2,
    };
    assert_eq!(load(received, case_id(9)).await, Ok(two));
    let close = CaseChange {
        status: Some(Status::Completed),
        ..CaseChange::of(case_id(1), 1)
    };
    let close = Unit {
        change: Some(close),
        ..Unit::default()
    };
    store.commit(close, at(2)).await.expect("committed");
    // What is over is no open case, and came this week all the same.
    let one = Load {
        open_cases: 1,
        this_week: 2,
    };
    assert_eq!(load(received, case_id(9)).await, Ok(one));
    let later = received.checked_add(jiff::SignedDuration::from_secs(1));
    let later = later.expect("a time");
    let none = Load {
        open_cases: 0,
        this_week: 0,
    };
    assert_eq!(load(later, case_id(2)).await, Ok(none), "but for itself");
    let full = store
        .commit(at_provider(4, None, Some((2, received))), at(3))
        .await;
    assert_eq!(full, Err(CommitError::Stale), "the week is full");
    let next_week = at_provider(5, Some(2), Some((2, later)));
    assert!(store.commit(next_week, at(4)).await.is_ok());
}

#[tokio::test]
async fn a_person_without_a_number_is_known_again_by_name_birth_date_and_postcode() {
    let (store, _folder) = store().await;
    let nameless = |number| {
        let mut open = new_case(number);
        open.case.referral.person.nhs_number = None;
        open
    };
    let unit = Unit {
        open: Some(nameless(1)),
        ..Unit::default()
    };
    store.commit(unit, at(0)).await.expect("committed");
    let (key, other) = (request_key(9), nameless(2));
    let receiving = Receiving {
        key: &key,
        service_request_identifiers: &[],
        person: Some(&other.case.referral.person),
    };
    let before = store.before_receive(&practice(), receiving).await;
    let before = before.expect("read");
    assert_eq!(before.open_cases_of_person.len(), 1);
    assert_eq!(before.earlier_case_of_person, Some(case_id(1)));
}

#[tokio::test]
async fn a_providers_key_is_used_once_and_its_response_comes_back_opened() {
    let (store, _folder) = store().await;
    store.commit(receipt(1), at(0)).await.expect("committed");
    let update = UpdateKey {
        case_id: case_id(1),
        provider: "northside".to_owned(),
        client_key: "k1".to_owned(),
        body_hash: [3; 32],
        http: 200,
        response: b"{\"status\":\"accepted\"}".to_vec(),
    };
    let unit = Unit {
        update_key: Some(update.clone()),
        ..Unit::default()
    };
    store.commit(unit.clone(), at(1)).await.expect("committed");
    let error = store.commit(unit, at(2)).await.expect_err("used");
    assert_eq!(error, CommitError::UpdateKeyExists(Box::new(update)));
}

#[tokio::test]
async fn a_message_for_a_case_that_is_not_there_is_stale() {
    let (store, _folder) = store().await;
    let unit = Unit {
        messages: vec![message(7)],
        ..Unit::default()
    };
    assert_eq!(store.commit(unit, at(0)).await, Err(CommitError::Stale));
}

#[tokio::test]
async fn the_writer_goes_on_after_a_panic() {
    let (store, _folder) = store().await;
    store.inner.engine.writer().panic();
    store.commit(receipt(1), at(0)).await.expect("committed");
    assert_eq!(store.figures().failures, 1);
}

#[tokio::test]
async fn everything_is_there_after_closing_and_opening_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("gateway.sqlite");
    let key = folder.path().join("master.key");
    let url = StoreUrl::Sqlite(path);
    let open = async || {
        let seal = Seal::create_dev(&key).expect("a key");
        Store::open(&url, seal).await.expect("a store")
    };

    let store = open().await;
    store.commit(receipt(1), at(0)).await.expect("committed");
    drop(store);

    let store = open().await;
    let row = store.case_by_id(&practice(), case_id(1)).await;
    let row = row.expect("read").expect("the case");
    let case = store.unseal_case(&row).expect("opened");
    let family = case.referral.person.name.family;
    assert_eq!(
        family.map(|name| name.expose().clone()).as_deref(),
        Some(super::given::FAMILY)
    );
    let answer = store.answer(&practice(), &request_key(1)).await;
    assert_eq!(answer, Ok(Some(answered(1))));
    let repeat = store.commit(receipt(1), at(1)).await;
    assert!(matches!(repeat, Err(CommitError::AlreadyAnswered(_))));
}

#[tokio::test]
async fn what_was_committed_is_there_after_a_crash_that_left_a_log_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let after = tempfile::tempdir().expect("a folder");
    let key = folder.path().join("master.key");
    let open = async |folder: &tempfile::TempDir| {
        let seal = Seal::create_dev(&key).expect("a key");
        let url = StoreUrl::Sqlite(folder.path().join("gateway.sqlite"));
        Store::open(&url, seal).await.expect("a store")
    };
    let store = open(&folder).await;
    store.commit(receipt(1), at(0)).await.expect("committed");
    // The files as a killed process leaves them; the shared-memory index goes with it.
    for name in ["gateway.sqlite", "gateway.sqlite-wal"] {
        let (from, to) = (folder.path().join(name), after.path().join(name));
        assert!(std::fs::copy(from, to).expect("copied") > 0 || name == "gateway.sqlite");
    }

    let recovered = open(&after).await;
    let answer = recovered.answer(&practice(), &request_key(1)).await;
    assert_eq!(answer, Ok(Some(answered(1))));
    assert_eq!(
        recovered.integrity().await.expect("checked").faults,
        [""; 0]
    );
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let (store, folder) = store().await;
    store.commit(receipt(1), at(0)).await.expect("committed");
    for entry in std::fs::read_dir(folder.path()).expect("listed") {
        let entry = entry.expect("an entry");
        let mode = entry.metadata().expect("known").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", entry.path().display());
    }
}
