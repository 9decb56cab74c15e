//! Rows read back as values. The column lists stand beside the functions that read
//! them by position.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Row, RowFault};
use crate::adapters::store::records::{
    Answer, Answered, CaseRow, ChosenProvider, Direction, Due, EventRow, FactRow, Hold, LegKind,
    LegRow, LegState, MessageRow, NewEvent, NewMessage, NewQueueEntry, OpenCase, QueueRow,
    RequestKey, UpdateKey,
};
use crate::domain::identifiers::{
    BundleId, CaseId, CaseReference, CorrelationId, JourneyId, MessageId, OutboxId, RequestId,
    ServiceRequestId,
};
use crate::domain::queue::QueueKind;
use crate::domain::responsibility::Responsible;
use crate::domain::status::{Mark, Status};

type Read<T> = Result<T, RowFault>;

pub(super) const CASE: &str = "c.id, c.reference, c.revision, c.status, c.hold_reason, \
    c.hold_since, c.referrer, c.service_request_id, c.correlation_id, c.journey_id, c.bundle_id, \
    c.return_address, c.use_case, c.provider, c.provider_digest, c.restricted, \
    c.responsible_kind, c.responsible_name, c.last_update_at, c.last_update_sequence, \
    c.closure_reason, c.part_of, c.received_at, c.updated_at, c.sealed_case, c.wrapped_key, \
    c.milestone, c.milestone_due, c.referred_on_by, c.test_person";
/// How many columns [`CASE`] has.
pub(super) const CASE_COLUMNS: usize = 30;

pub(super) fn case(row: &Row<'_>) -> Read<CaseRow> {
    let hold = match (row.get(4)?, time_or_none(row, 5)?) {
        (Some(reason), Some(since)) => Some(Hold { reason, since }),
        _ => None,
    };
    let provider = match (row.get(13)?, row.get(14)?) {
        (Some(slug), Some(digest)) => Some(ChosenProvider { slug, digest }),
        _ => None,
    };
    let kind: String = row.get(16)?;
    let holder: String = row.get(17)?;
    let sequence: Option<i64> = row.get(19)?;
    Ok(CaseRow {
        id: CaseId::new(id(row, 0)?),
        reference: reference(row, 1)?,
        revision: row.get(2)?,
        status: word(row, 3, Status::from_code)?,
        hold,
        referrer: row.get(6)?,
        service_request_id: ServiceRequestId::new(id(row, 7)?),
        correlation_id: CorrelationId::new(id(row, 8)?),
        journey_id: id_or_none(row, 9)?.map(JourneyId::new),
        bundle_id: BundleId::new(id(row, 10)?),
        return_address: row.get(11)?,
        use_case: row.get(12)?,
        provider,
        restricted: row.get(15)?,
        responsible: Responsible::from_parts(&kind, &holder).ok_or_else(|| not_ours(16))?,
        last_update: Mark {
            occurred_at: time_or_none(row, 18)?,
            sequence: sequence.map(i64::cast_unsigned),
        },
        closure_reason: row.get(20)?,
        part_of: id_or_none(row, 21)?.map(CaseId::new),
        referred_on_by: row.get(28)?,
        test_person: row.get(29)?,
        milestone: match (row.get(26)?, time_or_none(row, 27)?) {
            (Some(milestone), Some(at)) => Some(Due { milestone, at }),
            _ => None,
        },
        received_at: time(row, 22)?,
        updated_at: time(row, 23)?,
        sealed: row.get(24)?,
        wrapped_key: row.get(25)?,
    })
}

pub(super) fn case_id(row: &Row<'_>) -> Read<CaseId> {
    id(row, 0).map(CaseId::new)
}

pub(super) fn status(row: &Row<'_>, column: usize) -> Read<Status> {
    word(row, column, Status::from_code)
}

pub(super) const OPEN_CASE: &str = "c.id, c.status, c.referrer, c.provider";

