//! What waits for a person, for whoever works the queue.

pub use crate::adapters::store::{QueueFilter as Filter, QueueRow as Entry};

use crate::adapters::store::CaseRow;
use crate::domain::caller::Caller;
use crate::gateway::Gateway;
use crate::problem::Problem;

/// An entry with its case as it stands now.
#[derive(Debug)]
pub struct Waiting {
    /// The entry.
    pub row: Entry,
    /// The case.
    pub case: CaseRow,
}

/// One page of the queue.
#[derive(Debug, Default)]
pub struct QueuePage {
    /// The entries, the oldest first.
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
        let next = rows.last().map(|row| row.number).filter(|_| more);
        let mut waiting = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some(case) = self.store.case_by_id(caller, row.entry.case_id).await? {
                waiting.push(Waiting { row, case });
            }
        }
        Ok(QueuePage { waiting, next })
    }
}
