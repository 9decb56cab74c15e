//! SIGHUP: the tables are loaded anew.

use std::sync::Arc;

use crate::domain::caller::Caller;
use crate::gateway::Gateway;

/// The signals that come; nothing where the system has none.
#[cfg(unix)]
pub type Hangups = Option<tokio::signal::unix::Signal>;
/// The signals that come; nothing where the system has none.
#[cfg(not(unix))]
pub type Hangups = ();

/// Takes the signal from now on: until then it ends the process.
#[cfg(unix)]
pub fn listen() -> Hangups {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::hangup()) {
        Ok(hangups) => Some(hangups),
        Err(error) => {
            tracing::warn!(error = %error.kind(), "SIGHUP cannot be taken");
            None
        }
    }
}

/// Takes the signal from now on: until then it ends the process.
#[cfg(not(unix))]
pub const fn listen() -> Hangups {}

/// Loads the tables anew whenever the signal comes; it never ends by itself.
#[cfg(unix)]
pub async fn run(gateway: Arc<Gateway>, hangups: Hangups) {
    let Some(mut hangups) = hangups else {
        return std::future::pending().await;
    };
    while hangups.recv().await.is_some() {
        let caller = Caller::Operator(gateway.settings().gateway.operator.clone());
        // What was found is in the log, in `/_status` and in the figures.
        if let Err(problem) = gateway.reload_tables(&caller).await {
            tracing::error!(
                error.code = problem.entry.code,
                "the tables in use stay in use"
            );
        }
    }
    std::future::pending::<()>().await;
}

/// Loads the tables anew whenever the signal comes; it never ends by itself.
#[cfg(not(unix))]
pub async fn run(_: Arc<Gateway>, (): Hangups) {
    std::future::pending::<()>().await;
}
