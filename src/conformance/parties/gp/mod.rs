//! The practice's system: it sends referrals and stops, reads them back, and is itself a
//! BaRS Receiver for the responses (BaRS Core 1.5.0, reversing roles).

mod answer;
mod expect;
mod headers;
mod receiver;

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use super::event::{Feed, Who};
use super::referral::{self, DOS, Referral, Stop};
use super::wire::{self, Server, lock};

pub use answer::Answer;
pub use expect::{Expected, Response};
pub use receiver::Conduct;

use receiver::Inbox;

/// How long the practice's system waits for an answer; every answer is due in 5 s.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who the practice says it is.
#[derive(Clone, Debug)]
pub struct Practice {
    /// ODS code: equals the message's sender and the NHSD organisation header.
    pub ods: String,
    /// Its name.
    pub name: String,
    /// The DoS service id under which it takes responses.
    pub service: String,
    /// A bearer token for the gateway, where it asks for one.
    pub bearer: Option<String>,
}

impl Default for Practice {
    fn default() -> Self {
        Self {
            ods: referral::PRACTICE_ODS.to_owned(),
            name: "Lamplight Lane Surgery".to_owned(),
            service: referral::PRACTICE_SERVICE.to_owned(),
            bearer: None,
        }
    }
}

/// One request, ready to be sent; sending the same value again is a BaRS retry:
/// byte-identical body, same ids, same headers.
#[derive(Clone, Debug)]
pub struct Sending {
    /// `X-Request-Id`.
    pub request_id: Uuid,
    /// `X-Correlation-Id`.
    pub correlation_id: Uuid,
    /// The body.
    pub body: Vec<u8>,
    /// Headers by name; a test may take one away or spoil it.
    pub headers: Vec<(&'static str, String)>,
}

impl Sending {
    /// Changes a header; `None` takes it away.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: Option<&str>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        if let Some(value) = value {
            self.headers.push((name, value.to_owned()));
        }
        self
    }
}

/// The practice's system, running.
#[derive(Debug)]
pub struct Gp {
    practice: Practice,
    http: reqwest::Client,
    inbox: Arc<Mutex<Inbox>>,
    server: Server,
    feed: Feed,
}

impl Gp {
    /// Starts the receiving half on a free loopback port.
    pub async fn start(practice: Practice, feed: Feed) -> io::Result<Self> {
        let target = (DOS.to_owned(), practice.service.clone());
        let inbox = Arc::new(Mutex::new(Inbox::new(target, feed.clone())));
        let server = Server::start(receiver::routes(inbox.clone())).await?;
        Ok(Self {
            practice,
            http: wire::client(PATIENCE),
            inbox,
            server,
            feed,
        })
    }

    /// The base to which the gateway posts `/$process-message`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Makes a referral ready to be sent, with a fresh request id, and remembers which
    /// responses it may bring.
    pub fn prepare(&self, referral: &Referral) -> Sending {
        let correlation_id = referral.correlation_id();
        lock(&self.inbox).expect(Expected {
            bundle_id: referral.bundle_id().to_owned(),
            correlation_id,
            answered_by: referral.addressed_to().to_owned(),
        });
        self.sending(referral.json(), correlation_id)
    }

    /// Makes a stop ready to be sent, with a fresh request id.
    pub fn prepare_stop(&self, stop: &Stop) -> Sending {
        self.sending(stop.json(), stop.correlation_id())
    }

    fn sending(&self, message: &Value, correlation_id: Uuid) -> Sending {
        let request_id = Uuid::new_v4();
        Sending {
            request_id,
            correlation_id,
            body: message.to_string().into_bytes(),
            headers: headers::of_message(&self.practice, message, request_id, correlation_id),
        }
    }

    /// Posts to `{base}/$process-message`. The error is the connection's: no answer came.
    pub async fn post(&self, base: &str, sending: &Sending) -> Result<Answer, reqwest::Error> {
        let mut request = self
            .http
            .post(format!("{base}/$process-message"))
            .body(sending.body.clone());
        for (name, value) in &sending.headers {
            request = request.header(*name, value);
        }
        if let Some(token) = &self.practice.bearer {
            request = request.bearer_auth(token);
        }
        let ids = (sending.request_id, sending.correlation_id);
        Answer::read(request.send().await?, ids).await
    }

    /// Sends a referral once and tells the one who watches what came back.
    pub async fn refer(&self, base: &str, referral: &Referral) -> Result<Answer, reqwest::Error> {
        let answer = self.post(base, &self.prepare(referral)).await?;
        let reference = answer.case_reference();
        if answer.accepted() {
            self.feed
                .tell(Who::Gateway, "accepted the referral", reference);
        } else {
            let said = format!(
                "refused it: {} {}",
                answer.status,
                answer.codes().join(", ")
            );
            self.feed.tell(Who::Gateway, said, None);
        }
        Ok(answer)
    }

