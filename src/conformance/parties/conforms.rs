//! What a party that validates finds wrong with a FHIR document: FHIR R4, the profiles that
//! the document names and those that its MessageDefinition asks for.

use crate::standards::fhir::Limits;
use crate::standards::profile::{Ask, Finding, inspect};

/// One line a fault, empty when it conforms. A line holds rule and place and never a value.
pub fn faults(document: &[u8]) -> Vec<String> {
    let found = inspect(document.to_vec(), &Limits::default(), &Ask::everything()).findings;
    found
        .into_iter()
        .filter(Finding::is_error)
        .map(|one| {
            let by = one.profile.unwrap_or("FHIR R4");
            format!("{} at {}: {} of {by}", one.found, one.path, one.rule)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_that_conforms_has_no_faults_and_any_other_names_rule_and_place() {
        assert!(faults(br#"{"resourceType":"Patient","gender":"female"}"#).is_empty());
        let found = faults(br#"{"resourceType":"Patient","gender":"lady"}"#);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("binding") && found[0].contains("Patient.gender"));
        assert!(!found[0].contains("lady"), "{found:?}");
    }
}
