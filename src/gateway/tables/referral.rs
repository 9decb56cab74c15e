//! Reads a file as a referral: a BaRS message as a GP system sends it, or a canonical case,
//! told apart by `resourceType` (DESIGN section 5).

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use crate::domain::case::{Case, ConditionGroups, MODEL_VERSION, Referral, SenderIds};
use crate::domain::clock::{date_in_england, start_of_day};
use crate::domain::identifiers::{
    CaseId, CaseReference, CorrelationId, NhsNumber, RequestId, ServiceAddress, ServiceRequestId,
};
use crate::problem::Problem;
use crate::problem::area::{fhir as fhir_entry, tables as entry};
use crate::standards::bars::headers::{Accepted, Format, Headers};
use crate::standards::bars::read::{self, Reading};
use crate::standards::bars::{ReadPolicy, Served, outcome};
use crate::standards::fhir::{Document, Limits};

/// A referral to try tables with.
#[derive(Debug)]
pub struct Sample {
    /// The case; a message is given ids that nobody else is given.
    pub case: Case,
    /// The day on which it was received, or, of a message, written: the day of the decision
    /// where no other is given.
    pub day: Date,
    /// Whether it came as a BaRS message.
    pub is_message: bool,
    /// What the gateway would remark of the message.
    pub warnings: Vec<Problem>,
    /// When it is taken to be received: by this, what lies in the future does.
    pub(super) received_at: Timestamp,
    /// The file as it was read.
    pub(super) source: Vec<u8>,
}

/// The two days of a decision: what is true of the person is counted to the first, and what the
/// tables, agreements and listings say holds on the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The day of the referral.
    pub referred_on: Date,
    /// The day of the decision.
    pub decided_on: Date,
}

impl Days {
    /// Of a case that is decided on a day, as the gateway counts them: a case is never decided
    /// before it was referred.
    pub fn of(case: &Case, decided_on: Date) -> Self {
        Self {
            referred_on: case.day_of_referral().min(decided_on),
            decided_on,
        }
    }
}

impl Sample {
    /// The days of a trial that decides on a day; without one, on the sample's own.
    pub fn days(&self, on: Option<Date>) -> Days {
        let decided_on = on.unwrap_or(self.day);
        if self.is_message && self.case.referral.authored_at.is_none() {
            // A message that does not say when it was written is of the day of its receipt.
            return Days {
                referred_on: decided_on,
                decided_on,
            };
        }
        Days::of(&self.case, decided_on)
    }
}

/// The id that a message is given for a trial.
const TRIAL: u128 = 0x0192_f000_0000_7000_8000_0000_0000_0001;

/// Reads a file; the conditions of a message are grouped by the listed codes, and a canonical
/// case says its groups itself. The faults name members, lines and rules, never a value.
///
/// # Errors
///
/// `WW-MAP-018`, or everything for which the gateway would refuse the message.
pub fn read_sample(bytes: &[u8], groups: &ConditionGroups) -> Result<Sample, Vec<Problem>> {
    let is_fhir = bytes
        .windows(RESOURCE_TYPE.len())
        .any(|part| part == RESOURCE_TYPE);
    if !is_fhir {
        return canonical(bytes);
    }
    let tree = Document::parse(bytes.to_vec(), &Limits::default());
    let document = tree.map_err(|faults| outcome::of_faults(&faults))?;
    message(&document, groups)
}

/// A canonical case has no such member.
const RESOURCE_TYPE: &[u8] = b"\"resourceType\"";

fn canonical(bytes: &[u8]) -> Result<Sample, Vec<Problem>> {
    let case: Case = serde_json::from_slice(bytes).map_err(|error| {
        let text = error.to_string();
        // Only this text of the reader is sure to hold no value.
        let what = text
            .split(" at line ")
            .next()
            .filter(|what| what.starts_with("missing field"))
            .unwrap_or("it is no canonical case");
        let detail = format!("line {}: {what}", error.line());
        vec![Problem::new(&entry::NO_REFERRAL).with(detail)]
    })?;
    Ok(Sample {
        day: date_in_england(case.received_at),
        received_at: case.received_at,
        case,
        is_message: false,
        warnings: Vec::new(),
        source: bytes.to_vec(),
    })
}

