//! Vale NHS Trust: a FHIR server that takes a transaction Bundle at its base and honours
//! conditional creates (FHIR R4, `ifNoneExist`).

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};
use uuid::Uuid;

use super::recognise::{self, Kind};
use super::{Desk, Words};
use crate::conformance::parties::conforms;
use crate::conformance::parties::event::Feed;
use crate::conformance::parties::referral::bundle::entries;
use crate::conformance::parties::wire::{BODY_LIMIT, Server, lock};

/// The trust's words.
pub const WORDS: Words = Words {
    way: &["accepted", "in-progress", "completed"],
    declined: "rejected",
};

/// The trust's FHIR server, running.
#[derive(Debug)]
pub struct FhirProvider {
    /// The people behind it.
    pub desk: Desk,
    bearer: String,
    server: Server,
}

#[derive(Clone)]
struct Door {
    desk: Desk,
    bearer: String,
    /// Condition -> location.
    known: Arc<Mutex<BTreeMap<String, String>>>,
}

impl FhirProvider {
    /// Starts it on a free loopback port with a bearer token of its own.
    pub async fn start(feed: Feed) -> io::Result<Self> {
        let desk = Desk::new("Vale NHS Trust", WORDS, feed);
        let bearer = format!("vale-{}", Uuid::new_v4().simple());
        let door = Door {
            desk: desk.clone(),
            bearer: bearer.clone(),
            known: Arc::default(),
        };
        let routes = Router::new()
            .route("/fhir", post(transaction))
            .route("/fhir/", post(transaction))
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .with_state(door);
        let server = Server::start(routes).await?;
        Ok(Self {
            desk,
            bearer,
            server,
        })
    }

    /// The server's base.
    pub fn url(&self) -> String {
        format!("{}/fhir", self.server.url())
    }

    /// The token that the gateway must send.
    pub fn bearer(&self) -> &str {
        &self.bearer
    }
}

async fn transaction(State(door): State<Door>, headers: HeaderMap, body: Bytes) -> Response {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    if token.and_then(|token| token.strip_prefix("Bearer ")) != Some(&door.bearer) {
        door.desk.doubt();
        return outcome(401, "login");
    }
    let bundle: Value = serde_json::from_slice(&body).unwrap_or_default();
    if let Err(reason) = shape(&bundle) {
        door.desk.doubt();
        return outcome(400, reason);
    }
    if !conforms::faults(&body).is_empty() {
        door.desk.doubt();
        return outcome(422, "invariant");
    }
    let (kind, case) = recognise::transaction(&bundle);
    let key = format!("{kind:?} {}", effect_key(&bundle));
    if let Err(status) = door.desk.admit(&key, kind, &case).await {
        return outcome(status, "transient");
    }
    let (answer, created) = perform(&door.known, &bundle);
    // A stop that overtook its referral has created the ended ServiceRequest: the
    // conditional create that arrives late finds it and begins nothing.
    if kind == Kind::Stop || created {
        door.desk.book_in(&key, kind, case);
    }
    door.desk.answer(&key).await;
    fhir(200, &answer)
}

/// What must hold before anything is done.
fn shape(bundle: &Value) -> Result<(), &'static str> {
    if bundle["resourceType"] != "Bundle" || bundle["type"] != "transaction" {
        return Err("structure");
    }
    let each_asks = entries(bundle)
        .all(|entry| entry["request"]["method"].is_string() && entry["request"]["url"].is_string());
    if entries(bundle).next().is_none() || !each_asks {
        return Err("required");
    }
    Ok(())
}

/// All conditions of the Bundle together: a repeat has the same ones. Without a
/// condition every Bundle is a new effect, as on a real server.
fn effect_key(bundle: &Value) -> String {
    let conditions: Vec<String> = entries(bundle).filter_map(condition).collect();
    if conditions.is_empty() {
        return Uuid::new_v4().to_string();
    }
    conditions.join(" ")
}

/// What a conditional create (`ifNoneExist`) or a conditional update (the URL's query)
/// looks for, in one spelling.
fn condition(entry: &Value) -> Option<String> {
    let request = &entry["request"];
    let url = request["url"].as_str()?;
    match request["ifNoneExist"].as_str() {
        Some(condition) => Some(format!("{url}?{condition}")),
        None => url.contains('?').then(|| url.to_owned()),
    }
}

/// The transaction-response, and whether a ServiceRequest was created.
fn perform(known: &Mutex<BTreeMap<String, String>>, bundle: &Value) -> (Value, bool) {
    let mut known = lock(known);
    let mut begun = false;
    let responses: Vec<Value> = entries(bundle)
        .map(|entry| {
            let condition = condition(entry);
            if let Some(location) = condition.as_ref().and_then(|found| known.get(found)) {
                return json!({"response": {"status": "200 OK", "location": location}});
            }
            let url = entry["request"]["url"].as_str().unwrap_or_default();
            let kind = url.split(['?', '/']).next().unwrap_or_default();
            begun |= kind == "ServiceRequest";
            let location = format!("{kind}/{}/_history/1", Uuid::new_v4());
            if let Some(condition) = condition {
                known.insert(condition, location.clone());
            }
            json!({"response": {"status": "201 Created", "location": location, "etag": "W/\"1\""}})
        })
        .collect();
    let answer =
        json!({"resourceType": "Bundle", "type": "transaction-response", "entry": responses});
    (answer, begun)
}

fn outcome(status: u16, code: &str) -> Response {
    let body = json!({
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": code}],
    });
    fhir(status, &body)
}

