//! What the delivery worker does, one attempt at a time, and what becomes of it.

use std::sync::Arc;
use std::time::Duration;

use workwell_gateway::adapters::store::{CaseRow, LegKind};
use workwell_gateway::conformance::parties::gp::Conduct;
use workwell_gateway::domain::identifiers::CaseId;
use workwell_gateway::domain::status::Status;
use workwell_gateway::gateway::deliver::Outcome;
use workwell_gateway::gateway::read::outbox::Leg;

use super::book::{self, Kind};
use super::person::Kind as Record;
use super::world::World;
use crate::support::receiver::Reply;

/// How the other side takes an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Takes,
    FailsForNow,
    Refuses,
    LosesItsAnswer,
    /// The gateway's process ends while it waits for the answer.
    OutlivesUs,
}

/// How long a process may live on while the other side keeps silent.
const LIVES_ON: Duration = Duration::from_millis(30);

impl World {
    /// One attempt at something that is due; whose it is.
    pub async fn attempt(&mut self) -> Option<usize> {
        let leg = self.next_leg(None).await?;
        let mood = match self.chance.below(100) {
            0..=64 => Mood::Takes,
            65..=77 => Mood::FailsForNow,
            78..=85 => Mood::Refuses,
            86..=93 => Mood::LosesItsAnswer,
            _ => Mood::OutlivesUs,
        };
        self.attempt_in(&leg, mood).await;
        let mut people = self.people.iter();
        people.position(|person| person.cases().contains(&leg.case_id))
    }

    /// One attempt that the other side takes.
    pub async fn attempt_well(&mut self, leg: &Leg) {
        self.attempt_in(leg, Mood::Takes).await;
    }

    async fn attempt_in(&mut self, leg: &Leg, mood: Mood) {
        let shown = self.gateway.show_leg(&Self::operator(), leg.id).await;
        let before = shown.expect("a leg that is due").case;
        self.note(&format!(
            "{} of {} to {} is attempted: {mood:?}",
            leg.kind.code(),
            before.reference,
            leg.destination
        ));
        if leg.kind == LegKind::Respond {
            self.conduct_of_practice(mood);
        } else {
            self.door.answer_next([reply(mood)]);
        }
        if mood == Mood::OutlivesUs {
            let attempt = self.gateway.deliver(leg);
            let ended = tokio::time::timeout(LIVES_ON, attempt).await;
            self.tally.count("killed in an attempt");
            if leg.kind == LegKind::Deliver {
                let case = leg.case_id.to_string();
                self.book.may_have_come(&case, &leg.destination);
            }
            self.kill("killed").await;
            self.note(&format!("  {ended:?}"));
        } else {
            let gateway = Arc::clone(&self.gateway);
            let outcome = gateway.deliver(leg).await;
            self.note(&format!("  {outcome:?}"));
            self.tally.count(match outcome {
                Ok(Outcome::Delivered) => "attempt taken",
                Ok(Outcome::Again(..)) if mood == Mood::LosesItsAnswer => "attempt cut",
                Ok(Outcome::Again(..)) => "attempt failed",
                Ok(Outcome::Parked(_)) => "attempt parked",
                Ok(Outcome::Stopped) => "attempt stopped",
                Ok(Outcome::Changed) => "attempt changed",
                Err(_) => "attempt error",
            });
        }
        self.parties.gp.conduct(Conduct::Orderly);
        let takes = !matches!(mood, Mood::FailsForNow | Mood::Refuses);
        self.take_arrivals(takes, Some(&before));
        self.door.forget_next();
    }

    fn conduct_of_practice(&mut self, mood: Mood) {
        let conduct = match mood {
            Mood::Takes => Conduct::Orderly,
            Mood::FailsForNow => Conduct::Fail {
                status: 503,
                times: 1,
            },
            Mood::Refuses => Conduct::Fail {
                status: 400,
                times: 1,
            },
            Mood::LosesItsAnswer => Conduct::Fail {
                status: 504,
                times: 1,
            },
            Mood::OutlivesUs => Conduct::Hang,
        };
        self.parties.gp.conduct(conduct);
    }

    /// One of what is due, of this case or of any; the rest is left to whoever comes next.
    pub async fn next_leg(&mut self, of: Option<CaseId>) -> Option<Leg> {
        self.keep().await;
        let mut due = self.gateway.due(8, &[]).await.expect("the outbox is read");
        due.sort_by_key(|leg| of.is_some_and(|case| case != leg.case_id));
        if due.is_empty() {
            return None;
        }
        let chosen = match of {
            Some(case) if due[0].case_id == case => due.remove(0),
            Some(_) => {
                self.leave(&due).await;
                return None;
            }
            None => {
                let index = self.chance.below(due.len() as u64);
                due.remove(usize::try_from(index).expect("a small number"))
            }
        };
        self.leave(&due).await;
        Some(chosen)
    }

    async fn leave(&self, legs: &[Leg]) {
        let ids: Vec<_> = legs.iter().map(|leg| leg.id).collect();
        self.gateway.leave(&ids).await.expect("left");
    }

    /// Writes down what came to the providers' doors and whether it had a right to.
    pub fn take_arrivals(&mut self, takes: bool, before: Option<&CaseRow>) {
        for taken in self.door.drain() {
            let Some(arrival) = book::read(&taken) else {
                self.find("a delivery names no case");
                continue;
            };
            if arrival.kind == Kind::Case {
                if let Some(row) = before {
                    self.judge_disclosure(&arrival.slug, row);
                }
            } else if !self.book.was_tried(&arrival.case_id, &arrival.slug) {
                self.find(&format!(
                    "{} is told to stop what it never had",
                    arrival.slug
                ));
            }
            self.book.note(&arrival, takes);
        }
    }

    /// A case goes to the provider that was chosen for it, and only while it may.
    pub fn judge_disclosure(&mut self, slug: &str, row: &CaseRow) {
        let may_leave = !matches!(row.status, Status::Held | Status::Received)
            && !row.status.lets_nothing_leave();
        if !may_leave {
            let line = format!("{} left for {slug} at {}", row.reference, row.status.code());
            self.find(&line);
        }
        let chosen = row.provider.as_ref().map(|provider| provider.slug.as_str());
        if chosen != Some(slug) {
            self.find(&format!(
                "{} went to {slug}, chosen is {chosen:?}",
                row.reference
            ));
        }
        let person = self.person_of(&row.id.to_string());
        let may = person.is_some_and(|person| match person.kind {
            Record::Restricted | Record::Nowhere => false,
            // The trust's basis is direct care; the others need the person's own yes.
            Record::NoConsent => person.consented || slug == "vale-nhs-trust",
            Record::Plain | Record::RedFlag => true,
        });
        if !may {
            let kind = person.map(|person| person.kind);
            self.find(&format!(
                "{} went to {slug}, though it is {kind:?}",
                row.reference
            ));
        }
    }
}

const fn reply(mood: Mood) -> Reply {
    match mood {
        Mood::Takes => Reply::Status(200),
        Mood::FailsForNow => Reply::Status(503),
        Mood::Refuses => Reply::Status(400),
        Mood::LosesItsAnswer => Reply::Cut,
        Mood::OutlivesUs => Reply::Never,
    }
}
