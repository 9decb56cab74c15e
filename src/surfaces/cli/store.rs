//! `store check`: whether the store is whole.

use std::io::Write;

use serde_json::json;

use super::{Format, exit, told};
use crate::gateway::Gateway;

/// What to do with the store.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Store {
    /// Check the database and every audit leaf, and count what it holds
    Check {
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
}

/// Runs the verb.
pub async fn run(args: &Store, gateway: &Gateway, out: &mut dyn Write) -> i32 {
    let Store::Check { format } = args;
    let (integrity, counts) = match (gateway.integrity().await, gateway.counts().await) {
        (Ok(integrity), Ok(counts)) => (integrity, counts),
        (Err(problem), _) | (_, Err(problem)) => {
            let written = writeln!(out, "{}", told(&problem));
            return exit::after(&written, exit::FINDING);
        }
    };
    let code = if integrity.faults.is_empty() {
        exit::OK
    } else {
        exit::FINDING
    };
    let written = match format {
        Format::Json => {
            let cases: serde_json::Map<_, _> = counts
                .cases
                .iter()
                .map(|(status, n)| (status.code().to_owned(), json!(n)))
                .collect();
            let legs: serde_json::Map<_, _> = counts
                .legs
                .iter()
                .map(|(state, n)| (state.code().to_owned(), json!(n)))
                .collect();
            writeln!(
                out,
                "{:#}",
                json!({ "faults": integrity.faults, "auditLeavesChecked": integrity.facts_checked,
                        "cases": cases, "legs": legs })
            )
        }
        Format::Text => text(&integrity.faults, integrity.facts_checked, &counts, out),
    };
    exit::after(&written, code)
}

fn text(
    faults: &[String],
    leaves: u64,
    counts: &crate::gateway::read::operating::Counts,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    if faults.is_empty() {
        writeln!(
            out,
            "The store is whole; {leaves} audit leaves were checked."
        )?;
    }
    for fault in faults {
        writeln!(out, "fault: {fault}")?;
    }
    for (status, count) in &counts.cases {
        writeln!(out, "cases {:<18} {count:>8}", status.code())?;
    }
    for (state, count) in &counts.legs {
        writeln!(out, "legs  {:<18} {count:>8}", state.code())?;
    }
    Ok(())
}
