//! Working days in England: Monday to Friday, less the bank holidays.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};

/// Knows which days are worked. Built from the dated list of bank holidays that the
/// configuration carries, with the operator's additions.
#[derive(Clone, Debug, Default)]
pub struct WorkingDays {
    holidays: BTreeSet<Date>,
}

impl WorkingDays {
    /// A calendar with these bank holidays.
    pub fn new(holidays: impl IntoIterator<Item = Date>) -> Self {
        Self {
            holidays: holidays.into_iter().collect(),
        }
    }

    /// Whether people are at work on this day.
    pub fn is_working(&self, day: Date) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        !weekend && !self.holidays.contains(&day)
    }

    /// The day that lies `count` working days after `start`; the day of the start is
    /// not counted, so one working day after a Friday is the Monday. With `count` 0,
    /// `start` itself or the next worked day.
    pub fn after(&self, start: Date, count: u32) -> Date {
        let mut day = start;
        let mut left = count;
        while left > 0 || !self.is_working(day) {
            let Ok(next) = day.tomorrow() else { return day };
            day = next;
            if self.is_working(day) {
                left = left.saturating_sub(1);
            }
        }
        day
    }

    /// The last bank holiday known, so that a list that has run out can be reported.
    pub fn known_until(&self) -> Option<Date> {
        self.holidays.last().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn christmas() -> WorkingDays {
        WorkingDays::new([date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)])
    }

    #[test]
    fn a_weekend_is_not_counted() {
        assert_eq!(christmas().after(date(2026, 11, 20), 1), date(2026, 11, 23));
    }

    #[test]
    fn bank_holidays_are_not_counted() {
        // Thursday 24 December + 2 working days: Tuesday 29, Wednesday 30.
        assert_eq!(christmas().after(date(2026, 12, 24), 2), date(2026, 12, 30));
    }

    #[test]
    fn no_days_after_a_sunday_is_the_monday() {
        assert_eq!(christmas().after(date(2026, 11, 22), 0), date(2026, 11, 23));
        assert_eq!(christmas().after(date(2026, 11, 23), 0), date(2026, 11, 23));
    }
}
