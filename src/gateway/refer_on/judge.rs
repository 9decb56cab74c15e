//! Whether a person may be referred on: every reason why not, at once.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::Asking;
use crate::adapters::store::CaseRow;
use crate::domain::caller::Caller;
use crate::domain::case::Case;
use crate::domain::consent::{ConsentFault, Record};
use crate::domain::provider::Provider;
use crate::domain::routing::{PartnerRoute, Question, Standing};
use crate::domain::status::Status;
use crate::gateway::{Gateway, Tables};
use crate::problem::{Problem, area::handover as problems};

/// A referring on that may be done.
pub(super) struct Plan {
    /// Who refers on.
    pub hub: Arc<Provider>,
    /// To whom.
    pub partner: Arc<Provider>,
    /// What the partner has to ask the person.
    pub questions: Vec<Question>,
    /// From which case.
    pub case: Case,
    /// With the person's consent.
    pub consent: Record,
}

impl Gateway {
    pub(super) async fn judge_referring_on(
        &self,
        slug: &str,
        row: &CaseRow,
        asking: &Asking,
    ) -> Result<Plan, Vec<Problem>> {
        let one = |problem| vec![problem];
        let case = self.store.unseal_case(row).map_err(one)?;
        let tables = self.tables();
        let mut faults = of_case(row, &case);
        let routes = self.routes_of(&tables, slug);
        let wanted = asking.partner.as_deref();
        let route = routes
            .iter()
            .find(|route| Some(route.partner.as_str()) == wanted);
        let partner = match route {
            Some(route) => self.partner(&tables, &case, route).await,
            None => Err(not_allowed(&routes)),
        };
        let consent = self.consent(row, asking, route.copied());
        if let Some(route) = route {
            let before = self.store.cases_referred_on(&Caller::System, row.id);
            let before = before.await.map_err(one)?;
            if before.iter().any(|child| is_at(child, &route.partner)) {
                faults.push(Problem::new(&problems::ALREADY_THERE).at("partner"));
            }
        }
        let hub = tables
            .provider(slug)
            .ok_or_else(|| Problem::new(&problems::PARTNER_NOT_ALLOWED));
        match (hub, partner, consent) {
            (Ok(hub), Ok((partner, questions)), Ok(consent)) if faults.is_empty() => Ok(Plan {
                hub: Arc::clone(hub),
                partner,
                questions,
                case,
                consent,
            }),
            (_, partner, consent) => {
                faults.extend(partner.err());
                faults.extend(consent.err().into_iter().flatten());
                Err(faults)
            }
        }
    }

