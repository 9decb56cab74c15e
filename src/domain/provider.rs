//! One local provider: everything its folder of tables says, compiled.

mod capacity;
mod contact;
mod governance;

pub use capacity::{Cap, Capacity, Load};
pub use contact::Contact;
pub use governance::{
    ControllerRole, Country, DataRecipient, Dspt, DsptStatus, Governance, RecipientRole,
};

use jiff::civil::Date;

use super::clock::PlanType;
use super::consent::ConfidentialityBasis;
use super::identifiers::OdsCode;
use super::mapping::{CodeList, FieldRow, StatusWords};
use super::routing::{Catchment, Eligibility};

/// One provider, at one version of its tables.
#[derive(Clone, Debug)]
pub struct Provider {
    /// The folder's name: small letters, digits and hyphens; unique in the gateway.
    pub slug: String,
    /// What people call it; a referrer may see it.
    pub name: String,
    /// The version that the tables give themselves.
    pub version: String,
    /// SHA-256 over the tables, 64 small hexadecimal digits; stored with each case.
    pub digest: String,
    /// Its ODS code; a small charity has none.
    pub ods: Option<OdsCode>,
    /// The last day of the organisation of that code, where the installed organisations
    /// know one. No table says it.
    pub closed: Option<Date>,
    /// The slug of the area it belongs to.
    pub area: String,
    /// How a case reaches it.
    pub channel: Channel,
    /// What it takes.
    pub payload: PayloadKind,
    /// When it takes referrals.
    pub validity: Validity,
    /// The data-sharing agreement.
    pub agreement: Agreement,
    /// On what confidential data may reach it.
    pub basis: ConfidentialityBasis,
    /// Who approved that basis, by role; always there for direct care.
    pub approved_by: Option<String>,
    /// Articles of the UK GDPR, `6(1)(e)`, `9(2)(h)`.
    pub lawful_basis: Vec<String>,
    /// What else a data-protection reviewer asks.
    pub governance: Governance,
    /// Days for which the gateway keeps a case after its closure.
    pub retention_days: u32,
    /// What happens without a recorded WorkWell consent, where the basis needs one.
    pub workwell_consent: ConsentPolicy,
    /// Whether words that somebody typed reach it screened.
    pub free_text: FreeTextPolicy,
    /// Working days allowed for each step.
    pub clocks: Clocks,
    /// Whom the operator rings about a case that is silent or overdue, where it is said.
    pub contact: Option<Contact>,
    /// How many people it can take.
    pub capacity: Capacity,
    /// Whom it serves by place.
    pub catchment: Catchment,
    /// Whom it serves otherwise.
    pub eligibility: Eligibility,
    /// Which fields it gets, in the table's order.
    pub fields: Vec<FieldRow>,
    /// Fields it does not get, with the reason that a reviewer sees.
    pub withheld: Vec<(String, String)>,
    /// Its code lists.
    pub codes: Vec<CodeList>,
    /// Its words for status.
    pub status_words: StatusWords,
}

/// How a case reaches a provider. A secret is named by its file, never held in a table
/// (DESIGN I8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Channel {
    /// We POST to it (Standard Webhooks).
    Webhook {
        /// Where to.
        url: String,
        /// The file that holds the signing secret.
        secret_file: Option<String>,
    },
    /// We POST a FHIR Bundle to its server.
    FhirRest {
        /// The base of its FHIR server.
        base_url: String,
        /// The file that holds the bearer token.
        secret_file: Option<String>,
    },
    /// It collects from our provider API.
    Collect,
    /// Its own job empties a folder of ours (rows of CSV, one file a window).
    CsvBatch {
        /// The folder, which the operator makes.
        folder: String,
        /// How long rows are gathered into one file, in minutes; a part of a day.
        window_minutes: u32,
    },
}

impl Channel {
    /// The word in `provider.toml`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Webhook { .. } => "webhook",
            Self::FhirRest { .. } => "fhir-rest",
            Self::Collect => "collect",
            Self::CsvBatch { .. } => "csv-batch",
        }
    }

    /// Where it sends to; a provider that comes for its cases has no address.
    pub fn address(&self) -> Option<&str> {
        match self {
            Self::Webhook { url, .. } => Some(url),
            Self::FhirRest { base_url, .. } => Some(base_url),
            Self::Collect | Self::CsvBatch { .. } => None,
        }
    }

    /// The file that holds its secret.
    pub fn secret_file(&self) -> Option<&str> {
        match self {
            Self::Webhook { secret_file, .. } | Self::FhirRest { secret_file, .. } => {
                secret_file.as_deref()
            }
            Self::Collect | Self::CsvBatch { .. } => None,
        }
    }
}

