//! Who referred.

use serde::{Deserialize, Serialize};

use crate::domain::identifiers::OdsCode;
use crate::domain::sensitive::Sensitive;

/// An organisation or a person; ODS code and practitioner are optional, because a
/// referral can come from an employer or from the person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referrer {
    /// The ODS code of the referring organisation.
    pub organisation: Option<OdsCode>,
    /// Its name as sent.
    pub organisation_name: Option<String>,
    /// The name of the professional who referred.
    pub practitioner_name: Option<Sensitive<String>>,
    /// Telephone of the referring organisation, for a call back.
    pub telephone: Option<String>,
    /// The route by which the person came.
    pub route: SourceRoute,
}

/// The routes by which people reach WorkWell (reference/workwell.md 1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceRoute {
    /// A general practitioner.
    Gp,
    /// Another member of a practice.
    PracticeOther,
    /// A pharmacist.
    Pharmacist,
    /// The person.
    #[serde(rename = "self")]
    SelfReferral,
    /// An employer.
    Employer,
    /// A Jobcentre work coach.
    Jobcentre,
    /// Occupational health.
    OccupationalHealth,
    /// A hospital service.
    SecondaryCare,
    /// NHS Talking Therapies.
    TalkingTherapies,
    /// A council.
    Council,
    /// A voluntary or community organisation.
    Vcse,
    /// A social prescribing link worker.
    LinkWorker,
    /// Somebody else.
    Other,
    /// The message does not tell.
    #[default]
    NotKnown,
}

impl SourceRoute {
    /// Every route with its word.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Gp, "gp"),
        (Self::PracticeOther, "practice-other"),
        (Self::Pharmacist, "pharmacist"),
        (Self::SelfReferral, "self"),
        (Self::Employer, "employer"),
        (Self::Jobcentre, "jobcentre"),
        (Self::OccupationalHealth, "occupational-health"),
        (Self::SecondaryCare, "secondary-care"),
        (Self::TalkingTherapies, "talking-therapies"),
        (Self::Council, "council"),
        (Self::Vcse, "vcse"),
        (Self::LinkWorker, "link-worker"),
        (Self::Other, "other"),
        (Self::NotKnown, "not-known"),
    ];

    /// The canonical word.
    pub fn code(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(route, _)| *route == self)
            .map_or("not-known", |(_, code)| code)
    }

    /// Reads the canonical word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == code)
            .map(|(route, _)| *route)
    }
}
