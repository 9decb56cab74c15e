//! Barriers to work and what a provider must know to meet the person safely.

use serde::{Deserialize, Serialize};

use crate::domain::sensitive::Sensitive;

/// One health condition or barrier, grouped; the code is optional detail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Barrier {
    /// The group that most providers are content with.
    pub group: BarrierGroup,
    /// `sct|...`, or else `icd10|...`, where the message is coded.
    pub code: Option<Sensitive<String>>,
    /// The referrer's words.
    pub text: Option<Sensitive<String>>,
}

/// Condition groups (DWP management information words and the reference's additions).
/// An unlisted code is `NotKnown`, counted, never a refusal (DESIGN section 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BarrierGroup {
    /// Mental health.
    MentalHealth,
    /// Musculoskeletal.
    Msk,
    /// Heart, blood pressure, circulation, breathing.
    CardioRespiratory,
    /// Autism.
    Autism,
    /// Learning difficulty or disability.
    Learning,
    /// Neurological.
    Neurological,
    /// Something else.
    Other,
    /// No code, or one that no list knows.
    #[default]
    NotKnown,
}

impl BarrierGroup {
    /// Every group with its word.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::MentalHealth, "mental-health"),
        (Self::Msk, "msk"),
        (Self::CardioRespiratory, "cardio-respiratory"),
        (Self::Autism, "autism"),
        (Self::Learning, "learning"),
        (Self::Neurological, "neurological"),
        (Self::Other, "other"),
        (Self::NotKnown, "not-known"),
    ];

    /// The canonical word.
    pub fn code(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(group, _)| *group == self)
            .map_or("not-known", |(_, code)| code)
    }

    /// Reads the canonical word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == code)
            .map(|(group, _)| *group)
    }
}

/// Something a provider must see before it meets the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    /// What it is about.
    pub kind: FlagKind,
    /// The words of the Flag.
    pub text: Sensitive<String>,
}

/// Kinds of flag; protected data must be mapped by every table or refused aloud
/// (DESIGN section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlagKind {
    /// A reasonable adjustment (flag-categories-bars RA).
    ReasonableAdjustment,
    /// A communication need.
    CommunicationNeed,
    /// How the person can safely be contacted.
    SafeContact,
    /// Safeguarding (flag-categories-bars SG).
    Safeguarding,
    /// A risk to staff (flag-categories-bars SS, scene safety).
    StaffRisk,
    /// Any other flag.
    Other,
}

impl FlagKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::ReasonableAdjustment,
        Self::CommunicationNeed,
        Self::SafeContact,
        Self::Safeguarding,
        Self::StaffRisk,
        Self::Other,
    ];

    /// The canonical word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ReasonableAdjustment => "reasonable-adjustment",
            Self::CommunicationNeed => "communication-need",
            Self::SafeContact => "safe-contact",
            Self::Safeguarding => "safeguarding",
            Self::StaffRisk => "staff-risk",
            Self::Other => "other",
        }
    }
}
