//! Makes a unit ready for the writer: everything sealed, hashed and encoded on the
//! caller's side, where callers run side by side, so that the one writer only inserts.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serializer;

use super::keys::KeyRing;
use super::leaf::{LeafColumns, leaf_hash};
use super::lease::Lease;
use super::records::{
    Answer, Demographics, NewCase, NewEvent, NewLeg, NewMessage, NewQueueEntry, QueueChange,
    QueueClosing, UpdateKey,
};
use super::unit::{CaseChange, LegChange, Room, Unit};
use crate::adapters::seal::{CaseKey, Seal, Unsealable, hex};
use crate::domain::case::{Case, Person};
use crate::domain::fact::Fact;
use crate::domain::identifiers::{CaseId, MessageId, OutboxId};
use crate::domain::responsibility::Responsible;

/// A unit whose bytes are ready to be inserted. `payload`, `trace`, `body`, `response`
/// hold sealed bytes here.
pub(super) struct Prepared {
    pub(super) now: i64,
    pub(super) fence: Option<Lease>,
    pub(super) answer: Option<Answer>,
    pub(super) update_key: Option<UpdateKey>,
    pub(super) open: Option<PreparedCase>,
    pub(super) unique_open_identifier: bool,
    pub(super) no_open_case_of_person: bool,
    pub(super) room: Option<Room>,
    pub(super) following: Vec<(PreparedChange, bool)>,
    pub(super) change: Option<PreparedChange>,
    pub(super) leg_changes: Vec<LegChange>,
    pub(super) stop_unsent: Option<CaseId>,
    pub(super) expected_may_be_held: Option<bool>,
    pub(super) legs: Vec<NewLeg>,
    pub(super) messages: Vec<NewMessage>,
    pub(super) events: Vec<NewEvent>,
    pub(super) close: Vec<QueueClosing>,
    pub(super) queue_changes: Vec<QueueChange>,
    pub(super) raise: Vec<NewQueueEntry>,
    pub(super) facts: Vec<PreparedFact>,
}

/// A case to be inserted.
pub(super) struct PreparedCase {
    pub(super) new: NewCase,
    pub(super) content: Content,
    pub(super) wrapped_key: Vec<u8>,
}

/// A change with its sealed content.
pub(super) struct PreparedChange {
    pub(super) change: CaseChange,
    /// The holder that the unit's events name last.
    pub(super) responsible: Option<Responsible>,
    pub(super) content: Option<Content>,
}

/// The sealed case and the hashes under which it is found.
pub(super) struct Content {
    pub(super) sealed: Vec<u8>,
    /// Of each identifier, in their order, each once.
    pub(super) identifier_hashes: Vec<[u8; 32]>,
    pub(super) nhs_number_hash: Option<[u8; 32]>,
    pub(super) demographics_hash: Option<[u8; 32]>,
}

impl Content {
    /// Of the first identifier.
    pub(super) fn identifier_hash(&self) -> Option<[u8; 32]> {
        self.identifier_hashes.first().copied()
    }
}

/// An audit row.
pub(super) struct PreparedFact {
    pub(super) kind: &'static str,
    pub(super) actor: String,
    pub(super) case_id: Option<[u8; 16]>,
    pub(super) evidence: Option<[u8; 16]>,
    pub(super) details: String,
    pub(super) leaf_hash: [u8; 32],
}

/// The keys of the cases a unit touches: one or two.
#[derive(Default)]
pub(super) struct Keys {
    held: Vec<(CaseId, Arc<CaseKey>)>,
    wrapped: Vec<u8>,
}

impl Keys {
    /// Makes the key of a case that is being opened.
    pub(super) fn make(&mut self, case_id: CaseId, seal: &Seal) -> Result<(), Unsealable> {
        let (key, wrapped) = seal.new_case_key(case_id)?;
        self.wrapped = wrapped;
        self.add(case_id, Arc::new(key));
        Ok(())
    }

    pub(super) fn add(&mut self, case_id: CaseId, key: Arc<CaseKey>) {
        self.held.push((case_id, key));
    }

    pub(super) fn get(&self, case_id: CaseId) -> Option<&CaseKey> {
        self.held
            .iter()
            .find(|(held, _)| *held == case_id)
            .map(|(_, key)| &**key)
    }

    /// Keeps the keys for the cases' next steps.
    pub(super) fn remember_in(self, ring: &KeyRing) {
        for (case_id, key) in self.held {
            ring.put(case_id, key);
        }
    }

