//! The person a case is about. Everything here is personal data.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Answer;
use crate::domain::identifiers::{NhsNumber, OdsCode, Postcode};
use crate::domain::sensitive::Sensitive;

/// The person as the message describes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The NHS number; a referral without one is accepted.
    pub nhs_number: Option<NhsNumber>,
    /// How far the sender has checked the number.
    pub nhs_number_status: NhsNumberStatus,
    /// The official name.
    pub name: PersonName,
    /// Date of birth.
    pub birth_date: Option<Sensitive<Date>>,
    /// Administrative gender (R4 code: male, female, other, unknown).
    pub gender: Option<Sensitive<String>>,
    /// The home address.
    pub address: Address,
    /// Telephone numbers and e-mail addresses, the preferred one first.
    pub contacts: Vec<Contact>,
    /// Preferred language, `system|code` or words.
    pub language: Option<Sensitive<String>>,
    /// Whether an interpreter is needed.
    pub interpreter: Answer<bool>,
    /// Ethnic category code (NHS Data Dictionary), only for equality monitoring.
    pub ethnicity: Answer<Sensitive<String>>,
    /// ODS code of the registered practice.
    pub practice: Option<OdsCode>,
    /// `meta.security` of the Patient.
    pub security: Security,
    /// Whether the message marks the person as dead.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deceased: bool,
}

impl Person {
    /// What of another description speaks against its being this person, in words; `None`
    /// where nothing does. Only what both carry is compared. Numbers settle it where both
    /// carry one: a birth date or name that was corrected in the record since must not keep a
    /// stop from its referral. Else the birth date decides, and the family name, which changes,
    /// only where the birth date is not known of both either ([`Self::has_another_family_name`]
    /// says whether it differs all the same).
    pub fn contradicted_by(&self, other: &Self) -> Option<&'static str> {
        if let Some((ours, theirs)) = self.nhs_number.as_ref().zip(other.nhs_number.as_ref()) {
            return (ours != theirs).then_some("the NHS number");
        }
        if self.birth_date_differs(other) {
            return Some("the birth date");
        }
        let births = self.birth_date.as_ref().zip(other.birth_date.as_ref());
        (births.is_none() && self.has_another_family_name(other)).then_some("the family name")
    }

    /// Whether the family names differ where both carry one, and no equal NHS number shows
    /// that it is one person with another name.
    pub fn has_another_family_name(&self, other: &Self) -> bool {
        let numbers = self.nhs_number.as_ref().zip(other.nhs_number.as_ref());
        let families = self.name.family.as_ref().zip(other.name.family.as_ref());
        let differ = families.is_some_and(|(ours, theirs)| {
            folded_name(ours.expose()) != folded_name(theirs.expose())
        });
        differ && numbers.is_none_or(|(ours, theirs)| ours != theirs)
    }

    /// Whether both descriptions carry a birth date, and not the same one. Beside an equal NHS
    /// number a person has to be asked: the number may be another person's.
    pub fn birth_date_differs(&self, other: &Self) -> bool {
        let births = self.birth_date.as_ref().zip(other.birth_date.as_ref());
        births.is_some_and(|(ours, theirs)| ours != theirs)
    }
}

/// A name as it is compared: case and spacing do not matter.
pub fn folded_name(name: &str) -> String {
    let name = name.to_lowercase();
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ")
}

/// UKCore-NHSNumberVerificationStatus, folded to what the gateway acts on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NhsNumberStatus {
    /// number-present-and-verified (01).
    Verified,
    /// Any other status that comes with a number.
    Unverified,
    /// No number, or no status.
    #[default]
    None,
}

/// Whether the record is marked as sensitive (PDS `meta.security`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Security {
    /// No label, or U (unrestricted).
    #[default]
    Unrestricted,
    /// R, V or REDACTED.
    Restricted,
    /// A label the gateway does not know: treated as restricted.
    Unrecognised,
}

impl Security {
    /// Whether location and practice must appear nowhere.
    pub const fn hides_location(self) -> bool {
        !matches!(self, Self::Unrestricted)
    }
}

