//! What the practice does: it refers, it cancels, and it repeats what was not answered.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use workwell_gateway::conformance::parties::gp::Sending;
use workwell_gateway::conformance::parties::referral::{Stop, StopAs};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::gateway::Gateway;
use workwell_gateway::standards::bars::headers::{self, RequestKind};

use super::person::{Kind, Person, Stopping};
use super::world::World;

/// How long an answer is waited for that is lost on its way.
const PATIENCE: Duration = Duration::from_mins(1);

/// An answer, as far as the practice looks at it.
struct Answer {
    status: u16,
    body: Value,
}

impl Answer {
    /// 200, or 409 duplicate: both say that it is done.
    fn acknowledges(&self) -> bool {
        self.status == 200 || (self.status == 409 && self.body["issue"][0]["code"] == "duplicate")
    }

    /// Asks for the same again later.
    fn asks_to_wait(&self) -> bool {
        [408, 425, 503].contains(&self.status)
    }
}

/// Sends a message, whole.
async fn send(gateway: Arc<Gateway>, sending: Sending) -> Answer {
    let read = headers::read(RequestKind::Message, &gateway.reading().headers, &|name| {
        let found = sending
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    });
    let read = read.expect("the practice's headers are right");
    // Boxed: the future of a whole message is too large to lie in that of a world.
    let answer = Box::pin(gateway.process_message(&read, sending.body.clone())).await;
    Answer {
        status: answer.status,
        body: serde_json::from_slice(&answer.body).unwrap_or_default(),
    }
}

impl World {
    /// A referral, or its repeat.
    pub async fn refer(&mut self, who: usize) {
        let person = &mut self.people[who];
        if person.is_answered() {
            return;
        }
        let sending = person
            .unanswered
            .take()
            .unwrap_or_else(|| self.parties.gp.prepare(&person.referral));
        let seed = person.seed;
        self.note(&format!("person {seed} is referred"));
        if self.chance.percent(7) {
            // The process ends with the answer on its way, or before: on a slow machine it
            // would always be before, were there no patience.
            let moment = if self.chance.percent(40) {
                PATIENCE
            } else {
                self.chance.millis(0, 25)
            };
            let work = send(Arc::clone(&self.gateway), sending.clone());
            let answered = tokio::time::timeout(moment, work).await.is_ok();
            self.note(if answered {
                "  answered, and lost"
            } else {
                "  broken off"
            });
            self.people[who].unanswered = Some(sending);
            self.kill("killed in a receipt").await;
            return;
        }
        let answer = send(Arc::clone(&self.gateway), sending.clone()).await;
        if answer.asks_to_wait() {
            self.note("  asked to wait");
            self.tally.count("asked to wait");
            self.people[who].unanswered = Some(sending);
            return;
        }
        self.take_answer(who, answer).await;
    }

    async fn take_answer(&mut self, who: usize, answer: Answer) {
        let person = &mut self.people[who];
        let seed = person.seed;
        if !answer.acknowledges() {
            person.refused = true;
            let nobody = person.kind == Kind::Nowhere;
            self.tally.count("referral refused");
            let codes = answer.body["issue"][0]["details"]["coding"].to_string();
            self.note(&format!("  refused: {} {codes}", answer.status));
            if !nobody && answer.status != 422 {
                self.find(&format!(
                    "person {seed} was refused with {} {codes}",
                    answer.status
                ));
            }
            return;
        }
        self.tally.count(if answer.status == 200 {
            "referral 200"
        } else {
            "referral repeated"
        });
        if person.kind == Kind::Nowhere {
            self.find(&format!(
                "person {seed} was accepted, though nobody serves the place"
            ));
            return;
        }
        if answer.status == 200 {
            person.answered = Some(answer.body);
        }
        let bundle = person.referral.bundle_id().to_owned();
        let rows = self.rows().await;
        let found = rows
            .iter()
            .find(|row| row.bundle_id.to_string() == bundle && row.referred_on_by.is_none());
        match found {
            Some(row) => self.people[who].case = Some(row.id),
            None => self.find(&format!("person {seed} was acknowledged and is nowhere")),
        }
    }

