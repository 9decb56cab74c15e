//! A person whom a provider would get and whose referral the gateway refuses or holds: `route`
//! says so, as the test's own `expected-route.csv` does.

use serde_json::{Value, json};

use super::package;
use super::verbs::{fits, route, unwrapped};
use crate::surfaces::cli::{Format, exit};

fn routed(test: &str, explain: bool, format: Format) -> (String, i32) {
    let folder = package("mappings/northmoor").join(test);
    route(folder.join("referral.json"), None, explain, format)
}

#[test]
fn a_referral_that_is_refused_all_the_same_is_no_route() {
    for (test, reason) in [
        (
            "restart-fell/tests/no-consent",
            "workwell-consent-not-recorded",
        ),
        (
            "fit-note-first/tests/main-thing-not-listed",
            "unmapped-code-refused",
        ),
    ] {
        let expected = package("mappings/northmoor")
            .join(test)
            .join("expected-route.csv");
        let expected = std::fs::read_to_string(expected).expect("a committed test");
        let words = expected.lines().find_map(|line| {
            let rest = line.strip_prefix("kept-back,")?;
            rest.split_once(&format!("{reason},"))
                .map(|(_, words)| words.trim_matches('"'))
        });
        let words = words.unwrap_or_else(|| panic!("{expected}"));
        for explain in [false, true] {
            let (said, code) = routed(test, explain, Format::Text);
            assert_eq!(code, exit::FINDING, "{said}");
            fits(&said);
            let said = unwrapped(&said);
            assert!(said.contains("It would go to "), "{said}");
            assert!(!said.contains("It goes to "), "{said}");
            assert!(
                said.contains(&format!("Nothing leaves, {reason}: {words}")),
                "{said}"
            );
        }
        let (said, code) = routed(test, false, Format::Json);
        assert_eq!(code, exit::FINDING);
        let tree: Value = serde_json::from_str(&said).expect("JSON");
        let kept = json!({ "reason": reason, "words": words, "refused": true });
        assert_eq!(tree["result"]["keptBack"], kept);
    }
}

#[test]
fn a_person_of_whom_nothing_is_kept_back_goes_there() {
    let (said, code) = routed("restart-fell/tests/twelve-weeks", false, Format::Json);
    assert_eq!(code, exit::OK, "{said}");
    let tree: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(tree["result"]["keptBack"], Value::Null);
}
