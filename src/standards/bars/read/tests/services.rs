use serde_json::json;

use super::*;
use crate::standards::bars::policy::Served;
use crate::standards::bars::sample::{self, found, policy, resource};

const OTHER: &str = "https://fhir.nhs.uk/Id/dos-service-id|2000088888";

/// Two services of one operator that take different things.
fn two_services() -> ReadPolicy {
    let other = Served {
        address: sample::address(OTHER),
        use_cases: vec!["ww1".to_owned()],
        application_versions: vec!["9.0.0".to_owned()],
    };
    let mut policy = policy();
    policy.services.push(other);
    policy
}

#[test]
fn a_message_is_judged_by_what_the_service_takes_that_it_is_for() {
    let version = "WW-REF-003 Bundle.meta.versionId";
    let use_case = "WW-REF-010 Bundle.entry[1].resource.category";
    let differs = "WW-REF-020 Bundle.entry[0].resource.destination[0].endpoint";
    let unread = "WW-REF-019 Bundle.entry[0].resource.destination[0].endpoint";
    for (target, destination, said, told) in [
        (sample::SERVICE, sample::SERVICE, ("1.1.0", "a5t1"), &[][..]),
        (OTHER, OTHER, ("9.0.0", "ww1"), &[]),
        (OTHER, OTHER, ("1.1.0", "a5t1"), &[version, use_case]),
        (
            sample::SERVICE,
            sample::SERVICE,
            ("9.0.0", "ww1"),
            &[version, use_case],
        ),
        (
            sample::SERVICE,
            sample::SERVICE,
            ("1.1.0", "ww1"),
            &[use_case],
        ),
        (OTHER, OTHER, ("1.1.0", "ww1"), &[version]),
        // For which of the two it is cannot be told: that alone is the fault.
        (OTHER, sample::SERVICE, ("1.1.0", "a5t1"), &[differs]),
        (OTHER, sample::SERVICE, ("5.0.0", "a1t1"), &[differs]),
        // What the message does not say, the request's header does.
        (OTHER, "nowhere", ("9.0.0", "ww1"), &[unread]),
        (OTHER, "nowhere", ("9.0.0", "a5t1"), &[unread, use_case]),
    ] {
        let mut message = sample::referral();
        message["meta"]["versionId"] = json!(said.0);
        resource(&mut message, 2)["category"][0]["coding"][1]["code"] = json!(said.1);
        resource(&mut message, 1)["destination"][0]["endpoint"] = json!(destination);
        let headers = sample::headers("Y99001", target);
        let document = sample::document(&message);
        let reading = read(
            &document,
            &headers,
            &two_services(),
            &sample::groups(),
            sample::received_at(),
        );
        assert_eq!(found(&reading), told, "{target} {destination} {said:?}");
    }
}