/// What a provider takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadKind {
    /// A JSON object; targets are dotted paths.
    Json,
    /// A FHIR R4 Bundle; targets are names of the closed list.
    FhirBundle,
    /// One row of a CSV table under its header; targets are names of columns.
    Csv,
}

impl PayloadKind {
    /// The word in `provider.toml`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::FhirBundle => "fhir-bundle",
            Self::Csv => "csv",
        }
    }

    /// Reads the word in `provider.toml`.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Json, Self::FhirBundle, Self::Csv]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// From when to when, both days included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validity {
    /// The first day; none means always.
    pub from: Option<Date>,
    /// The last day; none means without end.
    pub to: Option<Date>,
}

impl Validity {
    /// Whether a day lies within.
    pub fn holds_on(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// A data-sharing agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Its reference in the ICB's register.
    pub reference: String,
    /// Its last day.
    pub expires: Date,
}

impl Agreement {
    /// Whether it is over. Then nothing new is disclosed; stops and status still flow.
    pub fn is_expired(&self, today: Date) -> bool {
        self.expires < today
    }

    /// Days left, for the warnings at 60, 30 and 7; negative when it is over.
    pub fn days_left(&self, today: Date) -> i32 {
        today
            .until(self.expires)
            .map_or(i32::MIN, |span| span.get_days())
    }
}

/// What happens to a case without a recorded WorkWell consent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConsentPolicy {
    /// The referrer gets a refusal at once.
    Refuse,
    /// The case waits for a named person who asks.
    #[default]
    Hold,
}

impl ConsentPolicy {
    /// The word in `provider.toml`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Hold => "hold",
        }
    }

    /// Reads the word in `provider.toml`.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Refuse, Self::Hold]
            .into_iter()
            .find(|policy| policy.code() == code)
    }
}

/// How words that somebody typed reach a provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FreeTextPolicy {
    /// Without numbers, addresses and postcodes of people.
    #[default]
    Screen,
    /// As they were written, but for what is never accepted from a referral (DESIGN section
    /// 5).
    AsWritten,
}

impl FreeTextPolicy {
    /// The words in `provider.toml`.
    pub const ALL: &'static [(Self, &'static str)] =
        &[(Self::Screen, "screen"), (Self::AsWritten, "as-written")];
}

/// Working days for each step; the defaults are a proposal (reference/workwell.md 1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// Until somebody here has decided about a held or parked case.
    pub hold: u32,
    /// Until the case has reached the provider.
    pub collect: u32,
    /// Until somebody has seen it.
    pub acknowledge: u32,
    /// Until the person was first tried.
    pub first_contact: u32,
    /// Until the first assessment.
    pub assessment: u32,
    /// Until there is a plan.
    pub plan: u32,
    /// How long support may take.
    pub support_weeks: SupportWeeks,
}

impl Default for Clocks {
    fn default() -> Self {
        Self {
            hold: 1,
            collect: 2,
            acknowledge: 2,
            first_contact: 5,
            assessment: 15,
            plan: 20,
            support_weeks: SupportWeeks::default(),
        }
    }
}

/// Whole weeks that support may take, by what it is for (reference/workwell.md 1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SupportWeeks {
    /// In work and struggling.
    pub thrive_at_work: u32,
    /// In work and off sick.
    pub return_to_work: u32,
    /// Out of work.
    pub seek_work: u32,
}

impl Default for SupportWeeks {
    fn default() -> Self {
        Self {
            thrive_at_work: 8,
            return_to_work: 8,
            seek_work: 16,
        }
    }
}

impl SupportWeeks {
    /// The cap of a plan; the longest of all where the plan is not known.
    pub fn cap(self, plan: Option<PlanType>) -> u32 {
        match plan {
            Some(PlanType::ThriveAtWork) => self.thrive_at_work,
            Some(PlanType::ReturnToWork) => self.return_to_work,
            Some(PlanType::SeekWork) => self.seek_work,
            None => self
                .thrive_at_work
                .max(self.return_to_work)
                .max(self.seek_work),
        }
    }
}

