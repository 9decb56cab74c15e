//! The NHS number.

use serde::{Deserialize, Serialize};

use crate::domain::sensitive::Sensitive;

/// A ten-digit NHS number whose check digit holds (modulus 11, NHS Data Dictionary).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NhsNumber(Sensitive<String>);

/// Why a text is no NHS number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NhsNumberFault {
    /// Not exactly ten digits (spaces and hyphens between groups are allowed).
    NotTenDigits,
    /// The check digit does not hold.
    CheckDigit,
}

impl NhsNumber {
    /// Reads an NHS number; `999 123 4567`-style grouping is accepted.
    pub fn parse(text: &str) -> Result<Self, NhsNumberFault> {
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        if digits.len() != 10 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NhsNumberFault::NotTenDigits);
        }
        if !check_digit_holds(digits.as_bytes()) {
            return Err(NhsNumberFault::CheckDigit);
        }
        Ok(Self(Sensitive::new(digits)))
    }

    /// The ten digits. Personal data: see [`Sensitive::expose`].
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Whether the number lies in the range reserved for tests (999...), which is
    /// never issued to a person.
    pub fn is_test(&self) -> bool {
        self.0.expose().starts_with("999")
    }
}

/// Modulus 11 over the first nine digits, weights 10 down to 2; a remainder that
/// gives 10 is never issued.
fn check_digit_holds(digits: &[u8]) -> bool {
    let sum: u32 = digits[..9]
        .iter()
        .zip((2..=10).rev())
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    let expected = match 11 - sum % 11 {
        11 => 0,
        other => other,
    };
    expected == u32::from(digits[9] - b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_a_right_check_digit_is_read_with_or_without_grouping() {
        for text in ["9990000018", "999 000 0018", "999-000-0018"] {
            assert_eq!(
                NhsNumber::parse(text).map(|n| n.is_test()),
                Ok(true),
                "{text}"
            );
        }
    }

    #[test]
    fn a_wrong_check_digit_is_told_apart_from_a_wrong_shape() {
        assert_eq!(
            NhsNumber::parse("9990000019"),
            Err(NhsNumberFault::CheckDigit)
        );
        assert_eq!(
            NhsNumber::parse("999000001"),
            Err(NhsNumberFault::NotTenDigits)
        );
        assert_eq!(
            NhsNumber::parse("99900000I8"),
            Err(NhsNumberFault::NotTenDigits)
        );
    }

    #[test]
    fn a_remainder_that_asks_for_ten_has_no_right_check_digit_at_all() {
        for last in 0..10 {
            let text = format!("999000014{last}");
            assert_eq!(
                NhsNumber::parse(&text),
                Err(NhsNumberFault::CheckDigit),
                "{text}"
            );
        }
    }

    #[test]
    fn debug_shows_no_digit() {
        let number = NhsNumber::parse("9990000018").expect("a right number");
        assert!(!format!("{number:?}").contains('9'));
    }
}
