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
