//! Strings, numbers and their escapes, character by character (RFC 8259, 6 and 7).

use super::{Reader, Stop};

impl Reader {
    pub(super) fn digits(&mut self) -> bool {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at > start
    }

    pub(super) fn number(&mut self) -> Result<(), Stop> {
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
        Ok(())
    }

    /// Reads a string; the cursor stands on its opening quote. Gives the decoded
    /// text only when the source has an escape.
    pub(super) fn string(&mut self) -> Result<Option<String>, Stop> {
        self.at += 1;
        let start = self.at;
        self.plain();
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Ok(None);
        }
        let mut text = self.document.source[start..self.at].to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Some(text));
                }
                Some(b'\\') => text.push(self.escape()?),
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

    /// Moves over characters that stand for themselves.
    pub(super) fn plain(&mut self) {
        let bytes = self.document.source.as_bytes();
        let mut at = self.at;
        while at < bytes.len() && !ENDS_RUN[bytes[at] as usize] {
            at += 1;
        }
        self.at = at;
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

/// Bytes that end a run of characters standing for themselves in a string.
const ENDS_RUN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};