fn fhir(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let media = [(header::CONTENT_TYPE, "application/fhir+json")];
    (status, media, body.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::Script;
    use super::*;
    use crate::conformance::parties::providers::fake::FakeGateway;
    use crate::conformance::parties::wire;

    const CASE: &str = "0190d0a0-0000-7000-8000-000000000003";
    const REFERENCE: &str = "WW-7K3F-9Q2M-X43";
    const SYSTEM: &str = "https://workwell-gateway.example/Id/case-version";

    fn bundle(version: u32) -> Value {
        json!({"resourceType": "Bundle", "type": "transaction", "entry": [{
            "resource": {
                "resourceType": "ServiceRequest",
                "status": "active",
                "intent": "order",
                "subject": {"display": "(somebody)"},
                "identifier": [
                    {"system": SYSTEM, "value": format!("{CASE}-{version}")},
                    {"system": "https://workwell-gateway.example/Id/case-reference", "value": REFERENCE}
                ],
            },
            "request": {
                "method": "POST",
                "url": "ServiceRequest",
                "ifNoneExist": format!("identifier={SYSTEM}|{CASE}-{version}"),
            },
        }]})
    }

    async fn call(trust: &FhirProvider, token: &str, body: &Value) -> (u16, Value) {
        let answer = wire::client(Duration::from_secs(5))
            .post(trust.url())
            .bearer_auth(token)
            .header("content-type", "application/fhir+json")
            .body(body.to_string())
            .send()
            .await
            .expect("an answer");
        let status = answer.status().as_u16();
        let body = answer.text().await.expect("a body");
        (status, serde_json::from_str(&body).expect("JSON"))
    }

    async fn trust(gateway: &FakeGateway) -> FhirProvider {
        let trust = FhirProvider::start(Feed::silent())
            .await
            .expect("a free port");
        trust.desk.api().connect(&gateway.base());
        gateway.offer(CASE, REFERENCE, "routed");
        trust
    }

    #[tokio::test]
    async fn a_conditional_create_happens_once_however_often_it_is_sent() {
        let gateway = FakeGateway::start().await;
        let trust = trust(&gateway).await;
        let (first, created) = call(&trust, trust.bearer(), &bundle(1)).await;
        let (again, found) = call(&trust, trust.bearer(), &bundle(1)).await;
        assert_eq!((first, again), (200, 200));
        assert_eq!(created["type"], "transaction-response");
        assert_eq!(created["entry"][0]["response"]["status"], "201 Created");
        assert_eq!(found["entry"][0]["response"]["status"], "200 OK");
        assert_eq!(
            created["entry"][0]["response"]["location"],
            found["entry"][0]["response"]["location"]
        );
        assert_eq!(trust.desk.effects().get(REFERENCE), Some(&1));
        // The payload names the case by its reference; the list knows its id.
        gateway.until_reported(3).await;
        assert_eq!(gateway.acknowledged(), [CASE]);
        assert_eq!(gateway.words(), WORDS.way);
    }

    #[tokio::test]
    async fn a_wrong_token_and_a_wrong_shape_are_refused_whole() {
        let gateway = FakeGateway::start().await;
        let trust = trust(&gateway).await;
        assert_eq!(call(&trust, "somebody", &bundle(1)).await.0, 401);
        let mut batch = bundle(1);
        batch["type"] = json!("batch");
        assert_eq!(call(&trust, trust.bearer(), &batch).await.0, 400);
        let mut vague = bundle(1);
        vague["entry"][0]["request"] = json!({"method": "POST"});
        assert_eq!(call(&trust, trust.bearer(), &vague).await.0, 400);
        assert_eq!((trust.desk.refused(), trust.desk.effects().len()), (3, 0));
    }

    fn stop() -> Value {
        let mut stop = bundle(1);
        stop["entry"][0]["resource"]["status"] = json!("revoked");
        stop["entry"][0]["request"] = json!({
            "method": "PUT",
            "url": format!("ServiceRequest?identifier={SYSTEM}|{CASE}-1"),
        });
        stop
    }

    #[tokio::test]
    async fn a_stop_is_confirmed_once_and_one_that_overtakes_leaves_nothing_to_begin() {
        let gateway = FakeGateway::start().await;
        let trust = trust(&gateway).await;
        for body in [stop(), stop(), bundle(1)] {
            assert_eq!(call(&trust, trust.bearer(), &body).await.0, 200);
        }
        assert_eq!(trust.desk.stops().get(REFERENCE), Some(&1));
        assert!(trust.desk.effects().is_empty());
        gateway.until_acknowledged(1).await;
    }

    #[tokio::test]
    async fn a_later_version_is_no_second_case() {
        let gateway = FakeGateway::start().await;
        let trust = trust(&gateway).await;
        trust.desk.script_usual(Script::waiting());
        for version in [1, 2, 2] {
            call(&trust, trust.bearer(), &bundle(version)).await;
        }
        assert_eq!(trust.desk.effects().get(REFERENCE), Some(&1));
        assert_eq!(trust.desk.amendments().get(REFERENCE), Some(&1));
    }

    #[tokio::test]
    async fn a_decline_is_reported_in_the_trusts_own_word() {
        let gateway = FakeGateway::start().await;
        let trust = trust(&gateway).await;
        trust.desk.script_next(Script::decline(&WORDS));
        call(&trust, trust.bearer(), &bundle(1)).await;
        gateway.until_reported(1).await;
        assert_eq!(gateway.words(), ["rejected"]);
    }
}
