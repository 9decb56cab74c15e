//! Opening and changing a case.

use super::{Step, Then};
use crate::adapters::store::prepare::{Content, PreparedCase, PreparedChange};
use crate::adapters::store::sql::rows;
use crate::adapters::store::sql::value::values;
use crate::adapters::store::unit::{CommitError, Room};
use crate::domain::identifiers::{CaseId, JourneyId};
use crate::domain::responsibility::Responsible;
use crate::domain::status::Status;

/// A referral is known by each of its identifiers, wherever they stand: one that it has in
/// common with an open one is enough.
pub(super) fn no_second_open_identifier(open: &PreparedCase) -> impl Iterator<Item = Step<'_>> {
    let hashes = open.content.identifier_hashes.iter();
    hashes.map(|hash| Step {
        sql: "SELECT id FROM cases WHERE identifier_hash = ?1 AND referrer = ?2 AND is_open
             UNION ALL
             SELECT c.id FROM identifiers f JOIN cases c ON c.id = f.case_id
             WHERE f.identifier_hash = ?1 AND c.referrer = ?2 AND c.is_open",
        values: values![*hash, &open.new.referrer],
        then: Then::NoneFound(|row| rows::case_id(row).map(CommitError::OpenIdentifier)),
    })
}

/// The identifiers after the first, which is in the case's own row. One that was given stays
/// known, whatever a later version of the case says: a stop may name it.
pub(super) fn further_identifiers(id: CaseId, content: &Content) -> impl Iterator<Item = Step<'_>> {
    content
        .identifier_hashes
        .iter()
        .skip(1)
        .map(move |hash| Step {
            sql: "INSERT INTO identifiers (identifier_hash, case_id) VALUES (?1, ?2)
             ON CONFLICT DO NOTHING",
            values: values![*hash, id.uuid()],
            then: Then::Written,
        })
}

/// Two referrals of one person at once: one of them is decided again and is linked.
pub(super) fn no_second_open_case(open: &PreparedCase) -> Option<Step<'_>> {
    let content = &open.content;
    let (sql, hash) = match (content.nhs_number_hash, content.demographics_hash) {
        (Some(hash), _) => (
            "SELECT id FROM cases WHERE nhs_number_hash = ?1 AND is_open
             AND referred_on_by IS NULL LIMIT 1",
            hash,
        ),
        (None, Some(hash)) => (
            "SELECT id FROM cases WHERE demographics_hash = ?1 AND is_open
             AND referred_on_by IS NULL LIMIT 1",
            hash,
        ),
        (None, None) => return None,
    };
    Some(Step {
        sql,
        values: values![hash],
        then: Then::NoneFound(|_| Ok(CommitError::Stale)),
    })
}

/// Two people at once for the last place: one of them is decided again.
pub(super) fn room_at_provider(room: &Room) -> impl Iterator<Item = Step<'_>> {
    let full = |sql, values| Step {
        sql,
        values,
        then: Then::NoneFound(|_| Ok(CommitError::Stale)),
    };
    let open = room.open_cases.map(|most| {
        let sql = "SELECT taken FROM (SELECT count(*) AS taken FROM cases
             WHERE provider = ?1 AND is_open = ?2) AS counted WHERE taken >= ?3";
        full(sql, values![&room.provider, true, most])
    });
    let week = room.since.map(|(most, since)| {
        let sql = "SELECT taken FROM (SELECT count(*) AS taken FROM cases
             WHERE provider = ?1 AND is_open IN (?2, ?3) AND received_at >= ?4) AS counted
             WHERE taken >= ?5";
        full(sql, values![&room.provider, true, false, since, most])
    });
    open.into_iter().chain(week)
}

