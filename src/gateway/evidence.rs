//! What an operator writes down is kept in clear, so it names nobody's data.

use crate::domain::caller::Caller;
use crate::problem::{Problem, area::operator as problems};

/// The longest such text, in characters: a reference, never a story.
pub const MOST_EVIDENCE: usize = 80;

/// A reference: letters, digits and little else, and no run of digits long enough to be
/// an NHS number. `at` is the parameter that held it.
pub(super) fn checked(text: &str, at: &str) -> Result<String, Problem> {
    kept(text, at, |c| {
        c.is_ascii_alphanumeric() || " .:/#-".contains(c)
    })
}

/// A name or role of somebody at work, as people are called: letters of any script and what
/// joins them, and what a reference may have.
pub(super) fn named(text: &str, at: &str) -> Result<String, Problem> {
    kept(text, at, |c| {
        let joins = " .:/#-,()'\u{2018}\u{2019}\u{2010}\u{2011}".contains(c);
        // A letter may come apart from its accent.
        let accent = ('\u{300}'..='\u{36f}').contains(&c);
        c.is_alphabetic() || c.is_ascii_digit() || joins || accent
    })
}

fn kept(text: &str, at: &str, may: impl Fn(char) -> bool) -> Result<String, Problem> {
    let text = text.trim();
    let shaped = (1..=MOST_EVIDENCE).contains(&text.chars().count()) && text.chars().all(may);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if shaped && digits < 10 {
        return Ok(text.to_owned());
    }
    Err(Problem::new(&problems::EVIDENCE).at(at))
}

/// An operator by the name or role that they gave, kept in clear. Errors: `WW-OPR-002`.
pub fn operator_named(name: &str) -> Result<Caller, Problem> {
    Ok(Caller::Operator(named(name, "by")?))
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

    #[test]
    fn people_are_named_as_they_are_called() {
        for name in [
            "Zoë Brown",
            "Zoe\u{308} Brown",
            "Pat O'Brien",
            "Pat O\u{2019}Brien",
            "Smith, Ann",
            "Ann (desk)",
            "A. Example, trial desk",
            "Łukasz Żak-Nowak",
            "Ἑλένη Παππᾶ",
            "佐藤 花子",
            "Duty desk 2",
        ] {
            let operator = operator_named(name);
            assert_eq!(operator, Ok(Caller::Operator(name.to_owned())), "{name}");
            assert_eq!(named(name, "told").as_deref(), Ok(name));
        }
    }

    #[test]
    fn a_name_is_no_number_no_story_and_no_control() {
        for name in [
            "",
            "Ann 999 000 0018",
            "Ann\u{7}",
            "Ann\nBrown",
            "Ann\u{202e}nnA",
            "Ann <desk>",
            "Ann \"desk\"",
            "Ann\u{664}\u{665}",
            &"x".repeat(81),
        ] {
            assert!(operator_named(name).is_err(), "{name:?}");
        }
    }
}
