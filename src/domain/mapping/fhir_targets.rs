//! The targets that a provider's FHIR Bundle offers to `fields.csv`.
//!
//! The list is closed: `standards/payload` knows how to place each one in a Bundle that
//! conforms, and a table cannot reach any other element.

/// One target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FhirTarget {
    /// The name in the `target` column.
    pub name: &'static str,
    /// Whether several rows may fill it; each adds one repetition (a list adds several).
    pub repeats: bool,
    /// What it becomes and what it takes.
    pub meaning: &'static str,
}

const fn one(name: &'static str, meaning: &'static str) -> FhirTarget {
    FhirTarget {
        name,
        repeats: false,
        meaning,
    }
}

const fn many(name: &'static str, meaning: &'static str) -> FhirTarget {
    FhirTarget {
        name,
        repeats: true,
        meaning,
    }
}

/// Every target. Codes are written `system|code`, dates `yyyy-mm-dd`.
#[rustfmt::skip]
pub const FHIR_TARGETS: &[FhirTarget] = &[
    one("Patient.identifier[nhs-number]", "The NHS number, ten digits"),
    one("Patient.name.prefix", "Title"),
    one("Patient.name.given", "Given names: a text or a list in order"),
    one("Patient.name.family", "Family name"),
    one("Patient.name.text", "The whole name"),
    one("Patient.birthDate", "Date of birth, yyyy-mm-dd"),
    one("Patient.gender", "male, female, other or unknown"),
    one("Patient.address.line", "Address lines: a text or a list in order"),
    one("Patient.address.city", "Town or city"),
    one("Patient.address.district", "County or district"),
    one("Patient.address.postalCode", "Postcode"),
    many("Patient.telecom.phone", "Telephone numbers, the preferred one first"),
    many("Patient.telecom.email", "E-mail addresses, the preferred one first"),
    one("Patient.communication.language", "Preferred language, system|code or words"),
    one("Patient.communication.interpreter", "Whether an interpreter is needed: true or false"),
    one("Patient.extension[ethnic-category]", "Ethnic category, system|code or words"),
    one("Patient.generalPractitioner[ods]", "ODS code of the registered practice"),
    one("ServiceRequest.identifier[case-reference]", "The case reference"),
    one("ServiceRequest.identifier[case-id]", "The gateway's id of the case"),
    one("ServiceRequest.authoredOn", "The day of the referral, yyyy-mm-dd"),
    one("ServiceRequest.requester[ods]", "ODS code of the referring organisation"),
    one("ServiceRequest.requester.name", "Name of the referring organisation"),
    one("ServiceRequest.requester.telephone", "Telephone of the referring organisation"),
    one("ServiceRequest.requester.practitioner", "Name of the professional who referred"),
    one("ServiceRequest.reasonCode.text", "The main barrier in words"),
    many("ServiceRequest.note", "Notes: one Annotation each"),
    many("ServiceRequest.note[to-ask]", "What to ask the person: one Annotation each, which begins with `To ask the person:`"),
    many("Condition.code", "Codes of conditions, system|code: one Condition each"),
    many("Condition.code.text", "Conditions in words: one Condition each"),
    one("Observation.employment-status", "Employment status, a word or system|code"),
    one("Observation.sickness-absence", "Sickness absence indicator, a word or system|code"),
    one("Observation.weeks-out-of-work", "Whole weeks out of work: a number"),
    one("Observation.absence-start", "First day of the absence, yyyy-mm-dd"),
    one("Observation.occupation", "Occupation in words"),
    one("Observation.employer", "The employer's name"),
    one("Observation.fit-note", "What the fit note says, a word"),
    one("Observation.fit-note-to", "Last day of the fit note, yyyy-mm-dd"),
    one("Observation.age-band", "Age band in words"),
    many("Flag.text", "Any flag in words: one Flag each"),
    many("Flag.reasonable-adjustment", "Reasonable adjustments: one Flag each, category RA"),
    many("Flag.communication-need", "Communication needs: one Flag each"),
    many("Flag.safe-contact", "How the person can safely be contacted: one Flag each"),
    many("Flag.safeguarding", "Safeguarding: one Flag each"),
    many("Flag.staff-risk", "Risks to staff: one Flag each"),
    one("Consent.decision", "The WorkWell consent: given, refused, withdrawn or not-recorded"),
    one("Consent.dateTime", "The day of the WorkWell consent, yyyy-mm-dd"),
    one("Consent.gp-feedback", "Consent to tell the practice: given, refused, withdrawn or not-recorded"),
];

/// Finds a target by its name.
pub fn fhir_target(name: &str) -> Option<&'static FhirTarget> {
    FHIR_TARGETS.iter().find(|target| target.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_listed_once() {
        for (index, target) in FHIR_TARGETS.iter().enumerate() {
            let first = FHIR_TARGETS.iter().position(|t| t.name == target.name);
            assert_eq!(first, Some(index), "{}", target.name);
        }
    }
}
