//! The journey of one referral in CPU time: `cargo bench --bench journey`, with
//! `-- --format json` for one JSON object.
//!
//! The gateway runs in a child process of its own, which tells its own CPU time; the
//! sender, the receivers and this report are outside of it and are not counted.

#[path = "journey/mod.rs"]
mod journey;

fn main() -> std::process::ExitCode {
    journey::main()
}
