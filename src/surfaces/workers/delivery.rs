//! The delivery worker: sends what is due, many destinations side by side, each with its
//! own few places, so that one hanging provider never delays another.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::task::{Id, JoinError, JoinSet};

use crate::domain::identifiers::OutboxId;
use crate::gateway::Gateway;
use crate::gateway::deliver::Outcome;
use crate::gateway::read::outbox::Leg;

/// How many due rows are looked at in one go.
const BATCH: u32 = 64;

/// The longest sleep without looking: a row that another process released, or a clock
/// that was set, is noticed by then.
const LONGEST_SLEEP: Duration = Duration::from_secs(2);

/// The shortest time between two looks at the outbox: under load one look serves what
/// many commits and ended attempts have announced. A first one after a calm is at once.
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

/// What is being sent at this instant.
#[derive(Default)]
struct Places {
    by_destination: HashMap<String, usize>,
    /// Where each task sends, kept outside it: a task that panics gives its place back too.
    destinations: HashMap<Id, String>,
    tasks: JoinSet<()>,
}

impl Places {
    fn full(&self, most: usize) -> Vec<String> {
        let full = self
            .by_destination
            .iter()
            .filter(|(_, count)| **count >= most);
        full.map(|(destination, _)| destination.clone()).collect()
    }

    fn begin(&mut self, gateway: &Arc<Gateway>, leg: Leg) {
        *self
            .by_destination
            .entry(leg.destination.clone())
            .or_default() += 1;
        let gateway = Arc::clone(gateway);
        let destination = leg.destination.clone();
        let task = self
            .tasks
            .spawn(async move { attempt(&gateway, &leg).await });
        self.destinations.insert(task.id(), destination);
    }

    fn end(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                tracing::error!("an attempt met an error of its own");
                error.id()
            }
        };
        let Some(destination) = self.destinations.remove(&id) else {
            return;
        };
        if let Some(count) = self.by_destination.get_mut(&destination) {
            *count -= 1;
            if *count == 0 {
                self.by_destination.remove(&destination);
            }
        }
    }

    /// Frees the places of all attempts that have ended.
    fn end_all(&mut self) {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            self.end(ended);
        }
    }
}

/// Runs until told to stop, then waits for the attempts that were begun.
pub async fn run(gateway: Arc<Gateway>, stop: impl Future<Output = ()>) {
    let most = gateway.settings().delivery.concurrency_per_destination;
    let mut places = Places::default();
    tokio::pin!(stop);
    loop {
        let looked = Instant::now();
        let begun = begin_what_is_due(&gateway, &mut places, most).await;
        let sleep = if begun == 0 {
            until_next_due(&gateway).await
        } else {
            Duration::ZERO
        };
        tokio::select! {
            () = &mut stop => break,
            Some(ended) = places.tasks.join_next_with_id() => places.end(ended),
            () = gateway.outbox_change() => {}
            () = tokio::time::sleep(sleep.max(BETWEEN_LOOKS)) => {}
        }
        tokio::time::sleep(BETWEEN_LOOKS.saturating_sub(looked.elapsed())).await;
        places.end_all();
    }
    while places.tasks.join_next().await.is_some() {}
}

/// Begins an attempt for each due row that has a place; says how many.
async fn begin_what_is_due(gateway: &Arc<Gateway>, places: &mut Places, most: usize) -> usize {
    let due = match gateway.due(BATCH, &places.full(most)).await {
        Ok(due) => due,
        Err(problem) => {
            tracing::error!(
                error.code = problem.entry.code,
                "the outbox could not be read"
            );
            return 0;
        }
    };
    let mut begun = 0;
    let mut left = Vec::new();
    for leg in due {
        let taken = places
            .by_destination
            .get(&leg.destination)
            .copied()
            .unwrap_or_default();
        if taken < most && !gateway.is_sending(&leg) {
            places.begin(gateway, leg);
            begun += 1;
        } else {
            left.push(leg.id);
        }
    }
    leave(gateway, &left).await;
    begun
}

/// A claim that is not given back runs out by itself.
async fn leave(gateway: &Gateway, legs: &[OutboxId]) {
    if let Err(problem) = gateway.leave(legs).await {
        tracing::warn!(
            error.code = problem.entry.code,
            "claims could not be given back"
        );
    }
}

async fn until_next_due(gateway: &Gateway) -> Duration {
    let Ok(Some(next)) = gateway.next_due().await else {
        return LONGEST_SLEEP;
    };
    let now: Timestamp = gateway.clock().now();
    if next <= now {
        // Due, yet it had no place: wait for one to come free.
        return LONGEST_SLEEP.min(Duration::from_millis(50));
    }
    next.duration_since(now).unsigned_abs().min(LONGEST_SLEEP)
}

async fn attempt(gateway: &Gateway, leg: &Leg) {
    match gateway.deliver(leg).await {
        Ok(Outcome::Changed) => {
            tracing::debug!(leg.id = %leg.id, "the row had changed");
            leave(gateway, &[leg.id]).await;
        }
        Ok(_) => {}
        Err(problem) => {
            // Nothing was recorded; the row is still due and comes again.
            tracing::error!(leg.id = %leg.id, error.code = problem.entry.code,
                "an attempt could not be recorded");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_attempt_that_panics_gives_its_place_back() {
        let mut places = Places::default();
        let task = places
            .tasks
            .spawn(async { panic!("a panic that a test asked for") });
        places.destinations.insert(task.id(), "lantern".to_owned());
        places.by_destination.insert("lantern".to_owned(), 1);
        assert_eq!(places.full(1), ["lantern"]);
        let ended = places.tasks.join_next_with_id().await;
        places.end(ended.expect("one task"));
        assert!(places.full(1).is_empty());
    }
}
