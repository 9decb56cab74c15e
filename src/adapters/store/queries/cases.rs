//! Cases: one, those of a person, of a conversation, of a provider, and those in one status.

use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::Timestamp;

use super::Read;
use crate::adapters::store::records::{CaseFilter, CaseRow, Cursor, Demographics, Page};
use crate::adapters::store::sql::Scope;
use crate::adapters::store::sql::read::{self, HashColumn};
use crate::adapters::store::{Store, damaged, prepare};
use crate::domain::caller::Caller;
use crate::domain::case::Case;
use crate::domain::identifiers::{CaseId, CorrelationId, NhsNumber, ServiceRequestId};
use crate::domain::provider::Load;
use crate::domain::status::Status;
use crate::problem::Problem;
use crate::problem::area::provider_api::OUTDATED_CURSOR;
use crate::problem::area::store::DAMAGED;

impl Store {
    /// A case by its id.
    pub async fn case_by_id(&self, caller: &Caller, id: CaseId) -> Read<Option<CaseRow>> {
        let query = read::case_by_id(&Scope::of(caller), id);
        self.inner.engine.one(query).await
    }

    /// A case by its reference.
    pub async fn case_by_reference(
        &self,
        caller: &Caller,
        reference: &str,
    ) -> Read<Option<CaseRow>> {
        let query = read::case_by_reference(&Scope::of(caller), reference);
        self.inner.engine.one(query).await
    }

    /// Cases, the oldest first.
    pub async fn cases(&self, caller: &Caller, filter: &CaseFilter) -> Read<Vec<CaseRow>> {
        let query = read::cases(&Scope::of(caller), filter);
        self.inner.engine.all(query).await
    }

    /// A case by the id under which its referrer reads the ServiceRequest.
    pub async fn case_by_service_request_id(
        &self,
        caller: &Caller,
        id: ServiceRequestId,
    ) -> Read<Option<CaseRow>> {
        let query = read::case_by_service_request_id(&Scope::of(caller), id);
        self.inner.engine.one(query).await
    }

    /// The cases that have any of these identifiers (`system|value`) of the sender's
    /// ServiceRequest: the open ones first, then the newest first.
    pub async fn cases_by_service_request_identifiers(
        &self,
        caller: &Caller,
        identifiers: &[String],
    ) -> Read<Vec<CaseRow>> {
        let mut found: Vec<CaseRow> = Vec::new();
        for identifier in identifiers {
            let hash = prepare::identifier_hash(&self.inner.seal, identifier);
            for row in self.by_hash(caller, HashColumn::Identifier, hash).await? {
                if !found.iter().any(|known| known.id == row.id) {
                    found.push(row);
                }
            }
        }
        found.sort_by_key(|row| (row.status.is_terminal(), Reverse(row.received_at)));
        Ok(found)
    }

    /// The cases of a person, the newest first.
    pub async fn cases_by_nhs_number(
        &self,
        caller: &Caller,
        number: &NhsNumber,
    ) -> Read<Vec<CaseRow>> {
        let hash = prepare::nhs_number_hash(&self.inner.seal, number.expose());
        self.by_hash(caller, HashColumn::NhsNumber, hash).await
    }

    /// The open cases of a person that this caller may see, the newest first.
    pub async fn open_cases_of_person(
        &self,
        caller: &Caller,
        number: &NhsNumber,
    ) -> Read<Vec<CaseRow>> {
        let hash = prepare::nhs_number_hash(&self.inner.seal, number.expose());
        self.by_hash(caller, HashColumn::OpenNhsNumber, hash).await
    }

    /// The cases by family name, birth date and postcode, the newest first.
    pub async fn cases_by_demographics(
        &self,
        caller: &Caller,
        demographics: &Demographics,
    ) -> Read<Vec<CaseRow>> {
        let hash = prepare::demographics_hash(&self.inner.seal, demographics);
        self.by_hash(caller, HashColumn::Demographics, hash).await
    }

    /// The cases of a referrer's own conversation, the newest first; nobody else asks.
    pub async fn cases_by_correlation(
        &self,
        caller: &Caller,
        id: CorrelationId,
    ) -> Read<Vec<CaseRow>> {
        let query = read::cases_by_correlation(&Scope::of(caller), id);
        self.inner.engine.all(query).await
    }

