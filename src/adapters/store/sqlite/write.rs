//! Writing one unit, inside a savepoint that the writer opened.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::super::prepare::{Content, Prepared, PreparedCase, PreparedChange, PreparedFact};
use super::super::records::{Answer, Answered, NewEvent, NewLeg, NewMessage, UpdateKey};
use super::super::unit::{CommitError, Committed, LegChange, Stopped};
use super::rows;
use crate::domain::identifiers::CaseId;
use crate::domain::responsibility::Responsible;
use crate::domain::status::Status;

/// Why a unit is rolled back: a refusal, or the engine.
pub(super) enum Failure {
    Refused(CommitError),
    Engine(rusqlite::Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Engine(error)
    }
}

type Done<T = ()> = Result<T, Failure>;

fn refused<T>(error: CommitError) -> Done<T> {
    Err(Failure::Refused(error))
}

/// Writes everything of a unit, in the order that [`Unit`](super::super::Unit) documents.
pub(super) fn apply(connection: &Connection, unit: &Prepared) -> Done<Committed> {
    let mut committed = Committed::default();
    if let Some(answer) = &unit.answer {
        insert_answer(connection, answer)?;
    }
    if let Some(open) = &unit.open {
        if unit.unique_open_identifier {
            refuse_second_open_identifier(connection, open)?;
        }
        if unit.sole_open_of_person {
            refuse_second_open_case(connection, open)?;
        }
        insert_case(connection, open, unit.now)?;
        committed.revision = Some(1);
    }
    if let Some(update) = &unit.update_key {
        insert_update_key(connection, update)?;
    }
    if let Some(change) = &unit.change {
        change_case(connection, change, unit.now)?;
        committed.revision = Some(change.change.expected_revision + 1);
    }
    for change in &unit.leg_changes {
        change_leg(connection, change)?;
    }
    if let Some(case_id) = unit.stop_unsent {
        let stopped = stop_unsent(connection, case_id)?;
        if unit
            .expected_may_be_held
            .is_some_and(|expected| expected != stopped.may_be_held)
        {
            return refused(CommitError::Stale);
        }
        committed.stopped = Some(stopped);
    }
    for leg in &unit.legs {
        insert_leg(connection, leg, unit.now)?;
    }
    for message in &unit.messages {
        insert_message(connection, message, unit.now)?;
    }
    for event in &unit.events {
        insert_event(connection, event, unit.now)?;
    }
    for fact in &unit.facts {
        insert_fact(connection, fact, unit.now)?;
    }
    Ok(committed)
}

fn insert_answer(connection: &Connection, answer: &Answer) -> Done {
    let (http, case_id, problems) = match &answer.outcome {
        Answered::Done { case_id, http } => (http, case_id.map(|id| id.uuid().into_bytes()), None),
        Answered::Refused {
            http,
            problems_json,
        } => (http, None, Some(problems_json)),
    };
    let organisation = &answer.key.organisation;
    let request_id = answer.key.request_id.uuid().into_bytes();
    let correlation_id = answer.key.correlation_id.uuid().into_bytes();
    let inserted = connection
        .prepare_cached(
            "INSERT INTO answers (organisation, request_id, correlation_id, body_hash, http,
             case_id, problems_json, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            organisation,
            request_id,
            correlation_id,
            answer.body_hash,
            http,
            case_id,
            problems,
            answer.at.as_microsecond(),
        ])?;
    if inserted == 1 {
        return Ok(());
    }
    let stored = connection
        .prepare_cached(&format!(
            "SELECT {} FROM answers
             WHERE organisation = ?1 AND request_id = ?2 AND correlation_id = ?3",
            rows::ANSWER
        ))?
        .query_row(
            params![organisation, request_id, correlation_id],
            rows::answer,
        )?;
    refused(CommitError::AlreadyAnswered(Box::new(stored)))
}

fn insert_update_key(connection: &Connection, update: &UpdateKey) -> Done {
    let case_id = update.case_id.uuid().into_bytes();
    let inserted = connection
        .prepare_cached(
            "INSERT INTO update_keys (case_id, provider, client_key, body_hash, http,
             sealed_response) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            case_id,
            update.provider,
            update.client_key,
            update.body_hash,
            update.http,
            update.response,
        ])?;
    if inserted == 1 {
        return Ok(());
    }
    let stored = connection
        .prepare_cached(&format!(
            "SELECT {} FROM update_keys WHERE case_id = ?1 AND provider = ?2 AND client_key = ?3",
            rows::UPDATE_KEY
        ))?
        .query_row(
            params![case_id, update.provider, update.client_key],
            rows::update_key,
        )?;
    refused(CommitError::UpdateKeyExists(Box::new(stored)))
}