fn message(document: &Document, groups: &ConditionGroups) -> Result<Sample, Vec<Problem>> {
    let received_at = end_of_the_day_written(document);
    let reading = reading(document, groups, received_at);
    let (warnings, faults): (Vec<_>, Vec<_>) = reading
        .problems
        .into_iter()
        .partition(|problem| problem.warning);
    if !faults.is_empty() {
        return Err(faults);
    }
    let Some(referral) = reading.referral else {
        let what = "the message asks for something else than a new referral";
        return Err(vec![Problem::new(&fhir_entry::NOT_A_MESSAGE).with(what)]);
    };
    let written = referral.authored_at.unwrap_or(Timestamp::UNIX_EPOCH);
    Ok(Sample {
        day: date_in_england(written),
        case: case_of(referral, written),
        is_message: true,
        warnings,
        received_at,
        source: document.source().to_vec(),
    })
}

/// When a trial takes a message to be received: by the end of the day on which it was written,
/// so that an answer of the same day does not lie in the future. One that does not say is of
/// the latest day that it names for an answer about consent.
fn end_of_the_day_written(document: &Document) -> Timestamp {
    let resources = |kind: &'static str| {
        let entries = document.root().each("entry");
        let resources = entries.filter_map(|entry| entry.get("resource"));
        resources.filter(move |resource| resource.str("resourceType") == Some(kind))
    };
    let written = resources("ServiceRequest").filter_map(|request| request.str("authoredOn"));
    let answered = resources("Consent").filter_map(|consent| consent.str("dateTime"));
    let day = |text: &str| text.parse().ok().map(date_in_england).or(text.parse().ok());
    let latest = written.filter_map(day).max();
    let latest = latest.or_else(|| answered.filter_map(day).max());
    let after = latest.and_then(|day: Date| day.tomorrow().ok());
    after.map_or(Timestamp::UNIX_EPOCH, start_of_day)
}

fn reading(document: &Document, groups: &ConditionGroups, at: Timestamp) -> Reading {
    let policy = ReadPolicy {
        services: addressed(document)
            .map(Served::of_all)
            .into_iter()
            .collect(),
        ..ReadPolicy::default()
    };
    read::read(document, &headers(), &policy, groups, at)
}

/// What a message says, whatever is wrong with it; none when it is no referral. For an account
/// of what it is read from only: nothing of it may be acted on.
pub(super) fn case_of_message(
    document: &Document,
    groups: &ConditionGroups,
    sample: &Sample,
) -> Option<Case> {
    let referral = reading(document, groups, sample.received_at).referral?;
    Some(case_of(referral, sample.case.received_at))
}

/// The service that the message is for: a trial serves every one.
fn addressed(document: &Document) -> Option<ServiceAddress> {
    document.root().each("entry").find_map(|entry| {
        let header = entry.get("resource")?;
        let first = header.each("destination").next()?;
        ServiceAddress::parse(first.str("endpoint")?)
    })
}

/// Headers that name nobody: who sends is no matter of the tables.
fn headers() -> Headers {
    Headers {
        request_id: RequestId::new(Uuid::from_u128(TRIAL)),
        correlation_id: CorrelationId::new(Uuid::from_u128(TRIAL)),
        target: None,
        organisation: None,
        software: None,
        has_practitioner: false,
        accept: Accepted::DEFAULT,
        content: Some(Format::Json),
    }
}

fn case_of(referral: Referral, received_at: Timestamp) -> Case {
    let number = referral.person.nhs_number.as_ref();
    Case {
        model_version: MODEL_VERSION.to_owned(),
        id: CaseId::new(Uuid::from_u128(TRIAL)),
        reference: CaseReference::of(Uuid::from_u128(TRIAL)),
        service_request_id: ServiceRequestId::new(Uuid::from_u128(TRIAL)),
        part_of: None,
        referred_on_by: None,
        test_person: number.is_some_and(NhsNumber::is_test),
        has_red_flag: None,
        sender_ids: SenderIds::default(),
        received_at,
        referral,
    }
}
