//! What was answered before, and what receiving must know.

use super::Read;
use crate::adapters::store::records::{
    BeforeReceive, Receiving, RequestKey, StoredAnswer, UpdateKey,
};
use crate::adapters::store::sql::{Scope, read};
use crate::adapters::store::{CommitError, Store, damaged, prepare};
use crate::domain::caller::Caller;
use crate::domain::identifiers::CaseId;
use crate::problem::Problem;
use crate::problem::area::store::DAMAGED;

impl Store {
    /// The earlier answer to a request; a referrer sees its own organisation's only.
    pub async fn answer(&self, caller: &Caller, key: &RequestKey) -> Read<Option<StoredAnswer>> {
        let query = read::answer(&Scope::of(caller), key);
        self.inner.engine.one(query).await
    }

    /// Everything that receiving a referral must know, in one go.
    pub async fn before_receive(
        &self,
        caller: &Caller,
        receiving: Receiving<'_>,
    ) -> Read<BeforeReceive> {
        let (scope, key) = (Scope::of(caller), receiving.key);
        let (seal, engine) = (&self.inner.seal, &self.inner.engine);
        let mut before = BeforeReceive {
            answer: engine.one(read::answer(&scope, key)).await?,
            ..BeforeReceive::default()
        };
        for identifier in receiving.service_request_identifiers {
            let hash = prepare::identifier_hash(seal, identifier);
            let query = read::open_case_by_identifier(&scope, key, hash);
            before.open_identifier = engine.one(query).await?;
            if before.open_identifier.is_some() {
                break;
            }
        }
        let person = receiving.person;
        if let Some(hash) = person.and_then(|person| prepare::person_hash(seal, person)) {
            before.earlier_case_of_person = engine.one(read::newest_case_of_person(hash)).await?;
            // Most people come for the first time: then there is no open case to look for.
            if before.earlier_case_of_person.is_some() {
                before.open_cases_of_person = engine.all(read::open_cases_of_person(hash)).await?;
            }
        }
        Ok(before)
    }

    /// What a provider's earlier update under the same key was answered.
    pub async fn update_key(
        &self,
        case_id: CaseId,
        provider: &str,
        client_key: &str,
    ) -> Read<Option<UpdateKey>> {
        let hash = prepare::update_key_hash(&self.inner.seal, client_key);
        let query = read::update_key(case_id, provider.to_owned(), hash);
        let Some(stored) = self.inner.engine.one(query).await? else {
            return Ok(None);
        };
        match self.opened_update(stored, client_key).await {
            Err(CommitError::UpdateKeyExists(opened)) => Ok(Some(*opened)),
            _ => Err(Problem::new(&DAMAGED)),
        }
    }

    /// A case's updates that were answered with this HTTP status, opened; their keys stay
    /// hashed.
    pub async fn updates_answered(&self, case_id: CaseId, http: u16) -> Read<Vec<UpdateKey>> {
        let query = read::update_keys_answered(case_id, http);
        let mut found = self.inner.engine.all(query).await?;
        for update in &mut found {
            let key = self.key_of(update.case_id).await?;
            let key = key.ok_or_else(|| Problem::new(&DAMAGED))?;
            let place = prepare::place_of_update(update);
            update.response = key.open(&place, &update.response).map_err(damaged)?;
        }
        Ok(found)
    }
}
