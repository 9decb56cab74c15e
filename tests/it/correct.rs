//! Corrections by a named operator.

use workwell_gateway::conformance::parties::referral::{Place, Referral};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::domain::identifiers::OdsCode;
use workwell_gateway::domain::status::Status;
use workwell_gateway::gateway::correct::Correction;

use crate::support::{TestGateway, eventually};

fn to_support(evidence: &str) -> Correction {
    Correction {
        to: Status::InSupport,
        evidence: evidence.to_owned(),
        reason: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_closed_by_mistake_is_corrected_with_evidence_and_the_referrer_is_told() {
    let gateway = TestGateway::start().await;
    let referral = Referral::new(1).at(Place::LANTERN);
    let answer = gateway.refer(&referral).await;
    let told = |status: &'static str| {
        let responses = gateway.parties.gp.responses_to(referral.bundle_id());
        let last = responses
            .last()
            .map(|response| response.encounter_status.clone());
        last.filter(|last| last == status).map(|_| responses.len())
    };
    let before = eventually("the case ends", || async { told("finished") }).await;

    let practice = Caller::Referrer(OdsCode::parse("Y99001").expect("an ODS code"));
    let id = answer
        .service_request_id()
        .expect("an id")
        .parse()
        .expect("a UUID");
    let use_cases = &gateway.running.gateway;
    let shown = use_cases
        .read_referral(&practice, id)
        .await
        .expect("readable");
    let operator = Caller::Operator("Duty operator".to_owned());
    let bad = use_cases
        .correct(&operator, shown.row.id, &to_support("9990000018"))
        .await;
    assert_eq!(bad.expect_err("no evidence").entry.code, "WW-OPR-002");
    let corrected = use_cases
        .correct(&operator, shown.row.id, &to_support("call 17"))
        .await;
    assert_eq!(corrected, Ok(Status::InSupport));

    let after = eventually("the referrer is told", || async { told("in-progress") }).await;
    assert_eq!(after, before + 1);
    let shown = use_cases
        .read_referral(&practice, id)
        .await
        .expect("readable");
    assert_eq!(shown.row.status, Status::InSupport);
    assert_eq!(shown.row.responsible.kind(), "provider");
    gateway.end().await;
}
