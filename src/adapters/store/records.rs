//! The rows of the store as plain values.
//!
//! Times are kept to the microsecond. What is called *sealed* goes in and comes out
//! in clear; on disk it is encrypted under the case's own key (DESIGN I11).

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::case::Case;
use crate::domain::identifiers::{
    BundleId, CaseId, CaseReference, CorrelationId, JourneyId, MessageId, NhsNumber, OutboxId,
    Postcode, RequestId, ServiceRequestId,
};
use crate::domain::responsibility::Responsible;
use crate::domain::sensitive::Sensitive;
use crate::domain::status::{Mark, Status};

/// The ids of one request as idempotency knows it (BaRS Core 1.5.0, transactional
/// integrity).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestKey {
    /// ODS code of the sending organisation, from the NHSD header.
    pub organisation: String,
    /// `X-Request-Id`.
    pub request_id: RequestId,
    /// `X-Correlation-Id`.
    pub correlation_id: CorrelationId,
}

/// How a request was answered; its repeat gets the same answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Which request.
    pub key: RequestKey,
    /// SHA-256 of the body as received: another body under the same ids is misuse.
    pub body_hash: [u8; 32],
    /// What was answered.
    pub outcome: Answered,
    /// When.
    pub at: Timestamp,
}

/// An answer read back from the store.
pub type StoredAnswer = Answer;

/// The two kinds of answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// Processed.
    Done {
        /// The case it opened or changed.
        case_id: Option<CaseId>,
        /// HTTP status sent.
        http: u16,
    },
    /// Refused.
    Refused {
        /// HTTP status sent.
        http: u16,
        /// The coded outcome. Codes, paths and counts only: it is stored in clear, so no
        /// datum of a person may be in it.
        problems_json: Vec<u8>,
    },
}

/// A case to be opened. Ids, look-up values and times are taken from the case itself,
/// so that columns and sealed content cannot disagree.
#[derive(Clone, Debug)]
pub struct NewCase {
    /// The canonical case; sealed.
    pub case: Box<Case>,
    /// ODS code of the organisation that sent the referral: the one that may read it.
    /// Empty where there is none.
    pub referrer: String,
    /// Where it stands.
    pub status: Status,
    /// Why and since when it waits for a person.
    pub hold: Option<Hold>,
    /// The chosen provider.
    pub provider: Option<ChosenProvider>,
    /// Whether location and practice must appear nowhere.
    pub restricted: bool,
    /// Who holds the person now.
    pub responsible: Responsible,
}

/// Why a case waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The coded reason.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
}

/// The provider of a case and the tables under which it was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenProvider {
    /// The provider's slug.
    pub slug: String,
    /// Digest of the provider's tables, in hexadecimal.
    pub digest: String,
}

/// A case as stored. The person is in the sealed part only: see
/// [`Store::unseal_case`](super::Store::unseal_case).
#[derive(Clone)]
pub struct CaseRow {
    /// The case.
    pub id: CaseId,
    /// What people say on the telephone.
    pub reference: CaseReference,
    /// Grows by one with every change, from 1.
    pub revision: u32,
    /// Where it stands.
    pub status: Status,
    /// Why and since when it waits for a person.
    pub hold: Option<Hold>,
    /// ODS code of the referring organisation; empty where there is none.
    pub referrer: String,
    /// The id under which the referrer reads it.
    pub service_request_id: ServiceRequestId,
    /// The conversation.
    pub correlation_id: CorrelationId,
    /// The Journey ID, where the sender gave one.
    pub journey_id: Option<JourneyId>,
    /// `Bundle.id` of the message that opened the case.
    pub bundle_id: BundleId,
    /// Where responses go, `system|value`.
    pub return_address: Option<String>,
    /// The use case, lower case.
    pub use_case: String,
    /// The chosen provider.
    pub provider: Option<ChosenProvider>,
    /// Whether location and practice must appear nowhere.
    pub restricted: bool,
    /// Who holds the person now.
    pub responsible: Responsible,
    /// The last provider update that counted.
    pub last_update: Mark,
    /// Canonical closure reason, where the case is over.
    pub closure_reason: Option<String>,
    /// The case this one belongs to.
    pub part_of: Option<CaseId>,
    /// When the referral came.
    pub received_at: Timestamp,
    /// When the row last changed.
    pub updated_at: Timestamp,
    pub(super) sealed: Vec<u8>,
    pub(super) wrapped_key: Vec<u8>,
}

