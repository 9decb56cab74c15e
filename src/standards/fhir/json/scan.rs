//! Strings, numbers and their escapes, character by character (RFC 8259, 6 and 7).

use super::{FaultKind, Kind, MAX_FAULTS, Reader, Stop, narrow};
use crate::standards::fhir::character;

impl Reader {
    pub(super) fn digits(&mut self) -> bool {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at > start
    }

    pub(super) fn number(&mut self) -> Result<Kind, Stop> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        let start = self.at;
        if !self.digits() {
            return self.stop("a digit is expected here");
        }
        if leading_zero && self.at - start > 1 {
            self.at = start;
            return self.stop("a number may not begin with a zero that means nothing");
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if !self.digits() {
                return self.stop("a digit is expected after the decimal point");
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if !self.digits() {
                return self.stop("a digit is expected in the exponent");
            }
        }
        Ok(Kind::Number)
    }

    /// Reads a string without escapes; the cursor stands on its opening quote. False when
    /// something else comes first, where the cursor then stands.
    pub(super) fn plain_string(&mut self) -> bool {
        self.at += 1;
        self.plain();
        let is_plain = self.peek() == Some(b'"');
        self.at += usize::from(is_plain);
        is_plain
    }

    /// Reads on in a string that begins at `start` and is no plain one. Gives its text.
    pub(super) fn string_with_escapes(&mut self, start: usize) -> Result<String, Stop> {
        let mut text = self.document.source[start..self.at].to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    let written = self.at;
                    let character = self.escape()?;
                    if !character::is_allowed(character) {
                        // The entry that the text belongs to is made when it is read.
                        let entry = narrow(self.document.entries.len());
                        self.note(FaultKind::Character, written, entry)?;
                    }
                    text.push(character);
                }
                Some(0..=0x1F) => return self.stop("a control character must be escaped"),
                None => return self.stop("the document ends inside a string"),
                Some(_) => {
                    let run = self.at;
                    self.plain();
                    text.push_str(&self.document.source[run..self.at]);
                }
            }
        }
    }

    /// Notes what no text may have and JSON does not make a sender escape: U+FFFE and U+FFFF.
    /// Looked for in the whole source at once, and only in one that is not ASCII, so that
    /// no text is read more slowly for it.
    pub(super) fn noncharacters(&mut self) -> Result<(), Stop> {
        let source = &self.document.source;
        if source.is_ascii() {
            return Ok(());
        }
        let found = ['\u{FFFE}', '\u{FFFF}'].map(|character| source.match_indices(character));
        let found = found.into_iter().flatten().map(|(offset, _)| offset);
        let found: Vec<usize> = found.take(MAX_FAULTS).collect();
        for offset in found {
            let before = self.document.entries.partition_point(|entry| {
                let start = if entry.has_name {
                    entry.name_start
                } else {
                    entry.start
                };
                start as usize <= offset
            });
            self.note(
                FaultKind::Character,
                offset,
                narrow(before).saturating_sub(1),
            )?;
        }
        Ok(())
    }

    /// Moves over characters that stand for themselves.
    pub(super) fn plain(&mut self) {
        let bytes = self.document.source.as_bytes();
        let (eights, rest) = bytes.get(self.at..).unwrap_or_default().as_chunks::<8>();
        let mut length = 0;
        for eight in eights {
            let ends = ends_of_run(u64::from_le_bytes(*eight));
            if ends != 0 {
                self.at += length + ends.trailing_zeros() as usize / 8;
                return;
            }
            length += 8;
        }
        let is_plain = |byte: &&u8| !matches!(byte, b'"' | b'\\' | 0..=0x1F);
        self.at += length + rest.iter().take_while(is_plain).count();
    }

    pub(super) fn escape(&mut self) -> Result<char, Stop> {
        self.at += 1;
        let simple = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return self.stop("this escape does not exist in JSON"),
        };
        self.at += 1;
        Ok(simple)
    }

    /// `\uXXXX`, or a pair of them for a character beyond the basic plane.
    pub(super) fn unicode_escape(&mut self) -> Result<char, Stop> {
        let first = self.hex4()?;
        if !(0xD800..=0xDBFF).contains(&first) {
            return char::from_u32(first).map_or_else(
                || self.stop("a low surrogate stands without its high surrogate"),
                Ok,
            );
        }
        if !self.bytes()[self.at..].starts_with(b"\\u") {
            return self.stop("a high surrogate stands without its low surrogate");
        }
        self.at += 1;
        let second = self.hex4()?;
        if !(0xDC00..=0xDFFF).contains(&second) {
            return self.stop("a high surrogate stands without its low surrogate");
        }
        let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        char::from_u32(code).map_or_else(|| self.stop("no such character"), Ok)
    }

    /// Four hexadecimal digits behind the `u` the cursor stands on.
    pub(super) fn hex4(&mut self) -> Result<u32, Stop> {
        self.at += 1;
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| (byte as char).to_digit(16));
            let Some(digit) = digit else {
                return self.stop("four hexadecimal digits are expected here");
            };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }
}

/// Of eight bytes, the first in the lowest place, those that end a run of characters standing
/// for themselves: quotes, backslashes and control characters. The high bit of the first such
/// byte is set and none below it; what the bits above it say is of no meaning, because a
/// subtraction borrows from the next byte.
fn ends_of_run(bytes: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let below = |bytes: u64, limit: u64| bytes.wrapping_sub(EACH * limit) & !bytes;
    let quotes = below(bytes ^ (EACH * u64::from(b'"')), 1);
    let backslashes = below(bytes ^ (EACH * u64::from(b'\\')), 1);
    (quotes | backslashes | below(bytes, 0x20)) & (EACH * 0x80)
}
