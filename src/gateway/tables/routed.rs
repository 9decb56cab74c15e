//! Where the person of a test goes, in the rows of its `expected-route.csv`: the decision as
//! the gateway makes it, and what keeps the case back from the provider that it finds.

use super::referral::{Days, Sample};
use super::trial::{KeptBack, Trial, kept_by_record};
use crate::domain::case::Case;
use crate::domain::mapping::{FaultCode, Given, Rendered, render};
use crate::domain::provider::Provider;
use crate::domain::routing::{Decision, Outcome, Question, RouteRow, RouteWord, route_rows};
use crate::gateway::conditions::Condition;

/// The route of one test of a provider.
pub(super) struct Routed {
    rows: Vec<RouteRow>,
    /// What the decision leaves to the provider to ask; none where the person goes elsewhere.
    pub questions: Option<Vec<Question>>,
}

impl Routed {
    pub fn of(trial: &Trial, own: &Provider, sample: &Sample, days: Days) -> Self {
        let (case, slug) = (&sample.case, own.slug.as_str());
        // Nobody's place is looked up whose record hides it.
        if case.referral.person.security.hides_location() {
            let held = RouteRow::new(RouteWord::Held, "", Condition::Restricted.code());
            return Self {
                rows: vec![held],
                questions: None,
            };
        }
        let Some(from) = case.referred_on_by.as_deref() else {
            let decision = trial.decide(&case.referral, days);
            return Self::by(&decision, slug, None);
        };
        match trial.decide_on_partner((from, slug), &case.referral, days) {
            Some(decision) => Self::by(&decision, slug, Some(from)),
            None => Self::by(&no_way(), slug, Some(from)),
        }
    }

    fn by(decision: &Decision, own: &str, from: Option<&str>) -> Self {
        let mut rows = route_rows(decision, own);
        let questions = match &decision.outcome {
            Outcome::One {
                slug, questions, ..
            } if slug == own => Some(questions.clone()),
            _ => None,
        };
        if let Some(from) = from {
            rows.insert(1, RouteRow::referred_on_by(from));
        }
        Self { rows, questions }
    }

    /// Whether the person goes to the provider whose test it is.
    pub const fn is_here(&self) -> bool {
        self.questions.is_some()
    }

    /// Every row, with the first reason why nothing leaves, in the order in which the gateway
    /// asks.
    pub fn rows(&self, case: &Case, own: &Provider, rendered: &Rendered<'_>) -> Vec<RouteRow> {
        let mut rows = self.rows.clone();
        if let Some(kept) = kept_back(case, own, rendered).filter(|_| self.is_here()) {
            let row = RouteRow::new(RouteWord::KeptBack, &own.slug, kept.reason);
            rows.push(row.saying(kept.words));
        }
        rows
    }
}

/// No row of an area's partners.csv leads to the partner.
fn no_way() -> Decision {
    Decision {
        considered: Vec::new(),
        outcome: Outcome::Nobody {
            reasons: vec![crate::domain::routing::NobodyReason::NoProviders],
        },
    }
}

impl Trial {
    /// What keeps a case back from the provider to which a decision leads, as a test's
    /// `expected-route.csv` says it.
    pub fn keeps_back(&self, case: &Case, decision: &Decision, days: Days) -> Option<KeptBack> {
        let Outcome::One {
            slug, questions, ..
        } = &decision.outcome
        else {
            return None;
        };
        let provider = self.provider(slug)?;
        let residence = self.residence(case);
        let given = Given {
            referred_on: days.referred_on,
            residence: residence.as_ref(),
            questions: Some(questions),
        };
        kept_back(case, provider, &render(case, provider, given))
    }
}

fn kept_back(case: &Case, own: &Provider, rendered: &Rendered<'_>) -> Option<KeptBack> {
    let is_refused = |code| code == FaultCode::UnmappedCodeRefused;
    if rendered.faults.iter().any(|fault| is_refused(fault.code)) {
        let words = "a list of the provider has no row for a code: the referral is refused";
        return Some(KeptBack {
            reason: Condition::UnmappedCodeRefused.code(),
            words,
            is_refused: true,
        });
    }
    kept_by_record(case, own).or_else(|| {
        let words = "the tables cannot say the case: it is held";
        (!rendered.faults.is_empty()).then_some(KeptBack {
            reason: Condition::MappingFault.code(),
            words,
            is_refused: false,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_for_which_a_case_is_kept_back_is_one_that_the_column_may_hold() {
        let conditions = [
            Condition::UnmappedCodeRefused,
            Condition::WorkwellConsentRefused,
            Condition::Deceased,
            Condition::WorkwellConsentNotRecorded,
            Condition::MappingFault,
        ];
        let codes = conditions.map(Condition::code);
        assert_eq!(RouteWord::KeptBack.reasons(), codes);
        assert_eq!(RouteWord::Held.reasons(), [Condition::Restricted.code()]);
    }
}