/// What a receipt must know of another open case of the same person. It crosses
/// referrers on purpose, so it says no more than this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCase {
    /// The case.
    pub id: CaseId,
    /// Where it stands.
    pub status: Status,
    /// ODS code of its referrer; empty where there is none.
    pub referrer: String,
    /// The provider's slug, where one is chosen.
    pub provider: Option<String>,
}

/// The demographic look-up of BaRS: exact family name, birth date and postcode. Kept
/// as a keyed hash only; case and spacing of the name do not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demographics {
    /// Family name.
    pub family: Sensitive<String>,
    /// Date of birth.
    pub birth_date: Sensitive<Date>,
    /// Home postcode.
    pub postcode: Postcode,
}

impl Demographics {
    /// The look-up of a case; `None` when one of the three is missing.
    pub fn of(case: &Case) -> Option<Self> {
        let person = &case.referral.person;
        Some(Self {
            family: person.name.family.clone()?,
            birth_date: person.birth_date.clone()?,
            postcode: person.address.postcode.clone()?,
        })
    }

    /// One line to be hashed.
    pub(super) fn folded(&self) -> String {
        let family = self.family.expose().to_lowercase();
        let words: Vec<&str> = family.split_whitespace().collect();
        format!(
            "{}|{}|{}",
            words.join(" "),
            self.birth_date.expose(),
            self.postcode.expose()
        )
    }
}

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Received.
    In,
    /// Sent.
    Out,
}

impl Direction {
    /// The word in the store.
    pub const fn code(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// A message to be kept. Nothing is overwritten: each gets the next version of its
/// case and direction.
#[derive(Clone)]
pub struct NewMessage {
    /// Its id here.
    pub id: MessageId,
    /// Its case.
    pub case_id: CaseId,
    /// Received or sent.
    pub direction: Direction,
    /// `Bundle.id`.
    pub bundle_id: BundleId,
    /// `X-Request-Id`.
    pub request_id: RequestId,
    /// `X-Correlation-Id`.
    pub correlation_id: CorrelationId,
    /// MessageHeader.event code.
    pub event: String,
    /// MessageHeader.reason code.
    pub reason: String,
    /// The bytes as they crossed the wire; sealed.
    pub body: Vec<u8>,
    /// SHA-256 of the bytes.
    pub body_hash: [u8; 32],
}

/// A kept message.
#[derive(Clone, Debug)]
pub struct MessageRow {
    /// What was kept, body opened.
    pub message: NewMessage,
    /// Position among the case's messages of this direction, from 1.
    pub version: u32,
    /// When it was stored.
    pub at: Timestamp,
}

/// Something that happened to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Its case.
    pub case_id: CaseId,
    /// When it happened, by the clock of whoever reports it.
    pub occurred_at: Timestamp,
    /// Who did it: [`Caller::label`](crate::domain::caller::Caller::label).
    pub actor: String,
    /// What kind of thing: the code of a [`FactKind`](crate::domain::fact::FactKind) or a word of the gateway's.
    pub kind: String,
    /// Where the case stands after it.
    pub status: Status,
    /// The provider's own word, where it reported one of its closed list.
    pub provider_word: Option<String>,
    /// A coded remark. Stored in clear: no datum of a person.
    pub note: Option<String>,
    /// The message that shows it.
    pub evidence: Option<MessageId>,
    /// Whether the referrer may see it.
    pub visible_to_referrer: bool,
}

/// An event with its place in the case's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// Position in the case's history, from 1.
    pub seq: u32,
    /// When it was stored.
    pub at: Timestamp,
    /// The event.
    pub event: NewEvent,
}

