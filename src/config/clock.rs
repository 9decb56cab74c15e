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
}

impl Clock {
    /// A clock that stands at `now`.
    pub fn fixed(now: Timestamp) -> Self {
        Self::Fixed(Arc::new(Mutex::new(now)))
    }

    /// The instant.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Fixed(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// The day in England.
    pub fn today(&self) -> Date {
        date_in_england(self.now())
    }

    /// Moves a fixed clock on; does nothing to the machine's.
    pub fn advance(&self, by: SignedDuration) {
        if let Self::Fixed(now) = self {
            let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
            *now = now.saturating_add(by).unwrap_or(*now);
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
}
