//! As much of a gateway as the stories need, for their own test: it decides by postcode,
//! delivers once, translates the words of three providers and knows no other rule.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Addresses;
use crate::conformance::parties::Parties;
use crate::conformance::parties::providers::signature;
use crate::conformance::parties::wire::Server;

struct Case {
    id: String,
    reference: String,
    provider: &'static str,
    status: &'static str,
    message: Value,
    correlation: String,
}

struct Inner {
    cases: Mutex<Vec<Case>>,
    gp: String,
    webhook: (String, String),
    fhir: (String, String),
    tokens: Vec<(String, &'static str)>,
    http: reqwest::Client,
}

type Shared = Arc<Inner>;

pub(super) struct FakeGateway {
    server: Server,
}

impl FakeGateway {
    pub(super) async fn start(parties: &Parties) -> Self {
        let desks = parties.desks();
        let tokens = desks
            .iter()
            .map(|(slug, desk)| (desk.api().token().to_owned(), *slug));
        let inner = Arc::new(Inner {
            tokens: tokens.collect(),
            cases: Mutex::default(),
            gp: parties.gp.url(),
            webhook: (parties.lantern.url(), parties.lantern.secret().to_owned()),
            fhir: (
                parties.vale_nhs_trust.url(),
                parties.vale_nhs_trust.bearer().to_owned(),
            ),
            http: reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("constants"),
        });
        let routes = Router::new()
            .route("/$process-message", post(receive))
            .route("/provider/v1/cases", get(list))
            .route("/provider/v1/cases/{id}", get(read))
            .route("/provider/v1/cases/{id}/acknowledge", post(acknowledge))
            .route("/provider/v1/cases/{id}/updates", post(update))
            .with_state(inner);
        let server = Server::start(routes).await.expect("a free port");
        Self { server }
    }

