//! One person, several referrals: linked, never two providers at work without knowing.

use serde_json::{Value, json};
use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::config::Policy;
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::bundle::resource_mut;
use workwell_gateway::conformance::parties::referral::{Consent, Place, Referral};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::domain::identifiers::OdsCode;
use workwell_gateway::domain::status::Status;
use workwell_gateway::gateway::read::outbox::LegState;

use crate::receiver::{second_practice, sent_by};
use crate::support::call::Call;
use crate::support::{TestGateway, eventually};

async fn counts(gateway: &TestGateway) -> Vec<(Status, u64)> {
    gateway
        .running
        .gateway
        .counts()
        .await
        .expect("counts")
        .cases
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_referrals_of_one_person_at_once_one_goes_on_and_the_others_are_held() {
    let gateway = TestGateway::start().await;
    let referrals: Vec<Referral> = (10..18)
        .map(|seed| {
            Referral::new(seed)
                .same_person_as(1)
                .at(Place::BOROUGH_WORKS)
        })
        .collect();
    let sendings: Vec<_> = referrals
        .iter()
        .map(|r| gateway.parties.gp.prepare(r))
        .collect();
    let bars = gateway.bars();
    let posts = sendings
        .iter()
        .map(|sending| gateway.parties.gp.post(&bars, sending));
    let mut statuses = Vec::new();
    for answer in join_all(posts).await {
        statuses.push(answer.expect("an answer").status);
    }
    assert_eq!(statuses, [200; 8]);
    let held = eventually("the counts settle", || async {
        let counts = counts(&gateway).await;
        let held = counts.iter().find(|(status, _)| *status == Status::Held);
        held.filter(|(_, count)| *count == 7)
            .map(|(_, count)| *count)
    })
    .await;
    assert_eq!(held, 7);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_after_the_end_of_a_case_makes_a_new_case_linked_to_it() {
    let gateway = TestGateway::start().await;
    let first = Referral::new(1).at(Place::LANTERN);
    assert_eq!(gateway.refer(&first).await.status, 200);
    eventually("the first case is over", || async {
        let told = gateway.parties.gp.responses_to(first.bundle_id());
        told.iter()
            .any(|response| response.encounter_status == "finished")
            .then_some(())
    })
    .await;
    let second = Referral::new(2).same_person_as(1).at(Place::LANTERN);
    let answer = gateway.refer(&second).await;
    assert_eq!(answer.status, 200);
    let id = answer
        .service_request_id()
        .expect("an id")
        .parse()
        .expect("a UUID");
    let practice = Caller::Referrer(OdsCode::parse("Y99001").expect("an ODS code"));
    let shown = gateway
        .running
        .gateway
        .read_referral(&practice, id)
        .await
        .expect("readable");
    assert!(shown.row.part_of.is_some());
    assert_ne!(shown.row.status, Status::Held);
    gateway.end().await;
}

/// A text with everything that differs from one receipt to the next in its own place: ids,
/// case references and times.
fn masked(body: &Value) -> String {
    fn walk(value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(mask) = mask(text) {
                    *text = mask.to_owned();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(walk),
            Value::Object(members) => members.values_mut().for_each(walk),
            _ => {}
        }
    }
    fn mask(text: &str) -> Option<&'static str> {
        let id = text.strip_prefix("urn:uuid:").unwrap_or(text);
        if uuid::Uuid::try_parse(id).is_ok() {
            return Some("an id");
        }
        if text.starts_with("WW-") {
            return Some("a reference");
        }
        let is_time = text.parse::<jiff::Timestamp>().is_ok();
        is_time.then_some("a time")
    }
    let mut body = body.clone();
    walk(&mut body);
    body.to_string()
}

/// A gateway whose council does not come by itself.
async fn quiet() -> TestGateway {
    let gateway = TestGateway::start().await;
    let away = Script::silent().received(Reception::Hang { times: u32::MAX });
    gateway.parties.borough_works.desk.script_usual(away);
    gateway.parties.lantern.desk.script_usual(Script::silent());
    gateway
}

/// The second referral of the person of seed 1, by another practice.
fn second() -> Referral {
    let referral = Referral::new(2).same_person_as(1).at(Place::BOROUGH_WORKS);
    sent_by(referral, "Y99005")
}

#[tokio::test(flavor = "multi_thread")]
async fn to_a_second_referrer_the_answer_is_that_of_a_first_receipt() {
    let other = second_practice("Y99005").await;
    let mut answers = Vec::new();
    let same = Referral::new(1).at(Place::BOROUGH_WORKS);
    let born_otherwise = same.clone().change(|bundle| {
        let patient = resource_mut(bundle, "Patient").expect("a Patient");
        patient["birthDate"] = json!("1931-02-03");
    });
    for first in [None, Some(same), Some(born_otherwise)] {
        let gateway = quiet().await;
        let there_is_a_first = first.is_some();
        if let Some(first) = first {
            assert!(gateway.refer(&first).await.accepted());
        }
        let answer = other.refer(&gateway.bars(), &second()).await;
        let answer = answer.expect("an answer");
        assert_eq!((answer.status, answer.ids_echoed), (200, true));
        let held = counts(&gateway).await.contains(&(Status::Held, 1));
        assert_eq!(held, there_is_a_first);
        answers.push((masked(&answer.body), answer.content_type));
        gateway.end().await;
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_refused_for_want_of_consent_is_refused_with_another_case_as_well() {
    let other = second_practice("Y99005").await;
    let mut answers = Vec::new();
    for there_is_a_first in [false, true] {
        let gateway = TestGateway::with(|settings| {
            settings.bars.policies.workwell_consent = Policy::Refuse;
        })
        .await;
        let desk = &gateway.parties.borough_works.desk;
        desk.script_usual(Script::silent().received(Reception::Hang { times: u32::MAX }));
        if there_is_a_first {
            let first = Referral::new(1).at(Place::BOROUGH_WORKS);
            assert!(gateway.refer(&first).await.accepted());
        }
        let without = second().workwell_consent(Consent::Absent);
        let answer = other.refer(&gateway.bars(), &without).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 422, "{:?}", answer.body);
        answers.push(masked(&answer.body));
        gateway.end().await;
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_referrer_learns_of_the_other() {
    let gateway = quiet().await;
    let bars = gateway.bars();
    let first = gateway
        .refer(&Referral::new(1).at(Place::BOROUGH_WORKS))
        .await;
    let read_first = format!(
        "ServiceRequest/{}",
        first.service_request_id().expect("an id")
    );
    let search = "ServiceRequest?patient:identifier=https://fhir.nhs.uk/Id/nhs-number%7C9990000026";
    let practice = &gateway.parties.gp;
    let before = practice.get(&bars, &read_first).await.expect("an answer");
    let found_before = practice.get(&bars, search).await.expect("an answer");
    assert_eq!(found_before.body["total"], 1);

    let other = second_practice("Y99005").await;
    let answer = other.refer(&bars, &second()).await.expect("an answer");
    let after = practice.get(&bars, &read_first).await.expect("an answer");
    let found_after = practice.get(&bars, search).await.expect("an answer");
    assert_eq!(after.body, before.body, "the first sees what it saw");
    assert_eq!(found_after.body, found_before.body);

    let read_second = format!(
        "ServiceRequest/{}",
        answer.service_request_id().expect("an id")
    );
    let shown = other.get(&bars, &read_second).await.expect("an answer");
    let found = other.get(&bars, search).await.expect("an answer");
    assert_eq!((shown.status, found.body["total"].as_u64()), (200, Some(1)));
    let foreign = other.get(&bars, &read_first).await.expect("an answer");
    assert_eq!(foreign.status, 404);
    let text = format!("{}{}", shown.body, found.body);
    for hidden in [
        first.case_reference().expect("a reference"),
        first.service_request_id().expect("an id"),
        "Borough Works",
        "LK-2026-000001",
        "open-case",
    ] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    gateway.end().await;
}

/// A case's other cases, as the provider with this token reads them.
async fn linked(gateway: &TestGateway, token: &str, id: &str) -> Value {
    let url = format!("{}/cases/{id}", gateway.provider_api());
    let got = Call::get(url).token(token).send().await;
    assert_eq!(got.status, 200, "{}", got.text);
    got.json()["linked_cases"].clone()
}

/// The person is referred and the provider of the place closes the case: its id.
async fn closed_case(gateway: &TestGateway, seed: u64, place: Place, word: &str) -> String {
    let referral = Referral::new(seed).same_person_as(1).at(place);
    let answer = gateway.refer(&referral).await;
    assert!(answer.accepted(), "{answer:?}");
    let id = eventually("the case is with its provider", || async {
        let leg = gateway.legs(LegKind::Deliver).await.pop()?;
        (leg.state != LegState::Released).then(|| leg.case_id.to_string())
    })
    .await;
    let token = token_of(gateway, place);
    let url = format!("{}/cases/{id}/updates", gateway.provider_api());
    let body = json!({ "status": word, "occurred_at": jiff::Timestamp::now().to_string() });
    let got = Call::post(url)
        .token(&token)
        .header("Idempotency-Key", "over")
        .body(body.to_string())
        .send()
        .await;
    assert_eq!(got.status, 200, "{}", got.text);
    id
}

fn token_of(gateway: &TestGateway, place: Place) -> String {
    let desk = if place == Place::LANTERN {
        &gateway.parties.lantern.desk
    } else {
        &gateway.parties.borough_works.desk
    };
    desk.api().token().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_sees_its_own_other_cases_of_the_person_and_nobody_elses() {
    let gateway = quiet().await;
    let council = token_of(&gateway, Place::BOROUGH_WORKS);
    let charity = token_of(&gateway, Place::LANTERN);
    let over = "CLOSED - NO CHANGE";
    let first = closed_case(&gateway, 1, Place::BOROUGH_WORKS, over).await;
    assert_eq!(linked(&gateway, &council, &first).await, json!([]));
    // Between two cases at the council lies one at the charity.
    let elsewhere = closed_case(&gateway, 2, Place::LANTERN, "All done").await;
    let second = closed_case(&gateway, 3, Place::BOROUGH_WORKS, over).await;
    assert_eq!(linked(&gateway, &council, &second).await, json!([first]));
    assert_eq!(linked(&gateway, &council, &first).await, json!([second]));
    assert_eq!(linked(&gateway, &charity, &elsewhere).await, json!([]));
    // Somebody else's case is none of theirs.
    let stranger = Referral::new(9).at(Place::BOROUGH_WORKS);
    assert!(gateway.refer(&stranger).await.accepted());
    let leg = gateway.leg_in(LegKind::Deliver, LegState::Waiting).await;
    let stranger = leg.case_id.to_string();
    assert_eq!(linked(&gateway, &council, &stranger).await, json!([]));
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_is_held_for_the_persons_open_one_is_not_shown_to_the_provider() {
    let gateway = quiet().await;
    let council = token_of(&gateway, Place::BOROUGH_WORKS);
    assert!(
        gateway
            .refer(&Referral::new(1).at(Place::BOROUGH_WORKS))
            .await
            .accepted()
    );
    let leg = gateway.leg_in(LegKind::Deliver, LegState::Waiting).await;
    let held = Referral::new(2).same_person_as(1).at(Place::BOROUGH_WORKS);
    assert!(gateway.refer(&held).await.accepted());
    assert!(counts(&gateway).await.contains(&(Status::Held, 1)));
    let id = leg.case_id.to_string();
    assert_eq!(linked(&gateway, &council, &id).await, json!([]));
    gateway.end().await;
}

/// Runs them side by side and gives the results in order.
async fn join_all<T>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut pinned: Vec<_> = futures.map(|future| Some(Box::pin(future))).collect();
    let mut results: Vec<Option<T>> = pinned.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        let mut waiting = false;
        for (slot, result) in pinned.iter_mut().zip(&mut results) {
            let Some(future) = slot else { continue };
            match future.as_mut().poll(context) {
                std::task::Poll::Ready(value) => {
                    *result = Some(value);
                    *slot = None;
                }
                std::task::Poll::Pending => waiting = true,
            }
        }
        if waiting {
            std::task::Poll::Pending
        } else {
            std::task::Poll::Ready(())
        }
    })
    .await;
    results.into_iter().flatten().collect()
}