    /// The practice stops a referral, or repeats the stop.
    pub async fn cancel(&mut self, who: usize) {
        let Some((seed, sending)) = self.stop_of(who) else {
            return;
        };
        self.note(&format!("person {seed} is cancelled"));
        if self.chance.percent(10) {
            let moment = self.chance.millis(0, 15);
            let work = send(Arc::clone(&self.gateway), sending);
            let answered = tokio::time::timeout(moment, work).await.is_ok();
            self.note(if answered {
                "  answered, and lost"
            } else {
                "  broken off"
            });
            self.kill("killed in a stop").await;
            return;
        }
        let answer = send(Arc::clone(&self.gateway), sending).await;
        self.take_stop_answer(who, &answer);
    }

    fn take_stop_answer(&mut self, who: usize, answer: &Answer) {
        self.note(&format!("  answered {}", answer.status));
        if answer.acknowledges() {
            self.people[who].stop = Stopping::Done;
            self.tally.count("cancel 200");
            return;
        }
        if answer.asks_to_wait() {
            self.tally.count("asked to wait");
            return;
        }
        // The case was over before: the practice is told why in a response.
        self.tally.count(format!("cancel {}", answer.status));
        self.people[who].stop = Stopping::No;
        if answer.status != 409 {
            let seed = self.people[who].seed;
            let issue = answer.body["issue"].to_string();
            self.find(&format!(
                "the cancel of person {seed} got {} {issue}",
                answer.status
            ));
        }
    }

    /// The stop of a person who was referred and is not known to be stopped.
    fn stop_of(&mut self, who: usize) -> Option<(u64, Sending)> {
        let how = if self.chance.percent(70) {
            StopAs::Cancelled
        } else {
            StopAs::EnteredInError
        };
        let person = &mut self.people[who];
        if person.case.is_none() || !person.is_answered() {
            return None;
        }
        let sending = match &person.stop {
            Stopping::Done => return None,
            Stopping::Sent(sending) => sending.clone(),
            Stopping::No => {
                let known = person.answered.as_ref();
                let known = known.unwrap_or_else(|| person.referral.json());
                let stop = Stop::of(known, person.referral.correlation_id(), how);
                Box::new(self.parties.gp.prepare_stop(&stop))
            }
        };
        person.stop = Stopping::Sent(sending.clone());
        Some((person.seed, *sending))
    }

    /// A delivery is attempted at the very moment at which its case is stopped.
    pub async fn attempt_beside_a_cancel(&mut self, who: usize) {
        let Some(leg) = self.next_leg(self.people[who].case).await else {
            return;
        };
        let Some((seed, sending)) = self.stop_of(who) else {
            let _ = self.gateway.leave(&[leg.id]).await;
            return;
        };
        self.note(&format!(
            "person {seed} is cancelled while {} is attempted",
            leg.effect_key
        ));
        self.tally.count("attempt and stop at once");
        let gateway = Arc::clone(&self.gateway);
        let attempt = tokio::spawn({
            let leg = leg.clone();
            async move { gateway.deliver(&leg).await }
        });
        let stop = tokio::spawn(send(Arc::clone(&self.gateway), sending));
        let (outcome, answer) = (attempt.await, stop.await);
        self.take_arrivals(true, None);
        let outcome = outcome.expect("the attempt ends");
        self.note(&format!("  the attempt: {outcome:?}"));
        self.take_stop_answer(who, &answer.expect("the stop is answered"));
    }

    /// Whose case this is.
    pub fn person_of(&self, case_id: &str) -> Option<&Person> {
        self.people.iter().find(|person| {
            let mut cases = person.cases().into_iter();
            cases.any(|case| case.to_string() == case_id)
        })
    }

    /// A provider as the gateway knows it.
    pub fn provider(slug: &str) -> Caller {
        Caller::Provider(slug.to_owned())
    }
}
