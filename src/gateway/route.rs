//! Finds the one provider that serves a person, or says why there is none.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Gateway, Tables};
use crate::adapters::store::Room;
use crate::domain::caller::Caller;
use crate::domain::case::{Case, Referral};
use crate::domain::clock::start_of_week;
use crate::domain::fact::{FIELDS, Fact, WITHHELD};
use crate::domain::identifiers::{CaseId, OdsCode};
use crate::domain::provider::{Load, Provider};
use crate::domain::routing::{
    Considered, Decision, NobodyReason, Offers, Outcome, Question, Standing, Subject, Via,
    decide_among,
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
    /// By what the person belongs to it: `practice`, `residence`, `any`.
    pub basis: &'static str,
    /// The hub, or the provider without room, from which the tables led to it.
    pub via: Option<Via>,
    /// What the decision leaves to the provider to ask the person.
    pub questions: Vec<Question>,
    /// The fields of the case that its payload was made of, once it was.
    pub disclosed: Vec<&'static str>,
    /// The fields that had a value and did not go, or not in whole.
    pub kept_back: Vec<&'static str>,
}

impl Routed {
    /// What the record of a release says of the route.
    pub(super) fn told_in(&self, fact: Fact) -> Fact {
        let fact = fact
            .with("provider", self.provider.slug.clone())
            .with("tables", self.provider.digest.clone())
            .with("basis", self.basis);
        let fact = match &self.via {
            None => fact,
            Some(via) => fact
                .with("via", via.from.clone())
                .with("by", via.kind.code())
                .with("row", via.row.to_string()),
        };
        let fact = fact.with(FIELDS, self.disclosed.join(" "));
        let fact = match &self.kept_back[..] {
            [] => fact,
            fields => fact.with(WITHHELD, fields.join(" ")),
        };
        if self.questions.is_empty() {
            return fact;
        }
        let asked: Vec<String> = self.questions.iter().map(Question::what).collect();
        fact.with("questions", asked.join("; "))
    }
}

impl Gateway {
    /// The outcome, and the verdicts that it rests on. Whoever would get the case and has a limit
    /// is counted first; a provider without one costs nothing.
    async fn consider(&self, tables: &Tables, case: &Case) -> Result<Decision, Problem> {
        let who = (&case.referral, case.day_of_referral());
        self.decide_counted(who, case.id, &tables.offers()).await
    }

    /// The same over what is on offer here, of a person who was referred on a day.
    pub(super) async fn decide_counted(
        &self,
        (referral, referred_on): (&Referral, Date),
        except: CaseId,
        offers: &Offers<'_>,
    ) -> Result<Decision, Problem> {
        let subject = self.subject(referral, referred_on);
        if let Some(decision) = decide_without_limit(&subject, offers) {
            return Ok(decision);
        }
        // Apart, so that the way of a referral that has to count nothing carries none of it.
        Box::pin(self.decide_by_count(subject, except, offers)).await
    }

    async fn decide_by_count(
        &self,
        subject: Subject<'_>,
        except: CaseId,
        offers: &Offers<'_>,
    ) -> Result<Decision, Problem> {
        let mut loads: Vec<(String, Load)> = Vec::new();
        loop {
            let decision = decide_among(&subject, &loads, offers);
            let uncounted = decision.uncounted(offers.providers, &loads);
            let uncounted: Vec<String> = uncounted.map(|p| p.slug.clone()).collect();
            if uncounted.is_empty() {
                return Ok(decision);
            }
            let since = self.this_week();
            for slug in uncounted {
                let load = self.store.load_of(&Caller::System, &slug, since, except);
                let load = load.await?;
                loads.push((slug, load));
            }
        }
    }

    /// When the week began in which a provider's cases are counted.
    fn this_week(&self) -> Timestamp {
        start_of_week(self.clock.now())
    }

    /// What a receipt for this provider is decided on, where it has a limit.
    pub(super) fn room_at(&self, provider: &Provider) -> Option<Room> {
        let capacity = &provider.capacity;
        capacity.is_limited().then(|| Room {
            provider: provider.slug.clone(),
            open_cases: capacity.open_cases.as_ref().map(|cap| cap.most),
            since: capacity
                .per_week
                .as_ref()
                .map(|cap| (cap.most, self.this_week())),
        })
    }

    /// The person with what is known of their place. Never of a restricted person.
    fn subject<'a>(&self, referral: &'a Referral, referred_on: Date) -> Subject<'a> {
        super::tables::subject_of(&self.places, referral, referred_on, self.clock.today())
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
    pub(super) async fn route(&self, tables: &Tables, case: &Case) -> Result<Routed, Problem> {
        let decision = self.consider(tables, case).await?;
        match decision.outcome {
            Outcome::One {
                slug,
                basis,
                via,
                questions,
            } => match tables.provider(&slug) {
                Some(provider) => Ok(Routed {
                    provider: Arc::clone(provider),
                    basis: basis.code(),
                    via,
                    questions,
                    disclosed: Vec::new(),
                    kept_back: Vec::new(),
                }),
                None => Err(Problem::new(&problems::NO_PROVIDERS)),
            },
            Outcome::Several { slugs } => Err(Problem::new(&problems::SEVERAL_PROVIDERS)
                .with(format!("these serve the person: {}", slugs.join(", ")))),
            Outcome::Nobody { reasons } => Err(nobody(&reasons, &decision.considered)),
        }
    }
}

/// The decision, where nobody has to be counted for it.
fn decide_without_limit(subject: &Subject<'_>, offers: &Offers<'_>) -> Option<Decision> {
    let decision = decide_among(subject, &[], offers);
    let is_settled = decision.uncounted(offers.providers, &[]).next().is_none();
    is_settled.then_some(decision)
}

/// The most telling reason, all of them as codes, and the words that the tables give
/// the referrer.
fn nobody(reasons: &[NobodyReason], considered: &[Considered]) -> Problem {
    let codes: Vec<&str> = reasons.iter().map(|reason| reason.code()).collect();
    let entry = codes.first().and_then(|code| problems::of_reason(code));
    let entry = entry.unwrap_or(&problems::NO_PROVIDERS);
    let mut detail = codes.join(", ");
    // Those to which others lead are none of the referrer's business.
    for one in considered.iter().filter(|one| one.via.is_none()) {
        let words = match &one.result {
            Standing::NotEligible { words, reason } if words.is_empty() => reason.code(),
            Standing::NotEligible { words, .. } => words,
            Standing::Full => "has as many people as it can take",
            _ => continue,
        };
        detail = format!("{detail}; {}: {words}", one.slug);
    }
    Problem::new(entry).with(detail)
}
