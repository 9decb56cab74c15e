//! The formats of FHIR R4 primitive types (FHIR R4, datatypes), without regular expressions.

use crate::standards::fhir::Kind;

/// The format of a primitive type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `true` or `false`
    Boolean,
    /// A whole number of 32 bits
    Integer,
    /// A whole number from 1
    PositiveInt,
    /// A whole number from 0
    UnsignedInt,
    /// Any JSON number
    Decimal,
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`
    Date,
    /// A date, or a date and time with seconds and offset
    DateTime,
    /// A date and time with seconds and offset
    Instant,
    /// `hh:mm:ss`
    Time,
    /// 1 to 64 letters, digits, `-` and `.`
    Id,
    /// No white space at the ends, single spaces within
    Code,
    /// No white space
    Uri,
    /// Base64 characters and white space
    Base64,
    /// Any text
    Text,
}

impl Format {
    /// The format of a primitive type by its FHIR name; text for those without a rule here.
    pub fn of(type_name: &str) -> Format {
        match type_name {
            "boolean" => Format::Boolean,
            "integer" => Format::Integer,
            "positiveInt" => Format::PositiveInt,
            "unsignedInt" => Format::UnsignedInt,
            "decimal" => Format::Decimal,
            "date" => Format::Date,
            "dateTime" => Format::DateTime,
            "instant" => Format::Instant,
            "time" => Format::Time,
            "id" => Format::Id,
            "code" => Format::Code,
            "uri" | "url" | "canonical" | "oid" | "uuid" => Format::Uri,
            "base64Binary" => Format::Base64,
            _ => Format::Text,
        }
    }

    /// The JSON kind in which such values are written.
    pub fn json_kind(self) -> Kind {
        match self {
            Format::Boolean => Kind::Boolean,
            Format::Integer | Format::PositiveInt | Format::UnsignedInt | Format::Decimal => {
                Kind::Number
            }
            _ => Kind::String,
        }
    }

    /// What is wanted, in words.
    pub fn wanted(self) -> &'static str {
        match self {
            Format::Boolean => "true or false",
            Format::Integer => "a whole number between -2147483648 and 2147483647",
            Format::PositiveInt => "a whole number between 1 and 2147483647",
            Format::UnsignedInt => "a whole number between 0 and 2147483647",
            Format::Decimal => "a number",
            Format::Date => "a date that exists, as YYYY, YYYY-MM or YYYY-MM-DD",
            Format::DateTime => {
                "a date that exists, or a date and time with seconds and offset, \
                 as YYYY-MM-DDThh:mm:ss+hh:mm"
            }
            Format::Instant => {
                "a date that exists and a time with seconds and offset, as YYYY-MM-DDThh:mm:ss+hh:mm"
            }
            Format::Time => "a time as hh:mm:ss",
            Format::Id => "an id of 1 to 64 letters, digits, '-' and '.'",
            Format::Code => "a code without white space at its ends or doubled within",
            Format::Uri => "a URI without white space, urn:uuid: with a UUID in small letters",
            Format::Base64 => "base64, its characters in fours",
            Format::Text => "text",
        }
    }

    /// Whether every value of the right JSON kind has this format.
    pub fn admits_all(self) -> bool {
        matches!(self, Format::Boolean | Format::Decimal | Format::Text)
    }

    /// Whether a value of the right JSON kind has this format.
    pub fn admits(self, text: &str) -> bool {
        match self {
            Format::Boolean | Format::Decimal | Format::Text => true,
            Format::Integer => text.parse::<i32>().is_ok(),
            Format::PositiveInt => text.parse::<i32>().is_ok_and(|n| n > 0),
            Format::UnsignedInt => text.parse::<i32>().is_ok_and(|n| n >= 0),
            Format::Date => is_date(text.as_bytes()),
            Format::DateTime => is_date_time(text.as_bytes(), false),
            Format::Instant => is_date_time(text.as_bytes(), true),
            Format::Time => is_clock(text.as_bytes()) == Some(text.len()),
            Format::Id => is_id(text),
            Format::Code => is_code(text),
            Format::Uri => is_uri(text),
            Format::Base64 => is_base64_text(text),
        }
    }
}

fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

fn is_code(text: &str) -> bool {
    if !has_white_space(text) {
        return !text.is_empty();
    }
    let bytes = text.as_bytes();
    let mut was_space = true;
    for byte in bytes {
        let is_space = byte.is_ascii_whitespace();
        if is_space && was_space {
            return false;
        }
        was_space = is_space;
    }
    !was_space
}

/// Whether there is ASCII white space. Eight bytes at a time are asked first whether any is a
/// blank or below, which in most texts none is.
fn has_white_space(text: &str) -> bool {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let has_low = |eight: &[u8; 8]| {
        let bytes = u64::from_le_bytes(*eight);
        bytes.wrapping_sub(EACH * 0x21) & !bytes & (EACH * 0x80) != 0
    };
    let (eights, rest) = text.as_bytes().as_chunks::<8>();
    let may_have = eights.iter().any(has_low) || rest.iter().any(|byte| *byte <= b' ');
    may_have && text.bytes().any(|byte| byte.is_ascii_whitespace())
}

/// Without white space; what says it is a UUID or an OID is one (RFC 4122, RFC 3061).
fn is_uri(text: &str) -> bool {
    if text.is_empty() || has_white_space(text) {
        return false;
    }
    if let Some(uuid) = text.strip_prefix("urn:uuid:") {
        return is_uuid(uuid);
    }
    let oid = text.strip_prefix("urn:oid:");
    oid.is_none_or(|oid| oid.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}

/// Five groups of hexadecimal digits in small letters.
fn is_uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    bytes.len() == 36
        && [8, 13, 18, 23].iter().all(|at| bytes[*at] == b'-')
        && [0..8, 9..13, 14..18, 19..23, 24..36]
            .into_iter()
            .all(|group| bytes[group].iter().all(is_hex))
}

/// Fours of characters, at most the last two of which are padding.
fn is_base64_text(text: &str) -> bool {
    let mut characters = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    let (mut count, mut padding) = (0_usize, 0_usize);
    let is_sound = characters.all(|byte| {
        count += 1;
        if byte == b'=' {
            padding += 1;
            return padding <= 2;
        }
        padding == 0 && (byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
    });
    is_sound && count.is_multiple_of(4)
}

/// The value of `count` digits at `from`.
fn digits(text: &[u8], from: usize, count: usize) -> Option<u32> {
    let part = text.get(from..from + count)?;
    part.iter().try_fold(0, |value, byte| {
        byte.is_ascii_digit()
            .then(|| value * 10 + u32::from(byte - b'0'))
    })
}

fn days_in(year: u32, month: u32) -> u32 {
    let is_leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD` of a day that exists.
