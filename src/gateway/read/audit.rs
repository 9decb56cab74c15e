//! What a reviewer reads of the audit log: facts in their order, each as much of it as may
//! be told.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::adapters::store::CaseRow;
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind, MAY_NAME_REFERRER, Recorded};
use crate::domain::identifiers::CaseId;
use crate::gateway::Gateway;
use crate::gateway::read::cases::no_such_case;
use crate::problem::Problem;
use crate::standards::audit_event::{Source, Told};

/// Facts read of the store at one time.
const AT_ONCE: u32 = 500;

/// Which part of the log.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    /// Only what is about this case.
    pub case_id: Option<CaseId>,
    /// Behind this position.
    pub after: i64,
    /// At most so many.
    pub limit: u32,
}

/// One page of the log.
#[derive(Debug, Default)]
pub struct AuditPage {
    /// The facts, the oldest first.
    pub facts: Vec<Told>,
    /// Behind which position to go on; `None` on the last page.
    pub next: Option<i64>,
}

impl Gateway {
    /// One page of the log; nothing for a referrer or a provider. Reading it is a fact of its
    /// own, written after the page was read.
    pub async fn audit_page(&self, caller: &Caller, filter: &Filter) -> Result<AuditPage, Problem> {
        let page = self.page_of_log(caller, filter).await?;
        let fact = match filter.case_id {
            Some(id) => Fact::new(FactKind::CaseRead, caller).about(id),
            None => Fact::new(FactKind::CaseSearched, caller)
                .with("found", page.facts.len().to_string()),
        };
        self.record(vec![fact.with("by", "audit")]).await?;
        Ok(page)
    }

    /// Everything that the log holds of a case that is named by id or reference, and its id.
    /// Errors: `WW-OPR-001`.
    pub async fn audit_of_case(
        &self,
        caller: &Caller,
        which: &str,
    ) -> Result<(CaseId, Vec<Told>), Problem> {
        let found = self.case_id_of(caller, which).await?;
        let id = found.ok_or_else(|| no_such_case(which))?;
        let mut filter = Filter {
            case_id: Some(id),
            after: 0,
            limit: AT_ONCE,
        };
        let first = self.audit_page(caller, &filter).await?;
        let (mut facts, mut next) = (first.facts, first.next);
        while let Some(after) = next {
            filter.after = after;
            let more = self.page_of_log(caller, &filter).await?;
            facts.extend(more.facts);
            next = more.next;
        }
        Ok((id, facts))
    }

    /// Who keeps the log, as an AuditEvent names its source.
    pub fn audit_source(&self) -> Source<'_> {
        let gateway = &self.settings.gateway;
        Source {
            organisation: &gateway.organisation_ods,
            name: &gateway.name,
            software: &gateway.software,
        }
    }

    async fn page_of_log(&self, caller: &Caller, filter: &Filter) -> Result<AuditPage, Problem> {
        let (from, one_more) = (
            filter.after.saturating_add(1),
            filter.limit.saturating_add(1),
        );
        let mut facts = match filter.case_id {
            Some(id) => {
                let found = self.store.recorded_of_case(caller, id, from, one_more);
                found.await?
            }
            None => self.store.recorded(caller, from, one_more).await?,
        };
        let wanted = usize::try_from(filter.limit).unwrap_or(usize::MAX);
        let more = facts.len() > wanted;
        facts.truncate(wanted);
        let next = facts.last().map(|fact| fact.position).filter(|_| more);
        let facts = self.with_what_may_be_told(caller, facts).await?;
        Ok(AuditPage { facts, next })
    }

    /// For a restricted person the referrer is not named: it may be the practice.
    async fn with_what_may_be_told(
        &self,
        caller: &Caller,
        facts: Vec<Recorded>,
    ) -> Result<Vec<Told>, Problem> {
        let mut cases: HashMap<CaseId, Option<CaseRow>> = HashMap::new();
        for id in facts.iter().filter_map(|fact| fact.case_id) {
            if let Entry::Vacant(unknown) = cases.entry(id) {
                unknown.insert(self.store.case_by_id(caller, id).await?);
            }
        }
        let told = facts.into_iter().map(|mut fact| {
            let case = fact.case_id.and_then(|id| cases.get(&id)?.as_ref());
            // Of a case that is not there any more nobody knows it.
            let hides_referrer = fact.case_id.is_some() && case.is_none_or(|row| row.restricted);
            if hides_referrer {
                let may_name = |name: &String| MAY_NAME_REFERRER.contains(&name.as_str());
                fact.details.retain(|(name, _)| !may_name(name));
            }
            Told {
                reference: case.map(|row| row.reference.clone()),
                hides_referrer,
                fact,
            }
        });
        Ok(told.collect())
    }
}
