//! How far a long work is, on the standard error and only where a person looks at it.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The shortest time between two lines.
const PAUSE: Duration = Duration::from_millis(200);

/// Writes one line over the last; nothing where the standard error is no terminal.
pub(in crate::surfaces::cli) struct Shown {
    last: Mutex<Option<Instant>>,
    is_seen: bool,
}

impl Shown {
    pub(in crate::surfaces::cli) fn new() -> Self {
        Self {
            last: Mutex::new(None),
            is_seen: io::stderr().is_terminal(),
        }
    }

    pub(in crate::surfaces::cli) fn tell(&self, what: &str, done: u64, whole: u64) {
        if !self.is_seen {
            return;
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|last| last.elapsed() < PAUSE) {
            return;
        }
        *last = Some(Instant::now());
        // Nobody is there to read it: no reason to stop.
        let _ = write!(io::stderr(), "\r{:<78}", line(what, done, whole));
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if self.is_seen {
            let _ = write!(io::stderr(), "\r{:78}\r", "");
        }
    }
}

fn line(what: &str, done: u64, whole: u64) -> String {
    match (done * 100).checked_div(whole) {
        Some(percent) => format!("{what}: {done} of about {whole} ({}%)", percent.min(100)),
        None => format!("{what}: {done}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is_where_that_is_known() {
        assert_eq!(line("rows", 5, 0), "rows: 5");
        assert_eq!(line("rows", 5, 20), "rows: 5 of about 20 (25%)");
        assert_eq!(line("rows", 30, 20), "rows: 30 of about 20 (100%)");
    }
}
