//! The targets that a provider's FHIR Bundle offers to `fields.csv`.
//!
//! The list is closed: `standards/payload` knows how to place each one in a Bundle that
//! conforms, and a table cannot reach any other element.

/// R4 administrative-gender.
const GENDERS: &[&str] = &["male", "female", "other", "unknown"];
/// What is recorded of a consent.
const DECISIONS: &[&str] = &["given", "refused", "withdrawn", "not-recorded"];

/// What a target takes. A table is held to it when it is loaded, and a Bundle when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FhirTakes {
    /// One text or code.
    Text,
    /// A text, or a list of them.
    Texts,
    /// A date: `yyyy`, `yyyy-mm` or `yyyy-mm-dd` (R4 `date`).
    Date,
    /// True or false.
    YesNo,
    /// A whole number, not negative.
    Number,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

impl FhirTakes {
    /// Whether it takes this text; a list is judged text by text.
    pub fn fits(self, text: &str) -> bool {
        match self {
            Self::Text | Self::Texts => true,
            Self::Date => is_date(text),
            Self::YesNo => matches!(text, "true" | "false"),
            Self::Number => text.parse::<u32>().is_ok(),
            Self::OneOf(words) => words.contains(&text),
        }
    }

    /// In words.
    pub fn says(self) -> String {
        match self {
            Self::Text => "a single text".to_owned(),
            Self::Texts => "texts".to_owned(),
            Self::Date => "a date, yyyy-mm-dd".to_owned(),
            Self::YesNo => "true or false".to_owned(),
            Self::Number => "a whole number".to_owned(),
            Self::OneOf(words) => format!("one of {}", words.join(", ")),
        }
    }
}

/// R4 `date`.
fn is_date(text: &str) -> bool {
    let full = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        10 => text.to_owned(),
        _ => return false,
    };
    full.parse::<jiff::civil::Date>().is_ok()
}

/// One target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FhirTarget {
    /// The name in the `target` column.
    pub name: &'static str,
    /// Whether several rows may fill it; each adds one repetition (a list adds several).
    pub repeats: bool,
    /// What it takes.
    pub takes: FhirTakes,
    /// What it becomes and what it takes.
    pub meaning: &'static str,
}

const fn one(name: &'static str, meaning: &'static str) -> FhirTarget {
    FhirTarget {
        name,
        repeats: false,
        takes: FhirTakes::Text,
        meaning,
    }
}

const fn many(name: &'static str, meaning: &'static str) -> FhirTarget {
    FhirTarget {
        name,
        repeats: true,
        takes: FhirTakes::Texts,
        meaning,
    }
}

impl FhirTarget {
    const fn taking(self, takes: FhirTakes) -> Self {
        Self { takes, ..self }
    }
}

/// Every target. Codes are written `system|code`, dates `yyyy-mm-dd`.
#[rustfmt::skip]
pub const FHIR_TARGETS: &[FhirTarget] = &[
    one("Patient.identifier[nhs-number]", "The NHS number, ten digits"),
    one("Patient.name.prefix", "Title").taking(FhirTakes::Texts),
    one("Patient.name.given", "Given names: a text or a list in order").taking(FhirTakes::Texts),
    one("Patient.name.family", "Family name"),
    one("Patient.name.text", "The whole name"),
    one("Patient.birthDate", "Date of birth, yyyy-mm-dd").taking(FhirTakes::Date),
    one("Patient.gender", "male, female, other or unknown").taking(FhirTakes::OneOf(GENDERS)),
    one("Patient.address.line", "Address lines: a text or a list in order").taking(FhirTakes::Texts),
    one("Patient.address.city", "Town or city"),
    one("Patient.address.district", "County or district"),
    one("Patient.address.postalCode", "Postcode"),
    many("Patient.telecom.phone", "Telephone numbers, the preferred one first"),
    many("Patient.telecom.email", "E-mail addresses, the preferred one first"),
    one("Patient.communication.language", "Preferred language, system|code or words"),
    one("Patient.communication.interpreter", "Whether an interpreter is needed: true or false").taking(FhirTakes::YesNo),
    one("Patient.extension[ethnic-category]", "Ethnic category, system|code or words"),
    one("Patient.generalPractitioner[ods]", "ODS code of the registered practice"),
    one("ServiceRequest.identifier[case-reference]", "The case reference"),
    one("ServiceRequest.identifier[case-id]", "The gateway's id of the case"),
    one("ServiceRequest.authoredOn", "The day of the referral, yyyy-mm-dd").taking(FhirTakes::Date),
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
    one("Observation.weeks-out-of-work", "Whole weeks out of work: a number").taking(FhirTakes::Number),
    one("Observation.absence-start", "First day of the absence, yyyy-mm-dd").taking(FhirTakes::Date),
    one("Observation.occupation", "Occupation in words"),
    one("Observation.employer", "The employer's name"),
    one("Observation.fit-note", "What the fit note says, a word"),
    one("Observation.fit-note-to", "Last day of the fit note, yyyy-mm-dd").taking(FhirTakes::Date),
    one("Observation.age-band", "Age band in words"),
    many("Flag.text", "Any flag in words: one Flag each"),
    many("Flag.reasonable-adjustment", "Reasonable adjustments: one Flag each, category RA"),
    many("Flag.communication-need", "Communication needs: one Flag each"),
    many("Flag.safe-contact", "How the person can safely be contacted: one Flag each"),
    many("Flag.safeguarding", "Safeguarding: one Flag each"),
    many("Flag.staff-risk", "Risks to staff: one Flag each"),
    one("Consent.decision", "The WorkWell consent: given, refused, withdrawn or not-recorded").taking(FhirTakes::OneOf(DECISIONS)),
    one("Consent.dateTime", "The day of the WorkWell consent, yyyy-mm-dd").taking(FhirTakes::Date),
    one("Consent.gp-feedback", "Consent to tell the practice: given, refused, withdrawn or not-recorded").taking(FhirTakes::OneOf(DECISIONS)),
];

/// Finds a target by its name.
pub fn fhir_target(name: &str) -> Option<&'static FhirTarget> {
    FHIR_TARGETS.iter().find(|target| target.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_whole_or_cut_and_real() {
        for (text, expected) in [
            ("1980", true),
            ("1980-02", true),
            ("1980-02-29", true),
            ("1981-02-29", false),
            ("29/02/1980", false),
            ("80", false),
            ("", false),
        ] {
            assert_eq!(FhirTakes::Date.fits(text), expected, "{text}");
        }
    }

    #[test]
    fn every_target_is_listed_once() {
        for (index, target) in FHIR_TARGETS.iter().enumerate() {
            let first = FHIR_TARGETS.iter().position(|t| t.name == target.name);
            assert_eq!(first, Some(index), "{}", target.name);
        }
    }
}
