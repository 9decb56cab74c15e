//! A thin client that shows everything of an answer.

use std::time::Duration;

use reqwest::{Method, header::HeaderMap};
use serde_json::Value;
use workwell_gateway::conformance::parties::gp::Sending;
use workwell_gateway::conformance::parties::referral::{GATEWAY_SERVICE, PRACTICE_ODS};
use workwell_gateway::conformance::parties::wire;

use super::encoded;
use crate::support::TestGateway;
use crate::support::conforms::assert_conforms;

/// An answer with everything it has.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    /// Null when the body is not JSON.
    pub json: Value,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The error issues: REC code, issue code, our code, place.
    pub fn errors(&self) -> Vec<[String; 4]> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let issues = self.json["issue"].as_array().into_iter().flatten();
        issues
            .filter(|issue| issue["severity"] == "error")
            .map(|issue| {
                let place = match &issue["expression"][0] {
                    Value::Null => text(&issue["location"][0]),
                    found => text(found),
                };
                let coding = &issue["details"]["coding"];
                [
                    text(&coding[0]["code"]),
                    text(&issue["code"]),
                    text(&coding[1]["code"]),
                    place,
                ]
            })
            .collect()
    }

    /// Our codes of the error issues.
    pub fn codes(&self) -> Vec<String> {
        self.errors()
            .into_iter()
            .map(|[_, _, code, _]| code)
            .collect()
    }

    /// The body is an OperationOutcome as BaRS shapes it, and no cache keeps it.
    pub fn assert_outcome(&self) {
        assert_eq!(self.json["resourceType"], "OperationOutcome", "{self:?}");
        let id = self.json["id"].as_str().unwrap_or_default();
        assert!(uuid::Uuid::try_parse(id).is_ok(), "the id is a UUID: {id}");
        assert!(
            self.header("content-type")
                .starts_with("application/fhir+json; version=1.5.0")
        );
        assert_eq!(self.header("cache-control"), "no-store");
        assert_eq!(self.json["issue"][0]["severity"], "error");
        let coding = &self.json["issue"][0]["details"]["coding"][0];
        assert_eq!(
            coding["system"],
            "https://fhir.nhs.uk/CodeSystem/http-error-codes"
        );
        let display = format!(
            "{} - {}",
            self.status,
            coding["code"].as_str().unwrap_or_default()
        );
        assert_eq!(
            coding["display"],
            display.as_str(),
            "issue[0] decides the status"
        );
        for issue in self.json["issue"].as_array().into_iter().flatten() {
            let told = issue["diagnostics"].as_str().unwrap_or_default();
            assert!(told.starts_with("WW-") && told.len() > 30, "{issue}");
        }
    }

    /// The two ids came back, as far as they were sent.
    pub fn assert_echoes(&self, sending: &Sending) {
        for name in ["X-Request-Id", "X-Correlation-Id"] {
            let sent = sending.headers.iter().find(|(known, _)| *known == name);
            let sent = sent.map_or("", |(_, value)| value.as_str());
            assert_eq!(self.header(name), sent, "{name}");
        }
    }

    pub fn without_id(&self) -> Value {
        let mut body = self.json.clone();
        body.as_object_mut().map(|members| members.remove("id"));
        body
    }
}

/// Posts to `/$process-message`.
pub async fn post(gateway: &TestGateway, sending: &Sending) -> Reply {
    post_to(&gateway.bars(), sending).await
}

/// The same by the address of the listener.
pub async fn post_to(base: &str, sending: &Sending) -> Reply {
    let url = format!("{base}/$process-message");
    call(Method::POST, &url, &sending.headers, sending.body.clone()).await
}

/// `GET` below the base with the headers of the practice.
pub async fn get(gateway: &TestGateway, path: &str) -> Reply {
    ask(gateway, Method::GET, path, &read_headers(PRACTICE_ODS)).await
}

/// Any verb below the base with these headers.
pub async fn ask(
    gateway: &TestGateway,
    method: Method,
    path: &str,
    headers: &[(&'static str, String)],
) -> Reply {
    call(
        method,
        &format!("{}/{path}", gateway.bars()),
        headers,
        Vec::new(),
    )
    .await
}

/// The headers of a read by this organisation, with fresh ids.
pub fn read_headers(ods: &str) -> Vec<(&'static str, String)> {
    let target = serde_json::json!({
        "system": "https://fhir.nhs.uk/Id/dos-service-id", "value": GATEWAY_SERVICE,
    });
    let organisation = serde_json::json!({
        "resourceType": "Organization",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": ods}],
    });
    vec![
        ("X-Request-Id", uuid::Uuid::new_v4().to_string()),
        ("X-Correlation-Id", uuid::Uuid::new_v4().to_string()),
        ("NHSD-Target-Identifier", encoded(&target)),
        ("NHSD-End-User-Organisation", encoded(&organisation)),
        ("Accept", "application/fhir+json; version=1.5.0".to_owned()),
    ]
}

async fn call(
    method: Method,
    url: &str,
    headers: &[(&'static str, String)],
    body: Vec<u8>,
) -> Reply {
    let mut request = wire::client(Duration::from_secs(30))
        .request(method, url)
        .body(body.clone());
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.bytes().await.expect("a body").to_vec();
    assert_conforms(&bytes, &body);
    let json = serde_json::from_slice(&bytes).unwrap_or_default();
    Reply {
        status,
        headers,
        bytes,
        json,
    }
}
