//! The watch of the clocks: looks at what is overdue, again and again. Of several
//! processes one does it; the others find the job taken and ask again.

use std::future::Future;
use std::sync::Arc;

use crate::gateway::Gateway;

/// Runs until told to stop; a round that was begun is finished. The first round comes
/// after the first pause: clocks of working days lose nothing by it.
pub async fn run(gateway: Arc<Gateway>, stop: impl Future<Output = ()>) {
    let every = gateway.settings().clocks.every;
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(every) => {}
        }
        if let Err(problem) = gateway.watch_clocks().await {
            tracing::error!(
                error.code = problem.entry.code,
                "the clocks could not be looked at; the next round does it"
            );
        }
    }
}
