//! A provider reports where a case stands.

mod answer;
mod apply_move;
mod report;
mod unknown_word;

use super::Gateway;
use super::closing_reason::says_another;
use super::happened::happened;
use super::report_check;
use crate::adapters::store::{CaseRow, CommitError, LegKind, LegRow, LegState, NewEvent, Unit};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::CaseId;
use crate::domain::mapping::StatusWord;
use crate::domain::status::{self, Mark, Move, Refusal, Status, Update, Visibility};
use crate::problem::{Problem, area::provider_api as problems};
pub use answer::FedBack;
use answer::{repeated, update_key};
use report::shown_by;
pub(super) use report::{NO_BODY, report_of};
pub use report::{Report, TimedBy};

impl Gateway {
    /// Takes a report: translates the word by the provider's own table, judges the
    /// move, and commits case, event and answer to the referrer together.
    pub async fn feed_back(
        &self,
        caller: &Caller,
        case_id: CaseId,
        report: Report,
    ) -> Result<FedBack, Problem> {
        loop {
            let row = self
                .store
                .case_by_id(caller, case_id)
                .await?
                .ok_or_else(|| self.or_held(not_found()))?;
            let Caller::Provider(slug) = caller else {
                return Err(not_found());
            };
            report_check::check(&report, row.received_at, self.clock.now())?;
            let tables = self.tables();
            let words = tables.provider(slug).map(|provider| &provider.status_words);
            let word = words.and_then(|words| words.find(&report.word));
            let Some(word) = word.cloned() else {
                // Of a case that is over, or about to be, nobody has to decide anything.
                if row.status.lets_nothing_leave()
                    || self.hold_for_unknown_word(caller, &row, &report).await?
                {
                    return Err(report_check::unknown_word(words));
                }
                continue;
            };
            match self.take_report(caller, &row, &report, &word).await? {
                Taken::Done(done) => return Ok(done),
                Taken::ReadAgain => {}
            }
        }
    }

    /// Whether the case is at its provider, may be, or waits there to be collected. A
    /// report on one that never left would let a cancel end it without a word to whoever
    /// made the report.
    async fn has_left(&self, row: &CaseRow) -> Result<bool, Problem> {
        let legs = self.legs_of(row.id, LegKind::Deliver).await?;
        let left = |leg: &LegRow| match leg.state {
            // After the agreement's end a report must not open what a read may not.
            LegState::Waiting => !self.agreement_ended(&leg.destination),
            LegState::Delivered => true,
            _ => leg.attempts > 0,
        };
        Ok(legs.iter().any(left))
    }

    pub(super) async fn take_report(
        &self,
        caller: &Caller,
        row: &CaseRow,
        report: &Report,
        word: &StatusWord,
    ) -> Result<Taken, Problem> {
        self.take_report_with(caller, row, report, word, None).await
    }

    /// The same with one more fact in the same unit of work.
    pub(super) async fn take_report_with(
        &self,
        caller: &Caller,
        row: &CaseRow,
        report: &Report,
        word: &StatusWord,
        fact: Option<Fact>,
    ) -> Result<Taken, Problem> {
        let update = Update {
            status: word.status,
            occurred_at: report.occurred_at,
            sequence: report.sequence,
        };
        if row.status == Status::Routed && !self.has_left(row).await? {
            return self
                .refuse_report(caller, row, report, Refusal::NotDelivered)
                .await;
        }
        let last = match report.timed_by {
            TimedBy::Provider => row.last_update,
            TimedBy::Gateway => Mark::default(),
        };
        let decided = match status::update(row.status, last, &update) {
            Ok(decided) => decided,
            Err(refusal) => return self.refuse_report(caller, row, report, refusal).await,
        };
        let now = self.clock.now();
        let (status, outcome) = match decided {
            Move::To(status) => (status, "moved"),
            // What it says more is kept, and changes nothing.
            Move::AlreadyThere if says_another(row, word) => (row.status, "history"),
            Move::AlreadyThere => (row.status, "unchanged"),
            Move::HistoryOnly => (row.status, "history"),
        };
        let done = FedBack { status, outcome };
        let mut unit = Unit {
            update_key: Some(update_key(caller, row.id, report, 200, &done)),
            events: vec![reported(row, caller, report, word, status, decided)],
            facts: vec![
                Fact::new(
                    if decided == Move::HistoryOnly {
                        FactKind::StatusLate
                    } else {
                        FactKind::StatusReported
                    },
                    caller,
                )
                .about(row.id)
                .with("status", status.code())
                .with("outcome", outcome)
                .with("report", shown_by(report)),
            ],
            ..Unit::default()
        };
        unit.facts.extend(fact);
        if decided == Move::AlreadyThere && says_another(row, word) {
            unit.raise.push(self.other_reason_entry(row, now));
        }
        if decided == Move::HistoryOnly {
            self.ask_about_late_end(&mut unit, row, word.status, now);
        } else {
            self.apply_move(&mut unit, caller, row, report, word, (status, now))
                .await?;
        }
        match self.commit(unit, Some(row), now).await {
            Ok(_) => {
                self.outbox_changed.notify_one();
                Ok(Taken::Done(done))
            }
            Err(CommitError::Stale) => Ok(Taken::ReadAgain),
            Err(CommitError::UpdateKeyExists(earlier)) => {
                repeated(report, &earlier).map(Taken::Done)
            }
            Err(error) => Err(super::unavailable(&error)),
        }
    }
}

pub(super) enum Taken {
    Done(FedBack),
    ReadAgain,
}

/// Whether the referrer hears of a report. A provider's table may keep progress to
/// itself, but never that the person is on the way back (DESIGN I9).
fn is_told(word: &StatusWord, status: Status) -> bool {
    word.visibility != Visibility::Nothing || status.returns_person()
}

fn reported(
    row: &CaseRow,
    caller: &Caller,
    report: &Report,
    word: &StatusWord,
    status: Status,
    decided: Move,
) -> NewEvent {
    let moved = matches!(decided, Move::To(_));
    let kind = FactKind::StatusReported;
    let mut event = happened(row.id, caller, kind, status, report.occurred_at);
    event.provider_word = Some(word.word.clone());
    let late = if decided == Move::HistoryOnly {
        "late, "
    } else {
        ""
    };
    event.note = Some(format!("{late}{}", shown_by(report)));
    event.visible_to_referrer = moved && is_told(word, status);
    event
}

pub(super) fn not_found() -> Problem {
    Problem::new(&problems::NO_SUCH_CASE)
}
