//! What time it is.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::domain::clock::date_in_england;

/// Tells the time; passed down as a value so that tests decide what time it is.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that moves only when told; clones share it.
    Fixed(Arc<Mutex<Timestamp>>),
    /// The machine's clock, so far ahead: days pass when told and seconds as ever; clones
    /// share it.
    Ahead(Arc<Mutex<SignedDuration>>),
}

impl Clock {
    /// A clock that stands at `now`.
    pub fn fixed(now: Timestamp) -> Self {
        Self::Fixed(Arc::new(Mutex::new(now)))
    }

    /// The machine's clock, which can be moved on.
    pub fn movable() -> Self {
        Self::Ahead(Arc::default())
    }

    /// The instant.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Fixed(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
            Self::Ahead(by) => {
                let by = *by.lock().unwrap_or_else(PoisonError::into_inner);
                let now = Timestamp::now();
                now.saturating_add(by).unwrap_or(now)
            }
        }
    }

    /// The day in England.
    pub fn today(&self) -> Date {
        date_in_england(self.now())
    }

    /// Moves the clock on; does nothing to the machine's own.
    pub fn advance(&self, by: SignedDuration) {
        match self {
            Self::System => {}
            Self::Fixed(now) => {
                let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
                *now = now.saturating_add(by).unwrap_or(*now);
            }
            Self::Ahead(ahead) => {
                let mut ahead = ahead.lock().unwrap_or_else(PoisonError::into_inner);
                *ahead = ahead.saturating_add(by);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn at(text: &str) -> Clock {
        Clock::fixed(text.parse().expect("the test's own instant"))
    }

    #[test]
    fn the_day_is_england_s_day() {
        assert_eq!(at("2026-07-01T23:30:00Z").today(), date(2026, 7, 2));
        assert_eq!(at("2026-12-01T23:30:00Z").today(), date(2026, 12, 1));
    }

    #[test]
    fn a_fixed_clock_moves_only_when_told_and_its_clones_with_it() {
        let clock = at("2026-07-01T12:00:00Z");
        let other = clock.clone();
        clock.advance(SignedDuration::from_secs(90));
        assert_eq!(other.now().to_string(), "2026-07-01T12:01:30Z");
    }

    #[test]
    fn a_clock_that_is_ahead_goes_on_like_the_machine_s() {
        let clock = Clock::movable();
        let before = Timestamp::now();
        let day = SignedDuration::from_hours(24);
        clock.clone().advance(day);
        let then = clock.now();
        assert!(then.duration_since(before) >= day);
        assert!(Timestamp::now().duration_since(then) >= -day);
    }
}
