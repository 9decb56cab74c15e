//! `store confirm`: a person has seen what a store that was put back has lost, and lets
//! sending begin.

use std::path::PathBuf;

use jiff::Timestamp;

use super::lost::{self, Lost};
pub use crate::adapters::store::epoch::Why;
use crate::adapters::store::epoch::{Keeper, Standing};
use crate::adapters::store::{
    CommitError, LegChange, LegFilter, LegKind, LegRow, LegState, NewQueueEntry, Store, Unit,
};
use crate::config::{Ids, Settings};
use crate::domain::caller::Caller;
use crate::domain::clock::end_of_working_day;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::CaseId;
use crate::domain::provider::Clocks;
use crate::domain::queue::QueueKind;
use crate::gateway::commit::leg_subject;
use crate::problem::Problem;
use crate::problem::area::store::UNCONFIRMED;

/// What was confirmed.
#[derive(Clone, Debug)]
pub struct Confirmed {
    /// Why the store was held; `None` when it was not, and nothing was done.
    pub why: Option<Why>,
    /// The epoch that was begun.
    pub epoch: Option<u64>,
    /// What the store has lost.
    pub lost: Lost,
    /// Deliveries that are parked because the cancellation of their case was lost.
    pub parked: u64,
}

/// Confirms the store, unless it is not held. `by` is a name for the audit log. Errors:
/// those of opening, WW-STO-001, -015 and -016.
pub async fn confirm(
    settings: &Settings,
    by: Option<&str>,
    others: &[PathBuf],
    now: Timestamp,
) -> Result<Confirmed, Problem> {
    let store = super::open(settings).await?;
    let mut keeper = Keeper::new(store.clone(), &settings.store.epoch_file)?;
    let lost = lost::compare(&store, settings, others, false).await?;
    let mut done = Confirmed {
        why: None,
        epoch: None,
        lost,
        parked: 0,
    };
    let (standing, _) = keeper.judge().await?;
    let Standing::Held(why) = standing else {
        return Ok(done);
    };
    done.why = Some(why);
    let by = by.unwrap_or(&settings.gateway.operator).to_owned();
    let operator = Caller::Operator(by);
    for case_id in done.lost.uncancelled() {
        done.parked += park(&store, settings, &operator, case_id, now).await?;
    }
    let fact = Fact::new(FactKind::StoreConfirmed, &operator)
        .with("because", why.words())
        .with("lost", done.lost.count().to_string())
        .with("referrers", done.lost.referrers.len().to_string())
        .with("parked", done.parked.to_string());
    let unit = Unit {
        facts: vec![fact],
        ..Unit::default()
    };
    commit(&store, unit, now).await?;
    done.epoch = Some(keeper.confirm().await?);
    Ok(done)
}

/// Parks what would be delivered of a case whose cancellation was lost, and puts it before
/// the operator. A row that has changed meanwhile was changed by a person, or by the
/// cancellation itself.
async fn park(
    store: &Store,
    settings: &Settings,
    operator: &Caller,
    case_id: CaseId,
    now: Timestamp,
) -> Result<u64, Problem> {
    let filter = LegFilter {
        case_id: Some(case_id),
        kind: Some(LegKind::Deliver),
        ..LegFilter::default()
    };
    let legs = store.legs(&Caller::System, &filter).await?;
    let unsent = legs
        .iter()
        .filter(|leg| matches!(leg.state, LegState::Released | LegState::Waiting));
    let mut parked = 0;
    for leg in unsent {
        let fact = Fact::new(FactKind::LegParked, operator)
            .about(case_id)
            .with("leg", leg.id.to_string())
            .with("reason", UNCONFIRMED.code);
        let unit = Unit {
            leg_changes: vec![parked_leg(leg)],
            raise: vec![entry(settings, leg, now)],
            facts: vec![fact],
            ..Unit::default()
        };
        parked += u64::from(commit(store, unit, now).await?);
    }
    Ok(parked)
}

fn parked_leg(leg: &LegRow) -> LegChange {
    LegChange {
        state: LegState::Parked,
        last_error: Some(UNCONFIRMED.code.to_owned()),
        ..LegChange::of(leg)
    }
}

/// The entry of a leg that is parked here; no provider's tables are at hand, so its time
/// is the usual one.
fn entry(settings: &Settings, leg: &LegRow, now: Timestamp) -> NewQueueEntry {
    let days = Clocks::default().hold;
    NewQueueEntry {
        id: Ids::default().v7(now),
        case_id: leg.case_id,
        kind: QueueKind::Parked,
        subject: leg_subject(leg),
        reason: UNCONFIRMED.code.to_owned(),
        owner: settings.gateway.operator.clone(),
        due_at: end_of_working_day(now, days, &settings.working_days()),
    }
}

async fn commit(store: &Store, unit: Unit, now: Timestamp) -> Result<bool, Problem> {
    match store.commit(unit, now).await {
        Ok(_) => Ok(true),
        Err(CommitError::Stale) => Ok(false),
        Err(error) => Err(crate::gateway::unavailable(&error)),
    }
}
