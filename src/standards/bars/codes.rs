//! Systems, codes and canonical URLs of BaRS Core 1.5.0, UK Core and our own profile.
//!
//! Codes are written in lower case as the code systems spell them and compared without
//! regard to case: guide prose prints `A5T1`, examples `a5t1`.

/// MessageHeader.eventCoding.
pub const EVENTS: &str = "https://fhir.nhs.uk/CodeSystem/message-events-bars";
/// MessageHeader.reason.
pub const REASONS: &str = "https://fhir.nhs.uk/CodeSystem/message-reason-bars";
/// First coding of ServiceRequest.category.
pub const CATEGORIES: &str = "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest";
/// Second coding of ServiceRequest.category.
pub const USE_CASES: &str = "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars";
/// A misspelling on one content-negotiation page of the guide; accepted, never written.
pub const USE_CASES_MISSPELT: &str = "https://fhir.nhs.uk/CodeSystem/usecase-categories-bars";
/// OperationOutcome.issue.details.
pub const ERRORS: &str = "https://fhir.nhs.uk/CodeSystem/http-error-codes";
/// Encounter.reasonCode of a rejection.
pub const REJECTED_REASONS: &str = "https://fhir.nhs.uk/CodeSystem/rejected-reasons-bars";
/// Consent.category.
pub const CONSENT_CATEGORIES: &str = "https://fhir.nhs.uk/CodeSystem/consent-categories-bars";
/// HL7 Consent Scope Codes: Consent.scope.
pub const CONSENT_SCOPES: &str = "http://terminology.hl7.org/CodeSystem/consentscope";
/// Flag.category.
pub const FLAG_CATEGORIES: &str = "https://fhir.nhs.uk/CodeSystem/flag-categories-bars";

/// NHS number identifiers.
pub const NHS_NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number";
/// SNOMED CT.
pub const SNOMED: &str = "http://snomed.info/sct";
/// HL7 v3 ActCode: Encounter.class, Consent.policyRule.
pub const ACT_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
/// Where the NHS Data Dictionary's code systems live.
pub const NHS_DATA_DICTIONARY: &str = "https://datadictionary.nhs.uk/";
/// UK Core, how far an NHS number was checked. The required value set lists this system and
/// that of Wales; the one without a country is retired.
pub const NHS_NUMBER_STATUS: &str =
    "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland";
/// UK Core extension that carries [`NHS_NUMBER_STATUS`].
pub const NHS_NUMBER_STATUS_EXTENSION: &str =
    "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus";

/// Our own profile of BaRS: a local application profile, no national one exists.
pub mod workwell {
    /// Local use cases: no national one covers employment support, and a service may
    /// not invent a national code.
    pub const USE_CASE: &str = "https://workwell-gateway.example/CodeSystem/use-case";
    /// The explicit WorkWell consents: `workwell-referral`, `gp-feedback`, `employer`,
    /// `evaluation`, `partner`.
    pub const CONSENT: &str = "https://workwell-gateway.example/CodeSystem/workwell-consent";
    /// Observation.code: `employment-status`, `sickness-absence`, `absence-start`,
    /// `weeks-out-of-work`, `fit-note`, `occupation`, `employer`.
    pub const OBSERVATION: &str =
        "https://workwell-gateway.example/CodeSystem/workwell-observation";
    /// Values of those Observations: the canonical words of the case model.
    pub const ANSWER: &str = "https://workwell-gateway.example/CodeSystem/workwell-answer";
    /// The NHS Data Dictionary's employment status codes, which have no published FHIR system.
    pub const EMPLOYMENT_STATUS: &str =
        "https://workwell-gateway.example/CodeSystem/employment-status";
    /// The NHS Data Dictionary's sickness absence indicator, likewise.
    pub const SICKNESS_ABSENCE: &str =
        "https://workwell-gateway.example/CodeSystem/sickness-absence";
    /// Flag.category: `communication-need`, `safe-contact`.
    pub const FLAG: &str = "https://workwell-gateway.example/CodeSystem/workwell-flag";
    /// Codes of the error catalogue, second coding of an issue.
    pub const PROBLEM: &str = "https://workwell-gateway.example/CodeSystem/problem";
    /// Canonical status words, Encounter.type of a response.
    pub const STATUS: &str = "https://workwell-gateway.example/CodeSystem/workwell-status";
    /// What an audit fact says happened, first AuditEvent.subtype.
    pub const AUDIT_FACT: &str = "https://workwell-gateway.example/CodeSystem/audit-fact";
    /// AuditEvent extension: position of the fact in the log (valueString, digits).
    pub const AUDIT_POSITION: &str =
        "https://workwell-gateway.example/StructureDefinition/audit-position";
    /// AuditEvent extension: leaf hash of the fact's row (valueString, hexadecimal).
    pub const AUDIT_LEAF: &str = "https://workwell-gateway.example/StructureDefinition/audit-leaf";
    /// ServiceRequest extension: the route by which the person came (valueCode).
    pub const SOURCE_ROUTE: &str =
        "https://workwell-gateway.example/StructureDefinition/source-route";
}

