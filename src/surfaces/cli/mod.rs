//! The command line: one verb a file. Every verb writes to the `out` it is given and
//! returns an exit code.

pub mod cases;
pub mod config;
pub mod demo;
pub mod exit;
pub mod explain;
mod format;
pub mod geo;
mod listed;
pub mod mappings;
pub mod ods;
pub mod outbox;
pub mod places;
pub mod profiles;
mod progress;
pub mod store;
pub mod validate;
pub mod version;
mod when;
mod wrap;

pub use format::Format;
pub use wrap::{WIDTH, wrap};

use crate::problem::Problem;
use crate::problem::page::capital;

/// A problem as a person reads it in a terminal: code and place, what is wrong, what to
/// do; no line wider than [`WIDTH`].
pub fn told(problem: &Problem) -> String {
    let place = problem.path.as_deref().unwrap_or_default();
    let head = wrap("", &format!("{}  {place}", problem.entry.code));
    let mut words = capital(problem.entry.title);
    if let Some(detail) = &problem.detail {
        words = format!("{words}: {detail}");
    }
    let body = wrap("  ", &words);
    let advice = wrap("  ", problem.entry.advice);
    format!("{head}\n{body}\n{advice}")
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command, Subcommand};

    use super::{WIDTH, told};
    use crate::problem::{Problem, catalogue};

    #[test]
    fn a_problem_is_told_within_the_width_of_a_terminal() {
        for entry in catalogue() {
            let problem = Problem::new(entry)
                .at("gateway.toml:12 bars.services[0].system")
                .with("found nothing here, and something was expected ".repeat(3));
            let text = told(&problem);
            assert!(text.starts_with(entry.code), "{text}");
            assert!(
                text.lines().all(|line| line.chars().count() <= WIDTH),
                "{text}"
            );
        }
    }

    #[test]
    fn the_command_lines_hold_no_contradiction() {
        super::explain::Explain::augment_args(Command::new("explain")).debug_assert();
        super::version::Version::augment_args(Command::new("version")).debug_assert();
        super::config::Config::augment_subcommands(Command::new("config")).debug_assert();
        super::profiles::ProfilesArgs::augment_args(Command::new("profiles")).debug_assert();
        super::validate::Validate::augment_args(Command::new("validate")).debug_assert();
        super::mappings::Mappings::augment_subcommands(Command::new("mappings")).debug_assert();
        super::geo::Geo::augment_subcommands(Command::new("geo")).debug_assert();
        super::ods::Ods::augment_subcommands(Command::new("ods")).debug_assert();
        super::places::Places::augment_subcommands(Command::new("places")).debug_assert();
        super::mappings::map::Map::augment_args(Command::new("map")).debug_assert();
        super::mappings::route::Route::augment_args(Command::new("route")).debug_assert();
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
