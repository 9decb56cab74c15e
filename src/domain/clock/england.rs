//! The time by the clocks on England's walls.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

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

/// The day by the clock on the wall.
pub fn date_in_england(at: Timestamp) -> Date {
    in_england(at).date()
}

/// The end of the working day of this date.
pub(super) fn end_of_day(day: Date) -> Timestamp {
    let wall = day.at(END_OF_DAY, 0, 0, 0);
    // 17:00 is never skipped nor repeated by a change of the clocks.
    ENGLAND.to_timestamp(wall).unwrap_or(Timestamp::MAX)
}
