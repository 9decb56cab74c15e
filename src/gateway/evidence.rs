//! What an operator writes down is kept in clear, so it names nobody's data.

use crate::domain::caller::Caller;
use crate::problem::{Problem, area::operator as problems};

/// The longest such text, in characters: a reference, never a story.
pub const MOST_EVIDENCE: usize = 80;

/// A reference: letters, digits and little else, and no run of digits long enough to be
/// an NHS number. `at` is the parameter that held it.
pub(super) fn checked(text: &str, at: &str) -> Result<String, Problem> {
    let text = text.trim();
    let shaped = (1..=MOST_EVIDENCE).contains(&text.chars().count())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || " .:/#-".contains(c));
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if shaped && digits < 10 {
        return Ok(text.to_owned());
    }
    Err(Problem::new(&problems::EVIDENCE).at(at))
}

/// An operator by the name or role that they gave, kept in clear. Errors: `WW-OPR-002`.
pub fn operator_named(name: &str) -> Result<Caller, Problem> {
    Ok(Caller::Operator(checked(name, "by")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_a_reference_and_never_holds_an_nhs_number() {
        assert_eq!(
            checked(" call 2026-11/17 ", "evidence").as_deref(),
            Ok("call 2026-11/17")
        );
        for text in [
            "",
            "9990000018",
            "ticket 999 000 0018",
            "said \"fine\"",
            &"x".repeat(81),
        ] {
            assert!(checked(text, "evidence").is_err(), "{text}");
        }
    }
}
