//! `mappings fields`: the published list, from the code; and the page that is made of it.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::domain::consent::Recipient;
use crate::domain::mapping::{
    Category, FHIR_TARGETS, Field, FieldKind, NEVER_ACCEPTED, Part, Transform, fields,
};
use crate::surfaces::cli::{Format, exit, wrap};

/// What each step does and takes; the names are those of [`Transform::NAMES`].
const STEPS: &[(&str, &str)] = &[
    ("copy", "as it is; the same as an empty cell"),
    (
        "join",
        "a list in one text: comma, semicolon, space, slash or newline between",
    ),
    ("first", "the first of a list; lossy where there are more"),
    ("date", "a date in a pattern of dd, mm and yyyy"),
    ("year", "the year of a date; lossy"),
    (
        "age",
        "whole years on the day of the rendering, from a date; lossy",
    ),
    (
        "age-band",
        "the band in which that age lies, from a date; lossy",
    ),
    ("outward", "the district of a postcode; lossy"),
    (
        "code",
        "the provider's word, from codes/<list>.csv; lossy unless equivalent",
    ),
    ("constant", "a fixed text; the row has no source"),
    ("yes-no", "two words of your own for yes and no"),
    ("upper", "capital letters"),
    ("lower", "small letters"),
    ("digits", "digits only"),
    ("max", "at most so many characters; lossy where it cuts"),
];

pub(super) fn run(format: Format, out: &mut dyn Write) -> i32 {
    let written = match format {
        Format::Json => writeln!(out, "{:#}", as_json()),
        Format::Text => text(out),
    };
    exit::after(&written, exit::OK)
}

fn text(out: &mut dyn Write) -> io::Result<()> {
    for field in fields() {
        let head = format!(
            "{:<30} {}  {}",
            field.name,
            field.category.code(),
            kind(field.kind)
        );
        writeln!(
            out,
            "{head}{}",
            if field.protected { "  protected" } else { "" }
        )?;
        writeln!(out, "{}", wrap("    ", field.meaning))?;
        let words = (field.words)();
        if !words.is_empty() {
            writeln!(
                out,
                "{}",
                wrap("    ", &format!("one of: {}", words.join(", ")))
            )?;
        }
        if let Some(note) = note(field) {
            writeln!(out, "{}", wrap("    ", &note))?;
        }
    }
    writeln!(out, "\nTransforms")?;
    for (name, example) in Transform::NAMES {
        writeln!(out, "{}", wrap(&format!("  {example:<20} "), step(name)))?;
    }
    writeln!(out, "\nNever taken from a referral, whatever a table says")?;
    let never: Vec<&str> = NEVER_ACCEPTED.iter().map(|row| row.0).collect();
    writeln!(out, "{}", wrap("  ", &never.join(", ")))
}

fn step(name: &str) -> &'static str {
    let row = STEPS.iter().find(|row| row.0 == name);
    row.map_or("", |row| row.1)
}

const fn kind(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::Word => "word",
        FieldKind::Date => "date",
        FieldKind::YesNo => "yes or no",
        FieldKind::Number => "number",
        FieldKind::Texts => "list of texts",
        FieldKind::Words => "list of words",
    }
}

fn named(recipient: &Recipient) -> &str {
    match recipient {
        Recipient::GpFeedback => "the practice",
        Recipient::Employer => "the employer",
        Recipient::Evaluation => "the national evaluation",
        Recipient::Partner(slug) => slug,
    }
}

