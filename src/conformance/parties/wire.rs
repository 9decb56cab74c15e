//! The thin wire of the stand-in parties: a server on a free loopback port and a client
//! that follows no proxy.

use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The largest body that a party reads, bytes.
pub(crate) const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// A running server; it stops listening when dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    /// Serves on a free port of the loopback address.
    pub async fn start(routes: Router) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move {
            // The only way out is the abort below.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self { address, task })
    }

    /// `http://127.0.0.1:port`, without a trailing slash.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A client with a bounded wait.
pub fn client(patience: Duration) -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .timeout(patience)
        .build()
        .expect("the client is built from constants")
}

/// Locks a party's book; a panic in another test thread does not make it unreadable.
pub(crate) fn lock<T>(book: &Mutex<T>) -> MutexGuard<'_, T> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}
