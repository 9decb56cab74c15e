//! What the referrer is sent (BaRS Core 1.5.0, response; referral-short).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use workwell_gateway::adapters::store::LegKind;
use workwell_gateway::conformance::parties::referral::bundle::{resolve, resources};
use workwell_gateway::gateway::read::outbox::LegState;

use super::refer_to_lantern;
use crate::support::receiver::{Receiver, Reply, Taken};
use crate::support::{TestGateway, eventually};

async fn with_proxy(proxy: &Receiver) -> TestGateway {
    TestGateway::with(|settings| settings.bars.outbound.base_url = Some(proxy.url())).await
}

fn target(taken: &Taken) -> Value {
    let json = BASE64_STANDARD.decode(taken.header("nhsd-target-identifier"));
    serde_json::from_slice(&json.expect("Base64")).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_milestone_is_a_message_of_its_own_in_the_same_conversation() {
    let proxy = Receiver::start().await;
    let gateway = with_proxy(&proxy).await;
    let (referral, answer) = refer_to_lantern(&gateway, 1).await;
    let taken = proxy.until_taken(5).await;
    let mut request_ids: Vec<&str> = taken.iter().map(|t| t.header("x-request-id")).collect();
    request_ids.sort_unstable();
    request_ids.dedup();
    assert_eq!(request_ids.len(), 5, "a fresh request id each");
    for response in &taken {
        assert_eq!(response.path, "/$process-message");
        let correlation = referral.correlation_id().to_string();
        assert_eq!(response.header("x-correlation-id"), correlation);
        let target = target(response);
        assert_eq!(target["system"], "https://fhir.nhs.uk/Id/dos-service-id");
        assert_eq!(target["value"], "2000099911", "the return address");
        let message = response.json();
        let header = resources(&message, "MessageHeader").next().expect("one");
        assert_eq!(header["eventCoding"]["code"], "servicerequest-response");
        assert_eq!(header["response"]["identifier"], referral.bundle_id());
        assert_eq!(resources(&message, "Encounter").count(), 2);
        let focus = header["focus"][0]["reference"].as_str().expect("a focus");
        let focus = resolve(&message, focus).expect("it is in the message");
        assert_eq!(focus["resourceType"], "Encounter");
        let reference = answer.case_reference().expect("a reference");
        assert_eq!(focus["identifier"][0]["value"], reference);
        let bundle_id = message["id"].as_str().expect("an id");
        assert_ne!(bundle_id, referral.bundle_id());
    }
    let id = answer.service_request_id().expect("an id");
    let read = gateway
        .parties
        .gp
        .get(&gateway.bars(), &format!("ServiceRequest/{id}"))
        .await;
    assert_eq!(read.expect("an answer").status, 200);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referrer_that_fails_gets_the_same_request_again() {
    let proxy = Receiver::start().await;
    proxy.answer_next([Reply::Status(503), Reply::Cut]);
    let gateway = with_proxy(&proxy).await;
    gateway
        .parties
        .lantern
        .desk
        .script_next(workwell_gateway::conformance::parties::providers::Script::silent());
    refer_to_lantern(&gateway, 1).await;
    let leg = gateway.leg_in(LegKind::Respond, LegState::Delivered).await;
    let taken = proxy.taken();
    assert_eq!((leg.attempts, taken.len()), (3, 3));
    for repeat in &taken {
        assert_eq!(repeat.header("x-request-id"), leg.effect_key);
        assert_eq!(repeat.body, taken[0].body);
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referrer_that_has_it_already_counts_as_told() {
    const DUPLICATE: &str = r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error",
        "code":"duplicate","details":{"coding":[{
        "system":"https://fhir.nhs.uk/CodeSystem/http-error-codes","code":"REC_CONFLICT"}]}}]}"#;
    let proxy = Receiver::start().await;
    let headers = "content-type: application/fhir+json\r\n";
    proxy.answer_next([Reply::Cut, Reply::Full(409, headers, DUPLICATE)]);
    let gateway = with_proxy(&proxy).await;
    gateway
        .parties
        .lantern
        .desk
        .script_next(workwell_gateway::conformance::parties::providers::Script::silent());
    refer_to_lantern(&gateway, 1).await;
    let leg = gateway.leg_in(LegKind::Respond, LegState::Delivered).await;
    assert_eq!(leg.attempts, 2);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_cannot_be_returned_can_still_be_read() {
    let gateway = TestGateway::with(|settings| settings.bars.outbound.base_url = None).await;
    let (_, answer) = refer_to_lantern(&gateway, 1).await;
    let id = answer.service_request_id().expect("an id").to_owned();
    let path = format!("ServiceRequest/{id}");
    eventually("the end can be read", || async {
        let read = gateway.parties.gp.get(&gateway.bars(), &path).await.ok()?;
        read.body
            .to_string()
            .contains("Support finished")
            .then_some(())
    })
    .await;
    // Nothing is lost either: the message waits for the operator to set the address.
    let legs = gateway.legs(LegKind::Respond).await;
    assert_eq!(legs[0].state, LegState::Parked);
    assert_eq!(legs[0].last_error.as_deref(), Some("WW-DLV-020"));
    gateway.end().await;
}
