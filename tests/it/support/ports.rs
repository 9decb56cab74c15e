//! Ports that stay ours while the program behind them is down.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

/// So many ports are this process's own to choose from.
const SHARE: u16 = 200;
/// So many processes may choose side by side, if they were started one after another.
const PROCESSES: u32 = 60;

/// Free loopback ports below the range from which the system takes ports for outgoing
/// connections, each given once a process.
pub fn free_ports<const N: usize>() -> [u16; N] {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let turn = u16::try_from(std::process::id() % PROCESSES).unwrap_or_default();
    let first = 20_000 + turn * SHARE;
    let mut ports = [0; N];
    for port in &mut ports {
        *port = loop {
            let next = NEXT.fetch_add(1, Ordering::Relaxed);
            assert!(next < SHARE, "no free port of {SHARE}");
            if TcpListener::bind(("127.0.0.1", first + next)).is_ok() {
                break first + next;
            }
        };
    }
    ports
}
