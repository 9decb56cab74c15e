//! `mappings fields`: the published list, from the code; and the page that is made of it.

mod schema;
mod vocabulary;

use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::domain::consent::Recipient;
use crate::domain::mapping::{
    Category, FHIR_TARGETS, Field, FieldKind, FreeText, NEVER_ACCEPTED, Part, Transform, fields,
};
use crate::surfaces::cli::{Format, exit, wrap};

/// What each step does and takes; the names are those of [`Transform::NAMES`].
const STEPS: &[(&str, &str)] = &[
    ("copy", "as it is; the same as an empty cell"),
    (
        "join",
        "a list in one text: comma, semicolon, space, slash or newline between",
    ),
    (
        "split",
        "a text cut into a list at comma, semicolon, space, slash or newline",
    ),
    ("first", "the first of a list; lossy where there are more"),
    ("last", "the last of a list; lossy where there are more"),
    (
        "part",
        "the item of a list at that place, counted from 1; nothing where there are fewer; lossy \
         where there are more",
    ),
    (
        "date",
        "a date in a pattern of dd, mm (or mmm, mmmm for its name) and yyyy; without a pattern \
         yyyy-mm-dd; lossy without the day",
    ),
    ("year", "the year of a date; lossy"),
    (
        "age",
        "whole years on the day of the referral, from a date; lossy",
    ),
    (
        "age-band",
        "the band in which that age lies, from a date; lossy",
    ),
    ("outward", "the district of a postcode; lossy"),
    (
        "authority",
        "the ONS code of the local authority of a postcode, from the installed places; the name \
         by `then code:<list>`; lossy",
    ),
    (
        "lsoa",
        "the ONS code of the output area of a postcode, from the installed places; lossy",
    ),
    (
        "code",
        "the provider's word, from codes/<list>.csv; also for yes and no; once in a row; lossy unless equivalent",
    ),
    ("constant", "a fixed text; the row has no source"),
    (
        "yes-no",
        "two words of your own for yes and no, which differ",
    ),
    ("upper", "capital letters"),
    ("lower", "small letters"),
    ("digits", "digits only"),
    (
        "phone",
        "a telephone number: national (01632 960001), e164 (+441632960001) or digits \
         (01632960001); one that has not the shape of a number is left out as malformed",
    ),
    ("max", "at most so many characters; lossy where it cuts"),
    (
        "screen",
        "words without numbers, addresses and postcodes, and without sentences about benefits \
         or crime; lossy where it takes something out",
    ),
    (
        "default",
        "a fixed text where there is no answer; last step; only for paperwork (see below), with \
         a comment; lossy",
    ),
    ("drop", "nothing: the field is left out; no target"),
    (
        "except",
        "only in a prohibited row: the coarser steps that other rows may use all the same",
    ),
];

/// What the transforms mean together, for the page.
const RULES: &str = "
## No answer, and answers that are none

A field that is asked of the person has four forms: a value, `declined` (the person prefers not
to say), `not-known` (asked or looked up, and nobody knows) and `absent` (the referral says
nothing). Without a row of its own in a code list each of the three leaves the target empty; the
trace tells which it was. With a row it has the provider's word, and that word may not be the word
of a real answer: a missing answer never looks like one. A list for a yes or no has the rows `yes`
and `no`.

What happens to a code: a row *translates* it; a row with the relation `unmatched` *omits* it; a
code without a row follows `[unmapped]` (`hold`, `refuse` or `omit`).

## Defaults

A *default* is a word of the table's own: the row `*` of a code list for any other code, or the
step `default:WORD` where the referral says nothing. It is for paperwork only: the fields marked
\"may have a default\". Of a condition, a consent, a status, a risk, a need or a contact nobody but
the referral speaks, and a table that tries is a fault (`WW-MAP-040`). A default says why in
`comment`; it is lossy, and the trace says `default`. It never speaks over `declined`.

## Prohibited

A row with the requirement `prohibited` names a source and no target. Nothing of that field is
sent: a row that maps it, a field that it is a part of, or a part of it, is a fault, be the
transform as coarse as it may. To let something coarser pass, the prohibiting row says so:
`except:age-band` (several with `/`; of `year`, `age`, `age-band`, `outward`, `authority`,
`lsoa`). A group of conditions is a field of its own and is not derived from a code by a table:
prohibit `primary_barrier` besides `primary_barrier_code` where the group is not wanted either.
`drop` says that a field is not used, without forbidding others to use it. Both are told in the
account of a case as withheld, with the row's `purpose` as the reason.

## Screening of free text

Words that somebody typed are screened before a table sees them; `[removed]` stands in place of
every piece, and the trace counts them. Always: National Insurance numbers. In the fields marked
\"screened\": NHS numbers, telephone numbers and every other number of eight digits in a row or of
nine and more in groups (dates stay); e-mail and web addresses; whole postcodes. In the
referrer's words, besides: sentences that name a benefit, or a conviction, prison, probation
service or MAPPA. `free_text = \"as-written\"` under `[policies]` keeps numbers, addresses and
postcodes; what is never accepted goes all the same. Safe-contact words, needs, safeguarding and
staff risk keep their numbers, because a number may be what keeps the person safe; write the step
`screen` where a provider is to get them without.

What screening cannot do: it knows shapes and a short list of words, not meanings. It finds no
name, no street, no employer, no relative, no number in words, no misspelt benefit, no illness,
and nothing that is told between the lines. It takes out a row of years or scores that is as long
as a telephone number, and a whole sentence for one word in it. Who must not have a story is not
sent it: prohibit `reason`.

