//! Our findings beside the recorded verdicts of the independent oracle
//! (`conformance/oracle/`): what HAPI reports as an error is found, and what is right is
//! not found wrong.

mod page;
mod stale;
mod uk_core;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use workwell_gateway::standards::fhir::Limits;
use workwell_gateway::standards::profile::{Ask, Severity, inspect};

const FIXTURES: &str = "conformance/fixtures";
const VERDICTS: &str = "conformance/oracle/verdicts";

/// Where ours differs from HAPI, and why.
const EXPLAINED: [(&str, &str); 5] = [
    (
        "unknown-profile",
        "a sender may name profiles of its own: ours tells it as not evaluated",
    ),
    (
        "period-of-two-precisions",
        "2026-09 to 2026-09-28 has an order as far as both go; FHIRPath calls it nothing",
    ),
    (
        "ok-welsh-language",
        "HAPI takes the preferred list of languages for a required one",
    ),
    (
        "ok-rare-language",
        "HAPI takes the preferred list of languages for a required one",
    ),
    (
        "ok-time-with-fraction",
        "HAPI refuses fractions of a second, which the published pattern allows",
    ),
];

/// Where ours refuses what HAPI lets pass, by class or by the defect itself, and why.
const STRICTER: [(&str, &str); 15] = [
    (
        "string-control-character",
        "FHIR says SHOULD NOT and HAPI warns; XML 1.0 cannot carry it, so who asks for XML could not be answered",
    ),
    (
        "reference-resolve",
        "HAPI warns of a `urn:uuid` that is in no entry; BaRS wants it refused",
    ),
    (
        "message-definition",
        "HAPI counts nothing by a MessageDefinition; its warnings are of other things",
    ),
    ("nhs-number", "HAPI does not look at the check digit"),
    (
        "b23-unknown-modifier-extension",
        "HAPI tells an unknown extension as information, a modifying one too; FHIR wants that refused",
    ),
    (
        "p14-unknown-uk-core-extension",
        "HAPI tells an unknown extension as information; one under UK Core's own address that UK Core does not define is a slip, told under its layer, which warns unless agreed",
    ),
    (
        "modifier-extension-in-a-backbone",
        "HAPI tells an unknown extension as information, a modifying one too; FHIR wants that refused",
    ),
    (
        "cardinality-min",
        "HAPI does not look at the children of `event[x]`, whose type the BaRS header leaves open",
    ),
    (
        "fixed",
        "HAPI does not look at the children of `event[x]`, whose type the BaRS header leaves open",
    ),
    (
        "choice",
        "HAPI does not look at the children of `event[x]`, whose type the BaRS header leaves open",
    ),
    (
        "reference-type",
        "HAPI lets a relative reference pass whose type may not stand there, or is no type of R4",
    ),
    (
        "narrative-external-image",
        "HAPI lets a picture from outside pass, which is fetched when somebody looks",
    ),
    (
        "b26-code-not-in-the-hl7-system",
        "HAPI warns by the value set, whose binding is extensible; the system itself is whole in the package and has no such code",
    ),
    (
        "empty-list-of-primitives",
        "HAPI lets an empty list of primitives pass; JSON FHIR has none",
    ),
    (
        "duplicate-resource-type",
        "HAPI lets a second `resourceType` pass; which one was meant nobody knows",
    ),
];

/// Findings of this severity, each as its layer, rule and path.
fn told(source: Vec<u8>, severity: Severity) -> Vec<String> {
    let findings = inspect(source, &Limits::default(), &Ask::everything()).findings;
    let told = findings.into_iter().filter(|one| one.severity == severity);
    told.map(|finding| format!("{} {} {}", finding.layer.code(), finding.rule, finding.path))
        .collect()
}

fn errors(source: Vec<u8>) -> Vec<String> {
    told(source, Severity::Error)
}

fn json(path: &Path) -> Value {
    let text = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).expect("JSON")
}

/// The mutants by their id.
fn mutants() -> BTreeMap<String, Value> {
    let mut mutants = BTreeMap::new();
    for entry in fs::read_dir(Path::new(FIXTURES).join("mutants")).expect("mutants") {
        let path = entry.expect("entry").path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            for mutant in json(&path).as_array().expect("a list") {
                let id = mutant["id"].as_str().expect("an id").to_owned();
                mutants.insert(id, mutant.clone());
            }
        }
    }
    mutants
}

/// Stands before the name of a member that is written a second time.
const AGAIN: &str = "oracle-again:";

/// The fixture with the patch applied, as text; `None` for another order of members, which
/// a parsed value cannot hold.
fn mutate(base: &Value, mutant: &Value) -> Option<String> {
    Some(mutated(base, mutant)?.to_string().replace(AGAIN, ""))
}

fn mutated(base: &Value, mutant: &Value) -> Option<Value> {
    let mut bundle = base.clone();
    for operation in mutant["patch"].as_array()? {
        let root = match mutant["at"].as_str() {
            Some(at) => resource(&mut bundle, at)?,
            None => &mut bundle,
        };
        apply(root, operation)?;
    }
    Some(bundle)
}

/// `Patient` is the first Patient of the Bundle, `Organization#1` the second Organization.
fn resource<'a>(bundle: &'a mut Value, at: &str) -> Option<&'a mut Value> {
    let (kind, number) = at.split_once('#').unwrap_or((at, "0"));
    let entries = bundle["entry"].as_array_mut()?.iter_mut();
    entries
        .map(|entry| &mut entry["resource"])
        .filter(|resource| resource["resourceType"] == kind)
        .nth(number.parse().ok()?)
}

