//! Four practices' systems in one: they refer, cancel now and then, and repeat the same
//! bytes under the same ids until they get an answer.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use workwell_gateway::conformance::parties::Parties;
use workwell_gateway::conformance::parties::gp::{Answer, Sending};
use workwell_gateway::conformance::parties::referral::{Place, Referral, Stop, StopAs};

use super::chance::Chance;

/// The most cases under way at once: enough that the outbox is never empty, few enough
/// that a slow build does not spend minutes on the rest.
const MOST_UNDER_WAY: usize = 40;

/// The providers by the places that they serve.
pub const PLACES: [(&str, Place); 3] = [
    ("lantern", Place::LANTERN),
    ("borough-works", Place::BOROUGH_WORKS),
    ("vale-nhs-trust", Place::VALE_NHS_TRUST),
];

/// How far the cancelling of a referral came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelling {
    /// Nobody asked.
    No,
    /// Acknowledged by 200 or 409 duplicate.
    Done,
    /// 409: the case was over before the stop came.
    TooLate,
}

/// A referral that the gateway has acknowledged.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    /// Which synthetic person.
    pub seed: u64,
    /// Who serves the place.
    pub provider: &'static str,
    /// `Bundle.id`, which responses quote.
    pub bundle_id: String,
    /// The case reference, where the answer itself was received.
    pub reference: Option<String>,
    /// Whether it was cancelled.
    pub cancelling: Cancelling,
}

/// What the senders saw.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Every acknowledged referral, in order of acknowledgement.
    pub acknowledged: Vec<Acknowledged>,
    /// Distinct referrals sent.
    pub sent: usize,
    /// Requests that were sent and broken off before their answer came.
    pub lost_answers: usize,
    /// Acknowledged by 409 duplicate: the first answer was lost with the process.
    pub duplicates: usize,
    /// Answers that asked for a later repeat, by status.
    pub later: BTreeMap<u16, usize>,
    /// Answers that should not have come.
    pub unexpected: Vec<String>,
}

/// What the senders share.
pub struct Senders {
    parties: Arc<Parties>,
    /// Where the gateway is: any of them.
    doors: Vec<String>,
    ledger: Mutex<Ledger>,
    next_person: AtomicU64,
    under_way: AtomicUsize,
    stop: AtomicBool,
}

impl Senders {
    /// Nobody sends yet. There is more than one door where several processes are one
    /// gateway: every attempt may take another, as behind a load balancer.
    pub fn new(parties: Arc<Parties>, doors: Vec<String>) -> Arc<Self> {
        Arc::new(Self {
            parties,
            doors,
            ledger: Mutex::default(),
            // Person 0 is the fixture's and shares an identifier with person 1.
            next_person: AtomicU64::new(1),
            under_way: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
        })
    }

    /// What was seen so far.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on nobody begins anything; what was begun is repeated to its answer.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Counts what is under way, so that the senders neither starve nor drown the rest.
    pub async fn watch(self: Arc<Self>) {
        while !self.stopped() {
            let responses = self.parties.gp.responses();
            let ended = responses
                .iter()
                .filter(|r| r.encounter_status == "finished")
                .count();
            let acknowledged = self.ledger().acknowledged.clone();
            let to_end = acknowledged
                .iter()
                .filter(|c| c.cancelling != Cancelling::Done);
            let under_way = to_end.count().saturating_sub(ended);
            self.under_way.store(under_way, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// One sender, until told to stop.
    pub async fn run(self: Arc<Self>, mut chance: Chance) {
        let mut mine: Vec<(usize, Referral, Option<Value>)> = Vec::new();
        while !self.stopped() {
            if self.under_way.load(Ordering::Relaxed) > MOST_UNDER_WAY {
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            }
            let person = self.next_person.fetch_add(1, Ordering::Relaxed);
            mine.extend(self.refer(person, &mut chance).await);
            if chance.percent(15) && !mine.is_empty() {
                // A late one as well as one that is being delivered at this very moment.
                let last = u64::try_from(mine.len().min(20)).unwrap_or(1);
                let back = usize::try_from(1 + chance.below(last)).unwrap_or(1);
                let (index, referral, answered) = mine.remove(mine.len() - back);
                self.cancel(index, &referral, answered, &mut chance).await;
            }
            tokio::time::sleep(chance.millis(0, 8)).await;
        }
    }

    async fn refer(
        &self,
        seed: u64,
        chance: &mut Chance,
    ) -> Option<(usize, Referral, Option<Value>)> {
        let choice = usize::try_from(chance.below(3)).unwrap_or_default();
        let (provider, place) = PLACES[choice];
        let referral = Referral::new(seed).at(place);
        let sending = self.parties.gp.prepare(&referral);
        self.ledger().sent += 1;
        let answer = self.until_answered(&sending, chance).await;
        let mut ledger = self.ledger();
        if !acknowledges(&answer) {
            let what = format!("referral {seed}: {} {:?}", answer.status, answer.codes());
            ledger.unexpected.push(what);
            return None;
        }
        let answered = answer.accepted().then(|| answer.body.clone());
        ledger.duplicates += usize::from(answered.is_none());
        ledger.acknowledged.push(Acknowledged {
            seed,
            provider,
            bundle_id: referral.bundle_id().to_owned(),
            reference: answer.case_reference().map(str::to_owned),
            cancelling: Cancelling::No,
        });
        self.under_way.fetch_add(1, Ordering::Relaxed);
        Some((ledger.acknowledged.len() - 1, referral, answered))
    }

    async fn cancel(
        &self,
        index: usize,
        referral: &Referral,
        answered: Option<Value>,
        chance: &mut Chance,
    ) {
        let how = if chance.percent(80) {
            StopAs::Cancelled
        } else {
            StopAs::EnteredInError
        };
        // Without the answer the sender does not know the minted id and names its own.
        let known = answered.unwrap_or_else(|| referral.json().clone());
        let stop = Stop::of(&known, referral.correlation_id(), how);
        let sending = self.parties.gp.prepare_stop(&stop);
        let answer = self.until_answered(&sending, chance).await;
        let mut ledger = self.ledger();
        if acknowledges(&answer) {
            ledger.acknowledged[index].cancelling = Cancelling::Done;
        } else if answer.status == 409 && answer.codes().contains(&"WW-REF-041") {
            ledger.acknowledged[index].cancelling = Cancelling::TooLate;
        } else {
            let seed = ledger.acknowledged[index].seed;
            let what = format!("cancel of {seed}: {} {:?}", answer.status, answer.codes());
            ledger.unexpected.push(what);
        }
    }

    /// Same ids, same bytes, until there is an answer that is one.
    async fn until_answered(&self, sending: &Sending, chance: &mut Chance) -> Answer {
        loop {
            let door = chance.one_of(&self.doors);
            match self.parties.gp.post(door, sending).await {
                Ok(answer) if [408, 425].contains(&answer.status) || answer.status >= 500 => {
                    *self.ledger().later.entry(answer.status).or_default() += 1;
                }
                Ok(answer) => return answer,
                // Refused at once: nobody listens, so nothing was sent.
                Err(error) if error.is_connect() => {}
                Err(_) => self.ledger().lost_answers += 1,
            }
            tokio::time::sleep(chance.millis(5, 40)).await;
        }
    }
}

/// 200, or 409 duplicate: both say that it is done (BaRS Core 1.5.0, transactional
/// integrity).
fn acknowledges(answer: &Answer) -> bool {
    answer.status == 200 || (answer.status == 409 && answer.issue_types() == ["duplicate"])
}
