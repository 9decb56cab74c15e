//! Reading. Every query takes the caller and sees what that caller may see; what is
//! out of scope is simply not there. Errors: WW-STO-001 (not available), -005 (a row
//! does not read back).

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

#[cfg(feature = "postgres")]
use super::engine::Engine;
use super::leaf::{LeafColumns, leaf_hash};
use super::records::{
    BeforeReceive, CaseFilter, CaseRow, Counts, Cursor, Demographics, Direction, EventRow, FactRow,
    Integrity, LegFilter, LegRow, LegWithCase, MessageRow, Page, QueueFilter, QueueRow, Receiving,
    RequestKey, StoredAnswer, UpdateKey,
};
use super::sql::Scope;
use super::sql::marks::{self, GAPLESS_FROM};
use super::sql::read::{self, HashColumn, Which};
use super::{Store, damaged, prepare};
use crate::domain::caller::Caller;
use crate::domain::case::Case;
use crate::domain::fact::{FactKind, Recorded};
use crate::domain::identifiers::{CaseId, CorrelationId, NhsNumber, OutboxId, ServiceRequestId};
use crate::domain::provider::Load;
use crate::domain::status::Status;
use crate::problem::Problem;
use crate::problem::area::provider_api::OUTDATED_CURSOR;
use crate::problem::area::store::DAMAGED;

