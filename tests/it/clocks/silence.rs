//! Whom no system can tell that there is no news is rung, and the call is recorded.

use serde_json::{Value, json};
use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::gp::Conduct;
use workwell_gateway::domain::queue::QueueKind;
use workwell_gateway::gateway::read::outbox::LegState;

use super::{held, know, operator, queue, quiet, until, until_due, until_next_working_day};
use super::{waiting, watch};
use crate::support::TestGateway;
use crate::support::call::Call;
use crate::support::casework::{CALLED, Casework, now};
use crate::testing::{copy, package};

async fn listed(gateway: &TestGateway) -> Vec<Value> {
    let url = format!("{}/admin/queue", gateway.admin());
    let got = Call::get(url).send().await;
    got.json()["entries"].as_array().cloned().expect("entries")
}

fn called(told: &str) -> [&str; 5] {
    called_at(told, CALLED[3])
}

fn called_at<'w>(told: &'w str, when: &'w str) -> [&'w str; 5] {
    ["called", "--told", told, "--when", when]
}

fn facts(gateway: &TestGateway, kind: &str) -> usize {
    let sql = format!("SELECT kind FROM audit WHERE kind = '{kind}'");
    gateway.store.rows(&sql).len()
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_system_can_be_told_the_entry_asks_for_a_call_and_says_when_it_was_made() {
    let (gateway, clock) = quiet(|settings| settings.bars.outbound.base_url = None).await;
    let (referral, answer, _) = waiting(&gateway, 1).await;
    let case = Casework { referral, answer };
    let reference = case.answer.case_reference().expect("a reference");
    until_due(&gateway, &clock, reference).await;
    watch(&gateway).await;
    // Before its time is over nobody is rung, and a call that nobody asked for is none.
    assert_eq!(listed(&gateway).await[0]["ring"], Value::Null);
    assert_eq!(
        case.refused(&gateway, &called("reception")).await,
        "WW-OPR-015"
    );
    until(&clock, queue(&gateway).await[0].entry.due_at);
    let watched = watch(&gateway).await;
    assert_eq!((watched.told, watched.alerted), (0, 1));
    let entry = listed(&gateway).await.remove(0);
    assert_eq!(entry["ring"]["whom"], "referrer");
    assert_eq!(entry["referrerToldAt"], Value::Null);
    let steps = entry["whatToDo"].to_string();
    for part in ["Call the referring organisation", "cases called "] {
        assert!(steps.contains(part), "{part} in {steps}");
    }
    let page = Call::get(format!("{}/admin/queue.html", gateway.admin()));
    assert!(page.send().await.text.contains("no news of "));
    let before = know(&gateway, reference).await.row;

    let early = called_at("reception", "2019-01-05T10:15:00Z");
    assert_eq!(case.refused(&gateway, &early).await, "WW-OPR-009");
    let when = now(&gateway);
    for _ in 0..2 {
        let status = case.done(&gateway, &called_at("reception", &when)).await;
        assert_eq!(status, "routed");
    }
    assert_eq!(facts(&gateway, "referrer.called"), 1, "the same call once");
    let entry = listed(&gateway).await.remove(0);
    assert_eq!(entry["ring"], Value::Null);
    assert!(entry["referrerToldAt"].is_string(), "{entry}");
    let known = know(&gateway, reference).await;
    assert_eq!(known.row.responsible, before.responsible);
    let last = &known.events.last().expect("events").event;
    assert_eq!(
        (last.kind.as_str(), last.note.as_deref()),
        ("referrer.called", Some("reception"))
    );
    // The entry is still worked, and the same silence is not rung about again.
    until_next_working_day(&gateway, &clock);
    assert_eq!(watch(&gateway).await.told, 0);
    assert_eq!(listed(&gateway).await[0]["ring"], Value::Null);
    assert_eq!(
        case.refused(&gateway, &called("manager")).await,
        "WW-OPR-015"
    );
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_news_that_the_practice_s_system_refuses_is_told_on_the_telephone_and_never_sent() {
    let (gateway, clock) = quiet(|settings| settings.delivery.retry_after.clear()).await;
    gateway.parties.gp.conduct(Conduct::Fail {
        status: 400,
        times: u32::MAX,
    });
    let (referral, answer, _) = held(&gateway, 1).await;
    let case = Casework { referral, answer };
    let reference = case.answer.case_reference().expect("a reference");
    until_due(&gateway, &clock, reference).await;
    assert_eq!(watch(&gateway).await.told, 1);
    let leg = gateway.leg_in(LegKind::Respond, LegState::Parked).await;
    let entries = listed(&gateway).await;
    let parked = entries
        .iter()
        .find(|entry| entry["subject"] == format!("respond:{}", leg.id));
    let steps = parked.expect("the entry")["whatToDo"].to_string();
    assert!(steps.contains("cases called "), "{steps}");
    assert_eq!(case.done(&gateway, &called("reception")).await, "held");
    let kinds: Vec<QueueKind> = queue(&gateway)
        .await
        .iter()
        .map(|row| row.entry.kind)
        .collect();
    assert_eq!(kinds, [QueueKind::Held], "the case still waits");
    gateway.leg_in(LegKind::Respond, LegState::Stopped).await;
    gateway.parties.gp.conduct(Conduct::Orderly);
    let inside = &gateway.running.gateway;
    let again = inside.retry(&operator(), leg.id).await;
    assert!(again.is_err(), "it is never sent afterwards");
    let details = gateway
        .store
        .rows("SELECT details FROM audit WHERE kind = 'leg.stopped'");
    let told: Value = serde_json::from_str(&details[0][0]).expect("an object");
    assert_eq!(told["reason"], json!("told-by-telephone"));
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_clock_raises_is_due_by_the_provider_s_own_days() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let mappings = root.path().join("mappings");
    copy(&package("mappings"), &mappings);
    let file = mappings.join("exampleshire/borough-works/provider.toml");
    let text = std::fs::read_to_string(&file).expect("a table");
    let text = text.replace("[clocks]\n", "[clocks]\nhold = 3\n");
    std::fs::write(&file, text).expect("a writable copy");
    let (gateway, clock) = quiet(|settings| settings.tables.mappings = mappings).await;
    let (_, answer, _) = waiting(&gateway, 1).await;
    let reference = answer.case_reference().expect("a reference");
    until_due(&gateway, &clock, reference).await;
    watch(&gateway).await;
    let calendar = gateway.running.gateway.settings().working_days();
    let due = workwell_gateway::domain::clock::end_of_working_day(clock.now(), 3, &calendar);
    assert_eq!(queue(&gateway).await[0].entry.due_at, due);
    gateway.end().await;
}
