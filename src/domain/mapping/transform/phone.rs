//! Telephone numbers of the United Kingdom in the form that a provider's system takes.
//!
//! Only the shape is judged (Ofcom, National Telephone Numbering Plan: ten digits after the 0,
//! and nine in 0800, 0500 and some areas). A number of another shape is malformed and is never mended: a
//! guessed number may ring at a stranger's.

/// The form of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneFormat {
    /// `01632 960001`.
    National,
    /// `+441632960001` (ITU-T E.164).
    E164,
    /// `01632960001`.
    Digits,
}

impl PhoneFormat {
    /// Every form with its word.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::National, "national"),
        (Self::E164, "e164"),
        (Self::Digits, "digits"),
    ];

    /// The word in a table.
    pub fn code(self) -> &'static str {
        let row = Self::ALL.iter().find(|row| row.0 == self);
        row.map_or("", |row| row.1)
    }
}

/// Where some numbers have nine digits after the 0.
#[rustfmt::skip]
const SHORT: &[&str] = &[
    "800", "500", "1204", "1208", "1254", "1276", "1297", "1298", "1363", "1364", "1384", "1386",
    "1404", "1420", "1460", "1461", "1480", "1488", "1524", "1527", "1562", "1566", "1606",
    "1629", "1635", "1647", "1659", "1695", "1697", "1726", "1744", "1750", "1768", "1827",
    "1837", "1884", "1900", "1905", "1935", "1946", "1949", "1963", "1995",
];

enum Number {
    /// The digits after the 0.
    National(String),
    /// Country code and number.
    Abroad(String),
}

/// The number in this form; `None` when it has not the shape of one, or is a number abroad
/// for which the form has no place.
pub(super) fn written(format: PhoneFormat, text: &str) -> Option<String> {
    match (format, parse(text)?) {
        (PhoneFormat::National, Number::National(number)) => Some(grouped(&number)),
        (PhoneFormat::Digits, Number::National(number)) => Some(format!("0{number}")),
        (PhoneFormat::E164, Number::National(number)) => Some(format!("+44{number}")),
        (PhoneFormat::E164, Number::Abroad(number)) => Some(format!("+{number}")),
        (PhoneFormat::National | PhoneFormat::Digits, Number::Abroad(_)) => None,
    }
}

fn parse(text: &str) -> Option<Number> {
    let text = text.trim();
    let text = text.strip_prefix("tel:").unwrap_or(text).trim();
    // The 0 that is dialled at home only, as in +44 (0)1632.
    let text = text.replacen("(0)", "", 1);
    let (is_abroad, rest) = match text.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, text.as_str()),
    };
    let is_mark = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '\u{a0}');
    let digits: String = rest.chars().filter(|c| !is_mark(*c)).collect();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let abroad = if is_abroad {
        Some(digits.as_str())
    } else {
        digits.strip_prefix("00")
    };
    let Some(whole) = abroad else {
        // Without its 0 a number is not whole: a spreadsheet may have eaten more.
        return digits.strip_prefix('0').and_then(national);
    };
    if let Some(number) = whole.strip_prefix("44") {
        // No number within the country begins with 0, so that this 0 is the one of home.
        return national(number.strip_prefix('0').unwrap_or(number));
    }
    let fits = (8..=15).contains(&whole.len()) && !whole.starts_with('0');
    fits.then(|| Number::Abroad(whole.to_owned()))
}

fn national(number: &str) -> Option<Number> {
    let first = number.bytes().next()?;
    let is_short = || SHORT.iter().any(|area| number.starts_with(area));
    let fits = match number.len() {
        10 => matches!(first, b'1' | b'2' | b'3' | b'5' | b'7' | b'8' | b'9'),
        9 => is_short(),
        _ => false,
    };
    fits.then(|| Number::National(number.to_owned()))
}

/// With the 0 and the blanks that people are used to. Where an area code is longer than the
/// rule knows, the digits are right and the blank stands one place early.
fn grouped(number: &str) -> String {
    let bytes = number.as_bytes();
    let is_city = bytes[0] == b'1' && (bytes[1] == b'1' || bytes[2] == b'1');
    let cuts: &[usize] = match bytes[0] {
        b'2' => &[2, 6],
        b'1' if is_city => &[3, 6],
        b'3' | b'8' | b'9' => &[3, 6],
        _ => &[4],
    };
    let mut out = String::from("0");
    for (index, digit) in number.chars().enumerate() {
        if cuts.contains(&index) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Option<[String; 3]> {
        let [national, e164, digits] = [
            PhoneFormat::National,
            PhoneFormat::E164,
            PhoneFormat::Digits,
        ]
        .map(|format| written(format, text));
        Some([national?, e164?, digits?])
    }

    #[test]
    fn a_number_is_read_in_every_common_form() {
        let expected = ["01632 960001", "+441632960001", "01632960001"].map(str::to_owned);
        for text in [
            "01632 960001",
            "(01632) 960-001",
            "+44 1632 960001",
            "+44 (0)1632 960 001",
            "00441632960001",
            "tel:+441632960001",
            "+4401632960001",
        ] {
            assert_eq!(all(text).as_ref(), Some(&expected), "{text}");
        }
    }

    #[test]
    fn numbers_are_grouped_as_their_range_is() {
        for (text, expected) in [
            ("07700900001", "07700 900001"),
            ("02079460001", "020 7946 0001"),
            ("01134960001", "0113 496 0001"),
            ("01214960001", "0121 496 0001"),
            ("08081570001", "0808 157 0001"),
            ("03069990001", "0306 999 0001"),
            ("0169772345", "01697 72345"),
        ] {
            assert_eq!(
                written(PhoneFormat::National, text).as_deref(),
                Some(expected)
            );
        }
    }

    #[test]
    fn what_is_no_number_is_malformed_and_never_mended() {
        for text in [
            "",
            "1632 960001",
            "7700900001",
            "01632 96000",
            "01632 960001 2",
            "01632 960001 ext 4",
            "04632 960001",
            "mobile",
            "+",
            "+44",
            "01632 960001 / 07700 900001",
        ] {
            assert_eq!(all(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_abroad_has_the_international_form_only() {
        let text = "+353 1 496 0001";
        assert_eq!(
            written(PhoneFormat::E164, text).as_deref(),
            Some("+35314960001")
        );
        assert_eq!(written(PhoneFormat::National, text), None);
        assert_eq!(written(PhoneFormat::Digits, text), None);
    }
}