## Telephone numbers

`phone` reads the United Kingdom's numbers with or without +44, 0044, (0), blanks and brackets.
It judges the shape only: ten digits after the 0, nine in some ranges. A number without its 0,
with a digit too few or with words beside it is *malformed* and never mended, since a guessed
number may ring at a stranger's. Of several numbers the others are sent, and the trace counts what
was left out; a required field without any holds the case (`WW-MAP-041`). A number abroad has the
form e164 only.
";

/// What CSV takes, for the page.
const COLUMNS: &str = "
## Columns of a CSV payload

With `payload.kind = \"csv\"` a target is the name of a column: at most 60 letters, digits, blanks
and `_ - . / ( )`. The payload is one row under its header (RFC 4180, UTF-8, CRLF). The gateway's
own columns come first: `workwell_event` (`referral.created` or `referral.cancelled`),
`workwell_case`, `workwell_reference`, `workwell_version`; a cancelled referral has
`workwell_reason` after them and nothing else. All columns of the table are there in every row, in
the table's order. The items of a list stand with a semicolon between them. A cell that a
spreadsheet would run (it begins with = + - or @) begins with an apostrophe: prefer
`phone:national` to `phone:e164`.
";

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
    writeln!(out, "{}", wrap("  ", &never.join(", ")))?;
    vocabulary::text(out)
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

/// How words that somebody typed are screened, unless the tables say `as-written`.
const fn screening(free_text: FreeText) -> Option<&'static str> {
    match free_text {
        FreeText::No => None,
        FreeText::Safety => Some("screened for National Insurance numbers only"),
        FreeText::Words => Some("screened"),
        FreeText::Story => Some("screened, with sentences about benefits or crime"),
    }
}

/// Whose consent it needs, of what it is made, how it is screened.
fn note(field: &Field) -> Option<String> {
    let consent = field
        .needs
        .map(|recipient| format!("needs the consent for {}", named(recipient)));
    let parts = match field.part {
        Part::Of(parts) => Some(format!("made of {}", parts.join(", "))),
        Part::Decision => Some("comes of eligibility.csv, not of the referral".to_owned()),
        Part::Own => None,
    };
    let screening = screening(field.free_text).map(str::to_owned);
    let default = field
        .administrative
        .then(|| "may have a default".to_owned());
    let all = [consent, parts, screening, default].into_iter();
    let notes: Vec<String> = all.flatten().collect();
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// The list, the steps, and the canonical case as a JSON Schema.
fn as_json() -> Value {
    let list = fields().iter().map(|field| {
        let parts = match field.part {
            Part::Of(parts) => parts,
            Part::Own | Part::Decision => &[],
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
            "unanswered": field.unanswered,
            "screened": screening(field.free_text),
            "mayHaveDefault": field.administrative,
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
        "tables": vocabulary::as_json(),
        "schema": schema::of_case(),
    })
}

/// `docs/reference/mapping-fields.md`.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Fields of mapping tables\n\n\
         What the columns `source` and `transform` of `fields.csv` may say, and, at the end, every \
         column and\nkey of the tables with its words. This page is made \
         from the code:\nwrite it anew with `UPDATE=1 cargo test --lib is_current`. \
         `workwell-gateway mappings fields` prints the same, and\n`--format json` adds the JSON \
         Schema of a canonical case. The files and their columns are in\n\
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
        "{}.\nA protected field is mapped, or withheld with a reason: no step \
         cuts it, and no list leaves it out in silence.\n\n\
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
    page.push_str(RULES);
    page.push_str(
        "\n## Targets of a FHIR Bundle\n\nWith `payload.kind = \"fhir-bundle\"` a \
         target is one of these; one that repeats may have several rows.\n\n",
    );
    page.push_str("| target | takes | repeats |\n|---|---|---|\n");
    for target in FHIR_TARGETS {
        let repeats = if target.repeats { "yes" } else { "" };
        let takes = target.takes.says();
        let _ = writeln!(page, "| `{}` | {takes} | {repeats} |", target.name);
    }
    page.push_str(COLUMNS);
    page.push_str("\n## Never taken from a referral\n\nWhatever a table says:\n\n");
    for (name, reason) in NEVER_ACCEPTED {
        let _ = writeln!(page, "- `{name}` (`{reason}`)");
    }
    page.push_str(&vocabulary::markdown());
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
    fn the_list_fits_a_terminal_and_comes_with_the_schema_of_a_case() {
        let mut out = Vec::new();
        assert_eq!(run(Format::Text, &mut out), exit::OK);
        let text = String::from_utf8(out).expect("text");
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        let json = as_json();
        let listed = json["fields"].as_array().expect("a list");
        assert_eq!(listed.len(), fields().len());
        assert!(json["schema"]["properties"]["referral"].is_object());
        // Every file with its columns and words stands in all three.
        let files = json["tables"].as_array().expect("a list");
        assert_eq!(files.len(), 12);
        for file in files {
            let name = file["file"].as_str().expect("a name");
            assert!(text.contains(name) && markdown().contains(name), "{name}");
        }
        for word in ["jobcentre (accepted", "transferred-other-provision", "s251"] {
            assert!(
                text.split_whitespace()
                    .collect::<Vec<&str>>()
                    .join(" ")
                    .contains(word)
            );
        }
    }
}
