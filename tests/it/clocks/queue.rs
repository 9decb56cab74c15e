//! What waits for a person stands in the queue from the same commit on, and leaves it
//! with what it was about.

use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::providers::Script;
use workwell_gateway::conformance::parties::referral::{Place, Referral, StopAs};
use workwell_gateway::domain::clock::end_of_working_day;
use workwell_gateway::domain::queue::QueueKind;
use workwell_gateway::domain::status::Status;
use workwell_gateway::gateway::read::cases::CaseFilter;
use workwell_gateway::gateway::read::outbox::{Leg, LegState};
use workwell_gateway::gateway::resolve::Resolution;

use super::{correct, held, kinds, know, operator, queue, quiet, refer, stop, watch};
use crate::support::call::Call;
use crate::support::receiver::{Receiver, Reply};
use crate::support::{TestGateway, eventually};

/// A delivery that the charity has refused, and the receiver that did so.
async fn parked() -> (TestGateway, Receiver, Referral, super::Answer, Leg) {
    let receiver = Receiver::start().await;
    receiver.answer_usual(Reply::Status(400));
    let url = receiver.url();
    let (gateway, _) = quiet(|settings| {
        let lantern = settings.providers.entry("lantern".to_owned()).or_default();
        lantern.url = Some(url);
    })
    .await;
    let referral = Referral::new(1).at(Place::LANTERN);
    let answer = refer(&gateway, &referral).await;
    let leg = gateway.leg_in(LegKind::Deliver, LegState::Parked).await;
    (gateway, receiver, referral, answer, leg)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_case_is_in_the_queue_with_an_owner_until_it_is_decided() {
    let (gateway, _) = quiet(|_| ()).await;
    let (_, answer, id) = held(&gateway, 1).await;
    let entries = queue(&gateway).await;
    assert_eq!(entries.len(), 1);
    let entry = &entries[0].entry;
    assert_eq!(
        (entry.kind, entry.reason.as_str(), entry.owner.as_str()),
        (
            QueueKind::Held,
            "workwell-consent-not-recorded",
            "Demo operator"
        )
    );
    correct(&gateway, id, Status::Withdrawn).await;
    // The decision is made; that the person is back has still to be heard.
    assert_eq!(kinds(&gateway).await, [QueueKind::ReturnUnheard]);
    let known = know(&gateway, answer.case_reference().expect("a reference")).await;
    let (_, by, how) = known.queue[0].closed.clone().expect("closed");
    assert_eq!(
        (by.as_str(), how.as_str()),
        ("operator:Demo operator", "stopped")
    );
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_case_that_was_held_waits_for_nobody() {
    let (gateway, _) = quiet(|_| ()).await;
    let (referral, answer, _) = held(&gateway, 1).await;
    stop(&gateway, &referral, &answer, StopAs::Cancelled).await;
    assert!(kinds(&gateway).await.is_empty());
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_put_on_hold_by_hand_is_in_the_queue_like_any_other() {
    let (gateway, _) = quiet(|_| ()).await;
    let (_, answer, leg) = super::waiting(&gateway, 1).await;
    let by_hand = &gateway.running.gateway;
    let held = by_hand.hold(&operator(), leg.case_id, "call 1").await;
    assert_eq!(held, Ok(Status::Held));
    assert_eq!(kinds(&gateway).await, [QueueKind::Held]);
    let known = know(&gateway, answer.case_reference().expect("a reference")).await;
    assert_eq!(
        known.row.hold.map(|hold| hold.reason).as_deref(),
        Some("operator-hold")
    );
    let decided = Resolution {
        evidence: "call 2".to_owned(),
        send_anyway: false,
        consent: None,
    };
    let resolved = by_hand.resolve(&operator(), leg.case_id, &decided).await;
    assert_eq!(resolved, Ok(Status::Routed));
    assert!(kinds(&gateway).await.is_empty());
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_word_holds_once_and_a_known_one_ends_it() {
    let (gateway, _) = quiet(|_| ()).await;
    let desk = &gateway.parties.lantern.desk;
    desk.script_usual(Script::unknown_word());
    refer(&gateway, &Referral::new(1).at(Place::LANTERN)).await;
    let leg = eventually("the word is held", || async {
        let entries = queue(&gateway).await;
        entries.first().map(|entry| entry.entry.case_id)
    })
    .await;
    assert_eq!(kinds(&gateway).await, [QueueKind::Held]);
    correct(&gateway, leg, Status::Accepted).await;
    assert!(kinds(&gateway).await.is_empty());
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_leg_is_in_the_queue_until_it_is_sent_again() {
    let (gateway, receiver, _, _, leg) = parked().await;
    let entries = queue(&gateway).await;
    let entry = &entries[0].entry;
    assert_eq!(entries.len(), 1);
    assert_eq!(entry.subject, format!("deliver:{}", leg.id));
    assert_eq!(
        (entry.kind, entry.reason.as_str()),
        (QueueKind::Parked, "WW-DLV-005")
    );
    // It fails again: the new entry is another one.
    let again = gateway.running.gateway.retry(&operator(), leg.id).await;
    assert!(again.is_ok());
    receiver.until_taken(2).await;
    gateway.leg_in(LegKind::Deliver, LegState::Parked).await;
    let second = eventually("it is parked again", || async {
        queue(&gateway).await.pop()
    })
    .await;
    assert_ne!(second.entry.id, entry.id);
    receiver.answer_usual(Reply::Status(204));
    let again = gateway.running.gateway.retry(&operator(), leg.id).await;
    assert!(again.is_ok());
    assert!(kinds(&gateway).await.is_empty());
    gateway.leg_in(LegKind::Deliver, LegState::Delivered).await;
    assert!(kinds(&gateway).await.is_empty());
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_takes_what_it_stopped_out_of_the_queue() {
    let (gateway, receiver, referral, answer, _) = parked().await;
    receiver.answer_usual(Reply::Status(200));
    stop(&gateway, &referral, &answer, StopAs::Cancelled).await;
    gateway.leg_in(LegKind::Deliver, LegState::Stopped).await;
    // The charity may have it: that it has heard is what is waited for now.
    assert_eq!(kinds(&gateway).await, [QueueKind::StopUnheard]);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_that_stops_takes_what_it_stopped_out_of_the_queue() {
    let (gateway, receiver, _, _, leg) = parked().await;
    receiver.answer_usual(Reply::Status(200));
    correct(&gateway, leg.case_id, Status::Withdrawn).await;
    gateway.leg_in(LegKind::Deliver, LegState::Stopped).await;
    eventually(
        "the referrer hears; the charity's word is awaited",
        || async { (kinds(&gateway).await == [QueueKind::StopUnheard]).then_some(()) },
    )
    .await;
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_cannot_be_delivered_stays_in_the_queue_although_the_case_is_over() {
    let (gateway, receiver, referral, answer, _) = parked().await;
    stop(&gateway, &referral, &answer, StopAs::EnteredInError).await;
    gateway.leg_in(LegKind::Stop, LegState::Parked).await;
    let both = [QueueKind::StopUnheard, QueueKind::Parked];
    eventually("the stop is in the queue", || async {
        (kinds(&gateway).await == both).then_some(())
    })
    .await;
    let entries = queue(&gateway).await;
    assert!(entries[1].entry.subject.starts_with("stop:"));
    // The watch leaves it there: nobody has worked it.
    watch(&gateway).await;
    assert_eq!(kinds(&gateway).await, both);
    drop(receiver);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crisis_comes_first_is_due_the_same_working_day_and_says_whom_to_ring() {
    let (gateway, clock) = quiet(|_| ()).await;
    let (_, older, _) = held(&gateway, 1).await;
    let urgent = Referral::new(2).at(Place::LANTERN).red_flag();
    let urgent = refer(&gateway, &urgent).await;
    let urgent = urgent.case_reference().expect("a reference").to_owned();

    let admin = |query: &str| Call::get(format!("{}/admin/{query}", gateway.admin()));
    let first = admin("queue?limit=1").send().await.json();
    let entry = &first["entries"][0];
    assert_eq!(entry["case"]["reference"], urgent.as_str());
    let calendar = gateway.running.gateway.settings().working_days();
    let due = end_of_working_day(clock.now(), 0, &calendar);
    assert_eq!(entry["dueAt"], due.to_string());
    assert_eq!(entry["ring"]["organisation"]["odsCode"], "Y99001");
    let name = entry["ring"]["organisation"]["name"].as_str();
    let name = name.expect("the practice's name").to_owned();
    let call = entry["whatToDo"][0]["words"].as_str().expect("words");
    assert!(call.starts_with("Call the referrer now") && call.contains(&name));
    // The next page goes on with what is older.
    let after = first["next"].as_i64().expect("there is more");
    let second = admin(&format!("queue?limit=1&after={after}"))
        .send()
        .await
        .json();
    let older = older.case_reference().expect("a reference");
    assert_eq!(second["entries"][0]["case"]["reference"], older);
    assert_eq!(second["next"], serde_json::Value::Null);

    let page = admin("queue.html").send().await.text;
    let place = |reference: &str| page.find(reference).expect("a card");
    assert!(place(&urgent) < place(older) && page.contains(&name));
    let (operator, all) = (operator(), CaseFilter::default());
    let cases = gateway.running.gateway.find_cases(&operator, &all);
    let cases = cases.await.expect("the cases");
    assert_eq!(cases[0].reference.as_str(), urgent);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_practice_of_a_restricted_person_is_named_by_no_card() {
    let (gateway, _) = quiet(|_| ()).await;
    let person = Referral::new(1).at(Place::LANTERN).security("R").red_flag();
    refer(&gateway, &person).await;
    for path in ["queue", "queue.html"] {
        let got = Call::get(format!("{}/admin/{path}", gateway.admin()))
            .send()
            .await;
        assert!(got.text.contains("Call the referrer now: the person"));
        assert!(got.text.contains("restricted") && !got.text.contains("Y99001"));
        let practice = "Lamplight Lane";
        let cards = got.text.split("<main").last().unwrap_or_default();
        assert!(!cards.contains(practice), "{cards}");
    }
    gateway.end().await;
}
