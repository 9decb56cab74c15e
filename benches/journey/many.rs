//! What becomes of the figures as the store grows: as many referrals as `WORKWELL_MANY`
//! says, the cost of one after each tenth, then latency, memory, and how long the verbs
//! take that a person waits for.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use workwell_gateway::conformance::parties::referral::Place;

use super::child::{Around, Gateway};
use super::engine::Kept;
use super::load::Load;
use super::message::Sender;
use super::{CONNECTIONS, Fault, MESSAGES, idle};

/// Referrals when nothing else is said; some forty seconds.
const USUAL: u64 = 100_000;
const TENTHS: u64 = 10;

/// Verbs over the store that has grown, each with what it is for.
const VERBS: &[(&str, &[&str])] = &[
    ("open cases, first page", &["cases", "list"]),
    ("one case", &["cases", "show", CASE]),
    ("its history", &["cases", "timeline", CASE]),
    ("its audit facts", &["cases", "audit", CASE]),
    ("outbox, first page", &["outbox", "list"]),
    ("every leaf checked", &["store", "check"]),
];
/// Stands for the reference of a case.
const CASE: &str = "<case>";

pub async fn measure() -> Result<(), Fault> {
    let wanted = match std::env::var("WORKWELL_MANY") {
        Ok(text) => text.parse()?,
        Err(_) => USUAL,
    };
    let folder = tempfile::tempdir()?;
    let around = Around::start().await?;
    let store = Kept::in_file(folder.path());
    let mut gateway = Gateway::start(folder.path(), &around, &store)?;
    let mut sender = Sender::new(&around.gp);
    let load = Load {
        address: gateway.bars,
        connections: CONNECTIONS,
        per_second: None,
    };
    println!("referrals   ms CPU   per second   resident MiB   store MiB");
    let mut rate = 0.0;
    for tenth in 1..=TENTHS {
        let before = gateway.cpu()?;
        let mut left = wanted / TENTHS;
        let sent = left;
        let mut rates = Vec::new();
        while left > 0 {
            let batch = sender.batch(left.min(MESSAGES), Place::BOROUGH_WORKS);
            left -= left.min(MESSAGES);
            rates.push(load.post(batch).await?.per_second());
        }
        rates.sort_by(f64::total_cmp);
        rate = rates[rates.len() / 2];
        let used = gateway.cpu()?.saturating_sub(before) / u32::try_from(sent)?;
        println!(
            "{:>9}   {:>6.3}   {rate:>10.0}   {:>12.1}   {:>9}",
            sent * tenth,
            milliseconds(used),
            resident_mib(&gateway),
            size_of(folder.path())? >> 20,
        );
    }
    let calm = Load {
        per_second: Some(rate / 2.0),
        ..load
    };
    let batch = sender.batch(MESSAGES, Place::BOROUGH_WORKS);
    let answers = calm.post(batch).await?;
    let (p50, p99) = (answers.percentile(50), answers.percentile(99));
    println!(
        "at half load: p50 {:.2} ms, p99 {:.2} ms",
        milliseconds(p50),
        milliseconds(p99)
    );
    let begun = Instant::now();
    gateway.written()?;
    took("the metrics", begun);
    gateway.end()?;
    let case = one_case(folder.path())?;
    for (what, words) in VERBS {
        let words = words.iter().map(|word| match *word {
            CASE => case.as_str(),
            word => word,
        });
        let begun = Instant::now();
        verb(folder.path(), words)?;
        took(what, begun);
    }
    let started = idle::start(folder.path(), "journey.toml")?;
    println!(
        "cold start {:.1} ms, {:.1} MiB resident",
        milliseconds(started.0),
        started.1.map_or(f64::NAN, mib)
    );
    Ok(())
}

/// What a verb of the program says over the store that has grown.
fn verb<'a>(folder: &Path, words: impl IntoIterator<Item = &'a str>) -> Result<Vec<u8>, Fault> {
    let output = Command::new(env!("CARGO_BIN_EXE_workwell-gateway"))
        .args(words)
        .arg("--config")
        .arg(folder.join("journey.toml"))
        .stderr(Stdio::inherit())
        .output()?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(String::from_utf8_lossy(&output.stdout).into())
}

/// The reference of a case.
fn one_case(folder: &Path) -> Result<String, Fault> {
    let words = ["cases", "list", "--limit", "1", "--format", "json"];
    let found: serde_json::Value = serde_json::from_slice(&verb(folder, words)?)?;
    let reference = found["cases"][0]["reference"].as_str();
    Ok(reference.ok_or("no case is open")?.to_owned())
}

fn took(what: &str, begun: Instant) {
    println!("{what}: {:.0} ms", milliseconds(begun.elapsed()));
}

fn resident_mib(gateway: &Gateway) -> f64 {
    idle::resident(gateway.id()).map_or(f64::NAN, mib)
}

fn mib(kib: u64) -> f64 {
    f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) / 1024.0
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Bytes of the database, its log included.
fn size_of(folder: &Path) -> Result<u64, Fault> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with("journey.db")
        {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes)
}
