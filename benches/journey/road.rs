//! The whole road: the journey, delivery to a webhook, one status back through the
//! provider API, and the response posted to the practice.

use std::time::{Duration, Instant};

use workwell_gateway::conformance::parties::providers::Script;
use workwell_gateway::conformance::parties::providers::webhook::{WORDS, WebhookProvider};
use workwell_gateway::conformance::parties::referral::Place;

use super::Fault;
use super::child::Gateway;
use super::load::Load;
use super::message::Sender;

const WARM_UP: u64 = 100;
const ROUNDS: u64 = 3;
const CASES: u64 = 500;
const PATIENCE: Duration = Duration::from_mins(1);

/// CPU of the gateway process for one case, each round.
pub struct Road {
    /// Everything, the journey included.
    pub rounds: Vec<Duration>,
}

pub async fn measure(
    gateway: &mut Gateway,
    sender: &mut Sender<'_>,
    lantern: &WebhookProvider,
) -> Result<Road, Fault> {
    lantern.desk.pace(Duration::ZERO);
    lantern.desk.script_usual(Script {
        report: vec![WORDS.way[0].to_owned()],
        ..Script::silent()
    });
    walk(gateway, sender, WARM_UP).await?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(walk(gateway, sender, CASES).await?);
    }
    Ok(Road { rounds })
}

/// Sends the cases and waits until the practice was told of each.
async fn walk(
    gateway: &mut Gateway,
    sender: &mut Sender<'_>,
    cases: u64,
) -> Result<Duration, Fault> {
    let load = Load {
        address: gateway.bars,
        connections: 4,
        per_second: None,
    };
    let batch = sender.batch(cases, Place::LANTERN);
    let told_before = sender.told();
    let wanted = told_before + usize::try_from(cases)?;
    let before = gateway.cpu()?;
    load.post(batch).await?;
    let begun = Instant::now();
    while sender.told() < wanted {
        if begun.elapsed() > PATIENCE {
            let told = sender.told() - told_before;
            return Err(format!("the practice was told of {told} cases of {cases}").into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // The last attempts are being recorded.
    tokio::time::sleep(Duration::from_millis(200)).await;
    Ok(gateway.cpu()?.saturating_sub(before) / u32::try_from(cases)?)
}
