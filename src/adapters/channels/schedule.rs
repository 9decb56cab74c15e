//! When a failed attempt is repeated.

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The pauses between attempts, in order; after the last one a message is parked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    pauses: Vec<Duration>,
    cap: Duration,
}

/// What follows a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The next attempt, not before this instant.
    At(Timestamp),
    /// No further attempt: a person has to act.
    Park,
}

impl Schedule {
    /// A schedule of these pauses. `cap` is the longest pause that a destination's
    /// `Retry-After` can ask for; a longer wish is cut to it.
    pub const fn new(pauses: Vec<Duration>, cap: Duration) -> Self {
        Self { pauses, cap }
    }

    /// How many attempts a message gets before it is parked.
    pub fn attempts(&self) -> usize {
        self.pauses.len() + 1
    }

    /// What follows when attempt number `attempt` (from 1) of this message has failed.
    ///
    /// Up to a tenth of the pause is added, decided by the effect key: messages that
    /// failed together do not come back together, and the plan can be told beforehand.
    /// The destination's wish is never undercut (RFC 9110, section 10.2.3).
    pub fn next(
        &self,
        effect_key: &str,
        attempt: u32,
        now: Timestamp,
        retry_after: Option<Duration>,
    ) -> Next {
        let Some(pause) = self.pause(attempt) else {
            return Next::Park;
        };
        let wish = retry_after.unwrap_or_default().min(self.cap);
        let wait = pause.max(wish);
        let wait = wait + wait.mul_f64(jitter(effect_key, attempt));
        let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
        Next::At(now.saturating_add(wait).unwrap_or(Timestamp::MAX))
    }

    fn pause(&self, attempt: u32) -> Option<Duration> {
        let index = usize::try_from(attempt.max(1) - 1).ok()?;
        self.pauses.get(index).copied()
    }
}

impl Default for Schedule {
    /// Ten attempts over about two days; a wish of at most an hour is honoured.
    fn default() -> Self {
        let pauses = [5, 60, 300, 900, 3_600, 14_400, 28_800, 43_200, 86_400];
        Self::new(
            pauses.into_iter().map(Duration::from_secs).collect(),
            Duration::from_hours(1),
        )
    }
}

impl fmt::Display for Schedule {
    /// In words an operator reads: `at once, after 5 s, 1 min, 1 h, then parked`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("at once, ")?;
        for (index, pause) in self.pauses.iter().enumerate() {
            let lead = if index == 0 { "after " } else { "" };
            write!(formatter, "{lead}{}, ", in_words(*pause))?;
        }
        formatter.write_str("then parked")
    }
}

fn in_words(pause: Duration) -> String {
    let seconds = pause.as_secs();
    match seconds {
        0 => format!("{} ms", pause.as_millis()),
        _ if seconds.is_multiple_of(3_600) => format!("{} h", seconds / 3_600),
        _ if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}

/// Between 0 and 0.1, spread evenly by FNV-1a over the key and the attempt.
fn jitter(effect_key: &str, attempt: u32) -> f64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in effect_key.bytes().chain(attempt.to_le_bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    // Only the remainder counts, so nothing is lost on the way to a float.
    let thousandth = u16::try_from((hash >> 20) % 1_001).unwrap_or_default();
    f64::from(thousandth) / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn schedule() -> Schedule {
        Schedule::new(vec![10 * SECOND, 60 * SECOND, 600 * SECOND], 100 * SECOND)
    }

    /// Least wait in seconds; the most is a tenth more.
    fn assert_waits(attempt: u32, retry_after: Option<u64>, least: i64) {
        let now = Timestamp::UNIX_EPOCH;
        let wish = retry_after.map(Duration::from_secs);
        let Next::At(at) = schedule().next("key", attempt, now, wish) else {
            panic!("attempt {attempt} is parked");
        };
        let waited = at.duration_since(now);
        let most = SignedDuration::from_millis(least * 1_100);
        assert!(
            waited >= SignedDuration::from_secs(least) && waited <= most,
            "attempt {attempt}, wish {retry_after:?}: {waited:?}"
        );
    }

    #[test]
    fn each_failure_waits_for_its_own_pause() {
        assert_waits(1, None, 10);
        assert_waits(2, None, 60);
        assert_waits(3, None, 600);
    }

    #[test]
    fn a_wish_of_the_destination_counts_up_to_the_cap_and_never_shortens_a_pause() {
        assert_waits(1, Some(30), 30);
        assert_waits(1, Some(86_400), 100);
        assert_waits(2, Some(5), 60);
    }

    #[test]
    fn after_the_last_try_the_message_is_parked_whatever_the_destination_wishes() {
        for wish in [None, Some(SECOND)] {
            let next = schedule().next("key", 4, Timestamp::UNIX_EPOCH, wish);
            assert_eq!(next, Next::Park);
        }
        assert_eq!(schedule().attempts(), 4);
    }

    #[test]
    fn the_same_key_gives_the_same_plan_and_other_keys_spread() {
        let plan = |key: &str| schedule().next(key, 3, Timestamp::UNIX_EPOCH, None);
        assert_eq!(plan("a"), plan("a"));
        let plans: std::collections::BTreeSet<String> = (0..50)
            .map(|key| format!("{:?}", plan(&key.to_string())))
            .collect();
        assert!(plans.len() > 40, "{} different plans", plans.len());
    }

    #[test]
    fn the_schedule_reads_as_words() {
        let schedule = Schedule::new(vec![5 * SECOND, 60 * SECOND, 7_200 * SECOND], SECOND);
        assert_eq!(
            schedule.to_string(),
            "at once, after 5 s, 1 min, 2 h, then parked"
        );
    }
}
