//! `validate FILE|-`: checks one FHIR document as the gateway would check it.

mod place;
mod policy;
mod report;

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Format, exit};
use crate::standards::fhir::{Limits, xml};
use crate::standards::profile::{Ask, Finding, Policy, Rules, Severity, inspect, rules};
use place::Source;

/// Largest XML document that is read, in bytes.
const XML_CAP: usize = 64 * 1024 * 1024;

/// Check a FHIR document against R4, UK Core, BaRS and our own profiles.
#[derive(Debug, Args)]
pub struct Validate {
    /// JSON or XML; - reads the standard input
    file: PathBuf,
    /// Profile it must meet too; may be repeated
    #[arg(long = "profile", value_name = "URL")]
    profiles: Vec<String>,
    /// Folder of further packages
    #[arg(long, value_name = "DIR")]
    packages: Option<PathBuf>,
    /// TOML file that says what refuses and what is told
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Fail on warnings too
    #[arg(long)]
    deny_warnings: bool,
    /// Text for people, JSON for programs
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
}

/// Runs the verb. Exit codes: 0 it conforms (warnings included), 1 it does not, 2 a file
/// cannot be read or a profile is not known.
pub fn run(args: &Validate, out: &mut dyn Write) -> i32 {
    match check(args) {
        Err(line) => exit::after(&writeln!(out, "{line}"), exit::USAGE),
        Ok(checked) => {
            let text = match args.format {
                Format::Text => report::text(&checked),
                Format::Json => report::json(&checked).to_string(),
            };
            let least = if args.deny_warnings {
                Severity::Warning
            } else {
                Severity::Error
            };
            let is_bad = checked.findings.iter().any(|one| one.severity <= least);
            let code = if is_bad { exit::FINDING } else { exit::OK };
            exit::after(&writeln!(out, "{text}"), code)
        }
    }
}

/// A document and what was found in it.
struct Checked {
    name: String,
    source: Source,
    findings: Vec<Finding>,
}

fn check(args: &Validate) -> Result<Checked, String> {
    let rules = match &args.packages {
        None => rules::embedded(),
        Some(folder) => with(folder)?,
    };
    let unknown: Vec<&str> = args
        .profiles
        .iter()
        .map(String::as_str)
        .filter(|url| rules.profile(url).is_none())
        .collect();
    if !unknown.is_empty() {
        return Err(format!(
            "no profile is named {}; `profiles list` names those that are here",
            unknown.join(", ")
        ));
    }
    let policy = match &args.policy {
        None => Policy::default(),
        Some(path) => policy::read(path)?,
    };
    let bytes = read(&args.file)?;
    let profiles: Vec<&str> = args.profiles.iter().map(String::as_str).collect();
    let ask = Ask {
        rules,
        profiles: &profiles,
        count_resources: true,
    };
    let limits = Limits {
        nodes: 10_000_000,
        ..Limits::default()
    };
    let is_xml = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    let (source, found) = if is_xml {
        match xml::to_json(&bytes, XML_CAP) {
            Ok(json) => (Source::xml(bytes), inspect(json, &limits, &ask).findings),
            Err(faults) => (
                Source::faulty_xml(bytes, &faults),
                crate::standards::profile::inspect::of_faults(&faults),
            ),
        }
    } else {
        (
            Source::json(bytes.clone()),
            inspect(bytes, &limits, &ask).findings,
        )
    };
    let findings = policy.apply(found);
    Ok(Checked {
        name: args.file.display().to_string(),
        source,
        findings,
    })
}

fn with(folder: &Path) -> Result<&'static Rules, String> {
    let packages = super::profiles::package::packages(folder)?;
    let packages: Vec<_> = packages
        .iter()
        .map(|(name, lean)| (name.as_str(), lean))
        .collect();
    let extended = Rules::with(&packages).map_err(|error| error.to_string())?;
    // One run of one verb: the rules live as long as the program.
    Ok(Box::leak(Box::new(extended.rules)))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let result = if path == Path::new("-") {
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    result.map_err(|error| format!("cannot read {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Validate,
    }

    fn told(name: &str, content: &str, words: &[&str]) -> (i32, String) {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join(name);
        fs::write(&path, content).expect("write");
        let path = path.to_string_lossy().into_owned();
        let line = Line::try_parse_from([&["validate", &path], words].concat());
        let mut out = Vec::new();
        let code = run(&line.expect("a command line").args, &mut out);
        let text = String::from_utf8(out).expect("UTF-8");
        (code, text.replace(&path, name))
    }

    const PATIENT: &str = "{\"resourceType\": \"Patient\",\n  \"gender\": \"mail\",\n  \"name\": [{\"family\": \"Test\"}]\n}";

    #[test]
    fn a_finding_points_at_line_and_column() {
        let (code, text) = told("p.json", PATIENT, &[]);
        assert_eq!(code, exit::FINDING, "{text}");
        assert!(text.contains("p.json:2:13"), "{text}");
        assert!(text.contains("Patient.gender"), "{text}");
        assert!(!text.contains("mail"), "a value is never told: {text}");
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
    }

    #[test]
    fn xml_is_read_too_and_keeps_its_lines() {
        let xml = "<Patient xmlns=\"http://hl7.org/fhir\">\n  <name>\n    <use value=\"wrong\"/>\n  </name>\n</Patient>";
        let (code, text) = told("p.xml", xml, &[]);
        assert_eq!(code, exit::FINDING, "{text}");
        assert!(text.contains("p.xml:3:5"), "{text}");
    }

    #[test]
    fn a_policy_decides_what_fails() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let policy = folder.path().join("policy.toml");
        fs::write(&policy, "[rules]\nbinding = \"warn\"\n").expect("write");
        let policy = policy.to_string_lossy();
        let (code, text) = told("p.json", PATIENT, &["--policy", &policy]);
        assert_eq!(code, exit::OK, "{text}");
        let (code, _) = told("p.json", PATIENT, &["--policy", &policy, "--deny-warnings"]);
        assert_eq!(code, exit::FINDING);
    }

    #[test]
    fn a_profile_that_is_asked_for_is_met_or_not() {
        let url = "https://fhir.nhs.uk/StructureDefinition/BARSBundleMessage";
        let bundle = "{\"resourceType\":\"Bundle\",\"type\":\"collection\"}";
        let (code, text) = told("b.json", bundle, &["--profile", url]);
        assert_eq!(code, exit::FINDING);
        assert!(
            text.contains("fixed-value") && text.contains("bars"),
            "{text}"
        );
        let (code, text) = told("b.json", bundle, &["--profile", "urn:none"]);
        assert_eq!(code, exit::USAGE, "{text}");
    }

    #[test]
    fn a_program_gets_every_finding_with_its_place() {
        let (_, text) = told("p.json", PATIENT, &["--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(json["conforms"], false);
        assert_eq!(json["findings"][0]["line"], 2);
        assert_eq!(json["findings"][0]["rule"], "binding");
    }
}