impl Provider {
    /// The same provider at another address: the configuration overrides the table's.
    /// A provider that comes for its cases is left as it is.
    #[must_use]
    pub fn with_address(mut self, url: Option<String>, secret_file: Option<String>) -> Self {
        match &mut self.channel {
            Channel::Webhook {
                url: address,
                secret_file: file,
            }
            | Channel::FhirRest {
                base_url: address,
                secret_file: file,
            } => {
                if let Some(url) = url {
                    *address = url;
                }
                if secret_file.is_some() {
                    *file = secret_file;
                }
            }
            Channel::Collect | Channel::CsvBatch { .. } => {}
        }
        self
    }

    /// What its payload may hold, in the order of its table.
    pub fn targets(&self) -> impl Iterator<Item = &str> {
        let sent = self.fields.iter().filter(|row| row.is_sent());
        sent.map(|row| row.target.as_str())
    }

    /// Whether a new case may be disclosed to it on this day, and if not, why.
    pub fn may_receive(&self, today: Date) -> Result<(), Unavailable> {
        if self.agreement.is_expired(today) {
            return Err(Unavailable::AgreementExpired);
        }
        if !self.validity.holds_on(today) {
            return Err(Unavailable::OutsideValidity);
        }
        if self.is_closed(today) {
            return Err(Unavailable::Closed);
        }
        Ok(())
    }

    /// Whether its organisation is closed: then nothing new is disclosed to it.
    pub fn is_closed(&self, today: Date) -> bool {
        self.closed.is_some_and(|last| last < today)
    }
}

/// Why a provider takes nobody just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unavailable {
    /// Its data-sharing agreement is over.
    AgreementExpired,
    /// Its tables are not valid yet, or no longer.
    OutsideValidity,
    /// Its row in `routing.csv` is not valid yet, or no longer.
    NotListedToday,
    /// Its tables have faults, so the folder is disabled.
    Disabled,
    /// Its organisation is closed (reference/nhs-apis.md 3.2: a closed target is a stop).
    Closed,
}

impl Unavailable {
    /// Every reason.
    pub const ALL: &'static [Self] = &[
        Self::AgreementExpired,
        Self::OutsideValidity,
        Self::NotListedToday,
        Self::Disabled,
        Self::Closed,
    ];

    /// The stable word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::AgreementExpired => "agreement-expired",
            Self::OutsideValidity => "outside-validity",
            Self::NotListedToday => "not-listed-today",
            Self::Disabled => "provider-disabled",
            Self::Closed => "organisation-closed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mapping::sample;
    use jiff::civil::date;

    #[test]
    fn an_agreement_holds_through_its_last_day() {
        let mut provider = sample::provider("lantern");
        provider.agreement.expires = date(2026, 11, 20);
        assert_eq!(provider.may_receive(date(2026, 11, 20)), Ok(()));
        assert_eq!(
            provider.may_receive(date(2026, 11, 21)),
            Err(Unavailable::AgreementExpired)
        );
        assert_eq!(provider.agreement.days_left(date(2026, 9, 20)), 61);
        assert_eq!(provider.agreement.days_left(date(2026, 11, 21)), -1);
    }

    #[test]
    fn nothing_goes_to_an_organisation_after_its_last_day() {
        let mut provider = sample::provider("lantern");
        provider.closed = Some(date(2026, 3, 31));
        provider.agreement.expires = date(2029, 3, 31);
        assert_eq!(provider.may_receive(date(2026, 3, 31)), Ok(()));
        assert_eq!(
            provider.may_receive(date(2026, 4, 1)),
            Err(Unavailable::Closed)
        );
    }

    #[test]
    fn the_configuration_overrides_an_address_and_keeps_what_it_does_not_name() {
        let provider =
            sample::provider("lantern").with_address(Some("http://127.0.0.1:1".into()), None);
        assert_eq!(provider.channel.address(), Some("http://127.0.0.1:1"));
        assert_eq!(provider.channel.secret_file(), Some("lantern.secret"));
        let mut collects = sample::provider("borough");
        collects.channel = Channel::Collect;
        let collects = collects.with_address(Some("http://127.0.0.1:1".into()), None);
        assert_eq!(collects.channel, Channel::Collect);
    }
}
