//! CPU clocks: user and system time together, in nanoseconds.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// What this process has used so far, all threads.
pub fn process() -> Duration {
    of(ClockId::ProcessCPUTime)
}

/// What this thread has used so far.
pub fn thread() -> Duration {
    of(ClockId::ThreadCPUTime)
}

fn of(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or_default();
    Duration::new(seconds, nanoseconds)
}
