//! What each kind of fact is in FHIR's own words.

use crate::domain::fact::FactKind;

/// DICOM's audit codes.
pub(super) const DICOM: &str = "http://dicom.nema.org/resources/ontology/DCM";
/// HL7's codes for the life of a record.
const LIFECYCLE: &str = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle";

/// System and code.
pub(super) type Code = (&'static str, &'static str);

const ACTIVITY: Code = (DICOM, "110100");
const EXPORT: Code = (DICOM, "110106");
const QUERY: Code = (DICOM, "110112");
const SECURITY_ALERT: Code = (DICOM, "110113");
const ACCESS: Code = (LIFECYCLE, "access");
const AMEND: Code = (LIFECYCLE, "amend");
const RECEIVE: Code = (LIFECYCLE, "receive");
const TRANSMIT: Code = (LIFECYCLE, "transmit");

/// How a thing ended (R4 audit-event-outcome).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// As it should.
    Success,
    /// Refused or late: somebody has to do something.
    Minor,
    /// Given up until a person acts.
    Serious,
}

impl Outcome {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Success => "0",
            Self::Minor => "4",
            Self::Serious => "8",
        }
    }
}

/// A kind of fact in FHIR's words.
pub(super) struct Words {
    /// The display of our own code, as the published system has it.
    pub(super) display: &'static str,
    /// AuditEvent.type.
    pub(super) event: Code,
    /// AuditEvent.action: C, R, U, D or E.
    pub(super) action: &'static str,
    /// AuditEvent.outcome.
    pub(super) outcome: Outcome,
    /// What it means for the case's record, code of DICOM's object life cycle.
    pub(super) lifecycle: Option<&'static str>,
}

/// DICOM object life cycle: origination, amendment, access, export, disclosure.
const ORIGINATION: Option<&str> = Some("1");
const AMENDMENT: Option<&str> = Some("3");
const USE: Option<&str> = Some("6");
const EXPORTED: Option<&str> = Some("10");
const DISCLOSURE: Option<&str> = Some("11");

/// A new kind of fact does not compile before it is told here.
#[rustfmt::skip]
pub(super) const fn words(kind: FactKind) -> Words {
    use FactKind as K;
    use Outcome::{Minor, Serious, Success};
    match kind {
        K::ReferralAccepted => told("Referral accepted", RECEIVE, "C", Success, ORIGINATION),
        K::MessageRefused => told("Message refused", RECEIVE, "C", Minor, None),
        K::RequestMisused => told("Request misused", SECURITY_ALERT, "E", Minor, None),
        K::CaseHeld => told("Case held", AMEND, "U", Success, AMENDMENT),
        // The person's data go to somebody else (IHE BALP, privacy disclosure at the source).
        K::CaseReleased => told("Case released to a provider", EXPORT, "R", Success, DISCLOSURE),
        K::LegDelivered => told("Delivered", TRANSMIT, "E", Success, EXPORTED),
        K::LegParked => told("Delivery given up until a person acts", TRANSMIT, "E", Serious, None),
        K::LegStopped => told("Delivery stopped before it left", ACTIVITY, "E", Success, None),
        K::LegRetried => told("Delivery asked for again", ACTIVITY, "E", Success, None),
        K::CaseCollected => told("Case collected by its provider", EXPORT, "R", Success, DISCLOSURE),
        K::StatusReported => told("Status reported", AMEND, "U", Success, AMENDMENT),
        K::StatusLate => told("Status reported too late", AMEND, "U", Minor, None),
        K::CaseReferredOn => told("Person referred on to a partner", AMEND, "U", Success, AMENDMENT),
        K::CaseStopped => told("Case stopped", AMEND, "U", Success, AMENDMENT),
        K::StopConfirmed => told("Stop confirmed by a holder", AMEND, "U", Success, AMENDMENT),
        K::CaseReturned => told("Person given back to the referrer", AMEND, "U", Success, AMENDMENT),
        K::ReferrerCalled => told("Referrer called on the telephone", ACTIVITY, "E", Success, None),
        K::CaseResolved => told("What held a case settled by hand", AMEND, "U", Success, AMENDMENT),
        K::ReferrerTold => told("Referrer told", TRANSMIT, "E", Success, EXPORTED),
        K::ClockOverdue => told("What was awaited is late", ACTIVITY, "E", Minor, None),
        K::OperatorAlerted => told("Operators alerted", ACTIVITY, "E", Success, None),
        K::NoNewsTold => told("Referrer told that there is no news", ACTIVITY, "E", Success, None),
        K::CaseRead => told("Case shown", ACCESS, "R", Success, USE),
        K::CaseSearched => told("Cases searched", QUERY, "E", Success, None),
        K::CaseRedecided => told("Case decided again by hand", AMEND, "U", Success, AMENDMENT),
        K::TablesReloaded => told("Tables loaded anew", ACTIVITY, "U", Success, None),
        K::CaseCorrected => told("Case corrected by hand", AMEND, "U", Success, AMENDMENT),
        K::StoreRestored => told("Store put back from a backup", ACTIVITY, "E", Success, None),
        K::StoreConfirmed => told("Restored store confirmed by a person", ACTIVITY, "E", Success, None),
    }
}

const fn told(
    display: &'static str,
    event: Code,
    action: &'static str,
    outcome: Outcome,
    lifecycle: Option<&'static str>,
) -> Words {
    Words {
        display,
        event,
        action,
        outcome,
        lifecycle,
    }
}
