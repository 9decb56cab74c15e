//! `mappings unmapped`: what the lists in force do not know of the cases that are held, and
//! what is in no condition group. Codes and case references are never shown together.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::{as_json, count};
use crate::domain::caller::Caller;
use crate::gateway::Gateway;
use crate::gateway::tables::{CONDITION_GROUPS, InNoGroup, Unmapped};
use crate::problem::Problem;
use crate::surfaces::cli::{Format, exit, told, wrap};

pub(super) async fn run(
    gateway: &Gateway,
    caller: &Caller,
    with_cases: bool,
    format: Format,
    out: &mut dyn Write,
) -> i32 {
    let found = match found(gateway, caller).await {
        Ok(found) => found,
        Err(problem) => {
            let written = match format {
                Format::Text => writeln!(out, "{}", told(&problem)),
                Format::Json => writeln!(out, "{:#}", json!({ "findings": [as_json(&problem)] })),
            };
            return exit::after(&written, exit::FINDING);
        }
    };
    let (lists, groups) = found;
    let written = match format {
        Format::Json => json_answer(&lists, &groups, with_cases, out),
        Format::Text => lists_in_text(&lists, with_cases, out)
            .and_then(|()| groups_in_text(&groups, with_cases, out)),
    };
    exit::after(&written, exit::OK)
}

async fn found(gateway: &Gateway, caller: &Caller) -> Result<(Vec<Unmapped>, InNoGroup), Problem> {
    let lists = gateway.unmapped(caller).await?;
    Ok((lists, gateway.codes_in_no_group(caller).await?))
}

fn lists_in_text(found: &[Unmapped], with_cases: bool, out: &mut dyn Write) -> io::Result<()> {
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
            cases(&one.cases, out)?;
        } else {
            codes(&one.codes, one.not_shown, out)?;
        }
    }
    let next = "Add the rows, load the tables (SIGHUP, or POST /admin/reload), and decide each \
                case again: `cases redecide CASE --by NAME --why REF`.";
    writeln!(out, "{}", wrap("", next))
}

fn groups_in_text(found: &InNoGroup, with_cases: bool, out: &mut dyn Write) -> io::Result<()> {
    if found.cases.is_empty() {
        return writeln!(
            out,
            "No open case has a condition whose code is in no group."
        );
    }
    let head = format!(
        "{CONDITION_GROUPS}, codes in no group: {}",
        count(found.cases.len(), "case")
    );
    writeln!(out, "{}", wrap("", &head))?;
    if with_cases {
        cases(&found.cases, out)?;
    } else {
        codes(&found.codes, found.not_shown, out)?;
    }
    let next = "Add a row for each that belongs to a group, and load the tables. Who is referred \
                from then on has the group; a case that is there has it once it is decided again.";
    writeln!(out, "{}", wrap("", next))
}

fn cases(references: &[String], out: &mut dyn Write) -> io::Result<()> {
    references
        .iter()
        .try_for_each(|case| writeln!(out, "  {case}"))
}

fn codes(codes: &BTreeMap<String, usize>, not_shown: usize, out: &mut dyn Write) -> io::Result<()> {
    for (code, cases) in codes {
        let line = format!("{code}: {}", count(*cases, "case"));
        writeln!(out, "{}", wrap("  ", &line))?;
    }
    if not_shown > 0 {
        let cases = count(not_shown, "case");
        let words = format!("words that are no published code, not shown: {cases}");
        writeln!(out, "{}", wrap("  ", &words))?;
    }
    Ok(())
}

fn json_answer(
    found: &[Unmapped],
    groups: &InNoGroup,
    with_cases: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
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
    let groups = if with_cases {
        json!({ "count": groups.cases.len(), "cases": groups.cases })
    } else {
        json!({
            "count": groups.cases.len(),
            "codes": groups.codes,
            "notShown": groups.not_shown,
        })
    };
    writeln!(
        out,
        "{:#}",
        json!({ "lists": lists, "conditionGroups": groups })
    )
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
        let groups = InNoGroup {
            codes: [("sct|73211009".to_owned(), 1)].into(),
            not_shown: 1,
            cases: vec!["WW-6K7M-9QXD-T2P".to_owned()],
        };
        let mut out = Vec::new();
        lists_in_text(&found, with_cases, &mut out).expect("a writable text");
        groups_in_text(&groups, with_cases, &mut out).expect("a writable text");
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
