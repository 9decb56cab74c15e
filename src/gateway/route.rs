//! Finds the one provider that serves a person, or says why there is none.

use std::sync::Arc;

use super::{Gateway, Tables};
use crate::domain::case::Referral;
use crate::domain::identifiers::OdsCode;
use crate::domain::provider::Provider;
use crate::domain::routing::{
    Considered, Decision, NobodyReason, Outcome, Standing, Subject, decide_everywhere,
};
use crate::problem::{
    Problem,
    area::{places, routing as problems},
};

/// The chosen provider and why.
#[derive(Debug)]
pub(super) struct Routed {
    /// The provider.
    pub provider: Arc<Provider>,
    /// By what the person belongs to it: `practice`, `residence`, `anywhere`.
    pub basis: &'static str,
}

impl Gateway {
    /// Every provider's verdict and the outcome; also for `route --explain` later.
    pub(super) fn consider(&self, tables: &Tables, referral: &Referral) -> Decision {
        decide_everywhere(&self.subject(referral), tables.areas(), tables.in_order())
    }

    /// The person with what is known of their place. Never of a restricted person.
    pub(super) fn subject<'a>(&self, referral: &'a Referral) -> Subject<'a> {
        super::tables::subject_of(&self.places, referral, self.clock.today())
    }

    /// A closed organisation that refers is told so and its referral is taken: closing
    /// dates come late, and the person waits (reference/nhs-apis.md 3.2).
    pub(super) fn referrer_closed(&self, organisation: &OdsCode) -> Option<Problem> {
        let found = self.places.organisation(organisation.as_str())?;
        let closed = found
            .closed
            .filter(|_| found.is_closed(self.clock.today()))?;
        let problem = Problem::new(&places::REFERRER_CLOSED).at("MessageHeader.sender");
        Some(
            problem
                .with(format!("its last day was {closed}"))
                .as_warning(),
        )
    }

    /// The one provider. Refusals name reasons, never a place of the person's.
    pub(super) fn route(&self, tables: &Tables, referral: &Referral) -> Result<Routed, Problem> {
        let decision = self.consider(tables, referral);
        match decision.outcome {
            Outcome::One { slug, basis, .. } => match tables.provider(&slug) {
                Some(provider) => Ok(Routed {
                    provider: Arc::clone(provider),
                    basis: basis.code(),
                }),
                None => Err(Problem::new(&problems::NO_PROVIDERS)),
            },
            Outcome::Several { slugs } => Err(Problem::new(&problems::SEVERAL_PROVIDERS)
                .with(format!("these serve the person: {}", slugs.join(", ")))),
            Outcome::Nobody { reasons } => Err(nobody(&reasons, &decision.considered)),
        }
    }
}

/// The most telling reason, all of them as codes, and the words that the tables give
/// the referrer.
fn nobody(reasons: &[NobodyReason], considered: &[Considered]) -> Problem {
    let codes: Vec<&str> = reasons.iter().map(|reason| reason.code()).collect();
    let entry = codes.first().and_then(|code| problems::of_reason(code));
    let entry = entry.unwrap_or(&problems::NO_PROVIDERS);
    let mut detail = codes.join(", ");
    for one in considered {
        if let Standing::NotEligible { words, reason } = &one.result {
            let words = if words.is_empty() {
                reason.code()
            } else {
                words
            };
            detail = format!("{detail}; {}: {words}", one.slug);
        }
    }
    Problem::new(entry).with(detail)
}