/// A name in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    /// Title.
    pub prefix: Option<Sensitive<String>>,
    /// Given names in order.
    pub given: Vec<Sensitive<String>>,
    /// Family name.
    pub family: Option<Sensitive<String>>,
    /// The whole name as the sender wrote it.
    pub text: Option<Sensitive<String>>,
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Address lines in order.
    pub lines: Vec<Sensitive<String>>,
    /// Town or city.
    pub city: Option<Sensitive<String>>,
    /// County or district.
    pub district: Option<Sensitive<String>>,
    /// The postcode, when it has the shape of one.
    pub postcode: Option<Postcode>,
}

/// A way to reach the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Telephone, e-mail or text message.
    pub kind: ContactKind,
    /// The number or address.
    pub value: Sensitive<String>,
    /// R4 use (home, work, mobile), where given.
    pub usage: Option<String>,
    /// 1 is preferred.
    pub rank: Option<u32>,
}

/// R4 ContactPoint.system, the ones that a provider can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContactKind {
    /// A voice call.
    Phone,
    /// E-mail.
    Email,
    /// Text message only.
    Sms,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn person(number: &str, family: &str, year: i16) -> Person {
        Person {
            nhs_number: NhsNumber::parse(number).ok(),
            name: PersonName {
                family: (!family.is_empty()).then(|| Sensitive::new(family.to_owned())),
                ..PersonName::default()
            },
            birth_date: (year > 0).then(|| Sensitive::new(date(year, 5, 17))),
            ..Person::default()
        }
    }

    #[test]
    fn what_both_carry_must_agree_and_what_one_lacks_says_nothing() {
        const ONE: &str = "9990000018";
        const OTHER: &str = "9990000026";
        let whole = person(ONE, "Quillfeather", 1981);
        for (other, differs) in [
            (person(ONE, "Quillfeather", 1981), None),
            (person(OTHER, "Quillfeather", 1981), Some("the NHS number")),
            // The number shows who it is, whatever was corrected in the record since.
            (person(ONE, "Quillfeather", 1990), None),
            (person(ONE, "Marrowby", 1990), None),
            // A name changes; number or birth date show who it is.
            (person(ONE, "Marrowby", 1981), None),
            (person(ONE, "Marrowby", 0), None),
            (person("", "Marrowby", 1981), None),
            (person("", "Quillfeather", 1990), Some("the birth date")),
            (person("", "Marrowby", 0), Some("the family name")),
            (person("", " QUILLFEATHER ", 0), None),
            (person(ONE, "", 0), None),
            (Person::default(), None),
        ] {
            assert_eq!(whole.contradicted_by(&other), differs, "{other:?}");
            assert_eq!(other.contradicted_by(&whole), differs, "{other:?}");
        }
    }

    #[test]
    fn a_birth_date_differs_where_both_carry_one_whatever_else_agrees() {
        const ONE: &str = "9990000018";
        let whole = person(ONE, "Quillfeather", 1981);
        for (other, differs) in [
            (person(ONE, "Quillfeather", 1990), true),
            (person("", "Marrowby", 1990), true),
            (person(ONE, "Marrowby", 1981), false),
            (person(ONE, "Quillfeather", 0), false),
            (Person::default(), false),
        ] {
            assert_eq!(whole.birth_date_differs(&other), differs, "{other:?}");
            assert_eq!(other.birth_date_differs(&whole), differs, "{other:?}");
        }
    }

    #[test]
    fn another_family_name_counts_unless_an_equal_number_shows_who_it_is() {
        let whole = person("9990000018", "Quillfeather", 1981);
        for (other, differs) in [
            (person("9990000018", "Marrowby", 1981), false),
            (person("9990000026", "Marrowby", 1981), true),
            (person("", "Marrowby", 1981), true),
            (person("", "Marrowby", 0), true),
            (person("", "QUILLFEATHER", 1981), false),
            (person("", "", 1981), false),
        ] {
            assert_eq!(whole.has_another_family_name(&other), differs, "{other:?}");
            assert_eq!(other.has_another_family_name(&whole), differs, "{other:?}");
        }
    }
}
