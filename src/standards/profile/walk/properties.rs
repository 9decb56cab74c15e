//! Whatever a message holds, the walk ends, soon, and tells all.

use std::sync::OnceLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::standards::fhir::Limits;
use crate::standards::profile::inspect;

fn message() -> &'static Value {
    static MESSAGE: OnceLock<Value> = OnceLock::new();
    MESSAGE.get_or_init(|| {
        let text = std::fs::read("conformance/fixtures/referrals/referral-16k.json");
        serde_json::from_slice(&text.expect("the fixture is committed")).expect("JSON")
    })
}

/// Every pointer of the message that leads to a value.
fn pointers() -> &'static Vec<String> {
    static POINTERS: OnceLock<Vec<String>> = OnceLock::new();
    POINTERS.get_or_init(|| {
        fn below(value: &Value, at: &str, all: &mut Vec<String>) {
            all.push(at.to_owned());
            match value {
                Value::Object(members) => {
                    for (name, value) in members {
                        below(value, &format!("{at}/{name}"), all);
                    }
                }
                Value::Array(items) => {
                    for (number, value) in items.iter().enumerate() {
                        below(value, &format!("{at}/{number}"), all);
                    }
                }
                _ => {}
            }
        }
        let mut all = Vec::new();
        below(message(), "", &mut all);
        all.remove(0);
        all
    })
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!("")),
        Just(json!({})),
        Just(json!([])),
        Just(json!(true)),
        Just(json!(-1.5)),
        Just(json!({"resourceType": "Patient"})),
        Just(json!([{"resourceType": "Bundle", "entry": [{}]}])),
        Just(json!({"coding": [{"system": "urn:x", "code": "y"}]})),
        Just(json!({"extension": [{"url": "x"}]})),
        "[a-z<>#:/ ]{0,12}".prop_map(Value::from),
    ]
}

fn found(message: &Value) -> Vec<Finding> {
    let source = message.to_string().into_bytes();
    inspect(source, &Limits::default(), &Ask::everything()).findings
}

fn change(message: &mut Value, at: usize, value: &Value) {
    let all = pointers();
    if let Some(place) = message.pointer_mut(&all[at % all.len()]) {
        *place = value.clone();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn any_mutation_of_a_message_is_walked_to_its_end(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_value()), 1..6)
    ) {
        let mut message = message().clone();
        for (at, value) in &changes {
            change(&mut message, at.index(pointers().len()), value);
        }
        for finding in found(&message) {
            prop_assert!(!finding.rule.is_empty() && !finding.path.is_empty());
        }
    }

    #[test]
    fn an_issue_is_not_lost_when_another_is_added(at in any::<prop::sample::Index>()) {
        // Unknown elements stand beside anything: they are added to every object.
        let mut message = message().clone();
        let pointer = &pointers()[at.index(pointers().len())];
        let defect = |message: &mut Value, pointer: &str| {
            let place = message.pointer_mut(pointer).and_then(Value::as_object_mut);
            place.map(|object| object.insert("zzz".to_owned(), json!("x"))).is_some()
        };
        prop_assume!(defect(&mut message, pointer));
        let one: Vec<_> = found(&message).into_iter().map(|f| (f.rule, f.path)).collect();
        for other in ["/entry/1/resource/subject", "/entry/7/resource/name/0", "/entry/0/resource"] {
            let mut both = message.clone();
            defect(&mut both, other);
            both["entry"][7]["resource"]["birthDate"] = json!("1981-02-31");
            both["entry"][3]["resource"]["language"] = json!("");
            let all: Vec<_> = found(&both).into_iter().map(|f| (f.rule, f.path)).collect();
            for issue in &one {
                prop_assert!(all.contains(issue), "{issue:?} was lost");
            }
        }
    }
}

/// CPU time of this thread: what others do on the machine does not count.
fn cpu() -> std::time::Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    std::time::Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

#[test]
fn what_is_made_to_take_long_does_not() {
    let _ = found(message());
    let many = |count: usize, item: &str| vec![item; count].join(",");
    let sources = [
        // A flood of findings, of entries with one address, of references to nowhere, of
        // contained resources, and of members.
        format!(
            "{{\"resourceType\":\"Patient\",\"name\":[{}]}}",
            many(20_000, "{\"x\":1}")
        ),
        format!(
            "{{\"resourceType\":\"Bundle\",\"type\":\"message\",\"entry\":[{}]}}",
            many(
                8_000,
                "{\"fullUrl\":\"urn:uuid:1\",\"resource\":{\"resourceType\":\"Patient\"}}"
            )
        ),
        format!(
            "{{\"resourceType\":\"Patient\",\"generalPractitioner\":[{}]}}",
            many(20_000, "{\"reference\":\"#a\"}")
        ),
        format!(
            "{{\"resourceType\":\"Patient\",\"contained\":[{}]}}",
            many(8_000, "{\"resourceType\":\"Patient\",\"id\":\"a\"}")
        ),
        format!(
            "{{\"resourceType\":\"Patient\",\"extension\":[{}]}}",
            many(
                20_000,
                "{\"url\":\"https://a.example/x\",\"valueCode\":\"c\"}"
            )
        ),
    ];
    for source in sources {
        let document = Document::parse(source.clone().into_bytes(), &Limits::default());
        let document = document.expect("sound form");
        let begin = cpu();
        let findings = check(&document, &Ask::everything());
        let spent = cpu().saturating_sub(begin);
        assert!(findings.len() <= Layer::ALL.len() * (MAX_FINDINGS + 8));
        // A hundred milliseconds where it is optimised, and ten times that where not.
        let most = if cfg!(debug_assertions) { 2_000 } else { 100 };
        assert!(spent.as_millis() < most, "{spent:?}: {}", &source[..60]);
    }
}