/// What a leg is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LegKind {
    /// The case, to a provider.
    Deliver,
    /// The stop, to whoever holds the case.
    Stop,
    /// A response, to the referrer.
    Respond,
}

impl LegKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[Self::Deliver, Self::Stop, Self::Respond];

    /// The word in the store.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Deliver => "deliver",
            Self::Stop => "stop",
            Self::Respond => "respond",
        }
    }

    /// Reads the word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

/// Where a leg stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LegState {
    /// To be sent by the delivery worker.
    Released,
    /// To be collected by its provider.
    Waiting,
    /// Its destination has it.
    Delivered,
    /// Given up until a person acts.
    Parked,
    /// Will not be sent.
    Stopped,
}

impl LegState {
    /// Every state.
    pub const ALL: &'static [Self] = &[
        Self::Released,
        Self::Waiting,
        Self::Delivered,
        Self::Parked,
        Self::Stopped,
    ];

    /// The word in the store and on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Parked => "parked",
            Self::Stopped => "stopped",
        }
    }

    /// Reads the word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.code() == code)
    }
}

/// One row of the outbox to be written.
#[derive(Clone)]
pub struct NewLeg {
    /// Its id.
    pub id: OutboxId,
    /// Its case.
    pub case_id: CaseId,
    /// What it is for.
    pub kind: LegKind,
    /// A provider's slug, or `referrer:<system|value>`.
    pub destination: String,
    /// The channel's word: `webhook`, `collect`, `fhir`, `bars`.
    pub channel: String,
    /// Media type of the payload.
    pub content_type: String,
    /// The bytes to send; sealed.
    pub payload: Vec<u8>,
    /// How each field came to be; sealed.
    pub trace: Option<Vec<u8>>,
    /// What makes a repeat no second effect.
    pub effect_key: String,
    /// Version of the referral it carries, from 1.
    pub version: u32,
    /// `Released` or `Waiting`.
    pub state: LegState,
    /// Not before.
    pub due_at: Timestamp,
}

/// One row of the outbox, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegRow {
    /// Grows with every leg: the order of sending within a case and destination.
    pub number: i64,
    /// Its id.
    pub id: OutboxId,
    /// Its case.
    pub case_id: CaseId,
    /// What it is for.
    pub kind: LegKind,
    /// A provider's slug, or `referrer:<system|value>`.
    pub destination: String,
    /// The channel's word.
    pub channel: String,
    /// Media type of the payload.
    pub content_type: String,
    /// What makes a repeat no second effect.
    pub effect_key: String,
    /// Version of the referral it carries.
    pub version: u32,
    /// Where it stands.
    pub state: LegState,
    /// Attempts begun.
    pub attempts: u32,
    /// Not before.
    pub due_at: Timestamp,
    /// Code of the last failure.
    pub last_error: Option<String>,
    /// When it was released.
    pub created_at: Timestamp,
}

/// A leg with everything its sender needs, read in one go just before an attempt: the
/// case shows whether a stop has overtaken it.
#[derive(Clone)]
pub struct LegWithCase {
    /// The leg.
    pub leg: LegRow,
    /// Its case, as it stands now.
    pub case: CaseRow,
    /// The bytes to send, opened.
    pub payload: Vec<u8>,
    /// How each field came to be, opened.
    pub trace: Option<Vec<u8>>,
}

/// What of the outbox to list; an empty filter lists everything.
#[derive(Clone, Debug, Default)]
pub struct LegFilter {
    /// Of this case only.
    pub case_id: Option<CaseId>,
    /// To this destination only.
    pub destination: Option<String>,
    /// In this state only.
    pub state: Option<LegState>,
    /// Of this kind only.
    pub kind: Option<LegKind>,
    /// Beginning after this number.
    pub after: Option<i64>,
    /// At most so many; 0 means 100.
    pub limit: u32,
}

