//! What a report must be before its word is looked up: a word, and a time that can be true.

use jiff::{SignedDuration, Timestamp};

use super::Gateway;
use super::conditions::Condition;
use super::feed_back::{Report, TimedBy};
use crate::adapters::store::{CaseChange, CaseRow, Hold, Unit};
use crate::domain::mapping::StatusWords;
use crate::domain::queue::QueueKind;
use crate::domain::status::Status;
use crate::problem::{Problem, area::provider_api as problems};

/// How far two clocks may differ. An hour is a local time that was written as UTC, and a later
/// report with a true time would then count as the older one.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(10);

/// Judges a report on a case that came at `received_at`. A time that the gateway took itself
/// is never wrong. Errors: WW-PRV-006 no word, WW-PRV-011 a time that cannot be true.
pub(super) fn check(
    report: &Report,
    received_at: Timestamp,
    now: Timestamp,
) -> Result<(), Problem> {
    if report.word.trim().is_empty() {
        return Err(Problem::new(&problems::BAD_REQUEST)
            .at("status")
            .with("the word is empty; a report says where the case stands"));
    }
    if report.timed_by == TimedBy::Gateway {
        return Ok(());
    }
    let at = report.occurred_at;
    let what = if at.duration_since(now) > CLOCKS_DIFFER {
        format!("{at:.0} lies ahead of the gateway's clock, which shows {now:.0}")
    } else if received_at.duration_since(at) > CLOCKS_DIFFER {
        format!("{at:.0} lies before the case was received, which was at {received_at:.0}")
    } else {
        return Ok(());
    };
    Err(Problem::new(&problems::TIME_CANNOT_BE)
        .at("occurred_at")
        .with(what))
}

/// A word that is not in the provider's own table, with those that are: they are its own.
pub(super) fn unknown_word(known: Option<&StatusWords>) -> Problem {
    let problem = Problem::new(&problems::UNKNOWN_WORD).at("status");
    let rows = known.map_or(&[][..], StatusWords::rows).iter();
    let words: Vec<String> = rows.map(|row| format!("\"{}\"", row.word)).collect();
    if words.is_empty() {
        return problem.with("your table holds no words");
    }
    problem.with(format!("the words of your table are {}", words.join(", ")))
}

impl Gateway {
    /// An end that is dated before what was reported earlier moves nothing, and must not
    /// vanish either: if it is the date that is wrong, the person's support has ended and
    /// nobody else would notice. A named operator is asked to look.
    pub(super) fn ask_about_late_end(
        &self,
        unit: &mut Unit,
        row: &CaseRow,
        reported: Status,
        now: Timestamp,
    ) {
        let ends = reported.is_terminal() || reported.returns_person();
        if !ends || row.status.lets_nothing_leave() {
            return;
        }
        let reason = Condition::LateEnd.code();
        if row.hold.is_some() || row.status == Status::Held {
            // What it is held for stays as it is.
            let entry = self.entry(row.id, QueueKind::Held, reason.to_owned(), reason, now);
            unit.raise.push(entry);
            return;
        }
        unit.change = Some(CaseChange {
            hold: Some(Some(Hold {
                reason: reason.to_owned(),
                since: now,
            })),
            ..CaseChange::of(row.id, row.revision)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + 60 * minute).expect("a time in range")
    }

    /// What is said of a report dated so many minutes after the case came, when it is heard
    /// an hour after that.
    fn judged(minute: i64, timed_by: TimedBy, word: &str) -> Result<(), &'static str> {
        let report = Report {
            word: word.to_owned(),
            occurred_at: at(minute),
            timed_by,
            sequence: None,
            client_key: "key:1".to_owned(),
            body_hash: [0; 32],
        };
        check(&report, at(0), at(60)).map_err(|problem| problem.entry.code)
    }

    #[test]
    fn a_time_may_differ_by_minutes_and_not_by_an_hour_or_a_year() {
        for fine in [-10, 0, 30, 60, 70] {
            assert_eq!(judged(fine, TimedBy::Provider, "ok"), Ok(()), "{fine}");
        }
        for wrong in [-525_600, -11, 71, 120, 525_600] {
            let said = judged(wrong, TimedBy::Provider, "ok");
            assert_eq!(said, Err("WW-PRV-011"), "{wrong}");
            assert_eq!(judged(wrong, TimedBy::Gateway, "ok"), Ok(()), "{wrong}");
        }
    }

    #[test]
    fn an_empty_word_is_no_report_whoever_timed_it() {
        for word in ["", " ", "\t\n"] {
            for timed_by in [TimedBy::Provider, TimedBy::Gateway] {
                assert_eq!(judged(30, timed_by, word), Err("WW-PRV-006"), "{word:?}");
            }
        }
    }
}
