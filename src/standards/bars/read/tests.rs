mod bundle;
mod conditions;
mod consent;
mod flags;
mod meaning;
mod missing;
mod person;
mod policies;
mod rules;
mod services;
mod whole;
mod work;

use serde_json::Value;

use super::*;
use crate::standards::bars::sample::{self, found, policy, read_as};

const SNOMED: &str = "http://snomed.info/sct";

fn referral_of(message: &Value) -> Referral {
    let reading = read_as(message, &policy());
    assert_eq!(found(&reading), [""; 0]);
    reading.referral.expect("a referral")
}

/// The faults of the sample after a change.
fn faults(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut message = sample::referral();
    change(&mut message);
    found(&read_as(&message, &policy()))
}
