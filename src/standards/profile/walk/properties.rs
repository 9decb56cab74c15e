//! Whatever a message holds, the walk ends, soon, and tells all.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::standards::fhir::Limits;
use crate::standards::fhir::tree::STEPS;
use crate::standards::profile::inspect;

/// A valid message or resource, and every pointer of it that leads to a value.
struct Sample {
    file: PathBuf,
    value: Value,
    pointers: Vec<String>,
}

/// A failure tells the file and the changes: more nobody could read.
impl fmt::Debug for Sample {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.file.fmt(formatter)
    }
}

/// The fixtures, our own 17 KB first, and the good examples of our profiles.
fn samples() -> &'static Vec<Sample> {
    static SAMPLES: OnceLock<Vec<Sample>> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let mut files = vec![PathBuf::from(
            "conformance/fixtures/referrals/referral-16k.json",
        )];
        files.extend(json_files(Path::new("conformance/fixtures/messages")));
        let examples = std::fs::read_dir("profiles/workwell/examples").expect("examples");
        for profile in examples {
            let good = profile.expect("an entry").path().join("good");
            files.extend(json_files(&good));
        }
        files.iter().map(|file| sample(file)).collect()
    })
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let found = std::fs::read_dir(folder).into_iter().flatten();
    let paths = found.map(|found| found.expect("an entry").path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    paths.sort();
    paths
}

fn sample(file: &Path) -> Sample {
    let text = std::fs::read(file).expect("a committed file");
    let value = serde_json::from_slice(&text).expect("JSON");
    let mut pointers = Vec::new();
    below(&value, "", &mut pointers);
    pointers.remove(0);
    Sample {
        file: file.to_owned(),
        value,
        pointers,
    }
}

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

/// The message of which the defects below are.
fn message() -> &'static Value {
    &samples()[0].value
}

/// One of the samples; every second time the 17 KB, which hold most.
fn any_sample() -> impl Strategy<Value = &'static Sample> {
    let all = any::<prop::sample::Index>().prop_map(|at| &samples()[at.index(samples().len())]);
    prop_oneof![Just(()).prop_map(|()| &samples()[0]), all]
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

fn change(message: &mut Value, at: &str, value: &Value) {
    if let Some(place) = message.pointer_mut(at) {
        *place = value.clone();
    }
}

/// Some changes, each by an index into the pointers of a sample.
type Changes = Vec<(prop::sample::Index, Value)>;

fn changed(sample: &Sample, changes: &Changes) -> Value {
    let mut message = sample.value.clone();
    for (at, value) in changes {
        let pointer: &String = at.get(&sample.pointers);
        change(&mut message, pointer, value);
    }
    message
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn any_mutation_of_a_message_is_walked_to_its_end(
        sample in any_sample(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_value()), 1..6)
    ) {
        for finding in found(&changed(sample, &changes)) {
            prop_assert!(!finding.rule.is_empty() && !finding.path.is_empty());
        }
    }

    #[test]
    fn an_issue_is_not_lost_when_another_is_added(
        sample in any_sample(),
        at in any::<prop::sample::Index>(),
        value in any_value(),
        others in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
    ) {
        // Any defect, then others that stand beside anything and take nothing away: elements
        // that no type has, in objects that the first defect did not touch.
        let mut one = sample.value.clone();
        let defect: &String = at.get(&sample.pointers);
        change(&mut one, defect, &value);
        let before = told(&one);
        let mut all = one;
        for other in others {
            let pointer: &String = other.get(&sample.pointers);
            let is_apart = !pointer.starts_with(defect.as_str()) && !defect.starts_with(pointer.as_str());
            let place = all.pointer_mut(pointer).filter(|_| is_apart);
            if let Some(object) = place.and_then(Value::as_object_mut) {
                object.insert("zzz".to_owned(), json!("x"));
            }
        }
        let after = told(&all);
        for issue in &before {
            prop_assert!(after.contains(issue), "{issue:?} was lost");
        }
    }

    #[test]
    fn two_defects_in_different_resources_are_both_told(
        first in 0..DEFECTS.len(), second in 0..DEFECTS.len(),
    ) {
        prop_assume!(DEFECTS[first].0 != DEFECTS[second].0);
        let with = |defects: &[usize]| {
            let mut changed = message().clone();
            for defect in defects {
                let (pointer, value) = DEFECTS[*defect];
                let value = serde_json::from_str(value).expect("JSON");
                *changed.pointer_mut(pointer).expect("it stands in the fixture") = value;
            }
            told(&changed)
        };
        let both = with(&[first, second]);
        for issue in with(&[first]).iter().chain(&with(&[second])) {
            prop_assert!(both.contains(issue), "{issue:?} was lost");
        }
    }

    #[test]
    fn no_mutation_of_a_message_makes_the_walk_long(
        sample in any_sample(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_value()), 1..6)
    ) {
        let changed = changed(sample, &changes);
        // The parser refuses some of them before the walk.
        if let Ok(document) = Document::parse(changed.to_string().into_bytes(), &Limits::default()) {
            let (work, _) = work(&document);
            prop_assert!(work < MOST_WORK, "{work}");
        }
    }
}

