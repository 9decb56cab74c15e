//! The watch: what does not come in time is put before a person, the referrer is told,
//! and nothing expires in silence. The test's clock drives it; nothing waits.

use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::gp::Response;
use workwell_gateway::conformance::parties::referral::{Place, Referral, StopAs};
use workwell_gateway::domain::clock::date_in_england;
use workwell_gateway::domain::queue::QueueKind;
use workwell_gateway::domain::status::Status;
use workwell_gateway::gateway::read::outbox::LegState;
use workwell_gateway::gateway::watch_clocks::Watched;

use super::{
    AT_ITS_PROVIDER, correct, council, fetched, held, kinds, know, queue, quiet, refer, stop,
    until, until_due, until_next_working_day, waiting, watch,
};
use crate::support::receiver::{Receiver, Reply};
use crate::support::{TestGateway, eventually};

/// Waits until the practice has read a line that begins so, and gives it.
async fn line(gateway: &TestGateway, referral: &Referral, begins: &str) -> (String, Response) {
    eventually("the practice is told", || async {
        let responses = gateway.parties.gp.responses_to(referral.bundle_id());
        responses.into_iter().find_map(|response| {
            let found = response
                .texts
                .iter()
                .find(|text| text.starts_with(begins))?;
            Some((found.clone(), response.clone()))
        })
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_nobody_fetches_is_raised_once_and_then_called_for_again_and_again() {
    let (gateway, clock) = quiet(|_| ()).await;
    let (referral, answer, _) = waiting(&gateway, 1).await;
    let reference = answer.case_reference().expect("a reference");
    let came = date_in_england(clock.now());
    assert_eq!(watch(&gateway).await, Watched::default());
    until_due(&gateway, &clock, reference).await;
    let first = watch(&gateway).await;
    assert_eq!(
        (first.overdue, first.raised, first.alerted, first.told),
        (1, 1, 1, 0)
    );
    assert_eq!(watch(&gateway).await, Watched::default());
    let entries = queue(&gateway).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].entry.kind, QueueKind::Uncollected);
    assert_eq!(entries[0].entry.owner, "Demo operator");
    let id = entries[0].entry.id;

    for round in 1..=5 {
        until_next_working_day(&gateway, &clock);
        let watched = watch(&gateway).await;
        let told = usize::from(round == 1);
        assert_eq!(
            (watched.raised, watched.alerted, watched.told),
            (0, 1, told)
        );
        let entry = queue(&gateway).await.remove(0);
        assert_eq!(entry.entry.id, id);
        assert!(entry.entry.due_at <= clock.now(), "overdue stays overdue");
        assert_eq!(
            watch(&gateway).await,
            Watched::default(),
            "once a working day"
        );
        let again = know(&gateway, reference).await.row.milestone;
        assert!(
            again.is_some_and(|due| due.at > clock.now()),
            "its clock runs"
        );
    }
    let (words, response) = line(&gateway, &referral, "No news since ").await;
    let day = came.strftime("%-d %B %Y").to_string();
    assert_eq!(words, format!("No news since {day}"));
    assert_eq!(response.encounter_status, "planned");
    assert_eq!(gateway.parties.gp.faults(), Vec::<String>::new());
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_late_ends_the_call() {
    let (gateway, clock) = quiet(|_| ()).await;
    let (_, answer, leg) = waiting(&gateway, 1).await;
    until_due(
        &gateway,
        &clock,
        answer.case_reference().expect("a reference"),
    )
    .await;
    watch(&gateway).await;
    assert_eq!(kinds(&gateway).await, [QueueKind::Uncollected]);
    council(&gateway, "GET", &format!("cases/{}", leg.case_id)).await;
    assert!(kinds(&gateway).await.is_empty());
    assert_eq!(watch(&gateway).await, Watched::default());
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_open_status_is_raised_under_the_kind_that_fits_it() {
    let (gateway, clock) = quiet(|_| ()).await;
    let (referral, answer, leg) = waiting(&gateway, 1).await;
    let reference = answer.case_reference().expect("a reference");
    let overdue = async || {
        until_due(&gateway, &clock, reference).await;
        watch(&gateway).await;
        kinds(&gateway).await
    };
    assert_eq!(overdue().await, [QueueKind::Uncollected]);
    council(&gateway, "GET", &format!("cases/{}", leg.case_id)).await;
    for status in AT_ITS_PROVIDER {
        correct(&gateway, leg.case_id, status).await;
        let kind = match status {
            Status::Delivered => QueueKind::Unacknowledged,
            _ => QueueKind::Silent,
        };
        assert_eq!(overdue().await, [kind], "{}", status.code());
    }
    stop(&gateway, &referral, &answer, StopAs::Cancelled).await;
    assert_eq!(kinds(&gateway).await, [QueueKind::StopUnheard]);
    assert_eq!(overdue().await, [QueueKind::StopUnheard]);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_referrer_of_a_held_case_hears_that_there_is_no_news_and_not_why() {
    let (gateway, clock) = quiet(|_| ()).await;
    let (referral, answer, _) = held(&gateway, 1).await;
    until_due(
        &gateway,
        &clock,
        answer.case_reference().expect("a reference"),
    )
    .await;
    let watched = watch(&gateway).await;
    assert_eq!((watched.raised, watched.told), (0, 1), "{watched:?}");
    let (_, response) = line(&gateway, &referral, "No news since ").await;
    assert_eq!(response.encounter_status, "planned");
    assert!(response.texts.iter().all(|text| !text.contains("consent")));
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_delivery_is_not_called_for_twice_and_its_referrer_is_told() {
    let receiver = Receiver::start().await;
    receiver.answer_usual(Reply::Status(400));
    let url = receiver.url();
    let (gateway, clock) = quiet(|settings| {
        let lantern = settings.providers.entry("lantern".to_owned()).or_default();
        lantern.url = Some(url);
    })
    .await;
    let referral = Referral::new(1).at(Place::LANTERN);
    let answer = refer(&gateway, &referral).await;
    gateway.leg_in(LegKind::Deliver, LegState::Parked).await;
    until_due(
        &gateway,
        &clock,
        answer.case_reference().expect("a reference"),
    )
    .await;
    let watched = watch(&gateway).await;
    assert_eq!((watched.overdue, watched.raised, watched.told), (1, 0, 1));
    assert_eq!(kinds(&gateway).await, [QueueKind::Parked]);
    line(&gateway, &referral, "No news since ").await;
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_stretch_of_silence_is_told_once_however_many_entries_it_has() {
    let (gateway, clock) = quiet(|_| ()).await;
    let (referral, answer, leg) = fetched(&gateway, 1).await;
    let reference = answer.case_reference().expect("a reference");
    until_due(&gateway, &clock, reference).await;
    watch(&gateway).await;
    let entry = queue(&gateway).await.remove(0);
    until(&clock, entry.entry.due_at);
    assert_eq!(watch(&gateway).await.told, 1);
    line(&gateway, &referral, "No news since ").await;
    // The same silence under another name tells nothing new; real news begins another.
    correct(&gateway, leg.case_id, Status::Accepted).await;
    until_due(&gateway, &clock, reference).await;
    watch(&gateway).await;
    let entry = queue(&gateway).await.remove(0);
    until(&clock, entry.entry.due_at);
    assert_eq!(watch(&gateway).await.told, 1);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_another_process_has_the_job_this_one_does_nothing_and_takes_it_up_after() {
    let (gateway, clock) = quiet(|_| ()).await;
    let (_, answer, _) = waiting(&gateway, 1).await;
    assert_eq!(watch(&gateway).await, Watched::default());
    until_due(
        &gateway,
        &clock,
        answer.case_reference().expect("a reference"),
    )
    .await;
    // Any sixteen bytes are another process.
    let other = "UPDATE leases SET holder = (SELECT id FROM cases), expires = ";
    gateway.store.execute(&format!("{other}9000000000000000"));
    let watched = gateway.running.gateway.watch_clocks().await;
    assert_eq!(watched, Ok(None));
    assert!(kinds(&gateway).await.is_empty());
    gateway.store.execute("UPDATE leases SET expires = 0");
    assert_eq!(watch(&gateway).await.raised, 1);
    gateway.end().await;
}
