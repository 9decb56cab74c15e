//! The BaRS MessageDefinitions as codes and cardinalities, embedded in the program.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::finding::{Finding, Layer, MESSAGE_CARDINALITY, Severity};

/// The generated text (see [`super::compile::messages()`]): one `M` line a
/// definition, then one indented line a focus.
pub const MESSAGES: &str = include_str!("../../../profiles/bars/messages.table");

/// What one MessageDefinition says about the content of its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageCardinality {
    /// Canonical URL.
    pub url: String,
    /// Business version of the definition.
    pub version: String,
    /// System of the event code.
    pub event_system: String,
    /// Event code, such as `servicerequest-request`.
    pub event_code: String,
    /// The resources it counts, one entry a resource type; profiles of the same type are added up.
    pub focus: Vec<Focus>,
}

/// How many resources of a type a message has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Focus {
    /// Resource type.
    pub code: String,
    /// At least so many.
    pub min: u32,
    /// At most so many; `None` is unlimited.
    pub max: Option<u32>,
    /// The profile they have; `None` when the definition names several for the type.
    pub profile: Option<String>,
}

/// The definition with that canonical URL; a `|version` behind it is not looked at.
pub fn message_definition(url: &str) -> Option<&'static MessageCardinality> {
    static TABLE: OnceLock<HashMap<String, MessageCardinality>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        decode(MESSAGES)
            .into_iter()
            .map(|definition| (definition.url.clone(), definition))
            .collect()
    });
    table.get(url.split('|').next().unwrap_or(url))
}

/// Reads a generated text; lines not of the form are passed over.
pub fn decode(text: &str) -> Vec<MessageCardinality> {
    let mut definitions: Vec<MessageCardinality> = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        match (words.as_slice(), definitions.last_mut()) {
            (["M", url, version, system, code], _) => definitions.push(MessageCardinality {
                url: (*url).to_owned(),
                version: (*version).to_owned(),
                event_system: (*system).to_owned(),
                event_code: (*code).to_owned(),
                focus: Vec::new(),
            }),
            ([code, min, max, rest @ ..], Some(definition)) => {
                add(
                    &mut definition.focus,
                    Focus {
                        code: (*code).to_owned(),
                        min: min.parse().unwrap_or(0),
                        max: max.parse().ok(),
                        profile: rest.first().map(|url| (*url).to_owned()),
                    },
                );
            }
            _ => {}
        }
    }
    definitions
}

/// Two focuses of one type, such as two profiles of Location, are met together.
fn add(all: &mut Vec<Focus>, focus: Focus) {
    if let Some(same) = all.iter_mut().find(|one| one.code == focus.code) {
        same.min += focus.min;
        same.max = same.max.zip(focus.max).map(|(one, other)| one + other);
        same.profile = None;
        return;
    }
    all.push(focus);
}

/// Counts resources against a definition. A type that is not counted in
/// `counts` counts as none, except the Bundle that carries the message. Types
/// the definition does not name are allowed (MessageDefinition.focus is no closed list).
pub fn cardinality_findings(
    definition: &MessageCardinality,
    counts: &[(&str, u32)],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for focus in &definition.focus {
        let of_type = counts.iter().filter(|(code, _)| *code == focus.code);
        let is_carrier = focus.code == "Bundle" && of_type.clone().next().is_none();
        let count: u32 = of_type.map(|(_, count)| count).sum();
        let is_low = count < focus.min;
        let is_high = focus.max.is_some_and(|max| count > max);
        if is_carrier || !(is_low || is_high) {
            continue;
        }
        let max = focus.max.map_or("*".to_owned(), |max| max.to_string());
        findings.push(Finding {
            rule: MESSAGE_CARDINALITY,
            layer: Layer::Message,
            severity: Severity::Error,
            path: "Bundle.entry".to_owned(),
            found: format!("{count} {}", focus.code),
            expected: format!("{}..{max} {} ({})", focus.min, focus.code, definition.url),
            offset: 0,
            profile: None,
        });
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFERRAL: &str =
        "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-referral";

    #[test]
    fn the_referral_definition_is_found_with_or_without_a_version() {
        let definition = message_definition(REFERRAL).expect("embedded");
        assert_eq!(definition.event_code, "servicerequest-request");
        let versioned = message_definition(&format!("{REFERRAL}|1.0.0-beta"));
        assert_eq!(versioned, Some(definition));
        assert_eq!(message_definition("urn:none"), None);
    }

    #[test]
    fn profiles_of_one_type_are_added_up() {
        let definition = message_definition(REFERRAL).expect("embedded");
        let of = |code| definition.focus.iter().find(|focus| focus.code == code);
        let location = of("Location").expect("Location");
        assert_eq!((location.min, location.max), (0, None));
        let organisation = of("Organization").expect("Organization");
        assert_eq!((organisation.min, organisation.max), (2, None));
    }

    #[test]
    fn too_few_and_too_many_are_told_with_the_limits() {
        let definition = message_definition(REFERRAL).expect("embedded");
        let counts = [
            ("MessageHeader", 1),
            ("ServiceRequest", 2),
            ("Patient", 1),
            ("Encounter", 1),
            ("CarePlan", 1),
            ("Organization", 1),
            ("Practitioner", 1),
            ("PractitionerRole", 1),
            ("Consent", 1),
            ("HealthcareService", 1),
            ("Goal", 7),
        ];
        let findings = cardinality_findings(definition, &counts);
        let found: Vec<_> = findings.iter().map(|f| f.found.as_str()).collect();
        assert_eq!(found, ["2 ServiceRequest", "1 Organization"]);
        assert!(findings[0].expected.starts_with("1..1 ServiceRequest"));
    }

    #[test]
    fn all_nine_published_definitions_are_embedded() {
        assert_eq!(decode(MESSAGES).len(), 9);
    }
}
