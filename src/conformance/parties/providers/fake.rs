//! A gateway's provider API as far as the providers' own tests need one: it keeps what it
//! was told and knows no rule.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::conformance::parties::wire::{Server, lock};

#[derive(Default)]
struct Kept {
    cases: Vec<(String, String, String)>,
    acknowledged: Vec<String>,
    words: Vec<String>,
    keys: Vec<String>,
    reads: usize,
}

type Shared = Arc<Mutex<Kept>>;

/// The fake; it stops when dropped.
pub(super) struct FakeGateway {
    server: Server,
    kept: Shared,
}

impl FakeGateway {
    pub(super) async fn start() -> Self {
        let kept = Shared::default();
        let routes = Router::new()
            .route("/provider/v1/cases", get(list))
            .route("/provider/v1/cases/{id}", get(read))
            .route("/provider/v1/cases/{id}/acknowledge", post(acknowledge))
            .route("/provider/v1/cases/{id}/updates", post(update))
            .with_state(kept.clone());
        let server = Server::start(routes).await.expect("a free port");
        Self { server, kept }
    }

    pub(super) fn base(&self) -> String {
        format!("{}/provider/v1", self.server.url())
    }

    pub(super) fn offer(&self, id: &str, reference: &str, status: &str) {
        let mut kept = lock(&self.kept);
        kept.cases.retain(|(known, ..)| known != id);
        kept.cases
            .push((id.to_owned(), reference.to_owned(), status.to_owned()));
    }

    pub(super) fn words(&self) -> Vec<String> {
        lock(&self.kept).words.clone()
    }

    pub(super) fn acknowledged(&self) -> Vec<String> {
        lock(&self.kept).acknowledged.clone()
    }

    pub(super) fn reads(&self) -> usize {
        lock(&self.kept).reads
    }

    pub(super) async fn until_reported(&self, count: usize) {
        self.until(|kept| kept.words.len() >= count).await;
    }

    pub(super) async fn until_acknowledged(&self, count: usize) {
        self.until(|kept| kept.acknowledged.len() >= count).await;
    }

    /// Bounded, so that a party that never acts fails its test instead of hanging it.
    async fn until(&self, holds: impl Fn(&Kept) -> bool) {
        for _ in 0..1_000 {
            if holds(&lock(&self.kept)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the party did not act");
    }
}

async fn list(State(kept): State<Shared>, headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    if !headers.contains_key("authorization") {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let kept = lock(&kept);
    let row = |(id, reference, status): &(String, String, String)| {
        json!({"id": id, "reference": reference, "status": status,
            "received_at": "2026-09-14T09:12:00Z", "version": 1})
    };
    let cases: Vec<Value> = kept.cases.iter().map(row).collect();
    Ok(Json(json!({"cases": cases, "next": null})))
}

async fn read(State(kept): State<Shared>, Path(id): Path<String>) -> Json<Value> {
    lock(&kept).reads += 1;
    Json(json!({"id": id, "payload": {}}))
}

async fn acknowledge(State(kept): State<Shared>, Path(id): Path<String>) -> Json<Value> {
    lock(&kept).acknowledged.push(id);
    Json(json!({"status": "acknowledged"}))
}

async fn update(
    State(kept): State<Shared>,
    Path(_): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<Json<Value>, StatusCode> {
    let key = headers
        .get("idempotency-key")
        .and_then(|value| value.to_str().ok());
    let (Some(key), Some(word), true) = (
        key,
        body["status"].as_str(),
        body["occurred_at"].is_string(),
    ) else {
        return Err(StatusCode::BAD_REQUEST);
    };
    let mut kept = lock(&kept);
    if !kept.keys.iter().any(|known| known == key) {
        kept.keys.push(key.to_owned());
        kept.words.push(word.to_owned());
    }
    Ok(Json(json!({"status": "in-support", "outcome": "moved"})))
}
