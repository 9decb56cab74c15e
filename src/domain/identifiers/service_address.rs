//! Where a BaRS message is addressed to.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A service in a directory: `system|value` in a MessageHeader, base64 JSON in
/// `NHSD-Target-Identifier` (BaRS Core 1.5.0).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ServiceAddress {
    /// The identifier system, e.g. `https://fhir.nhs.uk/Id/dos-service-id`.
    pub system: String,
    /// The service id within the system.
    pub value: String,
}

impl ServiceAddress {
    /// The system of DoS service ids, the one live BaRS services use.
    pub const DOS: &'static str = "https://fhir.nhs.uk/Id/dos-service-id";

    /// Reads the `system|value` form. `None` without a bar or with an empty half.
    pub fn parse(text: &str) -> Option<Self> {
        let (system, value) = text.rsplit_once('|')?;
        if system.is_empty() || value.is_empty() {
            return None;
        }
        Some(Self {
            system: system.to_owned(),
            value: value.to_owned(),
        })
    }
}

impl fmt::Display for ServiceAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}|{}", self.system, self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_form_is_read_and_written_alike() {
        let text = "https://fhir.nhs.uk/Id/dos-service-id|2000099999";
        assert_eq!(
            ServiceAddress::parse(text).map(|a| a.to_string()),
            Some(text.to_owned())
        );
    }

    #[test]
    fn a_missing_half_is_refused() {
        for text in [
            "2000099999",
            "|2000099999",
            "https://fhir.nhs.uk/Id/dos-service-id|",
        ] {
            assert_eq!(ServiceAddress::parse(text), None, "{text}");
        }
    }
}
