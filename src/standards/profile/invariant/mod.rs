//! Invariants as native functions, by the key of their constraint (FHIR R4; UK Core).
//!
//! The published definitions give each rule a key and a FHIRPath expression. Few keys
//! are met in a referral, and a function is both faster and easier to prove than an
//! interpreter, so each is written out here and tested with a good and a bad value. A
//! key that is not known is named as not evaluated, never passed over in silence.

mod bundle;
mod conformance;
mod datatypes;
mod look;
mod questionnaire;
mod resources;
mod uk_core;

use std::sync::{Mutex, PoisonError};

use crate::standards::fhir::Node;
use crate::standards::profile::finding::Severity;

/// One invariant.
#[derive(Debug, PartialEq, Eq)]
pub struct Invariant {
    /// The key of the constraint, `pat-1`.
    pub key: &'static str,
    /// How grave a breach is by the definition.
    pub severity: Severity,
    /// How it is judged.
    pub check: Check,
    /// What is wanted, in words.
    pub expected: &'static str,
    /// The element that it is about: where that is absent, it holds.
    pub about: Option<&'static str>,
}

/// How an invariant is judged.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// By a function of the element that carries it: true when it holds.
    Holds(fn(Node<'_>) -> bool),
    /// By the walk itself, or it asks for nothing that can be missed.
    Elsewhere,
    /// Not at all.
    NotEvaluated,
}

impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Check::Holds(_), Check::Holds(_))
                | (Check::Elsewhere, Check::Elsewhere)
                | (Check::NotEvaluated, Check::NotEvaluated)
        )
    }
}

impl Eq for Check {}

/// An invariant of severity error.
const fn error(
    key: &'static str,
    holds: fn(Node<'_>) -> bool,
    expected: &'static str,
) -> Invariant {
    Invariant {
        key,
        severity: Severity::Error,
        check: Check::Holds(holds),
        expected,
        about: None,
    }
}

/// An invariant of severity error that holds wherever an element is absent.
const fn error_about(
    about: &'static str,
    key: &'static str,
    holds: fn(Node<'_>) -> bool,
    expected: &'static str,
) -> Invariant {
    Invariant {
        about: Some(about),
        ..error(key, holds, expected)
    }
}

/// An invariant of severity warning.
const fn warning(
    key: &'static str,
    holds: fn(Node<'_>) -> bool,
    expected: &'static str,
) -> Invariant {
    Invariant {
        severity: Severity::Warning,
        ..error(key, holds, expected)
    }
}

/// An invariant that the walk judges itself.
const fn elsewhere(key: &'static str, expected: &'static str) -> Invariant {
    Invariant {
        key,
        severity: Severity::Error,
        check: Check::Elsewhere,
        expected,
        about: None,
    }
}

/// Judged by the walk on every element, see there.
const BY_THE_WALK: [Invariant; 6] = [
    elsewhere("ele-1", "a value or content beside the id"),
    elsewhere("txt-1", "plain formatting of HTML only"),
    elsewhere("txt-2", "a narrative that says something"),
    elsewhere("ref-1", "a contained resource of that id"),
    elsewhere("bdl-7", "a fullUrl that no other entry has"),
    // Best practice for people who read resources as they are; messages carry none.
    elsewhere("dom-6", "a narrative"),
];

/// Every invariant that is judged, by topic.
fn known() -> impl Iterator<Item = &'static Invariant> {
    [
        &BY_THE_WALK[..],
        &datatypes::ALL[..],
        &bundle::ALL[..],
        &resources::ALL[..],
        &questionnaire::ALL[..],
        &conformance::ALL[..],
        &uk_core::ALL[..],
    ]
    .into_iter()
    .flatten()
}

/// The invariant of a key. One that is not known is kept as not evaluated.
pub fn of(key: &'static str) -> &'static Invariant {
    static UNKNOWN: Mutex<Vec<&'static Invariant>> = Mutex::new(Vec::new());
    if let Some(invariant) = known().find(|invariant| invariant.key == key) {
        return invariant;
    }
    let mut unknown = UNKNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(invariant) = unknown.iter().find(|invariant| invariant.key == key) {
        return invariant;
    }
    // Once a key, and there are as many as the definitions have: they live as long as
    // the tables that name them.
    let invariant: &'static Invariant = Box::leak(Box::new(Invariant {
        key,
        severity: Severity::Information,
        check: Check::NotEvaluated,
        expected: "",
        about: None,
    }));
    unknown.push(invariant);
    invariant
}

/// The keys that are judged.
pub fn keys() -> impl Iterator<Item = &'static str> {
    known().map(|invariant| invariant.key)
}

#[cfg(test)]
mod pairs;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_written_once() {
        let mut keys: Vec<&str> = keys().collect();
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
        assert!(count > 90, "{count}");
    }

    #[test]
    fn a_key_that_is_not_known_is_kept_as_not_evaluated() {
        let one = of("zzz-1");
        assert_eq!(one.check, Check::NotEvaluated);
        assert!(std::ptr::eq(one, of("zzz-1")));
    }
}
