//! Lantern, a charity: a webhook by the Standard Webhooks convention, and its own words.

use std::io;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;

use super::signature::{self, Signed};
use super::{Desk, Words, recognise};
use crate::conformance::parties::event::Feed;
use crate::conformance::parties::wire::{BODY_LIMIT, Server};

/// Lantern's words.
pub const WORDS: Words = Words {
    way: &[
        "We've said yes",
        "First chat done",
        "Getting support",
        "All done",
    ],
    declined: "Not for us",
};

/// The charity's system, running.
#[derive(Debug)]
pub struct WebhookProvider {
    /// The people behind it.
    pub desk: Desk,
    secret: String,
    server: Server,
}

#[derive(Clone)]
struct Door {
    desk: Desk,
    secret: String,
}

impl WebhookProvider {
    /// Starts it on a free loopback port with a secret of its own.
    pub async fn start(feed: Feed) -> io::Result<Self> {
        let desk = Desk::new("Lantern", WORDS, feed);
        let secret = signature::new_secret();
        let door = Door {
            desk: desk.clone(),
            secret: secret.clone(),
        };
        let routes = Router::new()
            .route("/hooks/workwell", post(deliver))
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .with_state(door);
        let server = Server::start(routes).await?;
        Ok(Self {
            desk,
            secret,
            server,
        })
    }

    /// Where the gateway delivers.
    pub fn url(&self) -> String {
        format!("{}/hooks/workwell", self.server.url())
    }

    /// The shared signing secret, `whsec_...`.
    pub fn secret(&self) -> &str {
        &self.secret
    }
}

async fn deliver(State(door): State<Door>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let signed = Signed {
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp"),
        signatures: text("webhook-signature"),
    };
    let now = door.desk.api().time().now().as_second();
    if signature::verify(&door.secret, signed, &body, now).is_err() {
        door.desk.doubt();
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(payload) = serde_json::from_slice::<Value>(&body) else {
        door.desk.doubt();
        return StatusCode::BAD_REQUEST;
    };
    let (kind, case) = recognise::webhook(&payload);
    if let Err(status) = door.desk.admit(signed.id, kind, &case).await {
        return StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    }
    door.desk.book_in(signed.id, kind, case);
    door.desk.answer(signed.id).await;
    StatusCode::OK
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Kind, Reception, Script};
    use super::*;
    use crate::conformance::parties::providers::fake::FakeGateway;
    use crate::conformance::parties::wire;

    const CASE: &str = "0190d0a0-0000-7000-8000-000000000001";
    const REFERENCE: &str = "WW-7K3F-9Q2M-X41";

    async fn call(lantern: &WebhookProvider, secret: &str, id: &str, body: &str) -> Option<u16> {
        let now = jiff::Timestamp::now().as_second().to_string();
        let signature = signature::sign(secret, id, &now, body.as_bytes()).expect("a secret");
        let answer = wire::client(Duration::from_millis(400))
            .post(lantern.url())
            .header("webhook-id", id)
            .header("webhook-timestamp", now)
            .header("webhook-signature", signature)
            .body(body.to_owned())
            .send()
            .await;
        answer.ok().map(|answer| answer.status().as_u16())
    }

    fn payload(kind: &str) -> String {
        format!(
            r#"{{"type":"{kind}","data":{{"case":{{"id":"{CASE}","reference":"{REFERENCE}"}}}}}}"#
        )
    }

    async fn lantern(gateway: &FakeGateway) -> WebhookProvider {
        let lantern = WebhookProvider::start(Feed::silent())
            .await
            .expect("a free port");
        lantern.desk.api().connect(&gateway.base());
        lantern
    }

    #[tokio::test]
    async fn a_bad_signature_is_refused_and_has_no_effect() {
        let gateway = FakeGateway::start().await;
        let lantern = lantern(&gateway).await;
        let status = call(
            &lantern,
            &signature::new_secret(),
            "e1",
            &payload("referral.created"),
        )
        .await;
        assert_eq!((status, lantern.desk.refused()), (Some(401), 1));
        assert!(lantern.desk.effects().is_empty());
    }

    #[tokio::test]
    async fn a_repeat_is_answered_and_is_no_second_effect() {
        let gateway = FakeGateway::start().await;
        let lantern = lantern(&gateway).await;
        for _ in 0..3 {
            let status = call(
                &lantern,
                lantern.secret(),
                "e1",
                &payload("referral.created"),
            )
            .await;
            assert_eq!(status, Some(200));
        }
        assert_eq!(lantern.desk.effects().get(REFERENCE), Some(&1));
        let arrived = lantern.desk.arrivals();
        let kinds: Vec<Kind> = arrived.iter().map(|arrival| arrival.kind).collect();
        assert_eq!(kinds, [Kind::New; 3]);
        assert!(arrived.iter().all(|arrival| arrival.case == REFERENCE));
        gateway.until_reported(4).await;
        assert_eq!(gateway.words(), WORDS.way);
        assert_eq!(gateway.acknowledged(), [CASE]);
    }

    #[tokio::test]
    async fn it_fails_hangs_and_loses_answers_as_scripted() {
        let gateway = FakeGateway::start().await;
        let lantern = lantern(&gateway).await;
        let secret = lantern.secret();
        let fail = Reception::Fail {
            status: 500,
            times: 2,
        };
        for (key, reception, expected) in [
            ("fail", fail, [Some(500), Some(500), Some(200)]),
            (
                "hang",
                Reception::Hang { times: 1 },
                [None, Some(200), Some(200)],
            ),
            (
                "lost",
                Reception::AnswerLost { times: 2 },
                [None, None, Some(200)],
            ),
        ] {
            lantern
                .desk
                .script_next(Script::silent().received(reception));
            let body = payload("referral.created");
            let mut answers = Vec::new();
            for _ in 0..3 {
                answers.push(call(&lantern, secret, key, &body).await);
            }
            assert_eq!(answers, expected, "{key}");
        }
        // All three named the same case: three effect keys, each of them once.
        assert_eq!(lantern.desk.effects().values().sum::<u32>(), 3);
    }

    #[tokio::test]
    async fn a_stop_is_confirmed_and_ends_the_reports() {
        let gateway = FakeGateway::start().await;
        let lantern = lantern(&gateway).await;
        lantern.desk.script_next(Script::silent());
        call(
            &lantern,
            lantern.secret(),
            "e1",
            &payload("referral.created"),
        )
        .await;
        let status = call(
            &lantern,
            lantern.secret(),
            "e2",
            &payload("referral.cancelled"),
        )
        .await;
        assert_eq!(
            (status, lantern.desk.stops().get(REFERENCE)),
            (Some(200), Some(&1))
        );
        gateway.until_acknowledged(1).await;
        assert!(gateway.words().is_empty());
    }
}
