//! Published code systems by the short names with which tables write them, `sct|928000`.

/// Short name and address of each.
const PUBLISHED: &[(&str, &str)] = &[
    ("sct", "http://snomed.info/sct"),
    ("icd10", "http://hl7.org/fhir/sid/icd-10"),
    ("loinc", "http://loinc.org"),
];

/// The address of the system with this short name.
pub fn address_of(alias: &str) -> Option<&'static str> {
    let found = PUBLISHED.iter().find(|(name, _)| *name == alias);
    found.map(|(_, address)| *address)
}

/// The short name of the system at this address.
pub fn alias_of(address: &str) -> Option<&'static str> {
    let found = PUBLISHED.iter().find(|(_, known)| *known == address);
    found.map(|(alias, _)| *alias)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::ConditionGroups;

    #[test]
    fn every_system_in_which_a_condition_may_be_listed_has_its_address() {
        for alias in ConditionGroups::ALIASES {
            let address = address_of(alias).expect("a published system");
            assert_eq!(alias_of(address), Some(*alias));
        }
    }
}
