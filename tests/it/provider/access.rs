//! Who may call, and whose cases a caller sees.

use reqwest::Method;

use super::{call, quiet, read_case};
use crate::support::call::{Call, Got};

const NOBODY: &str = "0190d0a0-0000-7000-8000-00000000000f";

fn assert_unknown_caller(got: &Got, path: &str) {
    assert_eq!(got.refusal(), (401, "WW-PRV-001".to_owned()), "{path}");
    assert_eq!(got.header("www-authenticate"), "Bearer", "{path}");
    assert_eq!(
        got.header("content-type"),
        "application/problem+json",
        "{path}"
    );
    let body = got.json();
    assert_eq!(body["status"], 401);
    for member in ["type", "title", "detail", "advice"] {
        assert!(body[member].is_string(), "{member} in {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_known_token_nothing_is_answered() {
    let gateway = quiet().await;
    let (_, id) = read_case(&gateway, 1).await;
    let api = gateway.provider_api();
    for (verb, path) in [
        (Method::GET, "cases".to_owned()),
        (Method::GET, format!("cases/{id}")),
        (Method::GET, format!("cases/{NOBODY}")),
        (Method::POST, format!("cases/{id}/acknowledge")),
        (Method::POST, format!("cases/{id}/updates")),
    ] {
        let call = Call::new(verb, format!("{api}/{path}"));
        assert_unknown_caller(&call.send().await, &path);
        let known = gateway.parties.lantern.desk.api().token();
        for credential in [
            "Bearer wrong".to_owned(),
            "Bearer ".to_owned(),
            format!("Basic {known}"),
            known.to_owned(),
        ] {
            let call = call.clone().header("Authorization", credential);
            assert_unknown_caller(&call.send().await, &path);
        }
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_cannot_tell_anothers_case_from_one_that_is_not_there() {
    let gateway = quiet().await;
    let (_, id) = read_case(&gateway, 1).await;
    let api = gateway.provider_api();
    let charity = gateway.parties.lantern.desk.api().token();
    let list = Call::get(format!("{api}/cases"))
        .token(charity)
        .send()
        .await;
    assert_eq!(list.json()["cases"].as_array().map(Vec::len), Some(0));
    for (verb, rest) in [
        (Method::GET, ""),
        (Method::POST, "/acknowledge"),
        (Method::POST, "/updates"),
        (Method::POST, "/refer-on"),
    ] {
        let mut answers = Vec::new();
        for case in [id.as_str(), NOBODY, "17", "%ff"] {
            let call = Call::new(verb.clone(), format!("{api}/cases/{case}{rest}"));
            let call = call.token(charity).header("Idempotency-Key", "k");
            let body = match rest {
                "/refer-on" => "{}",
                _ => r#"{"status":"Got it","occurred_at":"2026-11-01T10:00:00Z"}"#,
            };
            answers.push(call.body(body).send().await);
        }
        for got in &answers {
            assert_eq!(got.refusal(), (404, "WW-PRV-002".to_owned()), "{rest}");
            assert_eq!(got.text, answers[0].text, "{rest}");
            assert_eq!(got.header("content-type"), "application/problem+json");
        }
    }
    // Nothing of that has touched the case.
    let got = call(&gateway, "GET", &format!("cases/{id}")).send().await;
    assert_eq!(got.json()["status"], "delivered");
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_path_and_a_wrong_verb_are_problem_documents() {
    let gateway = quiet().await;
    let got = call(&gateway, "GET", "people").send().await;
    assert_eq!(got.refusal(), (404, "WW-PRV-007".to_owned()));
    let got = call(&gateway, "POST", "cases").send().await;
    assert_eq!(got.refusal(), (405, "WW-PRV-008".to_owned()));
    assert!(got.header("allow").contains("GET"), "{:?}", got.headers);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_tokens_none_is_believed() {
    let gateway = quiet().await;
    let known = gateway.parties.lantern.desk.api().token();
    let url = format!("{}/cases", gateway.provider_api());
    for second in ["Bearer of-a-proxy".to_owned(), format!("Bearer {known}")] {
        let got = Call::get(url.clone())
            .header("Authorization", format!("Bearer {known}"))
            .header("Authorization", second)
            .send()
            .await;
        assert_unknown_caller(&got, "cases");
        assert!(got.text.contains("the header stands twice"), "{}", got.text);
    }
}