/// Canonical URLs of profiles that emitted resources claim.
pub mod profile {
    /// Message Bundles.
    pub const BUNDLE: &str = "https://fhir.nhs.uk/StructureDefinition/BARSBundleMessage";
    /// MessageHeader of a response.
    pub const RESPONSE_HEADER: &str =
        "https://fhir.nhs.uk/StructureDefinition/BARSMessageHeader-servicerequest-response";
    /// ServiceRequest of a referral.
    pub const SERVICE_REQUEST: &str =
        "https://fhir.nhs.uk/StructureDefinition/BARSServiceRequest-request-referral";
    /// OperationOutcome.
    pub const OUTCOME: &str = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-OperationOutcome";

    /// Our own profile with this name, such as `Encounter-Status`. It is claimed beside the
    /// national one that it narrows.
    pub fn workwell(name: &str) -> String {
        format!("https://workwell-gateway.example/StructureDefinition/WorkWell-{name}")
    }

    /// The UK Core profile of a resource type.
    pub fn uk_core(resource: &str) -> String {
        format!("https://fhir.hl7.org.uk/StructureDefinition/UKCore-{resource}")
    }
}

/// MessageDefinition URLs.
pub mod definition {
    /// A new referral.
    pub const REQUEST_REFERRAL: &str =
        "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-referral";
    /// A cancel.
    pub const REQUEST_CANCELLED: &str =
        "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-cancelled";
    /// A status sent back.
    pub const RESPONSE_SHORT: &str =
        "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-response-referral-short";
}

/// Whether a system names the use cases: in either published spelling, or our own.
pub fn is_use_case_system(system: &str) -> bool {
    [USE_CASES, USE_CASES_MISSPELT, workwell::USE_CASE]
        .iter()
        .any(|known| system.eq_ignore_ascii_case(known))
}

/// The system of a use case by its shape: national codes are an application and a type,
/// `a5t1`; any other is a local one.
pub fn use_case_system(code: &str) -> &'static str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let national = code
        .strip_prefix('a')
        .and_then(|rest| rest.split_once('t'))
        .is_some_and(|(application, kind)| is_number(application) && is_number(kind));
    if national || code == "referraltopharmacy" {
        USE_CASES
    } else {
        workwell::USE_CASE
    }
}

/// Encounter classes of [`ACT_CODE`] with their displays (HL7 v3 ActEncounterCode).
pub const ENCOUNTER_CLASSES: &[(&str, &str)] = &[
    ("AMB", "ambulatory"),
    ("EMER", "emergency"),
    ("FLD", "field"),
    ("HH", "home health"),
    ("IMP", "inpatient encounter"),
    ("ACUTE", "inpatient acute"),
    ("NONAC", "inpatient non-acute"),
    ("OBSENC", "observation encounter"),
    ("PRENC", "pre-admission"),
    ("SS", "short stay"),
    ("VR", "virtual"),
];