fn apply(root: &mut Value, operation: &Value) -> Option<()> {
    let value = match operation["raw"].as_str() {
        Some(raw) => serde_json::from_str(raw).ok()?,
        None => operation["value"].clone(),
    };
    let (above, name) = operation["path"].as_str()?.rsplit_once('/')?;
    let name = name.replace("~1", "/").replace("~0", "~");
    let above = root.pointer_mut(above)?;
    match (operation["op"].as_str()?, above) {
        ("add", Value::Array(items)) => match name.parse() {
            Ok(at) => items.insert(at, value),
            Err(_) => items.push(value),
        },
        ("replace", Value::Array(items)) => items[name.parse::<usize>().ok()?] = value,
        ("remove", Value::Array(items)) => drop(items.remove(name.parse().ok()?)),
        ("add" | "replace", Value::Object(members)) => drop(members.insert(name, value)),
        ("remove", Value::Object(members)) => drop(members.remove(&name)?),
        ("duplicate", Value::Object(members)) => {
            drop(members.insert(format!("{AGAIN}{name}"), value));
        }
        _ => return None,
    }
    Some(())
}

/// Id, class, expectation and verdict of HAPI, as the oracle recorded them.
fn verdicts() -> Vec<[String; 4]> {
    let text = fs::read_to_string(Path::new(VERDICTS).join("mutants.csv")).expect("verdicts");
    let rows = text.lines().skip(1).map(|line| {
        let columns: Vec<&str> = line.split(',').collect();
        [columns[0], columns[2], columns[5], columns[6]].map(str::to_owned)
    });
    rows.collect()
}

#[test]
fn what_the_oracle_refuses_is_found_and_what_is_right_is_not() {
    let mutants = mutants();
    let mut bases: BTreeMap<String, (Value, Vec<String>)> = BTreeMap::new();
    let (mut compared, mut faults) = (0, Vec::new());
    for [id, class, expected, hapi] in verdicts() {
        let mutant = &mutants[&id];
        let name = mutant["base"].as_str().expect("a base").to_owned();
        let (base, before) = bases.entry(name.clone()).or_insert_with(|| {
            let base = json(&Path::new(FIXTURES).join(&name));
            let found = errors(base.to_string().into_bytes());
            (base, found)
        });
        let Some(changed) = mutate(base, mutant) else {
            continue;
        };
        compared += 1;
        let found = errors(changed.into_bytes());
        let is_found = found.iter().any(|error| !before.contains(error));
        let is_explained = EXPLAINED.iter().any(|(known, _)| *known == id);
        let is_right = expected == "valid";
        if !is_explained && !is_right && hapi == "error" && !is_found {
            faults.push(format!("{id}: HAPI finds it, ours does not"));
        }
        let is_stricter = STRICTER
            .iter()
            .any(|(known, _)| *known == id || *known == class);
        if !is_stricter && !is_right && hapi != "error" && is_found {
            faults.push(format!(
                "{id}: ours refuses it, HAPI does not, and nobody says why"
            ));
        }
        if is_right && is_found {
            faults.push(format!("{id} is right, but: {found:?}"));
        }
    }
    assert!(compared > 900, "{compared}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_fixtures_that_the_oracle_accepts_have_no_errors() {
    let mut looked_at = 0;
    for folder in ["messages", "referrals"] {
        for entry in fs::read_dir(Path::new(FIXTURES).join(folder)).expect("fixtures") {
            let path = entry.expect("entry").path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                looked_at += 1;
                let found = errors(fs::read(&path).expect("a file"));
                assert!(found.is_empty(), "{}: {found:?}", path.display());
            }
        }
    }
    assert!(looked_at >= 5, "{looked_at}");
}

/// Each bad example breaks one rule, and `index.csv` says where.
#[test]
fn every_bad_example_of_our_profiles_is_found_wrong_where_its_rule_is_broken() {
    let root = Path::new("profiles/workwell/examples");
    let mut reader = csv::Reader::from_path(root.join("index.csv")).expect("an index");
    let mut looked_at = 0;
    let mut faults = Vec::new();
    for row in reader.records() {
        let row = row.expect("a row");
        let [file, profile, rule, path] = [0, 1, 2, 3].map(|column| row[column].to_owned());
        if rule.is_empty() {
            continue;
        }
        looked_at += 1;
        let source = fs::read(root.join(&file)).expect("a file");
        let ask = Ask {
            profiles: &[profile.as_str()],
            ..Ask::everything()
        };
        let findings = inspect(source, &Limits::default(), &ask).findings;
        let mut errors = findings
            .iter()
            .filter(|one| one.severity == Severity::Error);
        if !errors.any(|one| one.path == path) {
            faults.push(format!("{file}: nothing at {path}"));
        }
    }
    assert!(looked_at > 300, "{looked_at}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_good_example_of_our_profiles_conforms_and_every_bad_one_does_not() {
    let mut looked_at = 0;
    let mut faults = Vec::new();
    for profile in fs::read_dir("profiles/workwell/examples").expect("examples") {
        let profile = profile.expect("entry").path();
        for kind in ["good", "bad"] {
            let Ok(files) = fs::read_dir(profile.join(kind)) else {
                continue;
            };
            for file in files {
                let path = file.expect("entry").path();
                looked_at += 1;
                let found = errors(fs::read(&path).expect("a file"));
                if found.is_empty() != (kind == "good") {
                    faults.push(format!("{}: {found:?}", path.display()));
                }
            }
        }
    }
    assert!(looked_at > 300, "{looked_at}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