    fn need(&self, case_id: CaseId) -> Result<&CaseKey, Unsealable> {
        self.get(case_id).ok_or(Unsealable)
    }
}

/// The existing cases for which a unit holds something to be sealed.
pub(super) fn cases_to_seal(unit: &Unit) -> Vec<CaseId> {
    let changed = unit.change.iter().filter(|change| change.case.is_some());
    let mut cases: Vec<CaseId> = changed
        .map(|change| change.id)
        .chain(unit.messages.iter().map(|message| message.case_id))
        .chain(unit.legs.iter().map(|leg| leg.case_id))
        .chain(unit.update_key.iter().map(|update| update.case_id))
        .collect();
    cases.sort_unstable();
    cases.dedup();
    cases
}

/// Seals, hashes and encodes.
pub(super) fn prepare(
    mut unit: Unit,
    now: Timestamp,
    seal: &Seal,
    keys: &Keys,
) -> Result<Prepared, Unsealable> {
    for message in &mut unit.messages {
        let key = keys.need(message.case_id)?;
        message.body = key.seal(&place_of_message(message.id), &message.body)?;
    }
    for leg in &mut unit.legs {
        seal_leg(leg, keys.need(leg.case_id)?)?;
    }
    if let Some(update) = &mut unit.update_key {
        let key = keys.need(update.case_id)?;
        update.client_key = update_key_hash(seal, &update.client_key);
        update.response = key.seal(&place_of_update(update), &update.response)?;
    }
    // The first event of an opened case says who has the person from its first second on.
    if let Some(open) = &unit.open
        && let Some(first) = unit
            .events
            .iter_mut()
            .find(|event| event.case_id == open.case.id)
    {
        first.holder.get_or_insert_with(|| open.responsible.clone());
    }
    let open = unit.open.map(|new| prepare_case(new, seal, keys));
    let events = &unit.events;
    let prepared = |change| prepare_change(change, events, seal, keys);
    let change = unit.change.map(prepared).transpose()?;
    let following = unit
        .following
        .into_iter()
        .map(|stop| Ok((prepared(stop.change)?, stop.expected_may_be_held)))
        .collect::<Result<_, Unsealable>>()?;
    let now = now.as_microsecond();
    Ok(Prepared {
        now,
        fence: unit.fence,
        answer: unit.answer,
        update_key: unit.update_key,
        open: open.transpose()?,
        unique_open_identifier: unit.unique_open_identifier,
        no_open_case_of_person: unit.no_open_case_of_person,
        room: unit.room,
        following,
        change,
        leg_changes: unit.leg_changes,
        stop_unsent: unit.stop_unsent,
        expected_may_be_held: unit.expected_may_be_held,
        legs: unit.legs,
        messages: unit.messages,
        events: unit.events,
        close: unit.close,
        queue_changes: unit.queue_changes,
        raise: unit.raise,
        facts: unit
            .facts
            .iter()
            .map(|fact| prepare_fact(fact, now))
            .collect(),
    })
}

fn prepare_case(new: NewCase, seal: &Seal, keys: &Keys) -> Result<PreparedCase, Unsealable> {
    Ok(PreparedCase {
        content: content_of(&new.case, seal, keys)?,
        wrapped_key: keys.wrapped.clone(),
        new,
    })
}

fn prepare_change(
    change: CaseChange,
    events: &[NewEvent],
    seal: &Seal,
    keys: &Keys,
) -> Result<PreparedChange, Unsealable> {
    let content = change
        .case
        .as_deref()
        .map(|case| content_of(case, seal, keys));
    // A unit may be about a case and those that were referred on from it.
    let mut named = events
        .iter()
        .rev()
        .filter(|event| event.case_id == change.id);
    let responsible = named.find_map(|event| event.holder.clone());
    Ok(PreparedChange {
        content: content.transpose()?,
        responsible,
        change,
    })
}

/// Room for a usual case, so that it is not moved while it is written.
const CASE_BYTES: usize = 8 * 1024;

fn content_of(case: &Case, seal: &Seal, keys: &Keys) -> Result<Content, Unsealable> {
    // A case has string keys and no floating-point number: it always serialises.
    let mut json = Vec::with_capacity(CASE_BYTES);
    serde_json::to_writer(&mut json, case).map_err(|_| Unsealable)?;
    let identifiers = case.referral.identifiers();
    let nhs_number = case.referral.person.nhs_number.as_ref();
    Ok(Content {
        sealed: keys.need(case.id)?.seal(&place_of_case(case.id), &json)?,
        identifier_hashes: identifiers
            .map(|value| identifier_hash(seal, value))
            .collect(),
        nhs_number_hash: nhs_number.map(|number| nhs_number_hash(seal, number.expose())),
        demographics_hash: Demographics::of(case).map(|found| demographics_hash(seal, &found)),
    })
}

