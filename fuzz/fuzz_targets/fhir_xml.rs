//! Any bytes at the guarded XML leaf: it answers in time, without a panic, and what it
//! converts can be converted back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use workwell_gateway::standards::fhir::xml;

const CAP: usize = 64 * 1024;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(json) = xml::to_json(bytes, CAP) {
        let _ = xml::from_json(&json, CAP * 8);
    }
    let _ = xml::from_json(bytes, CAP);
});
