//! Answers to requests, remembered so that a repeat gets the same one.

use jiff::Timestamp;

use super::cases::OpenCase;
use crate::domain::case::Person;
use crate::domain::identifiers::{CaseId, CorrelationId, RequestId};

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

/// A provider's update, remembered by the provider's own key, so that its repeat gets
/// the same answer.
#[derive(Clone, PartialEq, Eq)]
pub struct UpdateKey {
    /// The case.
    pub case_id: CaseId,
    /// The provider's slug.
    pub provider: String,
    /// The provider's key, unique within case and provider; kept as a keyed hash only.
    pub client_key: String,
    /// SHA-256 of the request body.
    pub body_hash: [u8; 32],
    /// HTTP status answered.
    pub http: u16,
    /// JSON answered; sealed.
    pub response: Vec<u8>,
}

/// What receiving a referral must know beforehand, read in one go.
#[derive(Clone, Debug, Default)]
pub struct BeforeReceive {
    /// The earlier answer to the same ids.
    pub answer: Option<StoredAnswer>,
    /// An open case of this referrer that has a ServiceRequest identifier in common.
    pub open_identifier: Option<OpenCase>,
    /// Open cases of the same person, whoever referred.
    pub open_cases_of_person: Vec<OpenCase>,
    /// The newest case of the same person, open or over: a new referral is linked to it.
    pub earlier_case_of_person: Option<CaseId>,
}

/// What to look for before a receipt.
#[derive(Clone, Debug)]
pub struct Receiving<'a> {
    /// Ids of the request.
    pub key: &'a RequestKey,
    /// `system|value` of each identifier of the ServiceRequest.
    pub service_request_identifiers: &'a [String],
    /// The person: known again by the NHS number, else by exact family name, birth date
    /// and postcode.
    pub person: Option<&'a Person>,
}