    /// The cases to which a provider has referred a person on from this one, the newest first.
    pub async fn cases_referred_on(&self, caller: &Caller, from: CaseId) -> Read<Vec<CaseRow>> {
        let query = read::cases_referred_on(&Scope::of(caller), from);
        self.inner.engine.all(query).await
    }

    /// The other cases linked with this one that the caller may see, the oldest first.
    pub async fn linked_cases(&self, caller: &Caller, id: CaseId) -> Read<Vec<CaseId>> {
        let query = read::linked_cases(&Scope::of(caller), id);
        self.inner.engine.all(query).await
    }

    /// The cases in one status, the longest unchanged first: an operator's queue.
    pub async fn cases_with_status(
        &self,
        caller: &Caller,
        status: Status,
        limit: u32,
    ) -> Read<Vec<CaseRow>> {
        let query = read::cases_with_status(&Scope::of(caller), status, limit);
        self.inner.engine.all(query).await
    }

    /// Open cases whose milestone is overdue, the longest overdue first.
    pub async fn cases_overdue(
        &self,
        caller: &Caller,
        now: Timestamp,
        limit: u32,
    ) -> Read<Vec<CaseRow>> {
        let query = read::cases_overdue(&Scope::of(caller), now, limit);
        self.inner.engine.all(query).await
    }

    /// A provider's cases in the order of their release, `limit` a page.
    pub async fn provider_cases(
        &self,
        caller: &Caller,
        slug: &str,
        cursor: Option<Cursor>,
        limit: u32,
        status: Option<Status>,
    ) -> Read<Page> {
        // The epoch before the page: put back in between, the store would refuse this cursor
        // rather than take it for its own.
        let from = cursor.map_or(0, |cursor| cursor.number);
        let place = self
            .inner
            .engine
            .one(read::place_in_list(slug, from))
            .await?;
        let (epoch, leg) = place.unwrap_or_default();
        let epoch = epoch.unwrap_or(0);
        let here = match leg {
            Some(leg) => Cursor::of(epoch, from, leg),
            None => Cursor::start(epoch),
        };
        if cursor.is_some_and(|given| given != here) {
            return Err(Problem::new(&OUTDATED_CURSOR).at("cursor"));
        }
        let query = read::provider_cases(&Scope::of(caller), slug, cursor, limit, status);
        let mut found = self.inner.engine.all(query).await?;
        let limit = limit as usize;
        let more = found.len() > limit;
        found.truncate(limit);
        Ok(Page {
            next: found
                .last()
                .map_or(here, |(_, number, leg)| Cursor::of(epoch, *number, *leg)),
            cases: found.into_iter().map(|(case, ..)| case).collect(),
            more,
        })
    }

    /// How many cases a provider has besides this one, and how many of them came since then.
    /// A receipt counts only for a provider that has a limit.
    pub async fn load_of(
        &self,
        caller: &Caller,
        provider: &str,
        since: Timestamp,
        except: CaseId,
    ) -> Read<Load> {
        let query = read::load_of(&Scope::of(caller), provider, since, except);
        let found = self.inner.engine.one(query).await?;
        Ok(found.unwrap_or_default())
    }

    /// The cases of these that the store holds, each with its status. It names no person,
    /// so it takes no caller.
    pub async fn statuses(&self, ids: &[CaseId]) -> Read<HashMap<CaseId, Status>> {
        let mut found = HashMap::new();
        for some in ids.chunks(read::AT_ONCE) {
            found.extend(self.inner.engine.all(read::statuses(some)).await?);
        }
        Ok(found)
    }

    async fn by_hash(
        &self,
        caller: &Caller,
        column: HashColumn,
        hash: [u8; 32],
    ) -> Read<Vec<CaseRow>> {
        let query = read::cases_by_hash(&Scope::of(caller), column, hash);
        self.inner.engine.all(query).await
    }

    /// Opens the sealed part of a case.
    pub fn unseal_case(&self, row: &CaseRow) -> Read<Case> {
        let key = self.unwrapped(row.id, &row.wrapped_key)?;
        let json = key
            .open(&prepare::place_of_case(row.id), &row.sealed)
            .map_err(damaged)?;
        // The parser's words could quote the content: they are not passed on.
        serde_json::from_slice(&json)
            .map_err(|_| Problem::new(&DAMAGED).with("the sealed case is not of this model"))
    }
}
