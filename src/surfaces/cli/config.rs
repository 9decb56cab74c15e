//! `config default|check|show`: the manual, the faults, and what is in force.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Format, exit, wrap};
use crate::config::{self, Clock, Loaded, Origin, Settings};
use crate::problem::Problem;

/// What to do with the configuration.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Config {
    /// Print every key with its meaning, default and allowed values
    Default,
    /// Find every fault at once
    Check {
        /// The file to read instead of ./gateway.toml
        #[arg(long)]
        config: Option<PathBuf>,
        /// Warnings count as findings
        #[arg(long)]
        deny_warnings: bool,
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Print what is in force and where each value comes from; no secrets
    Show {
        /// The file to read instead of ./gateway.toml
        #[arg(long)]
        config: Option<PathBuf>,
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
}

/// What of settings that can be read `serve` would end with, or warn of.
pub type OfServe<'a> = &'a dyn Fn(&Settings, Date) -> Vec<Problem>;

/// Does what was asked, with the process's environment and today's date.
pub fn run(args: &Config, of_serve: OfServe<'_>, out: &mut dyn Write) -> i32 {
    // A variable that is not UTF-8 is none of ours.
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    run_with(args, &variables, Clock::System.today(), of_serve, out)
}

fn run_with(
    args: &Config,
    variables: &BTreeMap<String, String>,
    today: Date,
    of_serve: OfServe<'_>,
    out: &mut dyn Write,
) -> i32 {
    let env = |name: &str| variables.get(name).cloned();
    match args {
        Config::Default => exit::after(&out.write_all(config::DEFAULT.as_bytes()), exit::OK),
        Config::Check {
            config,
            deny_warnings,
            format,
        } => {
            let loaded = config::load(config.as_deref(), &env);
            let findings = match &loaded {
                Err(faults) => faults.clone(),
                Ok(loaded) => {
                    let names = variables.keys().map(String::as_str);
                    let mut findings = of_serve(&loaded.settings, today);
                    findings.extend(config::unknown_variables(&loaded.items, names));
                    findings
                }
            };
            let use_of = match &loaded {
                Err(_) => Use::None,
                Ok(_) if findings.iter().any(|found| !found.warning) => Use::AllButServe,
                Ok(_) => Use::All,
            };
            let code = match use_of {
                Use::None | Use::AllButServe => exit::CONFIG,
                Use::All if *deny_warnings && !findings.is_empty() => exit::FINDING,
                Use::All => exit::OK,
            };
            let file = loaded.as_ref().map_or(config.as_ref(), |l| l.file.as_ref());
            let source = file.map(|file| file.display().to_string());
            let written = report(&findings, use_of, source, *format, out);
            exit::after(&written, code)
        }
        Config::Show { config, format } => match config::load(config.as_deref(), &env) {
            Ok(loaded) => exit::after(&show(&loaded, *format, out), exit::OK),
            Err(faults) => exit::after(
                &report(&faults, Use::None, None, *format, out),
                exit::CONFIG,
            ),
        },
    }
}

/// For what settings can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// For nothing: they cannot be read.
    None,
    /// `serve` would end with what was found; the other verbs do not ask for it.
    AllButServe,
    /// For everything.
    All,
}

fn report(
    findings: &[Problem],
    use_of: Use,
    source: Option<String>,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    if format == Format::Json {
        let findings: Vec<Value> = findings.iter().map(finding).collect();
        let answer = json!({ "usable": use_of == Use::All, "file": source, "findings": findings });
        return writeln!(out, "{answer:#}");
    }
    for problem in findings {
        let mark = if problem.warning { "warning" } else { "error" };
        let place = problem.path.as_deref().unwrap_or_default();
        let head = format!("{} {place}", problem.entry.code);
        writeln!(out, "{}", wrap(&format!("{mark:<7}  "), &head))?;
        let detail = problem.detail.as_deref().unwrap_or_default();
        let words = format!("{}: {detail}", problem.entry.title);
        writeln!(out, "{}", wrap("         ", words.trim_end_matches(": ")))?;
    }
    let source = source.unwrap_or_else(|| "built-in defaults".to_owned());
    let warnings = findings.iter().filter(|found| found.warning).count();
    let faults = findings.len() - warnings;
    match use_of {
        Use::All if warnings == 0 => writeln!(out, "The configuration is sound ({source})."),
        Use::All => writeln!(
            out,
            "\nThe configuration can be used ({source}); warnings: {warnings}."
        ),
        Use::AllButServe => writeln!(
            out,
            "\n`serve` would not start with it ({source}); faults: {faults}, warnings: {warnings}."
        ),
        Use::None => writeln!(out, "\nThe configuration cannot be used; faults: {faults}."),
    }
}

