//! Sent in error, or for the wrong person: recalled from whoever has it.

use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::referral::{Place, StopAs};
use workwell_gateway::domain::status::Status;
use workwell_gateway::gateway::read::outbox::LegState;

use super::withdrawn::lantern_at;
use crate::support::TestGateway;
use crate::support::casework::{CALLED, Casework};
use crate::support::receiver::{Receiver, Reply};

const WRONG_PERSON: [&str; 7] = [
    "correct",
    "--to",
    "entered-in-error",
    "--reason",
    "wrong-person",
    "--evidence",
    "incident 4",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_person_is_recalled_from_its_holder_and_the_referrer_gets_the_news() {
    let receiver = Receiver::start().await;
    let gateway = TestGateway::with(|settings| lantern_at(settings, &receiver)).await;
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "delivered", "provider").await;
    for _ in 0..2 {
        assert_eq!(case.done(&gateway, &WRONG_PERSON).await, "entered-in-error");
    }
    case.until(&gateway, "entered-in-error", "referrer").await;
    case.until_told(&gateway, "Sent for the wrong person").await;
    let recall = gateway.leg_in(LegKind::Stop, LegState::Delivered).await;
    let says = recall.says.map(Status::code);
    assert_eq!(says, Some("entered-in-error"));
    let gateway = gateway.restart().await;
    let waits = ["stop-unheard lantern awaiting-acknowledgement"];
    assert_eq!(
        Casework::queue(&gateway),
        waits,
        "until the charity says so"
    );
    assert_eq!(receiver.taken().len(), 2, "the case, then one recall");
    let row = case.row(&gateway).await;
    assert_eq!(row.closure_reason.as_deref(), Some("wrong-person"));
    let said = [&["stopped", "--provider", "lantern"], &CALLED[..]].concat();
    assert_eq!(case.done(&gateway, &said).await, "entered-in-error");
    assert!(Casework::queue(&gateway).is_empty());
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recall_is_not_queued_behind_a_cancellation_that_is_parked() {
    let receiver = Receiver::start().await;
    let gateway = TestGateway::with(|settings| lantern_at(settings, &receiver)).await;
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "delivered", "provider").await;
    receiver.answer_next([Reply::Status(400)]);
    case.stopped_by_practice(&gateway, StopAs::Cancelled).await;
    gateway.leg_in(LegKind::Stop, LegState::Parked).await;
    case.stopped_by_practice(&gateway, StopAs::EnteredInError)
        .await;
    let wanted = [
        "stopped -1-stop-cancelled",
        "delivered -1-stop-entered-in-error",
    ];
    case.until_legs(&gateway, LegKind::Stop, &wanted).await;
    // The referrer said so itself: the person is its own when the charity has confirmed.
    assert_eq!(
        case.stands(&gateway).await,
        ("entered-in-error", "provider")
    );
    let token = gateway.parties.lantern.desk.api().token().to_owned();
    case.confirmed_by(&gateway, &token).await;
    assert_eq!(
        case.stands(&gateway).await,
        ("entered-in-error", "referrer")
    );
    assert!(Casework::queue(&gateway).is_empty());
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_was_over_is_recalled_too() {
    let gateway = TestGateway::start().await;
    let case = Casework::open(&gateway, 1, Place::LANTERN).await;
    case.until(&gateway, "completed", "provider").await;
    case.done(&gateway, &WRONG_PERSON).await;
    case.until(&gateway, "entered-in-error", "referrer").await;
    case.until_legs(
        &gateway,
        LegKind::Stop,
        &["delivered -1-stop-entered-in-error"],
    )
    .await;
    Casework::until_queue(&gateway, &[]).await;
    gateway.end().await;
}
