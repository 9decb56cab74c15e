//! The operator's desk: what a named person at the gateway sees and does, by the verbs that
//! the command line calls.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::owned::{Held, is_owned};
use crate::conformance::parties::Parties;
use crate::conformance::parties::event::{Feed, Who};
use crate::domain::caller::Caller;
use crate::domain::queue::QueueKind;
use crate::domain::responsibility::Responsible;
use crate::domain::status::{ClosureReason, Status};
use crate::gateway::Gateway;
use crate::gateway::correct::Correction;
use crate::gateway::read::cases::{CaseFilter, CaseRow, Known};
use crate::gateway::read::queue::{Entry, Filter};
use crate::problem::Problem;
use crate::surfaces::waiting::{kind_words, moment};

/// More cases than the stories have.
const MANY: u32 = 1000;

/// What was told of a case's holders.
#[derive(Clone, Copy, Default)]
struct Told {
    revision: u32,
    holders: usize,
}

pub(super) struct Office<'a> {
    gateway: &'a Arc<Gateway>,
    parties: &'a Parties,
    caller: Caller,
    told: Mutex<BTreeMap<String, Told>>,
}

impl<'a> Office<'a> {
    pub(super) fn new(gateway: &'a Arc<Gateway>, parties: &'a Parties) -> Self {
        Self {
            gateway,
            parties,
            caller: Caller::Operator(gateway.settings().gateway.operator.clone()),
            told: Mutex::default(),
        }
    }

    fn feed(&self) -> &Feed {
        &self.parties.feed
    }

    pub(super) fn say(&self, what: impl Into<String>, reference: &str) {
        self.feed().tell(Who::Operator, what, Some(reference));
    }

    /// Every case, those that are over with them.
    pub(super) async fn cases(&self) -> Result<Vec<CaseRow>, String> {
        let filter = CaseFilter {
            closed_too: true,
            limit: MANY,
            ..CaseFilter::default()
        };
        let found = self.gateway.find_cases(&self.caller, &filter).await;
        found.map_err(|problem| in_words(&problem))
    }

    /// One case with its history and what waits of it.
    pub(super) async fn know(&self, reference: &str) -> Result<Known, String> {
        let known = self.gateway.know_case(&self.caller, reference).await;
        known.map_err(|problem| in_words(&problem))
    }

    /// The first thing of a case that waits for anybody: a stop to be confirmed, a return
    /// to be heard, a decision.
    pub(super) async fn waits(&self, reference: &str) -> Result<Option<QueueKind>, String> {
        let named = |problem: Problem| in_words(&problem);
        let id = self.gateway.case_id_of(&self.caller, reference).await;
        let filter = Filter {
            case_id: id.map_err(named)?,
            ..Filter::default()
        };
        let page = self.gateway.queue_page(&self.caller, &filter).await;
        let waiting = page.map_err(named)?.waiting;
        Ok(waiting.first().map(|waiting| waiting.row.entry.kind))
    }

    /// Tells every change of hands that was not told yet.
    pub(super) async fn notice(&self) -> Result<(), String> {
        for row in self.cases().await? {
            let reference = row.reference.as_str();
            let before = self.told(reference);
            if before.revision == row.revision {
                continue;
            }
            let known = self.know(reference).await?;
            let holders: Vec<&Responsible> = holders(&known).collect();
            for holder in holders.iter().skip(before.holders) {
                let said = format!("the person is with {}", self.name(holder));
                self.feed().tell(Who::Gateway, said, Some(reference));
            }
            let now = Told {
                revision: known.row.revision,
                holders: holders.len(),
            };
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            told.insert(reference.to_owned(), now);
        }
        Ok(())
    }

    fn told(&self, reference: &str) -> Told {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.get(reference).copied().unwrap_or_default()
    }

    fn name(&self, holder: &Responsible) -> String {
        match holder {
            Responsible::Referrer => "the practice".to_owned(),
            Responsible::GatewayOperator(name) => name.clone(),
            Responsible::Provider(slug) => {
                let mut desks = self.parties.all_desks().into_iter();
                let desk = desks.find(|(known, _)| known == slug);
                desk.map_or_else(|| slug.clone(), |(_, desk)| desk.name().to_owned())
            }
        }
    }

