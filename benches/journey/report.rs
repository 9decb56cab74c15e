//! What was measured, as a table of 80 columns or as one JSON object.

use std::time::Duration;

use serde_json::json;

use super::idle::Idle;
use super::road::Road;
use super::shares::Shares;
use super::{Journey, median, message};

/// CPU in milliseconds that one journey may cost (DESIGN 8).
const GOAL: f64 = 0.8;

struct Row {
    name: &'static str,
    measured: f64,
    goal: Option<f64>,
}

/// The journey alone, in one line: for one build beside another, in turns.
pub fn print_journey(journey: &Journey) {
    let lowest = journey.rounds.iter().min().copied().unwrap_or_default();
    println!(
        "journey {:.3} ms CPU, lowest round {:.3}, {:.1} units a transaction, \
         {:.0}/s reached, p50 {:.1} ms, p99 {:.1} ms at half load",
        ms(median(journey.rounds.clone())),
        ms(lowest),
        journey.group,
        journey.reached_per_second,
        ms(journey.p50),
        ms(journey.p99),
    );
}

/// What the database's processes used beside the gateway's own.
pub fn print_server(used: Duration) {
    println!("PostgreSQL itself {:.3} ms CPU a message", ms(used));
}

pub fn print(journey: &Journey, road: &Road, shares: &Shares, idle: &Idle, json: bool) {
    let whole = ms(median(journey.rounds.clone()));
    let road_whole = ms(median(road.rounds.clone()));
    let rows = rows(whole, shares);
    if json {
        let shares: serde_json::Map<_, _> = rows
            .iter()
            .map(|row| (row.name.to_owned(), json!(rounded(row.measured))))
            .collect();
        let object = json!({
            "journey_cpu_ms": rounded(whole),
            "journey_rounds_cpu_ms": all(&journey.rounds),
            "message_bytes": message::BYTES,
            "per_second_per_core": (1_000.0 / whole).round(),
            "reached_per_second": journey.reached_per_second.round(),
            "half_load_per_second": journey.half_load.round(),
            "half_load_p50_ms": rounded(ms(journey.p50)),
            "half_load_p99_ms": rounded(ms(journey.p99)),
            "units_a_transaction": rounded(journey.group),
            "shares_cpu_ms": shares,
            "road_cpu_ms": rounded(road_whole),
            "release_delivery_status_cpu_ms": rounded(road_whole - whole),
            "cold_start_ms": rounded(ms(idle.cold_start)),
            "first_start_ms": rounded(ms(idle.first_start)),
            "idle_resident_kib": idle.resident_kib,
        });
        println!("{object}");
        return;
    }
    println!(
        "The journey of one referral of {} bytes, CPU of the gateway's process\n",
        message::BYTES
    );
    println!("{:<46}{:>10}{:>12}", "", "measured", "goal");
    line(
        "journey, ms CPU a message (median round)",
        whole,
        3,
        "<= 0.8",
    );
    line("messages a second and core", 1_000.0 / whole, 0, ">= 1000");
    line("p50 at half load, ms", ms(journey.p50), 2, "<= 2");
    line("p99 at half load, ms", ms(journey.p99), 2, "<= 10");
    line(
        "units in one transaction of the store",
        journey.group,
        1,
        "",
    );
    line(
        "journey + delivery + status back, ms CPU",
        road_whole,
        3,
        "",
    );
    line(
        "  release + delivery + status back alone",
        road_whole - whole,
        3,
        "",
    );
    line("cold start to ready, ms", ms(idle.cold_start), 1, "<= 50");
    line(
        "  first start, making the store, ms",
        ms(idle.first_start),
        1,
        "",
    );
    if let Some(kib) = idle.resident_kib {
        let mib = f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) / 1_024.0;
        line("resident at rest, MiB", mib, 1, "<= 25");
    }
    println!("\nshares, ms CPU, each stage alone");
    for row in &rows {
        let goal = row
            .goal
            .map(|goal| format!("{goal:.2}"))
            .unwrap_or_default();
        line(row.name, row.measured, 3, &goal);
    }
    println!("\nrounds: {:?} ms", all(&journey.rounds));
    println!(
        "sender and gateway together reached {:.0}/s; half load was {:.0}/s.",
        journey.reached_per_second, journey.half_load
    );
    println!("The journey's provider collects: the delivery worker has nothing to send.");
    let verdict = if whole <= GOAL { "met" } else { "NOT met" };
    println!("goal of {GOAL} ms: {verdict}");
}

fn rows(whole: f64, shares: &Shares) -> Vec<Row> {
    let known = [
        ("parse: bytes to tree", shares.parse, Some(0.12)),
        (
            "rules: structure and BaRS",
            shares.walk + shares.read,
            Some(0.20),
        ),
        ("  structure walk", shares.walk, None),
        ("  BaRS rules and reading", shares.read, None),
        (
            "routing and mapping",
            shares.routing + shares.mapping,
            Some(0.05),
        ),
        ("  routing", shares.routing, None),
        ("  mapping, payload, trace", shares.mapping, None),
        ("identity (headers only so far)", shares.headers, Some(0.12)),
        ("sealing and audit hashing", shares.sealing, Some(0.08)),
        ("store: look and commit, grouped", shares.store, Some(0.10)),
    ];
    let mut rows: Vec<Row> = known
        .into_iter()
        .map(|(name, cpu, goal)| Row {
            name,
            measured: ms(cpu),
            goal,
        })
        .collect();
    let sum: f64 = rows
        .iter()
        .filter(|row| row.goal.is_some())
        .map(|row| row.measured)
        .sum();
    rows.push(Row {
        name: "HTTP and rest: what is left",
        measured: whole - sum,
        goal: Some(0.13),
    });
    rows.push(Row {
        name: "  of it the echo of the 200",
        measured: ms(shares.echo),
        goal: None,
    });
    rows
}

fn line(name: &str, measured: f64, decimals: usize, goal: &str) {
    println!("{name:<46}{measured:>10.decimals$}{goal:>12}");
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

fn all(rounds: &[Duration]) -> Vec<f64> {
    rounds.iter().map(|round| rounded(ms(*round))).collect()
}
