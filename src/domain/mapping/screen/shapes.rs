//! Pieces of a text that have the shape of a number or an address.

use std::ops::Range;

use crate::domain::identifiers::Postcode;

/// A run of letters and digits.
struct Word<'a> {
    at: Range<usize>,
    text: &'a str,
}

/// What is to be taken out of a text: National Insurance numbers, and of all `identifiers` too
/// NHS numbers, telephone numbers and every other long number, whole postcodes, and addresses
/// of mail and web.
pub(super) fn pieces(text: &str, identifiers: bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if identifiers && may_have_address(text) {
        found.extend(addresses(text));
    }
    // All other shapes have a digit, and most of what people write has none.
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return found;
    }
    let words = words(text);
    found.extend(national_insurance(text, &words));
    if identifiers {
        found.extend(postcodes(text, &words));
        found.extend(numbers(text));
    }
    found
}

/// National Insurance numbers: two letters, six digits and A to D, with or without blanks;
/// without the last letter where the first two are capitals.
fn national_insurance(text: &str, words: &[Word<'_>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (first, word) in words.iter().enumerate() {
        let mut whole = Vec::new();
        let mut longest = None;
        for (last, next) in words.iter().enumerate().skip(first).take(6) {
            let is_near = last == first || beside(text, &words[last - 1], next, " -.");
            if !is_near || !goes_on_as_national_insurance(whole.len(), next.text.as_bytes()) {
                break;
            }
            whole.extend_from_slice(next.text.as_bytes());
            if is_national_insurance(&whole) {
                longest = Some(word.at.start..next.at.end);
            }
        }
        found.extend(longest);
    }
    found
}

/// Whether these bytes can stand in a National Insurance number behind its first `from`.
fn goes_on_as_national_insurance(from: usize, bytes: &[u8]) -> bool {
    let mut places = (from..).zip(bytes);
    places.all(|(place, byte)| match place {
        0 | 1 | 8 => byte.is_ascii_alphabetic(),
        2..=7 => byte.is_ascii_digit(),
        _ => false,
    })
}

fn is_national_insurance(bytes: &[u8]) -> bool {
    if !matches!(bytes.len(), 8 | 9) {
        return false;
    }
    let (letters, rest) = bytes.split_at(2);
    let (digits, last) = rest.split_at(6);
    let ends = match last {
        [letter] => matches!(letter.to_ascii_uppercase(), b'A'..=b'D'),
        _ => letters.iter().all(u8::is_ascii_uppercase),
    };
    ends && letters.iter().all(u8::is_ascii_alphabetic) && digits.iter().all(u8::is_ascii_digit)
}

/// Whether a text has what no address is without: looked for once, before each word is.
fn may_have_address(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_of_web = |three: &[u8]| three == b"://" || three.eq_ignore_ascii_case(b"www");
    bytes.contains(&b'@') || bytes.windows(3).any(is_of_web)
}

/// Mail and web addresses, without the marks of the sentence around them.
fn addresses(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    for part in text.split_whitespace() {
        let start = from + text[from..].find(part).unwrap_or_default();
        from = start + part.len();
        let is_edge = |c: char| {
            matches!(
                c,
                ',' | ';' | ':' | '.' | '!' | '?' | '(' | ')' | '<' | '>' | '"'
            )
        };
        let inner = part.trim_start_matches(is_edge);
        let start = start + (part.len() - inner.len());
        let inner = inner.trim_end_matches(is_edge);
        let lower = inner.to_ascii_lowercase();
        let is_web =
            lower.contains("http://") || lower.contains("https://") || lower.starts_with("www.");
        let is_mail = inner
            .split_once('@')
            .is_some_and(|(who, host)| !who.is_empty() && !host.is_empty());
        if is_web || is_mail {
            found.push(start..start + inner.len());
        }
    }
    found
}

/// Whole postcodes, in one word or in two.
fn postcodes(text: &str, words: &[Word<'_>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (index, word) in words.iter().enumerate() {
        if word.text.len() >= 5 && is_postcode(word.text) {
            found.push(word.at.clone());
        }
        let Some(next) = words.get(index + 1) else {
            continue;
        };
        let is_pair = word.text.len() <= 4 && next.text.len() == 3 && ends_as_postcode(next.text);
        if is_pair && beside(text, word, next, " \u{a0}-") {
            let both = format!("{}{}", word.text, next.text);
            if is_postcode(&both) {
                found.push(word.at.start..next.at.end);
            }
        }
    }
    found
}

