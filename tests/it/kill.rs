//! The process is killed at random moments under load: nothing acknowledged is lost,
//! nothing happens twice, nobody is left without an owner (DESIGN I3, section 8).
//!
//! `WORKWELL_KILLS` says how often (10 unless told), `WORKWELL_KILL_SEED` repeats the
//! moments of an earlier run.

mod chance;
mod process;
mod register;
mod senders;
mod verdict;

use std::sync::Arc;
use std::time::{Duration, Instant};

use workwell_gateway::conformance::parties::Parties;

use chance::Chance;
use process::Program;
use register::Register;
use senders::{Acknowledged, Cancelling, Senders};
use verdict::Findings;

const KILLS: u64 = 10;
const SENDERS: u64 = 4;
/// The longest wait for what is under way at the end.
const DRAIN: Duration = Duration::from_mins(1);

fn from_environment(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
    Some(
        value
            .parse()
            .unwrap_or_else(|_| panic!("{name} is not a number")),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_loses_nothing_acknowledged_and_does_nothing_twice() {
    let kills = from_environment("WORKWELL_KILLS").unwrap_or(KILLS);
    let seed = from_environment("WORKWELL_KILL_SEED")
        .unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0);
    eprintln!("kill test: {kills} kills; the same moments again: WORKWELL_KILL_SEED={seed}");
    let begun = Instant::now();
    let parties = Arc::new(Parties::start().await.expect("the parties start"));
    let mut program = Program::new(&parties);
    parties.connect(&program.provider_api());
    let senders = Senders::new(Arc::clone(&parties), program.bars());
    let mut sending = tokio::task::JoinSet::new();
    sending.spawn(Arc::clone(&senders).watch());
    for sender in 1..=SENDERS {
        sending.spawn(Arc::clone(&senders).run(Chance::of(seed, sender)));
    }
    kill_often(&mut program, kills, &mut Chance::of(seed, 0)).await;
    senders.stop();
    let ended = tokio::time::timeout(DRAIN, sending.join_all()).await;
    assert!(
        ended.is_ok(),
        "a sender got no answer in {DRAIN:?}; log:\n{}",
        program.log()
    );
    let acknowledged = senders.ledger().acknowledged.clone();
    let killed_for = begun.elapsed();
    let drained = drain(&program, &parties, &acknowledged).await;
    eprintln!("{}", figures(&senders, &parties, kills));
    eprintln!(
        "  killing took {killed_for:?}, all of it so far {:?}",
        begun.elapsed()
    );

    let mut findings = Findings::default();
    findings.check(drained, || {
        format!(
            "not everything was delivered in {DRAIN:?}:\n{}",
            program.outbox()
        )
    });
    for line in &senders.ledger().unexpected {
        findings.check(false, || format!("unexpected answer: {line}"));
    }
    let register = Register::read(&parties, &program.bars(), &acknowledged).await;
    register.judge(&acknowledged, &mut findings);
    verdict::of_parties(&parties, &acknowledged, &register, &mut findings);
    verdict::of_store(&program.store_check(), acknowledged.len(), &mut findings);

    program.end().await;
    verdict::of_store(&program.store_check(), acknowledged.len(), &mut findings);
    verdict::of_owners(&program.owners(), &mut findings);
    program.spawn();
    program.ready().await;
    let again = Register::read(&parties, &program.bars(), &acknowledged).await;
    findings.check(again == register, || {
        "an orderly restart changed what is read".to_owned()
    });
    program.end().await;
    eprintln!("  in all {:?}", begun.elapsed());
    if let Some(text) = findings.text() {
        panic!(
            "seed {seed}: {text}\nthe program's log ends:\n{}",
            program.log()
        );
    }
    assert!(
        acknowledged.len() as u64 >= kills,
        "hardly any load: {}",
        acknowledged.len()
    );
}

/// Starts and kills it so many times, and leaves it running.
async fn kill_often(program: &mut Program, kills: u64, chance: &mut Chance) {
    for _ in 0..kills {
        program.spawn();
        if chance.percent(10) {
            // While it opens its store and catches up.
            tokio::time::sleep(chance.millis(0, 150)).await;
        } else {
            program.ready().await;
            tokio::time::sleep(chance.millis(0, 700)).await;
        }
        program.kill();
        tokio::time::sleep(chance.millis(0, 50)).await;
    }
    program.spawn();
    program.ready().await;
    tokio::time::sleep(chance.millis(100, 500)).await;
}

/// Waits until nothing is under way any more; false when that takes too long.
async fn drain(program: &Program, parties: &Parties, acknowledged: &[Acknowledged]) -> bool {
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

fn figures(senders: &Senders, parties: &Parties, kills: u64) -> String {
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
