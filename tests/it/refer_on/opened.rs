//! What is opened for the partner, and who sees what of it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::config::Clock;
use workwell_gateway::conformance::parties::referral::bundle::resources;
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::domain::queue::QueueKind;
use workwell_gateway::domain::status::Status;
use workwell_gateway::gateway::call::Call as Recorded;
use workwell_gateway::gateway::read::queue::Filter;
use workwell_gateway::gateway::resolve::Resolution;

use super::{
    asked, held_case, hub, partner, quiet, quiet_at, quiet_with, refer_on, referred, row_of, view,
};
use crate::support::call::Call;
use crate::testing::{copy, package};

fn names(object: &Value) -> Vec<&str> {
    let members = object.as_object().into_iter().flatten();
    members.map(|(name, _)| name.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_partner_gets_a_case_of_its_own_with_what_its_own_table_names() {
    let gateway = quiet().await;
    let (referral, _, id, child) = referred(&gateway, 1).await;
    let list = view(partner(&gateway, "GET", "cases")).await;
    let listed = list["cases"].as_array().expect("a list");
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (&listed[0]["id"], &listed[0]["status"]),
        (&json!(child), &json!("routed"))
    );
    let case = view(partner(&gateway, "GET", &format!("cases/{child}"))).await;
    assert_eq!(case["responsible"], "provider");
    let payload = &case["payload"];
    let mut found = names(payload);
    found.sort_unstable();
    let expected = [
        "adjustments",
        "age",
        "case_id",
        "communication",
        "consent",
        "interpreter",
        "language",
        "name",
        "phone",
        "reference",
        "referred_by",
        "safe_contact",
        "safeguarding",
    ];
    assert!(
        found.iter().all(|name| expected.contains(name)),
        "{found:?}"
    );
    assert_eq!(payload["referred_by"], "Borough Works");
    assert_eq!(payload["consent"]["how"], "spoken");
    // Nothing of the message besides: no number, place, practice, condition or story.
    let text = case.to_string();
    let patient = resources(referral.json(), "Patient").next().expect("one");
    for hidden in [
        &patient["identifier"][0]["value"],
        &patient["birthDate"],
        &patient["address"][0]["postalCode"],
        &patient["address"][0]["line"][0],
    ] {
        let hidden = hidden.as_str().expect("a text");
        assert!(!text.contains(hidden), "{hidden}");
    }
    for hidden in ["Lamplight", "Y99001", "Y99003", id.as_str()] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_new_case_is_part_of_the_old_one_and_on_the_same_journey() {
    let gateway = quiet().await;
    let (_, _, id, child) = referred(&gateway, 1).await;
    let (parent, child) = (row_of(&gateway, &id).await, row_of(&gateway, &child).await);
    assert_eq!(child.part_of, Some(parent.id));
    assert_eq!(child.referred_on_by.as_deref(), Some("borough-works"));
    assert_eq!(child.journey_id, parent.journey_id);
    assert_ne!(child.reference, parent.reference);
    assert_ne!(child.service_request_id, parent.service_request_id);
    // Nobody reads it as a referral of theirs, and nobody is answered about it.
    assert_eq!(
        (child.referrer.as_str(), &child.return_address),
        ("", &None)
    );
    assert_eq!(child.responsible.kind(), "gateway-operator");
    assert_eq!(parent.status.code(), "delivered");
    assert_eq!(parent.responsible.name(), "borough-works");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_new_case_has_a_clock_like_any_other_and_is_called_for_when_it_runs_out() {
    let clock = Clock::fixed(Timestamp::now());
    let gateway = quiet_at(clock.clone(), |_| {}).await;
    let (referral, _, _, child) = referred(&gateway, 1).await;
    let row = row_of(&gateway, &child).await;
    let due = row.milestone.expect("something is awaited");
    assert_eq!(due.milestone, "collect");
    let inside = &gateway.running.gateway;
    for at in [due.at, due.at + SignedDuration::from_hours(24 * 7)] {
        clock.advance(at.duration_since(clock.now()));
        inside.watch_clocks().await.expect("a round");
    }
    let filter = Filter {
        case_id: Some(row.id),
        ..Filter::default()
    };
    let queue = inside.queue_page(&Caller::System, &filter).await;
    let entries = queue.expect("the queue").waiting;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].row.entry.kind, QueueKind::Uncollected);
    assert!(entries[0].row.alerted_at.is_some());
    // Who referred the person on is told of the silence, by telephone.
    let ring = entries[0].ring.as_ref().expect("somebody is rung");
    assert_eq!(ring.provider.as_deref(), Some("borough-works"));
    let contact = ring.contact.as_deref().expect("the hub's own desk");
    assert!(contact.contains("borough-works"), "{contact}");
    let call = Recorded {
        told: "duty desk".to_owned(),
        at: clock.now(),
    };
    let by = Caller::Operator("Duty".to_owned());
    let told = inside.record_news_call(&by, row.id, &call).await;
    assert_eq!(told, Ok(row.status));
    let queue = inside.queue_page(&Caller::System, &filter).await;
    let entries = queue.expect("the queue").waiting;
    assert!(entries[0].row.told_at.is_some() && entries[0].ring.is_none());
    // The practice is answered about its own referral only, not about the partner's case.
    let told = gateway.parties.gp.responses_to(referral.bundle_id());
    let of_child = told
        .iter()
        .filter(|response| response.reference.as_deref() == Some(row.reference.as_str()));
    assert_eq!(of_child.count(), 0);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_sees_that_it_referred_on_and_the_practice_sees_nothing_of_it() {
    let gateway = quiet().await;
    let (referral, answer, id) = held_case(&gateway, 1).await;
    let read = format!(
        "ServiceRequest/{}",
        answer.service_request_id().expect("an id")
    );
    let practice = &gateway.parties.gp;
    let number =
        resources(referral.json(), "Patient").next().expect("one")["identifier"][0]["value"]
            .clone();
    let search = format!(
        "ServiceRequest?patient:identifier=https://fhir.nhs.uk/Id/nhs-number%7C{}",
        number.as_str().expect("a number")
    );
    let bars = gateway.bars();
    let before = practice.get(&bars, &read).await.expect("an answer");
    let found_before = practice.get(&bars, &search).await.expect("an answer");
    assert_eq!(found_before.body["total"], 1);
    let responses = gateway.legs(LegKind::Respond).await.len();

    let got = refer_on(&gateway, &id, "on-1", &asked()).await;
    let done = got.json();
    let case = view(hub(&gateway, "GET", &format!("cases/{id}"))).await;
    assert_eq!(case["status"], "delivered");
    let last = case["history"].as_array().and_then(|all| all.last());
    assert_eq!(last.expect("an event")["kind"], "case.referred-on");
    let onward = &case["referred_on"][0];
    for member in ["id", "reference", "partner"] {
        assert_eq!(onward[member], done[member], "{member}");
    }
    assert_eq!(onward["status"], "received");
    // The partner's case is the partner's: the hub knows of it and cannot read it.
    let child = done["id"].as_str().expect("an id");
    let refused = hub(&gateway, "GET", &format!("cases/{child}")).send().await;
    assert_eq!(refused.refusal(), (404, "WW-PRV-002".to_owned()));

    view(partner(&gateway, "GET", &format!("cases/{child}"))).await;
    super::partner_reports(&gateway, child, "We can help").await;
    let after = practice.get(&bars, &read).await.expect("an answer");
    assert_eq!(after.body, before.body);
    let found = practice.get(&bars, &search).await.expect("an answer");
    assert_eq!(found.body, found_before.body);
    assert_eq!(gateway.legs(LegKind::Respond).await.len(), responses);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_the_same_answer_and_opens_nothing() {
    let gateway = quiet().await;
    let (_, _, id) = held_case(&gateway, 1).await;
    let body = asked();
    let first = refer_on(&gateway, &id, "on-1", &body).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let again = refer_on(&gateway, &id, "on-1", &body).await;
    assert_eq!((again.status, &again.text), (200, &first.text));
    let mut other = body.clone();
    other["consent"]["how"] = json!("written");
    let misuse = refer_on(&gateway, &id, "on-1", &other).await;
    assert_eq!(misuse.refusal(), (409, "WW-PRV-005".to_owned()));
    // A key of an update is a key of this case.
    let path = format!("cases/{id}/updates");
    let reported = super::report(hub(&gateway, "POST", &path), "on-1", "ACCEPTED").await;
    assert_eq!(reported.refusal(), (409, "WW-PRV-005".to_owned()));
    let list = view(partner(&gateway, "GET", "cases")).await;
    assert_eq!(list["cases"].as_array().map(Vec::len), Some(1));
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_is_opened() {
    let gateway = quiet().await;
    let (_, _, id) = held_case(&gateway, 1).await;
    let url = format!("{}/cases/{id}/refer-on", gateway.provider_api());
    let token = gateway.parties.borough_works.desk.api().token().to_owned();
    let body = asked().to_string();
    let calls: Vec<_> = (0..6)
        .map(|number| {
            let call = Call::post(url.clone())
                .token(&token)
                .header("Idempotency-Key", format!("on-{number}"))
                .body(body.clone());
            tokio::spawn(async move { call.send().await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for call in calls {
        statuses.push(call.await.expect("it was called"));
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409]);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_partner_asks_what_the_case_it_came_from_leaves_open_and_asks_it_when_released_anew() {
    let tables = tempfile::tempdir().expect("a temporary folder");
    copy(&package("mappings"), tables.path());
    let rows = tables
        .path()
        .join("exampleshire/stillwater/eligibility.csv");
    let text = std::fs::read_to_string(&rows).expect("a table");
    // The case says of the fit note what the partner's own, narrower case does not.
    let more = "fit-note,is-not,yes,ask,,Do you have a fit note?\n\
                right-to-work,is,no,ask,,May you work here?\n";
    std::fs::write(&rows, text + more).expect("a writable copy");
    let gateway = quiet_with(|settings| settings.tables.mappings = tables.path().to_owned()).await;
    let (_, _, _, child) = referred(&gateway, 1).await;
    let row = row_of(&gateway, &child).await;
    let by_hand = &gateway.running.gateway;
    let operator = Caller::Operator("Demo operator".to_owned());
    let held = by_hand.hold(&operator, row.id, "call 1").await;
    assert_eq!(held, Ok(Status::Held));
    let decided = Resolution {
        evidence: "call 2".to_owned(),
        send_anyway: false,
        consent: None,
    };
    let resolved = by_hand.resolve(&operator, row.id, &decided).await;
    assert_eq!(resolved, Ok(Status::Routed));
    let case = view(partner(&gateway, "GET", &format!("cases/{child}"))).await;
    assert_eq!(case["version"], 2);
    assert_eq!(case["payload"]["to_ask"], json!(["May you work here?"]));
    let facts = by_hand.audit(&Caller::System, 1, 10_000).await;
    let facts = facts.expect("the audit log").into_iter();
    let released =
        facts.filter(|fact| fact.kind == "case.released" && fact.case_id == Some(row.id));
    let named: Vec<bool> = released
        .map(|fact| {
            fact.details
                .contains(r#""questions":"eligibility.csv:4 right-to-work""#)
        })
        .collect();
    assert_eq!(named, [true, true]);
    gateway.end().await;
}
