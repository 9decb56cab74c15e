//! The process is killed at random moments under load: nothing acknowledged is lost,
//! nothing happens twice, nobody is left without an owner (DESIGN I3, section 8).
//!
//! `WORKWELL_KILLS` says how often (10 unless told), `WORKWELL_KILL_SEED` repeats the
//! moments of an earlier run.

use std::sync::Arc;
use std::time::Instant;

use workwell_gateway::conformance::parties::Parties;

use crate::load::chance::Chance;
use crate::load::program::Program;
use crate::load::register::Register;
use crate::load::verdict::{self, Findings};
use crate::load::{DRAIN, Load, drain, figures, from_environment, seed_of};

const KILLS: u64 = 10;

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_loses_nothing_acknowledged_and_does_nothing_twice() {
    let kills = from_environment("WORKWELL_KILLS").unwrap_or(KILLS);
    let seed = seed_of("kill test", kills);
    let begun = Instant::now();
    let parties = Arc::new(Parties::start().await.expect("the parties start"));
    let mut program = Program::new(&parties);
    parties.connect(&program.provider_api());
    let load = Load::begin(&parties, vec![program.bars()], seed);
    kill_often(&mut program, kills, &mut Chance::of(seed, 0)).await;
    let Ok(senders) = load.end().await else {
        panic!(
            "a sender got no answer in {DRAIN:?}; log:\n{}",
            program.log()
        );
    };
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
    let register = Register::read(&parties, &program.bars(), &acknowledged).await;
    verdict::of_run(
        &parties,
        &senders.ledger(),
        &register,
        &program.store_check(),
        &mut findings,
    );

    program.end().await;
    verdict::of_store(&program.store_check(), acknowledged.len(), &mut findings);
    verdict::of_owners(program.store(), &mut findings);
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
