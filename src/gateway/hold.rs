//! An operator keeps a case from leaving.

use jiff::Timestamp;

use super::Gateway;
use super::evidence::checked;
use super::happened::happened;
use super::waiting::close_work;
use crate::adapters::store::{CaseChange, CaseRow, Hold, Unit};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::CaseId;
use crate::domain::responsibility::Responsible;
use crate::domain::status::Status;
use crate::problem::{Problem, area::operator as problems};

/// Held by an operator.
pub(super) const BY_OPERATOR: &str = "operator-hold";
/// Opened again after it was over.
pub(super) const REOPENED: &str = "reopened";
/// Opened again after the person had withdrawn: the person is asked anew.
pub(super) const REOPENED_AFTER_WITHDRAWAL: &str = "reopened-after-withdrawal";

impl Gateway {
    /// Holds a case of which nothing has left. `reason` is a reference and names nobody. A
    /// case that is held already keeps the reason for which it is.
    pub async fn hold(
        &self,
        caller: &Caller,
        case_id: CaseId,
        reason: &str,
    ) -> Result<Status, Problem> {
        let reason = checked(reason, "reason")?;
        loop {
            let row = self.case_of_operator(caller, case_id).await?;
            if row.status == Status::Held {
                return Ok(row.status);
            }
            let has_left = self.standing(&row).await?.may_be_held();
            if has_left || !matches!(row.status, Status::Received | Status::Routed) {
                return Err(Problem::new(&problems::HOLD_TOO_LATE)
                    .with(format!("the case stands at `{}`", row.status.code())));
            }
            let unit = self.holding(caller, &row, &reason, self.clock.now());
            if self.commit_change(unit, &row).await? {
                return Ok(Status::Held);
            }
        }
    }

    fn holding(&self, caller: &Caller, row: &CaseRow, reason: &str, now: Timestamp) -> Unit {
        let operator = Responsible::GatewayOperator(self.settings.gateway.operator.clone());
        let mut event = happened(row.id, caller, FactKind::CaseHeld, Status::Held, now);
        event.note = Some(reason.to_owned());
        event.holder = (operator != row.responsible).then_some(operator);
        let mut unit = Unit {
            change: Some(CaseChange {
                status: Some(Status::Held),
                hold: Some(Some(Hold {
                    reason: BY_OPERATOR.to_owned(),
                    since: now,
                })),
                ..CaseChange::of(row.id, row.revision)
            }),
            stop_unsent: Some(row.id),
            expected_may_be_held: Some(false),
            events: vec![event],
            facts: vec![
                Fact::new(FactKind::CaseHeld, caller)
                    .about(row.id)
                    .with("reason", BY_OPERATOR)
                    .with("evidence", reason),
            ],
            ..Unit::default()
        };
        close_work(&mut unit, row.id, caller, "held");
        unit
    }
}
