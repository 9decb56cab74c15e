//! Accepted and held: the referrer gets its 200, a named operator has the person, and
//! nothing leaves.

use serde_json::Value;
use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::config::Policy;
use workwell_gateway::conformance::parties::gp::Answer;
use workwell_gateway::conformance::parties::providers::Script;
use workwell_gateway::conformance::parties::referral::bundle::{resource_mut, resources};
use workwell_gateway::conformance::parties::referral::{
    Consent, PRACTICE_ODS, Place, Referral, Stop, StopAs,
};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::domain::status::Status;
use workwell_gateway::gateway::read::outbox::{Leg, LegState};

use super::{
    assert_held, case_of, has_reached, holds, kinds, quiet, quieted, reaches, second_practice,
    sent_by, shape, wire,
};
use crate::support::receiver::{Receiver, Reply};
use crate::support::{TestGateway, eventually};

fn at_lantern(seed: u64) -> Referral {
    Referral::new(seed).at(Place::LANTERN)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_without_workwell_consent_waits_where_the_provider_needs_one() {
    let gateway = quiet().await;
    let referral = at_lantern(1).workwell_consent(Consent::Absent);
    holds(&gateway, &referral, "workwell-consent-not-recorded").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_without_workwell_consent_goes_on_where_direct_care_is_the_basis() {
    let gateway = quiet().await;
    let referral = Referral::new(1).at(Place::VALE_NHS_TRUST);
    let referral = referral.workwell_consent(Consent::Absent);
    reaches(&gateway, &referral, "vale-nhs-trust").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_or_withdrawn_workwell_consent_is_never_delivered_to_anybody() {
    let gateway = quiet().await;
    for (seed, place, consent) in [
        (1, Place::LANTERN, Consent::Refused),
        (2, Place::LANTERN, Consent::Withdrawn),
        (3, Place::VALE_NHS_TRUST, Consent::Refused),
        (4, Place::VALE_NHS_TRUST, Consent::Withdrawn),
    ] {
        let referral = Referral::new(seed).at(place).workwell_consent(consent);
        holds(&gateway, &referral, "workwell-consent-refused").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_referral_of_a_person_is_linked_and_answered_like_a_first() {
    let gateway = quiet().await;
    let first = reaches(&gateway, &at_lantern(1), "lantern").await;
    let other = second_practice("Y99009").await;
    let second = sent_by(at_lantern(2).same_person_as(1), "Y99009");
    let answer = other
        .refer(&gateway.bars(), &second)
        .await
        .expect("an answer");
    assert!(answer.accepted(), "{answer:?}");
    assert_held(&gateway, &answer, "open-case").await;
    let shown = case_of(&gateway, &answer.body).await;
    let first_case = case_of(&gateway, &first.body).await;
    assert_eq!(shown.row.part_of, Some(first_case.row.id));

    // A first receipt of the same message shape, by the same practice.
    let stranger = sent_by(at_lantern(3), "Y99009");
    let receipt = other
        .refer(&gateway.bars(), &stranger)
        .await
        .expect("an answer");
    has_reached(&gateway, &receipt, "lantern").await;
    assert_eq!(
        (answer.status, &answer.content_type),
        (200, &receipt.content_type)
    );
    assert_eq!(shape(&answer.body), shape(&receipt.body));
    assert_eq!(ours(&answer.body)["status"], ours(&receipt.body)["status"]);
    let text = answer.body.to_string();
    for secret in [
        first.case_reference().expect("a reference"),
        first.service_request_id().expect("an id"),
        &first_case.row.id.to_string(),
    ] {
        assert!(
            !text.contains(secret),
            "the first case shows in the second answer"
        );
    }
}

/// The Encounter that the gateway added.
fn ours(bundle: &Value) -> &Value {
    resources(bundle, "Encounter")
        .last()
        .expect("two Encounters")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_or_unrecognised_record_is_not_routed_and_its_place_is_in_no_answer() {
    for code in ["R", "V", "REDACTED", "ZZZ"] {
        let gateway = quiet().await;
        let referral = at_lantern(1).postcode("ZZ99 1AA").security(code);
        let answer = holds(&gateway, &referral, "restricted").await;
        let shown = case_of(&gateway, &answer.body).await;
        assert!(
            shown.row.restricted && shown.row.provider.is_none(),
            "{code}"
        );
        let id = answer.service_request_id().expect("an id");
        let read = wire::get(&gateway, &format!("ServiceRequest/{id}")).await;
        assert_eq!(read.status, 200);
        let number = "patient:identifier=https://fhir.nhs.uk/Id/nhs-number%7C9990000026";
        let search = wire::get(&gateway, &format!("ServiceRequest?{number}")).await;
        assert_eq!(
            (search.status, &search.json["total"]),
            (200, &serde_json::json!(1))
        );
        for text in [
            answer.body.to_string(),
            read.json.to_string(),
            search.json.to_string(),
        ] {
            for place in [
                "ZZ99 1AA",
                "Wobblethorpe",
                "Y99002",
                "Northgate",
                "07700 900",
            ] {
                assert!(!text.contains(place), "{code}: {place} in {text}");
            }
        }
        gateway.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_record_is_answered_with_every_resource_still_in_its_place() {
    let gateway = quiet().await;
    let plain = gateway.refer(&at_lantern(1)).await;
    let restricted = gateway.refer(&at_lantern(2).security("R")).await;
    assert_eq!(kinds(&plain.body), kinds(&restricted.body));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_echo_of_a_restricted_persons_cancel_tells_no_place_either() {
    let gateway = quiet().await;
    let sent = at_lantern(1).security("R");
    let answer = holds(&gateway, &sent, "restricted").await;
    let mut body = sent.json().clone();
    let request = resource_mut(&mut body, "ServiceRequest").expect("a ServiceRequest");
    request["id"] = serde_json::json!(answer.service_request_id());
    let stop = Stop::of(&body, sent.correlation_id(), StopAs::Cancelled);
    assert!(stop.json().to_string().contains("Wobblethorpe"));
    let stopped = gateway.stop(&stop).await;
    let stopped = stopped.expect("an answer");
    assert!(stopped.accepted(), "{stopped:?}");
    let text = stopped.body.to_string();
    for place in ["ZZ99 1AA", "Wobblethorpe", "Y99002", "07700 900"] {
        assert!(!text.contains(place), "{place} in {text}");
    }
}

/// A delivered referral of an unmarked person, and the answer to its stop, which marks them.
async fn marked_by_its_stop(gateway: &TestGateway, how: StopAs) -> (Answer, Answer) {
    let sent = at_lantern(1);
    let answer = reaches(gateway, &sent, "lantern").await;
    let mut body = sent.json().clone();
    let request = resource_mut(&mut body, "ServiceRequest").expect("a ServiceRequest");
    request["id"] = serde_json::json!(answer.service_request_id());
    let since = at_lantern(1).security("R");
    let mut since = since.json().clone();
    let marked = resource_mut(&mut since, "Patient").expect("a Patient");
    let patient = resource_mut(&mut body, "Patient").expect("a Patient");
    patient["meta"] = marked["meta"].clone();
    let stop = Stop::of(&body, sent.correlation_id(), how);
    let stopped = gateway.stop(&stop).await.expect("an answer");
    assert!(stopped.accepted(), "{stopped:?}");
    (answer, stopped)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_that_says_itself_that_the_record_is_restricted_is_echoed_without_a_place() {
    let gateway = quiet().await;
    let (_, stopped) = marked_by_its_stop(&gateway, StopAs::Cancelled).await;
    let text = stopped.body.to_string();
    for place in ["ZZ99 1AA", "Wobblethorpe", "Y99002", "07700 900"] {
        assert!(!text.contains(place), "{place} in {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_marks_its_person_as_restricted_hides_practice_and_provider_from_then_on() {
    let proxy = Receiver::start().await;
    let gateway = TestGateway::with(|settings| {
        settings.bars.outbound.base_url = Some(proxy.url());
    });
    let gateway = quieted(gateway.await);
    let (answer, _) = marked_by_its_stop(&gateway, StopAs::EnteredInError).await;
    let shown = case_of(&gateway, &answer.body).await;
    assert!(shown.row.restricted && shown.case.referral.person.security.hides_location());

    let id = answer.service_request_id().expect("an id");
    let read = wire::get(&gateway, &format!("ServiceRequest/{id}")).await;
    let number = "patient:identifier=https://fhir.nhs.uk/Id/nhs-number%7C9990000026";
    let search = wire::get(&gateway, &format!("ServiceRequest?{number}")).await;
    assert_eq!((read.status, search.status), (200, 200));
    assert_eq!(search.json["total"], 1, "it is still found");
    let told = eventually("the referrer is told of the end", || async {
        let told = proxy.taken().into_iter().map(|taken| taken.json());
        let is_end = |told: &Value| {
            resources(told, "Encounter").any(|encounter| encounter["status"] == "cancelled")
        };
        told.into_iter().find(is_end)
    })
    .await;
    for (what, json) in [("read", read.json), ("search", search.json), ("told", told)] {
        let text = json.to_string();
        for place in [PRACTICE_ODS, "Wobblethorpe", "Lantern", "ZZ99 1AA"] {
            assert!(!text.contains(place), "{what}: {place} in {text}");
        }
    }
    let reference = answer.case_reference().expect("a reference");
    let inside = &gateway.running.gateway;
    let audit = inside.audit_of_case(&Caller::System, reference).await;
    let (_, facts) = audit.expect("the audit log");
    assert!(!facts.is_empty() && facts.iter().all(|told| told.hides_referrer));
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waited_to_be_told_before_a_stop_marked_its_person_restricted_is_never_sent() {
    let proxy = Receiver::start().await;
    proxy.answer_usual(Reply::Status(503));
    let gateway = TestGateway::with(|settings| {
        settings.bars.outbound.base_url = Some(proxy.url());
    });
    let gateway = quieted(gateway.await);
    let (answer, _) = marked_by_its_stop(&gateway, StopAs::EnteredInError).await;
    let before = eventually("the earlier responses are stopped", || async {
        let legs = gateway.legs(LegKind::Respond).await;
        let (end, before) = legs.split_last()?;
        let is_stopped = |leg: &Leg| leg.state == LegState::Stopped;
        (end.state != LegState::Stopped && before.iter().all(is_stopped)).then(|| before.to_vec())
    })
    .await;
    assert!(!before.is_empty(), "something waited to be told");

    proxy.answer_usual(Reply::Status(200));
    let told = eventually("the referrer is told of the end", || async {
        let taken = proxy.taken();
        let end = taken.last()?.json();
        let has_ended = |encounter: &Value| encounter["status"] == "cancelled";
        let is_end = resources(&end, "Encounter").any(has_ended);
        is_end.then_some(end)
    })
    .await;
    let text = told.to_string();
    for place in [PRACTICE_ODS, "Wobblethorpe"] {
        assert!(!text.contains(place), "{place} in {text}");
    }
    let legs = gateway.legs(LegKind::Respond).await;
    let sent = |leg: &&Leg| leg.state == LegState::Delivered;
    assert!(
        legs.iter().filter(sent).count() <= 1,
        "only the end: {legs:?}"
    );
    assert!(case_of(&gateway, &answer.body).await.row.restricted);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_red_flag_is_held_and_the_referrer_told_that_this_is_no_crisis_service() {
    let gateway = quiet().await;
    let answer = holds(&gateway, &at_lantern(1).red_flag(), "red-flag").await;
    let told = ours(&answer.body)["reasonCode"][0]["text"]
        .as_str()
        .unwrap_or_default();
    assert!(
        told.contains("no crisis service") && told.contains("999"),
        "{told}"
    );
    let other = gateway.refer(&at_lantern(2)).await;
    assert!(
        ours(&other.body).get("reasonCode").is_none(),
        "only where there is a red flag"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_may_let_a_red_flag_pass_and_the_referrer_is_told_all_the_same() {
    let gateway = TestGateway::with(|settings| settings.bars.policies.red_flag = Policy::Warn);
    let gateway = quieted(gateway.await);
    let answer = reaches(&gateway, &at_lantern(1).red_flag(), "lantern").await;
    assert!(answer.body.to_string().contains("no crisis service"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_word_of_a_provider_moves_nothing_and_asks_the_operator() {
    let gateway = TestGateway::start().await;
    gateway
        .parties
        .lantern
        .desk
        .script_next(Script::unknown_word());
    let answer = gateway.refer(&at_lantern(1)).await;
    let row = eventually("the case is held for the word", || async {
        let shown = case_of(&gateway, &answer.body).await;
        shown.row.hold.is_some().then_some(shown.row)
    })
    .await;
    let hold = row.hold.expect("a hold");
    assert_eq!(hold.reason, "unknown-provider-word");
    assert!(
        matches!(row.status, Status::Delivered | Status::Acknowledged),
        "{:?}",
        row.status
    );
    let reported = eventually("the provider is told", || async {
        let reported = gateway.parties.lantern.desk.reported();
        reported
            .into_iter()
            .find(|report| report.word == "gone fishing")
    })
    .await;
    assert!(reported.result.is_err(), "{reported:?}");
    let told = gateway.parties.gp.responses();
    assert!(!format!("{told:?}").contains("fishing"));
}
