//! A provider confirms: a person there has seen the case, or its end.

use super::Gateway;
use super::commit::unparked;
use super::feed_back::{FedBack, Report, Taken, TimedBy, is_unsettled, not_found, settled};
use crate::adapters::store::{CaseChange, CaseRow, CommitError, LegKind, LegState, NewEvent, Unit};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::CaseId;
use crate::domain::mapping::{Position, StatusWord};
use crate::domain::responsibility::Responsible;
use crate::domain::status::{Status, Visibility};
use crate::problem::Problem;

impl Gateway {
    /// A person at the provider has seen the case. Saying so twice, or after the work
    /// began, changes nothing and is no error; on a case that is being stopped it
    /// confirms the stop.
    pub async fn acknowledge(&self, caller: &Caller, case_id: CaseId) -> Result<FedBack, Problem> {
        loop {
            let row = self
                .store
                .case_by_id(caller, case_id)
                .await?
                .ok_or_else(not_found)?;
            let status = match row.status {
                Status::CancelRequested => Status::Cancelled,
                over if over.is_terminal() => {
                    if !self.confirm_stop(caller, &row).await? {
                        continue;
                    }
                    return Ok(FedBack {
                        status: over,
                        outcome: "unchanged",
                    });
                }
                _ => Status::Acknowledged,
            };
            let now = self.clock.now();
            let report = Report {
                word: "acknowledge".to_owned(),
                occurred_at: now,
                timed_by: TimedBy::Gateway,
                sequence: None,
                client_key: format!("acknowledge:{}", status.code()),
                body_hash: [0; 32],
            };
            let word = StatusWord {
                word: report.word.clone(),
                status,
                closure: None,
                visibility: Visibility::Codes,
                position: Position::new("provider API", 0),
            };
            match self.take_report(caller, &row, &report, &word).await? {
                Taken::Done(done) => return Ok(done),
                Taken::ReadAgain => {}
            }
        }
    }

    /// The holder confirms a stop that had ended the case at once, such as a referral sent
    /// in error: nobody at the provider is answerable any more (DESIGN I10). `false` when
    /// the case has changed meanwhile.
    async fn confirm_stop(&self, caller: &Caller, row: &CaseRow) -> Result<bool, Problem> {
        let stops = self.legs_of(row.id, LegKind::Stop).await?;
        if stops.is_empty() || row.responsible == Responsible::Referrer {
            return Ok(true);
        }
        let unit = Unit {
            change: Some(CaseChange::of(row.id, row.revision)),
            events: vec![NewEvent {
                case_id: row.id,
                occurred_at: self.clock.now(),
                actor: caller.label(),
                kind: FactKind::StatusReported.code().to_owned(),
                status: row.status,
                provider_word: None,
                note: None,
                evidence: None,
                visible_to_referrer: false,
                holder: Some(Responsible::Referrer),
            }],
            leg_changes: stops
                .iter()
                .filter(|leg| is_unsettled(leg))
                .map(settled)
                .collect(),
            close: stops
                .iter()
                .filter(|leg| is_unsettled(leg))
                .map(|leg| unparked(leg, caller, LegState::Delivered))
                .collect(),
            facts: vec![
                Fact::new(FactKind::StatusReported, caller)
                    .about(row.id)
                    .with("status", row.status.code())
                    .with("outcome", "stop-confirmed"),
            ],
            ..Unit::default()
        };
        match self.commit(unit, Some(row), self.clock.now()).await {
            Ok(_) => Ok(true),
            Err(CommitError::Stale) => Ok(false),
            Err(error) => Err(super::unavailable(&error)),
        }
    }
}
