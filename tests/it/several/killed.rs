//! Three processes under load: nothing acknowledged is lost, nothing happens twice, the
//! order within each case is kept, and every case has one who is answerable, whichever of
//! them is killed at whatever moment.
//!
//! `WORKWELL_KILLS` says how often (5 unless told), `WORKWELL_KILL_SEED` repeats the
//! moments of an earlier run.

use std::sync::Arc;
use std::time::{Duration, Instant};

use workwell_gateway::conformance::parties::Parties;

use super::fleet::Fleet;
use crate::load::chance::Chance;
use crate::load::register::Register;
use crate::load::senders::Acknowledged;
use crate::load::verdict::{self, Findings};
use crate::load::{DRAIN, Load, drain, figures, from_environment, seed_of};
use crate::support::postgres;

const KILLS: u64 = 5;
/// How long the load lasts where nobody is killed.
const CALM: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn whichever_is_killed_nothing_is_lost_or_doubled_and_the_order_is_kept() {
    let Some(database) = postgres::database().await else {
        return;
    };
    let kills = from_environment("WORKWELL_KILLS").unwrap_or(KILLS);
    let seed = seed_of("kill test of three on one database", kills);
    let begun = Instant::now();
    let parties = Arc::new(Parties::start().await.expect("the parties start"));
    let mut fleet = Fleet::start(&parties, database).await;
    let mut chance = Chance::of(seed, 0);
    fleet.spread_providers(&parties, None, &mut chance);
    let load = Load::begin(&parties, fleet.doors(), seed);
    fleet.kill_often(&parties, kills, &mut chance).await;
    let findings = judge(&mut fleet, &parties, load, kills).await;
    eprintln!("  in all {:?}", begun.elapsed());
    if let Some(text) = findings.text() {
        panic!("seed {seed}: {text}\nthe logs end:\n{}", fleet.log());
    }
}

/// A process that was killed must repeat; without one, a repeat shows that two of them
/// did the same work.
#[tokio::test(flavor = "multi_thread")]
async fn while_nobody_is_killed_nothing_is_even_attempted_twice() {
    let Some(database) = postgres::database().await else {
        return;
    };
    let seed = seed_of("three side by side", 0);
    let parties = Arc::new(Parties::start().await.expect("the parties start"));
    let mut fleet = Fleet::start(&parties, database).await;
    fleet.spread_providers(&parties, None, &mut Chance::of(seed, 0));
    let load = Load::begin(&parties, fleet.doors(), seed);
    tokio::time::sleep(CALM).await;
    let mut findings = judge(&mut fleet, &parties, load, 0).await;
    // The council comes and looks as often as it likes.
    let sent_to = parties
        .desks()
        .into_iter()
        .filter(|(slug, _)| *slug != "borough-works");
    for (slug, desk) in sent_to {
        let mut once: Vec<_> = desk.arrivals();
        let all = once.len();
        once.sort();
        once.dedup();
        findings.check(once.len() == all, || {
            format!(
                "{slug}: {} of {all} attempts were repeats",
                all - once.len()
            )
        });
    }
    let repeats = parties.gp.repeats();
    findings.check(repeats == 0, || {
        format!("the practice was told the same {repeats} times more than once")
    });
    if let Some(text) = findings.text() {
        panic!("seed {seed}: {text}\nthe logs end:\n{}", fleet.log());
    }
}

/// Ends the load, waits for what is under way, and looks at everybody's books; ends the
/// fleet.
async fn judge(fleet: &mut Fleet, parties: &Arc<Parties>, load: Load, kills: u64) -> Findings {
    let mut findings = Findings::default();
    let Ok(senders) = load.end().await else {
        findings.check(false, || format!("a sender got no answer in {DRAIN:?}"));
        return findings;
    };
    let acknowledged = senders.ledger().acknowledged.clone();
    let drained = drain(&fleet.programs[0], parties, &acknowledged).await;
    eprintln!("{}", figures(&senders, parties, kills));
    findings.check(drained, || {
        let outbox = fleet.programs[0].outbox();
        format!("not everything was delivered in {DRAIN:?}:\n{outbox}")
    });
    findings.check(acknowledged.len() as u64 > kills, || {
        format!("hardly any load: {} referrals", acknowledged.len())
    });
    let register = same_register(fleet, parties, &acknowledged, &mut findings).await;
    verdict::of_run(
        parties,
        &senders.ledger(),
        &register,
        &fleet.programs[0].store_check(),
        &mut findings,
    );
    fleet.end().await;
    verdict::of_owners(fleet.programs[0].store(), &mut findings);
    // One of them, alone, after an end of all: it finds what they left.
    let last = &mut fleet.programs[2];
    last.spawn();
    last.ready().await;
    parties.connect(&last.provider_api());
    let again = Register::read(parties, &last.bars(), &acknowledged).await;
    findings.check(again == register, || {
        "an orderly restart changed what is read".to_owned()
    });
    last.end().await;
    findings
}

/// What the first of them says; the others must say the same.
async fn same_register(
    fleet: &Fleet,
    parties: &Arc<Parties>,
    acknowledged: &[Acknowledged],
    findings: &mut Findings,
) -> Register {
    let mut first = None;
    for (index, program) in fleet.programs.iter().enumerate() {
        parties.connect(&program.provider_api());
        let read = Register::read(parties, &program.bars(), acknowledged).await;
        let first = first.get_or_insert_with(|| read.clone());
        findings.check(*first == read, || {
            format!("process {index} says something else than process 0")
        });
    }
    first.unwrap_or_default()
}
