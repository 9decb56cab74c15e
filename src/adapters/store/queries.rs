//! Reading. Every query takes the caller and sees what that caller may see; what is
//! out of scope is simply not there. Errors: WW-STO-001 (not available), -005 (a row
//! does not read back).

use jiff::Timestamp;

use super::records::{
    BeforeReceive, CaseRow, Counts, Cursor, Demographics, Direction, EventRow, FactRow, Integrity,
    LegFilter, LegRow, LegWithCase, MessageRow, Page, Receiving, RequestKey, StoredAnswer,
    UpdateKey,
};
use super::sqlite::Scope;
use super::sqlite::read::{self, HashColumn, Which};
use super::{Store, damaged, prepare};
use crate::domain::caller::Caller;
use crate::domain::case::Case;
use crate::domain::identifiers::{CaseId, CorrelationId, NhsNumber, OutboxId, ServiceRequestId};
use crate::domain::status::Status;
use crate::problem::Problem;
use crate::problem::area::store::DAMAGED;

type Read<T> = Result<T, Problem>;

impl Store {
    /// The earlier answer to a request; a referrer sees its own organisation's only.
    pub async fn answer(&self, caller: &Caller, key: &RequestKey) -> Read<Option<StoredAnswer>> {
        let (scope, key) = (Scope::of(caller), key.clone());
        let readers = &self.inner.readers;
        readers.run(move |c| read::answer(c, &scope, &key)).await
    }

    /// Everything that receiving a referral must know, in one go.
    pub async fn before_receive(
        &self,
        caller: &Caller,
        receiving: Receiving<'_>,
    ) -> Read<BeforeReceive> {
        let seal = &self.inner.seal;
        let identifier = receiving.service_request_identifier;
        let identifier = identifier.map(|value| prepare::identifier_hash(seal, value));
        let person = receiving
            .person
            .and_then(|person| prepare::person_hash(seal, person));
        let (scope, key) = (Scope::of(caller), receiving.key.clone());
        let readers = &self.inner.readers;
        readers
            .run_here(move |c| read::before_receive(c, &scope, &key, identifier, person))
            .await
    }

    /// A case by its id.
    pub async fn case_by_id(&self, caller: &Caller, id: CaseId) -> Read<Option<CaseRow>> {
        let scope = Scope::of(caller);
        let readers = &self.inner.readers;
        readers.run(move |c| read::case_by_id(c, &scope, id)).await
    }

    /// A case by the id under which its referrer reads the ServiceRequest.
    pub async fn case_by_service_request_id(
        &self,
        caller: &Caller,
        id: ServiceRequestId,
    ) -> Read<Option<CaseRow>> {
        let scope = Scope::of(caller);
        let readers = &self.inner.readers;
        readers
            .run(move |c| read::case_by_service_request_id(c, &scope, id))
            .await
    }

