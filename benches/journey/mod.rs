//! The plan of the measurement; the whole takes about a minute.

mod child;
mod cpu;
mod engine;
mod idle;
mod instructions;
mod load;
mod many;
mod message;
mod report;
mod road;
mod shares;
mod stage;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use workwell_gateway::conformance::parties::referral::Place;

use child::{Around, Gateway};
use engine::Kept;
use load::Load;
use message::Sender;

/// What goes wrong ends the run with its text.
pub type Fault = Box<dyn Error + Send + Sync>;

/// Messages sent before anything is measured.
const WARM_UP: u64 = 500;
/// Rounds of which the median is taken.
const ROUNDS: u64 = 5;
/// Messages a round.
const MESSAGES: u64 = 2_000;
/// Kept-alive connections, and as many requests in flight at most.
const CONNECTIONS: usize = 16;

/// The journey alone.
pub struct Journey {
    /// CPU of the gateway process for one message, each round.
    pub rounds: Vec<Duration>,
    /// Messages a second that both processes reached together on this machine.
    pub reached_per_second: f64,
    /// The rate at which latency was looked at.
    pub half_load: f64,
    /// Median latency at half load.
    pub p50: Duration,
    /// 99th percentile at half load.
    pub p99: Duration,
    /// Units in one transaction of the store, at full load.
    pub group: f64,
}

pub fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [role, settings] = &arguments[..]
        && role == child::ROLE
    {
        return child::serve(Path::new(settings));
    }
    // Cargo adds `--bench`; `cargo test --benches` does not, and wants no measurement.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let asked = |word: &str| arguments.iter().any(|argument| argument == word);
    let (json, over_postgres) = (asked("json"), asked("postgres"));
    let only_journey = asked("journey") || over_postgres;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("the machine gives a runtime its threads");
    let measured = if asked("instructions") {
        runtime.block_on(instructions::measure())
    } else if asked("many") {
        runtime.block_on(many::measure())
    } else {
        runtime.block_on(measure(json, only_journey, over_postgres))
    };
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("the journey could not be measured: {fault}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(json: bool, only_journey: bool, over_postgres: bool) -> Result<(), Fault> {
    let folder = tempfile::tempdir()?;
    let around = Around::start().await?;
    let store = if over_postgres {
        Kept::in_postgres(folder.path()).await?
    } else {
        Kept::in_file(folder.path())
    };
    let mut gateway = Gateway::start(folder.path(), &around, &store)?;
    around.lantern.desk.api().connect(&gateway.provider_api);
    let mut sender = Sender::new(&around.gp);

    if only_journey {
        let before = store.server_cpu();
        let journey = journey(&mut gateway, &mut sender).await?;
        report::print_journey(&journey);
        if over_postgres {
            let messages = u32::try_from(WARM_UP + (ROUNDS + 1) * MESSAGES)?;
            let used = store.server_cpu().saturating_sub(before) / messages;
            report::print_server(used);
        }
        return gateway.end();
    }
    // First, so that what is wrong with the settings shows at once.
    let idle = idle::measure(folder.path())?;
    let journey = journey(&mut gateway, &mut sender).await?;
    let road = road::measure(&mut gateway, &mut sender, &around.lantern).await?;
    gateway.end()?;
    let shares = shares::measure(&mut sender).await?;
    report::print(&journey, &road, &shares, &idle, json);
    Ok(())
}

/// Referrals to the provider that collects: nothing is sent to anybody meanwhile.
async fn journey(gateway: &mut Gateway, sender: &mut Sender<'_>) -> Result<Journey, Fault> {
    let at_full = Load {
        address: gateway.bars,
        connections: CONNECTIONS,
        per_second: None,
    };
    at_full
        .post(sender.batch(WARM_UP, Place::BOROUGH_WORKS))
        .await?;
    let (mut rounds, mut rates) = (Vec::new(), Vec::new());
    let written_before = gateway.written()?;
    for _ in 0..ROUNDS {
        let batch = sender.batch(MESSAGES, Place::BOROUGH_WORKS);
        let before = gateway.cpu()?;
        let answers = at_full.post(batch).await?;
        let used = gateway.cpu()?.saturating_sub(before);
        rounds.push(used / u32::try_from(MESSAGES)?);
        rates.push(answers.per_second());
    }
    let written = gateway.written()?;
    let group = of(written.0 - written_before.0) / of(written.1 - written_before.1);
    rates.sort_by(f64::total_cmp);
    let reached_per_second = rates[rates.len() / 2];
    let half_load = reached_per_second / 2.0;
    let calm = Load {
        per_second: Some(half_load),
        ..at_full
    };
    let answers = calm
        .post(sender.batch(MESSAGES, Place::BOROUGH_WORKS))
        .await?;
    Ok(Journey {
        rounds,
        reached_per_second,
        half_load,
        p50: answers.percentile(50),
        p99: answers.percentile(99),
        group,
    })
}

fn of(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The middle one.
pub fn median(mut values: Vec<Duration>) -> Duration {
    values.sort_unstable();
    values[values.len() / 2]
}