    pub(super) fn addresses(&self) -> Addresses {
        Addresses {
            bars_base: self.server.url(),
            provider_base: format!("{}/provider/v1", self.server.url()),
        }
    }
}

impl Inner {
    fn with<T>(&self, see: impl FnOnce(&mut Vec<Case>) -> T) -> T {
        see(&mut self.cases.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn deliver(&self, id: &str, stop: bool) {
        let (provider, reference) = self.with(|cases| {
            let case = cases
                .iter()
                .find(|case| case.id == id)
                .expect("a known case");
            (case.provider, case.reference.clone())
        });
        let key = format!("{id}-{stop}");
        let request = match provider {
            "lantern" => {
                let named = if stop {
                    "referral.cancelled"
                } else {
                    "referral.created"
                };
                let body =
                    json!({"type": named, "data": {"case": {"id": id, "reference": reference}}});
                let body = body.to_string();
                let now = jiff::Timestamp::now().as_second().to_string();
                let signed = signature::sign(&self.webhook.1, &key, &now, body.as_bytes());
                self.http
                    .post(&self.webhook.0)
                    .header("webhook-id", key)
                    .header("webhook-timestamp", now)
                    .header("webhook-signature", signed.expect("a secret"))
                    .body(body)
            }
            "vale-nhs-trust" => {
                let body = json!({"resourceType": "Bundle", "type": "transaction", "entry": [{
                    "resource": {"resourceType": "ServiceRequest", "status": "active", "identifier": [
                        {"system": "https://workwell-gateway.example/Id/case-reference", "value": reference}
                    ]},
                    "request": {"method": "POST", "url": "ServiceRequest", "ifNoneExist": key},
                }]});
                let request = self.http.post(&self.fhir.0).bearer_auth(&self.fhir.1);
                request.body(body.to_string())
            }
            _ => return,
        };
        let answer = request.send().await.expect("the provider listens");
        assert_eq!(answer.status(), StatusCode::OK);
        self.respond(id, "planned").await;
    }

    /// Tells the practice: the stored message, made into a response.
    async fn respond(&self, id: &str, status: &'static str) {
        let (mut message, correlation, reference) = self.with(|cases| {
            let case = cases
                .iter()
                .find(|case| case.id == id)
                .expect("a known case");
            (
                case.message.clone(),
                case.correlation.clone(),
                case.reference.clone(),
            )
        });
        let answers = message["id"].clone();
        message["id"] = json!(Uuid::new_v4());
        let entries = message["entry"].as_array_mut().expect("entries");
        let wanted = "MessageHeader ServiceRequest Patient Encounter Organization Practitioner \
                      PractitionerRole HealthcareService";
        entries.retain(|entry| {
            let kind = entry["resource"]["resourceType"]
                .as_str()
                .unwrap_or_default();
            wanted.split_whitespace().any(|known| known == kind)
        });
        for member in ["basedOn", "reasonReference", "supportingInfo"] {
            entries[1]["resource"]
                .as_object_mut()
                .expect("a resource")
                .remove(member);
        }
        let mut ours = entries[2].clone();
        ours["fullUrl"] = json!(format!("urn:uuid:{}", Uuid::new_v4()));
        ours["resource"]["status"] = json!(status);
        ours["resource"]["identifier"][0]["value"] = json!(reference);
        let header = &mut entries[0]["resource"];
        let from = header["destination"][0]["endpoint"].take();
        header["destination"][0]["endpoint"] = header["source"]["endpoint"].take();
        header["source"]["endpoint"] = from;
        header["eventCoding"]["code"] = json!("servicerequest-response");
        header["focus"][0]["reference"] = ours["fullUrl"].clone();
        header["response"] = json!({"identifier": answers, "code": "ok"});
        header["definition"] = json!(
            "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-response-referral-short"
        );
        entries.push(ours);
        let target =
            json!({"system": "https://fhir.nhs.uk/Id/dos-service-id", "value": "2000099911"});
        let answer = self
            .http
            .post(format!("{}/$process-message", self.gp))
            .header("content-type", "application/fhir+json")
            .header("x-request-id", Uuid::new_v4().to_string())
            .header("x-correlation-id", correlation)
            .header(
                "nhsd-target-identifier",
                BASE64_STANDARD.encode(target.to_string()),
            )
            .header("nhsd-end-user-organisation", "e30=")
            .header("nhsd-requesting-software", "e30=")
            .body(message.to_string())
            .send()
            .await
            .expect("the practice listens");
        assert_eq!(answer.status(), StatusCode::OK);
    }
}

async fn receive(
    State(inner): State<Shared>,
    headers: axum::http::HeaderMap,
    body: String,
) -> (StatusCode, Json<Value>) {
    let mut message: Value = serde_json::from_str(&body).expect("JSON");
    if message["entry"][0]["resource"]["reason"]["coding"][0]["code"] == "update" {
        return cancel(&inner, &message).await;
    }
    let postcode = message["entry"]
        .as_array()
        .expect("entries")
        .iter()
        .find_map(|entry| entry["resource"]["address"][0]["postalCode"].as_str());
    let provider = match postcode {
        Some("ZZ99 1AA") => "lantern",
        Some("ZZ99 2AA") => "borough-works",
        Some("ZZ99 3AA") => "vale-nhs-trust",
        _ => {
            let codes = json!([{"code": "REC_UNPROCESSABLE_ENTITY"}, {"code": "WW-RTE-001"}]);
            let outcome = json!({"resourceType": "OperationOutcome",
                "issue": [{"code": "not-supported", "details": {"coding": codes}}]});
            return (StatusCode::UNPROCESSABLE_ENTITY, Json(outcome));
        }
    };
    let id = Uuid::new_v4().to_string();
    let number = inner.with(|cases| cases.len());
    let reference = format!("WW-0000-0000-00{number}");
    inner.with(|cases| {
        cases.push(Case {
            id: id.clone(),
            reference: reference.clone(),
            provider,
            status: "routed",
            message: message.clone(),
            correlation: headers["x-correlation-id"]
                .to_str()
                .expect("text")
                .to_owned(),
        });
    });
    message["entry"][1]["resource"]["id"] = json!(id);
    let planned = json!({"resourceType": "Encounter", "status": "planned",
        "identifier": [{"value": reference}]});
    let entry = json!({"fullUrl": format!("urn:uuid:{}", Uuid::new_v4()), "resource": planned});
    message["entry"]
        .as_array_mut()
        .expect("entries")
        .push(entry);
    tokio::spawn(async move { inner.deliver(&id, false).await });
    (StatusCode::OK, Json(message))
}

async fn cancel(inner: &Shared, message: &Value) -> (StatusCode, Json<Value>) {
    let id = message["entry"][1]["resource"]["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    if !inner.with(|cases| cases.iter().any(|case| case.id == id)) {
        return (StatusCode::BAD_REQUEST, Json(Value::Null));
    }
    inner.deliver(&id, true).await;
    (StatusCode::OK, Json(message.clone()))
}

async fn list(State(inner): State<Shared>, headers: axum::http::HeaderMap) -> Json<Value> {
    let token = headers["authorization"]
        .to_str()
        .unwrap_or_default()
        .replace("Bearer ", "");
    let caller = inner
        .tokens
        .iter()
        .find(|(known, _)| *known == token)
        .map(|(_, slug)| *slug);
    let row =
        |case: &Case| json!({"id": case.id, "reference": case.reference, "status": case.status});
    let rows: Vec<Value> = inner.with(|cases| {
        let theirs = cases.iter().filter(|case| Some(case.provider) == caller);
        theirs.map(row).collect()
    });
    Json(json!({"cases": rows, "next": null}))
}

async fn read(Path(id): Path<String>) -> Json<Value> {
    Json(json!({"id": id, "payload": {}}))
}

async fn acknowledge() -> Json<Value> {
    Json(json!({"status": "acknowledged"}))
}

async fn update(
    State(inner): State<Shared>,
    Path(id): Path<String>,
    Json(body): Json<Value>,
) -> Json<Value> {
    let status = match body["status"].as_str().unwrap_or_default() {
        "All done" | "CLOSED - SUCCESSFUL" | "completed" => "finished",
        "Not for us" | "REJECTED" | "rejected" => "cancelled",
        _ => "in-progress",
    };
    inner.respond(&id, status).await;
    Json(json!({"status": status, "outcome": "moved"}))
}
