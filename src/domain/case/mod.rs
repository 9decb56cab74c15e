//! The canonical WorkWell case, version 0.1.
//!
//! No public WorkWell minimum data set exists, so the model is ours, versioned and
//! kept thin (reference/workwell.md 2). Every fact about the person is optional:
//! missing data is never a refusal by itself (DESIGN I5).

mod answer;
mod groups;
mod health;
mod person;
mod referrer;
mod work;

pub use answer::Answer;
pub use groups::{ConditionGroups, ListedCondition};
pub use health::{Barrier, BarrierGroup, Flag, FlagKind};
pub use person::{
    Address, Contact, ContactKind, NhsNumberStatus, Person, PersonName, Security, folded_name,
};
pub use referrer::{Referrer, SourceRoute};
pub use work::{EmploymentStatus, FitNote, SicknessAbsence, Work};

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::clock::date_in_england;
use super::consent::Consents;
use super::identifiers::{
    BundleId, CaseId, CaseReference, CorrelationId, JourneyId, ServiceAddress, ServiceRequestId,
};
use super::sensitive::Sensitive;

/// The version of this model, written into every sealed case and API answer.
pub const MODEL_VERSION: &str = "0.1";

/// A referral as the standards layer reads it: everything the message says, nothing
/// decided yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Referral {
    /// `Bundle.id`, to be quoted in responses.
    pub bundle_id: BundleId,
    /// `X-Correlation-Id` of the conversation.
    pub correlation_id: CorrelationId,
    /// The Journey ID, where the Encounter carries one.
    pub journey_id: Option<JourneyId>,
    /// `system|value` of the first ServiceRequest.identifier, where the sender gave one.
    pub service_request_identifier: Option<String>,
    /// `system|value` of its other identifiers: the referral is known by each of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub further_identifiers: Vec<String>,
    /// The use case, lower case (`a5t1`; usecases-categories-bars or a local code).
    pub use_case: String,
    /// `Bundle.meta.versionId`: the application version the sender speaks.
    pub application_version: String,
    /// ServiceRequest.authoredOn.
    pub authored_at: Option<Timestamp>,
    /// Who referred.
    pub referrer: Referrer,
    /// MessageHeader.source.endpoint: where responses are addressed.
    pub return_address: Option<ServiceAddress>,
    /// The service the message was sent to.
    pub addressed_to: ServiceAddress,
    /// The person.
    pub person: Person,
    /// Employment and absence.
    pub work: Work,
    /// What stands in the way, the main thing first.
    pub barriers: Vec<Barrier>,
    /// Adjustments, communication needs, safe contact, risks.
    pub flags: Vec<Flag>,
    /// The referrer's words, at most 2,000 characters are read on.
    pub reason: Option<Sensitive<String>>,
    /// Consents as recorded in the message.
    pub consents: Consents,
}

impl Referral {
    /// `system|value` of every ServiceRequest.identifier, the first first.
    pub fn identifiers(&self) -> impl Iterator<Item = &str> {
        let first = self.service_request_identifier.iter();
        let all = first.chain(&self.further_identifiers);
        all.map(String::as_str)
    }
}

/// A referral that was accepted: it has an id, a reference and a time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Case {
    /// Version of this model, [`MODEL_VERSION`].
    pub model_version: String,
    /// The gateway's id of the case.
    pub id: CaseId,
    /// What people say on the telephone.
    pub reference: CaseReference,
    /// The id under which the referrer reads its ServiceRequest back.
    pub service_request_id: ServiceRequestId,
    /// The case this one belongs to: an earlier one of the same person, or its parent.
    pub part_of: Option<CaseId>,
    /// The provider that referred the person on, by its slug: then `part_of` is the case that
    /// it holds. None for a referral from outside.
    #[serde(default)]
    pub referred_on_by: Option<String>,
    /// Whether the NHS number is of the range that is kept for tests and never issued.
    #[serde(default)]
    pub test_person: bool,
    /// Whether a phrase that tells of a crisis stood anywhere in the referrer's words, of which
    /// the case keeps no more than the first 2,000 characters. None where nobody has looked in
    /// the whole of them: in a case of an earlier version, and in one that was referred on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_red_flag: Option<bool>,
    /// Ids in the sender's message that every answer quotes.
    #[serde(default)]
    pub sender_ids: SenderIds,
    /// When the gateway received it.
    pub received_at: Timestamp,
    /// What the message says.
    pub referral: Referral,
}