    /// A case by `system|value` of the sender's ServiceRequest: the open one, else the
    /// newest.
    pub async fn case_by_service_request_identifier(
        &self,
        caller: &Caller,
        identifier: &str,
    ) -> Read<Option<CaseRow>> {
        let hash = prepare::identifier_hash(&self.inner.seal, identifier);
        let mut found = self.by_hash(caller, HashColumn::Identifier, hash).await?;
        let open = found.iter().position(|case| !case.status.is_terminal());
        Ok((!found.is_empty()).then(|| found.swap_remove(open.unwrap_or(0))))
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

    /// The cases of a conversation, the newest first.
    pub async fn cases_by_correlation(
        &self,
        caller: &Caller,
        id: CorrelationId,
    ) -> Read<Vec<CaseRow>> {
        let scope = Scope::of(caller);
        let readers = &self.inner.readers;
        readers
            .run(move |c| read::cases_by_correlation(c, &scope, id))
            .await
    }

    /// The cases in one status, the longest unchanged first: an operator's queue.
    pub async fn cases_with_status(
        &self,
        caller: &Caller,
        status: Status,
        limit: u32,
    ) -> Read<Vec<CaseRow>> {
        let scope = Scope::of(caller);
        let readers = &self.inner.readers;
        readers
            .run(move |c| read::cases_with_status(c, &scope, status, limit))
            .await
    }

    async fn by_hash(
        &self,
        caller: &Caller,
        column: HashColumn,
        hash: [u8; 32],
    ) -> Read<Vec<CaseRow>> {
        let scope = Scope::of(caller);
        let readers = &self.inner.readers;
        readers
            .run(move |c| read::cases_by_hash(c, &scope, column, &hash))
            .await
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

    /// The newest message of a case in this direction.
    pub async fn latest_message(
        &self,
        caller: &Caller,
        case_id: CaseId,
        direction: Direction,
    ) -> Read<Option<MessageRow>> {
        self.message(caller, case_id, direction, Which::Latest)
            .await
    }

    /// The message that opened a case.
    pub async fn original_message(
        &self,
        caller: &Caller,
        case_id: CaseId,
    ) -> Read<Option<MessageRow>> {
        self.message(caller, case_id, Direction::In, Which::First)
            .await
    }

    async fn message(
        &self,
        caller: &Caller,
        case_id: CaseId,
        direction: Direction,
        which: Which,
    ) -> Read<Option<MessageRow>> {
        let scope = Scope::of(caller);
        let readers = &self.inner.readers;
        let found = readers
            .run(move |c| read::message(c, &scope, case_id, direction, which))
            .await?;
        let Some((mut row, wrapped)) = found else {
            return Ok(None);
        };
        let place = prepare::place_of_message(row.message.id);
        let key = self.unwrapped(case_id, &wrapped)?;
        row.message.body = key.open(&place, &row.message.body).map_err(damaged)?;
        Ok(Some(row))
    }

    /// The history of a case, the oldest first; a referrer sees what is meant for it.
    pub async fn events(&self, caller: &Caller, case_id: CaseId) -> Read<Vec<EventRow>> {
        let scope = Scope::of(caller);
        let readers = &self.inner.readers;
        readers.run(move |c| read::events(c, &scope, case_id)).await
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
        let (scope, slug) = (Scope::of(caller), slug.to_owned());
        let readers = &self.inner.readers;
        readers
            .run(move |c| read::provider_cases(c, &scope, &slug, cursor, limit, status))
            .await
    }

    /// Legs to be sent now, the longest due first, in order within case and destination.
    pub async fn legs_due(
        &self,
        caller: &Caller,
        now: Timestamp,
        limit: u32,
        excluded_destinations: &[String],
    ) -> Read<Vec<LegRow>> {
        let (scope, excluded) = (Scope::of(caller), excluded_destinations.to_vec());
        let readers = &self.inner.readers;
        readers
            .run(move |c| read::legs_due(c, &scope, now, limit, &excluded))
            .await
    }

    /// Rows of the outbox, the oldest first.
    pub async fn legs(&self, caller: &Caller, filter: &LegFilter) -> Read<Vec<LegRow>> {
        let (scope, filter) = (Scope::of(caller), filter.clone());
        let readers = &self.inner.readers;
        readers.run(move |c| read::legs(c, &scope, &filter)).await
    }

    /// One row of the outbox.
    pub async fn leg(&self, caller: &Caller, id: OutboxId) -> Read<Option<LegRow>> {
        let scope = Scope::of(caller);
        let readers = &self.inner.readers;
        readers.run(move |c| read::leg(c, &scope, id)).await
    }

    /// One row of the outbox with its content and its case as it stands now.
    pub async fn leg_with_case(&self, caller: &Caller, id: OutboxId) -> Read<Option<LegWithCase>> {
        let scope = Scope::of(caller);
        let readers = &self.inner.readers;
        let found = readers
            .run(move |c| read::leg_with_case(c, &scope, id))
            .await?;
        let Some((leg, case, payload, trace)) = found else {
            return Ok(None);
        };
        let key = self.unwrapped(case.id, &case.wrapped_key)?;
        let payload = key.open(&prepare::place_of_payload(id), &payload);
        let trace = trace.map(|trace| key.open(&prepare::place_of_trace(id), &trace));
        Ok(Some(LegWithCase {
            leg,
            case,
            payload: payload.map_err(damaged)?,
            trace: trace.transpose().map_err(damaged)?,
        }))
    }

    /// The oldest leg of a case that waits to be collected by this provider.
    pub async fn waiting_leg(
        &self,
        caller: &Caller,
        case_id: CaseId,
        slug: &str,
    ) -> Read<Option<LegRow>> {
        let (scope, slug) = (Scope::of(caller), slug.to_owned());
        let readers = &self.inner.readers;
        readers
            .run(move |c| read::waiting_leg(c, &scope, case_id, &slug))
            .await
    }

    /// When the next released leg comes due.
    pub async fn next_due(&self, caller: &Caller) -> Read<Option<Timestamp>> {
        let scope = Scope::of(caller);
        let readers = &self.inner.readers;
        readers.run(move |c| read::next_due(c, &scope)).await
    }

    /// What a provider's earlier update under the same key was answered.
    pub async fn update_key(
        &self,
        case_id: CaseId,
        provider: &str,
        client_key: &str,
    ) -> Read<Option<UpdateKey>> {
        let hash = prepare::update_key_hash(&self.inner.seal, client_key);
        let provider = provider.to_owned();
        let readers = &self.inner.readers;
        let found = readers
            .run(move |c| read::update_key(c, case_id, &provider, &hash))
            .await?;
        let Some(stored) = found else {
            return Ok(None);
        };
        match self.opened_update(stored, client_key).await {
            Err(super::CommitError::UpdateKeyExists(opened)) => Ok(Some(*opened)),
            _ => Err(Problem::new(&DAMAGED)),
        }
    }

    /// Figures for operating.
    pub async fn counts(&self, caller: &Caller) -> Read<Counts> {
        let scope = Scope::of(caller);
        let readers = &self.inner.readers;
        readers.run(move |c| read::counts(c, &scope)).await
    }

    /// The audit log from a position on; nothing for a referrer or a provider.
    pub async fn facts(&self, caller: &Caller, from_seq: i64, limit: u32) -> Read<Vec<FactRow>> {
        let scope = Scope::of(caller);
        let readers = &self.inner.readers;
        readers
            .run(move |c| read::facts(c, &scope, from_seq, limit))
            .await
    }

    /// Checks the file, its references and every audit hash. It names no row of a case, so
    /// it takes no caller. On a large store it takes minutes.
    pub async fn integrity(&self) -> Read<Integrity> {
        self.inner.readers.run(read::integrity).await
    }
}