/// The codes of [`EVENTS`].
pub const EVENT_CODES: &[&str] = &[
    "servicerequest-request",
    "servicerequest-response",
    "booking-request",
    "booking-response",
];
/// The codes of [`REASONS`].
pub const REASON_CODES: &[&str] = &["new", "update", "delete"];
/// The codes of [`CATEGORIES`].
pub const CATEGORY_CODES: &[&str] = &["referral", "validation", "request"];
/// The codes of [`USE_CASES`].
pub const USE_CASE_CODES: &[&str] = &[
    "a1t1",
    "a1t2",
    "a1t3",
    "a1t4",
    "a1t5",
    "a1t6",
    "a1t7",
    "a1t8",
    "a1t9",
    "a1t10",
    "a1t11",
    "a1t12",
    "a2t1",
    "a2t2",
    "a2t3",
    "a2t4",
    "a2t5",
    "a2t6",
    "a3t1",
    "a4t1",
    "a4t2",
    "a4t3",
    "a4t4",
    "a5t1",
    "a5t2",
    "a5t3",
    "a6t1",
    "a6t2",
    "a6t3",
    "a7t1",
    "a8t1",
    "a8t2",
    "a8t3",
    "referraltopharmacy",
];
/// FHIR R4 request-status: of a ServiceRequest and of a CarePlan.
pub const REQUEST_STATUSES: &[&str] = &[
    "draft",
    "active",
    "on-hold",
    "revoked",
    "completed",
    "entered-in-error",
    "unknown",
];
/// FHIR R4 encounter-status.
pub const ENCOUNTER_STATUSES: &[&str] = &[
    "planned",
    "arrived",
    "triaged",
    "in-progress",
    "onleave",
    "finished",
    "cancelled",
    "entered-in-error",
    "unknown",
];

/// A value as it may be repeated in an error: only where it is one of the codes that are known
/// there. Whatever else stands there may be somebody's address, short as it is.
pub fn shown(value: &str, known: &[&str]) -> String {
    let code = known.iter().find(|code| code.eq_ignore_ascii_case(value));
    code.map_or_else(|| "another value".to_owned(), |code| format!("'{code}'"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standards::profile::rules;

    #[test]
    fn the_guides_misspelling_of_the_use_case_system_is_known() {
        assert!(is_use_case_system(USE_CASES));
        assert!(is_use_case_system(USE_CASES_MISSPELT));
        assert!(is_use_case_system(
            "https://fhir.nhs.uk/codesystem/usecases-categories-bars"
        ));
        assert!(!is_use_case_system(CATEGORIES));
    }

    #[test]
    fn a_local_use_case_is_not_passed_off_as_a_national_one() {
        for code in ["a5t1", "a1t12", "referraltopharmacy"] {
            assert_eq!(use_case_system(code), USE_CASES, "{code}");
        }
        for code in ["ww1", "at1", "a5t", "a5", "workwell"] {
            assert_eq!(use_case_system(code), workwell::USE_CASE, "{code}");
        }
    }

    #[test]
    fn only_a_code_that_is_known_is_shown_and_as_its_system_spells_it() {
        assert_eq!(shown("new", REASON_CODES), "'new'");
        assert_eq!(shown("A5T1", USE_CASE_CODES), "'a5t1'");
        for datum in [
            "",
            "9990000018",
            "14-wobblethorpe-row",
            "zz-99-1aa",
            "a1t1234567890",
        ] {
            assert_eq!(shown(datum, USE_CASE_CODES), "another value", "{datum}");
        }
    }

    /// The code system of the categories is in no package.
    #[test]
    fn the_codes_that_are_known_are_those_of_the_embedded_code_systems() {
        for (system, codes) in [
            (EVENTS, EVENT_CODES),
            (REASONS, REASON_CODES),
            (USE_CASES, USE_CASE_CODES),
            ("http://hl7.org/fhir/request-status", REQUEST_STATUSES),
            ("http://hl7.org/fhir/encounter-status", ENCOUNTER_STATUSES),
        ] {
            let terms = &rules::embedded().terms;
            let system = terms.system(system).expect(system);
            for code in codes {
                assert!(terms.system_has(system, code), "{code}");
            }
        }
    }
}
