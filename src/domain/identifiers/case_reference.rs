//! The human-readable case reference.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What people say on the telephone: `WW-7K3F-9Q2M-X`. Ten symbols of the case id
/// and a check symbol, in an alphabet without I, L, O and U.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseReference(String);

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SYMBOLS: usize = 10;

impl CaseReference {
    /// The identifier system under which references are written in FHIR.
    pub const SYSTEM: &'static str = "https://workwell-gateway.example/Id/case-reference";

    /// The reference of a case id: fifty of its random bits, spoken.
    pub fn of(case_id: Uuid) -> Self {
        // The low 62 bits of a version 7 UUID are random; the high ones are time.
        let mut bits = case_id.as_u128();
        let mut symbols = [0u8; SYMBOLS];
        for symbol in &mut symbols {
            *symbol = ALPHABET[(bits & 31) as usize];
            bits >>= 5;
        }
        let check = check_symbol(&symbols);
        let body = String::from_utf8_lossy(&symbols);
        Self(format!(
            "WW-{}-{}-{}{}",
            &body[..4],
            &body[4..8],
            &body[8..],
            char::from(check)
        ))
    }

    /// Reads a reference as a person types it: any case, spaces or hyphens, O for 0,
    /// I and L for 1. `None` when a symbol or the check is wrong.
    pub fn parse(text: &str) -> Option<Self> {
        let upper = text.trim().to_ascii_uppercase();
        let body = upper.strip_prefix("WW").unwrap_or(&upper);
        let symbols: Vec<u8> = body
            .bytes()
            .filter(|b| !matches!(b, b' ' | b'-'))
            .map(|b| match b {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            })
            .collect();
        if symbols.len() != SYMBOLS + 1 || !symbols.iter().all(|s| ALPHABET.contains(s)) {
            return None;
        }
        if check_symbol(&symbols[..SYMBOLS]) != symbols[SYMBOLS] {
            return None;
        }
        let text = String::from_utf8(symbols).ok()?;
        Some(Self(format!(
            "WW-{}-{}-{}",
            &text[..4],
            &text[4..8],
            &text[8..]
        )))
    }

    /// Whether this is written as a reference is, right or not: `WW-XXXX-XXXX-XXX`.
    pub fn has_form(text: &str) -> bool {
        let parts: Vec<&str> = text.trim().split('-').collect();
        let lengths = parts.iter().map(|part| part.len());
        let plain = |part: &&str| part.bytes().all(|b| b.is_ascii_alphanumeric());
        parts[0].eq_ignore_ascii_case("WW") && lengths.eq([2, 4, 4, 3]) && parts.iter().all(plain)
    }

    /// The written form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CaseReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A sum over the field of 32 elements with the powers of its generator as weights:
/// one wrong symbol and any two swapped symbols are both caught.
fn check_symbol(symbols: &[u8]) -> u8 {
    let mut sum = 0u8;
    for symbol in symbols {
        let value = ALPHABET
            .iter()
            .position(|a| a == symbol)
            .unwrap_or_default();
        // Horner's rule; a position in the alphabet is below 32.
        sum = times_generator(sum ^ u8::try_from(value).unwrap_or_default());
    }
    ALPHABET[usize::from(sum)]
}

/// Times `x` in the field of polynomials over two elements modulo `x^5 + x^2 + 1`.
const fn times_generator(value: u8) -> u8 {
    let shifted = value << 1;
    if shifted & 32 == 0 {
        shifted
    } else {
        (shifted ^ 0b10_0101) & 31
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> CaseReference {
        CaseReference::of(Uuid::from_u128(0x0190_0000_0000_7000_8123_4567_89ab_cdef))
    }

    #[test]
    fn a_reference_is_read_back_however_it_is_typed() {
        let reference = sample();
        let typed = reference.as_str().to_ascii_lowercase().replace('-', " ");
        assert_eq!(CaseReference::parse(&typed), Some(reference));
    }

    #[test]
    fn any_one_wrong_symbol_and_any_swap_is_noticed() {
        let right: Vec<u8> = sample()
            .as_str()
            .bytes()
            .skip(3)
            .filter(|b| *b != b'-')
            .collect();
        let read = |symbols: &[u8]| CaseReference::parse(&String::from_utf8_lossy(symbols));
        assert!(read(&right).is_some());
        for place in 0..right.len() {
            for symbol in ALPHABET.iter().filter(|s| **s != right[place]) {
                let mut wrong = right.clone();
                wrong[place] = *symbol;
                assert_eq!(read(&wrong), None);
            }
            let mut swapped = right.clone();
            swapped.swap(place, (place + 1) % right.len());
            assert!(swapped == right || read(&swapped).is_none());
        }
    }

    #[test]
    fn the_form_of_a_reference_is_known_and_nothing_else_has_it() {
        assert!(CaseReference::has_form(sample().as_str()));
        assert!(CaseReference::has_form("ww-0000-0000-000"));
        for text in [
            "",
            "9990000018",
            "Ann Brown",
            "WW-0000-0000",
            "WW-0000-0000-0000",
            "WW-0000-0000-000-0",
            "WW 999 000 0018",
        ] {
            assert!(!CaseReference::has_form(text), "{text}");
        }
    }

    #[test]
    fn two_cases_have_two_references() {
        assert_ne!(
            CaseReference::of(Uuid::from_u128(1)),
            CaseReference::of(Uuid::from_u128(2))
        );
    }
}
