//! The information-governance block of a provider: what a data-protection reviewer asks of
//! whoever receives people's data (reference/workwell.md 4, point 8, and 5.1).

use jiff::civil::Date;

/// What the provider is in law for the data that it gets (UK GDPR Articles 4, 24, 26, 28).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControllerRole {
    /// It decides by itself why and how.
    Controller,
    /// It decides together with another; the arrangement says who does what (Article 26).
    JointController,
    /// It acts on a controller's instructions under a contract (Article 28).
    Processor,
}

impl ControllerRole {
    /// The words in `provider.toml`.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Controller, "controller"),
        (Self::JointController, "joint-controller"),
        (Self::Processor, "processor"),
    ];

    /// The stable word.
    pub fn code(self) -> &'static str {
        let row = Self::ALL.iter().find(|(role, _)| *role == self);
        row.map_or("controller", |(_, word)| word)
    }
}

/// Who else sees the data at the provider, or on its behalf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecipientRole {
    /// Keeps or runs the system in which the data lie.
    Host,
    /// Acts on the provider's instructions.
    Processor,
    /// A partner that supports the person on its own account.
    Partner,
    /// Pays for the service, and gets what the agreement names.
    Commissioner,
    /// Another body that the agreement names.
    Other,
}

impl RecipientRole {
    /// The words in `provider.toml`.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Host, "host"),
        (Self::Processor, "processor"),
        (Self::Partner, "partner"),
        (Self::Commissioner, "commissioner"),
        (Self::Other, "other"),
    ];

    /// The stable word.
    pub fn code(self) -> &'static str {
        let row = Self::ALL.iter().find(|(role, _)| *role == self);
        row.map_or("other", |(_, word)| word)
    }
}

/// One recipient beside the provider itself (UK GDPR Article 30(1)(d)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataRecipient {
    /// Its name.
    pub name: String,
    /// What it does with the data.
    pub role: RecipientRole,
    /// Where the data lie there.
    pub country: Country,
}

/// A country of data, with what protects them where it is not this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Country {
    /// Two capitals of ISO 3166, `GB`.
    pub code: String,
    /// What makes the transfer lawful; always there outside the United Kingdom (UK GDPR
    /// Articles 45 to 49).
    pub safeguard: Option<String>,
}

impl Country {
    /// The code of the United Kingdom.
    pub const HOME: &'static str = "GB";

    /// Whether data leave the United Kingdom for it.
    pub fn is_abroad(&self) -> bool {
        self.code != Self::HOME
    }
}

/// What the provider has published in the NHS Data Security and Protection Toolkit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DsptStatus {
    /// Above the standards.
    Exceeded,
    /// The standards are met.
    Met,
    /// Not met, with a plan that NHS England agreed to.
    Approaching,
    /// Not met.
    NotMet,
    /// Not published: the agreement says what assures the data instead.
    NotPublished,
}

impl DsptStatus {
    /// The words in `provider.toml`, as the toolkit has them.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Exceeded, "standards-exceeded"),
        (Self::Met, "standards-met"),
        (Self::Approaching, "approaching-standards"),
        (Self::NotMet, "standards-not-met"),
        (Self::NotPublished, "not-published"),
    ];

    /// The stable word.
    pub fn code(self) -> &'static str {
        let row = Self::ALL.iter().find(|(status, _)| *status == self);
        row.map_or("not-published", |(_, word)| word)
    }
}

/// The toolkit's word and its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dspt {
    /// What was published.
    pub status: DsptStatus,
    /// When it was published, or when somebody looked and found nothing.
    pub on: Date,
}

/// Everything of the block that [`Provider`](super::Provider) has no field of its own for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Governance {
    /// What the provider is in law.
    pub role: ControllerRole,
    /// When the basis of direct care was approved; always there with it.
    pub approved_on: Option<Date>,
    /// The reference of the section 251 support; always there with it.
    pub s251_reference: Option<String>,
    /// Who else sees the data, hosts among them; empty where nobody does.
    pub recipients: Vec<DataRecipient>,
    /// Where the provider keeps the data.
    pub hosting: Country,
    /// The Data Security and Protection Toolkit.
    pub dspt: Dspt,
    /// Where the person reads what becomes of their data.
    pub privacy_notice: String,
}
