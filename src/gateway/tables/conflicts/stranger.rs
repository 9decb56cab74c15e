//! A person of whom nothing is known, and the places that they may have.

use uuid::Uuid;

use crate::domain::case::{Person, Referral, Referrer, Work};
use crate::domain::consent::Consents;
use crate::domain::identifiers::{BundleId, CorrelationId, Postcode, ServiceAddress};
use crate::domain::routing::{PracticeFacts, Residence};

/// Somewhere a person may belong.
pub(super) enum Place {
    /// A practice at which they are registered.
    Practice(PracticeFacts),
    /// A home in this postcode.
    Home(Postcode, Residence),
}

impl Place {
    /// The kind, in a word that stands before a name.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Practice(_) => "practice",
            Self::Home(..) => "a home in",
        }
    }

    /// A practice's code, a home's district.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Practice(facts) => facts.ods.as_str().to_owned(),
            Self::Home(postcode, _) => postcode.outward().to_owned(),
        }
    }

    /// Both.
    pub(super) fn words(&self) -> String {
        format!("{} {}", self.kind(), self.name())
    }

    pub(super) const fn is_practice(&self) -> bool {
        matches!(self, Self::Practice(_))
    }
}

/// A referral that says nothing.
pub(super) fn referral() -> Referral {
    Referral {
        bundle_id: BundleId::new(Uuid::nil()),
        correlation_id: CorrelationId::new(Uuid::nil()),
        journey_id: None,
        service_request_identifier: None,
        further_identifiers: Vec::new(),
        use_case: String::new(),
        application_version: String::new(),
        authored_at: None,
        referrer: Referrer::default(),
        return_address: None,
        addressed_to: ServiceAddress {
            system: ServiceAddress::DOS.to_owned(),
            value: String::new(),
        },
        person: Person::default(),
        work: Work::default(),
        barriers: Vec::new(),
        flags: Vec::new(),
        reason: None,
        consents: Consents::default(),
    }
}
