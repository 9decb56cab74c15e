//! The BaRS Receiver over real sockets: what each condition gets, transactional
//! integrity, cancels, reads, published messages and the canary.

pub mod canary;
mod cancel;
mod characters;
mod conditions_consent;
mod conditions_dates;
mod conditions_deceased;
mod conditions_held;
mod conditions_refused_body;
mod conditions_refused_header;
mod conditions_refused_routing;
mod conditions_routed;
mod conditions_server;
mod corpus;
mod crisis;
mod crisis_unread;
mod identifiers;
mod integrity;
mod negotiation;
mod reads;
mod room;
mod services;
mod validation;
pub mod wire;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use workwell_gateway::conformance::parties::event::Feed;
use workwell_gateway::conformance::parties::gp::{Answer, Gp, Practice, Sending};
use workwell_gateway::conformance::parties::providers::Script;
use workwell_gateway::conformance::parties::referral::bundle::{entries, resources};
use workwell_gateway::conformance::parties::referral::{PRACTICE_ODS, Referral};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::domain::status::Status;
use workwell_gateway::gateway::read::outbox::{Filter, Leg};
use workwell_gateway::gateway::read::referrer::Shown;

use crate::support::{TestGateway, eventually};
use wire::Reply;

/// What a refusal says: HTTP status, REC code, FHIR issue code, our code, and where.
type Refusal = (u16, &'static str, &'static str, &'static str, &'static str);

/// A gateway whose providers take a case and say nothing more.
async fn quiet() -> TestGateway {
    quieted(TestGateway::start().await)
}

fn quieted(gateway: TestGateway) -> TestGateway {
    for (_, desk) in gateway.parties.desks() {
        desk.script_usual(Script::silent());
    }
    gateway
}

/// Another practice's system beside the one of the parties.
pub async fn second_practice(ods: &str) -> Gp {
    let practice = Practice {
        ods: ods.to_owned(),
        name: "Saltmarsh Surgery".to_owned(),
        ..Practice::default()
    };
    Gp::start(practice, Feed::silent()).await.expect("a port")
}

/// The referral as this organisation would send it.
pub fn sent_by(referral: Referral, ods: &str) -> Referral {
    referral.change(|bundle| {
        for entry in bundle["entry"].as_array_mut().into_iter().flatten() {
            if entry["resource"]["identifier"][0]["value"] == PRACTICE_ODS {
                entry["resource"]["identifier"][0]["value"] = json!(ods);
            }
        }
    })
}

/// Sends it, holds the answer against the expectation, sends it again, and looks that
/// nothing was opened.
async fn refuses(gateway: &TestGateway, sending: &Sending, expected: Refusal) -> Reply {
    refuses_all(gateway, sending, expected.0, &[expected]).await
}

/// The same with several faults at once; the order of the faults does not matter.
async fn refuses_all(
    gateway: &TestGateway,
    sending: &Sending,
    status: u16,
    expected: &[Refusal],
) -> Reply {
    let reply = wire::post(gateway, sending).await;
    assert_eq!(reply.status, status, "{}", reply.json);
    let mut found = reply.errors();
    found.sort();
    let mut wanted: Vec<[String; 4]> = expected
        .iter()
        .map(|(_, bars, issue, code, place)| [*bars, *issue, *code, *place].map(str::to_owned))
        .collect();
    wanted.sort();
    assert_eq!(found, wanted, "{}", reply.json);
    reply.assert_outcome();
    reply.assert_echoes(sending);
    let again = wire::post(gateway, sending).await;
    assert_eq!(again.status, status, "the repeat");
    assert_eq!(again.without_id(), reply.without_id(), "the repeat");
    assert_eq!(
        open_cases(gateway).await,
        0,
        "nothing is stored but the refusal"
    );
    reply
}

/// How many cases there are in any status.
async fn open_cases(gateway: &TestGateway) -> u64 {
    let counts = gateway.running.gateway.counts().await.expect("counts");
    let legs: u64 = counts.legs.iter().map(|(_, number)| number).sum();
    let cases: u64 = counts.cases.iter().map(|(_, number)| number).sum();
    cases.max(legs)
}

/// How many audit facts of a kind there are.
async fn facts(gateway: &TestGateway, kind: &str) -> usize {
    let all = gateway.running.gateway.audit(&Caller::System, 1, 10_000);
    let all = all.await.expect("the audit log");
    all.iter().filter(|fact| fact.kind == kind).count()
}