    /// The rows of the areas that let this provider refer on today.
    fn routes_of<'t>(&self, tables: &'t Tables, slug: &str) -> Vec<&'t PartnerRoute> {
        let today = self.clock.today();
        let rows = tables.areas().iter().flat_map(|area| &area.partners);
        rows.filter(|route| route.provider == slug && route.validity.holds_on(today))
            .collect()
    }

    /// The partner and what it asks, when it takes this person: by its own catchment and rules, as a
    /// provider to whom the person were routed. A restricted record's location is looked at
    /// by nobody; its case is held.
    async fn partner(
        &self,
        tables: &Tables,
        case: &Case,
        route: &PartnerRoute,
    ) -> Result<(Arc<Provider>, Vec<Question>), Problem> {
        let referral = &case.referral;
        let unavailable = |why: &str| {
            Problem::new(&problems::PARTNER_UNAVAILABLE)
                .at("partner")
                .with(why.to_owned())
        };
        let partner = tables
            .provider(&route.partner)
            .ok_or_else(|| unavailable("provider-disabled"))?;
        if referral.person.security.hides_location() {
            let takes = partner.may_receive(self.clock.today());
            takes.map_err(|why| unavailable(why.code()))?;
            return Ok((Arc::clone(partner), Vec::new()));
        }
        let area = route.alone();
        let decision = self
            .decide_counted(
                // To the partner the person is referred now.
                (referral, self.clock.today()),
                case.id,
                &tables.offers_of(std::slice::from_ref(&area)),
            )
            .await?;
        let standing = decision.considered.into_iter().next();
        match standing.map(|considered| considered.result) {
            Some(Standing::Match { questions, .. }) => Ok((Arc::clone(partner), questions)),
            Some(Standing::Unavailable(why)) => Err(unavailable(why.code())),
            Some(Standing::Full) => Err(unavailable("full")),
            Some(Standing::NotEligible { reason, words }) => {
                let words = if words.is_empty() {
                    reason.code().to_owned()
                } else {
                    words
                };
                Err(not_for(words))
            }
            Some(Standing::OutOfArea) | None => Err(not_for("out-of-area".to_owned())),
        }
    }

    fn consent(
        &self,
        row: &CaseRow,
        asking: &Asking,
        route: Option<&PartnerRoute>,
    ) -> Result<Record, Vec<Problem>> {
        let now = self.clock.now();
        let oldest = route.map_or(Timestamp::MIN, |route| oldest(now, route.consent_days));
        // Without a partner there is no telling for whom the consent should be.
        let recipient = asking.consent.recipient.as_deref();
        let partner = asking.partner.as_deref().or(recipient).unwrap_or_default();
        asking
            .consent
            .fresh_for(partner, row.received_at, oldest, now)
            .map_err(|faults| faults.into_iter().map(of_consent).collect())
    }
}

fn oldest(now: Timestamp, days: u32) -> Timestamp {
    now.checked_sub(SignedDuration::from_hours(24 * i64::from(days)))
        .unwrap_or(Timestamp::MIN)
}

/// What of the case itself is in the way.
fn of_case(row: &CaseRow, case: &Case) -> Vec<Problem> {
    let mut faults = Vec::new();
    let stands = || format!("the case stands at `{}`", row.status.code());
    if row.status.is_terminal() || row.status.is_stopped() {
        faults.push(Problem::new(&problems::CASE_OVER).with(stands()));
    }
    if matches!(row.status, Status::Received | Status::Held | Status::Routed) {
        faults.push(Problem::new(&problems::NOT_WITH_YOU).with(stands()));
    }
    if row.referred_on_by.is_some() {
        faults.push(Problem::new(&problems::REFERRED_ON_ITSELF));
    }
    if case.referral.consents.forbids_delivery() {
        faults.push(Problem::new(&problems::PERSON_SAID_NO));
    }
    faults
}

fn is_at(child: &CaseRow, partner: &str) -> bool {
    let there = child.provider.as_ref();
    !child.status.is_terminal() && there.is_some_and(|provider| provider.slug == partner)
}

fn not_allowed(routes: &[&PartnerRoute]) -> Problem {
    let partners: Vec<&str> = routes.iter().map(|route| route.partner.as_str()).collect();
    let said = if partners.is_empty() {
        "no partner is listed for you".to_owned()
    } else {
        format!("you may refer on to: {}", partners.join(", "))
    };
    Problem::new(&problems::PARTNER_NOT_ALLOWED)
        .at("partner")
        .with(said)
}

pub(super) fn not_for(words: String) -> Problem {
    Problem::new(&problems::NOT_FOR_PARTNER)
        .at("partner")
        .with(words)
}

fn of_consent(fault: ConsentFault) -> Problem {
    match fault {
        ConsentFault::Missing(member) => Problem::new(&problems::CONSENT_MISSING).at(member),
        ConsentFault::ForAnother => {
            Problem::new(&problems::CONSENT_FOR_ANOTHER).at("consent.recipient")
        }
        ConsentFault::Old => Problem::new(&problems::CONSENT_OLD)
            .at("consent.given_at")
            .with("too long ago, or before the case came"),
        ConsentFault::NotYet => Problem::new(&problems::CONSENT_OLD)
            .at("consent.given_at")
            .with("the time has not come"),
    }
}
