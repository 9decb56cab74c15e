//! When a FHIR dateTime begins and ends, by the days of England.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::domain::clock::start_of_day;

/// The time that a dateTime stands for: an instant, or the whole day, month or year that it
/// names. FHIR R4 Period: an end without a time of day includes that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// Its first instant.
    pub(super) from: Timestamp,
    /// The first instant after it; of an instant, the instant itself.
    pub(super) to: Timestamp,
}

impl Moment {
    /// Reads a dateTime; `None` where it is none.
    pub(super) fn read(text: &str) -> Option<Self> {
        if let Ok(at) = text.parse() {
            return Some(Self { from: at, to: at });
        }
        let (first, next) = days(text)?;
        Some(Self {
            from: start_of_day(first),
            to: start_of_day(next),
        })
    }
}

/// The first day of a date, of a month or of a year, and the first one after it.
fn days(text: &str) -> Option<(Date, Date)> {
    let (first, span) = match text.len() {
        4 => (date_of(text, "01", "01")?, 1.year()),
        7 => (date_of(text.get(..4)?, text.get(5..)?, "01")?, 1.month()),
        10 => (text.parse().ok()?, 1.day()),
        _ => return None,
    };
    Some((first, first.checked_add(span).ok()?))
}

fn date_of(year: &str, month: &str, day: &str) -> Option<Date> {
    format!("{year}-{month}-{day}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_without_a_time_is_the_whole_of_its_day_month_or_year_in_england() {
        for (text, from, to) in [
            ("2026-01-05", "2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"),
            // Summer time.
            ("2026-07-05", "2026-07-04T23:00:00Z", "2026-07-05T23:00:00Z"),
            ("2026-02", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
            ("2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("2026", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            (
                "2026-01-05T10:00:00+01:00",
                "2026-01-05T09:00:00Z",
                "2026-01-05T09:00:00Z",
            ),
        ] {
            let moment = Moment::read(text).expect("a dateTime");
            let [from, to] = [from, to].map(|at| at.parse().expect("the test's own instant"));
            assert_eq!(moment, Moment { from, to }, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_time_is_none() {
        for text in ["", "soon", "20", "2026-13", "2026-02-30", "2026/02/03"] {
            assert_eq!(Moment::read(text), None, "{text}");
        }
    }
}
