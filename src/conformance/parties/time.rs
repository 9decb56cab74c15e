//! The parties' clock: the machine's, moved on with the gateway's where a scenario lets
//! days pass.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};

use super::wire::lock;

/// What time it is at one party; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Time(Arc<Mutex<SignedDuration>>);

impl Time {
    /// The instant.
    pub fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.saturating_add(*lock(&self.0)).unwrap_or(now)
    }

    /// Lets so much time pass at once.
    pub fn advance(&self, by: SignedDuration) {
        let mut ahead = lock(&self.0);
        *ahead = ahead.saturating_add(by);
    }
}
