use std::net::SocketAddr;

use axum::body::Bytes;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::*;

const HALF: &[u8] = b"GET / HTTP/1.1\r\nX-Half: ";
const WHOLE: &[u8] = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n";
const SLOW: &[u8] = b"GET /slow HTTP/1.1\r\nHost: here\r\n\r\n";

/// A listener with these limits, and what ends it.
async fn listening(limits: Limits) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let router = Router::new()
        .route("/", get(|| async { "here\n" }))
        .route(
            "/slow",
            get(|| async {
                tokio::time::sleep(Duration::from_millis(300)).await;
                "done\n"
            }),
        )
        .route(
            "/body",
            post(|body: Bytes| async move { body.len().to_string() }),
        );
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound listener");
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async {
        let _ = stopped.await;
    };
    let serving = tokio::spawn(serve(listener, router, limits, stopped));
    (address, stop, serving)
}

const fn limits(connections: usize, idle_ms: u64) -> Limits {
    Limits {
        connections,
        idle: Duration::from_millis(idle_ms),
        body: Duration::from_millis(300),
    }
}

async fn said(address: SocketAddr, words: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(words).await.expect("it takes the words");
    stream
}

/// What comes until the other side closes, or `None` when it does not within a time.
async fn until_closed(stream: &mut TcpStream, wait: Duration) -> Option<String> {
    let mut text = Vec::new();
    let read = tokio::time::timeout(wait, stream.read_to_end(&mut text)).await;
    // A reset is an end as well.
    read.ok()
        .map(|_| String::from_utf8_lossy(&text).into_owned())
}

/// The first bytes that come, or nothing within a time.
async fn first_words(stream: &mut TcpStream, wait: Duration) -> String {
    let mut buffer = [0; 512];
    let read = tokio::time::timeout(wait, stream.read(&mut buffer)).await;
    let length = read.map_or(0, |read| read.unwrap_or(0));
    String::from_utf8_lossy(&buffer[..length]).into_owned()
}

const LONG: Duration = Duration::from_secs(10);

#[tokio::test]
async fn half_a_head_is_not_waited_for_longer_than_the_limit() {
    let (address, _stop, _) = listening(limits(8, 200)).await;
    for words in [HALF, b""] {
        let mut stream = said(address, words).await;
        let end = until_closed(&mut stream, LONG).await;
        assert_eq!(end.as_deref(), Some(""), "closed without a word");
    }
}

#[tokio::test]
async fn a_connection_that_brings_no_second_request_is_closed() {
    let (address, _stop, _) = listening(limits(8, 200)).await;
    let mut stream = said(address, WHOLE).await;
    let text = until_closed(&mut stream, LONG).await.expect("it is closed");
    assert!(
        text.starts_with("HTTP/1.1 200") && text.ends_with("here\n"),
        "{text}"
    );
}

#[tokio::test]
async fn work_that_takes_longer_than_the_limit_for_heads_is_answered() {
    let (address, _stop, _) = listening(limits(8, 100)).await;
    let mut stream = said(address, SLOW).await;
    let text = until_closed(&mut stream, LONG).await.expect("it is closed");
    assert!(text.ends_with("done\n"), "{text}");
}

#[tokio::test]
async fn who_comes_beyond_the_bound_waits_and_is_served_when_a_silent_one_is_closed() {
    let (address, _stop, _) = listening(limits(2, 1_000)).await;
    let _silent = (said(address, HALF).await, said(address, HALF).await);
    let mut waiting = said(address, WHOLE).await;
    let early = first_words(&mut waiting, Duration::from_millis(200)).await;
    assert_eq!(early, "", "there is no room yet");
    let late = first_words(&mut waiting, LONG).await;
    assert!(late.starts_with("HTTP/1.1 200"), "{late}");
}

#[tokio::test]
async fn a_listener_that_is_full_leaves_another_alone() {
    let (full, _stop, _) = listening(limits(1, 60_000)).await;
    let (other, _other_stop, _) = listening(limits(1, 60_000)).await;
    let _silent = said(full, HALF).await;
    let mut stream = said(other, WHOLE).await;
    let text = first_words(&mut stream, LONG).await;
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_given_up() {
    let (address, _stop, _) = listening(limits(1, 60_000)).await;
    let head = b"POST /body HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\nhalf";
    let mut stream = said(address, head).await;
    let text = until_closed(&mut stream, LONG).await.expect("it is closed");
    assert!(text.starts_with("HTTP/1.1 400"), "{text}");
}

#[tokio::test]
async fn what_was_begun_is_finished_when_the_listener_is_told_to_stop() {
    let (address, stop, serving) = listening(limits(8, 60_000)).await;
    let mut begun = said(address, SLOW).await;
    let mut idle = said(address, WHOLE).await;
    let first = first_words(&mut idle, LONG).await;
    assert!(first.starts_with("HTTP/1.1 200"), "{first}");
    tokio::time::sleep(Duration::from_millis(50)).await;
    stop.send(()).expect("it listens");
    let end = until_closed(&mut idle, LONG).await;
    assert_eq!(
        end.as_deref(),
        Some(""),
        "an idle connection is closed at once"
    );
    let text = until_closed(&mut begun, LONG).await.expect("it is closed");
    assert!(text.ends_with("done\n"), "{text}");
    tokio::time::timeout(LONG, serving)
        .await
        .expect("the listener ends")
        .expect("in order");
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_listener_that_is_full_can_be_told_to_stop() {
    let (address, stop, serving) = listening(limits(1, 300)).await;
    let _silent = said(address, HALF).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    stop.send(()).expect("it listens");
    tokio::time::timeout(LONG, serving)
        .await
        .expect("the listener ends")
        .expect("in order");
}
