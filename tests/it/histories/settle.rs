//! The end of every history: nothing fails any more, the operator works the queue, and
//! whatever happened before, everybody has been told in the end.

use jiff::SignedDuration;
use workwell_gateway::adapters::store::{CaseRow, LegState};
use workwell_gateway::domain::identifiers::CaseId;
use workwell_gateway::domain::queue::QueueKind;
use workwell_gateway::domain::status::{ClosureReason, Status};
use workwell_gateway::gateway::correct::Correction;
use workwell_gateway::gateway::read::queue::Entry;

use super::person::Stopping;
use super::world::World;

/// Rounds of the operator; each works every entry once.
const ROUNDS: usize = 25;
/// Longer than any claim of a process that is gone.
const BETWEEN: SignedDuration = SignedDuration::from_mins(3);
/// From this round on the pauses are long: on a machine that stands still an attempt may run
/// out of real time, and its next one is hours away.
const PATIENT: usize = 15;
/// Longer than any pause before a repeat.
const LONG: SignedDuration = SignedDuration::from_hours(12);

impl World {
    /// Works until nothing waits.
    pub async fn settle(&mut self) {
        self.note("settling");
        for round in 0..ROUNDS {
            let pause = if round < PATIENT { BETWEEN } else { LONG };
            self.clock.advance(pause);
            for who in 0..self.people.len() {
                if self.people[who].unanswered.is_some() {
                    self.refer(who).await;
                }
                if matches!(self.people[who].stop, Stopping::Sent(_)) {
                    self.cancel(who).await;
                }
            }
            while let Some(leg) = self.next_leg(None).await {
                self.attempt_well(&leg).await;
            }
            let mut quiet = true;
            for row in self.rows().await {
                let entries = self.entries(row.id).await;
                let legs = self.legs(row.id).await;
                let sent = legs.iter().all(|leg| leg.state != LegState::Released);
                quiet &= entries.is_empty() && row.status.is_terminal() && sent;
                self.end_of(&row, entries, round).await;
                if !self.tally.findings.is_empty() {
                    return;
                }
            }
            self.judge_all().await;
            if !self.tally.findings.is_empty() {
                return;
            }
            if quiet && self.is_answered() {
                break;
            }
        }
        self.judge_end().await;
    }

    fn is_answered(&self) -> bool {
        let mut people = self.people.iter();
        people
            .all(|person| person.unanswered.is_none() && !matches!(person.stop, Stopping::Sent(_)))
    }

    async fn end_of(&mut self, row: &CaseRow, entries: Vec<Entry>, round: usize) {
        if entries.is_empty() && !row.status.is_terminal() {
            self.provider_ends(row).await;
        }
        for entry in entries {
            let Some(row) = self.row(row.id).await else {
                continue;
            };
            let subject = entry.entry.subject.as_str();
            match entry.entry.kind {
                QueueKind::Held if subject == "closing-reason-differs" => {
                    self.says_why_it_ended(&row).await;
                }
                QueueKind::Held => {
                    let decided = self.resolves(&row).await;
                    if !decided && (round > 2 || self.chance.percent(30)) {
                        self.returns(&row).await;
                    }
                }
                QueueKind::Parked => {
                    let rings = subject.starts_with("respond") && self.chance.percent(50);
                    if !rings || !self.rings_with_news(&row).await {
                        self.retries(row.id, subject).await;
                    }
                }
                QueueKind::Uncollected | QueueKind::Unacknowledged | QueueKind::Silent => {
                    self.provider_ends(&row).await;
                }
                QueueKind::StopUnheard => {
                    let confirmed = self.confirms(row.id, subject).await;
                    if !confirmed || round > 3 {
                        self.rings_provider(row.id, subject).await;
                    }
                }
                QueueKind::ReturnUnheard => {
                    self.rings_referrer(&row).await;
                }
            }
        }
    }

