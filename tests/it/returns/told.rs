//! A person on the way back to the referrer, and a stop on the way to the holder.

use workwell_gateway::conformance::parties::gp::{Answer, Conduct};
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::{Place, Referral, Stop, StopAs};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::domain::responsibility::Responsible;
use workwell_gateway::domain::status::Status;
use workwell_gateway::gateway::read::outbox::{Filter, Leg, LegState};

use crate::support::call::Call;
use crate::support::casework::Casework;
use crate::support::{TestGateway, eventually};

/// Every row of the outbox, the oldest first.
async fn legs(gateway: &TestGateway) -> Vec<Leg> {
    let inside = &gateway.running.gateway;
    inside
        .list_legs(&Caller::System, &Filter::default())
        .await
        .expect("the outbox is read")
}

/// Status and holder of the only case.
async fn case(gateway: &TestGateway) -> Option<(&'static str, Responsible)> {
    let inside = &gateway.running.gateway;
    let leg = legs(gateway).await.into_iter().next()?;
    let shown = inside.show_leg(&Caller::System, leg.id).await.ok()?;
    Some((shown.case.status.code(), shown.case.responsible))
}

async fn until_status(gateway: &TestGateway, status: &str) -> Responsible {
    eventually(status, || async {
        let (now, responsible) = case(gateway).await?;
        (now == status).then_some(responsible)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_person_is_the_operators_until_the_referrers_system_took_the_news() {
    let gateway = TestGateway::with(|settings| settings.delivery.retry_after.clear()).await;
    let desk = &gateway.parties.lantern.desk;
    gateway.parties.gp.conduct(Conduct::Fail {
        status: 503,
        times: u32::MAX,
    });
    desk.script_next(Script::decline(desk.words()));
    gateway.refer(&Referral::new(711).at(Place::LANTERN)).await;
    let responsible = until_status(&gateway, "declined").await;
    assert!(
        matches!(responsible, Responsible::GatewayOperator(_)),
        "{responsible:?}"
    );

    // An operator sends the last response again, and now it is taken.
    let parked = eventually("every response is parked", || async {
        let parked: Vec<Leg> = legs(&gateway)
            .await
            .into_iter()
            .filter(|leg| leg.state == LegState::Parked)
            .collect();
        (parked.len() == 3).then_some(parked)
    })
    .await;
    gateway.parties.gp.conduct(Conduct::Orderly);
    let last = parked.last().expect("three responses");
    let inside = &gateway.running.gateway;
    inside
        .retry(&Caller::System, last.id)
        .await
        .expect("another try");
    eventually("the referrer holds the person", || async {
        let (_, responsible) = case(&gateway).await?;
        (responsible == Responsible::Referrer).then_some(())
    })
    .await;

    // What it has overtaken would now put the referrer's screen back.
    let refused = inside.retry(&Caller::System, parked[0].id).await;
    assert_eq!(
        refused.expect_err("a refusal").detail.as_deref(),
        Some("a later response has been delivered")
    );
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_response_does_not_keep_later_news_from_the_referrer() {
    let gateway = TestGateway::with(|settings| settings.delivery.retry_after.clear()).await;
    let desk = &gateway.parties.lantern.desk;
    gateway.parties.gp.conduct(Conduct::Fail {
        status: 400,
        times: 1,
    });
    desk.script_next(Script::to_completion(desk.words()));
    let referral = Referral::new(712).at(Place::LANTERN);
    gateway.refer(&referral).await;
    eventually("the referrer is told of the end", || async {
        let responses = gateway.parties.gp.responses_to(referral.bundle_id());
        let ended = responses
            .iter()
            .any(|response| response.encounter_status == "finished");
        ended.then_some(())
    })
    .await;
    // It would put the practice's screen back, so that nobody has to try it again.
    let old = legs(&gateway).await;
    let old = old.iter().filter(|leg| leg.state == LegState::Stopped);
    assert_eq!(old.count(), 1);
    let open = "SELECT kind FROM queue WHERE closed_at IS NULL AND kind = 'parked'";
    assert!(gateway.store.rows(open).is_empty());
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_sent_in_error_is_told_at_once_and_confirmed_by_its_holder() {
    let gateway = TestGateway::start().await;
    gateway
        .parties
        .borough_works
        .desk
        .script_next(Script::waiting());
    let referral = Referral::new(713).at(Place::BOROUGH_WORKS);
    let answer = gateway.refer(&referral).await;
    until_status(&gateway, "acknowledged").await;
    let stop = Stop::of(
        &answer.body,
        referral.correlation_id(),
        StopAs::EnteredInError,
    );
    let stopped = gateway.stop(&stop).await.expect("an answer");
    assert_eq!(stopped.status, 200, "{stopped:?}");
    eventually("the referrer is told", || async {
        let responses = gateway.parties.gp.responses_to(referral.bundle_id());
        responses
            .iter()
            .any(|one| one.encounter_status == "cancelled")
            .then_some(())
    })
    .await;
    eventually("the council has confirmed, and holds nobody", || async {
        let open = legs(&gateway)
            .await
            .iter()
            .any(|leg| leg.state == LegState::Waiting);
        let (_, responsible) = case(&gateway).await?;
        (!open && responsible == Responsible::Referrer).then_some(())
    })
    .await;
    gateway.end().await;
}

/// Two referrals in one conversation, and what a cancel of the first that names neither of
/// them comes to.
async fn cancelled_by_conversation(second: Referral) -> (TestGateway, u16) {
    let gateway = TestGateway::start().await;
    let first = Casework::of(&gateway, Referral::new(714).at(Place::LANTERN)).await;
    refer_in_conversation(&gateway, &second, &first).await;
    let stopped = stopped_by_conversation(&gateway, &first).await;
    (gateway, stopped.status)
}

/// Refers somebody in the conversation of an earlier referral.
async fn refer_in_conversation(gateway: &TestGateway, second: &Referral, first: &Casework) {
    let conversation = first.referral.correlation_id();
    let mut sending = gateway.parties.gp.prepare(second);
    for (name, value) in &mut sending.headers {
        if name.eq_ignore_ascii_case("X-Correlation-Id") {
            *value = conversation.to_string();
        }
    }
    sending.correlation_id = conversation;
    let onward = gateway.post(&sending).await.expect("an answer");
    assert!(onward.accepted(), "{onward:?}");
}

/// A cancel of this person in this conversation that names no referral.
async fn stopped_by_conversation(gateway: &TestGateway, case: &Casework) -> Answer {
    let conversation = case.referral.correlation_id();
    let stop = Stop::of(&case.answer.body, conversation, StopAs::Cancelled).of_unknown_referral();
    gateway.stop(&stop).await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_that_names_nothing_known_stops_none_of_several_of_one_person() {
    let second = Referral::new(715)
        .same_person_as(714)
        .at(Place::BOROUGH_WORKS);
    let (gateway, status) = cancelled_by_conversation(second).await;
    assert_eq!(status, 400);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_that_names_nothing_known_is_told_that_several_could_be_meant() {
    let gateway = TestGateway::start().await;
    let first = Casework::of(&gateway, Referral::new(716).at(Place::LANTERN)).await;
    let second = Referral::new(717).same_person_as(716).at(Place::LANTERN);
    refer_in_conversation(&gateway, &second, &first).await;
    let refused = stopped_by_conversation(&gateway, &first).await;
    assert_eq!(refused.status, 400);
    let text = refused.body.to_string();
    assert!(
        text.contains("more than one referral could be meant"),
        "{text}"
    );
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_waits_for_its_holder_is_no_rival_of_the_referral_that_goes_on() {
    let gateway = TestGateway::start().await;
    // The test is the council, which reads the case and does not confirm its stop.
    let desk = &gateway.parties.borough_works.desk;
    desk.script_usual(Script::silent().received(Reception::Hang { times: u32::MAX }));
    let first = Casework::open(&gateway, 718, Place::BOROUGH_WORKS).await;
    let id = first.id(&gateway).await;
    let url = format!("{}/cases/{id}", gateway.provider_api());
    assert_eq!(
        Call::get(url).token(desk.api().token()).send().await.status,
        200
    );
    first.stopped_by_practice(&gateway, StopAs::Cancelled).await;
    assert_eq!(first.stands(&gateway).await.0, "cancel-requested");

    let second = Referral::new(719)
        .same_person_as(718)
        .at(Place::BOROUGH_WORKS);
    refer_in_conversation(&gateway, &second, &first).await;
    let stopped = stopped_by_conversation(&gateway, &first).await;
    assert!(stopped.accepted(), "{stopped:?}");
    let counts = gateway.running.gateway.counts().await.expect("counts");
    let open = |status: &Status| !status.lets_nothing_leave();
    assert!(
        !counts.cases.iter().any(|(status, _)| open(status)),
        "{:?}",
        counts.cases
    );
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_that_names_nothing_known_stops_the_one_of_its_person() {
    let second = Referral::new(715).at(Place::BOROUGH_WORKS);
    let (gateway, status) = cancelled_by_conversation(second).await;
    assert_eq!(status, 200);
    let counts = gateway.running.gateway.counts().await.expect("counts");
    let ended = |status: &Status| matches!(status, Status::CancelRequested | Status::Cancelled);
    let of = |is_ended: bool| {
        let cases = counts.cases.iter();
        let cases = cases.filter(|(status, _)| ended(status) == is_ended);
        cases.map(|(_, count)| count).sum::<u64>()
    };
    assert_eq!((of(true), of(false)), (1, 1), "{:?}", counts.cases);
    gateway.end().await;
}
