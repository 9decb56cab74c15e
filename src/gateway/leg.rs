//! One row of the outbox, from what differs between its kinds.

use jiff::Timestamp;

use super::Gateway;
use crate::adapters::store::{LegKind, LegState, NewLeg};
use crate::domain::identifiers::{CaseId, OutboxId};
use crate::domain::status::Status;

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
}
