//! What waits for a person, for whoever works the queue.

pub use crate::adapters::store::{QueueFilter as Filter, QueueRow as Entry};
pub use crate::gateway::whom_to_ring::{Organisation, Ring};

use crate::adapters::store::CaseRow;
use crate::domain::caller::Caller;
use crate::domain::provider::Contact;
use crate::gateway::alert::reached_nobody;
use crate::gateway::{Gateway, Tables};
use crate::problem::Problem;

/// An entry with its case as it stands now.
#[derive(Debug)]
pub struct Waiting {
    /// The entry.
    pub row: Entry,
    /// The case.
    pub case: CaseRow,
    /// Whom to ring at the provider, in a line, where the provider is waited for and its
    /// tables say it.
    pub contact: Option<String>,
    /// Whether the last call of its owner reached nobody, since no address is set.
    pub called_nobody: bool,
    /// Who is rung about it, where it is ended by speaking to whoever referred.
    pub ring: Option<Ring>,
}

/// One page of the queue.
#[derive(Debug, Default)]
pub struct QueuePage {
    /// The entries: those about a crisis first, then the oldest.
    pub waiting: Vec<Waiting>,
    /// After which place to go on; `None` on the last page.
    pub next: Option<i64>,
}

impl Gateway {
    /// One page of the queue; nothing for a referrer or a provider.
    pub async fn queue_page(&self, caller: &Caller, filter: &Filter) -> Result<QueuePage, Problem> {
        let limit = if filter.limit == 0 { 100 } else { filter.limit };
        let one_more = Filter {
            limit: limit.saturating_add(1),
            ..filter.clone()
        };
        let mut rows = self.store.queue(caller, &one_more).await?;
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > wanted;
        rows.truncate(wanted);
        let next = rows.last().map(Entry::place).filter(|_| more);
        let tables = self.tables();
        let now = self.clock.now();
        let mut waiting = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some(case) = self.store.case_by_id(caller, row.entry.case_id).await? {
                let contact = contact_of(&tables, &row, &case);
                let ring = self.whom_to_ring(&row, &case, now).await?;
                let called_nobody = match row.alerted_at {
                    Some(_) => reached_nobody(&row, &self.called_nobody(case.id).await?),
                    None => false,
                };
                waiting.push(Waiting {
                    row,
                    case,
                    contact,
                    called_nobody,
                    ring,
                });
            }
        }
        Ok(QueuePage { waiting, next })
    }
}

fn contact_of(tables: &Tables, row: &Entry, case: &CaseRow) -> Option<String> {
    let entry = &row.entry;
    let chosen = case.provider.as_ref();
    let chosen = chosen.filter(|_| entry.kind.waits_for_provider(&entry.subject))?;
    let provider = tables.provider(&chosen.slug)?;
    provider.contact.as_ref().map(Contact::line)
}
