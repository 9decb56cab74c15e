//! Puts the move that a report makes into its unit of work: where the case stands, who holds
//! the person, what of its legs is settled by it, and who else is told.

use jiff::Timestamp;

use super::is_told;
use super::report::{Report, TimedBy};
use crate::adapters::store::{CaseChange, CaseRow, LegRow, LegState, Unit};
use crate::domain::caller::Caller;
use crate::domain::mapping::StatusWord;
use crate::domain::responsibility::Responsible;
use crate::domain::status::{Mark, Status, Visibility};
use crate::gateway::Gateway;
use crate::gateway::closing_reason::given_by;
use crate::gateway::commit::unparked;
use crate::gateway::leg::settled;
use crate::gateway::return_to_referrer::is_return;
use crate::gateway::stop::{Order, Standing, confirmed};
use crate::gateway::stop_onward::{Stopping, holder_of, reason_of};
use crate::gateway::tell_referrer::Telling;
use crate::gateway::waiting::close_work;
use crate::problem::Problem;

impl Gateway {
    pub(super) async fn apply_move(
        &self,
        unit: &mut Unit,
        caller: &Caller,
        row: &CaseRow,
        report: &Report,
        word: &StatusWord,
        (status, now): (Status, Timestamp),
    ) -> Result<(), Problem> {
        unit.change = Some(CaseChange {
            status: Some(status),
            last_update: (report.timed_by == TimedBy::Provider).then(|| Mark {
                occurred_at: Some(report.occurred_at),
                sequence: report.sequence.or(row.last_update.sequence),
            }),
            closure_reason: given_by(row, word, status).map(Some),
            ..CaseChange::of(row.id, row.revision)
        });
        let holder = holder_after(row, caller, status);
        if let Some(event) = unit.events.last_mut().filter(|_| holder != row.responsible) {
            event.holder = Some(holder);
        }
        let Caller::Provider(slug) = caller else {
            return Ok(());
        };
        let standing = self.standing(row).await?;
        // A report shows that the provider has the case, whatever its channel says.
        for leg in standing
            .delivered
            .iter()
            .filter(|leg| leg.destination == *slug)
        {
            if has_arrived(leg) {
                unit.leg_changes.push(settled(leg));
                unit.close.push(unparked(leg, caller, LegState::Delivered));
            }
        }
        // The end of its work, or work on a case that was opened again: the stop is heard.
        if status.is_terminal() || !standing.stops.is_empty() {
            confirmed(unit, &standing.stops, row, slug, caller);
        }
        if status == row.status {
            return Ok(());
        }
        self.apply_end(unit, caller, row, &standing, status, now)?;
        let telling = Telling {
            status,
            reason: word.closure,
            in_detail: word.visibility == Visibility::Summary,
        };
        if is_return(row, status) {
            let case = self.store.unseal_case(row)?;
            self.begin_return(unit, row, &case, &telling, now).await?;
        } else if is_told(word, status) {
            unit.legs.extend(self.respond_leg(row, &telling, now)?);
        }
        if let Some(reason) = reason_of(status) {
            let stopping = Stopping {
                reason,
                closure: None,
                actor: caller,
                evidence: None,
                holder: holder_of(unit, row),
                now,
            };
            self.stop_onward(unit, row, &stopping).await?;
        }
        Ok(())
    }

    /// Where a report ends the case, nothing more leaves; where it stops the case, every
    /// other provider that may hold it is told.
    fn apply_end(
        &self,
        unit: &mut Unit,
        caller: &Caller,
        row: &CaseRow,
        standing: &Standing,
        status: Status,
        now: Timestamp,
    ) -> Result<(), Problem> {
        if !status.is_terminal() {
            return Ok(());
        }
        let Some(reason) = reason_of(status) else {
            unit.stop_unsent = Some(row.id);
            close_work(unit, row.id, caller, "over");
            return Ok(());
        };
        let known_to = match caller {
            Caller::Provider(slug) => Some(slug.as_str()),
            _ => None,
        };
        let order = Order {
            by: caller,
            reason,
            known_to,
        };
        let case = self.store.unseal_case(row)?;
        self.stop_everywhere(unit, &case, standing, &order, now);
        // What this very report shows to have arrived is held when the unit is judged.
        let mut legs = standing.delivered.iter();
        if legs.any(|leg| known_to == Some(leg.destination.as_str()) && has_arrived(leg)) {
            unit.expected_may_be_held = Some(true);
        }
        Ok(())
    }
}

/// Who holds the person after a report. Who asked to cancel has the person back at once,
/// and so has who is already known to be told, when the provider says of an end that it has
/// heard of it; a return is the operator's until it is heard, which is decided where it
/// begins.
fn holder_after(row: &CaseRow, caller: &Caller, status: Status) -> Responsible {
    if status.returns_person() {
        let was_its_own = matches!(
            (&row.responsible, caller),
            (Responsible::Provider(held), Caller::Provider(says)) if held == says
        );
        let has_heard = row.status == status && was_its_own;
        return if row.status == Status::CancelRequested || has_heard {
            Responsible::Referrer
        } else {
            row.responsible.clone()
        };
    }
    match caller {
        Caller::Provider(slug) => Responsible::Provider(slug.clone()),
        _ => row.responsible.clone(),
    }
}

/// A delivery of which its provider's report shows what the channel does not know.
fn has_arrived(leg: &LegRow) -> bool {
    let is_open = matches!(leg.state, LegState::Released | LegState::Parked);
    leg.state == LegState::Waiting || (is_open && leg.attempts > 0)
}
