//! CPU time of this thread.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The best round's time for one call.
pub fn best(rounds: u32, calls: u32, mut call: impl FnMut()) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..rounds {
        let begin = now();
        for _ in 0..calls {
            call();
        }
        best = best.min(now().saturating_sub(begin) / calls);
    }
    best
}

/// What this thread has used so far.
pub fn now() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}