/// The case of an answered referral, as the gateway itself sees it.
async fn case_of(gateway: &TestGateway, answer: &Value) -> Shown {
    let id = resources(answer, "ServiceRequest")
        .next()
        .and_then(|request| request["id"].as_str())
        .expect("the answer gives the ServiceRequest an id")
        .parse()
        .expect("the id is a UUID");
    let found = gateway.running.gateway.read_referral(&Caller::System, id);
    found.await.expect("the case is there")
}

/// What is to be brought to providers and referrers for a case.
async fn legs_of(gateway: &TestGateway, shown: &Shown) -> Vec<Leg> {
    let filter = Filter {
        case_id: Some(shown.row.id),
        ..Filter::default()
    };
    let found = gateway.running.gateway.list_legs(&Caller::System, &filter);
    found.await.expect("the outbox")
}

/// Sends a referral that has to be accepted and held for this reason, and looks that
/// nothing of it goes anywhere.
async fn holds(gateway: &TestGateway, referral: &Referral, reason: &str) -> Answer {
    let answer = gateway.refer(referral).await;
    assert!(answer.accepted() && answer.ids_echoed, "{answer:?}");
    assert_held(gateway, &answer, reason).await;
    answer
}

async fn assert_held(gateway: &TestGateway, answer: &Answer, reason: &str) {
    let shown = case_of(gateway, &answer.body).await;
    assert_eq!(shown.row.status, Status::Held);
    let hold = shown.row.hold.as_ref().expect("a hold");
    assert_eq!(hold.reason, reason);
    assert_eq!(shown.row.responsible.kind(), "gateway-operator");
    assert_eq!(shown.row.responsible.name(), "Demo operator");
    assert!(legs_of(gateway, &shown).await.is_empty(), "nothing leaves");
    for (slug, _) in gateway.parties.desks() {
        let caller = Caller::Provider(slug.to_owned());
        let page = gateway
            .running
            .gateway
            .list_cases(&caller, None, None, None);
        let page = page.await.expect("a list");
        let seen = page.cases.iter().any(|case| case.id == shown.row.id);
        assert!(!seen, "{slug} sees a held case");
    }
    assert!(
        !answer.body.to_string().contains(reason),
        "the hold shows no detail"
    );
}

/// Sends a referral that has to reach this provider.
async fn reaches(gateway: &TestGateway, referral: &Referral, slug: &str) -> Answer {
    let answer = gateway.refer(referral).await;
    assert!(answer.accepted() && answer.ids_echoed, "{answer:?}");
    has_reached(gateway, &answer, slug).await;
    answer
}

async fn has_reached(gateway: &TestGateway, answer: &Answer, slug: &str) {
    let shown = case_of(gateway, &answer.body).await;
    let chosen = shown
        .row
        .provider
        .as_ref()
        .map(|chosen| chosen.slug.as_str());
    assert_eq!((chosen, shown.row.hold.as_ref()), (Some(slug), None));
    eventually("the provider has the case", || async {
        let legs = legs_of(gateway, &shown).await;
        legs.iter()
            .any(|leg| leg.destination == slug && leg.state.code() == "delivered")
            .then_some(())
    })
    .await;
    let reference = answer.case_reference().expect("a case reference");
    let desk = gateway
        .parties
        .desks()
        .into_iter()
        .find(|(known, _)| *known == slug);
    let (_, desk) = desk.expect("a provider of the demonstration");
    eventually("the provider's desk has booked it in", || async {
        desk.effects()
            .keys()
            .any(|key| key.contains(reference))
            .then_some(())
    })
    .await;
}

/// A header's value: base64 of JSON.
fn encoded(value: &Value) -> String {
    BASE64_STANDARD.encode(value.to_string())
}

/// The tree with every id, time and reference of ours made the same, to compare shapes.
fn shape(tree: &Value) -> Value {
    match tree {
        Value::Object(members) => {
            let inner = members
                .iter()
                .map(|(name, value)| (name.clone(), shape(value)));
            Value::Object(inner.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(shape).collect()),
        Value::String(_) => json!("text"),
        other => other.clone(),
    }
}

/// The kinds of resource of a bundle, in order.
fn kinds(bundle: &Value) -> Vec<&str> {
    entries(bundle)
        .filter_map(|entry| entry["resource"]["resourceType"].as_str())
        .collect()
}