    /// Sends a stop once.
    pub async fn stop(&self, base: &str, stop: &Stop) -> Result<Answer, reqwest::Error> {
        self.post(base, &self.prepare_stop(stop)).await
    }

    /// `GET {base}/ServiceRequest/{id}`, or any other path below the base.
    pub async fn get(&self, base: &str, path: &str) -> Result<Answer, reqwest::Error> {
        let ids = (Uuid::new_v4(), Uuid::new_v4());
        let gateway = (DOS, referral::GATEWAY_SERVICE);
        let mut request = self.http.get(format!("{base}/{path}"));
        for (name, value) in headers::common(&self.practice, gateway, ids.0, ids.1) {
            request = request.header(name, value);
        }
        if let Some(token) = &self.practice.bearer {
            request = request.bearer_auth(token);
        }
        Answer::read(request.send().await?, ids).await
    }

    /// The good responses so far, in order of arrival.
    pub fn responses(&self) -> Vec<Response> {
        lock(&self.inbox).responses.clone()
    }

    /// The good responses to one referral.
    pub fn responses_to(&self, bundle_id: &str) -> Vec<Response> {
        let mut all = self.responses();
        all.retain(|response| response.answers == bundle_id);
        all
    }

    /// What was wrong with responses that were not good, one line a fault.
    pub fn faults(&self) -> Vec<String> {
        lock(&self.inbox).faults.clone()
    }

    /// How often a response came again with its own request id and its own bytes.
    pub fn repeats(&self) -> usize {
        lock(&self.inbox).repeats
    }

    /// How the practice's system answers from now on.
    pub fn conduct(&self, conduct: Conduct) {
        lock(&self.inbox).conduct = conduct;
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::{HeaderMap, StatusCode};
    use axum::routing::post;
    use base64::{Engine, prelude::BASE64_STANDARD};

    use super::super::referral::StopAs;
    use super::*;

    /// A gateway that echoes the body and says in a header what it was called with.
    async fn echo() -> Server {
        let routes = Router::new().route(
            "/$process-message",
            post(|headers: HeaderMap, body: String| async move {
                for name in [
                    "x-request-id",
                    "x-correlation-id",
                    "nhsd-target-identifier",
                    "nhsd-end-user-organisation",
                    "nhsd-requesting-software",
                    "accept",
                    "use-context",
                ] {
                    if !headers.contains_key(name) {
                        return (StatusCode::BAD_REQUEST, HeaderMap::new(), name.to_owned());
                    }
                }
                (StatusCode::OK, headers, body)
            }),
        );
        Server::start(routes).await.expect("a free port")
    }

    async fn gp() -> Gp {
        Gp::start(Practice::default(), Feed::silent())
            .await
            .expect("a free port")
    }

    #[tokio::test]
    async fn a_referral_goes_out_with_every_header_of_bars_and_its_answer_is_read() {
        let (gateway, gp) = (echo().await, gp().await);
        let answer = gp
            .refer(&gateway.url(), &Referral::new(1))
            .await
            .expect("an answer");
        assert!(answer.accepted() && answer.ids_echoed, "{answer:?}");
        assert_eq!(answer.body["id"], Referral::new(1).bundle_id());
    }

    #[tokio::test]
    async fn a_missing_header_is_noticed_by_the_peer() {
        let (gateway, gp) = (echo().await, gp().await);
        let sending = gp
            .prepare(&Referral::new(1))
            .header("X-Correlation-Id", None);
        let answer = gp.post(&gateway.url(), &sending).await.expect("an answer");
        assert_eq!((answer.status, answer.accepted()), (400, false));
    }

    #[tokio::test]
    async fn every_sending_has_its_own_request_id_and_the_referrals_correlation_id() {
        let gp = gp().await;
        let referral = Referral::new(1);
        let (one, two) = (gp.prepare(&referral), gp.prepare(&referral));
        assert_ne!(one.request_id, two.request_id);
        assert_eq!(one.correlation_id, two.correlation_id);
        let stop = Stop::of(
            referral.json(),
            referral.correlation_id(),
            StopAs::Cancelled,
        );
        let stop = gp.prepare_stop(&stop);
        let value = |name| {
            stop.headers
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| v.as_str())
        };
        assert_eq!(
            value("use-context"),
            Some("workwell-local-1|referral|servicerequest-request|update")
        );
        let target = value("NHSD-Target-Identifier").expect("a target");
        let target = BASE64_STANDARD.decode(target).expect("base64");
        let target: Value = serde_json::from_slice(&target).expect("JSON");
        assert_eq!(target["value"], "2000099901");
        assert_eq!(target["system"], "https://fhir.nhs.uk/Id/dos-service-id");
    }
}
