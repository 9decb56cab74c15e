//! The program itself at rest: how soon it is ready, how much memory it holds.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Fault, median};

const STARTS: usize = 5;
const PATIENCE: Duration = Duration::from_secs(20);

/// The program at rest.
pub struct Idle {
    /// From the start of the process to 200 on `/readyz`, the store being there.
    pub cold_start: Duration,
    /// The first start of all, which makes the store.
    pub first_start: Duration,
    /// Resident memory after the start, in KiB; absent where the system does not say.
    pub resident_kib: Option<u64>,
}

pub fn measure(folder: &Path) -> Result<Idle, Fault> {
    let mut settings = std::fs::read_to_string(folder.join("journey.toml"))?;
    // Another store, so another word of what was seen in it.
    for (kept, other) in [
        ("journey.db", "idle.db"),
        ("journey.epoch", "idle.epoch"),
        ("/journal\"", "/idle-journal\""),
    ] {
        settings = settings.replace(kept, other);
    }
    std::fs::write(folder.join("idle.toml"), settings)?;
    let mut starts = Vec::new();
    let mut resident_kib = None;
    for _ in 0..=STARTS {
        let (started, resident) = start(folder, "idle.toml")?;
        starts.push(started);
        resident_kib = resident;
    }
    let first_start = starts.remove(0);
    Ok(Idle {
        cold_start: median(starts),
        first_start,
        resident_kib,
    })
}

/// Ends the program whatever happens.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the program with these settings: how long until it is ready, and its resident KiB.
pub fn start(folder: &Path, settings: &str) -> Result<(Duration, Option<u64>), Fault> {
    let addresses = folder.join("addresses.json");
    let _ = std::fs::remove_file(&addresses);
    let begun = Instant::now();
    let program = Command::new(env!("CARGO_BIN_EXE_workwell-gateway"))
        .arg("--config")
        .arg(folder.join(settings))
        .args(["serve", "--loopback-destinations", "--addresses"])
        .arg(&addresses)
        .stdout(Stdio::null())
        .stderr(File::create(folder.join("idle.log"))?)
        .spawn()?;
    let program = Program(program);
    loop {
        let admin = std::fs::read(&addresses)
            .ok()
            .and_then(|text| serde_json::from_slice::<serde_json::Value>(&text).ok())
            .and_then(|all| all["admin"].as_str().map(str::to_owned));
        if admin.is_some_and(|admin| is_ready(&admin)) {
            break;
        }
        if begun.elapsed() > PATIENCE {
            let log = std::fs::read_to_string(folder.join("idle.log"))?;
            return Err(format!("the program does not become ready:\n{log}").into());
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    let started = begun.elapsed();
    std::thread::sleep(Duration::from_millis(500));
    Ok((started, resident(program.0.id())))
}

fn is_ready(admin: &str) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(admin.trim_start_matches("http://"))?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

/// Resident memory of a process in KiB.
pub fn resident(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