fn is_date(bytes: &[u8]) -> bool {
    let Some(year) = digits(bytes, 0, 4).filter(|year| *year > 0) else {
        return false;
    };
    if bytes.len() == 4 {
        return true;
    }
    let month = digits(bytes, 5, 2).filter(|month| (1..=12).contains(month));
    let Some(month) = month.filter(|_| bytes[4] == b'-') else {
        return false;
    };
    if bytes.len() == 7 {
        return true;
    }
    let day = digits(bytes, 8, 2).filter(|day| (1..=days_in(year, month)).contains(day));
    bytes.len() == 10 && bytes[7] == b'-' && day.is_some()
}

/// The length of `hh:mm:ss[.fraction]` at the start; a fraction has any number of digits.
fn is_clock(bytes: &[u8]) -> Option<usize> {
    let hours = digits(bytes, 0, 2)?;
    let minutes = digits(bytes, 3, 2)?;
    let seconds = digits(bytes, 6, 2)?;
    // 60 is a leap second (FHIR R4, dateTime).
    let in_range = hours < 24 && minutes < 60 && seconds <= 60;
    if !in_range || bytes[2] != b':' || bytes[5] != b':' {
        return None;
    }
    if bytes.get(8) != Some(&b'.') {
        return Some(8);
    }
    let fraction = bytes[9..].iter().take_while(|b| b.is_ascii_digit()).count();
    (fraction > 0).then_some(9 + fraction)
}

