//! What is no message at all, and what fails on our side: still an OperationOutcome.

use std::time::Duration;

use reqwest::Method;
use workwell_gateway::conformance::parties::referral::{Place, Referral};

use super::{open_cases, quiet, quieted, wire};
use crate::support::{TestGateway, eventually};

fn referral() -> Referral {
    Referral::new(1).at(Place::LANTERN)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_path_is_not_implemented() {
    let gateway = quiet().await;
    let headers = wire::read_headers("Y99001");
    for path in [
        "Slot",
        "Appointment/1",
        "Task",
        "metadata/",
        "servicerequest",
        "",
    ] {
        let reply = wire::ask(&gateway, Method::GET, path, &headers).await;
        assert_eq!(reply.status, 501, "{path}");
        reply.assert_outcome();
        let errors = reply.errors();
        assert_eq!(
            errors,
            [["REC_NOT_IMPLEMENTED", "not-supported", "WW-HDR-029", ""]]
        );
        assert_eq!(reply.header("X-Request-Id"), headers[0].1);
        assert_eq!(reply.header("X-Correlation-Id"), headers[1].1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_verb_is_told_with_the_verbs_that_are_right() {
    let gateway = quiet().await;
    let headers = wire::read_headers("Y99001");
    for (method, path, allow) in [
        (Method::PUT, "metadata", "GET,HEAD"),
        (Method::POST, "MessageDefinition", "GET,HEAD"),
        (Method::GET, "$process-message", "POST"),
        (
            Method::DELETE,
            "ServiceRequest/0d4fb6c2-6f0e-4a5d-8a3c-2f1f0c9d8e77",
            "GET,HEAD",
        ),
        (Method::PATCH, "ServiceRequest", "GET,HEAD"),
    ] {
        let reply = wire::ask(&gateway, method.clone(), path, &headers).await;
        assert_eq!(
            (reply.status, reply.header("allow")),
            (405, allow),
            "{method} {path}"
        );
        reply.assert_outcome();
        let errors = reply.errors();
        assert_eq!(
            errors,
            [["REC_METHOD_NOT_ALLOWED", "not-supported", "WW-HDR-028", ""]]
        );
        assert_eq!(reply.header("X-Request-Id"), headers[0].1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_cannot_write_is_told_as_503_and_the_same_request_succeeds_later() {
    let gateway = quiet().await;
    let sending = gateway.parties.gp.prepare(&referral());
    let away = "ALTER TABLE messages RENAME TO messages_away";
    gateway.store.execute(away);
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(reply.status, 503, "{}", reply.json);
    reply.assert_outcome();
    reply.assert_echoes(&sending);
    assert_eq!(
        reply.errors(),
        [["REC_SERVICE_UNAVAILABLE", "transient", "WW-STO-001", ""]]
    );
    assert_eq!(reply.header("retry-after"), "5");
    let back = "ALTER TABLE messages_away RENAME TO messages";
    gateway.store.execute(back);
    assert_eq!(open_cases(&gateway).await, 0);
    let again = wire::post(&gateway, &sending).await;
    assert_eq!(again.status, 200, "{}", again.json);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_over_the_time_limit_is_told_as_408_and_still_comes_to_its_end() {
    let gateway = TestGateway::with(|settings| {
        settings.bars.limits.time_limit = Duration::from_millis(200);
    });
    let gateway = quieted(gateway.await);
    let sending = gateway.parties.gp.prepare(&referral());
    let held = gateway.store.hold();
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(reply.status, 408, "{}", reply.json);
    reply.assert_outcome();
    reply.assert_echoes(&sending);
    assert_eq!(
        reply.errors(),
        [["REC_TIMEOUT", "timeout", "WW-HDR-030", ""]]
    );
    drop(held);
    eventually("the repeat is a duplicate of what was done", || async {
        let again = wire::post(&gateway, &sending).await;
        assert!([408, 409, 425].contains(&again.status), "{}", again.json);
        (again.status == 409).then_some(())
    })
    .await;
}
