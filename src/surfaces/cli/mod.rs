//! The command line: one verb a file. Every verb writes to the `out` it is given and
//! returns an exit code.

pub mod cases;
pub mod config;
pub mod demo;
pub mod exit;
pub mod explain;
mod format;
pub mod outbox;
pub mod profiles;
pub mod store;
pub mod version;
mod wrap;

pub use format::Format;
pub use wrap::{WIDTH, wrap};

#[cfg(test)]
mod tests {
    use clap::{Args, Command, Subcommand};

    #[test]
    fn the_command_lines_hold_no_contradiction() {
        super::explain::Explain::augment_args(Command::new("explain")).debug_assert();
        super::version::Version::augment_args(Command::new("version")).debug_assert();
        super::config::Config::augment_subcommands(Command::new("config")).debug_assert();
    }

    #[test]
    fn explain_wants_a_code_or_all() {
        let parse = |words: &[&str]| {
            let command = super::explain::Explain::augment_args(Command::new("explain"));
            command.try_get_matches_from(words).is_ok()
        };
        assert!(parse(&["explain", "WW-CFG-001"]));
        assert!(parse(&["explain", "--all", "--format", "json"]));
        assert!(!parse(&["explain"]));
        assert!(!parse(&["explain", "--all", "WW-CFG-001"]));
    }
}
