//! What the gateway answers is FHIR that conforms, whatever the test asks it about.

use serde_json::Value;
use workwell_gateway::conformance::parties::conforms::faults;
use workwell_gateway::standards::fhir::xml;

/// Fails when a FHIR answer breaks a rule, in R4 or in a profile that it names or that its
/// MessageDefinition asks for. An echo may break what the message itself broke.
pub fn assert_conforms(answer: &[u8], sent: &[u8]) {
    let is_fhir =
        serde_json::from_slice::<Value>(answer).is_ok_and(|body| body["resourceType"].is_string());
    if !is_fhir {
        return;
    }
    let mut found = faults(answer);
    if found.is_empty() {
        return;
    }
    let sent = match sent.first() {
        Some(b'<') => xml::to_json(sent, 1 << 24).unwrap_or_default(),
        _ => sent.to_vec(),
    };
    let known: Vec<String> = faults(&sent).iter().map(|fault| placeless(fault)).collect();
    found.retain(|fault| !known.contains(&placeless(fault)));
    assert!(found.is_empty(), "the answer does not conform: {found:#?}");
}

/// A fault without the line and column of a name that is not repeated: an echo has others.
fn placeless(fault: &str) -> String {
    let Some((before, place)) = fault.split_once(", whose value stands at ") else {
        return fault.to_owned();
    };
    let path = place.split_once(" at ").map_or("", |(_, path)| path);
    format!("{before} at {path}")
}

#[test]
#[should_panic(expected = "does not conform")]
fn an_answer_with_a_fault_of_its_own_fails() {
    assert_conforms(
        br#"{"resourceType":"OperationOutcome","issue":[{"severity":"bad","code":"invalid"}]}"#,
        b"",
    );
}
