//! For a provider that polls, the first read is the delivery.

use reqwest::Method;
use serde_json::Value;
use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::referral::person;
use workwell_gateway::gateway::read::outbox::LegState;

use super::{call, outcome, quiet, waiting_case};
use crate::support::call::Call;
use crate::support::eventually;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_read_is_the_delivery_and_the_referrer_is_told() {
    let gateway = quiet().await;
    let (referral, id) = waiting_case(&gateway, 1).await;
    let leg = gateway.leg_in(LegKind::Deliver, LegState::Waiting).await;
    let before = gateway.case_of(&leg).await;
    assert_eq!(before.status.code(), "routed");
    assert_eq!(before.responsible.kind(), "gateway-operator");
    let path = format!("cases/{id}");
    let first = call(&gateway, "GET", &path).send().await;
    assert_eq!(first.status, 200, "{}", first.text);
    assert_eq!(first.header("cache-control"), "no-store");
    let view = first.json();
    assert_eq!(view["status"], "delivered");
    assert_eq!(view["responsible"], "provider");
    assert_eq!(view["version"], 1);
    let after = gateway.case_of(&leg).await;
    assert_eq!(after.status.code(), "delivered");
    assert_eq!(after.responsible.name(), "borough-works");
    gateway.leg_in(LegKind::Deliver, LegState::Delivered).await;
    eventually("the practice is told", || async {
        let told = gateway.parties.gp.responses_to(referral.bundle_id());
        (told.len() == 1 && told[0].encounter_status == "planned").then_some(())
    })
    .await;
    // Reading again is no second delivery.
    let second = call(&gateway, "GET", &path).send().await.json();
    assert_eq!(second["payload"], view["payload"]);
    assert_eq!(second["history"], view["history"]);
    assert_eq!(gateway.legs(LegKind::Respond).await.len(), 1);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_for_the_head_alone_is_no_delivery() {
    let gateway = quiet().await;
    let (_, id) = waiting_case(&gateway, 1).await;
    let url = format!("{}/cases/{id}", gateway.provider_api());
    let token = gateway.parties.borough_works.desk.api().token();
    let head = Call::new(Method::HEAD, url).token(token).send().await;
    assert_eq!((head.status, head.header("allow")), (405, "GET"));
    let leg = gateway.leg_in(LegKind::Deliver, LegState::Waiting).await;
    assert_eq!(gateway.case_of(&leg).await.status.code(), "routed");
    gateway.end().await;
}

/// Every member of a payload by its path.
fn paths(value: &Value, before: &str, found: &mut Vec<String>) {
    let Some(members) = value.as_object() else {
        found.push(before.to_owned());
        return;
    };
    for (name, value) in members {
        let path = if before.is_empty() {
            name.clone()
        } else {
            format!("{before}.{name}")
        };
        paths(value, &path, found);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_payload_holds_exactly_the_fields_that_the_table_names() {
    let gateway = quiet().await;
    let (_, id) = waiting_case(&gateway, 1).await;
    let view = call(&gateway, "GET", &format!("cases/{id}"))
        .send()
        .await
        .json();
    let payload = &view["payload"];
    let mut found = Vec::new();
    paths(payload, "", &mut found);
    assert_eq!(found, EXPECTED, "{found:#?}");
    assert_eq!(payload["caseId"], id);
    assert_eq!(payload["caseReference"], view["reference"]);
    assert_eq!(
        payload["person"]["surname"],
        person::family(1).to_uppercase()
    );
    assert_eq!(payload["person"]["dateOfBirth"], person::birth_date(1));
    assert_eq!(payload["contact"]["postcode"], "ZZ99 2AA");
    assert_eq!(payload["scheme"], "WORKWELL");
    // The council may not hold it, whatever the practice sent.
    assert!(!view.to_string().contains(&person::nhs_number(1)));
    gateway.end().await;
}

/// In the order of fields.csv; what this person has no datum for is left out.
const EXPECTED: &[&str] = &[
    "caseId",
    "caseReference",
    "referral.receivedDate",
    "referral.sourceRoute",
    "referral.referrerOds",
    "referral.referrerName",
    "person.forenames",
    "person.surname",
    "person.dateOfBirth",
    "person.preferredLanguage",
    "person.needsInterpreter",
    "person.adjustments",
    "contact.telephones",
    "contact.email",
    "contact.addressLine1",
    "contact.postTown",
    "contact.postcode",
    "employment.status",
    "employment.absence",
    "employment.absenceStart",
    "employment.fitNoteTo",
    "health.primaryGroup",
    "health.otherGroups",
    "notes",
    "consent.recordedOn",
    "scheme",
];

#[tokio::test(flavor = "multi_thread")]
async fn confirming_a_case_twice_changes_nothing() {
    let gateway = quiet().await;
    let (referral, id) = waiting_case(&gateway, 1).await;
    call(&gateway, "GET", &format!("cases/{id}")).send().await;
    let acknowledge = call(&gateway, "POST", &format!("cases/{id}/acknowledge"));
    let first = acknowledge.send().await;
    let second = acknowledge.send().await;
    assert_eq!(outcome(&first), super::done("acknowledged", "moved"));
    assert_eq!((second.status, &second.text), (200, &first.text));
    super::report(&gateway, &id, "k1", "ACCEPTED", 0).await;
    // After the work began it tells nothing new.
    let third = acknowledge.send().await;
    assert_eq!(third.status, 200);
    let view = call(&gateway, "GET", &format!("cases/{id}"))
        .send()
        .await
        .json();
    assert_eq!(view["status"], "accepted");
    eventually("the practice is told of three milestones", || async {
        let told = gateway.parties.gp.responses_to(referral.bundle_id());
        (told.len() == 3).then_some(())
    })
    .await;
    assert_eq!(gateway.legs(LegKind::Respond).await.len(), 3);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_on_a_case_that_was_not_read_shows_that_the_provider_has_it() {
    let gateway = quiet().await;
    let (_, id) = waiting_case(&gateway, 1).await;
    let got = call(&gateway, "POST", &format!("cases/{id}/acknowledge"))
        .send()
        .await;
    assert_eq!(outcome(&got), super::done("acknowledged", "moved"));
    gateway.leg_in(LegKind::Deliver, LegState::Delivered).await;
    gateway.end().await;
}
