//! The keeper: looks every few seconds whether the store is still the one that this
//! gateway knows, and writes down, outside it, how far it has come.

use std::future::Future;
use std::sync::Arc;

use crate::gateway::Gateway;

/// Runs until told to stop.
pub async fn run(gateway: Arc<Gateway>, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    loop {
        let pause = gateway.keep().await;
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}
