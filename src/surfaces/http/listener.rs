//! One listener: takes as many connections as it may, and gives each so much time. A caller
//! that says nothing, or the half of something, costs the others nothing.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Bytes;
use axum::serve::{Listener, ListenerExt};
use axum::{BoxError, Router};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::Sleep;

/// The longest time in which the body of a request may arrive: six times what BaRS gives a
/// whole answer.
pub const BODY: Duration = Duration::from_secs(30);

/// What one listener gives its callers.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many connections it has at a time; who comes beyond that waits.
    pub connections: usize,
    /// How long a connection may take to bring the head of a request: its first, and each
    /// next one after an answer.
    pub idle: Duration,
    /// How long the body of a request may take to arrive.
    pub body: Duration,
}

/// Serves until told to stop, then finishes what it has begun.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    // The last part of an answer goes out at once: Nagle's algorithm would keep it until
    // the sender has acknowledged the part before, up to 40 ms away. Without the option
    // the connection serves all the same.
    let mut listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.idle);
    let service = TowerToHyperService::new(router);
    let room = Arc::new(Semaphore::new(limits.connections));
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let next = async {
            // Room first: a connection that nobody serves would hold a file all the same.
            let place = Arc::clone(&room).acquire_owned().await;
            // Waits a second after a fault such as too many open files, and goes on.
            let (stream, _) = listener.accept().await;
            (place, stream)
        };
        let (place, stream) = tokio::select! {
            next = next => next,
            () = &mut stop => break,
        };
        let service = service.clone();
        let timely = service_fn(move |request: hyper::Request<Incoming>| {
            service.call(request.map(|body| Timely::new(body, limits.body)))
        });
        let connection = http.serve_connection(TokioIo::new(stream), timely);
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            // How a connection ends is its caller's business.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    connections.shutdown().await;
}

/// The body of a request, which ends in a fault when it has not arrived in time.
struct Timely {
    body: Incoming,
    limit: Duration,
    /// Made when the body is first waited for: most are there by then.
    end: Option<Pin<Box<Sleep>>>,
}

impl Timely {
    const fn new(body: Incoming, limit: Duration) -> Self {
        Self {
            body,
            limit,
            end: None,
        }
    }
}

impl Body for Timely {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let limit = this.limit;
        let end = this
            .end
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        ready!(end.as_mut().poll(context));
        Poll::Ready(Some(Err("the body did not arrive in time".into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests;