    /// `cases withdraw`: the person rang and does not want to go on.
    pub(super) async fn withdraw(&self, reference: &str) -> Result<(), String> {
        let row = self.know(reference).await?.row;
        self.say("records: the person withdraws", reference);
        let correction = Correction {
            to: Status::Withdrawn,
            evidence: "call 7".to_owned(),
            reason: ClosureReason::from_code("withdrew"),
        };
        let done = self.gateway.correct(&self.caller, row.id, &correction);
        done.await.map(drop).map_err(|problem| in_words(&problem))
    }

    /// `cases return`: nobody at the council answers, on the telephone either.
    pub(super) async fn give_back(&self, reference: &str) -> Result<(), String> {
        let row = self.know(reference).await?.row;
        self.say("rang: nobody answers; gives back", reference);
        let reason = ClosureReason::from_code("service-silent");
        let reason = reason.ok_or_else(|| "an unknown closure reason".to_owned())?;
        let done = self.gateway.return_case(&self.caller, row.id, reason).await;
        done.map(drop).map_err(|problem| in_words(&problem))
    }

    /// Lets time pass up to an instant, for the gateway and for everybody around it.
    pub(super) fn pass_until(&self, at: Timestamp) {
        let clock = self.gateway.clock();
        let by = at.duration_since(clock.now());
        if by.is_negative() {
            return;
        }
        clock.advance(by);
        self.parties.advance(by);
        self.feed().tell(Who::Time, moment(at), None);
    }

    /// One round of the watch over the clocks.
    pub(super) async fn watch(&self) -> Result<(), String> {
        let watched = self.gateway.watch_clocks().await;
        watched.map(drop).map_err(|problem| in_words(&problem))
    }

    /// What is awaited of a case is overdue, and somebody here is called.
    pub(super) async fn until_called(&self, reference: &str) -> Result<Entry, String> {
        let due = self.know(reference).await?.row.milestone;
        self.pass_until(due.ok_or_else(|| "nothing is awaited".to_owned())?.at);
        self.watch().await?;
        let known = self.know(reference).await?;
        let open = known
            .queue
            .into_iter()
            .find(|entry| entry.closed.is_none() && entry.alerted_at.is_some());
        let entry = open.ok_or_else(|| "nobody was called".to_owned())?;
        if self.caller != Caller::Operator(entry.entry.owner.clone()) {
            return Err(format!("somebody else was called: {}", entry.entry.owner));
        }
        let kind = kind_words(entry.entry.kind).to_lowercase();
        self.say(format!("is called: {kind}"), reference);
        Ok(entry)
    }

    /// Cases without a valid holder, by their references.
    pub(super) async fn unowned(&self) -> Result<Vec<String>, String> {
        let settings = self.gateway.settings();
        let mut operators = vec![settings.gateway.operator.as_str()];
        operators.extend(settings.clocks.escalate_to.as_deref());
        let mut unowned = Vec::new();
        for row in self.cases().await? {
            let known = self.know(row.reference.as_str()).await?;
            let row = &known.row;
            let case = Held {
                holder: &row.responsible,
                taken_by: holders(&known).last(),
                status: row.status,
                providers: [
                    row.provider.as_ref().map(|chosen| chosen.slug.as_str()),
                    row.referred_on_by.as_deref(),
                ],
            };
            if !is_owned(&case, &operators) {
                unowned.push(row.reference.as_str().to_owned());
            }
        }
        Ok(unowned)
    }
}

/// Whoever took the person, in order.
fn holders(known: &Known) -> impl Iterator<Item = &Responsible> {
    known
        .events
        .iter()
        .filter_map(|row| row.event.holder.as_ref())
}

/// Whether the person came back to the practice, whose system has confirmed it.
pub(super) fn is_returned(known: &Known) -> bool {
    let heard = known
        .queue
        .iter()
        .any(|entry| entry.entry.kind == QueueKind::ReturnUnheard && entry.closed.is_some());
    heard && known.row.status.returns_person() && known.row.responsible == Responsible::Referrer
}

fn in_words(problem: &Problem) -> String {
    format!("{} {}", problem.entry.code, problem.entry.title)
}
