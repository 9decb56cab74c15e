//! The time by the clocks on England's walls.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// The hour at which a working day ends.
const END_OF_DAY: i8 = 17;

/// Written as a rule, because a small container has no time zone files: GMT, and BST from
/// the last Sunday of March to the last Sunday of October.
static ENGLAND: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::posix("GMT0BST,M3.5.0/1,M10.5.0").unwrap_or(TimeZone::UTC));

/// Date and time by the clock on the wall.
pub fn in_england(at: Timestamp) -> DateTime {
    ENGLAND.to_datetime(at)
}

/// What the clock on the wall shows then: `GMT`, or `BST` in summer.
pub fn zone_in_england(at: Timestamp) -> &'static str {
    if in_england(at) == TimeZone::UTC.to_datetime(at) {
        "GMT"
    } else {
        "BST"
    }
}

/// The instant at which the clock on the wall shows this, the first where it shows it twice;
/// `None` where it never does.
pub fn from_england(wall: DateTime) -> Option<Timestamp> {
    let at = ENGLAND.to_timestamp(wall).ok()?;
    (in_england(at) == wall).then_some(at)
}

/// The day by the clock on the wall.
pub fn date_in_england(at: Timestamp) -> Date {
    in_england(at).date()
}

/// The first moment of the Monday of the week in which this lies.
pub fn start_of_week(at: Timestamp) -> Timestamp {
    let day = date_in_england(at);
    let since_monday = i64::from(day.weekday().to_monday_zero_offset());
    let monday = day.checked_sub(since_monday.days()).unwrap_or(day);
    start_of_day(monday)
}

/// The first moment of a day.
pub fn start_of_day(day: Date) -> Timestamp {
    // Midnight is never skipped nor repeated: the clocks change at one.
    ENGLAND
        .to_timestamp(day.at(0, 0, 0, 0))
        .unwrap_or(Timestamp::MIN)
}

/// The end of the working day of this date.
pub(super) fn end_of_day(day: Date) -> Timestamp {
    let wall = day.at(END_OF_DAY, 0, 0, 0);
    // 17:00 is never skipped nor repeated by a change of the clocks.
    ENGLAND.to_timestamp(wall).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_monday_by_the_clock_on_the_wall() {
        for (at, begins) in [
            ("2026-11-22T12:00:00Z", "2026-11-16T00:00:00Z"),
            ("2026-11-16T00:00:00Z", "2026-11-16T00:00:00Z"),
            ("2026-06-14T22:59:59Z", "2026-06-07T23:00:00Z"),
            ("2026-06-14T23:00:00Z", "2026-06-14T23:00:00Z"),
        ] {
            let at: Timestamp = at.parse().expect("a written timestamp");
            assert_eq!(start_of_week(at).to_string(), begins, "{at}");
        }
    }
}
