//! A provider ends a case short of its purpose: the referrer gets the person back, and
//! holds the person from the moment at which its system has taken the news.

use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::gp::Conduct;
use workwell_gateway::conformance::parties::providers::{Desk, Script};
use workwell_gateway::conformance::parties::referral::Place;

use crate::support::TestGateway;
use crate::support::casework::{CALLED, Casework};
use crate::support::receiver::Receiver;

/// Place, the provider's word, the status it leads to, and the words for the referrer.
const WAYS_BACK: [(Place, &str, &str, &str); 5] = [
    (
        Place::LANTERN,
        "Not for us",
        "declined",
        "The referral does not meet the service's entry rules",
    ),
    (
        Place::LANTERN,
        "Could not reach",
        "closed-not-engaged",
        "Closed: could not engage",
    ),
    (
        Place::LANTERN,
        "Changed their mind",
        "withdrawn",
        "The person chose not to go on",
    ),
    (
        Place::VALE_NHS_TRUST,
        "patient-declined",
        "withdrawn",
        "The person chose not to go on",
    ),
    (Place::VALE_NHS_TRUST, "deceased", "deceased", "Closed"),
];

fn desk(gateway: &TestGateway, place: Place) -> &Desk {
    if place == Place::LANTERN {
        &gateway.parties.lantern.desk
    } else {
        &gateway.parties.vale_nhs_trust.desk
    }
}

fn saying(word: &str) -> Script {
    Script {
        report: vec![word.to_owned()],
        ..Script::waiting()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_ends_short_of_the_purpose_gives_the_person_back_to_a_system_that_confirms() {
    let gateway = TestGateway::start().await;
    for (seed, (place, word, status, words)) in (1..).zip(WAYS_BACK) {
        desk(&gateway, place).script_next(saying(word));
        let case = Casework::open(&gateway, seed, place).await;
        case.until(&gateway, status, "referrer").await;
        case.until_told(&gateway, words).await;
        // Nobody else is told: the one who reported knows.
        assert!(
            case.legs(&gateway, LegKind::Stop).await.is_empty(),
            "{word}"
        );
        Casework::until_queue(&gateway, &[]).await;
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn until_it_is_heard_the_person_is_the_operators_over_a_restart_and_a_call_ends_that() {
    let gateway = TestGateway::with(|settings| settings.delivery.retry_after.clear()).await;
    gateway.parties.gp.conduct(Conduct::Fail {
        status: 503,
        times: u32::MAX,
    });
    let mut cases = Vec::new();
    for (seed, (place, word, status, _)) in (1..).zip(WAYS_BACK) {
        desk(&gateway, place).script_next(saying(word));
        let case = Casework::open(&gateway, seed, place).await;
        case.until(&gateway, status, "gateway-operator").await;
        cases.push((case, status));
    }
    // The last try has failed for good: a person rings.
    let ring = ["return-unheard  ring-referrer"; WAYS_BACK.len()];
    Casework::until_queue(&gateway, &ring).await;
    let gateway = gateway.restart().await;
    for (case, status) in &cases {
        assert_eq!(case.stands(&gateway).await, (*status, "gateway-operator"));
        let told = [&["return"], &CALLED[..]].concat();
        for _ in 0..2 {
            assert_eq!(case.done(&gateway, &told).await, *status);
            assert_eq!(case.stands(&gateway).await, (*status, "referrer"));
        }
    }
    Casework::until_queue(&gateway, &[]).await;
    let calls = "SELECT actor, details FROM audit WHERE kind = 'referrer.called'";
    let calls = gateway.store.rows(calls);
    assert_eq!(calls.len(), WAYS_BACK.len(), "each call once: {calls:?}");
    assert_eq!(calls[0][0], "operator:Demo operator");
    assert!(calls[0][1].contains(r#""told":"reception""#), "{calls:?}");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_tells_what_is_needed_to_act_and_nothing_of_health_or_work() {
    let proxy = Receiver::start().await;
    let gateway = TestGateway::with(|settings| {
        settings.bars.outbound.base_url = Some(proxy.url());
        settings.returns.telephone = Some("0191 496 0001".to_owned());
    })
    .await;
    let desk = &gateway.parties.lantern.desk;
    // To the charity this word means that the person's condition does not fit.
    desk.script_next(saying("Not for us"));
    let case = Casework::open(&gateway, 21, Place::LANTERN).await;
    case.until(&gateway, "declined", "referrer").await;
    let taken = proxy.taken();
    let last = String::from_utf8_lossy(&taken.last().expect("a return").body).into_owned();
    let reference = case.answer.case_reference().expect("a reference");
    for part in [
        reference,
        "0191 496 0001",
        "Declined by the local service",
        "The referral does not meet the service's entry rules",
    ] {
        assert!(last.contains(part), "{part} in {last}");
    }
    for part in [
        "ineligible",
        "condition",
        "Condition",
        "employ",
        "Observation",
    ] {
        let own_words = last.replace("valueCodeableConcept", "");
        assert!(!own_words.contains(part), "{part} in {last}");
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_that_was_planned_is_no_return() {
    let gateway = TestGateway::start().await;
    let case = Casework::open(&gateway, 31, Place::LANTERN).await;
    case.until(&gateway, "completed", "provider").await;
    case.until_told(&gateway, "Support finished").await;
    let ever = gateway
        .store
        .rows("SELECT kind FROM queue WHERE kind = 'return-unheard'");
    assert!(ever.is_empty(), "{ever:?}");
    gateway.end().await;
}
