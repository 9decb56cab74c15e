//! Connections that say nothing: they are bounded, they end, and nobody else waits for them.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use workwell_gateway::conformance::parties::gp::Sending;
use workwell_gateway::conformance::parties::referral::{Place, Referral};

use crate::support::call::Call;
use crate::support::{TestGateway, eventually};

async fn connected(base: &str) -> TcpStream {
    let address = base.strip_prefix("http://").expect("an address");
    let address = address.split('/').next().expect("host and port");
    TcpStream::connect(address).await.expect("a connection")
}

async fn half_a_head(base: &str) -> TcpStream {
    let mut stream = connected(base).await;
    let half = stream
        .write_all(b"GET /metadata HTTP/1.1\r\nX-Half: ")
        .await;
    half.expect("it takes the words");
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_callers_keep_neither_operators_nor_referrers_out() {
    let gateway = TestGateway::with(|settings| {
        settings.listen.connections.bars = 4;
        settings.listen.connections.provider = 4;
        settings.listen.idle = Duration::from_secs(2);
    })
    .await;
    let mut silent = Vec::new();
    for base in [gateway.bars(), gateway.provider_api()] {
        for _ in 0..8 {
            silent.push(half_a_head(&base).await);
        }
    }
    let ready = Call::get(format!("{}/readyz", gateway.admin()))
        .send()
        .await;
    assert_eq!(ready.status, 200, "{}", ready.text);
    let answer = gateway.refer(&Referral::new(1).at(Place::LANTERN)).await;
    assert!(answer.accepted(), "{answer:?}");
    for mut stream in silent {
        let mut rest = Vec::new();
        let end = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut rest));
        assert!(end.await.is_ok(), "every silent connection is closed");
    }
    gateway.end().await;
}

/// Head and body of a message as they go over the wire.
fn wire(sending: &Sending) -> (String, &[u8]) {
    let mut head =
        "POST /$process-message HTTP/1.1\r\nHost: here\r\nConnection: close\r\n".to_owned();
    for (name, value) in &sending.headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    let length = sending.body.len().to_string();
    head.extend(["Content-Length: ", &length, "\r\n\r\n"]);
    (head, &sending.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn while_what_was_begun_is_finished_operators_are_told_that_nothing_new_is_taken() {
    let gateway = TestGateway::start().await;
    let (bars, admin) = (gateway.bars(), gateway.admin());
    let sending = gateway
        .parties
        .gp
        .prepare(&Referral::new(1).at(Place::LANTERN));
    let (head, body) = wire(&sending);
    let mut begun = connected(&bars).await;
    begun.write_all(head.as_bytes()).await.expect("a head");
    begun.write_all(&body[..100]).await.expect("half a body");
    tokio::time::sleep(Duration::from_millis(200)).await;
    let during = async {
        eventually("the gateway is not ready any more", || async {
            let ready = Call::get(format!("{admin}/readyz")).send().await;
            (ready.status == 503 && ready.text.contains("gateway:taking")).then_some(())
        })
        .await;
        begun.write_all(&body[100..]).await.expect("the rest");
        let mut answer = String::new();
        begun.read_to_string(&mut answer).await.expect("an answer");
        answer
    };
    let ((), answer) = tokio::join!(gateway.end(), during);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(
        TcpStream::connect(admin.trim_start_matches("http://"))
            .await
            .is_err()
    );
}
