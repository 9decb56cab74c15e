//! What the demonstration shows: six people with ordinary endings, and four for whom it
//! is less easy.

use crate::conformance::parties::referral::{Place, Referral};

/// How a story is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The provider takes the person on and finishes; the practice is told.
    Completed,
    /// Nobody serves the place: refused at once, responsibility stays with the practice.
    Refused,
    /// Delivered, then cancelled by the practice; the provider stops.
    Cancelled,
    /// The provider does not take the person on; the practice is told.
    Declined,
    /// The person withdraws while the delivery is being tried; the stop overtakes it.
    Withdrawn,
    /// The provider refers on to the partner, with the person's consent; both finish.
    ReferredOn,
    /// It was the wrong person: recalled from the provider, which confirms.
    WrongPerson,
    /// Nothing is heard of the provider: the operator is called, the practice is told that
    /// there is no news, and in the end gets the person back.
    Silent,
}

/// One person's way through the gateway.
#[derive(Clone, Copy, Debug)]
pub struct Story {
    /// What the one who watches reads first.
    pub title: &'static str,
    /// Which synthetic person.
    pub seed: u64,
    /// Where the person lives.
    pub place: Place,
    /// The provider that serves the place; none for a refusal.
    pub provider: Option<&'static str>,
    /// How it is to end.
    pub ending: Ending,
}

impl Story {
    /// The referral that begins it.
    pub fn referral(&self) -> Referral {
        Referral::new(self.seed).at(self.place)
    }
}

/// The stories in their order.
pub const STORIES: [Story; 10] = [
    Story {
        title: "a charity receives a webhook and completes the support",
        seed: 1,
        place: Place::LANTERN,
        provider: Some("lantern"),
        ending: Ending::Completed,
    },
    Story {
        title: "a council service collects the case and completes it",
        seed: 2,
        place: Place::BOROUGH_WORKS,
        provider: Some("borough-works"),
        ending: Ending::Completed,
    },
    Story {
        title: "an NHS trust takes a FHIR Bundle and completes it",
        seed: 3,
        place: Place::VALE_NHS_TRUST,
        provider: Some("vale-nhs-trust"),
        ending: Ending::Completed,
    },
    Story {
        title: "nobody serves this person's area",
        seed: 4,
        place: Place::NOWHERE,
        provider: None,
        ending: Ending::Refused,
    },
    Story {
        title: "the practice cancels after delivery",
        seed: 5,
        place: Place::LANTERN,
        provider: Some("lantern"),
        ending: Ending::Cancelled,
    },
    Story {
        title: "the trust declines the referral",
        seed: 6,
        place: Place::VALE_NHS_TRUST,
        provider: Some("vale-nhs-trust"),
        ending: Ending::Declined,
    },
    Story {
        title: "the person withdraws while the delivery is tried",
        seed: 7,
        place: Place::LANTERN,
        provider: Some("lantern"),
        ending: Ending::Withdrawn,
    },
    Story {
        title: "the charity refers on to counsellors, with consent",
        seed: 8,
        place: Place::LANTERN,
        provider: Some("lantern"),
        ending: Ending::ReferredOn,
    },
    Story {
        title: "it was the wrong person",
        seed: 9,
        place: Place::VALE_NHS_TRUST,
        provider: Some("vale-nhs-trust"),
        ending: Ending::WrongPerson,
    },
    // The last, since days pass in it.
    Story {
        title: "the council takes the case and is not heard of again",
        seed: 10,
        place: Place::BOROUGH_WORKS,
        provider: Some("borough-works"),
        ending: Ending::Silent,
    },
];