impl Case {
    /// The case as a decision at `now` has to see it: a consent that was given for a time
    /// which is over counts as not recorded. Only then it is copied.
    pub fn at(&self, now: Timestamp) -> Cow<'_, Self> {
        if !self.referral.consents.any_is_over(now) {
            return Cow::Borrowed(self);
        }
        let mut case = self.clone();
        case.referral.consents = case.referral.consents.at(now);
        Cow::Owned(case)
    }

    /// The day of the referral, in England: what is true of the person is counted to it (age,
    /// weeks out of work), so that nobody loses by the time that a decision took. It is the day
    /// on which the referral was written; the day of its receipt where it does not say, or
    /// says a later one, and for a person whom a provider referred on, who is then referred anew.
    pub fn day_of_referral(&self) -> Date {
        let written = self.referral.authored_at;
        let written = written.filter(|_| self.referred_on_by.is_none());
        let at = written.map_or(self.received_at, |at| at.min(self.received_at));
        date_in_england(at)
    }
}

/// Ids of the original message that later messages quote (BaRS Core 1.5.0: ids given
/// once are used again by both sides).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SenderIds {
    /// Patient.id: as sent, or as given in our 200.
    pub patient: Option<String>,
    /// Encounter.id of the sender's Encounter, which belongs to its originator.
    pub encounter: Option<String>,
    /// How it was and what identifies it, as every later message echoes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encounter_as: Option<EncounterAs>,
}

/// How the sender's Encounter was when the person was referred.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncounterAs {
    /// A code of FHIR R4's `encounter-status`.
    pub status: String,
    /// A code of HL7's `v3-ActCode`, where the sender gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// `system|value` of its identifiers, by which a sender without an Encounter.id knows it
    /// again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<String>,
    /// When it began, a FHIR dateTime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// When it ended, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mapping::sample;
    use jiff::civil::date;

    fn day(written: Option<&str>, received: &str) -> Date {
        let at = |text: &str| text.parse().expect("the test's own instant");
        let mut case = sample::case();
        case.received_at = at(received);
        case.referral.authored_at = written.map(at);
        case.day_of_referral()
    }

    #[test]
    fn the_day_of_a_referral_is_the_day_on_which_it_was_written_in_england() {
        let received = "2026-07-04T09:00:00Z";
        let written = "2026-07-01T23:30:00Z";
        assert_eq!(day(Some(written), received), date(2026, 7, 2));
    }

    #[test]
    fn without_a_day_or_with_one_to_come_it_is_the_day_of_its_receipt() {
        let received = "2026-07-04T09:00:00Z";
        assert_eq!(day(None, received), date(2026, 7, 4));
        let later = "2031-01-01T00:00:00Z";
        assert_eq!(day(Some(later), received), date(2026, 7, 4));
    }

    #[test]
    fn a_case_of_an_earlier_version_says_nothing_of_a_phrase_that_tells_of_a_crisis() {
        let mut case = sample::case();
        case.has_red_flag = Some(true);
        let mut stored = serde_json::to_value(&case).expect("a case is JSON");
        let read = |stored: &serde_json::Value| -> Case {
            serde_json::from_value(stored.clone()).expect("a stored case")
        };
        assert_eq!(read(&stored).has_red_flag, Some(true));
        let members = stored.as_object_mut().expect("an object");
        members.remove("has_red_flag").expect("it was stored");
        assert_eq!(read(&stored).has_red_flag, None);
    }

    #[test]
    fn who_is_referred_on_is_referred_anew() {
        let mut case = sample::case();
        case.received_at = "2027-02-01T09:00:00Z".parse().expect("an instant");
        case.referred_on_by = Some("moor-hub".to_owned());
        assert_eq!(case.day_of_referral(), date(2027, 2, 1));
    }
}
