//! A receiver that writes down every request and answers as it was told: what a test
//! needs to see of the wire that a well-behaved party does not show.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// One answer.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status without a body.
    Status(u16),
    /// A status, further header lines and a body.
    Full(u16, &'static str, &'static str),
    /// The request is taken, and the connection cut before an answer.
    Cut,
    /// The request is taken and never answered; the connection stays until its other end goes.
    Never,
}

/// One request as it came over the wire.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Path with query.
    pub path: String,
    /// The body.
    pub body: Vec<u8>,
    headers: Vec<(String, String)>,
}

impl Taken {
    /// A header by its name in lower case; empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

#[derive(Debug)]
struct Book {
    taken: Vec<Taken>,
    next: VecDeque<Reply>,
    usual: Reply,
}

/// The receiver, listening; it stops when dropped.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    book: Arc<Mutex<Book>>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// Listens on a free loopback port; answers 200 unless told otherwise.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener");
        let book = Arc::new(Mutex::new(Book {
            taken: Vec::new(),
            next: VecDeque::new(),
            usual: Reply::Status(200),
        }));
        let task = tokio::spawn(listen(listener, Arc::clone(&book)));
        Self {
            address,
            book,
            task,
        }
    }

    /// `http://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The answers to the next requests, in order.
    pub fn answer_next(&self, replies: impl IntoIterator<Item = Reply>) {
        self.book.lock().expect("the book").next.extend(replies);
    }

    /// The answer when nothing else was said.
    pub fn answer_usual(&self, reply: Reply) {
        self.book.lock().expect("the book").usual = reply;
    }

    /// Every request so far.
    pub fn taken(&self) -> Vec<Taken> {
        self.book.lock().expect("the book").taken.clone()
    }

    /// Every request since the last time.
    pub fn drain(&self) -> Vec<Taken> {
        std::mem::take(&mut self.book.lock().expect("the book").taken)
    }

    /// Takes back what was said of the next requests.
    pub fn forget_next(&self) {
        self.book.lock().expect("the book").next.clear();
    }

    /// Waits until so many requests have come, and gives them.
    pub async fn until_taken(&self, count: usize) -> Vec<Taken> {
        super::eventually("requests at the receiver", || async {
            let taken = self.taken();
            (taken.len() >= count).then_some(taken)
        })
        .await
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(listener: TcpListener, book: Arc<Mutex<Book>>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream, Arc::clone(&book)));
    }
}

/// One request a connection.
async fn converse(mut stream: TcpStream, book: Arc<Mutex<Book>>) {
    let Some(taken) = read(&mut stream).await else {
        return;
    };
    let reply = {
        let mut book = book.lock().expect("the book");
        book.taken.push(taken);
        let usual = book.usual.clone();
        book.next.pop_front().unwrap_or(usual)
    };
    let (status, headers, body) = match reply {
        Reply::Status(status) => (status, "", ""),
        Reply::Full(status, headers, body) => (status, headers, body),
        Reply::Cut => return,
        Reply::Never => {
            let _ = stream.read(&mut [0]).await;
            return;
        }
    };
    let answer = format!(
        "HTTP/1.1 {status} Answer\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    );
    // A sender that has gone needs no answer.
    let _ = stream.write_all(answer.as_bytes()).await;
}

async fn read(stream: &mut TcpStream) -> Option<Taken> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .and_then(|(_, value)| value.parse::<usize>().ok())
        .unwrap_or_default();
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Taken {
        path,
        body,
        headers,
    })
}
