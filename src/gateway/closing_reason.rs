//! Another reason for the end of a case that is over.
//!
//! An ordinary report never changes what a case ended with (DESIGN I10): the referrer was told
//! of the first reason, and which of the two is true nobody here can know. The later one goes
//! to history and is put before the operator, who corrects it or leaves it, with evidence.

use jiff::Timestamp;

use super::Gateway;
use super::conditions::Condition;
use super::correct::Correction;
use super::happened::happened;
use super::tell_referrer::Telling;
use super::waiting::closing;
use crate::adapters::store::{CaseChange, CaseRow, NewQueueEntry, Unit};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::mapping::StatusWord;
use crate::domain::queue::QueueKind;
use crate::domain::status::{ClosureReason, Status, Visibility};
use crate::problem::Problem;

/// Whether a word says of a case that is over that it ended for another reason.
pub(super) fn says_another(row: &CaseRow, word: &StatusWord) -> bool {
    let said = word.closure.map(ClosureReason::code);
    row.status.is_terminal()
        && row.status == word.status
        && said.is_some()
        && said != row.closure_reason.as_deref()
}

/// The reason that a report gives its case. Where the case stood there before nothing is
/// changed, and what was asked to be cancelled was cancelled for the reason that it was asked
/// for: then it gives none.
pub(super) fn given_by(row: &CaseRow, word: &StatusWord, to: Status) -> Option<String> {
    let asked_for = row.status == Status::CancelRequested && to == Status::Cancelled;
    if to == row.status || asked_for {
        return None;
    }
    word.closure.map(|reason| reason.code().to_owned())
}

impl Gateway {
    /// The entry by which the operator finds out which reason holds.
    pub(super) fn other_reason_entry(&self, row: &CaseRow, now: Timestamp) -> NewQueueEntry {
        let code = Condition::ClosingReasonDiffers.code();
        self.entry(row.id, QueueKind::Held, code.to_owned(), code, now)
    }

    /// Sets why a case ended that stays where it is, or says with evidence that what it ended
    /// with is so. `None` where there is nothing to do.
    pub(super) async fn reason_correction(
        &self,
        caller: &Caller,
        row: &CaseRow,
        correction: &Correction,
    ) -> Result<Option<Unit>, Problem> {
        let Some(reason) = correction.reason.filter(|_| row.status.is_terminal()) else {
            return Ok(None);
        };
        let about = Some(Condition::ClosingReasonDiffers.code());
        let is_new = row.closure_reason.as_deref() != Some(reason.code());
        if !is_new && !self.waits_for(row.id, QueueKind::Held, about).await? {
            return Ok(None);
        }
        let now = self.clock.now();
        let mut event = happened(row.id, caller, FactKind::CaseCorrected, row.status, now);
        event.note = Some(correction.evidence.clone());
        let mut unit = Unit {
            change: Some(CaseChange {
                closure_reason: is_new.then(|| Some(reason.code().to_owned())),
                ..CaseChange::of(row.id, row.revision)
            }),
            events: vec![event],
            close: vec![closing(row.id, QueueKind::Held, about, caller, "corrected")],
            facts: vec![
                Fact::new(FactKind::CaseCorrected, caller)
                    .about(row.id)
                    .with("from", row.status.code())
                    .with("to", row.status.code())
                    .with("evidence", correction.evidence.clone()),
            ],
            ..Unit::default()
        };
        if is_new {
            let telling = Telling {
                status: row.status,
                reason: Some(reason),
                in_detail: self.lets_see(row, reason),
            };
            unit.legs.extend(self.respond_leg(row, &telling, now)?);
        }
        Ok(Some(unit))
    }

    /// Whether the provider's table lets the referrer see this reason.
    fn lets_see(&self, row: &CaseRow, reason: ClosureReason) -> bool {
        let tables = self.tables();
        let chosen = row.provider.as_ref();
        let provider = chosen.and_then(|chosen| tables.provider(&chosen.slug));
        provider.is_some_and(|provider| {
            let mut rows = provider.status_words.rows().iter();
            rows.any(|word| {
                word.status == row.status
                    && word.closure == Some(reason)
                    && word.visibility == Visibility::Summary
            })
        })
    }
}
