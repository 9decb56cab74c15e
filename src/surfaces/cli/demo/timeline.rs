//! The live timeline: one line an event, 80 columns, colour on a terminal only.

use std::io::{self, Write};
use std::time::Duration;

use crate::conformance::parties::event::{Event, Who};

const WHO_COLUMNS: usize = 14;
const WHAT_COLUMNS: usize = 37;
/// A line without a reference has the reference's columns too.
const WIDE_COLUMNS: usize = WHAT_COLUMNS + 17;
const BAR_COLUMNS: usize = 12;

const RESET: &str = "\x1b[0m";
const BOLD: &str = "\x1b[1m";
const CYAN: &str = "\x1b[36m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";

/// Draws events as lines.
#[derive(Debug)]
pub(super) struct Timeline {
    colour: bool,
    stories: usize,
    begun: usize,
}

impl Timeline {
    pub(super) const fn new(stories: usize, colour: bool) -> Self {
        Self {
            colour,
            stories,
            begun: 0,
        }
    }

    /// Writes one event; `since` is the time since the beginning.
    pub(super) fn show(
        &mut self,
        out: &mut dyn Write,
        since: Duration,
        event: &Event,
    ) -> io::Result<()> {
        if event.who == Who::Scenario {
            self.begun += 1;
            return writeln!(out, "\n{}", self.heading(&event.what));
        }
        let (name, colour) = match event.who {
            Who::Gateway => ("Gateway", BOLD),
            Who::Provider(name) => (name, GREEN),
            Who::Operator => ("Operator", YELLOW),
            Who::Time => ("(time passes)", BOLD),
            Who::Gp | Who::Scenario => ("GP practice", CYAN),
        };
        let name = self.coloured(colour, &fitted(name, WHO_COLUMNS));
        let seconds = since.as_secs_f64();
        let line = match &event.reference {
            Some(reference) => {
                let what = fitted(&event.what, WHAT_COLUMNS);
                format!("{seconds:>6.2} s  {name}  {what} {reference}")
            }
            None => format!(
                "{seconds:>6.2} s  {name}  {}",
                fitted(&event.what, WIDE_COLUMNS)
            ),
        };
        writeln!(out, "{}", line.trim_end())?;
        out.flush()
    }

    /// `[######......] 3 of 6: what it is about`.
    fn heading(&self, what: &str) -> String {
        let done = self.begun.saturating_sub(1) * BAR_COLUMNS / self.stories.max(1);
        let bar = format!("[{:.<width$}]", "#".repeat(done), width = BAR_COLUMNS);
        let words = format!("{bar} {} of {}: {what}", self.begun, self.stories);
        self.coloured(BOLD, fitted(&words, 80).trim_end())
    }

    fn coloured(&self, colour: &str, words: &str) -> String {
        if self.colour {
            format!("{colour}{words}{RESET}")
        } else {
            words.to_owned()
        }
    }
}

/// Exactly so many columns: filled with spaces, or cut with a mark.
fn fitted(words: &str, columns: usize) -> String {
    if words.chars().count() <= columns {
        return format!("{words:<columns$}");
    }
    let mut cut: String = words.chars().take(columns - 1).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(colour: bool, events: &[Event]) -> String {
        let mut timeline = Timeline::new(6, colour);
        let mut out = Vec::new();
        for event in events {
            timeline
                .show(&mut out, Duration::from_millis(1_234), event)
                .expect("a vector takes everything");
        }
        String::from_utf8(out).expect("text")
    }

    fn event(who: Who, what: &str, reference: Option<&str>) -> Event {
        Event {
            who,
            what: what.to_owned(),
            reference: reference.map(str::to_owned),
        }
    }

    #[test]
    fn a_line_says_when_who_what_and_which_case() {
        let events = [
            event(Who::Scenario, "a charity", None),
            event(
                Who::Gateway,
                "accepted the referral",
                Some("WW-7K3F-9Q2M-X41"),
            ),
            event(Who::Scenario, "a council", None),
        ];
        assert_eq!(
            drawn(false, &events),
            "\n[............] 1 of 6: a charity\n  \
               1.23 s  Gateway         accepted the referral                 WW-7K3F-9Q2M-X41\n\
             \n[##..........] 2 of 6: a council\n"
        );
    }

    #[test]
    fn no_line_is_wider_than_eighty_columns() {
        let long =
            "reported \"a word that is very long indeed, as some tables have them\"".repeat(3);
        for reference in [None, Some("WW-7K3F-9Q2M-X41")] {
            for who in [
                Who::Gp,
                Who::Scenario,
                Who::Provider("A very long provider name"),
            ] {
                for line in drawn(false, &[event(who, &long, reference)]).lines() {
                    assert!(line.chars().count() <= 80, "{line}");
                }
            }
        }
    }

    #[test]
    fn colour_comes_only_when_it_was_asked_for() {
        let events = [event(Who::Gp, "sent a referral", None)];
        assert!(!drawn(false, &events).contains('\x1b'));
        assert!(drawn(true, &events).contains("\x1b[36mGP practice"));
    }
}
