//! What is only ever added: messages, events, audit facts.

use super::{Step, Then};
use crate::adapters::store::prepare::PreparedFact;
use crate::adapters::store::records::{NewEvent, NewMessage};
use crate::adapters::store::sql::value::values;
use crate::domain::identifiers::MessageId;
use crate::domain::responsibility::Responsible;

pub(super) fn insert_message(message: &NewMessage, now: i64) -> Step<'_> {
    Step {
        sql: "INSERT INTO messages (id, case_id, direction, version, bundle_id, request_id,
             correlation_id, event, reason, body_hash, at, sealed_body)
             VALUES (?1, ?2, ?3, 1 + coalesce((SELECT max(version) FROM messages
             WHERE case_id = ?2 AND direction = ?3), 0), ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        values: values![
            message.id.uuid(),
            message.case_id.uuid(),
            message.direction.code(),
            message.bundle_id.uuid(),
            message.request_id.uuid(),
            message.correlation_id.uuid(),
            &message.event,
            &message.reason,
            message.body_hash,
            now,
            &message.body,
        ],
        then: Then::Written,
    }
}

pub(super) fn insert_event(event: &NewEvent, now: i64) -> Step<'_> {
    Step {
        sql: "INSERT INTO events (case_id, seq, at, occurred_at, actor, kind, status,
             provider_word, note, evidence, visible_to_referrer, holder_kind, holder_name)
             VALUES (?1, 1 + coalesce((SELECT max(seq) FROM events WHERE case_id = ?1), 0),
             ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        values: values![
            event.case_id.uuid(),
            now,
            event.occurred_at,
            &event.actor,
            &event.kind,
            event.status.code(),
            event.provider_word.as_ref(),
            event.note.as_ref(),
            event.evidence.map(MessageId::uuid),
            event.visible_to_referrer,
            event.holder.as_ref().map(Responsible::kind),
            event.holder.as_ref().map(Responsible::name),
        ],
        then: Then::Written,
    }
}

pub(super) fn insert_fact(fact: &PreparedFact, now: i64) -> Step<'_> {
    Step {
        sql: "INSERT INTO audit (at, kind, actor, case_id, evidence, details, leaf_hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        values: values![
            now,
            fact.kind,
            &fact.actor,
            fact.case_id,
            fact.evidence,
            &fact.details,
            fact.leaf_hash,
        ],
        then: Then::Written,
    }
}
