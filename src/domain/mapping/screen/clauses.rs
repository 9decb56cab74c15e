//! Sentences that speak of what is never accepted from a referral: benefits and crime. A
//! single word of such a sentence tells as much as the whole, so that the whole is taken.

use std::ops::Range;
use std::sync::LazyLock;

use crate::domain::phrases::{self, Phrases};

/// Phrases in small letters, each to be found as whole words.
const PHRASES: &[&str] = &[
    // Benefits.
    "universal credit",
    "personal independence payment",
    "employment and support allowance",
    "jobseeker's allowance",
    "jobseekers allowance",
    "disability living allowance",
    "attendance allowance",
    "carer's allowance",
    "carers allowance",
    "housing benefit",
    "income support",
    "council tax reduction",
    "council tax support",
    "work capability assessment",
    "on benefits",
    "claiming benefits",
    "claims benefits",
    "receives benefits",
    "benefit claim",
    "benefits claim",
    "benefit sanction",
    "lcwra",
    // Crime.
    "mappa",
    "marac perpetrator",
    "sex offender",
    "sexual offence",
    "offender",
    "offenders",
    "convicted",
    "conviction",
    "convictions",
    "criminal record",
    "criminal history",
    "criminal offence",
    "probation officer",
    "probation service",
    "probation order",
    "on licence",
    "in prison",
    "from prison",
    "prison sentence",
    "in custody",
    "restraining order",
];

/// Benefits by their letters, in capitals only: the same letters mean other things.
const LETTERS: &[&str] = &["PIP", "ESA", "JSA", "DLA", "LCW"];

static PREPARED_PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(PHRASES));
static PREPARED_LETTERS: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(LETTERS));

/// The sentences that hold one of these.
pub(super) fn never_accepted(text: &str) -> Vec<Range<usize>> {
    // What stands in no word of the text stands in none of its sentences.
    if !speaks(text) {
        return Vec::new();
    }
    let all = sentences(text).into_iter();
    all.filter(|at| speaks(&text[at.clone()])).collect()
}

fn speaks(text: &str) -> bool {
    PREPARED_PHRASES.stand_in(&phrases::as_written(text))
        // The joint of a finger has the letters of a benefit.
        || PREPARED_LETTERS
            .after_each(text)
            .any(|after| !after.starts_with(" joint"))
}

/// Sentences and clauses without the blanks around them and the mark at their end.
fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let is_end = match c {
            ';' | '\n' => true,
            '.' | '!' | '?' => rest.peek().is_none_or(|(_, next)| next.is_whitespace()),
            _ => false,
        };
        if is_end {
            push(text, from..at, &mut found);
            from = at + c.len_utf8();
        }
    }
    push(text, from..text.len(), &mut found);
    found
}

fn push(text: &str, at: Range<usize>, found: &mut Vec<Range<usize>>) {
    let part = &text[at.clone()];
    let start = at.start + (part.len() - part.trim_start().len());
    let inner = part.trim();
    if !inner.is_empty() {
        found.push(start..start + inner.len());
    }
}
