//! `version`: what this program is and what it reads and writes.

use std::io::Write;

use serde_json::json;

use super::{Format, exit};
use crate::domain::case::MODEL_VERSION;

/// The version of the program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How to say it.
#[derive(Clone, Debug, clap::Args)]
pub struct Version {
    /// How the answer is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

/// Prints the versions; `store_schema` is the last migration of the store.
pub fn run(args: &Version, store_schema: u32, out: &mut dyn Write) -> i32 {
    let written = match args.format {
        Format::Text => writeln!(
            out,
            "workwell-gateway {VERSION}\nstore schema     {store_schema}\ncase model       {MODEL_VERSION}"
        ),
        Format::Json => {
            let answer = json!({
                "name": "workwell-gateway",
                "version": VERSION,
                "storeSchema": store_schema,
                "caseModel": MODEL_VERSION,
            });
            writeln!(out, "{answer:#}")
        }
    };
    exit::after(&written, exit::OK)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(format: Format) -> String {
        let mut out = Vec::new();
        assert_eq!(run(&Version { format }, 1, &mut out), exit::OK);
        String::from_utf8(out)
            .expect("text")
            .replace(VERSION, "[version]")
    }

    #[test]
    fn the_versions_are_told_to_a_person() {
        insta::assert_snapshot!(version(Format::Text));
    }

    #[test]
    fn the_versions_are_told_to_a_program() {
        insta::assert_snapshot!(version(Format::Json));
    }
}
