//! One person's history as everybody but the gateway knows it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use workwell_gateway::conformance::parties::gp::Sending;
use workwell_gateway::conformance::parties::referral::{Consent, Place, Referral};
use workwell_gateway::domain::identifiers::CaseId;

use crate::load::chance::Chance;

/// What a person's record is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing stands in the way.
    Plain,
    /// Nobody asked for the consent.
    NoConsent,
    /// The words tell of a crisis.
    RedFlag,
    /// The record is restricted: nothing of it ever leaves.
    Restricted,
    /// Lives where nobody serves.
    Nowhere,
}

/// How far the referrer's stop has come.
#[derive(Debug)]
pub enum Stopping {
    /// Nobody asked for one.
    No,
    /// Sent, and not acknowledged yet: the same again is a repeat.
    Sent(Box<Sending>),
    /// Acknowledged.
    Done,
}

/// A person.
#[derive(Debug)]
pub struct Person {
    /// Which synthetic person.
    pub seed: u64,
    /// What the record is like.
    pub kind: Kind,
    /// As it is sent.
    pub referral: Referral,
    /// Sent, and no answer came back yet.
    pub unanswered: Option<Sending>,
    /// The answer's body, where it was received.
    pub answered: Option<Value>,
    /// The case, from the acknowledgement on.
    pub case: Option<CaseId>,
    /// Refused: the person never left the referrer.
    pub refused: bool,
    /// The partner's case.
    pub child: Option<CaseId>,
    /// What the referrer has done to end it.
    pub stop: Stopping,
    /// Cases of which somebody at the referrer was told on the telephone.
    pub called: BTreeSet<CaseId>,
    /// Providers who have shown that they know of the last end, by case and slug.
    pub knows: BTreeSet<(CaseId, String)>,
    /// The person's consent was recorded by an operator.
    pub consented: bool,
    /// How much the practice was told before a case was last opened again.
    pub heard_of: BTreeMap<CaseId, usize>,
    /// Makes each report another one.
    pub reports: u64,
}

/// Each served by a provider of its own.
const PLACES: [Place; 3] = [Place::LANTERN, Place::BOROUGH_WORKS, Place::VALE_NHS_TRUST];

impl Person {
    /// Somebody new.
    pub fn some(seed: u64, chance: &mut Chance) -> Self {
        let place = *chance.one_of(&PLACES);
        let kind = match chance.below(100) {
            0..=71 => Kind::Plain,
            72..=81 => Kind::NoConsent,
            82..=89 => Kind::RedFlag,
            90..=95 => Kind::Restricted,
            _ => Kind::Nowhere,
        };
        let referral = Referral::new(seed).at(place);
        let referral = match kind {
            Kind::Plain => referral,
            Kind::NoConsent => referral.workwell_consent(Consent::Absent),
            Kind::RedFlag => referral.red_flag(),
            Kind::Restricted => referral.security("R"),
            Kind::Nowhere => referral.at(Place::NOWHERE),
        };
        Self {
            seed,
            kind,
            referral,
            unanswered: None,
            answered: None,
            case: None,
            refused: false,
            child: None,
            stop: Stopping::No,
            called: BTreeSet::new(),
            knows: BTreeSet::new(),
            consented: false,
            heard_of: BTreeMap::new(),
            reports: 0,
        }
    }

    /// The cases of the person, the one that was referred first.
    pub fn cases(&self) -> Vec<CaseId> {
        self.case.into_iter().chain(self.child).collect()
    }

    /// Whether the referrer has its answer, whichever it was.
    pub const fn is_answered(&self) -> bool {
        self.unanswered.is_none() && (self.case.is_some() || self.refused)
    }

    /// Whether the referrer asked itself for the end.
    pub const fn asked_to_stop(&self) -> bool {
        !matches!(self.stop, Stopping::No)
    }

    /// A case was opened again or released anew: what its holders knew of its end is past,
    /// and what the practice was told of it.
    pub fn forget(&mut self, case: CaseId, told: usize) {
        self.knows.retain(|(known, _)| *known != case);
        self.heard_of.insert(case, told);
        self.called.remove(&case);
    }
}
