//! The gateway's provider API as a provider's developer would call it: `/provider/v1`.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::conformance::parties::time::Time;
use crate::conformance::parties::wire;

/// How often a call is repeated when no answer or a 5xx came.
const TRIES: u32 = 35;
/// The first wait between two tries; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(50);
/// The longest wait between two tries: with a gateway that is often away, a few long
/// waits would miss it more easily than many short ones. About 13 seconds in all.
const LONGEST_WAIT: Duration = Duration::from_millis(400);

/// One row of the list.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct CaseRow {
    /// The gateway's id of the case.
    pub id: String,
    /// The human-readable reference.
    pub reference: String,
    /// Canonical status.
    pub status: String,
}

/// One page of the list.
#[derive(Clone, Debug, Deserialize)]
pub struct Page {
    /// The rows.
    pub cases: Vec<CaseRow>,
    /// Where the next page begins; none on the last.
    pub next: Option<String>,
}

/// What came of an update.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Outcome {
    /// The case's canonical status now.
    pub status: String,
    /// `moved`, `history` or `unchanged`.
    pub outcome: String,
}

/// The case that was opened for a partner.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct ReferredOn {
    /// The gateway's id of it.
    pub id: String,
    /// The human-readable reference.
    pub reference: String,
}

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The gateway said no: HTTP status and the problem's `code`.
    Refused(u16, String),
    /// No answer, or none that could be read, after all tries.
    NoAnswer,
}

/// A client with one provider's token. The base is known once the gateway runs.
#[derive(Clone, Debug)]
pub struct Api {
    http: reqwest::Client,
    token: String,
    base: watch::Sender<Option<String>>,
    time: Time,
}

impl Api {
    /// A client that waits for its base.
    pub fn new(token: String) -> Self {
        Self {
            http: wire::client(Duration::from_secs(10)),
            token,
            base: watch::Sender::new(None),
            time: Time::default(),
        }
    }

    /// Says where the gateway's `/provider/v1` is; callers that wait go on. Saying it
    /// again moves them, for instance after a restart on another port.
    pub fn connect(&self, base: &str) {
        self.base
            .send_replace(Some(base.trim_end_matches('/').to_owned()));
    }

    /// The token that the gateway must know.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// What time it is at this provider.
    pub const fn time(&self) -> &Time {
        &self.time
    }

    /// `GET /cases`: one page from a cursor.
    pub async fn list(&self, cursor: Option<&str>, limit: u32) -> Result<Page, Fault> {
        let mut path = format!("cases?limit={limit}");
        if let Some(cursor) = cursor {
            path.push_str("&cursor=");
            path.push_str(&percent_encoded(cursor));
        }
        let answer = self.call(&Method::GET, &path, |request| request).await?;
        serde_json::from_value(answer).map_err(|_| Fault::NoAnswer)
    }

    /// `GET /cases/{id}`; for a provider that collects, the first read is the delivery.
    pub async fn read(&self, id: &str) -> Result<Value, Fault> {
        self.call(&Method::GET, &format!("cases/{id}"), |request| request)
            .await
    }

    /// `POST /cases/{id}/acknowledge`.
    pub async fn acknowledge(&self, id: &str) -> Result<Value, Fault> {
        let path = format!("cases/{id}/acknowledge");
        self.call(&Method::POST, &path, |request| request).await
    }

    /// `POST /cases/{id}/updates`, idempotent by `key`.
    pub async fn update(
        &self,
        id: &str,
        key: &str,
        word: &str,
        sequence: u64,
    ) -> Result<Outcome, Fault> {
        let body = json!({
            "status": word,
            "occurred_at": self.time.now().to_string(),
            "sequence": sequence,
        });
        let path = format!("cases/{id}/updates");
        let send = |request: RequestBuilder| request.header("Idempotency-Key", key).json(&body);
        let answer = self.call(&Method::POST, &path, send).await?;
        serde_json::from_value(answer).map_err(|_| Fault::NoAnswer)
    }

    /// `POST /cases/{id}/refer-on`, idempotent by `key`, with the person's spoken consent
    /// of this moment.
    pub async fn refer_on(&self, id: &str, key: &str, partner: &str) -> Result<ReferredOn, Fault> {
        let body = json!({
            "partner": partner,
            "consent": {
                "recipient": partner,
                "given_at": self.time.now().to_string(),
                "recorded_by": "Work and health coach",
                "how": "spoken",
            },
        });
        let path = format!("cases/{id}/refer-on");
        let send = |request: RequestBuilder| request.header("Idempotency-Key", key).json(&body);
        let answer = self.call(&Method::POST, &path, send).await?;
        serde_json::from_value(answer).map_err(|_| Fault::NoAnswer)
    }

    /// The id of the case with a reference, looked up in the list.
    pub async fn find(&self, reference: &str) -> Result<Option<String>, Fault> {
        let mut cursor: Option<String> = None;
        loop {
            let page = self.list(cursor.as_deref(), 100).await?;
            if let Some(row) = page
                .cases
                .into_iter()
                .find(|row| row.reference == reference)
            {
                return Ok(Some(row.id));
            }
            if page.next.is_none() || page.next == cursor {
                return Ok(None);
            }
            cursor = page.next;
        }
    }

    /// One call, repeated with the same key when no answer or a 5xx came.
    async fn call(
        &self,
        method: &Method,
        path: &str,
        send: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Value, Fault> {
        let mut wait = FIRST_WAIT;
        for _ in 0..TRIES {
            let base = self.base().await?;
            let request = self.http.request(method.clone(), format!("{base}/{path}"));
            let answer = send(request.bearer_auth(&self.token)).send().await;
            if let Some(result) = read(answer).await {
                return result;
            }
            tokio::time::sleep(wait).await;
            wait = LONGEST_WAIT.min(wait * 2);
        }
        Err(Fault::NoAnswer)
    }

    async fn base(&self) -> Result<String, Fault> {
        let mut base = self.base.subscribe();
        let known = base.wait_for(Option::is_some).await;
        known
            .ok()
            .and_then(|base| base.clone())
            .ok_or(Fault::NoAnswer)
    }
}

/// None when another try may help.
async fn read(answer: Result<reqwest::Response, reqwest::Error>) -> Option<Result<Value, Fault>> {
    let answer = answer.ok()?;
    let status = answer.status().as_u16();
    if status >= 500 || status == 429 {
        return None;
    }
    let body = answer.bytes().await.ok()?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    if status < 300 {
        return Some(Ok(body));
    }
    let code = body["code"].as_str().unwrap_or_default().to_owned();
    Some(Err(Fault::Refused(status, code)))
}

/// A cursor is opaque: everything but unreserved characters is encoded (RFC 3986).
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&hex(byte));
        }
    }
    encoded
}

fn hex(byte: u8) -> String {
    format!("{byte:02X}")
}