    /// The provider was asked: the first of its reasons is so.
    async fn says_why_it_ended(&mut self, row: &CaseRow) {
        let first = row.closure_reason.as_deref();
        let first = first.or_else(|| ClosureReason::fitting(row.status).first().copied());
        let correction = Correction {
            to: row.status,
            evidence: "call 4".to_owned(),
            reason: first.and_then(ClosureReason::from_code),
        };
        let operator = Self::operator();
        let done = self.gateway.correct(&operator, row.id, &correction).await;
        let code = done.err().map(|problem| problem.entry.code);
        self.note(&format!("why {} ended is said: {code:?}", row.reference));
    }

    /// The provider takes what is there and brings the case to an end; where it never got
    /// it, the operator gives the person back.
    async fn provider_ends(&mut self, row: &CaseRow) {
        let Some(slug) = row.provider.as_ref().map(|provider| provider.slug.clone()) else {
            self.returns(row).await;
            return;
        };
        self.collects(row, &slug).await;
        self.confirms(row.id, &slug).await;
        let done = {
            let tables = self.gateway.tables();
            let provider = tables.provider(&slug).expect("a provider of the tables");
            let word = provider.status_words.word_for(Status::Completed);
            word.expect("it can end its work").word.clone()
        };
        let Some(row) = self.row(row.id).await else {
            return;
        };
        if row.status.is_terminal() {
            return;
        }
        if !self.reports(&row, &slug, &done).await && row.status != Status::CancelRequested {
            self.returns(&row).await;
        }
    }

    async fn retries(&mut self, case: CaseId, subject: &str) {
        let legs = self.legs(case).await;
        let leg = legs
            .into_iter()
            .find(|leg| subject == format!("{}:{}", leg.kind.code(), leg.id));
        let Some(leg) = leg else {
            self.find(&format!("{subject} is parked and is no leg of its case"));
            return;
        };
        let again = self.gateway.retry(&Self::operator(), leg.id).await;
        let code = again.err().map(|problem| problem.entry.code);
        self.note(&format!("{subject} is tried again: {code:?}"));
        if code.is_some() {
            // It may not leave any more: who is not reached by it is reached by hand.
            let row = self.row(case).await.expect("the case of the leg");
            if !row.status.lets_nothing_leave() {
                self.returns(&row).await;
            }
        }
    }

    /// Everybody has been told.
    async fn judge_end(&mut self) {
        for row in self.rows().await {
            let (id, reference) = (row.id.to_string(), row.reference.clone());
            let entries = self.entries(row.id).await;
            if !entries.is_empty() {
                let waits: Vec<_> = entries.iter().map(|entry| &entry.entry).collect();
                self.find(&format!("{reference} still waits for {waits:?}"));
            }
            if !row.status.is_terminal() {
                self.find(&format!("{reference} never ended: {}", row.status.code()));
            }
            for leg in self.legs(row.id).await {
                if !matches!(leg.state, LegState::Delivered | LegState::Stopped) {
                    self.find(&format!("{} is still {:?}", leg.effect_key, leg.state));
                }
            }
            let Some(person) = self.person_of(&id) else {
                self.find(&format!("{reference} is nobody's"));
                continue;
            };
            let heard = row.referred_on_by.is_some() || self.has_heard(person, row.id);
            let knows: Vec<_> = self
                .book
                .reached(&id)
                .into_iter()
                .filter(|slug| {
                    !person.knows.contains(&(row.id, slug.clone()))
                        && !self.book.ends_with_stop(&id, slug)
                })
                .collect();
            if !heard {
                self.find(&format!(
                    "the practice never heard of the end of {reference}"
                ));
            }
            if row.status.is_stopped() && !knows.is_empty() {
                self.find(&format!("{knows:?} never heard of the end of {reference}"));
            }
            self.tally.count(format!("ended {}", row.status.code()));
        }
        for _ in 0..self.people.len() {
            self.tally.count("settled");
        }
    }
}
