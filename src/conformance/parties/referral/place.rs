//! Where people live, in the synthetic places of `conformance/fixtures/places/`.

use super::Referral;

/// A home and the practice that goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Home postcode.
    pub postcode: &'static str,
    /// ODS code of the registered practice.
    pub practice: &'static str,
}

impl Place {
    /// Served by the charity.
    pub const LANTERN: Self = Self {
        postcode: "ZZ99 1AA",
        practice: "Y99002",
    };
    /// Served by the council.
    pub const BOROUGH_WORKS: Self = Self {
        postcode: "ZZ99 2AA",
        practice: "Y99003",
    };
    /// Served by the trust.
    pub const VALE_NHS_TRUST: Self = Self {
        postcode: "ZZ99 3AA",
        practice: "Y99004",
    };
    /// Served by nobody.
    pub const NOWHERE: Self = Self {
        postcode: "ZZ99 9ZZ",
        practice: "Y99009",
    };
}

impl Referral {
    /// A person of this place.
    #[must_use]
    pub fn at(self, place: Place) -> Self {
        self.postcode(place.postcode).practice(place.practice)
    }
}