fn finding(problem: &Problem) -> Value {
    json!({
        "severity": if problem.warning { "warning" } else { "error" },
        "code": problem.entry.code,
        "title": problem.entry.title,
        "place": problem.path,
        "detail": problem.detail,
    })
}

fn show(loaded: &Loaded, format: Format, out: &mut dyn Write) -> io::Result<()> {
    if format == Format::Json {
        let values: Vec<Value> = loaded.items.iter().map(value).collect();
        return writeln!(out, "{:#}", Value::Array(values));
    }
    for (key, item) in &loaded.items {
        let shown = config::shown(key, &item.value);
        let line = match &item.origin {
            Origin::Default => format!("{key} = {shown}"),
            origin => format!("{key} = {shown}  # {origin}"),
        };
        // A later line of a long value is indented by two.
        let wrapped = wrap("", &line).replace('\n', "\n  ");
        writeln!(out, "{wrapped}")?;
    }
    Ok(())
}

fn value((key, item): (&String, &config::Item)) -> Value {
    let secret = config::is_secret(key);
    json!({
        "key": key,
        "value": config::shown(key, &item.value),
        "secret": secret,
        "origin": item.origin.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surfaces::cli::profiles::in_force;
    use jiff::civil::date;

    /// Runs a verb on a file with this text; the file's folder is taken out of the
    /// answer.
    fn answer(
        text: &str,
        variables: &[(&str, &str)],
        args: impl Fn(PathBuf) -> Config,
    ) -> (String, i32) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("gateway.toml");
        std::fs::write(&file, text).expect("the file can be written");
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let mut out = Vec::new();
        let today = date(2026, 12, 1);
        let code = run_with(&args(file), &variables, today, &of_serve, &mut out);
        let text = String::from_utf8(out).expect("text");
        let prefix = format!("{}/", folder.path().display());
        (text.replace(&prefix, ""), code)
    }

    /// The part of what `serve` asks for that needs no file.
    fn of_serve(settings: &Settings, today: Date) -> Vec<Problem> {
        let profiles = in_force::validation(settings).err();
        let mut faults = settings.faults_for_serve(today);
        faults.extend(profiles.into_iter().flatten());
        faults.extend(
            config::token_digests(&settings.provider_api)
                .err()
                .unwrap_or_default(),
        );
        faults.extend(config::open_secrets(settings));
        faults
    }

    fn check(deny_warnings: bool, format: Format) -> impl Fn(PathBuf) -> Config {
        move |file| Config::Check {
            config: Some(file),
            deny_warnings,
            format,
        }
    }

    const OWNED: &str = "[clearance]\npds_off_reason = \"pilot\"\npds_off_owner = \"A. Example\"\npds_off_until = \"2027-03-31\"\n";

    #[test]
    fn the_faults_of_a_file_are_told_to_a_person() {
        // `at` is what the temporary folder's length does not change.
        let mut out = Vec::new();
        let faults = config_faults();
        report(&faults, Use::None, None, Format::Text, &mut out).expect("a Vec can be written");
        insta::assert_snapshot!(String::from_utf8(out).expect("text"));
    }

    fn config_faults() -> Vec<Problem> {
        let text = "[listen]\nbars = \"0.0.0.0:8080\"\n[bars.limit]\nbody_bytes = 5\n";
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("gateway.toml");
        std::fs::write(&file, text).expect("the file can be written");
        let mut faults = config::load(Some(&file), &|_| None).expect_err("it has faults");
        let prefix = format!("{}/", folder.path().display());
        for fault in &mut faults {
            fault.path = fault.path.take().map(|path| path.replace(&prefix, ""));
        }
        faults
    }

    #[test]
    fn the_faults_of_a_file_are_told_to_a_program() {
        let (text, code) = answer("[log]\nlevel = \"loud\"\n", &[], check(false, Format::Json));
        assert_eq!(code, exit::CONFIG);
        let answer: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(answer["usable"], false);
        assert_eq!(answer["findings"][0]["code"], "WW-CFG-001");
        assert_eq!(answer["findings"][0]["place"], "gateway.toml:2 log.level");
    }

    #[test]
    fn warnings_are_findings_only_when_they_are_denied() {
        let variables = [("WORKWELL_LISTEN__BAR", "127.0.0.1:1")];
        for (deny, expected) in [(false, exit::OK), (true, exit::FINDING)] {
            let (text, code) = answer(OWNED, &variables, check(deny, Format::Text));
            assert_eq!(code, expected, "{text}");
            assert!(text.contains("WORKWELL_LISTEN__BARS"), "{text}");
        }
        let (text, code) = answer(OWNED, &[], check(true, Format::Text));
        assert_eq!(code, exit::OK);
        assert!(text.starts_with("The configuration is sound"), "{text}");
        let (text, code) = answer("version = 1\n", &[], check(false, Format::Text));
        assert_eq!(code, exit::CONFIG, "{text}");
        assert!(text.contains("WW-CFG-006"), "{text}");
        assert!(text.contains("`serve` would not start with it"), "{text}");
    }

    #[test]
    fn what_the_profiles_would_stop_the_start_with_is_told_at_once() {
        let text = format!(
            "{OWNED}[profiles]\nrequired = [\"https://example.org/Missing\"]\n\
             [validation.rules]\nno-such-check = \"warn\"\n"
        );
        let (text, code) = answer(&text, &[], check(true, Format::Text));
        assert_eq!(code, exit::CONFIG, "{text}");
        for part in ["WW-CFG-009", "https://example.org/Missing", "no-such-check"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn one_token_for_two_providers_and_a_token_open_to_all_are_found() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("one.token");
        std::fs::write(&file, "hush\n").expect("written");
        let digest = "ab".repeat(32);
        let row = |provider: &str, rest: &str| {
            format!("[[provider_api.tokens]]\nprovider = \"{provider}\"\n{rest}\n")
        };
        let in_file = format!("token_file = \"{}\"", file.display());
        let given = format!("sha256 = \"{digest}\"");
        for rest in [&in_file, &given] {
            let text = format!("{OWNED}{}{}", row("lantern", rest), row("hope-works", rest));
            let (text, code) = answer(&text, &[], check(false, Format::Text));
            assert_eq!(code, exit::CONFIG, "{text}");
            for part in ["WW-CFG-011", "`lantern`", "`hope-works`", "would not start"] {
                assert!(text.contains(part), "{part} in {text}");
            }
            assert!(!text.contains("hush") && !text.contains(&digest), "{text}");
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let open = std::fs::Permissions::from_mode(0o644);
            std::fs::set_permissions(&file, open).expect("set");
            let text = format!("{OWNED}{}", row("lantern", &in_file));
            let (text, code) = answer(&text, &[], check(false, Format::Text));
            assert_eq!(code, exit::OK, "{text}");
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(
                words.contains("WW-CFG-010 provider_api.tokens[0].token_file"),
                "{text}"
            );
            assert!(words.contains("chmod o-rwx"), "{text}");
        }
    }

    #[test]
    fn what_is_in_force_is_shown_with_its_origin_and_without_secrets() {
        let digest = "ab".repeat(32);
        let text =
            format!("[[provider_api.tokens]]\nprovider = \"hope-works\"\nsha256 = \"{digest}\"\n");
        let variables = [("WORKWELL_LOG__LEVEL", "debug")];
        for format in [Format::Text, Format::Json] {
            let show = |file| Config::Show {
                config: Some(file),
                format,
            };
            let (shown, code) = answer(&text, &variables, show);
            assert_eq!(code, exit::OK);
            assert!(
                !shown.contains(&digest) && shown.contains("[secret]"),
                "{shown}"
            );
            assert!(shown.contains("WORKWELL_LOG__LEVEL"), "{shown}");
            assert!(shown.contains("gateway.toml:2"), "{shown}");
            assert!(shown.contains("bars.core_version"), "{shown}");
        }
    }

    #[test]
    fn the_manual_is_printed_as_it_is() {
        let mut out = Vec::new();
        let code = run_with(
            &Config::Default,
            &BTreeMap::new(),
            date(2026, 12, 1),
            &of_serve,
            &mut out,
        );
        assert_eq!(code, exit::OK);
        assert_eq!(out, config::DEFAULT.as_bytes());
    }
}
