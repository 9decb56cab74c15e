//! What a unit locks before its steps, so that processes side by side write as one
//! writer would.
//!
//! Always in the same order, so that no two wait for each other: first what is named by
//! a hash, sorted; then the cases, sorted.

use deadpool_postgres::Object;
use tokio_postgres::Statement;

use super::super::prepare::Prepared;
use super::super::records::{LegKind, RequestKey};
use crate::adapters::seal::sha256;

/// What a unit locks.
pub(super) struct Locks {
    /// The person and the identifiers that nobody else may open a case for meanwhile, and
    /// the providers whose list grows.
    names: Vec<i64>,
    /// The cases that exist and are written to: versions and sequences are counted under
    /// this lock.
    cases: Vec<Vec<u8>>,
}

/// A statement that locks, ready to be sent.
pub(super) enum Locking<'a> {
    Names(Statement, &'a Vec<i64>),
    Cases(Statement, &'a Vec<Vec<u8>>),
}

impl Locking<'_> {
    pub(super) async fn run(&self, client: &Object) -> Result<(), tokio_postgres::Error> {
        match self {
            Self::Names(statement, names) => client.query(statement, &[names]).await.map(drop),
            Self::Cases(statement, cases) => client.query(statement, &[cases]).await.map(drop),
        }
    }
}

impl Locks {
    pub(super) fn of(unit: &Prepared) -> Self {
        let mut names = Vec::new();
        if let Some(open) = &unit.open {
            let content = &open.content;
            let person = content.nhs_number_hash.or(content.demographics_hash);
            let identifiers = content.identifier_hashes.iter();
            names.extend(
                person
                    .filter(|_| unit.no_open_case_of_person)
                    .map(|hash| name("person", &hash)),
            );
            names.extend(
                identifiers
                    .filter(|_| unit.unique_open_identifier)
                    .map(|hash| name("identifier", hash)),
            );
        }
        let room = unit.room.as_ref();
        names.extend(room.map(|room| name("room", room.provider.as_bytes())));
        let listed = unit.legs.iter().filter(|leg| leg.kind != LegKind::Respond);
        names.extend(listed.map(|leg| name("list", leg.destination.as_bytes())));
        names.sort_unstable();
        names.dedup();

        let opened = unit.open.as_ref().map(|open| open.new.case.id);
        let mut cases: Vec<_> = (unit.change.iter().map(|change| change.change.id))
            .chain(unit.stop_unsent)
            .chain(unit.update_key.iter().map(|update| update.case_id))
            .chain(unit.legs.iter().map(|leg| leg.case_id))
            .chain(unit.messages.iter().map(|message| message.case_id))
            .chain(unit.events.iter().map(|event| event.case_id))
            .chain(unit.raise.iter().map(|entry| entry.case_id))
            .chain(unit.close.iter().map(|closing| closing.case_id))
            .filter(|id| Some(*id) != opened)
            .map(|id| id.uuid().as_bytes().to_vec())
            .collect();
        cases.sort_unstable();
        cases.dedup();
        Self { names, cases }
    }

    /// The statements, prepared; none where nothing has to be locked.
    pub(super) async fn statements(
        &self,
        client: &Object,
    ) -> Result<Vec<Locking<'_>>, tokio_postgres::Error> {
        let mut found = Vec::new();
        if !self.names.is_empty() {
            let sql = "SELECT pg_advisory_xact_lock(name) FROM unnest($1::bigint[]) AS name";
            let statement = client.prepare_cached(sql).await?;
            found.push(Locking::Names(statement, &self.names));
        }
        if !self.cases.is_empty() {
            let sql = "SELECT 1 FROM cases WHERE id = ANY ($1) ORDER BY id FOR UPDATE";
            let statement = client.prepare_cached(sql).await?;
            found.push(Locking::Cases(statement, &self.cases));
        }
        Ok(found)
    }
}

/// The number under which PostgreSQL locks a request.
pub(super) fn of_request(key: &RequestKey) -> i64 {
    let mut bytes = key.organisation.clone().into_bytes();
    bytes.extend_from_slice(key.request_id.uuid().as_bytes());
    bytes.extend_from_slice(key.correlation_id.uuid().as_bytes());
    name("request", &bytes)
}

/// Two names that meet by chance wait for each other, and nothing else comes of it.
fn name(kind: &str, bytes: &[u8]) -> i64 {
    let whole = [kind.as_bytes(), b":", bytes].concat();
    let hash = sha256(&whole);
    let first: [u8; 8] = std::array::from_fn(|index| hash[index]);
    i64::from_be_bytes(first)
}
