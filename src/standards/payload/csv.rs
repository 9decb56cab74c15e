//! Mapped fields as one row of CSV under its header (RFC 4180), for a system or a person that
//! reads tables.
//!
//! The gateway's own columns come first and say what happened to which case; then every column
//! of the provider's table in its order, empty where the case has nothing for it, so that all
//! rows of one version of the tables have one header.

use super::Heading;
use super::json::Event;
use super::stop;
use crate::domain::mapping::{OutValue, Output};
use crate::domain::status::StopReason;

/// The media type of a CSV payload (RFC 7111: the first line is the header).
pub const CONTENT_TYPE: &str = "text/csv; charset=utf-8; header=present";

/// What the gateway's own columns begin with.
pub const OWN: &str = "workwell_";

const COLUMNS: [&str; 4] = [
    "workwell_event",
    "workwell_case",
    "workwell_reference",
    "workwell_version",
];

/// The longest name of a column, in characters.
const LONGEST: usize = 60;

/// A referral: header and row. `columns` are the targets of the provider's table.
pub fn referral<'a>(
    heading: &Heading<'_>,
    event: Event,
    columns: impl IntoIterator<Item = &'a str>,
    outputs: &[Output],
) -> Vec<u8> {
    let mut header: Vec<String> = COLUMNS.map(str::to_owned).to_vec();
    let mut row = own(heading, event.code());
    for column in columns {
        let found = outputs.iter().find(|output| output.target == column);
        header.push(column.to_owned());
        row.push(found.map(|output| cell(&output.value)).unwrap_or_default());
    }
    written(&[header, row])
}

/// A stop: ids and a reason, no datum of the person.
pub fn stop(heading: &Heading<'_>, reason: StopReason) -> Vec<u8> {
    let mut header: Vec<String> = COLUMNS.map(str::to_owned).to_vec();
    header.push("workwell_reason".to_owned());
    let mut row = own(heading, stop::TYPE);
    row.push(stop::code(reason).to_owned());
    written(&[header, row])
}

/// Judges the name of a column; the error says what to write instead.
pub fn check_column(name: &str) -> Result<(), &'static str> {
    let begins = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let plain =
        |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/' | '(' | ')');
    if !begins || !name.chars().all(plain) || name.chars().count() > LONGEST {
        return Err("write the name of a column: at most 60 letters, digits, blanks, _ - . / ( )");
    }
    if name.to_lowercase().starts_with(OWN) {
        return Err("columns that begin with workwell_ are the gateway's own");
    }
    Ok(())
}

fn own(heading: &Heading<'_>, event: &str) -> Vec<String> {
    vec![
        event.to_owned(),
        heading.case_id.to_string(),
        heading.reference.to_string(),
        heading.version.to_string(),
    ]
}

/// One cell; the items of a list stand with a semicolon between them.
fn cell(value: &OutValue) -> String {
    match value {
        OutValue::Bool(_) | OutValue::Number(_) => value.texts().concat(),
        OutValue::Text(_) | OutValue::List(_) => harmless(&value.texts().join("; ")),
    }
}

/// A spreadsheet takes a cell that begins so for a formula and runs it; an apostrophe before
/// it keeps it a text (OWASP, CSV injection).
fn harmless(text: &str) -> String {
    let is_formula = |c: char| {
        matches!(
            c,
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}'
        )
    };
    if text
        .trim_start_matches([' ', '\n', '\u{a0}'])
        .starts_with(is_formula)
    {
        return format!("'{text}");
    }
    text.to_owned()
}

fn written(records: &[Vec<String>; 2]) -> Vec<u8> {
    let mut out = String::new();
    for record in records {
        for (index, cell) in record.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            push(&mut out, cell);
        }
        out.push_str("\r\n");
    }
    out.into_bytes()
}

fn push(out: &mut String, cell: &str) {
    let needs_quotes = cell.contains([',', '"', '\r', '\n']) || cell.trim() != cell;
    if !needs_quotes {
        return out.push_str(cell);
    }
    out.push('"');
    out.push_str(&cell.replace('"', "\"\""));
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standards::payload::sample::{self, ID};
    use proptest::prelude::*;

    fn read(write: impl FnOnce(&Heading<'_>) -> Vec<u8>) -> (String, Vec<Vec<String>>) {
        let reference = sample::reference();
        let heading = sample::heading(&reference, 2);
        let bytes = write(&heading);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(bytes.as_slice());
        let records = reader.records().map(|record| record.expect("a record"));
        let records = records.map(|record| record.iter().map(str::to_owned).collect());
        let records = records.collect();
        (String::from_utf8(bytes).expect("UTF-8"), records)
    }

    fn text(target: &str, text: &str) -> Output {
        Output {
            target: target.to_owned(),
            value: OutValue::Text(text.to_owned()),
        }
    }

    #[test]
    fn every_column_of_the_table_is_there_in_its_order_and_empty_without_a_value() {
        let outputs = [
            Output {
                target: "Weeks".to_owned(),
                value: OutValue::Number(6),
            },
            text("Name", "Zebulon \"Z\", Testcase"),
            Output {
                target: "Needs".to_owned(),
                value: OutValue::List(vec!["large print".into(), "quiet room".into()]),
            },
        ];
        let columns = ["Name", "Phone", "Weeks", "Needs"];
        let (text, _) = read(|heading| referral(heading, Event::Created, columns, &outputs));
        let reference = sample::reference();
        let expected = format!(
            "workwell_event,workwell_case,workwell_reference,workwell_version,Name,Phone,Weeks,\
             Needs\r\nreferral.created,{ID},{reference},2,\"Zebulon \"\"Z\"\", Testcase\",,6,\
             large print; quiet room\r\n"
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn a_stop_names_the_case_and_the_reason_and_nothing_else() {
        let (_, records) = read(|heading| stop(heading, StopReason::Cancel));
        assert_eq!(records[0][4], "workwell_reason");
        assert_eq!(records[1][0], "referral.cancelled");
        assert_eq!(records[1][4], "cancelled");
        assert_eq!(records[1].len(), 5);
    }

    #[test]
    fn a_cell_that_a_spreadsheet_would_run_stays_a_text() {
        for (given, expected) in [
            ("=1+1", "'=1+1"),
            ("+441632960001", "'+441632960001"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("  =1", "'  =1"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("a=1", "a=1"),
            ("Back pain - better", "Back pain - better"),
        ] {
            assert_eq!(harmless(given), expected);
        }
    }

    #[test]
    fn a_column_has_a_plain_name_that_is_not_the_gateways() {
        for name in ["Name", "Date of birth", "person.name", "_id", "Needs (any)"] {
            assert_eq!(check_column(name), Ok(()), "{name}");
        }
        let long = "x".repeat(61);
        for name in [
            "",
            "1st",
            "=A1",
            "a,b",
            "a\"b",
            "workwell_case",
            "WorkWell_x",
            &long,
        ] {
            assert!(check_column(name).is_err(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_back_and_never_runs(given in "(?s).{0,40}") {
            let outputs = [text("A", &given), text("B", "end")];
            let (_, records) =
                read(|heading| referral(heading, Event::Created, ["A", "B"], &outputs));
            prop_assert_eq!(records.len(), 2);
            let found = &records[1][4];
            prop_assert_eq!(&records[1][5], "end");
            prop_assert!(found == &given || found.strip_prefix('\'') == Some(given.as_str()));
            let first = found.chars().find(|c| !matches!(c, ' ' | '\n' | '\u{a0}'));
            let runs = ['=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}'];
            prop_assert!(!first.is_some_and(|c| runs.contains(&c)));
        }
    }
}
