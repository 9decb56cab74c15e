//! An event of a case with nothing but what every event has.

use jiff::Timestamp;

use crate::adapters::store::NewEvent;
use crate::domain::caller::Caller;
use crate::domain::fact::FactKind;
use crate::domain::identifiers::CaseId;
use crate::domain::status::Status;

/// It happened now, the referrer does not see it, and the case stays with its holder.
pub(super) fn happened(
    case_id: CaseId,
    actor: &Caller,
    kind: FactKind,
    status: Status,
    now: Timestamp,
) -> NewEvent {
    NewEvent {
        case_id,
        occurred_at: now,
        actor: actor.label(),
        kind: kind.code().to_owned(),
        status,
        provider_word: None,
        note: None,
        evidence: None,
        visible_to_referrer: false,
        holder: None,
    }
}
