//! A time as people write it down.

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::domain::clock::from_england;

/// What to write; for the help of a verb too.
const HOW: &str = "\n  Write UK time as \"2026-11-20 10:15\", or an instant with its offset as\n  \
                   2026-11-20T10:15:00Z";

/// Reads an instant with its offset, or a day and an hour by the clocks of England. An hour
/// that the clocks repeat is its first time; one that they skip is refused.
pub(super) fn read(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let wall = [
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M:%S",
    ]
    .iter()
    .find_map(|form| DateTime::strptime(form, text).ok())
    .ok_or(HOW)?;
    from_england(wall).ok_or_else(|| format!("the clocks skipped that hour in England{HOW}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uk_time_is_read_in_winter_in_summer_and_when_the_clocks_change() {
        for (text, instant) in [
            ("2026-11-22 14:05", Some("2026-11-22T14:05:00Z")),
            ("2026-07-01 14:05", Some("2026-07-01T13:05:00Z")),
            ("2026-07-01T14:05", Some("2026-07-01T13:05:00Z")),
            ("2026-11-20T10:15:00Z", Some("2026-11-20T10:15:00Z")),
            ("2026-07-01T14:05:00+01:00", Some("2026-07-01T13:05:00Z")),
            ("2026-10-25 01:30", Some("2026-10-25T00:30:00Z")),
            ("2026-03-29 01:30", None),
        ] {
            let at = instant.map(|instant| instant.parse().expect("an instant"));
            assert_eq!(read(text).ok(), at, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_told_what_to_write() {
        for text in ["", "yesterday", "22/11/2026 14:05", "2026-11-22"] {
            let told = read(text).expect_err(text);
            assert!(told.contains("\"2026-11-20 10:15\""), "{told}");
        }
    }
}