fn refuse_second_open_identifier(connection: &Connection, open: &PreparedCase) -> Done {
    let Some(hash) = &open.content.identifier_hash else {
        return Ok(());
    };
    let found: Option<[u8; 16]> = connection
        .prepare_cached(
            "SELECT id FROM cases WHERE identifier_hash = ?1 AND referrer = ?2 AND is_open = 1",
        )?
        .query_row(params![hash, open.new.referrer], |row| row.get(0))
        .optional()?;
    found.map_or(Ok(()), |id| {
        let id = CaseId::new(uuid::Uuid::from_bytes(id));
        refused(CommitError::OpenIdentifier(id))
    })
}

fn refuse_second_open_case(connection: &Connection, open: &PreparedCase) -> Done {
    let Some(hash) = &open.content.nhs_number_hash else {
        return Ok(());
    };
    let found: bool = connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM cases WHERE nhs_number_hash = ?1 AND is_open = 1)",
        )?
        .query_row(params![hash], |row| row.get(0))?;
    if found {
        return refused(CommitError::Stale);
    }
    Ok(())
}

fn insert_case(connection: &Connection, open: &PreparedCase, now: i64) -> Done {
    let new = &open.new;
    let case = &*new.case;
    let referral = &case.referral;
    let content = &open.content;
    connection
        .prepare_cached(
            "INSERT INTO cases (id, reference, revision, status, is_open, hold_reason, hold_since,
             referrer, service_request_id, correlation_id, journey_id, bundle_id, return_address,
             use_case, provider, provider_digest, restricted, responsible_kind, responsible_name,
             part_of, received_at, updated_at, identifier_hash, nhs_number_hash,
             demographics_hash, wrapped_key, sealed_case)
             VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
             ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)",
        )?
        .execute(params![
            case.id.uuid().into_bytes(),
            case.reference.as_str(),
            new.status.code(),
            !new.status.is_terminal(),
            new.hold.as_ref().map(|hold| &hold.reason),
            new.hold.as_ref().map(|hold| hold.since.as_microsecond()),
            new.referrer,
            case.service_request_id.uuid().into_bytes(),
            referral.correlation_id.uuid().into_bytes(),
            referral.journey_id.map(|id| id.uuid().into_bytes()),
            referral.bundle_id.uuid().into_bytes(),
            referral.return_address.as_ref().map(ToString::to_string),
            referral.use_case,
            new.provider.as_ref().map(|provider| &provider.slug),
            new.provider.as_ref().map(|provider| &provider.digest),
            new.restricted,
            new.responsible.kind(),
            new.responsible.name(),
            case.part_of.map(|id| id.uuid().into_bytes()),
            case.received_at.as_microsecond(),
            now,
            content.identifier_hash,
            content.nhs_number_hash,
            content.demographics_hash,
            open.wrapped_key,
            content.sealed,
        ])?;
    Ok(())
}

/// Each group of columns is set only where its flag (a parameter of its own) says so:
/// one prepared statement serves every change.
fn change_case(connection: &Connection, prepared: &PreparedChange, now: i64) -> Done {
    let change = &prepared.change;
    let hold = change.hold.as_ref().and_then(Option::as_ref);
    let provider = change.provider.as_ref().and_then(Option::as_ref);
    let content = prepared.content.as_ref();
    let mark = change.last_update;
    let changed = connection
        .prepare_cached(
            "UPDATE cases SET revision = revision + 1, updated_at = ?3,
             status = coalesce(?4, status), is_open = coalesce(?5, is_open),
             hold_reason = iif(?6, ?7, hold_reason), hold_since = iif(?6, ?8, hold_since),
             provider = iif(?9, ?10, provider), provider_digest = iif(?9, ?11, provider_digest),
             restricted = coalesce(?12, restricted),
             responsible_kind = coalesce(?13, responsible_kind),
             responsible_name = coalesce(?14, responsible_name),
             last_update_at = iif(?15, ?16, last_update_at),
             last_update_sequence = iif(?15, ?17, last_update_sequence),
             closure_reason = iif(?18, ?19, closure_reason),
             identifier_hash = iif(?20, ?21, identifier_hash),
             nhs_number_hash = iif(?20, ?22, nhs_number_hash),
             demographics_hash = iif(?20, ?23, demographics_hash),
             sealed_case = iif(?20, ?24, sealed_case)
             WHERE id = ?1 AND revision = ?2",
        )?
        .execute(params![
            change.id.uuid().into_bytes(),
            change.expected_revision,
            now,
            change.status.map(Status::code),
            change.status.map(|status| !status.is_terminal()),
            change.hold.is_some(),
            hold.map(|hold| &hold.reason),
            hold.map(|hold| hold.since.as_microsecond()),
            change.provider.is_some(),
            provider.map(|provider| &provider.slug),
            provider.map(|provider| &provider.digest),
            change.restricted,
            change.responsible.as_ref().map(Responsible::kind),
            change.responsible.as_ref().map(Responsible::name),
            mark.is_some(),
            mark.and_then(|mark| mark.occurred_at)
                .map(Timestamp::as_microsecond),
            mark.and_then(|mark| mark.sequence).map(u64::cast_signed),
            change.closure_reason.is_some(),
            change.closure_reason.as_ref().and_then(Option::as_ref),
            content.is_some(),
            content.and_then(|content| content.identifier_hash),
            content.and_then(|content| content.nhs_number_hash),
            content.and_then(|content| content.demographics_hash),
            content.map(|content: &Content| &content.sealed),
        ])?;
    if changed == 1 {
        return Ok(());
    }
    refused(CommitError::Stale)
}

