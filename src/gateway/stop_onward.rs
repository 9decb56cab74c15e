//! A stop of a case reaches every case that was referred on from it, in the same unit of
//! work: what has not left dies, and a holder is sent the stop (DESIGN I10).

use jiff::Timestamp;

use super::Gateway;
use super::commit::CLOCK;
use super::happened::happened;
use super::stop::{Order, Standing};
use crate::adapters::store::{CaseChange, CaseRow, FollowingStop, QueueClosing, Unit};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::MessageId;
use crate::domain::responsibility::Responsible;
use crate::domain::status::{self, ClosureReason, Status, StopReason};
use crate::problem::Problem;

/// A stop of the case from which others were referred on.
pub(super) struct Stopping<'a> {
    /// Why.
    pub reason: StopReason,
    /// Why it ends, where that says more than the reason of the stop.
    pub closure: Option<ClosureReason>,
    /// Who orders it.
    pub actor: &'a Caller,
    /// The message that shows it.
    pub evidence: Option<MessageId>,
    /// Who has the person of a case that never left: whoever has the case it came from.
    pub holder: Responsible,
    /// When.
    pub now: Timestamp,
}

/// The stop that a status which a provider reports, or an operator sets, amounts to.
pub(super) const fn reason_of(status: Status) -> Option<StopReason> {
    match status {
        Status::CancelRequested | Status::Cancelled => Some(StopReason::Cancel),
        Status::Withdrawn => Some(StopReason::Withdrawal),
        Status::EnteredInError => Some(StopReason::EnteredInError),
        Status::Deceased => Some(StopReason::Death),
        _ => None,
    }
}

impl Gateway {
    /// Adds to the unit that stops a case the stops of those referred on from it. Whoever
    /// refers on at the same moment changes the case's revision, so that the unit is stale.
    pub(super) async fn stop_onward(
        &self,
        unit: &mut Unit,
        from: &CaseRow,
        stopping: &Stopping<'_>,
    ) -> Result<(), Problem> {
        let onward = self.store.cases_referred_on(&Caller::System, from.id);
        for child in onward.await? {
            let standing = self.standing(&child).await?;
            if let Some(to) = ends_at(child.status, stopping.reason, standing.may_be_held()) {
                self.follow(unit, &child, &standing, to, stopping)?;
            }
        }
        Ok(())
    }

    /// Who has the person when a partner does not take them: the provider that referred them
    /// on, for it has held the case that this one came from all the time. `None` when that
    /// case is over, or when nobody referred on.
    pub(super) async fn back_with_hub(
        &self,
        row: &CaseRow,
    ) -> Result<Option<Responsible>, Problem> {
        let open = self.open_case_of_hub(row).await?.is_some();
        let hub = row.referred_on_by.as_ref().filter(|_| open);
        Ok(hub.map(|hub| Responsible::Provider(hub.clone())))
    }

    /// The case from which this one was referred on, while it goes on.
    pub(super) async fn open_case_of_hub(&self, row: &CaseRow) -> Result<Option<CaseRow>, Problem> {
        let (Some(_), Some(from)) = (&row.referred_on_by, row.part_of) else {
            return Ok(None);
        };
        let from = self.store.case_by_id(&Caller::System, from).await?;
        Ok(from.filter(|from| !from.status.is_terminal()))
    }

    fn follow(
        &self,
        unit: &mut Unit,
        child: &CaseRow,
        standing: &Standing,
        to: Status,
        stopping: &Stopping<'_>,
    ) -> Result<(), Problem> {
        let now = stopping.now;
        let may_be_held = standing.may_be_held();
        let holder = if may_be_held {
            child.responsible.clone()
        } else {
            stopping.holder.clone()
        };
        let case = self.store.unseal_case(child)?;
        let order = Order {
            by: stopping.actor,
            reason: stopping.reason,
            known_to: None,
        };
        self.stop_holders(unit, &case, standing, &order, now);
        unit.close.push(QueueClosing {
            case_id: child.id,
            kind: None,
            subject: Some(CLOCK.to_owned()),
            by: stopping.actor.label(),
            closing: "moved".to_owned(),
        });
        let slug = child.provider.as_ref().map(|chosen| chosen.slug.as_str());
        let closure = stopping
            .closure
            .map_or_else(|| closure(stopping.reason), |reason| Some(reason.code()));
        unit.following.push(FollowingStop {
            change: CaseChange {
                status: Some(to),
                hold: child.hold.as_ref().map(|_| None),
                milestone: Some(self.awaited(to, slug, None, now)),
                closure_reason: closure.map(|reason| Some(reason.to_owned())),
                ..CaseChange::of(child.id, child.revision)
            },
            expected_may_be_held: may_be_held,
        });
        let mut event = happened(child.id, stopping.actor, FactKind::CaseStopped, to, now);
        event.evidence = stopping.evidence;
        event.visible_to_referrer = true;
        event.holder = (holder != child.responsible).then_some(holder);
        unit.events.push(event);
        let mut fact = Fact::new(FactKind::CaseStopped, stopping.actor)
            .about(child.id)
            .with("status", to.code())
            .with("may-be-held", may_be_held.to_string())
            .with(
                "by-stop-of",
                child.part_of.map_or_else(String::new, |id| id.to_string()),
            );
        fact.evidence = stopping.evidence;
        unit.facts.push(fact);
        Ok(())
    }
}

/// Who holds the person of this case after the unit.
pub(super) fn holder_of(unit: &Unit, row: &CaseRow) -> Responsible {
    let mut events = unit.events.iter().rev();
    let named = events.find_map(|event| event.holder.clone().filter(|_| event.case_id == row.id));
    named.unwrap_or_else(|| row.responsible.clone())
}

/// Where the stop takes a case; `None` when it is over and the stop says nothing new. That a
/// person was the wrong one has to be known to every holder, be their work over or not.
fn ends_at(status: Status, reason: StopReason, may_be_held: bool) -> Option<Status> {
    match status::stop(status, reason, may_be_held) {
        Ok(to) => Some(to),
        Err(_) if reason == StopReason::EnteredInError && status != Status::EnteredInError => {
            may_be_held.then(|| status::correct(status, Status::EnteredInError))
        }
        Err(_) => None,
    }
}

const fn closure(reason: StopReason) -> Option<&'static str> {
    match reason {
        StopReason::Cancel => Some("referrer-cancelled"),
        StopReason::Withdrawal => Some("withdrew"),
        StopReason::Death => Some("deceased"),
        // The status itself tells an error; no closure reason says it better.
        StopReason::EnteredInError => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reaches_a_case_that_is_over_and_another_stop_does_not() {
        let over = Status::Completed;
        assert_eq!(
            ends_at(over, StopReason::EnteredInError, true),
            Some(Status::EnteredInError)
        );
        assert_eq!(ends_at(over, StopReason::EnteredInError, false), None);
        assert_eq!(ends_at(over, StopReason::Withdrawal, true), None);
        let again = Status::EnteredInError;
        assert_eq!(ends_at(again, StopReason::EnteredInError, true), None);
    }

    #[test]
    fn every_status_that_stops_a_case_has_a_reason_and_no_other() {
        for status in Status::ALL {
            let reason = reason_of(*status);
            assert_eq!(reason.is_some(), status.is_stopped(), "{}", status.code());
        }
    }
}
