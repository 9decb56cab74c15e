//! What an operator does with the outbox: try a parked leg again, or park one.

use super::Gateway;
use super::commit::unparked;
use crate::adapters::store::{CommitError, LegChange, LegFilter, LegKind, LegRow, LegState, Unit};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::OutboxId;
use crate::problem::{Problem, area::channel as problems};

/// Why a leg is parked that an operator put there before anything failed.
pub const PARKED_BY_HAND: &str = "parked-by-hand";

impl Gateway {
    /// Makes a parked or waiting-for-its-time leg due at once. A leg whose case was
    /// stopped is refused: a stop is never undone by a retry (DESIGN I10).
    pub async fn retry(&self, caller: &Caller, leg: OutboxId) -> Result<LegRow, Problem> {
        self.refuse_overtaken(caller, leg).await?;
        self.change_leg(caller, leg, FactKind::LegRetried, |found, stopped| {
            if found.kind == LegKind::Deliver && (stopped || found.state == LegState::Stopped) {
                return Err(Problem::new(&problems::CASE_STOPPED));
            }
            match found.state {
                LegState::Parked | LegState::Released => Ok(LegState::Released),
                _ => Err(Problem::new(&problems::LEG_NOT_OPEN)
                    .with(format!("the leg is `{}`", found.state.code()))),
            }
        })
        .await
    }

    /// A response that a later one has overtaken would put the referrer's screen back.
    async fn refuse_overtaken(&self, caller: &Caller, id: OutboxId) -> Result<(), Problem> {
        let Some(leg) = self.store.leg(caller, id).await? else {
            return Err(Problem::new(&problems::NO_SUCH_LEG));
        };
        if leg.kind != LegKind::Respond {
            return Ok(());
        }
        let later = LegFilter {
            case_id: Some(leg.case_id),
            kind: Some(LegKind::Respond),
            state: Some(LegState::Delivered),
            after: Some(leg.number),
            limit: 1,
            ..LegFilter::default()
        };
        if self.store.legs(caller, &later).await?.is_empty() {
            return Ok(());
        }
        Err(Problem::new(&problems::LEG_NOT_OPEN).with("a later response has been delivered"))
    }

    /// Takes a released leg out of the worker's hands until it is retried.
    pub async fn park(&self, caller: &Caller, leg: OutboxId) -> Result<LegRow, Problem> {
        self.change_leg(caller, leg, FactKind::LegParked, |found, _| {
            match found.state {
                LegState::Released => Ok(LegState::Parked),
                _ => Err(Problem::new(&problems::LEG_NOT_OPEN)
                    .with(format!("the leg is `{}`", found.state.code()))),
            }
        })
        .await
    }

    async fn change_leg(
        &self,
        caller: &Caller,
        id: OutboxId,
        kind: FactKind,
        decide: impl Fn(&LegRow, bool) -> Result<LegState, Problem>,
    ) -> Result<LegRow, Problem> {
        loop {
            let found = self
                .store
                .leg_with_case(caller, id)
                .await?
                .ok_or_else(|| Problem::new(&problems::NO_SUCH_LEG))?;
            let state = decide(&found.leg, found.case.status.lets_nothing_leave())?;
            let now = self.clock.now();
            let mut unit = Unit {
                leg_changes: vec![LegChange {
                    state,
                    due_at: now,
                    ..LegChange::of(&found.leg)
                }],
                facts: vec![
                    Fact::new(kind, caller)
                        .about(found.case.id)
                        .with("leg", id.to_string())
                        .with("attempts", found.leg.attempts.to_string()),
                ],
                ..Unit::default()
            };
            if state == LegState::Parked {
                let reason = found.leg.last_error.as_deref().unwrap_or(PARKED_BY_HAND);
                unit.raise.push(self.parked_entry(&found.leg, reason, now));
            } else {
                unit.close.push(unparked(&found.leg, caller, state));
            }
            match self.commit(unit, None, now).await {
                Ok(_) => {
                    self.outbox_changed.notify_one();
                    return Ok(LegRow {
                        state,
                        due_at: now,
                        ..found.leg
                    });
                }
                Err(CommitError::Stale) => {}
                Err(error) => return Err(super::unavailable(&error)),
            }
        }
    }
}
