//! A store that was put back: nothing is sent until a person has confirmed it.

use jiff::Timestamp;
use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::referral::{Place, Referral, Stop, StopAs};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::domain::queue::QueueKind;
use workwell_gateway::gateway::read::outbox::LegState;
use workwell_gateway::gateway::read::queue::Filter;
use workwell_gateway::gateway::upkeep::{self, What};

use super::{beside, file_of, over_a_file, readiness, refer, rows};
use crate::support::receiver::{Receiver, Reply};
use crate::support::{TestGateway, eventually};

/// Waits until the gateway takes work, or does not.
async fn until_ready(gateway: &TestGateway, wanted: u16) -> String {
    eventually("the readiness that is waited for", || async {
        let (status, text) = readiness(gateway).await;
        (status == wanted).then_some(text)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_put_back_sends_nothing_until_it_is_confirmed_and_names_what_it_lost() {
    let receiver = Receiver::start().await;
    receiver.answer_usual(Reply::Status(503));
    let gateway = over_a_file(&receiver).await;
    // Before the backup: two cases, neither delivered yet.
    let (_, first) = refer(&gateway, 1).await;
    let (second_referral, second) = refer(&gateway, 2).await;
    receiver.until_taken(2).await;
    let gateway = gateway
        .restart_after(|settings| {
            std::fs::copy(file_of(settings), beside(settings, "backup.db")).expect("copied");
        })
        .await;
    // After it: a third case, and the second one's end.
    let (_, third) = refer(&gateway, 3).await;
    let stop = Stop::of(
        &second.body,
        second_referral.correlation_id(),
        StopAs::Cancelled,
    );
    let stopped = gateway.stop(&stop).await;
    assert_eq!(stopped.expect("an answer").status, 200);
    let gateway = gateway
        .restart_after(|settings| {
            std::fs::copy(beside(settings, "backup.db"), file_of(settings)).expect("put back");
        })
        .await;

    // Held from the first moment on.
    receiver.answer_usual(Reply::Status(200));
    let text = until_ready(&gateway, 503).await;
    assert!(
        text.starts_with("not ready: store:confirmed\nWW-STO-014 "),
        "{text}"
    );
    let taken = receiver.taken().len();
    let refused = gateway.refer(&Referral::new(4).at(Place::LANTERN)).await;
    assert_eq!(refused.status, 503);
    assert!(format!("{}", refused.body).contains("WW-STO-014"));
    let read = |answer: &workwell_gateway::conformance::parties::gp::Answer| {
        let id = answer.service_request_id().expect("an id");
        format!("ServiceRequest/{id}")
    };
    let gp = &gateway.parties.gp;
    let here = gp.get(&gateway.bars(), &read(&first)).await;
    assert_eq!(here.expect("an answer").status, 200);
    // Not "there is no such referral": it may be one of those that were lost.
    let lost = gp.get(&gateway.bars(), &read(&third)).await;
    assert_eq!(lost.expect("an answer").status, 503);

    // What was lost, and for whom.
    let settings = gateway.settings().clone();
    let found = upkeep::lost(&settings, &[], false).await.expect("a list");
    let cases = found.referrers.get("Y99001").expect("the practice");
    let told: Vec<_> = cases
        .iter()
        .map(|case| (case.reference.to_string(), case.what))
        .collect();
    let reference = |answer: &workwell_gateway::conformance::parties::gp::Answer| {
        answer.case_reference().expect("a reference").to_owned()
    };
    let expected = [
        (reference(&third), What::Referral),
        (reference(&second), What::Cancellation),
    ];
    assert_eq!(told, expected);

    // Nothing has been sent, however often it was due meanwhile.
    assert_eq!(receiver.taken().len(), taken);

    let now = Timestamp::now();
    let done = upkeep::confirm(&settings, Some("A. Example"), &[], now).await;
    let done = done.expect("confirmed");
    assert_eq!((done.epoch, done.parked), (Some(3), 1));
    until_ready(&gateway, 200).await;
    let delivered = eventually("the first case is delivered", || async {
        let legs = gateway.legs(LegKind::Deliver).await;
        legs.into_iter()
            .find(|leg| leg.state == LegState::Delivered)
    })
    .await;
    let case = gateway.case_of(&delivered).await;
    assert_eq!(case.reference.to_string(), reference(&first));
    // The one whose cancellation was lost is not.
    let legs = gateway.legs(LegKind::Deliver).await;
    let parked = legs.iter().filter(|leg| leg.state == LegState::Parked);
    assert_eq!(parked.count(), 1);
    // Its person stands before the operator, who may have to ask the practice.
    let entries = gateway
        .running
        .gateway
        .queue_page(&Caller::System, &Filter::default())
        .await
        .expect("the queue is read");
    let of_second: Vec<_> = entries
        .waiting
        .iter()
        .filter(|waiting| waiting.case.reference.as_str() == reference(&second))
        .map(|waiting| (waiting.row.entry.kind, waiting.row.entry.reason.as_str()))
        .collect();
    assert_eq!(of_second, [(QueueKind::Parked, "WW-STO-014")]);

    let facts = rows(
        &settings,
        "SELECT actor, details FROM audit WHERE kind = 'store.confirmed'",
    );
    let [fact] = &facts[..] else {
        panic!("one fact: {facts:?}")
    };
    assert_eq!(fact[0], "operator:A. Example");
    assert!(fact[1].contains(r#""lost":"2""#), "{fact:?}");
    // Confirmed is confirmed, and what was listed then is listed on demand only.
    let left = upkeep::lost(&settings, &[], false).await.expect("a list");
    assert_eq!((left.count(), left.since.is_some()), (0, true));
    let all = upkeep::lost(&settings, &[], true).await.expect("a list");
    // The cancellation too: its case is open still.
    assert_eq!(all.count(), 2);
    let again = upkeep::confirm(&settings, None, &[], now).await;
    assert_eq!(again.expect("nothing to do").epoch, None);
    let gateway = gateway.restart().await;
    assert_eq!(readiness(&gateway).await.0, 200);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_store_in_the_place_of_a_full_one_is_held() {
    let receiver = Receiver::start().await;
    let gateway = over_a_file(&receiver).await;
    refer(&gateway, 1).await;
    let gateway = gateway
        .restart_after(|settings| std::fs::remove_file(file_of(settings)).expect("removed"))
        .await;
    assert_eq!(readiness(&gateway).await.0, 503);
    let lost = upkeep::lost(gateway.settings(), &[], false)
        .await
        .expect("a list");
    assert_eq!(lost.count(), 1);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_without_its_epoch_file_is_held_and_a_cancellation_is_taken_meanwhile() {
    let receiver = Receiver::start().await;
    receiver.answer_usual(Reply::Status(503));
    let gateway = over_a_file(&receiver).await;
    let (referral, answer) = refer(&gateway, 1).await;
    receiver.until_taken(1).await;
    let gateway = gateway
        .restart_after(|settings| {
            std::fs::remove_file(&settings.store.epoch_file).expect("removed");
        })
        .await;
    let text = until_ready(&gateway, 503).await;
    assert!(text.contains("there is no epoch file"), "{text}");
    let sent = receiver.taken().len();
    let stop = Stop::of(&answer.body, referral.correlation_id(), StopAs::Cancelled);
    let stopped = gateway.stop(&stop).await;
    assert_eq!(stopped.expect("an answer").status, 200);
    let unknown = Stop::of(&answer.body, uuid::Uuid::new_v4(), StopAs::Cancelled);
    let unknown = unknown.of_unknown_referral();
    let unknown = gateway.stop(&unknown).await;
    assert_eq!(unknown.expect("an answer").status, 503);
    // Neither the delivery nor the stop that follows it leaves.
    assert_eq!(receiver.taken().len(), sent);
    receiver.answer_usual(Reply::Status(200));
    let now = Timestamp::now();
    let done = upkeep::confirm(gateway.settings(), None, &[], now).await;
    assert_eq!(done.expect("confirmed").lost.count(), 0);
    gateway.leg_in(LegKind::Stop, LegState::Delivered).await;
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_holds_ids_and_no_datum_of_the_person() {
    let receiver = Receiver::start().await;
    let gateway = over_a_file(&receiver).await;
    let (_, answer) = refer(&gateway, 1).await;
    let folder = gateway.settings().store.journal_folder.clone();
    let files = std::fs::read_dir(folder).expect("the journal");
    let text: String = files
        .map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("a text"))
        .collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    assert_eq!(words.len(), 6, "{text}");
    assert_eq!(words[1], "new");
    assert_eq!(Some(words[2]), answer.case_reference());
    assert_eq!(words[4], "Y99001");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_gateways_on_one_file_are_refused() {
    let receiver = Receiver::start().await;
    let gateway = over_a_file(&receiver).await;
    let settings = gateway.settings().clone();
    let tools = workwell_gateway::start::Tools::default();
    let second = workwell_gateway::start::start(settings, tools).await;
    let faults = second.err().expect("a refusal");
    assert_eq!(faults[0].entry.code, "WW-STO-017");
    gateway.end().await;
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_put_back_under_a_running_gateway_is_found_without_a_restart() {
    let Some(database) = crate::support::postgres::database().await else {
        return;
    };
    let gateway = TestGateway::on(database).await;
    let (_, answer) = refer(&gateway, 1).await;
    gateway.leg_in(LegKind::Deliver, LegState::Delivered).await;
    // Until the file outside the store has it, too.
    let file = gateway.settings().store.epoch_file.clone();
    eventually("the file keeps how far the store has come", || async {
        let text = std::fs::read_to_string(&file).ok()?;
        (!text.contains("audit = 0\n")).then_some(())
    })
    .await;
    // As if the log had been played up to an earlier point.
    gateway.store.execute(
        "ALTER TABLE audit DISABLE TRIGGER ALL; DELETE FROM audit;
         DELETE FROM update_keys; DELETE FROM legs; DELETE FROM events; DELETE FROM messages;
         DELETE FROM answers; DELETE FROM cases; ALTER TABLE audit ENABLE TRIGGER ALL",
    );
    until_ready(&gateway, 503).await;
    let lost = upkeep::lost(gateway.settings(), &[], false).await;
    let lost = lost.expect("a list");
    let cases = lost.referrers.get("Y99001").expect("the practice");
    assert_eq!(
        Some(cases[0].reference.to_string().as_str()),
        answer.case_reference()
    );
    let now = Timestamp::now();
    let done = upkeep::confirm(gateway.settings(), None, &[], now).await;
    assert_eq!(done.expect("confirmed").epoch, Some(3));
    until_ready(&gateway, 200).await;
    gateway.end().await;
}