/// The shape of a postcode whose last two letters are of those that the Royal Mail uses, so
/// that a dose or an ordinal (`L5 1st`) stays.
fn is_postcode(text: &str) -> bool {
    if !ends_as_postcode(text) || Postcode::parse(text).is_none() {
        return false;
    }
    let last = &text[text.len() - 2..];
    let is_used = !last.bytes().any(|b| {
        matches!(
            b.to_ascii_uppercase(),
            b'C' | b'I' | b'K' | b'M' | b'O' | b'V'
        )
    });
    is_used && !matches!(last, "st" | "nd" | "rd" | "th" | "hr" | "yr" | "ft")
}

/// Whether the last three are a digit and two letters: few words do, so it is asked first.
fn ends_as_postcode(text: &str) -> bool {
    matches!(text.as_bytes(), [.., digit, a, b]
        if digit.is_ascii_digit() && a.is_ascii_alphabetic() && b.is_ascii_alphabetic())
}

/// Numbers of eight digits in a row, or of nine and more in groups. Dates stay.
fn numbers(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        if let Some(length) = date_at(bytes, at) {
            at += length;
            continue;
        }
        let run = run_at(bytes, at);
        if run.in_a_row >= 8 || run.digits >= 9 {
            let start = opening(bytes, at);
            found.push(start..run.end);
        }
        at = run.end;
    }
    found
}

struct Run {
    end: usize,
    digits: usize,
    in_a_row: usize,
}

/// Digits in groups with at most two blanks or marks between them.
fn run_at(bytes: &[u8], from: usize) -> Run {
    let mut run = Run {
        end: from,
        digits: 0,
        in_a_row: 0,
    };
    let (mut at, mut row) = (from, 0);
    loop {
        if bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
            row += 1;
            run.digits += 1;
            run.in_a_row = run.in_a_row.max(row);
            run.end = at;
            continue;
        }
        row = 0;
        let rest = &bytes[at..];
        let is_mark = |b: &&u8| matches!(b, b' ' | b'-' | b'.' | b'(' | b')');
        let marks = rest.iter().take_while(is_mark).count();
        let next = at + marks;
        let goes_on = (1..=2).contains(&marks) && bytes.get(next).is_some_and(u8::is_ascii_digit);
        if !goes_on || date_at(bytes, next).is_some() {
            return run;
        }
        at = next;
    }
}

/// The `+` or the bracket before a number belongs to it.
fn opening(bytes: &[u8], at: usize) -> usize {
    let before = bytes[..at].iter().rev();
    at - before.take_while(|b| matches!(b, b'+' | b'(')).count()
}

/// The length of a date that stands here: `2026-11-20`, `20.11.2026`, `20-11-26`.
fn date_at(bytes: &[u8], at: usize) -> Option<usize> {
    let is_inside = at > 0 && bytes[at - 1].is_ascii_digit();
    if is_inside {
        return None;
    }
    [
        [4, 2, 2],
        [2, 2, 4],
        [1, 2, 4],
        [2, 1, 4],
        [1, 1, 4],
        [2, 2, 2],
    ]
    .iter()
    .find_map(|widths| date_of(bytes, at, widths))
}

fn date_of(bytes: &[u8], from: usize, widths: &[usize; 3]) -> Option<usize> {
    let mark = *bytes.get(from + widths[0])?;
    if !matches!(mark, b'-' | b'.') {
        return None;
    }
    let mut at = from;
    for (index, width) in widths.iter().enumerate() {
        if index > 0 {
            if bytes.get(at) != Some(&mark) {
                return None;
            }
            at += 1;
        }
        if !bytes.get(at..at + width)?.iter().all(u8::is_ascii_digit) {
            return None;
        }
        at += width;
    }
    let goes_on = match bytes.get(at) {
        Some(next) if next.is_ascii_digit() => true,
        Some(next) => *next == mark && bytes.get(at + 1).is_some_and(u8::is_ascii_digit),
        None => false,
    };
    (!goes_on).then_some(at - from)
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let mut from = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_alphanumeric(), from) {
            (true, None) => from = Some(at),
            (false, Some(start)) => {
                let at = start..at;
                let text = &text[at.clone()];
                found.push(Word { at, text });
                from = None;
            }
            _ => {}
        }
    }
    found
}

/// Whether only these marks stand between two words, at most two of them.
fn beside(text: &str, first: &Word<'_>, second: &Word<'_>, marks: &str) -> bool {
    let between = &text[first.at.end..second.at.start];
    between.chars().count() <= 2 && between.chars().all(|c| marks.contains(c))
}
