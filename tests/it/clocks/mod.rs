//! Clocks, the queue and the watch over both: nobody waits unseen (DESIGN I9).

mod alerts;
mod milestones;
mod page;
mod queue;
mod silence;
mod watch;

use jiff::{SignedDuration, Timestamp};
use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::config::{Clock, Settings};
use workwell_gateway::conformance::parties::gp::Answer;
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::{Consent, Place, Referral, Stop, StopAs};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::domain::clock::end_of_working_day;
use workwell_gateway::domain::identifiers::CaseId;
use workwell_gateway::domain::queue::QueueKind;
use workwell_gateway::domain::status::Status;
use workwell_gateway::gateway::correct::Correction;
use workwell_gateway::gateway::read::cases::Known;
use workwell_gateway::gateway::read::outbox::{Leg, LegState};
use workwell_gateway::gateway::read::queue::{Entry, Filter};
use workwell_gateway::gateway::watch_clocks::Watched;

use crate::support::TestGateway;
use crate::support::call::{Call, Got};

/// A gateway under a clock of the test's own, whose parties do nothing by themselves.
async fn quiet(change: impl FnOnce(&mut Settings)) -> (TestGateway, Clock) {
    let clock = Clock::fixed(Timestamp::now());
    let gateway = TestGateway::at(clock.clone(), change).await;
    let away = Script::silent().received(Reception::Hang { times: u32::MAX });
    gateway.parties.borough_works.desk.script_usual(away);
    for desk in [
        &gateway.parties.lantern.desk,
        &gateway.parties.vale_nhs_trust.desk,
    ] {
        desk.script_usual(Script::silent());
    }
    (gateway, clock)
}

async fn refer(gateway: &TestGateway, referral: &Referral) -> Answer {
    let answer = gateway.refer(referral).await;
    assert!(answer.accepted(), "{answer:?}");
    answer
}

/// A referral that waits to be fetched by the council.
async fn waiting(gateway: &TestGateway, seed: u64) -> (Referral, Answer, Leg) {
    let referral = Referral::new(seed).at(Place::BOROUGH_WORKS);
    let answer = refer(gateway, &referral).await;
    let leg = gateway.leg_in(LegKind::Deliver, LegState::Waiting).await;
    (referral, answer, leg)
}

/// A referral that waits for a person here.
async fn held(gateway: &TestGateway, seed: u64) -> (Referral, Answer, CaseId) {
    let referral = Referral::new(seed)
        .at(Place::LANTERN)
        .workwell_consent(Consent::Absent);
    let answer = refer(gateway, &referral).await;
    let reference = answer.case_reference().expect("a reference");
    let id = know(gateway, reference).await.row.id;
    (referral, answer, id)
}

/// The open statuses of a case that its provider has.
const AT_ITS_PROVIDER: [Status; 8] = [
    Status::Delivered,
    Status::Acknowledged,
    Status::Accepted,
    Status::ContactAttempted,
    Status::DidNotAttend,
    Status::AssessmentBooked,
    Status::InSupport,
    Status::Paused,
];

/// A case that the council has fetched.
async fn fetched(gateway: &TestGateway, seed: u64) -> (Referral, Answer, Leg) {
    let (referral, answer, leg) = waiting(gateway, seed).await;
    council(gateway, "GET", &format!("cases/{}", leg.case_id)).await;
    (referral, answer, leg)
}

async fn know(gateway: &TestGateway, which: &str) -> Known {
    let found = gateway.running.gateway.know_case(&operator(), which).await;
    found.expect("the case is known")
}

fn operator() -> Caller {
    Caller::Operator("Demo operator".to_owned())
}

async fn correct(gateway: &TestGateway, id: CaseId, to: Status) {
    let correction = Correction {
        to,
        evidence: "call 1".to_owned(),
        reason: None,
    };
    let corrected = gateway
        .running
        .gateway
        .correct(&operator(), id, &correction)
        .await;
    assert_eq!(corrected, Ok(to));
}

/// The council's system calls.
async fn council(gateway: &TestGateway, method: &str, path: &str) -> Got {
    let url = format!("{}/{path}", gateway.provider_api());
    let call = if method == "POST" {
        Call::post(url)
    } else {
        Call::get(url)
    };
    let desk = &gateway.parties.borough_works.desk;
    let got = call.token(desk.api().token()).send().await;
    assert!(got.status < 300, "{} {}", got.status, got.text);
    got
}

async fn stop(gateway: &TestGateway, referral: &Referral, answer: &Answer, how: StopAs) {
    let stop = Stop::of(&answer.body, referral.correlation_id(), how);
    let stopped = gateway.stop(&stop).await;
    assert!(stopped.expect("an answer").accepted());
}

/// The open entries, the oldest first.
async fn queue(gateway: &TestGateway) -> Vec<Entry> {
    let page = gateway
        .running
        .gateway
        .queue_page(&operator(), &Filter::default())
        .await
        .expect("the queue is read");
    page.waiting
        .into_iter()
        .map(|waiting| waiting.row)
        .collect()
}

async fn kinds(gateway: &TestGateway) -> Vec<QueueKind> {
    let entries = queue(gateway).await;
    entries.iter().map(|entry| entry.entry.kind).collect()
}

/// One round of the watch.
async fn watch(gateway: &TestGateway) -> Watched {
    let watched = gateway.running.gateway.watch_clocks().await;
    watched
        .expect("the store is there")
        .expect("the job is ours")
}

/// Moves the clock to this instant.
fn until(clock: &Clock, at: Timestamp) {
    let span: SignedDuration = at.duration_since(clock.now());
    assert!(!span.is_negative(), "the clock does not go back");
    clock.advance(span);
}

/// Moves the clock to the end of the next working day.
fn until_next_working_day(gateway: &TestGateway, clock: &Clock) {
    let calendar = gateway.running.gateway.settings().working_days();
    until(clock, end_of_working_day(clock.now(), 1, &calendar));
}

/// Moves the clock to the instant at which the case's next step is due.
async fn until_due(gateway: &TestGateway, clock: &Clock, reference: &str) {
    let due = know(gateway, reference).await.row.milestone;
    until(clock, due.expect("something is awaited").at);
}
