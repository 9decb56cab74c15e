//! Random histories: messages, reports, failures, hands of operators, the passing of time
//! and the end of the process, in any order. After every step exactly one party holds each
//! person, nothing has expired in silence, no stop is overtaken and nobody was told who has
//! no right to know; in the end everybody has been told (DESIGN I9, I10).
//!
//! The gateway is driven by hand, without its workers, over a real store and real sockets.
//! `WORKWELL_HISTORIES` says how many (200 unless told), `WORKWELL_HISTORIES_SEED` which: the
//! same always unless told, and a run that is told one is repeated by it but for the moments
//! at which things meet.

mod attempt;
mod book;
mod judge;
mod operator;
mod person;
mod provider;
mod referrer;
mod settle;
mod tally;
mod world;

use tally::Tally;
use world::World;

use crate::load::chance::Chance;
use crate::load::from_environment;

/// People whose histories cross each other in one world.
const PEOPLE: u64 = 20;
/// Steps a person, on average.
const STEPS: u64 = 14;
/// Worlds side by side.
const AT_ONCE: usize = 2;
const HISTORIES: u64 = 200;
/// Worlds between one word of progress and the next.
const TOLD_EVERY: u64 = 50;
/// So many histories are a long run.
const LONG: u64 = 2_000;
/// The histories of every ordinary run: a change is judged by what it does, not by luck. The
/// long run takes others each time.
const SEED: u64 = 20_261_122;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_somebody_holds_the_person_and_the_right_people_are_told() {
    let histories = from_environment("WORKWELL_HISTORIES").unwrap_or(HISTORIES);
    let seed = from_environment("WORKWELL_HISTORIES_SEED").unwrap_or(SEED);
    let worlds = histories.div_ceil(PEOPLE);
    eprintln!("{worlds} worlds of {PEOPLE} people; the same again: WORKWELL_HISTORIES_SEED={seed}");
    let only = from_environment("WORKWELL_HISTORIES_WORLD");
    let mut running = tokio::task::JoinSet::new();
    let mut all = Tally::default();
    let mut waiting = (0..worlds).filter(|world| only.is_none_or(|only| only == *world));
    let mut ended = 0;
    for world in waiting.by_ref().take(AT_ONCE) {
        running.spawn(Box::pin(live(seed, world)));
    }
    while let Some(tally) = running.join_next().await {
        let tally = tally.expect("it ends");
        ended += 1;
        // A long run tells that it lives, and what it finds when it finds it.
        for finding in &tally.findings {
            eprintln!("{finding}");
        }
        if ended % TOLD_EVERY == 0 {
            eprintln!("{ended} of {worlds} worlds have ended");
        }
        all.add(tally);
        if let Some(world) = waiting.next() {
            running.spawn(Box::pin(live(seed, world)));
        }
    }
    eprintln!("{all}");
    assert!(all.findings.is_empty(), "{}", all.findings.join("\n"));
    if only.is_none() {
        all.assert_everything_happened(histories >= LONG);
    }
}

/// One world from its beginning to its end.
async fn live(seed: u64, number: u64) -> Tally {
    let mut world = World::begin(Chance::of(seed, number), number).await;
    for _ in 0..PEOPLE * STEPS {
        Box::pin(world.step()).await;
        if !world.tally.findings.is_empty() {
            break;
        }
    }
    if world.tally.findings.is_empty() {
        Box::pin(world.settle()).await;
    }
    world.end().await
}
