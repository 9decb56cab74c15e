//! The admin listener: health, metrics, the queue and orders, for operators only.
//!
//! `/livez` and `/_ping` say that the process answers. `/readyz` says that work can be
//! taken: configuration loaded, store writable, keys valid. A provider that is down
//! makes nothing unready, since referrals are kept until it is back; it is a `warn` in
//! `/_status`, which has the NHS platform's shape.

pub mod audit;
mod checks;
pub mod orders;
pub mod queue;

pub use checks::{Checks, TablesHealth};

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use crate::telemetry::{CONTENT_TYPE, Metrics};

/// What the admin listener knows.
#[derive(Clone)]
pub struct Admin {
    /// What is looked at.
    pub checks: Checks,
    /// What was counted.
    pub metrics: Metrics,
    /// Brings the gauges up to date before they are shown; may block.
    pub measure: Arc<dyn Fn() + Send + Sync>,
    /// The version of the program.
    pub version: &'static str,
}

/// The routes of the admin listener.
pub fn router(admin: Admin) -> Router {
    Router::new()
        .route("/livez", get(alive))
        .route("/_ping", get(ping))
        .route("/readyz", get(ready))
        .route("/_status", get(status))
        .route("/metrics", get(metrics))
        .with_state(Arc::new(admin))
}

async fn alive() -> &'static str {
    "ok\n"
}

async fn ping(State(admin): State<Arc<Admin>>) -> Response {
    let body = json!({ "status": "pass", "version": admin.version });
    json_answer(StatusCode::OK, &body)
}

async fn ready(State(admin): State<Arc<Admin>>) -> Response {
    let report = admin.checks.clone().look().await;
    let failed = report.failed();
    if failed.is_empty() {
        return "ready\n".into_response();
    }
    let mut text = format!("not ready: {}\n", failed.join(", "));
    if let Some(why) = report.why() {
        text = format!("{text}{why}\n");
    }
    (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
}

async fn status(State(admin): State<Arc<Admin>>) -> Response {
    let report = admin.checks.clone().look().await;
    // 200 even on a failure: the answer itself was given, its body says what is wrong.
    json_answer(StatusCode::OK, &report.document(admin.version))
}

async fn metrics(State(admin): State<Arc<Admin>>) -> Response {
    let measure = Arc::clone(&admin.measure);
    if tokio::task::spawn_blocking(move || measure())
        .await
        .is_err()
    {
        tracing::error!("the gauges could not be brought up to date");
    }
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], admin.metrics.text()).into_response()
}

fn json_answer(status: StatusCode, body: &serde_json::Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    async fn ask(checks: Checks, path: &str) -> (u16, String) {
        let admin = Admin {
            checks,
            metrics: Metrics::new(),
            measure: Arc::new(|| ()),
            version: "0.1.0",
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a free port on the loopback address");
        let address = listener.local_addr().expect("a bound listener");
        let server = tokio::spawn(async move { axum::serve(listener, router(admin)).await });
        let answer = reqwest::get(format!("http://{address}{path}")).await;
        let answer = answer.expect("the listener answers");
        let status = answer.status().as_u16();
        let body = answer.text().await.expect("a text");
        server.abort();
        (status, body)
    }

    fn checks(store: bool, keys: bool, provider: bool) -> Checks {
        Checks {
            store: Arc::new(move || store),
            keys: Arc::new(move || keys),
            ending: Arc::new(|| false),
            held: Arc::new(|| None),
            journal: Arc::new(|| true),
            tables: Arc::new(move || {
                vec![TablesHealth {
                    name: "provider:hope-works".to_owned(),
                    well: provider,
                    why: String::new(),
                }]
            }),
        }
    }

    #[tokio::test]
    async fn the_process_answers_whatever_is_wrong() {
        for path in ["/livez", "/_ping"] {
            assert_eq!(
                ask(checks(false, false, false), path).await.0,
                200,
                "{path}"
            );
        }
    }

    #[tokio::test]
    async fn a_provider_that_is_down_does_not_make_the_gateway_unready() {
        let (status, body) = ask(checks(true, true, false), "/readyz").await;
        assert_eq!((status, body.as_str()), (200, "ready\n"));
    }

    #[tokio::test]
    async fn without_store_or_keys_the_gateway_is_not_ready() {
        let (status, body) = ask(checks(false, true, true), "/readyz").await;
        assert_eq!(
            (status, body.as_str()),
            (503, "not ready: store:writable\n")
        );
        let (status, body) = ask(checks(true, false, true), "/readyz").await;
        assert_eq!((status, body.as_str()), (503, "not ready: keys:valid\n"));
    }

    #[tokio::test]
    async fn a_gateway_that_is_being_ended_is_not_ready() {
        let mut ending = checks(true, true, true);
        ending.ending = Arc::new(|| true);
        let (status, body) = ask(ending, "/readyz").await;
        assert_eq!(
            (status, body.as_str()),
            (503, "not ready: gateway:taking\n")
        );
    }

    #[tokio::test]
    async fn the_status_is_the_worst_of_its_checks() {
        for (given, expected) in [
            (checks(true, true, true), "pass"),
            (checks(true, true, false), "warn"),
            (checks(false, true, false), "fail"),
        ] {
            let (_, body) = ask(given, "/_status").await;
            let body: Value = serde_json::from_str(&body).expect("JSON");
            assert_eq!(body["status"], expected);
            assert_eq!(body["version"], "0.1.0");
            assert_eq!(body["checks"]["config:loaded"][0]["status"], "pass");
        }
    }

    #[tokio::test]
    async fn a_check_that_panics_has_failed() {
        let mut broken = checks(true, true, true);
        broken.store = Arc::new(|| panic!("the test's own"));
        assert_eq!(ask(broken, "/readyz").await.0, 503);
    }

    #[tokio::test]
    async fn a_check_that_never_answers_has_failed() {
        let (keep, stuck) = std::sync::mpsc::channel::<()>();
        let stuck = std::sync::Mutex::new(stuck);
        let mut broken = checks(true, true, true);
        // It waits until the test lets go, however long that is.
        broken.store = Arc::new(move || stuck.lock().is_ok_and(|stuck| stuck.recv().is_ok()));
        let (status, body) = ask(broken, "/readyz").await;
        assert_eq!(
            (status, body.as_str()),
            (503, "not ready: store:writable\n")
        );
        drop(keep);
    }

    #[tokio::test]
    async fn the_metrics_end_as_openmetrics_asks() {
        let (status, body) = ask(checks(true, true, true), "/metrics").await;
        assert_eq!(status, 200);
        assert!(body.ends_with("# EOF\n"), "{body}");
    }
}
