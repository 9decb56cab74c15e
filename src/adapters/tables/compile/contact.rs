//! `[contact]` of `provider.toml`: whom the operator rings about a silent case.

use crate::adapters::tables::faults::Faults;
use crate::adapters::tables::head::Head;
use crate::domain::provider::Contact;
use crate::problem::area::tables as entry;

const SECTION: &str = "contact";
/// The keys of the section.
pub(super) const KEYS: &[&str] = &["name", "role", "telephone", "email"];

/// The contact; `None` without the section, which is no fault.
pub(super) fn compile(head: &Head<'_>, faults: &mut Faults) -> Option<Contact> {
    if !head.has(SECTION) {
        return None;
    }
    let name = head.filled(SECTION, "name", faults);
    let role = head.text(SECTION, "role", faults);
    let telephone = head.text(SECTION, "telephone", faults);
    let email = head.text(SECTION, "email", faults);
    let is_way = head.says(SECTION, "telephone") || head.says(SECTION, "email");
    if !is_way {
        let detail = "contact.telephone is missing; write a telephone or an email";
        head.fault(&entry::VALUE_MISSING, SECTION, "name", detail, faults);
    }
    if telephone.as_deref().is_some_and(|text| !is_telephone(text)) {
        let detail =
            "contact.telephone: write the number with digits and spaces, as in \"01632 960123\"";
        head.fault(&entry::WRONG_SHAPE, SECTION, "telephone", detail, faults);
    }
    if email.as_deref().is_some_and(|text| !is_email(text)) {
        let detail = "contact.email: write one address, as in \"desk@provider.example\"";
        head.fault(&entry::WRONG_SHAPE, SECTION, "email", detail, faults);
    }
    Some(Contact {
        name: name?,
        role,
        telephone,
        email,
    })
}

fn is_telephone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '+' | '(' | ')' | '-');
    // An extension follows the number.
    let number = text.split(" ext").next().unwrap_or_default();
    digits >= 7 && number.chars().all(plain)
}

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(who, host)| {
        !who.is_empty() && host.contains('.') && !host.contains('@') && !text.contains([' ', ','])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_at_work_and_an_address_are_told_from_what_is_neither() {
        for number in ["01632 960123", "+44 1632 960123", "01632 960123 ext 4"] {
            assert!(is_telephone(number), "{number}");
        }
        for number in ["ask the desk", "960", "1.632E+9 7"] {
            assert!(!is_telephone(number), "{number}");
        }
        assert!(is_email("desk@lantern.example"));
        for email in ["desk", "@lantern.example", "a@b@c.example", "desk@lantern"] {
            assert!(!is_email(email), "{email}");
        }
    }
}
