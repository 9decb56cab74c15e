//! A provider reads a case. For a provider that polls, the first read *is* the
//! delivery, and it is recorded before the payload leaves.

use std::time::Duration;

use super::Gateway;
use crate::adapters::store::{
    CaseRow, CommitError, EventRow, LegChange, LegFilter, LegKind, LegState, Unit,
};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::CaseId;
use crate::domain::status::Status;
use crate::problem::{Problem, area::provider_api as problems};

/// A case as its provider sees it.
#[derive(Debug)]
pub struct Collected {
    /// The case.
    pub row: CaseRow,
    /// The payload under the provider's own tables; `None` once a stop came first.
    pub payload: Option<Vec<u8>>,
    /// Media type of the payload.
    pub content_type: String,
    /// Version of the referral that the payload carries.
    pub version: u32,
    /// What happened to the case.
    pub history: Vec<EventRow>,
}

impl Gateway {
    /// Gives a provider one of its cases.
    pub async fn collect(&self, caller: &Caller, case_id: CaseId) -> Result<Collected, Problem> {
        let not_found = || Problem::new(&problems::NO_SUCH_CASE);
        let Caller::Provider(slug) = caller else {
            return Err(not_found());
        };
        loop {
            let row = self
                .store
                .case_by_id(caller, case_id)
                .await?
                .ok_or_else(not_found)?;
            let filter = LegFilter {
                case_id: Some(case_id),
                destination: Some(slug.clone()),
                kind: Some(LegKind::Deliver),
                ..LegFilter::default()
            };
            let legs = self.store.legs(&Caller::System, &filter).await?;
            let leg = legs.last().ok_or_else(not_found)?;
            // The first read is a new disclosure; reading again is none.
            if leg.state == LegState::Waiting && self.agreement_ended(slug) {
                return Err(Problem::new(&problems::AGREEMENT_ENDED));
            }
            if leg.state == LegState::Waiting
                && !self.record_collection(caller, &row, leg.id).await?
            {
                continue;
            }
            // A stop that came before the first read: there is nothing to be read any more.
            let withheld = leg.state == LegState::Stopped || row.status == Status::EnteredInError;
            let opened = self
                .store
                .leg_with_case(&Caller::System, leg.id)
                .await?
                .ok_or_else(not_found)?;
            return Ok(Collected {
                row: opened.case,
                payload: (!withheld).then_some(opened.payload),
                content_type: opened.leg.content_type,
                version: opened.leg.version,
                history: self.store.events(caller, case_id).await?,
            });
        }
    }

    /// `false` when the rows have changed meanwhile and have to be read again.
    async fn record_collection(
        &self,
        caller: &Caller,
        row: &CaseRow,
        leg: crate::domain::identifiers::OutboxId,
    ) -> Result<bool, Problem> {
        let Some(found) = self.store.leg_with_case(&Caller::System, leg).await? else {
            return Ok(false);
        };
        let now = self.clock.now();
        let mut unit = Unit {
            leg_changes: vec![LegChange {
                id: leg,
                expected_attempts: found.leg.attempts,
                state: LegState::Delivered,
                attempts: found.leg.attempts,
                due_at: found.leg.due_at,
                last_error: None,
            }],
            facts: vec![
                Fact::new(FactKind::CaseCollected, caller)
                    .about(row.id)
                    .with("leg", leg.to_string()),
            ],
            ..Unit::default()
        };
        if found.case.status == Status::Routed {
            self.hand_over(&mut unit, &found, now)?;
        }
        match self.store.commit(unit, now).await {
            Ok(_) => {
                self.outbox_changed.notify_one();
                self.telemetry
                    .delivered(&super::deliver::delivery(&found), Duration::ZERO);
                Ok(true)
            }
            Err(CommitError::Stale) => Ok(false),
            Err(error) => Err(super::unavailable(&error)),
        }
    }
}
