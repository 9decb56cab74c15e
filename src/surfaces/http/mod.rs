//! The three listeners: BaRS for referrers, the provider API, and health for operators.

pub mod admin;
pub mod bars;
mod bearer;
pub mod measure;
mod once;
mod path_id;
pub mod provider;

use std::future::Future;
use std::io;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

/// Serves until told to stop, then finishes what it has begun.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    // The last part of an answer goes out at once: Nagle's algorithm would keep it until
    // the sender has acknowledged the part before, up to 40 ms away. Without the option
    // the connection serves all the same.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router)
        .with_graceful_shutdown(stop)
        .await
}