type Read<T> = Result<T, Problem>;

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
        let query = read::message(&Scope::of(caller), case_id, direction, which);
        let Some((mut row, wrapped)) = self.inner.engine.one(query).await? else {
            return Ok(None);
        };
        let place = prepare::place_of_message(row.message.id);
        let key = self.unwrapped(case_id, &wrapped)?;
        row.message.body = key.open(&place, &row.message.body).map_err(damaged)?;
        Ok(Some(row))
    }

    /// The history of a case, the oldest first; a referrer sees what is meant for it.
    pub async fn events(&self, caller: &Caller, case_id: CaseId) -> Read<Vec<EventRow>> {
        let query = read::events(&Scope::of(caller), case_id);
        self.inner.engine.all(query).await
    }

    /// The operator's queue, in the order in which the entries were raised; nothing for a
    /// referrer or a provider.
    pub async fn queue(&self, caller: &Caller, filter: &QueueFilter) -> Read<Vec<QueueRow>> {
        let query = read::queue(&Scope::of(caller), filter);
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

    /// Legs to be sent now, the longest due first, in order within case and destination.
    pub async fn legs_due(
        &self,
        caller: &Caller,
        now: Timestamp,
        limit: u32,
        excluded_destinations: &[String],
    ) -> Read<Vec<LegRow>> {
        let (scope, engine) = (Scope::of(caller), &self.inner.engine);
        let excluded = excluded_destinations.to_vec();
        let query = read::legs_due(engine.dialect(), &scope, now, limit, excluded);
        engine.all(query).await
    }

    /// The same, claimed for this process: no other takes them up until the claim runs
    /// out or is ended. On SQLite there is no other.
    pub async fn claim_due(
        &self,
        caller: &Caller,
        now: Timestamp,
        lasts: Duration,
        limit: u32,
        excluded_destinations: &[String],
    ) -> Read<Vec<LegRow>> {
        #[cfg(feature = "postgres")]
        if let Engine::Postgres(engine) = &self.inner.engine {
            let excluded = excluded_destinations.to_vec();
            let query = read::claim_due(&Scope::of(caller), now, lasts, limit, excluded);
            let mut claimed = engine.write(&query).await?;
            claimed.sort_unstable_by_key(|leg| (leg.due_at, leg.number));
            return Ok(claimed);
        }
        let _ = lasts;
        self.legs_due(caller, now, limit, excluded_destinations)
            .await
    }

    /// Gives claims back that came to nothing.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(clippy::unused_async, reason = "PostgreSQL waits here")
    )]
    pub async fn unclaim(&self, legs: &[OutboxId]) -> Read<()> {
        #[cfg(feature = "postgres")]
        if let (Engine::Postgres(engine), false) = (&self.inner.engine, legs.is_empty()) {
            engine.write(&read::unclaim(legs)).await?;
        }
        let _ = legs;
        Ok(())
    }

    /// Rows of the outbox, the oldest first.
    pub async fn legs(&self, caller: &Caller, filter: &LegFilter) -> Read<Vec<LegRow>> {
        let query = read::legs(&Scope::of(caller), filter);
        self.inner.engine.all(query).await
    }

    /// One row of the outbox.
    pub async fn leg(&self, caller: &Caller, id: OutboxId) -> Read<Option<LegRow>> {
        let query = read::leg(&Scope::of(caller), id);
        self.inner.engine.one(query).await
    }

    /// One row of the outbox with its content and its case as it stands now.
    pub async fn leg_with_case(&self, caller: &Caller, id: OutboxId) -> Read<Option<LegWithCase>> {
        let Some(leg) = self.leg(caller, id).await? else {
            return Ok(None);
        };
        let found = self.inner.engine.one(read::content_of_leg(id)).await?;
        let Some((case, payload, trace)) = found else {
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

    /// When the next released leg comes due.
    pub async fn next_due(&self, caller: &Caller) -> Read<Option<Timestamp>> {
        let query = read::next_due(&Scope::of(caller));
        Ok(self.inner.engine.one(query).await?.flatten())
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
            Err(super::CommitError::UpdateKeyExists(opened)) => Ok(Some(*opened)),
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

    /// Figures for operating.
    pub async fn counts(&self, caller: &Caller) -> Read<Counts> {
        let (scope, engine) = (Scope::of(caller), &self.inner.engine);
        let cases = engine.all(read::cases_by_status(&scope)).await?;
        let legs = engine.all(read::legs_by_state(&scope)).await?;
        let oldest = engine.one(read::oldest_undelivered(&scope)).await?;
        let queue = engine.all(read::queue_by_kind(&scope)).await?.into_iter();
        Ok(Counts {
            queue: queue
                .filter_map(|(kind, count, oldest)| Some((kind?, count, oldest?)))
                .collect(),
            cases: known(cases),
            legs: known(legs),
            oldest_undelivered: oldest.flatten(),
        })
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

    /// When the store was last confirmed by a person after it had been put back.
    pub async fn confirmed_at(&self) -> Read<Option<Timestamp>> {
        let query = read::last_of_kind(FactKind::StoreConfirmed);
        Ok(self.inner.engine.one(query).await?.flatten())
    }

    /// The audit log from a position on; nothing for a referrer or a provider.
    pub async fn facts(&self, caller: &Caller, from_seq: i64, limit: u32) -> Read<Vec<FactRow>> {
        let query = read::facts(&Scope::of(caller), from_seq, limit);
        self.inner.engine.all(query).await
    }

    /// What the log holds of one case from a position on, each as the fact that it is; nothing
    /// for a referrer or a provider. It reads the whole log.
    pub async fn recorded_of_case(
        &self,
        caller: &Caller,
        case_id: CaseId,
        from_seq: i64,
        limit: u32,
    ) -> Read<Vec<Recorded>> {
        let query = read::facts_of_case(&Scope::of(caller), case_id, from_seq, limit);
        recorded(self.inner.engine.all(query).await?)
    }

    /// The log from a position on, each row as the fact that it is; nothing for a referrer or
    /// a provider.
    pub async fn recorded(
        &self,
        caller: &Caller,
        from_seq: i64,
        limit: u32,
    ) -> Read<Vec<Recorded>> {
        recorded(self.facts(caller, from_seq, limit).await?)
    }

    /// Checks the store, its references and every audit hash. It names no row of a case, so
    /// it takes no caller. On a large store it takes minutes.
    pub async fn integrity(&self) -> Read<Integrity> {
        let mut found = Integrity {
            faults: self.inner.engine.check().await?,
            facts_checked: 0,
        };
        let gapless_from = self.inner.engine.one(marks::mark(GAPLESS_FROM)).await?;
        let gapless_from = gapless_from.map_or(1, u64::cast_signed);
        let mut next = 1;
        loop {
            let facts = self.facts(&Caller::System, next, CHECKED_AT_ONCE).await?;
            let Some(last) = facts.last() else {
                return Ok(found);
            };
            let after = last.seq + 1;
            for fact in &facts {
                self.check_fact(fact, next.max(gapless_from), &mut found);
                next = fact.seq + 1;
            }
            next = after;
        }
    }

    fn check_fact(&self, fact: &FactRow, expected: i64, found: &mut Integrity) {
        // PostgreSQL gives a number away when a transaction fails: a gap says nothing.
        if fact.seq > expected && self.inner.engine.numbers_without_gaps() {
            let what = format!("audit row {expected} is missing before row {}", fact.seq);
            found.faults.push(what);
        }
        if !is_whole(fact) {
            let what = format!("audit row {} does not have the hash it was given", fact.seq);
            found.faults.push(what);
        }
        found.facts_checked += 1;
    }
}

/// A word that this program never wrote is damage, and nothing is left out in silence.
fn recorded(rows: Vec<FactRow>) -> Read<Vec<Recorded>> {
    let rows = rows.into_iter().map(FactRow::recorded);
    let read: Option<Vec<Recorded>> = rows.collect();
    read.ok_or_else(|| Problem::new(&DAMAGED).at("audit"))
}

/// Audit rows held in memory at a time while they are checked.
const CHECKED_AT_ONCE: u32 = 2_000;

fn known<T>(counted: Vec<(Option<T>, u64)>) -> Vec<(T, u64)> {
    let ours = counted.into_iter();
    ours.filter_map(|(word, count)| Some((word?, count)))
        .collect()
}

fn is_whole(fact: &FactRow) -> bool {
    let case_id = fact.case_id.map(|id| id.uuid().into_bytes());
    let evidence = fact.evidence.map(|id| id.uuid().into_bytes());
    let columns = LeafColumns {
        at: fact.at.as_microsecond(),
        kind: &fact.kind,
        actor: &fact.actor,
        case_id: case_id.as_ref(),
        evidence: evidence.as_ref(),
        details: &fact.details,
    };
    leaf_hash(&columns) == fact.leaf_hash
}
