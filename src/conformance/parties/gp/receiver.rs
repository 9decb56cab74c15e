//! The receiving half of the practice's system: `POST /$process-message`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response as HttpResponse};
use axum::routing::post;
use serde_json::{Value, json};
use uuid::Uuid;

use super::expect::{self, Expected, Faults, Response};
use crate::conformance::parties::conforms;
use crate::conformance::parties::event::{Feed, Who};
use crate::conformance::parties::wire::{BODY_LIMIT, lock};

/// How the practice's system answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conduct {
    /// As the standard says.
    Orderly,
    /// Answers this status to the next so many responses, then is orderly.
    Fail {
        /// HTTP status, for instance 503.
        status: u16,
        /// How many responses.
        times: u32,
    },
    /// Answers as the standard says, but late.
    Slow(Duration),
    /// Takes the request and never answers.
    Hang,
}

/// What the practice knows and has received.
#[derive(Debug)]
pub(super) struct Inbox {
    target: (String, String),
    feed: Feed,
    sent: BTreeMap<String, Expected>,
    bodies: BTreeMap<Uuid, Bytes>,
    pub(super) conduct: Conduct,
    pub(super) responses: Vec<Response>,
    pub(super) faults: Vec<String>,
    pub(super) repeats: usize,
}

impl Inbox {
    pub(super) fn new(target: (String, String), feed: Feed) -> Self {
        Self {
            target,
            feed,
            sent: BTreeMap::new(),
            bodies: BTreeMap::new(),
            conduct: Conduct::Orderly,
            responses: Vec::new(),
            faults: Vec::new(),
            repeats: 0,
        }
    }

    pub(super) fn expect(&mut self, expected: Expected) {
        self.sent.insert(expected.bundle_id.clone(), expected);
    }

    /// What is to be done with the next request, counting failures down.
    fn next_conduct(&mut self) -> Conduct {
        let conduct = self.conduct;
        if let Conduct::Fail { status, times } = conduct {
            self.conduct = match times {
                0 | 1 => Conduct::Orderly,
                more => Conduct::Fail {
                    status,
                    times: more - 1,
                },
            };
            if times == 0 {
                return Conduct::Orderly;
            }
        }
        conduct
    }

    /// Judges and keeps one response.
    fn take(&mut self, headers: &HeaderMap, body: Bytes) -> (u16, Value) {
        let message: Value = serde_json::from_slice(&body).unwrap_or_default();
        if let Some(answer) = self.seen_before(headers, &body) {
            return answer;
        }
        let judged = expect::judge(headers, &message, &self.sent, &self.target);
        match judged.and_then(|response| conforming(response, &body)) {
            Ok(response) => {
                let said = format!("told: {}", response.in_short());
                self.feed.tell(Who::Gp, said, response.reference.as_deref());
                self.bodies.insert(response.request_id, body);
                self.responses.push(response);
                (200, message)
            }
            Err(faults) => {
                let code = if faults.status == 404 {
                    "not-found"
                } else {
                    "invariant"
                };
                self.faults.extend(faults.lines);
                (faults.status, outcome(faults.status, code))
            }
        }
    }

    /// BaRS Core 1.5.0, transactional integrity: the same ids are a repeat, answered 409
    /// duplicate; with another body they are a fault.
    fn seen_before(&mut self, headers: &HeaderMap, body: &Bytes) -> Option<(u16, Value)> {
        let id = expect::uuid(headers, "x-request-id")?;
        let first = self.bodies.get(&id)?;
        if first == body {
            self.repeats += 1;
            return Some((409, outcome(409, "duplicate")));
        }
        self.faults
            .push("one X-Request-Id came with two bodies".to_owned());
        Some((409, outcome(409, "conflict")))
    }
}

/// The response, where what it came in conforms to its profiles.
fn conforming(response: Response, body: &[u8]) -> Result<Response, Faults> {
    let lines = conforms::faults(body);
    if lines.is_empty() {
        return Ok(response);
    }
    Err(Faults { status: 400, lines })
}

pub(super) fn routes(inbox: Arc<Mutex<Inbox>>) -> Router {
    Router::new()
        .route("/$process-message", post(process))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(inbox)
}

