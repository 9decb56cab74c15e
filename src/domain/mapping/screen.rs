//! Takes out of words that somebody typed what a provider is not to get by the way.
//!
//! It knows shapes, not meanings: numbers, addresses of mail and web, postcodes, and a short
//! list of words. A name, a street, a relative, a number in words or a mistyped one passes.
//! So a field that a provider does not need is not mapped; screening is the second fence.

mod clauses;
mod shapes;

use std::ops::Range;

use super::{FreeText, Value};

/// What stands in place of every piece that is taken out.
pub const REMOVED: &str = "[removed]";

/// How much is taken out. National Insurance numbers always are: they are never accepted
/// from a referral, whatever a table says (DESIGN section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Depth {
    /// Numbers of eight digits and more, NHS and telephone numbers among them; e-mail and
    /// web addresses; postcodes.
    identifiers: bool,
    /// Sentences that speak of benefits or of crime: never accepted either.
    stories: bool,
}

impl Depth {
    pub(super) const ALL: Self = Self {
        identifiers: true,
        stories: true,
    };

    /// By the field, and by whether the provider gets words as they were written.
    pub(super) const fn of(free_text: FreeText, as_written: bool) -> Option<Self> {
        let (identifiers, stories) = match free_text {
            FreeText::No => return None,
            FreeText::Safety => (false, false),
            FreeText::Words => (!as_written, false),
            FreeText::Story => (!as_written, true),
        };
        Some(Self {
            identifiers,
            stories,
        })
    }
}

/// Screens a text or every text of a list, and counts the pieces that were taken out.
pub(super) fn value(value: Value, depth: Depth) -> (Value, u32) {
    let mut count = 0;
    let mut screened = |words: String| match screen(&words, depth) {
        Some((words, removed)) => {
            count += removed;
            words
        }
        None => words,
    };
    let value = match value {
        Value::Text(words) => Value::Text(screened(words)),
        Value::List(items) => Value::List(items.into_iter().map(screened).collect()),
        other => other,
    };
    (value, count)
}

/// The words without the pieces, and how many were taken out; `None` where there is nothing
/// to take out.
fn screen(words: &str, depth: Depth) -> Option<(String, u32)> {
    let mut found = shapes::pieces(words, depth.identifiers);
    if depth.stories {
        found.extend(clauses::never_accepted(words));
    }
    if found.is_empty() {
        return None;
    }
    let pieces = joined(found);
    let mut out = String::with_capacity(words.len());
    let mut from = 0;
    for piece in &pieces {
        out.push_str(&words[from..piece.start]);
        out.push_str(REMOVED);
        from = piece.end;
    }
    out.push_str(&words[from..]);
    let count = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
    // What is left may have taken another shape.
    Some(match screen(&out, depth) {
        Some((again, more)) => (again, count + more),
        None => (out, count),
    })
}

/// Pieces in order, those that overlap as one.
fn joined(mut found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    found.sort_by_key(|piece| (piece.start, piece.end));
    let mut pieces: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for piece in found {
        match pieces.last_mut() {
            Some(last) if piece.start < last.end => last.end = last.end.max(piece.end),
            _ => pieces.push(piece),
        }
    }
    pieces
}

#[cfg(test)]
mod tests;
