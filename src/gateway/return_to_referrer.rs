//! Gives a person back to whoever referred, and knows when that has been heard.
//!
//! Our 200 completed the sender's transaction, so a return stays open, with the operator
//! as the person's holder, until the referrer's system has taken the message or a person
//! records a call (DESIGN I9). One rule for every way back: not taken on, not reached,
//! withdrawn, returned by the operator, removed by correction. A case that the referrer
//! stopped itself is no return: it knows.

use jiff::Timestamp;

use super::Gateway;
use super::happened::happened;
use super::stop::Order;
use super::stop_onward::{Stopping, holder_of};
use super::tell_referrer::Telling;
use super::waiting::{AWAITING, RING_REFERRER, closing};
use crate::adapters::store::{
    CaseChange, CaseRow, CommitError, LegFilter, LegKind, LegWithCase, Unit,
};
use crate::config::ReturnChannel;
use crate::domain::caller::Caller;
use crate::domain::case::Case;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::CaseId;
use crate::domain::queue::QueueKind;
use crate::domain::responsibility::Responsible;
use crate::domain::status::{ClosureReason, Status, StopReason};
use crate::problem::{Problem, area::operator as problems};

/// Working days for a person to ring the referrer.
const TO_RING: u32 = 1;

/// Whether this move of a case brings the person back to a referrer who does not know.
pub(super) fn is_return(row: &CaseRow, to: Status) -> bool {
    to.returns_person()
        // Who asked for the cancellation knows.
        && row.status != Status::CancelRequested
        // It has the person already.
        && row.responsible != Responsible::Referrer
}

impl Gateway {
    /// Puts a return into the unit that ends the case: the message to the referrer, the
    /// queue entry, and the operator as holder until it was heard. A person whom a provider
    /// referred on is back with that provider, which has held them all the time; whoever
    /// referred first hears nothing of it.
    pub(super) async fn begin_return(
        &self,
        unit: &mut Unit,
        row: &CaseRow,
        case: &Case,
        telling: &Telling,
        now: Timestamp,
    ) -> Result<(), Problem> {
        if let Some(hub) = self.back_with_hub(row).await? {
            if let Some(event) = unit.events.last_mut() {
                event.holder = (hub != row.responsible).then_some(hub);
                event.visible_to_referrer = true;
            }
            return Ok(());
        }
        let operator = Responsible::GatewayOperator(self.settings.gateway.operator.clone());
        if let Some(event) = unit.events.last_mut() {
            event.holder = (operator != row.responsible).then_some(operator);
            event.visible_to_referrer = true;
        }
        let mut channel = self.settings.returns.next(None);
        if channel == ReturnChannel::Bars {
            let leg = self.response_to(case, telling, now);
            if leg.is_none() {
                channel = self.settings.returns.next(Some(channel));
            }
            unit.legs.extend(leg);
        }
        self.await_return(unit, row.id, channel, now);
        Ok(())
    }

    /// The entry that says by which way the referrer is being told.
    fn await_return(&self, unit: &mut Unit, id: CaseId, channel: ReturnChannel, now: Timestamp) {
        let (reason, days) = match channel {
            ReturnChannel::Bars => (AWAITING, self.settings.returns.heard_within),
            ReturnChannel::Human => (RING_REFERRER, TO_RING),
        };
        let kind = QueueKind::ReturnUnheard;
        unit.raise
            .push(self.entry_within(id, kind, "", reason, days, now));
    }

    /// A way to the referrer has failed for good: the next one.
    pub(super) fn take_next_channel(&self, unit: &mut Unit, row: &CaseRow, now: Timestamp) {
        // Not on a return that was heard meanwhile.
        unit.change = Some(CaseChange::of(row.id, row.revision));
        let id = row.id;
        let next = self.settings.returns.next(Some(ReturnChannel::Bars));
        let kind = QueueKind::ReturnUnheard;
        let by = Caller::System;
        unit.close
            .push(closing(id, kind, None, &by, "channel-failed"));
        self.await_return(unit, id, next, now);
    }

    /// Whether this row is the one that tells the referrer of a return that is open: the
    /// last response of the case. An earlier one tells of something else.
    pub(super) async fn tells_of_return(&self, found: &LegWithCase) -> Result<bool, Problem> {
        if found.leg.kind != LegKind::Respond || !found.case.status.returns_person() {
            return Ok(false);
        }
        let later = LegFilter {
            case_id: Some(found.case.id),
            kind: Some(LegKind::Respond),
            after: Some(found.leg.number),
            limit: 1,
            ..LegFilter::default()
        };
        let later = self.store.legs(&Caller::System, &later).await?;
        if !later.is_empty() {
            return Ok(false);
        }
        self.waits_for(found.case.id, QueueKind::ReturnUnheard, None)
            .await
    }

