//! What happened in a run, so that a run in which nothing happened proves nothing.

use std::collections::BTreeMap;
use std::fmt;

/// Counts by name, and what was found wrong.
#[derive(Debug, Default)]
pub struct Tally {
    counts: BTreeMap<String, u64>,
    /// One line each.
    pub findings: Vec<String>,
}

/// What every run must have met at least once.
const MUST_HAPPEN: [&str; 26] = [
    "referral 200",
    "referral refused",
    "cancel 200",
    "cancel 409",
    "attempt taken",
    "attempt failed",
    "attempt parked",
    "attempt cut",
    "attempt and stop at once",
    "killed",
    "killed in an attempt",
    "report moved",
    "report refused",
    "collected",
    "acknowledged",
    "clock",
    "raised",
    "no news told",
    "operator resolve",
    "operator return",
    "operator correct",
    "killed in a receipt",
    "ended cancelled",
    "ended completed",
    "ended entered-in-error",
    "settled",
];

/// What happens to few: a run of many histories must have met it, one of some ten worlds may
/// miss one of them by chance, since the moments of its kills are no two times the same.
const MUST_HAPPEN_IN_A_LONG_RUN: [&str; 9] = [
    "referral repeated",
    "referred on",
    "operator hold",
    "operator call",
    "operator news call",
    "operator rings provider",
    "operator retried",
    "killed in a stop",
    "ended returned",
];

impl Tally {
    /// Once more.
    pub fn count(&mut self, what: impl Into<String>) {
        *self.counts.entry(what.into()).or_default() += 1;
    }

    /// So many times more.
    pub fn count_many(&mut self, what: &str, times: usize) {
        if times > 0 {
            *self.counts.entry(what.to_owned()).or_default() += times as u64;
        }
    }

    /// Something is wrong.
    pub fn find(&mut self, line: String) {
        self.findings.push(line);
    }

    /// Another world's.
    pub fn add(&mut self, other: Self) {
        for (what, times) in other.counts {
            *self.counts.entry(what).or_default() += times;
        }
        self.findings.extend(other.findings);
    }

    /// Every kind of step came to something.
    pub fn assert_everything_happened(&self, is_long: bool) {
        let rare = MUST_HAPPEN_IN_A_LONG_RUN.iter().filter(|_| is_long);
        let missing: Vec<_> = MUST_HAPPEN
            .iter()
            .chain(rare)
            .filter(|what| !self.counts.contains_key(**what))
            .collect();
        assert!(missing.is_empty(), "it never happened: {missing:?}");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, times) in &self.counts {
            writeln!(f, "  {times:>8} {what}")?;
        }
        Ok(())
    }
}
