//! The three listeners: BaRS for referrers, the provider API, and health for operators.

pub mod admin;
pub mod bars;
pub mod measure;
pub mod provider;

use std::future::Future;
use std::io;

use axum::Router;
use tokio::net::TcpListener;

/// Serves until told to stop, then finishes what it has begun.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router)
        .with_graceful_shutdown(stop)
        .await
}
