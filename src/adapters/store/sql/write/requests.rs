//! What is remembered of a request, so that its repeat gets the same answer.

use super::{Step, Then};
use crate::adapters::store::lease::Lease;
use crate::adapters::store::records::{Answer, Answered, UpdateKey};
use crate::adapters::store::sql::value::values;
use crate::adapters::store::sql::{Query, read, rows};
use crate::adapters::store::unit::CommitError;
use crate::domain::identifiers::CaseId;

/// Locks the lease until the commit, where it is still this holder's.
pub(super) fn hold_lease(lease: &Lease) -> Step<'_> {
    Step {
        sql: "UPDATE leases SET expires = expires WHERE name = ?1 AND holder = ?2 AND epoch = ?3",
        values: values![lease.name, lease.holder, lease.epoch],
        then: Then::OneOrStale,
    }
}

pub(super) fn insert_answer(answer: &Answer) -> Step<'_> {
    let (http, case_id, problems) = match &answer.outcome {
        Answered::Done { case_id, http } => (*http, case_id.map(CaseId::uuid), None),
        Answered::Refused {
            http,
            problems_json,
        } => (*http, None, Some(problems_json)),
    };
    let stored = read::answer(&super::super::Scope::everything(), &answer.key);
    Step {
        sql: "INSERT INTO answers (organisation, request_id, correlation_id, body_hash, http,
             case_id, problems_json, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT DO NOTHING",
        values: values![
            &answer.key.organisation,
            answer.key.request_id.uuid(),
            answer.key.correlation_id.uuid(),
            answer.body_hash,
            http,
            case_id,
            problems,
            answer.at,
        ],
        then: Then::OneOrRefused(Query::new(stored.sql, stored.values, |row| {
            let stored = Box::new(rows::answer(row)?);
            Ok(CommitError::AlreadyAnswered(stored))
        })),
    }
}

pub(super) fn insert_update_key(update: &UpdateKey) -> Step<'_> {
    let stored = read::update_key(
        update.case_id,
        update.provider.clone(),
        update.client_key.clone(),
    );
    Step {
        sql: "INSERT INTO update_keys (case_id, provider, client_key, body_hash, http,
             sealed_response) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
        values: values![
            update.case_id.uuid(),
            &update.provider,
            &update.client_key,
            update.body_hash,
            update.http,
            &update.response,
        ],
        then: Then::OneOrRefused(Query::new(stored.sql, stored.values, |row| {
            let stored = Box::new(rows::update_key(row)?);
            Ok(CommitError::UpdateKeyExists(stored))
        })),
    }
}
