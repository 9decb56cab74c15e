//! `profiles list`: the profiles in this program, or with further packages.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::package;
use crate::standards::profile::rules::{self, Profile, Rules};
use crate::surfaces::cli::{Format, exit};

/// Arguments of `profiles list`.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Folder of further packages
    #[arg(long, value_name = "DIR")]
    packages: Option<PathBuf>,
    /// Profiles of this type only; also Extension
    #[arg(long = "type", value_name = "TYPE")]
    of_type: Option<String>,
    /// Text for people, JSON for programs
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
}

pub(super) fn run(args: &ListArgs, out: &mut dyn Write) -> i32 {
    let further;
    let rules = match &args.packages {
        None => rules::embedded(),
        Some(folder) => match with(folder) {
            Ok(rules) => {
                further = rules;
                &further
            }
            Err(line) => return exit::after(&writeln!(out, "{line}"), exit::USAGE),
        },
    };
    let wanted = |profile: &&Profile| {
        let of_type = args.of_type.as_ref();
        of_type.map_or(profile.type_name != "Extension", |name| {
            profile.type_name.eq_ignore_ascii_case(name)
        })
    };
    let profiles: Vec<&Profile> = rules.profiles().filter(wanted).collect();
    let text = match args.format {
        Format::Text => as_text(&profiles, rules),
        Format::Json => as_json(&profiles).to_string(),
    };
    exit::after(&writeln!(out, "{text}"), exit::OK)
}

fn with(folder: &std::path::Path) -> Result<Rules, String> {
    let packages = package::packages(folder)?;
    let packages: Vec<_> = packages
        .iter()
        .map(|(name, lean)| (name.as_str(), lean))
        .collect();
    let extended = Rules::with(&packages).map_err(|error| error.to_string())?;
    Ok(extended.rules)
}

fn as_text(profiles: &[&Profile], rules: &Rules) -> String {
    let mut lines: Vec<String> = profiles
        .iter()
        .map(|profile| {
            let name = profile.url.rsplit('/').next().unwrap_or(profile.url);
            let package = profile.package;
            let of_type = profile.type_name;
            format!("{package:<8} {of_type:<17} {name} {}", profile.version)
        })
        .collect();
    let [all, _, _, systems, sets] = rules.size();
    lines.push(String::new());
    lines.push(format!(
        "{} listed of {all} profiles; {sets} value sets and {systems} code systems.",
        profiles.len()
    ));
    lines.push("Extensions: --type Extension. One of them in full: profiles show NAME".to_owned());
    lines.join("\n")
}

fn as_json(profiles: &[&Profile]) -> serde_json::Value {
    let rows = profiles.iter().map(|profile| {
        serde_json::json!({
            "package": profile.package,
            "type": profile.type_name,
            "url": profile.url,
            "version": profile.version,
            "builtOn": profile.ancestors,
        })
    });
    rows.collect()
}