pub(super) fn insert(open: &PreparedCase, now: i64) -> Step<'_> {
    let new = &open.new;
    let case = &*new.case;
    let referral = &case.referral;
    let content = &open.content;
    Step {
        sql: "INSERT INTO cases (id, reference, revision, status, is_open, hold_reason, hold_since,
             referrer, service_request_id, correlation_id, journey_id, bundle_id, return_address,
             use_case, provider, provider_digest, restricted, responsible_kind, responsible_name,
             part_of, received_at, updated_at, identifier_hash, nhs_number_hash,
             demographics_hash, wrapped_key, sealed_case, milestone, milestone_due,
             referred_on_by, test_person)
             VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
             ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30)",
        values: values![
            case.id.uuid(),
            case.reference.as_str(),
            new.status.code(),
            !new.status.is_terminal(),
            new.hold.as_ref().map(|hold| &hold.reason),
            new.hold.as_ref().map(|hold| hold.since),
            &new.referrer,
            case.service_request_id.uuid(),
            referral.correlation_id.uuid(),
            referral.journey_id.map(JourneyId::uuid),
            referral.bundle_id.uuid(),
            referral.return_address.as_ref().map(ToString::to_string),
            &referral.use_case,
            new.provider.as_ref().map(|provider| &provider.slug),
            new.provider.as_ref().map(|provider| &provider.digest),
            new.restricted,
            new.responsible.kind(),
            new.responsible.name(),
            case.part_of.map(CaseId::uuid),
            case.received_at,
            now,
            content.identifier_hash(),
            content.nhs_number_hash,
            content.demographics_hash,
            &open.wrapped_key,
            &content.sealed,
            new.milestone.as_ref().map(|due| &due.milestone),
            new.milestone.as_ref().map(|due| due.at),
            case.referred_on_by.as_ref(),
            case.test_person,
        ],
        then: Then::Written,
    }
}

/// Each group of columns is set only where its flag (a parameter of its own) says so:
/// one prepared statement serves every change.
pub(super) fn change(prepared: &PreparedChange, now: i64) -> Step<'_> {
    let change = &prepared.change;
    let hold = change.hold.as_ref().and_then(Option::as_ref);
    let provider = change.provider.as_ref().and_then(Option::as_ref);
    let content = prepared.content.as_ref();
    let milestone = change.milestone.as_ref().and_then(Option::as_ref);
    let mark = change.last_update;
    Step {
        sql: "UPDATE cases SET revision = revision + 1,
             updated_at = CASE WHEN ?28 THEN updated_at ELSE ?3 END,
             status = coalesce(?4, status), is_open = coalesce(?5, is_open),
             hold_reason = CASE WHEN ?6 THEN ?7 ELSE hold_reason END,
             hold_since = CASE WHEN ?6 THEN ?8 ELSE hold_since END,
             provider = CASE WHEN ?9 THEN ?10 ELSE provider END,
             provider_digest = CASE WHEN ?9 THEN ?11 ELSE provider_digest END,
             restricted = coalesce(?12, restricted),
             responsible_kind = coalesce(?13, responsible_kind),
             responsible_name = coalesce(?14, responsible_name),
             last_update_at = CASE WHEN ?15 THEN ?16 ELSE last_update_at END,
             last_update_sequence = CASE WHEN ?15 THEN ?17 ELSE last_update_sequence END,
             closure_reason = CASE WHEN ?18 THEN ?19 ELSE closure_reason END,
             identifier_hash = CASE WHEN ?20 THEN ?21 ELSE identifier_hash END,
             nhs_number_hash = CASE WHEN ?20 THEN ?22 ELSE nhs_number_hash END,
             demographics_hash = CASE WHEN ?20 THEN ?23 ELSE demographics_hash END,
             sealed_case = CASE WHEN ?20 THEN ?24 ELSE sealed_case END,
             milestone = CASE WHEN ?25 THEN ?26 ELSE milestone END,
             milestone_due = CASE WHEN ?25 THEN ?27 ELSE milestone_due END,
             test_person = coalesce(?29, test_person)
             WHERE id = ?1 AND revision = ?2",
        values: values![
            change.id.uuid(),
            change.expected_revision,
            now,
            change.status.map(Status::code),
            change.status.map(|status| !status.is_terminal()),
            change.hold.is_some(),
            hold.map(|hold| &hold.reason),
            hold.map(|hold| hold.since),
            change.provider.is_some(),
            provider.map(|provider| &provider.slug),
            provider.map(|provider| &provider.digest),
            change.restricted,
            prepared.responsible.as_ref().map(Responsible::kind),
            prepared.responsible.as_ref().map(Responsible::name),
            mark.is_some(),
            mark.and_then(|mark| mark.occurred_at),
            mark.and_then(|mark| mark.sequence).map(u64::cast_signed),
            change.closure_reason.is_some(),
            change.closure_reason.as_ref().and_then(Option::as_ref),
            content.is_some(),
            content.and_then(Content::identifier_hash),
            content.and_then(|content| content.nhs_number_hash),
            content.and_then(|content| content.demographics_hash),
            content.map(|content| &content.sealed),
            change.milestone.is_some(),
            milestone.map(|due| &due.milestone),
            milestone.map(|due| due.at),
            change.unseen_by_referrer,
            change.case.as_ref().map(|case| case.test_person),
        ],
        then: Then::OneOrStale,
    }
}
