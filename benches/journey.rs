//! The journey of one referral in CPU time: `cargo bench --bench journey`, with
//! `-- --format json` for one JSON object, with `-- journey` for the journey alone in
//! one line, with `-- instructions` for its instructions as Valgrind counts them, with
//! `-- many` for a store that grows.
//!
//! The gateway runs in a child process of its own, which tells its own CPU time; the
//! sender, the receivers and this report are outside of it and are not counted.

#[path = "journey/mod.rs"]
mod journey;

/// The program's own allocator, see `src/main.rs`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The tests' private PostgreSQL, for the journey over that engine.
#[cfg(feature = "postgres")]
#[expect(dead_code, unused_imports, reason = "the tests use more of it")]
#[path = "../tests/it/support"]
mod support {
    pub mod ports;
    pub mod postgres;
}

fn main() -> std::process::ExitCode {
    journey::main()
}