    /// Ends a case and gives the person back. A holder, where there may be one, is stopped.
    /// The same reason again changes nothing.
    pub async fn return_case(
        &self,
        caller: &Caller,
        case_id: CaseId,
        reason: ClosureReason,
    ) -> Result<Status, Problem> {
        let refused = |why: String| Problem::new(&problems::NOT_RETURNABLE).with(why);
        if !reason.is_for_return() {
            let known = ClosureReason::for_return().join(", ");
            return Err(refused(format!("the reasons for a return are {known}")));
        }
        loop {
            let row = self.case_of_operator(caller, case_id).await?;
            if row.status == Status::Returned
                && row.closure_reason.as_deref() == Some(reason.code())
            {
                return Ok(row.status);
            }
            if row.status.lets_nothing_leave() {
                return Err(refused(format!(
                    "the case stands at `{}`",
                    row.status.code()
                )));
            }
            let unit = self.returning(caller, &row, reason).await?;
            if self.commit_change(unit, &row).await? {
                return Ok(Status::Returned);
            }
        }
    }

    async fn returning(
        &self,
        caller: &Caller,
        row: &CaseRow,
        reason: ClosureReason,
    ) -> Result<Unit, Problem> {
        let now = self.clock.now();
        let to = Status::Returned;
        let case = self.store.unseal_case(row)?;
        let standing = self.standing(row).await?;
        let mut unit = Unit {
            change: Some(CaseChange {
                status: Some(to),
                hold: row.hold.as_ref().map(|_| None),
                closure_reason: Some(Some(reason.code().to_owned())),
                ..CaseChange::of(row.id, row.revision)
            }),
            facts: vec![
                Fact::new(FactKind::CaseReturned, caller)
                    .about(row.id)
                    .with("from", row.status.code())
                    .with("reason", reason.code()),
            ],
            ..Unit::default()
        };
        let mut event = happened(row.id, caller, FactKind::CaseReturned, to, now);
        event.note = Some(reason.code().to_owned());
        unit.events.push(event);
        let order = Order {
            by: caller,
            reason: StopReason::Cancel,
            known_to: None,
        };
        self.stop_everywhere(&mut unit, &case, &standing, &order, now);
        let telling = Telling {
            reason: Some(reason),
            ..Telling::of(to)
        };
        self.begin_return(&mut unit, row, &case, &telling, now)
            .await?;
        let stopping = Stopping {
            reason: StopReason::Cancel,
            closure: Some(reason),
            actor: caller,
            evidence: None,
            holder: holder_of(&unit, row),
            now,
        };
        self.stop_onward(&mut unit, row, &stopping).await?;
        Ok(unit)
    }

    /// The case that an operator names.
    pub(super) async fn case_of_operator(
        &self,
        caller: &Caller,
        case_id: CaseId,
    ) -> Result<CaseRow, Problem> {
        let found = self.store.case_by_id(caller, case_id).await?;
        found.ok_or_else(|| Problem::new(&problems::NO_SUCH_CASE))
    }

    /// Commits what was decided on a case and wakes the delivery worker; `false` when the
    /// case has changed meanwhile and has to be read again.
    pub(super) async fn commit_change(&self, unit: Unit, row: &CaseRow) -> Result<bool, Problem> {
        match self.commit(unit, Some(row), self.clock.now()).await {
            Ok(_) => {
                self.outbox_changed.notify_one();
                Ok(true)
            }
            Err(CommitError::Stale) => Ok(false),
            Err(error) => Err(super::unavailable(&error)),
        }
    }
}

/// The referrer's system has taken the news: its 2xx is its acknowledgement.
pub(super) fn hand_back(unit: &mut Unit, row: &CaseRow, now: Timestamp) {
    let by = Caller::System;
    unit.change = Some(CaseChange::of(row.id, row.revision));
    let mut event = happened(row.id, &by, FactKind::ReferrerTold, row.status, now);
    event.holder = Some(Responsible::Referrer);
    unit.events.push(event);
    let kind = QueueKind::ReturnUnheard;
    unit.close
        .push(closing(row.id, kind, None, &by, "acknowledged"));
}
