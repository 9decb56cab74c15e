//! Delivers one released row of the outbox.
//!
//! The worker may stop a leg, never re-decide it (DESIGN I3). Before each attempt it
//! looks at the stop flag; the attempt is counted durably *before* it is made, so that
//! a stop which comes in between knows that the leg may have arrived.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::Gateway;
use super::commit::unparked;
use super::feed_back::{NO_BODY, Report, TimedBy};
use super::happened::happened;
use super::return_to_referrer::hand_back;
use super::tell_referrer::Telling;
use crate::adapters::channels::{Attempt, Next, Reply};
use crate::adapters::store::{
    CaseChange, CommitError, LegChange, LegFilter, LegKind, LegRow, LegState, LegWithCase, Unit,
};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::responsibility::Responsible;
use crate::domain::status::Status;
use crate::problem::Problem;
use crate::telemetry::Delivery;

/// After the last attempt nothing is due; should its result be lost with the process,
/// the leg is looked at again after this time.
const LAST_ATTEMPT: SignedDuration = SignedDuration::from_mins(10);

/// What became of one attempt, for the worker's log and metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The destination has it.
    Delivered,
    /// To be tried again at this instant.
    Again(Timestamp, &'static str),
    /// Given up until a person acts.
    Parked(&'static str),
    /// A stop came first.
    Stopped,
    /// Somebody else changed the row; look again.
    Changed,
}

impl Gateway {
    /// Whether something is on its way to this destination for this case, now.
    pub fn is_sending(&self, leg: &LegRow) -> bool {
        self.sending
            .contains(&(leg.case_id, leg.destination.clone()))
    }

    /// Makes one attempt to deliver this leg and records what became of it.
    pub async fn deliver(&self, leg: &LegRow) -> Result<Outcome, Problem> {
        if !self.may_send() {
            return Ok(Outcome::Changed);
        }
        let Some(_guard) = self.sending.begin((leg.case_id, leg.destination.clone())) else {
            return Ok(Outcome::Changed);
        };
        let Some(found) = self.store.leg_with_case(&Caller::System, leg.id).await? else {
            return Ok(Outcome::Changed);
        };
        // Another process may have begun an attempt since this row was listed: it is in flight
        // there, and is not due here.
        if found.leg.state != LegState::Released || found.leg.attempts != leg.attempts {
            return Ok(Outcome::Changed);
        }
        if found.leg.kind == LegKind::Deliver && found.case.status.lets_nothing_leave() {
            return self
                .settle(&found, LegState::Stopped, None, Outcome::Stopped)
                .await;
        }
        if let Some(problem) = self.forbids_disclosure(&found) {
            return self.give_up(&found, &problem).await;
        }
        let Some(begun) = self.count_attempt(found).await? else {
            return Ok(Outcome::Changed);
        };
        let started = Instant::now();
        let attempt = self.send(&begun).await;
        let outcome = self.record_attempt(&begun, attempt).await?;
        self.tell(&begun, &outcome, started.elapsed());
        Ok(outcome)
    }

    async fn record_attempt(
        &self,
        begun: &LegWithCase,
        attempt: Attempt,
    ) -> Result<Outcome, Problem> {
        match attempt {
            Attempt::Delivered { reply } => self.record_delivered(begun.clone(), reply).await,
            Attempt::Park { problem } => self.give_up(begun, &problem).await,
            Attempt::Again {
                problem,
                retry_after,
            } => {
                let now = self.clock.now();
                match self.schedule.next(
                    &begun.leg.effect_key,
                    begun.leg.attempts,
                    now,
                    retry_after,
                ) {
                    Next::Park => self.give_up(begun, &problem).await,
                    Next::At(due_at) => self.plan_next(begun, due_at, problem.entry.code).await,
                }
            }
        }
    }

    /// Plans the next attempt. A leg that an operator parked during this one stays parked.
    async fn plan_next(
        &self,
        begun: &LegWithCase,
        due_at: Timestamp,
        code: &'static str,
    ) -> Result<Outcome, Problem> {
        let Some(leg) = self.store.leg(&Caller::System, begun.leg.id).await? else {
            return Ok(Outcome::Changed);
        };
        let change = LegChange {
            due_at,
            last_error: Some(code.to_owned()),
            ..unchanged(&leg)
        };
        let outcome = if leg.state == LegState::Released {
            Outcome::Again(due_at, code)
        } else {
            Outcome::Changed
        };
        let unit = Unit {
            leg_changes: vec![change],
            ..Unit::default()
        };
        self.commit_outcome(unit, outcome).await
    }

    /// One happening, one line and one count.
    fn tell(&self, found: &LegWithCase, outcome: &Outcome, took: Duration) {
        // What this row tells, not where the case has come to stand meanwhile.
        let status = found.leg.says.unwrap_or(found.case.status).code();
        let responding = found.leg.kind == LegKind::Respond;
        match outcome {
            Outcome::Delivered if responding => {
                self.telemetry.status_returned(status, found.case.id);
            }
            Outcome::Delivered => self.telemetry.delivered(&delivery(found), took),
            Outcome::Again(_, code) | Outcome::Parked(code) if responding => {
                self.telemetry
                    .status_not_returned(status, found.case.id, code);
            }
            Outcome::Again(at, code) => {
                let pause = at.duration_since(self.clock.now()).unsigned_abs();
                self.telemetry
                    .delivery_retried(&delivery(found), code, pause);
            }
            Outcome::Parked(code) => self.telemetry.delivery_parked(&delivery(found), code),
            Outcome::Stopped | Outcome::Changed => {}
        }
    }

    /// Counts the attempt durably. `None` when the row has changed meanwhile.
    async fn count_attempt(&self, mut found: LegWithCase) -> Result<Option<LegWithCase>, Problem> {
        let attempts = found.leg.attempts + 1;
        // Whatever happens to this attempt, the next one waits for its own time: an attempt
        // that ends in a panic or with the process must not come again at once.
        let now = self.clock.now();
        let due_at = match self
            .schedule
            .next(&found.leg.effect_key, attempts, now, None)
        {
            Next::At(at) => at,
            Next::Park => now + LAST_ATTEMPT,
        };
        let change = LegChange {
            attempts,
            due_at,
            ends_claim: false,
            ..unchanged(&found.leg)
        };
        let unit = Unit {
            leg_changes: vec![change],
            ..Unit::default()
        };
        match self.commit(unit, None, self.clock.now()).await {
            Ok(_) => {
                found.leg.attempts = attempts;
                found.leg.due_at = due_at;
                Ok(Some(found))
            }
            Err(CommitError::Stale) => Ok(None),
            Err(error) => Err(super::unavailable(&error)),
        }
    }

    async fn give_up(&self, found: &LegWithCase, problem: &Problem) -> Result<Outcome, Problem> {
        let code = problem.entry.code;
        if self.was_told_on_the_telephone(found).await? {
            return self
                .settle(found, LegState::Stopped, Some(code), Outcome::Stopped)
                .await;
        }
        self.settle(found, LegState::Parked, Some(code), Outcome::Parked(code))
            .await
    }

    /// Ends the sending of a leg without delivery. Where that closes a way to the referrer
    /// the next one is taken, decided on the case as it stands.
    async fn settle(
        &self,
        found: &LegWithCase,
        state: LegState,
        error: Option<&'static str>,
        outcome: Outcome,
    ) -> Result<Outcome, Problem> {
        let mut found = found.clone();
        loop {
            let unit = self.ending(&found, state, error).await?;
            let now = self.clock.now();
            match self.commit(unit, Some(&found.case), now).await {
                Ok(_) => return Ok(outcome),
                Err(CommitError::Stale) => {}
                Err(error) => return Err(super::unavailable(&error)),
            }
            let id = found.leg.id;
            match self.store.leg_with_case(&Caller::System, id).await? {
                Some(again) if again.leg == found.leg => found = again,
                _ => return Ok(Outcome::Changed),
            }
        }
    }

    async fn ending(
        &self,
        found: &LegWithCase,
        state: LegState,
        error: Option<&'static str>,
    ) -> Result<Unit, Problem> {
        let kind = if state == LegState::Stopped {
            FactKind::LegStopped
        } else {
            FactKind::LegParked
        };
        let mut unit = Unit {
            leg_changes: vec![LegChange {
                state,
                last_error: error.map(str::to_owned),
                ..unchanged(&found.leg)
            }],
            facts: vec![leg_fact(kind, found).with("reason", error.unwrap_or("stopped"))],
            ..Unit::default()
        };
        if state != LegState::Parked {
            unit.close
                .push(unparked(&found.leg, &Caller::System, state));
            return Ok(unit);
        }
        // Whoever gives up a leg puts it before a person in the same breath (DESIGN I9).
        let now = self.clock.now();
        let reason = error.unwrap_or_default();
        unit.raise.push(self.parked_entry(&found.leg, reason, now));
        if self.tells_of_return(found).await? {
            self.take_next_channel(&mut unit, &found.case, now);
        }
        Ok(unit)
    }

    async fn commit_outcome(&self, unit: Unit, outcome: Outcome) -> Result<Outcome, Problem> {
        match self.commit(unit, None, self.clock.now()).await {
            Ok(_) => Ok(outcome),
            Err(CommitError::Stale) => Ok(Outcome::Changed),
            Err(error) => Err(super::unavailable(&error)),
        }
    }

    /// Records that the destination has it. The destination *does* have it, so a row
    /// that has changed meanwhile is read again until the fact is written.
    async fn record_delivered(
        &self,
        mut found: LegWithCase,
        reply: Option<Reply>,
    ) -> Result<Outcome, Problem> {
        loop {
            let now = self.clock.now();
            let mut unit = self.delivered_unit(&found, now)?;
            self.settle_overtaken(&mut unit, &found.leg).await?;
            if self.tells_of_return(&found).await? {
                hand_back(&mut unit, &found.case, now);
            }
            match self.commit(unit, Some(&found.case), now).await {
                Ok(_) => break,
                Err(CommitError::Stale) => {
                    let Some(again) = self
                        .store
                        .leg_with_case(&Caller::System, found.leg.id)
                        .await?
                    else {
                        return Ok(Outcome::Changed);
                    };
                    if again.leg.state == LegState::Delivered {
                        return Ok(Outcome::Delivered);
                    }
                    found = again;
                }
                Err(error) => return Err(super::unavailable(&error)),
            }
        }
        self.outbox_changed.notify_one();
        if let (LegKind::Deliver, Some(reply)) = (found.leg.kind, reply) {
            self.take_reply(&found, reply).await;
        }
        Ok(Outcome::Delivered)
    }

    /// The referrer has newer news: an earlier response that is parked would put its screen
    /// back, so that nobody has to try it again.
    async fn settle_overtaken(&self, unit: &mut Unit, taken: &LegRow) -> Result<(), Problem> {
        if taken.kind != LegKind::Respond {
            return Ok(());
        }
        let parked = LegFilter {
            case_id: Some(taken.case_id),
            kind: Some(LegKind::Respond),
            state: Some(LegState::Parked),
            ..LegFilter::default()
        };
        for leg in self.store.legs(&Caller::System, &parked).await? {
            if leg.number < taken.number {
                unit.leg_changes.push(LegChange {
                    state: LegState::Stopped,
                    ..unchanged(&leg)
                });
                unit.close
                    .push(unparked(&leg, &Caller::System, LegState::Stopped));
            }
        }
        Ok(())
    }

    /// Everything that a delivery means, as one unit of work.
    fn delivered_unit(&self, found: &LegWithCase, now: Timestamp) -> Result<Unit, Problem> {
        let mut unit = Unit {
            leg_changes: vec![LegChange {
                state: LegState::Delivered,
                last_error: None,
                ..unchanged(&found.leg)
            }],
            facts: vec![leg_fact(
                if found.leg.kind == LegKind::Respond {
                    FactKind::ReferrerTold
                } else {
                    FactKind::LegDelivered
                },
                found,
            )],
            // An operator may have parked it while the attempt was on its way.
            close: vec![unparked(&found.leg, &Caller::System, LegState::Delivered)],
            ..Unit::default()
        };
        if found.leg.kind == LegKind::Deliver && found.case.status == Status::Routed {
            self.hand_over(&mut unit, found, now)?;
        }
        Ok(unit)
    }

    /// The provider holds the person from here on, and the referrer is told.
    pub(super) fn hand_over(
        &self,
        unit: &mut Unit,
        found: &LegWithCase,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let row = &found.case;
        let slug = found.leg.destination.clone();
        unit.change = Some(CaseChange {
            status: Some(Status::Delivered),
            ..CaseChange::of(row.id, row.revision)
        });
        let (by, to) = (Caller::System, Status::Delivered);
        let mut event = happened(row.id, &by, FactKind::LegDelivered, to, now);
        event.visible_to_referrer = true;
        event.holder = Some(Responsible::Provider(slug));
        unit.events.push(event);
        let telling = Telling::of(Status::Delivered);
        unit.legs.extend(self.respond_leg(row, &telling, now)?);
        Ok(())
    }

    /// A webhook may answer with a status word at once; it counts like a report.
    async fn take_reply(&self, found: &LegWithCase, reply: Reply) {
        let caller = Caller::Provider(found.leg.destination.clone());
        let report = Report {
            word: reply.status_word,
            occurred_at: self.clock.now(),
            timed_by: TimedBy::Gateway,
            sequence: None,
            client_key: format!("reply:{}", found.leg.effect_key),
            body_hash: NO_BODY,
        };
        if let Err(problem) = self.feed_back(&caller, found.case.id, report).await {
            tracing::warn!(error.code = problem.entry.code, case.id = %found.case.id,
                "the provider's immediate answer was not understood");
        }
    }

    /// An agreement that has expired forbids new disclosure; status, cancel and recall
    /// still flow (DESIGN section 5).
    pub(super) fn forbids_disclosure(&self, found: &LegWithCase) -> Option<Problem> {
        if found.leg.kind != LegKind::Deliver {
            return None;
        }
        if self.is_never_delivered(found.case.test_person) {
            return Some(Problem::new(&crate::problem::area::safety::TEST_NUMBER));
        }
        let slug = &found.leg.destination;
        self.agreement_ended(slug).then(|| {
            Problem::new(&crate::problem::area::routing::PROVIDER_UNAVAILABLE)
                .at(format!("provider {slug}"))
        })
    }

    /// Whether the agreement with this provider is over, or its organisation is closed: an
    /// agreement with nobody has ended.
    pub(super) fn agreement_ended(&self, slug: &str) -> bool {
        let tables = self.tables();
        let today = self.clock.today();
        tables.provider(slug).is_some_and(|provider| {
            provider.agreement.is_expired(today) || provider.is_closed(today)
        })
    }
}

/// A leg as the log names it.
pub(super) fn delivery(found: &LegWithCase) -> Delivery<'_> {
    Delivery {
        case: found.case.id,
        provider: &found.leg.destination,
        channel: match found.leg.channel.as_str() {
            "webhook" => "webhook",
            "fhir-rest" => "fhir-rest",
            "collect" => "collect",
            "csv-batch" => "csv-batch",
            _ => "bars",
        },
        attempt: found.leg.attempts,
    }
}

/// As it was, and whoever claimed it is done with it.
fn unchanged(leg: &LegRow) -> LegChange {
    LegChange {
        ends_claim: true,
        ..LegChange::of(leg)
    }
}

fn leg_fact(kind: FactKind, found: &LegWithCase) -> Fact {
    Fact::new(kind, &Caller::System)
        .about(found.case.id)
        .with("leg", found.leg.id.to_string())
        .with("kind", found.leg.kind.code())
        .with("channel", found.leg.channel.clone())
        .with("attempts", found.leg.attempts.to_string())
}