/// A provider's update, remembered by the provider's own key, so that its repeat gets
/// the same answer.
#[derive(Clone, PartialEq, Eq)]
pub struct UpdateKey {
    /// The case.
    pub case_id: CaseId,
    /// The provider's slug.
    pub provider: String,
    /// The provider's key, unique within case and provider.
    pub client_key: String,
    /// SHA-256 of the request body.
    pub body_hash: [u8; 32],
    /// HTTP status answered.
    pub http: u16,
    /// JSON answered; sealed.
    pub response: Vec<u8>,
}

/// One row of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactRow {
    /// Position, from 1, without gaps.
    pub seq: i64,
    /// When it was written.
    pub at: Timestamp,
    /// Code of the fact's kind.
    pub kind: String,
    /// Label of the actor.
    pub actor: String,
    /// The case, where there is one.
    pub case_id: Option<CaseId>,
    /// The message that is the evidence.
    pub evidence: Option<MessageId>,
    /// A JSON object of codes, counts and ids.
    pub details: String,
    /// Hash of the row: see [`leaf`](super::leaf).
    pub leaf_hash: [u8; 32],
}

/// A place in a provider's list; opaque to the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(pub(super) i64);

impl Cursor {
    /// Reads a cursor that the gateway has given. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix('c').filter(|hex| hex.len() == 16)?;
        i64::from_str_radix(hex, 16).ok().map(Self)
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "c{:016x}", self.0)
    }
}

/// One page of a provider's cases, in the order in which they were released to it.
#[derive(Clone, Debug)]
pub struct Page {
    /// The cases.
    pub cases: Vec<CaseRow>,
    /// Where to go on; also given after the last page, to poll for what is new.
    pub next: Option<Cursor>,
    /// Whether there is more now.
    pub more: bool,
}

/// Rows with content show their ids only, so that no log line picks the content up
/// (DESIGN I4).
macro_rules! shows_ids_only {
    ($($row:ident: $($field:ident).+;)*) => {
        $(impl std::fmt::Debug for $row {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{} {}", stringify!($row), self.$($field).+)
            }
        })*
    };
}

shows_ids_only! {
    CaseRow: id;
    NewMessage: id;
    NewLeg: id;
    LegWithCase: leg.id;
    UpdateKey: client_key;
}

/// What receiving a referral must know beforehand, read in one go.
#[derive(Clone, Debug, Default)]
pub struct BeforeReceive {
    /// The earlier answer to the same ids.
    pub answer: Option<StoredAnswer>,
    /// An open case of this referrer under the same ServiceRequest identifier.
    pub open_identifier: Option<OpenCase>,
    /// Open cases of the same person, whoever referred.
    pub open_cases_of_person: Vec<OpenCase>,
}

/// What to look for before a receipt.
#[derive(Clone, Debug)]
pub struct Receiving<'a> {
    /// Ids of the request.
    pub key: &'a RequestKey,
    /// `system|value` of the ServiceRequest.
    pub service_request_identifier: Option<&'a str>,
    /// The person.
    pub nhs_number: Option<&'a NhsNumber>,
}

/// Figures for operating.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Cases by status; a status without cases is not listed.
    pub cases: Vec<(Status, u64)>,
    /// Legs by state; a state without legs is not listed.
    pub legs: Vec<(LegState, u64)>,
    /// Release time of the oldest leg that is released, waiting or parked.
    pub oldest_undelivered: Option<Timestamp>,
}

/// What an integrity check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Integrity {
    /// Each fault in words, without a datum; empty means sound.
    pub faults: Vec<String>,
    /// Audit rows whose hash was computed again.
    pub facts_checked: u64,
}

#[cfg(test)]
mod tests {
    use super::super::tests::given;
    use super::*;

    #[test]
    fn debug_shows_no_content() {
        let message = given::message(1);
        assert_eq!(format!("{message:?}"), format!("NewMessage {}", message.id));
        let leg = given::leg(1, 1, LegKind::Deliver);
        assert_eq!(format!("{leg:?}"), format!("NewLeg {}", leg.id));
        let unit = format!("{:?}", given::receipt(1));
        assert!(!unit.contains(given::FAMILY) && !unit.contains("123, 34"));
    }
}