fn change_leg(connection: &Connection, change: &LegChange) -> Done {
    let changed = connection
        .prepare_cached(
            "UPDATE legs SET state = ?3, attempts = ?4, due_at = ?5, last_error = ?6
             WHERE id = ?1 AND attempts = ?2 AND state <> 'delivered'
             AND (state <> 'stopped' OR ?3 = 'delivered')",
        )?
        .execute(params![
            change.id.uuid().into_bytes(),
            change.expected_attempts,
            change.state.code(),
            change.attempts,
            change.due_at.as_microsecond(),
            change.last_error,
        ])?;
    if changed == 1 {
        return Ok(());
    }
    refused(CommitError::Stale)
}

fn stop_unsent(connection: &Connection, case_id: CaseId) -> Done<Stopped> {
    let case_id = case_id.uuid().into_bytes();
    let may_be_held = connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM legs WHERE case_id = ?1 AND kind = 'deliver'
             AND (state = 'delivered' OR attempts > 0))",
        )?
        .query_row(params![case_id], |row| row.get(0))?;
    let stopped = connection
        .prepare_cached(
            "UPDATE legs SET state = 'stopped' WHERE case_id = ?1 AND kind = 'deliver'
             AND state IN ('released', 'waiting', 'parked')",
        )?
        .execute(params![case_id])?;
    Ok(Stopped {
        legs: u32::try_from(stopped).unwrap_or(u32::MAX),
        may_be_held,
    })
}

fn insert_leg(connection: &Connection, leg: &NewLeg, now: i64) -> Done {
    connection
        .prepare_cached(
            "INSERT INTO legs (id, case_id, kind, destination, channel, content_type, effect_key,
             version, state, attempts, due_at, created_at, sealed_payload, sealed_trace)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            leg.id.uuid().into_bytes(),
            leg.case_id.uuid().into_bytes(),
            leg.kind.code(),
            leg.destination,
            leg.channel,
            leg.content_type,
            leg.effect_key,
            leg.version,
            leg.state.code(),
            leg.due_at.as_microsecond(),
            now,
            leg.payload,
            leg.trace,
        ])?;
    Ok(())
}

fn insert_message(connection: &Connection, message: &NewMessage, now: i64) -> Done {
    connection
        .prepare_cached(
            "INSERT INTO messages (id, case_id, direction, version, bundle_id, request_id,
             correlation_id, event, reason, body_hash, at, sealed_body)
             VALUES (?1, ?2, ?3, 1 + coalesce((SELECT max(version) FROM messages
             WHERE case_id = ?2 AND direction = ?3), 0), ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            message.id.uuid().into_bytes(),
            message.case_id.uuid().into_bytes(),
            message.direction.code(),
            message.bundle_id.uuid().into_bytes(),
            message.request_id.uuid().into_bytes(),
            message.correlation_id.uuid().into_bytes(),
            message.event,
            message.reason,
            message.body_hash,
            now,
            message.body,
        ])?;
    Ok(())
}

fn insert_event(connection: &Connection, event: &NewEvent, now: i64) -> Done {
    connection
        .prepare_cached(
            "INSERT INTO events (case_id, seq, at, occurred_at, actor, kind, status,
             provider_word, note, evidence, visible_to_referrer)
             VALUES (?1, 1 + coalesce((SELECT max(seq) FROM events WHERE case_id = ?1), 0),
             ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            event.case_id.uuid().into_bytes(),
            now,
            event.occurred_at.as_microsecond(),
            event.actor,
            event.kind,
            event.status.code(),
            event.provider_word,
            event.note,
            event.evidence.map(|id| id.uuid().into_bytes()),
            event.visible_to_referrer,
        ])?;
    Ok(())
}

fn insert_fact(connection: &Connection, fact: &PreparedFact, now: i64) -> Done {
    connection
        .prepare_cached(
            "INSERT INTO audit (at, kind, actor, case_id, evidence, details, leaf_hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            now,
            fact.kind,
            fact.actor,
            fact.case_id,
            fact.evidence,
            fact.details,
            fact.leaf_hash,
        ])?;
    Ok(())
}
