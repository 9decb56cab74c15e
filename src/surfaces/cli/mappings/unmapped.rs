//! `mappings unmapped`: what the lists in force do not know of the cases that are held. Codes
//! and case references are never shown together.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{as_json, count};
use crate::domain::caller::Caller;
use crate::gateway::Gateway;
use crate::gateway::tables::Unmapped;
use crate::surfaces::cli::{Format, exit, told, wrap};

pub(super) async fn run(
    gateway: &Gateway,
    caller: &Caller,
    with_cases: bool,
    format: Format,
    out: &mut dyn Write,
) -> i32 {
    let found = match gateway.unmapped(caller).await {
        Ok(found) => found,
        Err(problem) => {
            let written = match format {
                Format::Text => writeln!(out, "{}", told(&problem)),
                Format::Json => writeln!(out, "{:#}", json!({ "findings": [as_json(&problem)] })),
            };
            return exit::after(&written, exit::FINDING);
        }
    };
    let written = match format {
        Format::Json => json_answer(&found, with_cases, out),
        Format::Text => text_answer(&found, with_cases, out),
    };
    exit::after(&written, exit::OK)
}

fn text_answer(found: &[Unmapped], with_cases: bool, out: &mut dyn Write) -> io::Result<()> {
    if found.is_empty() {
        return writeln!(out, "No case is held for a code that a list does not know.");
    }
    for one in found {
        let head = format!(
            "{}, codes/{}.csv, for {}: {}",
            one.provider,
            one.list,
            one.field,
            count(one.cases.len(), "case")
        );
        writeln!(out, "{}", wrap("", &head))?;
        if with_cases {
            for case in &one.cases {
                writeln!(out, "  {case}")?;
            }
            continue;
        }
        for (code, cases) in &one.codes {
            writeln!(
                out,
                "{}",
                wrap("  ", &format!("{code}: {}", count(*cases, "case")))
            )?;
        }
        if one.not_shown > 0 {
            let cases = count(one.not_shown, "case");
            let words = format!("words that are no published code, not shown: {cases}");
            writeln!(out, "{}", wrap("  ", &words))?;
        }
    }
    let next = "Add the rows, load the tables (SIGHUP, or POST /admin/reload), and decide each \
                case again: `cases redecide CASE --by NAME --why REF`.";
    writeln!(out, "{}", wrap("", next))
}

fn json_answer(found: &[Unmapped], with_cases: bool, out: &mut dyn Write) -> io::Result<()> {
    let lists = found.iter().map(|one| {
        let mut list = json!({
            "provider": one.provider,
            "list": one.list,
            "field": one.field,
            "count": one.cases.len(),
        });
        if with_cases {
            list["cases"] = json!(one.cases);
        } else {
            list["codes"] = json!(one.codes);
            list["notShown"] = json!(one.not_shown);
        }
        list
    });
    let lists: Vec<Value> = lists.collect();
    writeln!(out, "{:#}", json!({ "lists": lists }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(with_cases: bool) -> String {
        let found = [Unmapped {
            provider: "lantern".to_owned(),
            list: "diagnosis".to_owned(),
            field: "primary_barrier_code".to_owned(),
            codes: [("sct|928000".to_owned(), 2)].into(),
            not_shown: 1,
            cases: vec!["WW-4K7M-9QXD-T2P".to_owned(), "WW-5K7M-9QXD-T2P".to_owned()],
        }];
        let mut out = Vec::new();
        text_answer(&found, with_cases, &mut out).expect("a writable text");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn codes_and_cases_are_never_told_together() {
        let (codes, cases) = (said(false), said(true));
        assert!(!codes.contains("WW-"), "{codes}");
        assert!(!cases.contains("sct|"), "{cases}");
        insta::assert_snapshot!(format!("{codes}\n{cases}"));
    }
}
