//! Codes of the Government Statistical Service: a letter and eight digits, `E01000001`,
//! which fit into one number.

use std::fmt::Write as _;

const DIGITS: u32 = 100_000_000;
/// The number that stands for no code.
pub const NONE: u32 = 0;

/// What a cell of a code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// A code, as a number that is not [`NONE`].
    Code(u32),
    /// Nothing, or one of the codes that mean "none here" (`E99999999`).
    Empty,
    /// Something else, such as a code of Northern Ireland's older areas.
    OtherShape,
}

/// Reads a cell.
pub fn read(text: &str) -> Cell {
    let bytes = text.trim().as_bytes();
    let [letter, digits @ ..] = bytes else {
        return Cell::Empty;
    };
    if digits.len() != 8 || !letter.is_ascii_alphabetic() || !digits.iter().all(u8::is_ascii_digit)
    {
        return Cell::OtherShape;
    }
    if digits == b"99999999" {
        return Cell::Empty;
    }
    let number = digits
        .iter()
        .fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    let letter = u32::from(letter.to_ascii_uppercase() - b'A') + 1;
    Cell::Code(letter * DIGITS + number)
}

/// The code of a number; none for [`NONE`] and for numbers that no code has.
pub fn write(number: u32) -> Option<String> {
    let letter = u8::try_from(number / DIGITS).ok()?;
    if !(1..=26).contains(&letter) {
        return None;
    }
    let mut code = String::with_capacity(9);
    code.push(char::from(b'A' + letter - 1));
    // Writing to a string cannot fail.
    let _ = write!(code, "{:08}", number % DIGITS);
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_comes_back_as_it_was() {
        for code in [
            "E01000001",
            "E06000057",
            "W01001234",
            "A00000000",
            "Z12345678",
        ] {
            let Cell::Code(number) = read(code) else {
                panic!("{code} is a code");
            };
            assert_ne!(number, NONE);
            assert_eq!(write(number).as_deref(), Some(code));
        }
        assert_eq!(write(NONE), None);
        assert_eq!(write(u32::MAX), None);
    }

    #[test]
    fn what_is_no_code_is_told_from_no_code_here() {
        for text in ["", "  ", "E99999999", "L99999999"] {
            assert_eq!(read(text), Cell::Empty, "{text}");
        }
        for text in ["95AA01S1", "E0100001", "QZX", "E010000011", "E01O00001"] {
            assert_eq!(read(text), Cell::OtherShape, "{text}");
        }
    }
}