pub(super) fn open_case(row: &Row<'_>) -> Read<OpenCase> {
    Ok(OpenCase {
        id: CaseId::new(id(row, 0)?),
        status: word(row, 1, Status::from_code)?,
        referrer: row.get(2)?,
        provider: row.get(3)?,
    })
}

pub(super) const ANSWER: &str =
    "organisation, request_id, correlation_id, body_hash, http, case_id, problems_json, at";

pub(super) fn answer(row: &Row<'_>) -> Read<Answer> {
    let http = row.get(4)?;
    let outcome = match row.get(6)? {
        Some(problems_json) => Answered::Refused {
            http,
            problems_json,
        },
        None => Answered::Done {
            case_id: id_or_none(row, 5)?.map(CaseId::new),
            http,
        },
    };
    Ok(Answer {
        key: RequestKey {
            organisation: row.get(0)?,
            request_id: RequestId::new(id(row, 1)?),
            correlation_id: CorrelationId::new(id(row, 2)?),
        },
        body_hash: row.get(3)?,
        outcome,
        at: time(row, 7)?,
    })
}

pub(super) const MESSAGE: &str = "m.id, m.case_id, m.direction, m.bundle_id, m.request_id, \
    m.correlation_id, m.event, m.reason, m.sealed_body, m.body_hash, m.version, m.at";

/// How many columns [`MESSAGE`] has.
pub(super) const MESSAGE_COLUMNS: usize = 12;

/// The body is still sealed.
pub(super) fn message(row: &Row<'_>) -> Read<MessageRow> {
    let direction: String = row.get(2)?;
    Ok(MessageRow {
        message: NewMessage {
            id: MessageId::new(id(row, 0)?),
            case_id: CaseId::new(id(row, 1)?),
            direction: if direction == "in" {
                Direction::In
            } else {
                Direction::Out
            },
            bundle_id: BundleId::new(id(row, 3)?),
            request_id: RequestId::new(id(row, 4)?),
            correlation_id: CorrelationId::new(id(row, 5)?),
            event: row.get(6)?,
            reason: row.get(7)?,
            body: row.get(8)?,
            body_hash: row.get(9)?,
        },
        version: row.get(10)?,
        at: time(row, 11)?,
    })
}

pub(super) const EVENT: &str = "e.case_id, e.seq, e.at, e.occurred_at, e.actor, e.kind, \
    e.status, e.provider_word, e.note, e.evidence, e.visible_to_referrer, e.holder_kind, \
    e.holder_name";

pub(super) fn event(row: &Row<'_>) -> Read<EventRow> {
    Ok(EventRow {
        seq: row.get(1)?,
        at: time(row, 2)?,
        event: NewEvent {
            case_id: CaseId::new(id(row, 0)?),
            occurred_at: time(row, 3)?,
            actor: row.get(4)?,
            kind: row.get(5)?,
            status: word(row, 6, Status::from_code)?,
            provider_word: row.get(7)?,
            note: row.get(8)?,
            evidence: id_or_none(row, 9)?.map(MessageId::new),
            visible_to_referrer: row.get(10)?,
            holder: match (
                row.get::<Option<String>>(11)?,
                row.get::<Option<String>>(12)?,
            ) {
                (Some(kind), Some(name)) => {
                    Some(Responsible::from_parts(&kind, &name).ok_or_else(|| not_ours(11))?)
                }
                _ => None,
            },
        },
    })
}

pub(super) const QUEUE: &str = "q.number, q.id, q.case_id, q.kind, q.subject, q.reason, \
    q.owner, q.raised_at, q.due_at, q.alerted_at, q.told_at, q.closed_at, q.closed_by, q.closing";

pub(super) fn queue(row: &Row<'_>) -> Read<QueueRow> {
    let closed = match (time_or_none(row, 11)?, row.get(12)?, row.get(13)?) {
        (Some(at), Some(by), Some(closing)) => Some((at, by, closing)),
        _ => None,
    };
    Ok(QueueRow {
        number: row.get(0)?,
        entry: NewQueueEntry {
            id: id(row, 1)?,
            case_id: CaseId::new(id(row, 2)?),
            kind: word(row, 3, QueueKind::from_code)?,
            subject: row.get(4)?,
            reason: row.get(5)?,
            owner: row.get(6)?,
            due_at: time(row, 8)?,
        },
        raised_at: time(row, 7)?,
        alerted_at: time_or_none(row, 9)?,
        told_at: time_or_none(row, 10)?,
        closed,
    })
}

