//! A small receiver for the tests: it keeps what it got and answers what it is told to.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;

/// One request as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Got {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Got {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// What is answered: status, headers, body; or never anything.
#[derive(Clone, Debug)]
pub(super) enum Says {
    Answer(u16, Vec<(&'static str, String)>, String),
    Nothing,
}

struct Shared {
    got: Vec<Got>,
    says: Says,
}

/// A receiver on a free loopback port; it ends with the test's runtime.
pub(super) struct Receiver {
    shared: Arc<Mutex<Shared>>,
    pub(super) base: String,
}

impl Receiver {
    pub(super) async fn start() -> Self {
        let shared = Arc::new(Mutex::new(Shared {
            got: Vec::new(),
            says: Says::Answer(200, Vec::new(), String::new()),
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("bound");
        let router = Router::new().fallback(take).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            shared,
            base: format!("http://{address}"),
        }
    }

    pub(super) fn say(&self, status: u16, headers: &[(&'static str, &str)], body: &str) {
        let headers = headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        self.lock().says = Says::Answer(status, headers, body.to_owned());
    }

    pub(super) fn say_nothing(&self) {
        self.lock().says = Says::Nothing;
    }

    pub(super) fn got(&self) -> Vec<Got> {
        self.lock().got.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.shared.lock().expect("no test thread panicked here")
    }
}

async fn take(
    State(shared): State<Arc<Mutex<Shared>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let says = {
        let mut shared = shared.lock().expect("no test thread panicked here");
        shared.got.push(Got {
            method,
            uri,
            headers,
            body,
        });
        shared.says.clone()
    };
    let Says::Answer(status, headers, body) = says else {
        return std::future::pending().await;
    };
    let mut answer = Response::builder().status(status);
    for (name, value) in headers {
        answer = answer.header(name, value);
    }
    answer.body(Body::from(body)).expect("a valid answer")
}
