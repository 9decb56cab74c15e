//! The rules of one referral in CPU time: `cargo bench --bench validate`, with
//! `-- --format json` for one JSON object.
//!
//! Told are the walk with every profile, the structure of R4 alone for comparison, the
//! reading of the bytes, and what the rules cost at the start in time and memory.

use std::hint::black_box;
use std::time::Duration;

use workwell_gateway::standards::fhir::{Document, Limits};
use workwell_gateway::standards::profile::{Ask, check, faults, rules, table};

/// The program's own allocator, see `src/main.rs`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const FIXTURE: &str = "conformance/fixtures/referrals/referral-16k.json";
/// Messages a round, and rounds: the best round is told, since others use the machine too.
const MESSAGES: u32 = 400;
const ROUNDS: u32 = 15;

fn main() {
    let source = std::fs::read(FIXTURE).expect("run it from the package's folder");
    table::embedded();
    let before = (cpu(), resident_bytes());
    let all = rules::embedded();
    let start = cpu().saturating_sub(before.0);
    let memory = resident_bytes().saturating_sub(before.1);
    let read = || Document::parse(source.clone(), &Limits::default()).expect("sound form");
    let document = read();
    let found = check(&document, &Ask::everything()).len();
    let figures = Figures {
        parse: each(|| drop(black_box(read()))),
        structure: each(|| drop(black_box(faults(&document)))),
        everything: each(|| drop(black_box(check(&document, &Ask::everything())))),
        start,
        memory,
        size: all.size(),
        found,
        bytes: source.len(),
    };
    if std::env::args().any(|word| word == "json") {
        println!("{}", figures.json());
    } else {
        println!("{}", figures.text());
    }
}

struct Figures {
    parse: Duration,
    structure: Duration,
    everything: Duration,
    start: Duration,
    memory: u64,
    size: [usize; 5],
    found: usize,
    bytes: usize,
}

impl Figures {
    fn text(&self) -> String {
        let [profiles, nodes, lists, systems, sets] = self.size;
        format!(
            "referral of {} bytes, {} findings, CPU milliseconds for one\n\
             parse            {:.4}\n\
             structure alone  {:.4}\n\
             all profiles     {:.4}   (goal 0.20)\n\
             start            {:.1} ms   (goal 30)\n\
             memory           {:.1} MiB  (goal 15)\n\
             {profiles} profiles, {nodes} nodes, {lists} code lists, {systems} code systems, {sets} value sets",
            self.bytes,
            self.found,
            milliseconds(self.parse),
            milliseconds(self.structure),
            milliseconds(self.everything),
            milliseconds(self.start),
            mebibytes(self.memory),
        )
    }

    fn json(&self) -> String {
        serde_json::json!({
            "bytes": self.bytes,
            "findings": self.found,
            "parse_ms": milliseconds(self.parse),
            "structure_ms": milliseconds(self.structure),
            "all_profiles_ms": milliseconds(self.everything),
            "start_ms": milliseconds(self.start),
            "memory_mib": mebibytes(self.memory),
        })
        .to_string()
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1_048_576.0
}

/// The best round's CPU time for one call.
fn each(mut call: impl FnMut()) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let begin = cpu();
        for _ in 0..MESSAGES {
            call();
        }
        best = best.min(cpu().saturating_sub(begin) / MESSAGES);
    }
    best
}

/// CPU time of this thread.
fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

/// Resident memory of this process, in bytes; 0 where the system does not tell.
fn resident_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split_ascii_whitespace().nth(1);
    pages
        .and_then(|pages| pages.parse::<u64>().ok())
        .unwrap_or(0)
        * 4096
}
