//! The error catalogue: every refusal the gateway can give, with its code, its words
//! and who acts on it (DESIGN I6).
//!
//! Codes are `WW-<AREA>-<nnn>`; a number is never given to another meaning.

pub mod area;
mod entry;
pub mod page;

pub use entry::{Entry, FixedBy, Problem, Retry};

/// Every entry of the catalogue, by area and number.
pub fn catalogue() -> impl Iterator<Item = &'static Entry> {
    area::ALL.iter().flat_map(|entries| entries.iter().copied())
}

/// Finds an entry by its code, in any case: `ww-ref-001` too.
pub fn find(code: &str) -> Option<&'static Entry> {
    catalogue().find(|entry| entry.code.eq_ignore_ascii_case(code.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_is_used_once_and_has_the_right_shape() {
        let mut seen = BTreeSet::new();
        for entry in catalogue() {
            assert!(seen.insert(entry.code), "{} is used twice", entry.code);
            let parts: Vec<&str> = entry.code.split('-').collect();
            assert!(
                matches!(parts[..], ["WW", area, number] if area.len() == 3 && number.len() == 3),
                "{}",
                entry.code
            );
        }
        assert!(!seen.is_empty());
    }

    #[test]
    fn every_entry_says_what_it_means_and_what_to_do() {
        for entry in catalogue() {
            assert!(
                entry.meaning.len() > 20 && entry.advice.len() > 10,
                "{}",
                entry.code
            );
            assert!((400..600).contains(&entry.http), "{}", entry.code);
            assert!(entry.bars.starts_with("REC_"), "{}", entry.code);
        }
    }
}