async fn process(
    State(inbox): State<Arc<Mutex<Inbox>>>,
    headers: HeaderMap,
    body: Bytes,
) -> HttpResponse {
    let conduct = lock(&inbox).next_conduct();
    let (status, answer) = match conduct {
        Conduct::Hang => std::future::pending().await,
        Conduct::Fail { status, .. } => (status, outcome(status, "transient")),
        Conduct::Slow(wait) => {
            tokio::time::sleep(wait).await;
            lock(&inbox).take(&headers, body)
        }
        Conduct::Orderly => lock(&inbox).take(&headers, body),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = (
        status,
        [(header::CONTENT_TYPE, "application/fhir+json")],
        answer.to_string(),
    )
        .into_response();
    for name in ["x-request-id", "x-correlation-id"] {
        if let Some(value) = headers.get(name) {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    answer
}

fn outcome(status: u16, code: &str) -> Value {
    let error = match status {
        404 => "REC_NOT_FOUND",
        409 => "REC_CONFLICT",
        503 => "REC_SERVICE_UNAVAILABLE",
        400..=499 => "REC_BAD_REQUEST",
        _ => "REC_SERVER_ERROR",
    };
    json!({
        "resourceType": "OperationOutcome",
        "id": Uuid::new_v4(),
        "issue": [{
            "severity": "error",
            "code": code,
            "details": {"coding": [
                {"system": "https://fhir.nhs.uk/CodeSystem/http-error-codes", "code": error}
            ]},
        }],
    })
}

#[cfg(test)]
mod tests {
    use base64::{Engine, prelude::BASE64_STANDARD};

    use super::super::{Gp, Practice};
    use super::*;
    use crate::conformance::parties::referral::Referral;
    use crate::conformance::parties::wire;

    /// A good response to a referral, as a gateway would send it.
    fn response(referral: &Referral) -> Value {
        let mut message = referral.json().clone();
        message["id"] = json!(Uuid::new_v4());
        let answers = referral.bundle_id();
        let entries = message["entry"].as_array_mut().expect("entries");
        entries.retain(|entry| {
            let kind = entry["resource"]["resourceType"]
                .as_str()
                .unwrap_or_default();
            [
                "MessageHeader",
                "ServiceRequest",
                "Patient",
                "Encounter",
                "Organization",
                "Practitioner",
                "PractitionerRole",
                "HealthcareService",
            ]
            .contains(&kind)
        });
        for gone in ["basedOn", "reasonReference", "supportingInfo"] {
            let request = entries[1]["resource"]
                .as_object_mut()
                .expect("a ServiceRequest");
            request.remove(gone);
        }
        let mut theirs = entries[2].clone();
        theirs["fullUrl"] = json!("urn:uuid:4b3a1c2d-0000-4000-8000-000000000001");
        theirs["resource"]["status"] = json!("in-progress");
        theirs["resource"]["identifier"][0]["value"] = json!("WW-0000-0000-00");
        let focus = theirs["fullUrl"].clone();
        entries.push(theirs);
        let header = &mut entries[0]["resource"];
        header["eventCoding"]["code"] = json!("servicerequest-response");
        let (to, from) = (
            header["source"]["endpoint"].clone(),
            header["destination"][0]["endpoint"].clone(),
        );
        header["destination"][0]["endpoint"] = to;
        header["source"]["endpoint"] = from;
        header["focus"][0]["reference"] = focus;
        header["response"] = json!({"identifier": answers, "code": "ok"});
        header["definition"] = json!(
            "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-response-referral-short"
        );
        message
    }

    type Spoil = fn(&mut Value);

    struct Call {
        request_id: Uuid,
        correlation_id: Uuid,
        target: &'static str,
    }

    impl Call {
        fn to(referral: &Referral) -> Self {
            Self {
                request_id: Uuid::new_v4(),
                correlation_id: referral.correlation_id(),
                target: "2000099911",
            }
        }

        async fn send(&self, gp: &Gp, message: &Value) -> u16 {
            let target =
                json!({"value": self.target, "system": "https://fhir.nhs.uk/Id/dos-service-id"});
            let some = BASE64_STANDARD.encode("{}");
            wire::client(Duration::from_secs(5))
                .post(format!("{}/$process-message", gp.url()))
                .header("content-type", "application/fhir+json")
                .header("x-request-id", self.request_id.to_string())
                .header("x-correlation-id", self.correlation_id.to_string())
                .header(
                    "nhsd-target-identifier",
                    BASE64_STANDARD.encode(target.to_string()),
                )
                .header("nhsd-end-user-organisation", &some)
                .header("nhsd-requesting-software", &some)
                .body(message.to_string())
                .send()
                .await
                .expect("an answer")
                .status()
                .as_u16()
        }
    }

    async fn gp_that_sent(referral: &Referral) -> Gp {
        let gp = Gp::start(Practice::default(), Feed::silent())
            .await
            .expect("a free port");
        gp.prepare(referral);
        gp
    }

    #[tokio::test]
    async fn a_good_response_is_kept_and_its_repeat_counted_once() {
        let referral = Referral::new(4);
        let gp = gp_that_sent(&referral).await;
        let (call, message) = (Call::to(&referral), response(&referral));
        assert_eq!(call.send(&gp, &message).await, 200, "{:?}", gp.faults());
        assert_eq!(call.send(&gp, &message).await, 409);
        let kept = gp.responses_to(referral.bundle_id());
        assert_eq!((kept.len(), gp.repeats(), gp.faults().len()), (1, 1, 0));
        assert_eq!(kept[0].encounter_status, "in-progress");
    }

    #[tokio::test]
    async fn every_malformed_response_is_refused_and_says_what_is_wrong() {
        let referral = Referral::new(4);
        let gp = gp_that_sent(&referral).await;
        let cases: &[(Spoil, &str, u16)] = &[
            (|m| m["type"] = json!("collection"), "Bundle.type", 400),
            (
                |m| m["entry"][0]["resource"]["response"] = Value::Null,
                "response.identifier is missing",
                400,
            ),
            (
                |m| m["entry"][0]["resource"]["response"]["identifier"] = json!("x"),
                "names no referral",
                404,
            ),
            (
                |m| {
                    m["entry"][0]["resource"]["eventCoding"]["code"] =
                        json!("servicerequest-request");
                },
                "eventCoding",
                400,
            ),
            (
                |m| {
                    m["entry"][0]["resource"]["focus"][0]["reference"] =
                        m["entry"][1]["fullUrl"].clone();
                },
                "focus",
                400,
            ),
            (
                |m| {
                    m["entry"].as_array_mut().expect("entries").pop();
                },
                "Encounter occurs 1 times",
                400,
            ),
            (
                |m| {
                    m["entry"][2]["resource"]["episodeOfCare"][0]["reference"] =
                        json!("EpisodeOfCare/other");
                },
                "Journey",
                400,
            ),
            (
                |m| m["entry"][1]["resource"]["subject"]["reference"] = json!("urn:uuid:nothing"),
                "points at nothing",
                400,
            ),
        ];
        for (spoil, line, status) in cases {
            let before = gp.faults().len();
            let mut message = response(&referral);
            spoil(&mut message);
            assert_eq!(
                Call::to(&referral).send(&gp, &message).await,
                *status,
                "{line}"
            );
            let faults = gp.faults().split_off(before);
            assert!(
                faults.iter().any(|fault| fault.contains(line)),
                "{line}: {faults:?}"
            );
        }
        assert!(gp.responses().is_empty());
    }

    #[tokio::test]
    async fn wrong_headers_are_refused_too() {
        let referral = Referral::new(4);
        let gp = gp_that_sent(&referral).await;
        let message = response(&referral);
        let stranger = Call {
            correlation_id: Uuid::new_v4(),
            ..Call::to(&referral)
        };
        assert_eq!(stranger.send(&gp, &message).await, 400);
        let elsewhere = Call {
            target: "2000099912",
            ..Call::to(&referral)
        };
        assert_eq!(elsewhere.send(&gp, &message).await, 400);
        let call = Call::to(&referral);
        assert_eq!(call.send(&gp, &message).await, 200);
        // The same request id with other bytes is misuse, not a retry.
        assert_eq!(call.send(&gp, &response(&referral)).await, 409);
        assert_eq!((gp.faults().len(), gp.repeats()), (3, 0));
    }

    #[tokio::test]
    async fn a_practice_that_fails_for_a_while_takes_the_retry() {
        let referral = Referral::new(4);
        let gp = gp_that_sent(&referral).await;
        gp.conduct(Conduct::Fail {
            status: 503,
            times: 2,
        });
        let (call, message) = (Call::to(&referral), response(&referral));
        let mut answers = Vec::new();
        for _ in 0..3 {
            answers.push(call.send(&gp, &message).await);
        }
        assert_eq!((answers, gp.responses().len()), (vec![503, 503, 200], 1));
    }
}
