//! Judges what a provider gets of a person, and what is told about it, from outside: by the
//! rows of the table and the values of the person alone.

use std::collections::HashSet;

use jiff::civil::{Date, date};
use serde_json::Value;
use workwell_gateway::config::Settings;
use workwell_gateway::domain::consent::Decision;
use workwell_gateway::domain::mapping::{
    FieldRow, Given, OutValue, Part, Rendered, Requirement, Transform, field, fields, render,
};
use workwell_gateway::domain::provider::{FreeTextPolicy, PayloadKind, Provider};
use workwell_gateway::domain::routing::Rule;
use workwell_gateway::gateway::tables::{Trial, payload_of, trace_csv};
use workwell_gateway::surfaces::cli::Format;
use workwell_gateway::surfaces::cli::mappings::Common;
use workwell_gateway::surfaces::cli::mappings::map::{self, Map};

use super::people::{Canary, Kind, Person};

const TODAY: Date = date(2026, 11, 20);

/// Everything that is wrong with what this provider's tables make of a person.
pub fn judge(
    person: &Person,
    provider: &Provider,
    trial: &Trial,
    tamper: &impl Fn(&mut Rendered<'_>, &Person),
) -> Vec<String> {
    let residence = trial.residence(&person.case);
    let given = Given {
        referred_on: TODAY,
        residence: residence.as_ref(),
        questions: None,
    };
    let mut rendered = render(&person.case, provider, given);
    tamper(&mut rendered, person);
    let mut found = Vec::new();
    let (values, mut account) = outputs(person, provider, &rendered);
    found.extend(arrived(person, provider, &rendered, &values));
    account.push(String::from_utf8_lossy(&trace_csv(&rendered)).into_owned());
    account.push(format!("{rendered:?}"));
    if person.number.is_multiple_of(16) {
        account.extend(explained(person, provider));
    }
    let account = Account::of(&account.join("\n"));
    for canary in person
        .canaries
        .iter()
        .filter(|canary| account.tells(canary))
    {
        found.push(format!("{} stands in the account", canary.field));
    }
    found.extend(unaccounted(person, provider, &rendered));
    found.extend(questions(provider, &rendered));
    found
}

/// Everything that is wrong with what this provider got of a person over the wire: these are
/// the values that came.
pub fn judge_arrival(
    person: &Person,
    provider: &Provider,
    trial: &Trial,
    values: &[String],
) -> Vec<String> {
    let residence = trial.residence(&person.case);
    let given = Given {
        referred_on: person.case.day_of_referral(),
        residence: residence.as_ref(),
        questions: None,
    };
    // What the tables withhold aloud; what came is judged by itself.
    let rendered = render(&person.case, provider, given);
    arrived(person, provider, &rendered, values)
}

/// What came and should not have, and what is protected and did not come.
fn arrived(
    person: &Person,
    provider: &Provider,
    rendered: &Rendered<'_>,
    values: &[String],
) -> Vec<String> {
    let values: Vec<String> = values.iter().map(|value| plain(value)).collect();
    let came = person
        .canaries
        .iter()
        .filter(|canary| values.iter().any(|value| holds(value, canary)));
    let mut found: Vec<String> = came
        .filter_map(|canary| barred(person, provider, canary))
        .collect();
    found.extend(protected(person, provider, rendered, &values));
    found
}

/// What is told about a rendering, ready to be searched.
struct Account {
    plain: String,
    words: HashSet<String>,
}

impl Account {
    fn of(text: &str) -> Self {
        let words = text.split(|c: char| !c.is_alphanumeric());
        Self {
            plain: plain(text),
            words: words.map(str::to_owned).collect(),
        }
    }

    fn tells(&self, canary: &Canary) -> bool {
        canary.forms.iter().any(|form| match canary.kind {
            Kind::Whole => self.words.contains(form),
            _ => self.plain.contains(form),
        })
    }
}

/// Every value of the payload, or of what would be in it; and the faults of making it.
fn outputs(
    person: &Person,
    provider: &Provider,
    rendered: &Rendered<'_>,
) -> (Vec<String>, Vec<String>) {
    let mut values: Vec<String> = Vec::new();
    for output in &rendered.outputs {
        match &output.value {
            OutValue::Text(text) => values.push(text.clone()),
            OutValue::List(items) => values.extend(items.iter().cloned()),
            OutValue::Bool(_) => {}
            OutValue::Number(number) => values.push(number.to_string()),
        }
    }
    match payload_of(&person.case, provider, rendered) {
        Ok(bytes) if provider.payload == PayloadKind::Csv => {
            values.extend(rows(&bytes).concat());
            (values, Vec::new())
        }
        Ok(bytes) => {
            let tree: Value = serde_json::from_slice(&bytes).expect("JSON");
            leaves(&tree, &mut values);
            (values, Vec::new())
        }
        Err(problems) => (
            values,
            problems.iter().map(|p| format!("{p} {p:?}")).collect(),
        ),
    }
}

/// The cells of each row under a header.
pub fn rows(csv: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(csv);
    let records = reader.records().flatten();
    let cells = records.map(|row| row.iter().map(str::to_owned).collect());
    cells.collect()
}

/// Every value of a tree.
pub fn leaves(tree: &Value, found: &mut Vec<String>) {
    match tree {
        Value::String(text) => found.push(text.clone()),
        Value::Number(number) => found.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, found)),
        Value::Object(members) => members.values().for_each(|item| leaves(item, found)),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Small letters and digits only, so that no way of writing hides a value.
pub fn plain(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Whether a value, written plainly, holds this one.
pub fn holds(value: &str, canary: &Canary) -> bool {
    canary.forms.iter().any(|form| match canary.kind {
        Kind::Whole => value == *form,
        _ => value.contains(form),
    })
}

/// Why this value may not be in what the provider gets; none when it may.
fn barred(person: &Person, provider: &Provider, canary: &Canary) -> Option<String> {
    let name = canary.field;
    if canary.kind == Kind::Never {
        return Some(format!("a National Insurance number came with {name}"));
    }
    if canary.kind == Kind::Typed && provider.free_text == FreeTextPolicy::Screen {
        return Some(format!(
            "a number or address in the words of {name} is not screened"
        ));
    }
    let speaks_of = |row: &&FieldRow| row.source.is_some_and(|field| says(field.name, name));
    let mut rows = provider.fields.iter().filter(speaks_of);
    let prohibits = |row: &FieldRow| row.requirement == Requirement::Prohibited;
    if rows.clone().any(prohibits) {
        return Some(format!("{name} is prohibited and came"));
    }
    let gives = |row: &FieldRow| {
        let is_whole = row.steps.iter().all(|step| {
            let coarse = Transform::COARSE.contains(&step.name().as_str());
            !coarse && !matches!(step, Transform::Code { .. } | Transform::Constant(_))
        });
        let consented = row
            .source
            .and_then(|field| field.needs)
            .is_none_or(|recipient| {
                person.case.referral.consents.for_recipient(recipient) == Decision::Given
            });
        row.is_sent() && is_whole && consented
    };
    if rows.any(gives) {
        return None;
    }
    Some(format!("{name} is not sent by any row and came"))
}

/// Whether a source says something of a field: itself, or a whole of which it is a part.
fn says(source: &str, name: &str) -> bool {
    source == name
        || field(source).is_some_and(|field| match field.part {
            Part::Of(parts) => parts.contains(&name),
            Part::Own | Part::Decision => false,
        })
}

/// Protected data that is known and neither arrives in whole nor is told of.
fn protected(
    person: &Person,
    provider: &Provider,
    rendered: &Rendered<'_>,
    values: &[String],
) -> Vec<String> {
    let mut lost = Vec::new();
    for field in fields().iter().filter(|field| field.protected) {
        if !(field.read)(&person.case).is_known() {
            continue;
        }
        let told = rendered
            .withheld
            .iter()
            .any(|(name, reason)| *name == field.name && !reason.trim().is_empty());
        let refused = rendered
            .faults
            .iter()
            .any(|fault| fault.source == field.name);
        let sent = rendered
            .trace
            .iter()
            .any(|row| row.source == field.name && row.outcome.is_sent());
        let own: Vec<&Canary> = person
            .canaries
            .iter()
            .filter(|canary| canary.field == field.name && canary.kind == Kind::Within)
            .collect();
        let translated = provider.fields.iter().any(|row| {
            row.source_name() == field.name
                && row
                    .steps
                    .iter()
                    .any(|step| matches!(step, Transform::Code { .. }))
        });
        let arrives = own
            .iter()
            .all(|canary| values.iter().any(|value| holds(value, canary)));
        let kept = sent && (arrives || translated);
        if !kept && !told && !refused {
            lost.push(format!("{} is lost in silence", field.name));
        }
    }
    lost
}

/// Questions that hold anything but the words of a table or of a rule.
fn questions(provider: &Provider, rendered: &Rendered<'_>) -> Vec<String> {
    let rows = provider.eligibility.rows().iter();
    let mut known: Vec<&str> = rows.map(|row| row.words.as_str()).collect();
    known.extend(Rule::ALL.iter().map(|(rule, _)| rule.sentence()));
    known.retain(|words| !words.is_empty());
    let mut asking = provider.fields.iter();
    let Some(asking) = asking.find(|row| row.source_name() == "questions") else {
        return Vec::new();
    };
    let outputs = rendered.outputs.iter();
    let asked = outputs.filter(|output| output.target == asking.target);
    let strange = asked.filter(|output| {
        let text = output.value.texts().join("\n");
        let rest = known
            .iter()
            .fold(text, |rest, words| rest.replace(words, ""));
        rest.contains(char::is_alphanumeric)
    });
    strange
        .map(|output| format!("{} asks in words of no table", output.target))
        .collect()
}

/// Fields that are known, and of which the account says nothing.
fn unaccounted(person: &Person, provider: &Provider, rendered: &Rendered<'_>) -> Vec<String> {
    let known = fields()
        .iter()
        .filter(|field| (field.read)(&person.case).is_known());
    let named = |name: &str| {
        provider
            .fields
            .iter()
            .any(|row| says(row.source_name(), name))
            || rendered.unused.contains(&name)
            || rendered
                .withheld
                .iter()
                .any(|(withheld, _)| *withheld == name)
    };
    known
        .filter(|field| field.part == Part::Own && !named(field.name))
        .map(|field| format!("nothing is told of {}", field.name))
        .collect()
}

/// What `map --explain` says of the person, in both formats.
fn explained(person: &Person, provider: &Provider) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("referral.json");
    let case = serde_json::to_vec(&person.case).expect("a case serialises");
    std::fs::write(&file, case).expect("a writable folder");
    let mut settings = Settings::load(None, &|_| None).expect("the defaults are sound");
    settings.tables.mappings = super::MAPPINGS.into();
    settings.tables.places = super::PLACES.into();
    [Format::Text, Format::Json]
        .into_iter()
        .map(|format| {
            let args = Map {
                file: file.clone(),
                provider: provider.slug.clone(),
                explain: true,
                on: None,
                common: Common {
                    mappings: None,
                    format,
                },
            };
            let mut out = Vec::new();
            map::run(&args, &settings, &mut out);
            String::from_utf8(out).expect("text")
        })
        .collect()
}
