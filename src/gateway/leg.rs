//! Rows of the outbox: a new one from what differs between its kinds, those of a case, and one
//! that is known to have arrived.

use jiff::Timestamp;

use super::Gateway;
use crate::adapters::store::{LegChange, LegFilter, LegKind, LegRow, LegState, NewLeg};
use crate::domain::caller::Caller;
use crate::domain::identifiers::{CaseId, OutboxId};
use crate::domain::status::Status;
use crate::problem::Problem;

/// What a row is made of; its id, state and time are the same for all.
pub(super) struct Draft {
    pub case_id: CaseId,
    pub kind: LegKind,
    pub destination: String,
    pub channel: String,
    pub content_type: String,
    pub payload: Vec<u8>,
    pub trace: Option<Vec<u8>>,
    pub effect_key: String,
    pub says: Option<Status>,
    pub version: u32,
    /// Whether the destination comes for it; else it is sent.
    pub collected: bool,
}

impl Gateway {
    /// The row, due at once.
    pub(super) fn leg(&self, draft: Draft, now: Timestamp) -> NewLeg {
        NewLeg {
            id: OutboxId::new(self.ids.v7(now)),
            case_id: draft.case_id,
            kind: draft.kind,
            destination: draft.destination,
            channel: draft.channel,
            content_type: draft.content_type,
            payload: draft.payload,
            trace: draft.trace,
            effect_key: draft.effect_key,
            says: draft.says,
            version: draft.version,
            state: if draft.collected {
                LegState::Waiting
            } else {
                LegState::Released
            },
            due_at: now,
        }
    }

    /// The rows of a case that are of this kind.
    pub(super) async fn legs_of(
        &self,
        case_id: CaseId,
        kind: LegKind,
    ) -> Result<Vec<LegRow>, Problem> {
        let filter = LegFilter {
            case_id: Some(case_id),
            kind: Some(kind),
            ..LegFilter::default()
        };
        self.store.legs(&Caller::System, &filter).await
    }
}

/// The provider has shown by itself that this leg arrived.
pub(super) fn settled(leg: &LegRow) -> LegChange {
    LegChange {
        state: LegState::Delivered,
        last_error: None,
        ..LegChange::of(leg)
    }
}
