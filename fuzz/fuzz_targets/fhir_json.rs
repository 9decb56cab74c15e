//! Any bytes: the reader answers or refuses, and what it reads has sound spans.
#![no_main]

use libfuzzer_sys::fuzz_target;
use workwell_gateway::standards::fhir::{Document, Limits};
use workwell_gateway::standards::profile;

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = Document::parse(bytes.to_vec(), &Limits::default()) else {
        return;
    };
    assert_eq!(document.source(), bytes);
    let span = document.root().span();
    assert!(span.start <= span.end && span.end <= bytes.len());
    let _ = profile::faults(&document);
});
