//! The outbox.

use super::{Step, Then};
use crate::adapters::store::records::NewLeg;
use crate::adapters::store::sql::value::values;
use crate::adapters::store::unit::LegChange;
use crate::domain::identifiers::CaseId;
use crate::domain::status::Status;

pub(super) fn change(change: &LegChange) -> Step<'_> {
    Step {
        sql: "UPDATE legs SET state = ?3, attempts = ?4, due_at = ?5, last_error = ?6,
             claimed_until = CASE WHEN ?7 THEN NULL ELSE claimed_until END
             WHERE id = ?1 AND attempts = ?2 AND state <> 'delivered'
             AND (state <> 'stopped' OR ?3 = 'delivered')",
        values: values![
            change.id.uuid(),
            change.expected_attempts,
            change.state.code(),
            change.attempts,
            change.due_at,
            change.last_error.as_ref(),
            change.ends_claim,
        ],
        then: Then::OneOrStale,
    }
}

/// Stops what is unsent, then looks whether anything was begun. In this order only: an
/// attempt that another process is counting at this moment is waited for by the first
/// statement and seen by the second. The other way about it is seen by neither, and the
/// case arrives behind its own stop.
pub(super) fn stop(case_id: CaseId, expected_may_be_held: Option<bool>) -> [Step<'static>; 2] {
    let stop_unsent = Step {
        sql: "UPDATE legs SET state = 'stopped' WHERE case_id = ?1 AND kind = 'deliver'
             AND state IN ('released', 'waiting', 'parked')",
        values: values![case_id.uuid()],
        then: Then::LegsStopped,
    };
    let may_be_held = Step {
        sql: "SELECT EXISTS (SELECT 1 FROM legs WHERE case_id = ?1 AND kind = 'deliver'
             AND (state = 'delivered' OR attempts > 0))",
        values: values![case_id.uuid()],
        then: Then::MayBeHeld(expected_may_be_held),
    };
    [stop_unsent, may_be_held]
}

pub(super) fn insert(leg: &NewLeg, now: i64) -> Step<'_> {
    Step {
        sql: "INSERT INTO legs (id, case_id, kind, destination, channel, content_type, effect_key,
             version, state, attempts, due_at, created_at, sealed_payload, sealed_trace, says)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ?10, ?11, ?12, ?13, ?14)",
        values: values![
            leg.id.uuid(),
            leg.case_id.uuid(),
            leg.kind.code(),
            &leg.destination,
            &leg.channel,
            &leg.content_type,
            &leg.effect_key,
            leg.version,
            leg.state.code(),
            leg.due_at,
            now,
            &leg.payload,
            leg.trace.as_ref(),
            leg.says.map(Status::code),
        ],
        then: Then::Written,
    }
}
