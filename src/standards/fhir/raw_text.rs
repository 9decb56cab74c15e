//! The words of a body that is no document: cut off, wrongly encoded or badly written.
//!
//! For looking only. It takes a body for whatever it most likely is, and each step is one
//! pass over it.

use std::borrow::Cow;

/// The body as a text, with its escapes (JSON) and its references (XML) resolved as far as
/// they can be. Both are resolved in both formats: a narrative in JSON has references too.
pub fn of(body: &[u8]) -> String {
    let text = decoded(body);
    resolved(&resolved(&text, '\\', escape), '&', reference)
}

/// UTF-16 by its mark or by the zero beside its first character (RFC 4627, 3), else UTF-8.
fn decoded(body: &[u8]) -> Cow<'_, str> {
    match body {
        [0xFF, 0xFE, ..] | [1..=0xFF, 0, ..] => Cow::Owned(utf_16(body, u16::from_le_bytes)),
        [0xFE, 0xFF, ..] | [0, 1..=0xFF, ..] => Cow::Owned(utf_16(body, u16::from_be_bytes)),
        _ => utf_8(body),
    }
}

fn utf_16(body: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = body.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let characters = char::decode_utf16(units);
    characters.map(|found| found.unwrap_or(' ')).collect()
}

/// What is no UTF-8 is most likely Windows-1252, where 91 and 92 are the curved apostrophes.
/// Any other such byte ends a word, as the rest of a cut character has to.
fn utf_8(body: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = str::from_utf8(body) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(body.len());
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        let meant = |byte: &u8| {
            if matches!(byte, 0x91 | 0x92) {
                '\''
            } else {
                ' '
            }
        };
        text.extend(chunk.invalid().iter().map(meant));
    }
    Cow::Owned(text)
}

/// The text with each escape that a mark begins resolved. `read` is given what stands behind
/// the mark and gives the character with how many bytes spell it; `None` leaves the mark.
fn resolved(text: &str, mark: char, read: fn(&str) -> Option<(char, usize)>) -> String {
    let mut resolved = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(mark) {
        resolved.push_str(before);
        let (meant, length) = read(behind).unwrap_or((mark, 0));
        resolved.push(meant);
        rest = &behind[length..];
    }
    resolved.push_str(rest);
    resolved
}

/// An escape of JSON (RFC 8259, 7), also one that JSON does not have: `\'`.
fn escape(behind: &str) -> Option<(char, usize)> {
    let first = behind.chars().next()?;
    let meant = match first {
        'b' | 'f' | 'n' | 'r' | 't' => ' ',
        'u' => {
            let code = u32::from_str_radix(behind.get(1..5)?, 16).ok()?;
            // Half of a pair is of no phrase.
            return Some((char::from_u32(code).unwrap_or(' '), 5));
        }
        other => other,
    };
    Some((meant, first.len_utf8()))
}

/// The longest reference that is looked for: `&#x0002019;` with zeros to spare.
const LONGEST_REFERENCE: usize = 16;

/// A reference to a character (XML 1.0, 4.1), or one of the names that stand in narratives.
fn reference(behind: &str) -> Option<(char, usize)> {
    let end = behind
        .bytes()
        .take(LONGEST_REFERENCE)
        .position(|byte| byte == b';')?;
    let name = &behind[..end];
    let meant = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" | "lsquo" | "rsquo" => '\'',
        "nbsp" => ' ',
        _ => numbered(name)?,
    };
    Some((meant, end + 1))
}

fn numbered(name: &str) -> Option<char> {
    let digits = name.strip_prefix('#')?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    char::from_u32(code.ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_references_are_read_and_what_is_none_stays() {
        for (body, text) in [
            (
                r#"{"note":"can\u2019t\nbreathe""#,
                "{\"note\":\"can\u{2019}t breathe\"",
            ),
            (r"can\u0027t can\'t \u0026apos;", "can't can't '"),
            (
                "can&apos;t can&#8217;t can&#x2019;t",
                "can't can\u{2019}t can\u{2019}t",
            ),
            (
                "wants&nbsp;to &amp;&unknown; & so on; &",
                "wants to &&unknown; & so on; &",
            ),
            (r"cut \u20", r"cut \u20"),
            ("cut &#82", "cut &#82"),
            (r"a half \ud83d", "a half  "),
            (r"\é &é; \", r"é &é; \"),
            ("", ""),
        ] {
            assert_eq!(of(body.as_bytes()), text, "{body}");
        }
    }

    #[test]
    fn a_body_in_another_encoding_is_read_as_what_it_most_likely_is() {
        assert_eq!(of(b"can\x92t breathe\xA0now"), "can't breathe now");
        assert_eq!(of(b"overdose\xE2\x80"), "overdose  ");
        let text = "{ can\u{2019}t";
        let little = text.encode_utf16().flat_map(u16::to_le_bytes);
        let big = text.encode_utf16().flat_map(u16::to_be_bytes);
        let (little, big): (Vec<u8>, Vec<u8>) = (little.collect(), big.collect());
        assert_eq!((of(&little), of(&big)), (text.to_owned(), text.to_owned()));
        let marked = [&[0xFF, 0xFE], &little[..], b"x"].concat();
        assert_eq!(of(&marked), format!("\u{FEFF}{text}"));
    }
}