/// Where something stands in the fixture and what is put there: each breaks a rule of its own.
const DEFECTS: [(&str, &str); 6] = [
    ("/timestamp", "\"soon\""),
    ("/entry/0/resource/eventCoding/code", "\"no-such-event\""),
    ("/entry/1/resource/intent", "\"order\""),
    ("/entry/2/resource/status", "\"no-such-status\""),
    ("/entry/3/resource/status", "[]"),
    ("/entry/7/resource/birthDate", "\"1981-02-31\""),
];

fn told(message: &Value) -> Vec<(&'static str, String)> {
    let found = found(message).into_iter();
    found.map(|one| (one.rule, one.path)).collect()
}

/// The fixture of 17 KB takes 0.10 ms of CPU for about [`USUAL_WORK`] looks; a hundred
/// milliseconds are a thousand times as many. Half of that, so that a machine may be slow.
const MOST_WORK: usize = 500 * USUAL_WORK;
const USUAL_WORK: usize = 2_000;

/// The walk and the invariants go by each member and item a few times, whatever it is part of.
const MOST_STEPS: usize = 60;

/// How much was looked at, and how many findings there are.
fn work(document: &Document) -> (usize, usize) {
    let walk = walked(document, &Ask::everything());
    let work = walk.work.get() + walk.findings.looked_through;
    (work, walk.findings.into_list().len())
}

#[test]
fn a_usual_message_takes_the_usual_work() {
    let source = message().to_string().into_bytes();
    let document = Document::parse(source, &Limits::default()).expect("sound form");
    let (work, _) = work(&document);
    assert!(
        (USUAL_WORK / 3..USUAL_WORK * 3 / 2).contains(&work),
        "{work}"
    );
}

#[test]
fn what_is_made_to_take_long_does_not() {
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
        // References that each ask whether their target meets a profile.
        format!(
            "{{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{},{{\"fullUrl\":\"urn:uuid:1\",\
             \"resource\":{{\"resourceType\":\"Patient\",\"photo\":[{}]}}}}]}}",
            many(
                2_000,
                "{\"resource\":{\"resourceType\":\"Encounter\",\"meta\":{\"profile\":[\
                 \"https://workwell-gateway.example/StructureDefinition/WorkWell-Encounter-Referral\"]},\
                 \"subject\":{\"reference\":\"urn:uuid:1\"}}}"
            ),
            many(5_000, "{\"title\":\"x\"}")
        ),
        // Primitives beside their extensions, with a value and without.
        format!(
            "{{\"resourceType\":\"Patient\",\"name\":[{{\"given\":[{}],\"_given\":[{}]}}]}}",
            many(40_000, "\"a\""),
            many(40_000, "{\"id\":\"x\"}")
        ),
        format!(
            "{{\"resourceType\":\"Patient\",\"name\":[{{\"given\":[{}],\"_given\":[{}]}}]}}",
            many(40_000, "null"),
            many(40_000, "{\"id\":\"x\"}")
        ),
        format!(
            "{{\"resourceType\":\"Patient\",\"name\":[{{\"given\":[{}]}}]}}",
            many(100_000, "null")
        ),
        // One resource that names many profiles, and many references that lead to it.
        format!(
            "{{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{},{{\"fullUrl\":\"urn:uuid:1\",\
             \"resource\":{{\"resourceType\":\"Patient\",\"meta\":{{\"profile\":[{},\
             \"https://workwell-gateway.example/StructureDefinition/WorkWell-Patient\"]}}}}}}]}}",
            many(
                2_000,
                "{\"resource\":{\"resourceType\":\"Encounter\",\"meta\":{\"profile\":[\
                 \"https://workwell-gateway.example/StructureDefinition/WorkWell-Encounter-Referral\"]},\
                 \"subject\":{\"reference\":\"urn:uuid:1\"}}}"
            ),
            many(5_000, "\"https://a.example/x\"")
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
        let before = STEPS.get();
        let (work, findings) = work(&document);
        let steps = STEPS.get() - before;
        assert!(
            steps < MOST_STEPS * document.len(),
            "{steps}: {}",
            &source[..60]
        );
        assert!(findings <= Layer::ALL.len() * (MAX_FINDINGS + 8));
        assert!(work < MOST_WORK, "{work}: {}", &source[..60]);
    }
}
