//! How many resources of each type a message holds (BaRS MessageDefinitions; the
//! numbers of 2026). FHIR validation does not look at this, so the reader does.

use super::codes::definition;

/// One line of `MessageDefinition.focus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Focus {
    /// The resource type.
    pub kind: &'static str,
    /// At least so many.
    pub min: usize,
    /// At most so many; `None` for any number.
    pub max: Option<usize>,
}

/// The rules of one message.
#[derive(Debug)]
pub struct MessageRule {
    /// The canonical URL of the national MessageDefinition.
    pub url: &'static str,
    /// A few words for people.
    pub title: &'static str,
    /// MessageHeader.eventCoding.
    pub event: &'static str,
    /// The resources.
    pub focus: &'static [Focus],
    /// Whether a resource of any other type refuses the message.
    pub closed: bool,
}

const fn exactly(kind: &'static str, count: usize) -> Focus {
    Focus {
        kind,
        min: count,
        max: Some(count),
    }
}

const fn at_least(kind: &'static str, min: usize) -> Focus {
    Focus {
        kind,
        min,
        max: None,
    }
}

/// A new referral: `bars-message-servicerequest-request-referral`.
pub static REQUEST_REFERRAL: MessageRule = MessageRule {
    url: definition::REQUEST_REFERRAL,
    title: "New referral",
    event: "servicerequest-request",
    focus: &[
        exactly("MessageHeader", 1),
        exactly("ServiceRequest", 1),
        exactly("Patient", 1),
        exactly("Encounter", 1),
        exactly("CarePlan", 1),
        // 1..1 before 2026.
        at_least("HealthcareService", 1),
        at_least("Organization", 2),
        at_least("Practitioner", 1),
        at_least("PractitionerRole", 1),
        at_least("Consent", 1),
        at_least("Location", 0),
        at_least("Observation", 0),
        at_least("Flag", 0),
        at_least("MedicationStatement", 0),
        at_least("AllergyIntolerance", 0),
        at_least("Questionnaire", 0),
        at_least("QuestionnaireResponse", 0),
        at_least("Condition", 0),
        at_least("Task", 0),
        at_least("Communication", 0),
        at_least("Procedure", 0),
        // Added in guide 1.12.0.
        at_least("RelatedPerson", 0),
        Focus {
            kind: "Device",
            min: 0,
            max: Some(1),
        },
    ],
    closed: true,
};

/// A cancel: `bars-message-servicerequest-request-cancelled`. The national definition
/// has nothing else; an extra resource is only reported here, because a stop must not
/// be lost over something that does no harm (DESIGN I10).
pub static REQUEST_CANCELLED: MessageRule = MessageRule {
    url: definition::REQUEST_CANCELLED,
    title: "Referral cancelled",
    event: "servicerequest-request",
    focus: &[
        exactly("MessageHeader", 1),
        exactly("ServiceRequest", 1),
        exactly("Patient", 1),
        at_least("Organization", 2),
    ],
    closed: false,
};

/// A status sent back: `bars-message-servicerequest-response-referral-short`.
pub static RESPONSE_SHORT: MessageRule = MessageRule {
    url: definition::RESPONSE_SHORT,
    title: "Referral status",
    event: "servicerequest-response",
    focus: &[
        exactly("MessageHeader", 1),
        exactly("ServiceRequest", 1),
        exactly("Patient", 1),
        // The sender's, echoed, and the receiver's.
        exactly("Encounter", 2),
        at_least("Organization", 2),
        at_least("Practitioner", 1),
        at_least("PractitionerRole", 1),
        at_least("HealthcareService", 0),
    ],
    closed: true,
};

/// The messages of a referral service.
pub static ALL: &[&MessageRule] = &[&REQUEST_REFERRAL, &REQUEST_CANCELLED, &RESPONSE_SHORT];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standards::profile::message_definition;

    #[test]
    fn the_numbers_are_those_of_the_national_definitions() {
        for rule in ALL {
            let national = message_definition(rule.url).expect("a national definition");
            assert_eq!(national.event_code, rule.event, "{}", rule.url);
            let listed = national.focus.iter().filter(|focus| focus.code != "Bundle");
            let mut listed: Vec<_> = listed
                .map(|focus| (focus.code.as_str(), Some(focus.min as usize), focus.max))
                .collect();
            let mut ours: Vec<_> = rule
                .focus
                .iter()
                .map(|focus| {
                    let max = focus.max.and_then(|max| u32::try_from(max).ok());
                    (focus.kind, Some(focus.min), max)
                })
                .collect();
            listed.sort_unstable();
            ours.sort_unstable();
            assert_eq!(ours, listed, "{}", rule.url);
        }
    }
}
