//! A person at the gateway corrects where a case stands: legal from every state, with
//! actor and evidence, and the referrer is told like of any other move (DESIGN I10).

use super::Gateway;
use super::cancel::holder_of;
use super::stop_onward::{self, Stopping};
use super::tell_referrer::Telling;
use crate::adapters::store::{CaseChange, CaseRow, CommitError, NewEvent, Unit};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::CaseId;
use crate::domain::responsibility::Responsible;
use crate::domain::status::{self, Status};
use crate::problem::{Problem, area::operator as problems};

/// The longest evidence, in characters: a reference, never a story.
pub const MOST_EVIDENCE: usize = 80;

impl Gateway {
    /// Sets the status of a case. `evidence` is a reference to what shows it, such as a
    /// call or ticket number; it is stored in clear, so it names no person.
    pub async fn correct(
        &self,
        caller: &Caller,
        case_id: CaseId,
        to: Status,
        evidence: &str,
    ) -> Result<Status, Problem> {
        let evidence = checked(evidence)?;
        loop {
            let found = self.store.case_by_id(caller, case_id).await?;
            let row = found.ok_or_else(|| Problem::new(&problems::NO_SUCH_CASE))?;
            let mut unit =
                self.correction(caller, &row, status::correct(row.status, to), &evidence)?;
            if let Some(reason) = stop_onward::reason_of(to) {
                let stopping = Stopping {
                    reason,
                    actor: caller,
                    evidence: None,
                    holder: holder_of(&unit, &row),
                    now: self.clock.now(),
                };
                self.stop_onward(&mut unit, &row, &stopping).await?;
            }
            match self.commit(unit, Some(&row), self.clock.now()).await {
                Ok(_) => {
                    self.outbox_changed.notify_one();
                    return Ok(to);
                }
                Err(CommitError::Stale) => {}
                Err(error) => return Err(super::unavailable(&error)),
            }
        }
    }

    fn correction(
        &self,
        caller: &Caller,
        row: &CaseRow,
        to: Status,
        evidence: &str,
    ) -> Result<Unit, Problem> {
        let now = self.clock.now();
        let mut unit = Unit {
            change: Some(CaseChange {
                status: Some(to),
                hold: row.hold.as_ref().map(|_| None),
                closure_reason: (!to.is_terminal()).then_some(None),
                ..CaseChange::of(row.id, row.revision)
            }),
            // A correction that ends the case lets nothing more leave.
            stop_unsent: to.is_stopped().then_some(row.id),
            events: vec![NewEvent {
                case_id: row.id,
                occurred_at: now,
                actor: caller.label(),
                kind: FactKind::CaseCorrected.code().to_owned(),
                status: to,
                provider_word: None,
                note: Some(evidence.to_owned()),
                evidence: None,
                visible_to_referrer: true,
                holder: Some(self.holder(row, to)).filter(|holder| *holder != row.responsible),
            }],
            facts: vec![
                Fact::new(FactKind::CaseCorrected, caller)
                    .about(row.id)
                    .with("from", row.status.code())
                    .with("to", to.code())
                    .with("evidence", evidence),
            ],
            ..Unit::default()
        };
        if to != row.status {
            unit.legs
                .extend(self.respond_leg(row, &Telling::of(to), now)?);
        }
        Ok(unit)
    }

    /// Who holds the person after a correction.
    fn holder(&self, row: &CaseRow, to: Status) -> Responsible {
        match (to, &row.provider) {
            (Status::Declined | Status::Cancelled, _) => Responsible::Referrer,
            (Status::Received | Status::Held | Status::Routed, _) | (_, None) => {
                Responsible::GatewayOperator(self.settings.gateway.operator.clone())
            }
            (_, Some(provider)) => Responsible::Provider(provider.slug.clone()),
        }
    }
}

/// A reference: letters, digits and little else, and no run of digits long enough to be
/// an NHS number.
fn checked(evidence: &str) -> Result<String, Problem> {
    let evidence = evidence.trim();
    let shaped = (1..=MOST_EVIDENCE).contains(&evidence.chars().count())
        && evidence
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || " .:/#-".contains(c));
    let digits = evidence.chars().filter(char::is_ascii_digit).count();
    if shaped && digits < 10 {
        return Ok(evidence.to_owned());
    }
    Err(Problem::new(&problems::EVIDENCE).at("evidence"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_a_reference_and_never_holds_an_nhs_number() {
        assert_eq!(
            checked(" call 2026-11/17 ").as_deref(),
            Ok("call 2026-11/17")
        );
        for text in [
            "",
            "9990000018",
            "ticket 999 000 0018",
            "said \"fine\"",
            &"x".repeat(81),
        ] {
            assert!(checked(text).is_err(), "{text}");
        }
    }
}
