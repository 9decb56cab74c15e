//! What ends the demonstration: Ctrl-C, SIGTERM, and a terminal that is closed.

/// Listens for the end. What comes while nobody waits is not lost.
pub struct End {
    #[cfg(unix)]
    signals: Vec<tokio::signal::unix::Signal>,
}

impl End {
    /// Takes the signals from now on: until then they end the process, and what it has
    /// written stays.
    #[cfg(unix)]
    pub fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ];
        let signals = kinds.into_iter().filter_map(|kind| signal(kind).ok());
        Self {
            signals: signals.collect(),
        }
    }

    /// Takes the signals from now on.
    #[cfg(not(unix))]
    pub fn listen() -> Self {
        Self {}
    }

    /// Waits for the first of them.
    #[cfg(unix)]
    pub async fn come(&mut self) {
        std::future::poll_fn(|context| {
            let mut signals = self.signals.iter_mut();
            let has_come = signals.any(|signal| signal.poll_recv(context).is_ready());
            if has_come {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
    }

    /// Waits for it.
    #[cfg(not(unix))]
    pub async fn come(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
