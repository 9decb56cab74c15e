//! Load on the program as a child process, and whether anything was lost or doubled in it.
//! The tests that kill processes share it.

pub mod chance;
pub mod order;
pub mod program;
pub mod register;
pub mod senders;
pub mod verdict;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use workwell_gateway::conformance::parties::Parties;

use chance::Chance;
use program::Program;
use senders::{Acknowledged, Cancelling, Senders};

/// The longest wait for what is under way at the end.
pub const DRAIN: Duration = Duration::from_mins(1);

/// A number from the environment, where one is set.
pub fn from_environment(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
    Some(
        value
            .parse()
            .unwrap_or_else(|_| panic!("{name} is not a number")),
    )
}

/// The seed of a run: that of an earlier one, or a new one, told.
pub fn seed_of(what: &str, kills: u64) -> u64 {
    let seed = from_environment("WORKWELL_KILL_SEED")
        .unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0);
    eprintln!("{what}: {kills} kills; the same moments again: WORKWELL_KILL_SEED={seed}");
    seed
}

/// Four senders at work.
pub struct Load {
    senders: Arc<Senders>,
    tasks: JoinSet<()>,
}

impl Load {
    const SENDERS: u64 = 4;

    /// They begin to send, each attempt to one of these doors. Chance 0 of the seed is
    /// left to the test.
    pub fn begin(parties: &Arc<Parties>, doors: Vec<String>, seed: u64) -> Self {
        let senders = Senders::new(Arc::clone(parties), doors);
        let mut tasks = JoinSet::new();
        tasks.spawn(Arc::clone(&senders).watch());
        for sender in 1..=Self::SENDERS {
            tasks.spawn(Arc::clone(&senders).run(Chance::of(seed, sender)));
        }
        Self { senders, tasks }
    }

    /// They begin nothing more, and have an answer to everything that they sent. Error:
    /// one of them waits for it in vain.
    pub async fn end(self) -> Result<Arc<Senders>, tokio::time::error::Elapsed> {
        self.senders.stop();
        tokio::time::timeout(DRAIN, self.tasks.join_all()).await?;
        Ok(self.senders)
    }
}

/// Waits until nothing is under way any more; false when that takes too long.
pub async fn drain(program: &Program, parties: &Parties, acknowledged: &[Acknowledged]) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < DRAIN {
        if !all_told(parties, acknowledged) || !program.nothing_to_deliver() {
            tokio::time::sleep(Duration::from_millis(200)).await;
            continue;
        }
        return true;
    }
    false
}

/// Whether every referrer of a case that runs to its end was told of it, save where a
/// provider gave up reporting.
fn all_told(parties: &Parties, acknowledged: &[Acknowledged]) -> bool {
    let responses = parties.gp.responses();
    let finished = responses
        .iter()
        .filter(|response| response.encounter_status == "finished");
    let to_finish = acknowledged
        .iter()
        .filter(|case| case.cancelling != Cancelling::Done);
    let reports = parties
        .desks()
        .into_iter()
        .flat_map(|(_, desk)| desk.reported());
    let gave_up = reports.filter(|report| report.result == Err("no answer".to_owned()));
    finished.count() + gave_up.count() >= to_finish.count()
}

/// What was sent, received and repeated, for whoever watches.
pub fn figures(senders: &Senders, parties: &Parties, kills: u64) -> String {
    let ledger = senders.ledger();
    let cancelled = |how| {
        ledger
            .acknowledged
            .iter()
            .filter(|c| c.cancelling == how)
            .count()
    };
    let desks = parties.desks();
    format!(
        "  {kills} kills; {} referrals sent, {} acknowledged ({} by 409 duplicate), \
         {} cancelled, {} too late to cancel; {} answers lost on the way, asked to wait {:?}\n  \
         {} cases delivered in {} attempts, {} stopped; {} responses, {} of them repeated; \
         {} reports, {} given up",
        ledger.sent,
        ledger.acknowledged.len(),
        ledger.duplicates,
        cancelled(Cancelling::Done),
        cancelled(Cancelling::TooLate),
        ledger.lost_answers,
        ledger.later,
        desks
            .iter()
            .map(|(_, desk)| desk.effects().len())
            .sum::<usize>(),
        desks.iter().map(|(_, desk)| desk.attempts()).sum::<u32>(),
        desks
            .iter()
            .map(|(_, desk)| desk.stops().len())
            .sum::<usize>(),
        parties.gp.responses().len(),
        parties.gp.repeats(),
        desks
            .iter()
            .map(|(_, desk)| desk.reported().len())
            .sum::<usize>(),
        desks
            .iter()
            .flat_map(|(_, desk)| desk.reported())
            .filter(|report| report.result == Err("no answer".to_owned()))
            .count(),
    )
}
