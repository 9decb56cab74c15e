//! The manual of the settings: the file of defaults, and the page made from it.

/// The built-in defaults, which are also the manual of every key.
pub const DEFAULT: &str = include_str!("default.toml");

/// `docs/reference/configuration.md`, made from the file of defaults.
pub fn markdown() -> String {
    format!(
        "# Configuration\n\n\
         This page is made from `src/config/default.toml`; do not edit it. \
         `workwell-gateway config default` prints the same text, \
         `config check` finds every fault of your own file, and `config show` prints \
         what is in force and where each value comes from.\n\n\
         ```toml\n{DEFAULT}```\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{Date, Weekday, date};

    use crate::config::load::{built_in, unread_defaults};

    #[test]
    fn every_key_of_the_manual_is_read_and_every_setting_is_in_the_manual() {
        // A setting that is missing from the manual makes the defaults unreadable.
        assert_eq!(built_in().err(), None);
        let (items, unread) = unread_defaults();
        assert!(items.len() > 40, "{}", items.len());
        assert_eq!(unread, Vec::<String>::new());
    }

    #[test]
    fn every_key_of_the_manual_has_words_above_it() {
        let mut above = "";
        for line in DEFAULT.lines() {
            let key = line.split_once(" = ").map(|(key, _)| key);
            let is_key = key.is_some_and(|key| {
                key.bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit())
            });
            assert!(!is_key || above.starts_with('#'), "{line}");
            assert!(line.len() <= 90, "{line}");
            above = line;
        }
    }

    #[test]
    fn the_page_of_settings_is_current() {
        crate::problem::page::assert_current("docs/reference/configuration.md", &markdown());
    }

    #[test]
    fn the_bank_holidays_are_the_eight_of_each_year() {
        let days = built_in().expect("the defaults can be read").working_days();
        assert_eq!(days.known_until(), Some(date(2028, 12, 26)));
        for year in 2025..=2028 {
            let closed: Vec<Date> = date(year, 1, 1)
                .series(jiff::ToSpan::days(1))
                .take_while(|day| day.year() == year)
                .filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
                .filter(|day| !days.is_working(*day))
                .collect();
            assert_eq!(closed.len(), 8, "{closed:?}");
        }
        // Easter Sundays from the almanac: the Friday before and the Monday after.
        for easter in [
            date(2025, 4, 20),
            date(2026, 4, 5),
            date(2027, 3, 28),
            date(2028, 4, 16),
        ] {
            assert_eq!(easter.weekday(), Weekday::Sunday);
            let (friday, monday) = (
                easter - jiff::ToSpan::days(2),
                easter + jiff::ToSpan::days(1),
            );
            assert!(!days.is_working(friday) && !days.is_working(monday));
        }
        // May, late May and August holidays are Mondays.
        for year in 2025..=2028 {
            for (month, from) in [(5, 1), (5, 25), (8, 25)] {
                let monday = (from..from + 7)
                    .map(|day| date(year, month, day))
                    .find(|day| day.weekday() == Weekday::Monday);
                assert!(
                    monday.is_some_and(|day| !days.is_working(day)),
                    "{year}-{month}"
                );
            }
        }
    }
}
