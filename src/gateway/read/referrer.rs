//! What a referrer reads: its own referrals, current status first.

pub use crate::adapters::store::Demographics;
use crate::adapters::store::{CaseRow, Unit};
use crate::domain::caller::Caller;
use crate::domain::case::Case;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::{NhsNumber, ServiceRequestId};
use crate::gateway::Gateway;
use crate::gateway::receive::Answer;
use crate::problem::{Problem, area::header as problems};

/// The most error codes that the audit log keeps of one refusal.
const MOST_CODES: usize = 20;

/// A referral as its referrer may see it.
#[derive(Debug)]
pub struct Shown {
    /// The case.
    pub case: Case,
    /// Where it stands.
    pub row: CaseRow,
}

/// How referrals are searched for.
#[derive(Clone, Debug)]
pub enum Search {
    /// By NHS number.
    NhsNumber(NhsNumber),
    /// By exact family name, birth date and postcode.
    Demographics(Demographics),
    /// By `system|value` of any identifier of the ServiceRequest.
    Identifier(String),
}

impl Gateway {
    /// One referral by the id that we gave it. Somebody else's is not found.
    pub async fn read_referral(
        &self,
        caller: &Caller,
        id: ServiceRequestId,
    ) -> Result<Shown, Problem> {
        let Some(row) = self.store.case_by_service_request_id(caller, id).await? else {
            let fact = Fact::new(FactKind::CaseSearched, caller)
                .with("by", "id")
                .with("found", "0");
            self.record(vec![fact]).await?;
            return Err(self.or_held(Problem::new(&problems::NOT_FOUND)));
        };
        let fact = Fact::new(FactKind::CaseRead, caller).about(row.id);
        self.record(vec![fact]).await?;
        let case = self.store.unseal_case(&row)?;
        Ok(Shown { case, row })
    }

    /// Every referral of this caller that matches; none is an empty list.
    pub async fn search_referrals(
        &self,
        caller: &Caller,
        search: &Search,
    ) -> Result<Vec<Shown>, Problem> {
        let (kind, rows) = match search {
            Search::NhsNumber(number) => (
                "nhs-number",
                self.store.cases_by_nhs_number(caller, number).await?,
            ),
            Search::Demographics(person) => (
                "demographics",
                self.store.cases_by_demographics(caller, person).await?,
            ),
            Search::Identifier(identifier) => {
                let named = std::slice::from_ref(identifier);
                let found = self
                    .store
                    .cases_by_service_request_identifiers(caller, named);
                ("identifier", found.await?)
            }
        };
        // How and how many; never by what (DESIGN I4).
        let fact = Fact::new(FactKind::CaseSearched, caller)
            .with("by", kind)
            .with("found", rows.len().to_string());
        self.record(vec![fact]).await?;
        if let (true, Some(held)) = (rows.is_empty(), self.held()) {
            return Err(held);
        }
        let mut shown = Vec::with_capacity(rows.len());
        for row in rows {
            shown.push(Shown {
                case: self.store.unseal_case(&row)?,
                row,
            });
        }
        Ok(shown)
    }

    /// Refuses a read or a search before anything was looked up: one row as for a message
    /// that is refused, with codes and no datum. `asked` is the interaction in FHIR's words.
    pub async fn refuse_access(
        &self,
        caller: &Caller,
        asked: &'static str,
        found: &[Problem],
    ) -> Answer {
        let answer = self.refusal(found);
        let mut codes: Vec<&'static str> = found.iter().map(|it| it.entry.code).collect();
        codes.sort_unstable();
        codes.dedup();
        let mut fact = Fact::new(FactKind::MessageRefused, caller)
            .with("asked", asked)
            .with("status", answer.status.to_string());
        for code in codes.into_iter().take(MOST_CODES) {
            fact = fact.with("code", code);
        }
        match self.record(vec![fact]).await {
            Ok(()) => answer,
            Err(problem) => self.refusal(&[problem]),
        }
    }

    /// Appends audit facts: every access attempt is recorded (BaRS non-functional
    /// requirements), before the answer leaves.
    pub(in crate::gateway) async fn record(&self, facts: Vec<Fact>) -> Result<(), Problem> {
        let unit = Unit {
            facts,
            ..Unit::default()
        };
        match self.commit(unit, None, self.clock.now()).await {
            Ok(_) => Ok(()),
            Err(error) => Err(crate::gateway::unavailable(&error)),
        }
    }
}
