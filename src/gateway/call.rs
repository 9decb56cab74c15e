//! What was said on the telephone and is evidence from then on.

use jiff::Timestamp;

use super::Gateway;
use super::evidence::named;
use super::happened::happened;
use crate::adapters::store::{CaseRow, NewEvent};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::status::Status;
use crate::problem::{Problem, area::operator as problems};

/// Somebody at an organisation was told.
#[derive(Clone, Debug)]
pub struct Call {
    /// Who: a role or a name at the organisation, never the patient's.
    pub told: String,
    /// When.
    pub at: Timestamp,
}

impl Call {
    /// Whether it can have told of what began then. People write down the minute.
    pub(super) fn can_tell_of(&self, began: Timestamp) -> bool {
        let minute = |at: Timestamp| at.as_second().div_euclid(60);
        minute(self.at) >= minute(began)
    }

    /// The same; a mistyped year must not end what still waits to be heard.
    ///
    /// Errors: `WW-OPR-009` a call from before.
    pub(super) fn tells_of(&self, began: Timestamp) -> Result<(), Problem> {
        if self.can_tell_of(began) {
            return Ok(());
        }
        Err(Problem::new(&problems::CALL_TIME)
            .at("when")
            .with(format!("what the call is recorded for began at {began}")))
    }

    /// The event of the case that the call is the evidence of; the case is at `to` with it.
    pub(super) fn event(
        &self,
        row: &CaseRow,
        caller: &Caller,
        (kind, to): (FactKind, Status),
        now: Timestamp,
    ) -> NewEvent {
        NewEvent {
            occurred_at: self.at,
            note: Some(self.told.clone()),
            ..happened(row.id, caller, kind, to, now)
        }
    }

    /// The audit fact of a call to whoever referred.
    pub(super) fn fact(&self, row: &CaseRow, caller: &Caller) -> Fact {
        Fact::new(FactKind::ReferrerCalled, caller)
            .about(row.id)
            .with("told", &self.told)
            .with("when", self.at.to_string())
    }
}

impl Gateway {
    /// A call that may be recorded: it names a plain reference and has taken place.
    ///
    /// Errors: `WW-OPR-002` a name that is no plain reference, `WW-OPR-009` a time to come.
    pub(super) fn recorded(&self, call: &Call) -> Result<Call, Problem> {
        let told = named(&call.told, "told")?;
        if call.at > self.clock.now() {
            return Err(Problem::new(&problems::CALL_TIME)
                .at("when")
                .with("it has not come yet".to_owned()));
        }
        Ok(Call { told, at: call.at })
    }
}
