use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::domain::case::{Answer, Case};
use crate::domain::consent::{Recipient, Record};
use crate::domain::mapping::sample;
use crate::testing::package;

/// What is wrong with a value, by the words of JSON Schema that the schema uses; an unknown
/// word is a fault of its own, so that nothing is passed over.
fn faults(schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    if schema == &json!(false) {
        return found.push(format!("{path}: nothing may stand here"));
    }
    for (word, wanted) in schema.as_object().expect("a schema is an object") {
        let holds = match word.as_str() {
            "$schema" | "title" | "description" | "properties" => true,
            "type" => is_of_type(wanted.as_str().expect("a type"), value),
            "enum" => wanted.as_array().expect("a list").contains(value),
            "const" => wanted == value,
            "minimum" => value.as_u64() >= wanted.as_u64(),
            "minItems" => {
                value.as_array().map(Vec::len)
                    >= wanted.as_u64().map(|n| usize::try_from(n).expect("small"))
            }
            "pattern" => wanted == "^[0-9]{10}$" && is_ten_digits(value),
            "format" => has_format(wanted.as_str().expect("a format"), value),
            "required" => {
                let names = wanted.as_array().expect("a list").iter();
                let mut names = names.map(|name| name.as_str().expect("a name"));
                names.all(|name| value.get(name).is_some())
            }
            "anyOf" => wanted.as_array().expect("a list").iter().any(|one| {
                let mut inner = Vec::new();
                faults(one, value, path, &mut inner);
                inner.is_empty()
            }),
            "additionalProperties" => value.as_object().is_none_or(|members| {
                members
                    .keys()
                    .all(|name| schema["properties"].get(name).is_some())
            }),
            "prefixItems" => {
                let all = value.as_array().into_iter().flatten();
                for (index, (one, item)) in wanted
                    .as_array()
                    .expect("a list")
                    .iter()
                    .zip(all)
                    .enumerate()
                {
                    faults(one, item, &format!("{path}[{index}]"), found);
                }
                true
            }
            "items" => {
                let before = schema["prefixItems"].as_array().map_or(0, Vec::len);
                for (index, item) in value
                    .as_array()
                    .into_iter()
                    .flatten()
                    .enumerate()
                    .skip(before)
                {
                    faults(wanted, item, &format!("{path}[{index}]"), found);
                }
                true
            }
            _ => false,
        };
        if !holds {
            found.push(format!("{path}: {word}"));
        }
    }
    let properties = schema["properties"].as_object().into_iter().flatten();
    for (name, one) in properties {
        if let Some(member) = value.get(name) {
            faults(one, member, &format!("{path}.{name}"), found);
        }
    }
}

fn is_of_type(wanted: &str, value: &Value) -> bool {
    match wanted {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64(),
        "null" => value.is_null(),
        _ => false,
    }
}

fn is_ten_digits(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit())
}

fn has_format(wanted: &str, value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    match wanted {
        "uuid" => text.parse::<uuid::Uuid>().is_ok(),
        "date" => text.parse::<jiff::civil::Date>().is_ok(),
        "date-time" => text.parse::<jiff::Timestamp>().is_ok(),
        _ => false,
    }
}

fn judged(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    faults(&of_case(), value, "case", &mut found);
    found
}

fn referrals(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a committed folder") {
        let path = entry.expect("a committed file").path();
        if path.is_dir() {
            referrals(&path, found);
        } else if path.file_name().is_some_and(|name| name == "referral.json") {
            found.push(path);
        }
    }
}

#[test]
fn every_canonical_case_beside_the_tables_is_one_by_the_schema() {
    let mut files = Vec::new();
    referrals(&package("mappings"), &mut files);
    let mut judged_files = 0;
    for file in files {
        let text = fs::read_to_string(&file).expect("a committed referral");
        let value: Value = serde_json::from_str(&text).expect("JSON");
        if value.get("resourceType").is_some() {
            continue;
        }
        judged_files += 1;
        assert_eq!(judged(&value), Vec::<String>::new(), "{}", file.display());
    }
    assert!(judged_files > 0);
}

fn as_value(case: &Case) -> Value {
    serde_json::to_value(case).expect("a case serialises")
}

#[test]
fn a_case_in_every_form_of_an_answer_is_one_by_the_schema_and_the_other_way_round() {
    let mut case = sample::case();
    assert_eq!(judged(&as_value(&case)), Vec::<String>::new());
    let partner = Recipient::Partner("stillwater".to_owned());
    case.referral
        .consents
        .recipients
        .push((partner, Record::default()));
    case.referral.person.nhs_number = None;
    case.referral.work.fit_note = None;
    for answer in [Answer::Declined, Answer::NotKnown, Answer::Absent] {
        case.referral.work.employment = answer;
        case.referral.person.interpreter = match answer {
            Answer::Declined => Answer::Declined,
            Answer::NotKnown => Answer::NotKnown,
            _ => Answer::Absent,
        };
        assert_eq!(judged(&as_value(&case)), Vec::<String>::new());
    }
    // What the schema lets be left out, the reader lets be left out.
    let mut least = as_value(&case);
    let mut optional = Vec::new();
    strip(&of_case(), &mut least, "", &mut optional);
    assert!(optional.len() > 30, "{optional:?}");
    assert_eq!(judged(&least), Vec::<String>::new());
    let read: Result<Case, _> = serde_json::from_value(least);
    assert!(read.is_ok(), "{:?}", read.err());
}

/// Takes out every member that the schema does not require.
fn strip(schema: &Value, value: &mut Value, path: &str, gone: &mut Vec<String>) {
    let Some(properties) = schema["properties"].as_object() else {
        return;
    };
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    for (name, one) in properties {
        if !required.contains(&json!(name)) {
            gone.push(format!("{path}.{name}"));
            if let Some(members) = value.as_object_mut() {
                members.remove(name);
            }
        } else if let Some(member) = value.get_mut(name) {
            strip(one, member, &format!("{path}.{name}"), gone);
        }
    }
}

#[test]
fn what_is_no_case_is_told() {
    let whole = as_value(&sample::case());
    for (pointer, put) in [
        ("/referral/person/birth_date", json!("03/02/1990")),
        ("/referral/person/nhs_number", json!("999 000 0018")),
        ("/referral/person/interpreter", json!("maybe")),
        ("/referral/person/ni_number", json!("QQ123456C")),
        ("/referral/work/employment", json!({ "known": "employd" })),
        ("/referral/work/weeks_out_of_work", json!(-1)),
        ("/referral/barriers/0/group", json!("back")),
        ("/referral/flags/0/kind", json!("mappa")),
        ("/referral/consents/recipients/0", json!(["gp-feedback"])),
        ("/model_version", json!("0.2")),
        ("/received_at", json!("yesterday")),
    ] {
        let mut value = whole.clone();
        let (parent, name) = pointer.rsplit_once('/').expect("a path");
        let parent = value.pointer_mut(parent).expect("the sample has it");
        match name.parse::<usize>() {
            Ok(index) => parent[index] = put,
            Err(_) => parent[name] = put,
        }
        assert!(!judged(&value).is_empty(), "{pointer}");
    }
}
