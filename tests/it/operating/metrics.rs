//! `/metrics`: counters that move and gauges that are true.

use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::referral::{Place, Referral, Stop, StopAs, person};
use workwell_gateway::gateway::read::outbox::LegState;

use crate::support::call::Call;
use crate::support::receiver::{Receiver, Reply};
use crate::support::{TestGateway, eventually};

async fn metrics(gateway: &TestGateway) -> String {
    let got = Call::get(format!("{}/metrics", gateway.admin()))
        .send()
        .await;
    assert_eq!(got.status, 200);
    assert!(
        got.header("content-type")
            .starts_with("application/openmetrics-text")
    );
    assert!(got.text.ends_with("# EOF\n"));
    got.text
}

/// The value of a series, by its name with labels; nought where it is absent.
fn value(text: &str, series: &str) -> u64 {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.map_or(0, |value| value.parse().expect("a whole number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_counted() {
    let gateway = TestGateway::start().await;
    let before = metrics(&gateway).await;
    let accepted = r#"workwell_referrals_total{meaning="new",outcome="accepted"}"#;
    assert_eq!(value(&before, accepted), 0);
    gateway.refer(&Referral::new(1).at(Place::LANTERN)).await;
    gateway.refer(&Referral::new(2).at(Place::NOWHERE)).await;
    gateway.leg_in(LegKind::Deliver, LegState::Delivered).await;
    gateway.leg_in(LegKind::Respond, LegState::Delivered).await;
    // It is counted when it is in the store, and seen there a moment before.
    let delivered =
        r#"workwell_deliveries_total{channel="webhook",provider="lantern",outcome="delivered"}"#;
    let after = eventually("the delivery is counted", || async {
        let text = metrics(&gateway).await;
        (value(&text, delivered) > 0).then_some(text)
    })
    .await;
    for (series, count) in [
        (accepted, 1),
        (
            r#"workwell_referrals_total{meaning="message",outcome="refused"}"#,
            1,
        ),
        (r#"workwell_refusals_total{code="WW-RTE-001"}"#, 1),
        (delivered, 1),
        (
            r#"workwell_http_requests_total{method="POST",route="/$process-message",status="200"}"#,
            1,
        ),
        (
            r#"workwell_http_requests_total{method="POST",route="/$process-message",status="422"}"#,
            1,
        ),
    ] {
        assert_eq!(value(&after, series), count, "{series} in {after}");
    }
    let returned = r#"workwell_statuses_returned_total{milestone="delivered",outcome="returned"}"#;
    assert!(value(&after, returned) <= 1);
    let (commits, writes) = (
        "workwell_store_commits_total",
        "workwell_store_grouped_writes_total",
    );
    assert!(value(&after, commits) > value(&before, commits));
    assert!(value(&after, writes) >= value(&after, commits));
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_that_is_accepted_is_counted_and_one_that_is_refused_is_not() {
    let gateway = TestGateway::start().await;
    let accepted = r#"workwell_referrals_total{meaning="cancel",outcome="accepted"}"#;
    for (seed, how) in [(1, StopAs::Cancelled), (2, StopAs::EnteredInError)] {
        let referral = Referral::new(seed).at(Place::LANTERN);
        let answer = gateway.refer(&referral).await;
        let stop = Stop::of(&answer.body, referral.correlation_id(), how);
        let answer = gateway.stop(&stop).await.expect("an answer");
        assert!(answer.accepted(), "{answer:?}");
        assert_eq!(value(&metrics(&gateway).await, accepted), seed);
        let unknown = gateway.stop(&stop.of_unknown_referral()).await;
        assert!(!unknown.expect("an answer").accepted());
        assert_eq!(value(&metrics(&gateway).await, accepted), seed);
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gauges_show_what_waits_for_the_operator() {
    let receiver = Receiver::start().await;
    receiver.answer_usual(Reply::Status(400));
    let clock = workwell_gateway::config::Clock::fixed(jiff::Timestamp::now());
    let gateway = TestGateway::at(clock.clone(), |settings| {
        let lantern = settings.providers.entry("lantern".to_owned()).or_default();
        lantern.url = Some(receiver.url());
    })
    .await;
    let text = metrics(&gateway).await;
    for gauge in [
        "workwell_parked_deliveries",
        "workwell_oldest_undelivered_seconds",
    ] {
        assert!(text.contains(&format!("{gauge} 0")), "{gauge} in {text}");
    }
    gateway.refer(&Referral::new(1).at(Place::LANTERN)).await;
    gateway.leg_in(LegKind::Deliver, LegState::Parked).await;
    clock.advance(jiff::SignedDuration::from_secs(90));
    let text = metrics(&gateway).await;
    assert_eq!(value(&text, "workwell_parked_deliveries"), 1);
    assert_eq!(value(&text, "workwell_oldest_undelivered_seconds"), 90);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn routes_are_named_by_pattern_and_never_by_what_was_asked() {
    let gateway = TestGateway::start().await;
    let number = person::nhs_number(1);
    let path =
        format!("ServiceRequest?patient:identifier=https://fhir.nhs.uk/Id/nhs-number%7C{number}");
    for path in [
        path,
        "ServiceRequest/no-such-id".to_owned(),
        "zebulon".to_owned(),
    ] {
        let answer = gateway.parties.gp.get(&gateway.bars(), &path).await;
        answer.expect("an answer");
    }
    let text = metrics(&gateway).await;
    assert!(text.contains(r#"route="/ServiceRequest/{id}""#), "{text}");
    for datum in [number.as_str(), "no-such-id", "zebulon"] {
        assert!(!text.contains(datum), "{datum}");
    }
    gateway.end().await;
}
