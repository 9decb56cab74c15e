//! Sending to providers and referrers, and what is checked before anything leaves.

use std::time::Duration;

use jiff::civil::Date;

/// `[delivery]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Pauses before each repeat; parked after the last one.
    pub retry_after: Vec<Duration>,
    /// Longest pause that a receiver may ask for.
    pub retry_after_cap: Duration,
    /// Longest time for one attempt.
    pub attempt_timeout: Duration,
    /// Deliveries to one destination at once.
    pub concurrency_per_destination: usize,
    /// Whether an address may lie in a private network.
    pub private_addresses: bool,
}

impl Delivery {
    /// The pause after so many failed attempts (1 after the first); `None` when it is
    /// to be parked.
    pub fn pause_after(&self, failed_attempts: usize) -> Option<Duration> {
        self.retry_after
            .get(failed_attempts.checked_sub(1)?)
            .copied()
    }
}

/// `[clearance]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clearance {
    /// Who answers for PDS being off; `None` when nobody was named.
    pub pds_off: Option<PdsOff>,
}

/// Why the trace of the person is off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PdsOff {
    /// Why.
    pub reason: String,
    /// Who decided so.
    pub owner: String,
    /// The last day on which that holds.
    pub until: Date,
}
