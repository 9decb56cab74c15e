//! The UK postcode.

use serde::{Deserialize, Serialize};

use crate::domain::sensitive::Sensitive;

/// A UK postcode in its written form, `AA9A 9AA` (BS 7666 shapes; existence is
/// the place look-up's business).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Postcode(Sensitive<String>);

/// Letters and digits of `AA9A9AA`.
const LONGEST: usize = 7;

impl Postcode {
    /// Reads a postcode in any case and spacing. `None` when it has another shape.
    pub fn parse(text: &str) -> Option<Self> {
        // Without a String: every word that a person typed may be asked whether it is one.
        let mut compact = [0; LONGEST];
        let mut length = 0;
        for character in text.chars().filter(|c| !c.is_whitespace()) {
            let symbol = character.is_ascii_alphanumeric().then_some(character)?;
            *compact.get_mut(length)? = u8::try_from(symbol.to_ascii_uppercase()).ok()?;
            length += 1;
        }
        let (outward, inward) = compact[..length].split_at_checked(length.checked_sub(3)?)?;
        if !is_outward(outward) || !is_inward(inward) {
            return None;
        }
        let parts = [outward, b" ", inward];
        let written = parts.concat().into_iter().map(char::from).collect();
        Some(Self(Sensitive::new(written)))
    }

    /// The written form with one space. Personal data: see [`Sensitive::expose`].
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The part before the space, `LS10`. Coarser, yet still about a person.
    pub fn outward(&self) -> &str {
        self.0.expose().split(' ').next().unwrap_or_default()
    }
}

/// `A9`, `A99`, `A9A`, `AA9`, `AA99` or `AA9A`.
fn is_outward(text: &[u8]) -> bool {
    let letters = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let rest = &text[letters..];
    let rest_fits = match rest {
        [digit] => digit.is_ascii_digit(),
        [digit, last] => digit.is_ascii_digit() && last.is_ascii_alphanumeric(),
        _ => false,
    };
    (1..=2).contains(&letters) && rest_fits
}

/// `9AA`.
fn is_inward(text: &[u8]) -> bool {
    matches!(text, [digit, a, b] if digit.is_ascii_digit() && a.is_ascii_alphabetic() && b.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_shape_is_read_in_any_case_and_spacing() {
        for (text, written) in [
            ("m11ae", "M1 1AE"),
            ("B33 8TH", "B33 8TH"),
            ("cr2  6xh", "CR2 6XH"),
            ("DN551PT", "DN55 1PT"),
            ("W1A 0AX", "W1A 0AX"),
            ("EC1A1BB", "EC1A 1BB"),
        ] {
            assert_eq!(
                Postcode::parse(text).as_ref().map(Postcode::expose),
                Some(written),
                "{text}"
            );
        }
    }

    #[test]
    fn other_shapes_are_refused() {
        for text in [
            "",
            "LS10",
            "LS10 4Y",
            "123 4AB",
            "LS10 YU4",
            "ABC1 2DE",
            "LS1É 4YU",
        ] {
            assert_eq!(Postcode::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_outward_part_is_the_district() {
        assert_eq!(
            Postcode::parse("LS104YU").as_ref().map(Postcode::outward),
            Some("LS10")
        );
    }
}