pub(super) const LEG: &str = "l.number, l.id, l.case_id, l.kind, l.destination, l.channel, \
    l.content_type, l.effect_key, l.version, l.state, l.attempts, l.due_at, l.last_error, \
    l.created_at, l.says";

pub(super) fn leg(row: &Row<'_>) -> Read<LegRow> {
    Ok(LegRow {
        number: row.get(0)?,
        id: OutboxId::new(id(row, 1)?),
        case_id: CaseId::new(id(row, 2)?),
        kind: word(row, 3, LegKind::from_code)?,
        destination: row.get(4)?,
        channel: row.get(5)?,
        content_type: row.get(6)?,
        effect_key: row.get(7)?,
        version: row.get(8)?,
        state: word(row, 9, LegState::from_code)?,
        attempts: row.get(10)?,
        due_at: time(row, 11)?,
        last_error: row.get(12)?,
        created_at: time(row, 13)?,
        says: word_or_none(row, 14)?,
    })
}

pub(super) const UPDATE_KEY: &str =
    "case_id, provider, client_key, body_hash, http, sealed_response";

/// The response is still sealed.
pub(super) fn update_key(row: &Row<'_>) -> Read<UpdateKey> {
    Ok(UpdateKey {
        case_id: CaseId::new(id(row, 0)?),
        provider: row.get(1)?,
        client_key: row.get(2)?,
        body_hash: row.get(3)?,
        http: row.get(4)?,
        response: row.get(5)?,
    })
}

pub(super) const FACT: &str = "seq, at, kind, actor, case_id, evidence, details, leaf_hash";

pub(super) fn fact(row: &Row<'_>) -> Read<FactRow> {
    Ok(FactRow {
        seq: row.get(0)?,
        at: time(row, 1)?,
        kind: row.get(2)?,
        actor: row.get(3)?,
        case_id: id_or_none(row, 4)?.map(CaseId::new),
        evidence: id_or_none(row, 5)?.map(MessageId::new),
        details: row.get(6)?,
        leaf_hash: row.get(7)?,
    })
}

pub(super) fn time(row: &Row<'_>, column: usize) -> Read<Timestamp> {
    to_time(row.get(column)?, column)
}

pub(super) fn time_or_none(row: &Row<'_>, column: usize) -> Read<Option<Timestamp>> {
    let micros: Option<i64> = row.get(column)?;
    micros.map(|micros| to_time(micros, column)).transpose()
}

fn to_time(micros: i64, column: usize) -> Read<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(|_| not_ours(column))
}

pub(super) fn id(row: &Row<'_>, column: usize) -> Read<Uuid> {
    row.get(column).map(Uuid::from_bytes)
}

pub(super) fn id_or_none(row: &Row<'_>, column: usize) -> Read<Option<Uuid>> {
    Ok(row.get::<Option<[u8; 16]>>(column)?.map(Uuid::from_bytes))
}

fn word<T>(row: &Row<'_>, column: usize, read: fn(&str) -> Option<T>) -> Read<T> {
    let text = row.text(column)?;
    read(text).ok_or_else(|| not_ours(column))
}

fn word_or_none(row: &Row<'_>, column: usize) -> Read<Option<Status>> {
    let text: Option<String> = row.get(column)?;
    let read = |text: String| Status::from_code(&text).ok_or_else(|| not_ours(column));
    text.map(read).transpose()
}

fn reference(row: &Row<'_>, column: usize) -> Read<CaseReference> {
    let text = row.text(column)?;
    CaseReference::parse(text).ok_or_else(|| not_ours(column))
}

/// A value that this program never wrote there.
const fn not_ours(column: usize) -> RowFault {
    RowFault(column)
}
