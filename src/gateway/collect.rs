//! A provider reads a case. For a provider that polls, the first read *is* the
//! delivery, and it is recorded before the payload leaves.

use std::time::Duration;

use super::Gateway;
use super::leg::settled;
pub use super::read::onward::Onward;
use crate::adapters::store::{
    CaseRow, CommitError, EventRow, LegFilter, LegKind, LegState, LegWithCase, Unit,
};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::CaseId;
use crate::domain::status::Status;
use crate::problem::{
    Problem,
    area::{provider_api as problems, safety},
};

/// A case as its provider sees it.
#[derive(Debug)]
pub struct Collected {
    /// The case.
    pub row: CaseRow,
    /// The payload under the provider's own tables; `None` when a stop came first, while
    /// the provider's own channel has not begun to bring it, or once the agreement ended.
    pub payload: Option<Vec<u8>>,
    /// Media type of the payload.
    pub content_type: String,
    /// Version of the referral that the payload carries.
    pub version: u32,
    /// What happened to the case.
    pub history: Vec<EventRow>,
    /// The partners to whom this provider referred the person on from the case.
    pub onward: Vec<Onward>,
    /// Earlier and later cases of the same person that this provider may see.
    pub linked: Vec<CaseId>,
}

impl Gateway {
    /// Gives a provider one of its cases.
    pub async fn collect(&self, caller: &Caller, case_id: CaseId) -> Result<Collected, Problem> {
        let not_found = || Problem::new(&problems::NO_SUCH_CASE);
        // The first read is the delivery, and the case may have been cancelled since.
        if let Some(held) = self.held() {
            return Err(held);
        }
        let Caller::Provider(slug) = caller else {
            return Err(not_found());
        };
        loop {
            // Scoped to the caller, as the reads of legs below are not.
            self.store
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
            let opened = self
                .store
                .leg_with_case(&Caller::System, leg.id)
                .await?
                .ok_or_else(not_found)?;
            if self.is_never_delivered(opened.case.test_person) {
                return Err(Problem::new(&safety::TEST_NUMBER));
            }
            if self.forbids_collection(&opened) {
                return Err(Problem::new(&problems::AGREEMENT_ENDED));
            }
            let withheld = is_withheld(&opened);
            if !withheld && !self.record_reading(caller, &opened).await? {
                continue;
            }
            // The reading itself may have moved the case.
            let row = self.store.case_by_id(caller, case_id).await?;
            return Ok(Collected {
                row: row.ok_or_else(not_found)?,
                payload: (!withheld).then_some(opened.payload),
                content_type: opened.leg.content_type,
                version: opened.leg.version,
                history: self.store.events(caller, case_id).await?,
                onward: self.onward_of(case_id).await?,
                linked: self.store.linked_cases(caller, case_id).await?,
            });
        }
    }

    /// Whether a first read would be a disclosure after the agreement's end.
    fn forbids_collection(&self, found: &LegWithCase) -> bool {
        found.leg.state == LegState::Waiting && self.forbids_disclosure(found).is_some()
    }

    /// Records that the payload is about to leave: the first read delivers, every later
    /// one is an access. `false` when the rows have changed meanwhile and have to be read
    /// again.
    async fn record_reading(&self, caller: &Caller, found: &LegWithCase) -> Result<bool, Problem> {
        if found.leg.state == LegState::Waiting {
            return self.record_collection(caller, found).await;
        }
        let fact = Fact::new(FactKind::CaseRead, caller)
            .about(found.case.id)
            .with("leg", found.leg.id.to_string());
        self.record(vec![fact]).await?;
        Ok(true)
    }

    async fn record_collection(
        &self,
        caller: &Caller,
        found: &LegWithCase,
    ) -> Result<bool, Problem> {
        let now = self.clock.now();
        let mut unit = Unit {
            leg_changes: vec![settled(&found.leg)],
            facts: vec![
                Fact::new(FactKind::CaseCollected, caller)
                    .about(found.case.id)
                    .with("leg", found.leg.id.to_string()),
            ],
            ..Unit::default()
        };
        if found.case.status == Status::Routed {
            self.hand_over(&mut unit, found, now)?;
        }
        match self.commit(unit, Some(&found.case), now).await {
            Ok(_) => {
                self.outbox_changed.notify_one();
                self.telemetry
                    .delivered(&super::deliver::delivery(found), Duration::ZERO);
                Ok(true)
            }
            Err(CommitError::Stale) => Ok(false),
            Err(error) => Err(super::unavailable(&error)),
        }
    }
}

/// Nothing is read of a case that was stopped before it left, or that was sent in error;
/// nor of one that another channel is still to bring: a stop would not follow it there.
fn is_withheld(found: &LegWithCase) -> bool {
    let may_have_left = found.leg.attempts > 0
        || matches!(found.leg.state, LegState::Waiting | LegState::Delivered);
    found.leg.state == LegState::Stopped
        || found.case.status == Status::EnteredInError
        || !may_have_left
}