/// Whose consent it needs, and of what it is made.
fn note(field: &Field) -> Option<String> {
    let consent = field
        .needs
        .map(|recipient| format!("needs the consent for {}", named(recipient)));
    let parts = match field.part {
        Part::Of(parts) => Some(format!("made of {}", parts.join(", "))),
        Part::Own => None,
    };
    let notes: Vec<String> = [consent, parts].into_iter().flatten().collect();
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// The list, the steps, and the fields of a case as a JSON Schema.
fn as_json() -> Value {
    let list = fields().iter().map(|field| {
        let parts = match field.part {
            Part::Of(parts) => parts,
            Part::Own => &[],
        };
        json!({
            "name": field.name,
            "meaning": field.meaning,
            "category": field.category.code(),
            "kind": kind(field.kind),
            "protected": field.protected,
            "words": (field.words)(),
            "madeOf": parts,
            "needsConsentFor": field.needs.map(named),
        })
    });
    let steps = Transform::NAMES.iter();
    let steps = steps
        .map(|(name, example)| json!({ "name": name, "example": example, "does": step(name) }));
    let never: Vec<&str> = NEVER_ACCEPTED.iter().map(|row| row.0).collect();
    json!({
        "fields": list.collect::<Vec<Value>>(),
        "transforms": steps.collect::<Vec<Value>>(),
        "fhirTargets": FHIR_TARGETS.iter().map(|target| target.name).collect::<Vec<&str>>(),
        "neverAccepted": never,
        "schema": schema(),
    })
}

/// A case as its tables see it. No field is required: missing data is never a refusal.
fn schema() -> Value {
    let mut properties = Map::new();
    for field in fields() {
        let words = (field.words)();
        let mut one = match field.kind {
            FieldKind::Text | FieldKind::Word => json!({ "type": "string" }),
            FieldKind::Date => json!({ "type": "string", "format": "date" }),
            FieldKind::YesNo => json!({ "type": "boolean" }),
            FieldKind::Number => json!({ "type": "integer" }),
            FieldKind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
            FieldKind::Words => {
                json!({ "type": "array", "items": { "type": "string", "enum": words } })
            }
        };
        if field.kind == FieldKind::Word && !words.is_empty() {
            one["enum"] = json!(words);
        }
        one["description"] = json!(field.meaning);
        properties.insert(field.name.to_owned(), one);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The fields of a WorkWell case that a table may name",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

/// `docs/reference/mapping-fields.md`.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Fields of mapping tables\n\n\
         What the columns `source` and `transform` of `fields.csv` may say. This page is made \
         from the code:\nwrite it anew with `UPDATE=1 cargo test --lib is_current`. \
         `workwell-gateway mappings fields` prints the same, and\n`--format json` adds the JSON \
         Schema of these fields. The files and their columns are in\n\
         [mappings/README.md](../../mappings/README.md).\n\n## Fields\n\n\
         The category is the laxest that a table may give: ",
    );
    let meanings = [
        (Category::N, "not personal"),
        (Category::O, "ordinary personal data"),
        (Category::S, "special category (UK GDPR Article 9)"),
        (Category::C, "data that can do great harm"),
    ];
    let categories: Vec<String> = meanings
        .iter()
        .map(|(category, meaning)| format!("`{}` {meaning}", category.code()))
        .collect();
    // Writing to a String cannot fail.
    let _ = write!(
        page,
        "{}.\nA protected field is mapped, or withheld with a reason.\n\n\
         | field | holds | category | kind | |\n|---|---|---|---|---|\n",
        categories.join(", ")
    );
    for field in fields() {
        let mut notes: Vec<String> = Vec::new();
        if field.protected {
            notes.push("protected".to_owned());
        }
        notes.extend(note(field));
        let words = (field.words)();
        if !words.is_empty() {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            notes.push(format!("one of {}", words.join(" ")));
        }
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} |",
            field.name,
            field.meaning.replace('|', "\\|"),
            field.category.code(),
            kind(field.kind),
            notes.join("; ")
        );
    }
    page.push_str("\n## Transforms\n\nSeveral in a row stand with ` then ` between them.\n\n");
    page.push_str("| write | it gives |\n|---|---|\n");
    for (name, example) in Transform::NAMES {
        let _ = writeln!(page, "| `{example}` | {} |", step(name));
    }
    page.push_str(
        "\n## Targets of a FHIR Bundle\n\nWith `payload.kind = \"fhir-bundle\"` a \
         target is one of these; one that repeats may have several rows.\n\n",
    );
    page.push_str("| target | repeats |\n|---|---|\n");
    for target in FHIR_TARGETS {
        let repeats = if target.repeats { "yes" } else { "" };
        let _ = writeln!(page, "| `{}` | {repeats} |", target.name);
    }
    page.push_str("\n## Never taken from a referral\n\nWhatever a table says:\n\n");
    for (name, reason) in NEVER_ACCEPTED {
        let _ = writeln!(page, "- `{name}` (`{reason}`)");
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::page::assert_current;

    #[test]
    fn the_page_of_mapping_fields_is_current() {
        assert_current("docs/reference/mapping-fields.md", &markdown());
    }

    #[test]
    fn every_transform_has_its_words() {
        for (name, _) in Transform::NAMES {
            assert!(!step(name).is_empty(), "{name}");
        }
        assert_eq!(STEPS.len(), Transform::NAMES.len());
    }

    #[test]
    fn the_list_fits_a_terminal_and_the_schema_knows_every_field() {
        let mut out = Vec::new();
        assert_eq!(run(Format::Text, &mut out), exit::OK);
        let text = String::from_utf8(out).expect("text");
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        let json = as_json();
        for field in fields() {
            assert!(
                json["schema"]["properties"][field.name].is_object(),
                "{}",
                field.name
            );
        }
    }
}
