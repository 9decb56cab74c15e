//! The journey in instructions, counted by Valgrind where it is installed: unlike CPU time they
//! are the same on a busy machine and an idle one, so one build can be held against another.
//! What the kernel does is not among them, and SHA-256 costs here what it costs on a processor
//! without instructions of its own for it.

use std::path::Path;
use std::process::{Command, Stdio};

use workwell_gateway::conformance::parties::referral::Place;

use super::child::{Around, Gateway};
use super::engine::Kept;
use super::load::Load;
use super::message::Sender;
use super::{CONNECTIONS, Fault};

/// Messages sent before anything is counted; a counted one takes some fifty times its time.
const WARM_UP: u64 = 60;
/// Messages of which the mean is taken.
const COUNTED: u64 = 200;

pub async fn measure() -> Result<(), Fault> {
    let folder = tempfile::tempdir()?;
    let around = Around::start().await?;
    let counts = std::env::temp_dir().join("journey.callgrind");
    let store = Kept::in_file(folder.path());
    let gateway = Gateway::start_as(counted(&counts)?, folder.path(), &around, &store)?;
    let mut sender = Sender::new(&around.gp);
    let load = Load {
        address: gateway.bars,
        connections: CONNECTIONS,
        per_second: None,
    };
    load.post(sender.batch(WARM_UP, Place::BOROUGH_WORKS))
        .await?;
    control("--zero", &gateway)?;
    load.post(sender.batch(COUNTED, Place::BOROUGH_WORKS))
        .await?;
    control("--dump", &gateway)?;
    gateway.end()?;
    let dump = counts.with_extension("callgrind.1");
    let total = total_of(&std::fs::read_to_string(&dump)?)?;
    println!("journey {} instructions a message", total / COUNTED);
    println!(
        "by function: callgrind_annotate --inclusive=yes {}",
        dump.display()
    );
    Ok(())
}

/// This program as Valgrind runs it.
fn counted(counts: &Path) -> Result<Command, Fault> {
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--callgrind-out-file={}", counts.display()))
        .arg(std::env::current_exe()?);
    Ok(command)
}

fn control(what: &str, gateway: &Gateway) -> Result<(), Fault> {
    let mut command = Command::new("callgrind_control");
    let command = command.arg(what).arg(gateway.id().to_string());
    if command.stdout(Stdio::null()).status()?.success() {
        return Ok(());
    }
    Err("Valgrind does not answer".into())
}

/// The sum that ends a file of counts.
fn total_of(text: &str) -> Result<u64, Fault> {
    let mut lines = text.lines().rev();
    let total = lines.find_map(|line| line.strip_prefix("totals: ")?.trim().parse().ok());
    total.ok_or_else(|| "the file of counts has no total".into())
}
