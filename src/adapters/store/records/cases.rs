//! Cases.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::case::{Case, Person, folded_name};
use crate::domain::identifiers::{
    BundleId, CaseId, CaseReference, CorrelationId, JourneyId, OutboxId, Postcode, ServiceRequestId,
};
use crate::domain::responsibility::Responsible;
use crate::domain::sensitive::Sensitive;
use crate::domain::status::{Mark, Status};

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
    /// Who holds the person now: goes into the first event of the unit that opens it.
    pub responsible: Responsible,
    /// What is awaited next, and until when.
    pub milestone: Option<Due>,
}

/// What is awaited next of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The coded milestone.
    pub milestone: String,
    /// Until when.
    pub at: Timestamp,
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
/// [`Store::unseal_case`](crate::adapters::store::Store::unseal_case).
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
    /// The provider that referred the person on, by its slug; then `part_of` is the case that
    /// it holds.
    pub referred_on_by: Option<String>,
    /// Whether the NHS number is of the range that is kept for tests.
    pub test_person: bool,
    /// What is awaited next, and until when.
    pub milestone: Option<Due>,
    /// When the referral came.
    pub received_at: Timestamp,
    /// When the row last changed.
    pub updated_at: Timestamp,
    pub(in super::super) sealed: Vec<u8>,
    pub(in super::super) wrapped_key: Vec<u8>,
}

/// Which cases to list; an empty filter lists the open ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// At this status only, open or not.
    pub status: Option<Status>,
    /// Of this provider only, by its slug.
    pub provider: Option<String>,
    /// With those that are over.
    pub closed_too: bool,
    /// At most so many; 0 means 100.
    pub limit: u32,
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
        Self::of_person(&case.referral.person)
    }

    /// The look-up of a person; `None` when one of the three is missing.
    pub fn of_person(person: &Person) -> Option<Self> {
        Some(Self {
            family: person.name.family.clone()?,
            birth_date: person.birth_date.clone()?,
            postcode: person.address.postcode.clone()?,
        })
    }

    /// One line to be hashed.
    pub(in super::super) fn folded(&self) -> String {
        format!(
            "{}|{}|{}",
            folded_name(self.family.expose()),
            self.birth_date.expose(),
            self.postcode.expose()
        )
    }
}

/// A place in a provider's list; opaque to the provider. It holds good for one life of the
/// store only: after the store was put back its numbers are given again, to other cases, and
/// what had been passed over may be there once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The store's epoch in which it was given; 0 in one that was never begun.
    pub(in super::super) epoch: u64,
    /// The number of the leg that was listed last.
    pub(in super::super) number: i64,
    /// The beginning of that leg's id: a number that was given again has another.
    pub(in super::super) leg: u32,
}

/// Why a text is no place to go on from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorFault {
    /// The gateway has never written such a text.
    NotOurs,
    /// It was written before cursors said to which life of the store they belong.
    Outdated,
}

impl Cursor {
    /// Reads a cursor that the gateway has given.
    ///
    /// # Errors
    /// Anything else is not the gateway's, or of its earlier form: `c` and 16 digits.
    pub fn parse(text: &str) -> Result<Self, CursorFault> {
        let is_earlier = |hex: &str| hex.len() == 16 && hex.bytes().all(|b| b.is_ascii_hexdigit());
        if text.strip_prefix('c').is_some_and(is_earlier) {
            return Err(CursorFault::Outdated);
        }
        Self::read(text)
            .filter(|cursor| cursor.to_string() == text)
            .ok_or(CursorFault::NotOurs)
    }

    fn read(text: &str) -> Option<Self> {
        let (epoch, rest) = text.strip_prefix('e')?.split_once('.')?;
        let (number, leg) = rest.split_once('.')?;
        Some(Self {
            epoch: epoch.parse().ok()?,
            number: number.parse().ok()?,
            leg: u32::from_str_radix(leg, 16).ok()?,
        })
    }

    /// The place before every leg.
    pub(in super::super) const fn start(epoch: u64) -> Self {
        Self {
            epoch,
            number: 0,
            leg: 0,
        }
    }

    /// The place of a leg.
    pub(in super::super) fn of(epoch: u64, number: i64, leg: OutboxId) -> Self {
        let [a, b, c, d, ..] = leg.uuid().into_bytes();
        Self {
            epoch,
            number,
            leg: u32::from_be_bytes([a, b, c, d]),
        }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "e{}.{}.{:08x}",
            self.epoch, self.number, self.leg
        )
    }
}

/// One page of a provider's cases, in the order in which they were released to it.
#[derive(Clone, Debug)]
pub struct Page {
    /// The cases.
    pub cases: Vec<CaseRow>,
    /// Where to go on; also given after the last page, to poll for what is new.
    pub next: Cursor,
    /// Whether there is more now.
    pub more: bool,
}