/// `Z` or an offset up to 14 hours.
fn is_offset(bytes: &[u8]) -> bool {
    if bytes == b"Z" {
        return true;
    }
    let signed = matches!(bytes.first(), Some(b'+' | b'-'));
    let (Some(hours), Some(minutes)) = (digits(bytes, 1, 2), digits(bytes, 4, 2)) else {
        return false;
    };
    let in_range = (hours < 14 && minutes < 60) || (hours == 14 && minutes == 0);
    signed && bytes.len() == 6 && bytes[3] == b':' && in_range
}

fn is_date_time(bytes: &[u8], must_have_time: bool) -> bool {
    // Only a whole date has a time behind it.
    let Some((date, [b'T', time @ ..])) = bytes.split_at_checked(10) else {
        return !must_have_time && is_date(bytes);
    };
    let offset = is_clock(time).is_some_and(|length| is_offset(&time[length..]));
    offset && is_date(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: Format, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(format.admits(text), "{format:?} should admit {text}");
        }
        for text in bad {
            assert!(!format.admits(text), "{format:?} should refuse {text:?}");
        }
    }

    #[test]
    fn a_date_must_exist() {
        check(
            Format::Date,
            &["1970", "1970-02", "2024-02-29", "2000-02-29"],
            &[
                "2023-02-29",
                "1900-02-29",
                "2023-02-31",
                "2023-13",
                "0000",
                "30/03/1970",
                "1970-1-1",
                "1970-01-01T",
                "197",
                "1970-00",
                "1970-04-31",
                "1970-01-01Z",
                "é970",
            ],
        );
    }

    #[test]
    fn a_date_time_with_a_time_has_seconds_and_an_offset() {
        check(
            Format::DateTime,
            &[
                "1970",
                "2023-06-26T11:30:00.8185338+00:00",
                "2023-06-26T11:30:00Z",
                "2023-06-26T23:59:60-05:30",
                "2023-06-26T11:30:00.123456789012+14:00",
            ],
            &[
                "2023-06-26T11:30Z",
                "2023-06-26T11:30:00",
                "2023-06-26T24:00:00Z",
                "2023-02-31T11:30:00Z",
                "2023-06T11:30:00Z",
                "2023-06-26T11:30:00.Z",
                "2023-06-26T11:30:00+14:30",
                "2023-06-26 11:30:00Z",
                "T",
                "2023-06-26T11:30:00é",
            ],
        );
        check(Format::Instant, &["2023-06-26T11:30:00Z"], &["2023-06-26"]);
        check(
            Format::Time,
            &["11:30:00", "11:30:00.5"],
            &["11:30", "11:30:00Z"],
        );
    }

    #[test]
    fn ids_codes_uris_and_numbers_keep_their_rules() {
        check(Format::Id, &["a-1.B"], &["", "a_b", "a b", &"x".repeat(65)]);
        check(Format::Code, &["a", "a b"], &[" a", "a ", "a  b", ""]);
        check(
            Format::Uri,
            &[
                "urn:uuid:0b5f7a40-0000-4000-8000-0000000000ee",
                "urn:oid:1.2",
            ],
            &["", "a b", "a\n", "urn:uuid:1"],
        );
        check(Format::Integer, &["-5", "0"], &["1.0", "1e3", "2147483648"]);
        check(Format::PositiveInt, &["1"], &["0", "-1"]);
        check(Format::UnsignedInt, &["0"], &["-1"]);
        check(Format::Base64, &["QUJD\nRA=="], &["QUJ*", "QUJDR"]);
    }
}
