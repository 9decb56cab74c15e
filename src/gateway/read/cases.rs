//! What an operator reads of cases: where each stands, who holds the person, and how it
//! came to be. Never anything of the person: that is sealed, and stays so here.

pub use crate::adapters::store::{CaseFilter, CaseRow, EventRow};

use uuid::Uuid;

use crate::adapters::store::{LegFilter, LegRow, QueueFilter, QueueRow};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::{CaseId, CaseReference};
use crate::domain::status::Status;
use crate::gateway::Gateway;
use crate::gateway::alert::{CalledNobody, reached_nobody};
use crate::gateway::whom_to_ring::Ring;
use crate::problem::{Problem, area::operator as problems};

/// Everything that is kept in clear about a case.
#[derive(Debug)]
pub struct Known {
    /// The case as it stands.
    pub row: CaseRow,
    /// What happened, the oldest first.
    pub events: Vec<EventRow>,
    /// What waited or waits for a person, the oldest first.
    pub queue: Vec<QueueRow>,
    /// What was or is to be sent, the oldest first.
    pub legs: Vec<LegRow>,
    /// Who is rung about an entry, by the entry's id.
    rings: Vec<(Uuid, Ring)>,
    /// The calls that reached nobody.
    called_nobody: CalledNobody,
}

impl Known {
    /// Whether the last call of this entry's owner reached nobody, since no address was set.
    pub fn called_nobody(&self, entry: &QueueRow) -> bool {
        reached_nobody(entry, &self.called_nobody)
    }

    /// Who is rung about this entry, where it is ended by speaking to whoever referred.
    pub fn ring(&self, entry: &QueueRow) -> Option<&Ring> {
        let mut rings = self.rings.iter();
        rings
            .find(|(id, _)| *id == entry.entry.id)
            .map(|(_, ring)| ring)
    }
}

/// No case has this reference or id. It is repeated where it has the form of one: whatever
/// else was typed may tell of a person.
pub fn no_such_case(which: &str) -> Problem {
    let which = which.trim();
    let has_form = which.parse::<CaseId>().is_ok() || CaseReference::has_form(which);
    let detail = if has_form {
        format!("found `{which}`")
    } else {
        "what was given has the form of neither".to_owned()
    };
    Problem::new(&problems::NO_SUCH_CASE).with(detail)
}

impl Gateway {
    /// Cases, those with a crisis first, then the oldest: the open ones unless the filter says otherwise.
    pub async fn find_cases(
        &self,
        caller: &Caller,
        filter: &CaseFilter,
    ) -> Result<Vec<CaseRow>, Problem> {
        self.store.cases(caller, filter).await
    }

    /// One case by its id or by the reference that people say on the telephone, with its
    /// history. Errors: `WW-OPR-001`.
    pub async fn know_case(&self, caller: &Caller, which: &str) -> Result<Known, Problem> {
        let found = self.case_named(caller, which).await?;
        let row = found.ok_or_else(|| no_such_case(which))?;
        let fact = Fact::new(FactKind::CaseRead, caller).about(row.id);
        self.record(vec![fact]).await?;
        let entries = QueueFilter {
            case_id: Some(row.id),
            closed_too: true,
            limit: 500,
            ..QueueFilter::default()
        };
        let legs = LegFilter {
            case_id: Some(row.id),
            limit: 500,
            ..LegFilter::default()
        };
        let queue = self.store.queue(caller, &entries).await?;
        let now = self.clock.now();
        let mut rings = Vec::new();
        for entry in queue.iter().filter(|entry| entry.closed.is_none()) {
            let ring = self.whom_to_ring(entry, &row, now).await?;
            rings.extend(ring.map(|ring| (entry.entry.id, ring)));
        }
        Ok(Known {
            events: self.store.events(caller, row.id).await?,
            queue,
            rings,
            called_nobody: self.called_nobody(row.id).await?,
            legs: self.store.legs(caller, &legs).await?,
            row,
        })
    }

    /// What of a case waits for a person now, a crisis first.
    pub async fn waits_of(&self, caller: &Caller, id: CaseId) -> Result<Vec<QueueRow>, Problem> {
        let open = QueueFilter {
            case_id: Some(id),
            ..QueueFilter::default()
        };
        self.store.queue(caller, &open).await
    }

    /// Whether a case is held, or something about it is unsettled, so that `resolve` has
    /// something to decide.
    pub async fn waits_for_decision(&self, caller: &Caller, id: CaseId) -> Result<bool, Problem> {
        let row = self.case_of_operator(caller, id).await?;
        Ok(row.hold.is_some() || row.status == Status::Held)
    }

    /// The reference of a case; `None` for one that this caller does not see.
    pub async fn reference_of(
        &self,
        caller: &Caller,
        id: CaseId,
    ) -> Result<Option<CaseReference>, Problem> {
        let row = self.store.case_by_id(caller, id).await?;
        Ok(row.map(|row| row.reference))
    }

    /// The id of the case that is named by id or reference, where there is one.
    pub async fn case_id_of(
        &self,
        caller: &Caller,
        which: &str,
    ) -> Result<Option<CaseId>, Problem> {
        let found = self.case_named(caller, which).await?;
        Ok(found.map(|row| row.id))
    }

    async fn case_named(&self, caller: &Caller, which: &str) -> Result<Option<CaseRow>, Problem> {
        let which = which.trim();
        match which.parse::<CaseId>() {
            Ok(id) => self.store.case_by_id(caller, id).await,
            // As a person types it: any case, with spaces or without.
            Err(_) => match CaseReference::parse(which) {
                Some(reference) => {
                    let reference = reference.as_str();
                    self.store.case_by_reference(caller, reference).await
                }
                None => Ok(None),
            },
        }
    }
}
