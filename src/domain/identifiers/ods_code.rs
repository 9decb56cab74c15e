//! The ODS code of an organisation.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An Organisation Data Service code: 2 to 12 letters and digits, upper case
/// (practices `A81001`, trusts `RXX`, sites and newer bodies up to ten).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OdsCode(String);

impl OdsCode {
    /// The spelling that headers use; examples also write `/id/` (BaRS guide).
    pub const SYSTEM: &'static str = "https://fhir.nhs.uk/Id/ods-organization-code";

    /// Reads a code; lower case is folded to upper. `None` when it has another shape.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let shaped =
            (2..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
        shaped.then(|| Self(text.to_ascii_uppercase()))
    }

    /// Whether an identifier system names ODS codes, in either published spelling.
    pub fn is_system(system: &str) -> bool {
        system.eq_ignore_ascii_case(Self::SYSTEM)
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OdsCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_folded_to_upper_case_and_other_shapes_are_refused() {
        assert_eq!(
            OdsCode::parse(" y99001 ").map(|c| c.to_string()),
            Some("Y99001".into())
        );
        for text in ["", "A", "A81-001", "ABCDEFGHIJKLM", "A 81001"] {
            assert_eq!(OdsCode::parse(text), None, "{text}");
        }
    }

    #[test]
    fn both_published_spellings_of_the_system_are_known() {
        assert!(OdsCode::is_system(
            "https://fhir.nhs.uk/id/ods-organization-code"
        ));
        assert!(!OdsCode::is_system("https://fhir.nhs.uk/Id/nhs-number"));
    }
}