fn seal_leg(leg: &mut NewLeg, key: &CaseKey) -> Result<(), Unsealable> {
    leg.payload = key.seal(&place_of_payload(leg.id), &leg.payload)?;
    if let Some(trace) = &mut leg.trace {
        *trace = key.seal(&place_of_trace(leg.id), trace)?;
    }
    Ok(())
}

fn prepare_fact(fact: &Fact, now: i64) -> PreparedFact {
    let kind = fact.kind.code();
    let actor = fact.actor.label();
    let case_id = fact.case_id.map(|id| id.uuid().into_bytes());
    let evidence = fact.evidence.map(|id| id.uuid().into_bytes());
    let details = details_json(&fact.details);
    let leaf_hash = leaf_hash(&LeafColumns {
        at: now,
        kind,
        actor: &actor,
        case_id: case_id.as_ref(),
        evidence: evidence.as_ref(),
        details: &details,
    });
    PreparedFact {
        kind,
        actor,
        case_id,
        evidence,
        details,
        leaf_hash,
    }
}

/// A JSON object with the members in the order given.
fn details_json(details: &[(&'static str, String)]) -> String {
    let mut json = Vec::with_capacity(256);
    let mut to = serde_json::Serializer::new(&mut json);
    to.collect_map(details.iter().map(|(name, value)| (name, value)))
        .expect("a room in memory takes all texts");
    String::from_utf8(json).expect("JSON of texts is UTF-8")
}

/// Look-up hash of a ServiceRequest identifier, `system|value`.
pub(super) fn identifier_hash(seal: &Seal, value: &str) -> [u8; 32] {
    seal.lookup("service-request", value)
}

/// Look-up hash of a provider's own key, in hexadecimal: a provider may well make it of a
/// person's number.
pub(super) fn update_key_hash(seal: &Seal, client_key: &str) -> String {
    let hash = seal.lookup("update-key", client_key);
    hex(&hash)
}

/// Look-up hash of an NHS number's ten digits.
pub(super) fn nhs_number_hash(seal: &Seal, digits: &str) -> [u8; 32] {
    seal.lookup("nhs-number", digits)
}

/// By what a person is known again, and its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PersonHash {
    /// The NHS number.
    NhsNumber([u8; 32]),
    /// Family name, birth date and postcode, where there is no number.
    Demographics([u8; 32]),
}

impl PersonHash {
    /// Column and value.
    pub(super) const fn column(self) -> (&'static str, [u8; 32]) {
        match self {
            Self::NhsNumber(hash) => ("nhs_number_hash", hash),
            Self::Demographics(hash) => ("demographics_hash", hash),
        }
    }
}

/// Look-up hash of a person; `None` when too little is known.
pub(super) fn person_hash(seal: &Seal, person: &Person) -> Option<PersonHash> {
    if let Some(number) = &person.nhs_number {
        return Some(PersonHash::NhsNumber(nhs_number_hash(
            seal,
            number.expose(),
        )));
    }
    let demographics = Demographics::of_person(person)?;
    Some(PersonHash::Demographics(demographics_hash(
        seal,
        &demographics,
    )))
}

/// Look-up hash of family name, birth date and postcode.
pub(super) fn demographics_hash(seal: &Seal, demographics: &Demographics) -> [u8; 32] {
    seal.lookup("demographics", &demographics.folded())
}

/// Where a sealed case belongs.
pub(super) fn place_of_case(id: CaseId) -> String {
    format!("case/{id}")
}

/// Where a sealed message belongs.
pub(super) fn place_of_message(id: MessageId) -> String {
    format!("message/{id}")
}

/// Where a sealed payload belongs.
pub(super) fn place_of_payload(id: OutboxId) -> String {
    format!("payload/{id}")
}

/// Where a sealed trace belongs.
pub(super) fn place_of_trace(id: OutboxId) -> String {
    format!("trace/{id}")
}

/// Where a sealed response belongs.
pub(super) fn place_of_update(update: &UpdateKey) -> String {
    format!("update/{}/{}", update.provider, update.client_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_a_json_object_in_the_order_given() {
        let details = [("code", "WW-\"1\"".to_owned()), ("count", "2".to_owned())];
        assert_eq!(details_json(&details), r#"{"code":"WW-\"1\"","count":"2"}"#);
        assert_eq!(details_json(&[]), "{}");
    }
}
