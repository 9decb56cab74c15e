//! `profiles import|compile|check|list|show`: the rules of the validator as data.

mod check;
mod import;
pub mod in_force;
mod list;
pub mod package;
mod sets;
mod show;

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{Format, exit};

/// Lean conformance resources: import, check, list and show.
#[derive(Debug, Args)]
pub struct ProfilesArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Read a FHIR package and write lean definitions, lock and tables
    Import(import::ImportArgs),
    /// Write the tables again from the lean definitions
    Compile(FolderArgs),
    /// Prove that locks, definitions and the tables in this program agree
    Check(FolderArgs),
    /// List the profiles that messages are checked against
    List(list::ListArgs),
    /// Show what one profile adds to FHIR R4
    Show(show::ShowArgs),
}

/// Arguments of `profiles check` and `profiles compile`.
#[derive(Debug, Args)]
struct FolderArgs {
    /// Folder of the lean sets
    #[arg(long, default_value = "profiles")]
    profiles: PathBuf,
    /// Text for people, JSON for programs
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
}

/// What a run has to say: lines for people, and whether all is well.
#[derive(Debug, Default, Serialize)]
struct Report {
    ok: bool,
    lines: Vec<String>,
}

/// Runs the verb. Exit codes: 0 well, 1 something does not agree or is not there, 2 a
/// folder or package cannot be read or written.
pub fn run(args: ProfilesArgs, out: &mut dyn Write) -> i32 {
    let (format, result) = match args.action {
        Action::List(args) => return list::run(&args, out),
        Action::Show(args) => return show::run(&args, out),
        Action::Import(args) => (args.format, import::run(&args)),
        Action::Compile(args) => (
            args.format,
            import::compile(&args.profiles).map(|lines| Report { ok: true, lines }),
        ),
        Action::Check(args) => (args.format, check::run(&args.profiles)),
    };
    let (report, code) = match result {
        Ok(report) if report.ok => (report, exit::OK),
        Ok(report) => (report, exit::FINDING),
        Err(line) => {
            let lines = vec![line];
            (Report { ok: false, lines }, exit::USAGE)
        }
    };
    let text = match format {
        Format::Text => report.lines.join("\n"),
        Format::Json => serde_json::json!({"ok": report.ok, "lines": report.lines}).to_string(),
    };
    exit::after(&writeln!(out, "{text}"), code)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: ProfilesArgs,
    }

    fn told(words: &[&str]) -> (i32, String) {
        let line = Line::try_parse_from([&["profiles"], words].concat()).expect("a command line");
        let mut out = Vec::new();
        let code = run(line.args, &mut out);
        (code, String::from_utf8(out).expect("UTF-8"))
    }

    #[test]
    fn the_committed_locks_lean_definitions_and_embedded_tables_agree() {
        let (code, text) = told(&["check"]);
        assert_eq!(code, exit::OK, "{text}");
    }

    #[test]
    fn a_folder_without_definitions_is_a_usage_error() {
        let empty = tempfile::tempdir().expect("temporary folder");
        let folder = empty.path().to_string_lossy().into_owned();
        let (code, text) = told(&["import", &folder, "--package", "bars", "--into", &folder]);
        assert_eq!(code, exit::USAGE);
        assert!(text.contains("no R4 base definition"), "{text}");
    }

    #[test]
    fn a_package_of_unknown_name_needs_a_set() {
        let empty = tempfile::tempdir().expect("temporary folder");
        let folder = empty.path().to_string_lossy().into_owned();
        let (code, text) = told(&["import", &folder, "--package", "x"]);
        assert_eq!(code, exit::USAGE);
        assert!(text.contains("--set"), "{text}");
    }

    #[test]
    fn a_package_is_imported_locked_and_compiled() {
        let home = tempfile::tempdir().expect("temporary folder");
        let package = home.path().join("package");
        std::fs::create_dir(&package).expect("folder");
        let profile = serde_json::json!({
            "resourceType": "StructureDefinition", "url": "urn:x/Nobody", "version": "1",
            "derivation": "constraint", "type": "Patient", "description": "prose",
            "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
            "differential": {"element": [{"id": "Patient.name", "path": "Patient.name", "max": "0"}]}});
        std::fs::write(package.join("one.json"), profile.to_string()).expect("write");
        std::fs::write(
            package.join("package.json"),
            r#"{"name":"x","version":"2"}"#,
        )
        .expect("write");
        let into = home.path().join("profiles");
        let (package, into_text) = (package.to_string_lossy(), into.to_string_lossy());
        let (code, text) = told(&["import", &package, "--set", "mine", "--into", &into_text]);
        assert_eq!(code, exit::OK, "{text}");
        let lock = std::fs::read_to_string(into.join("mine/lock.json")).expect("lock");
        assert!(lock.contains("\"version\": \"2\""), "{lock}");
        let lean = std::fs::read_to_string(into.join("mine/StructureDefinition-Nobody.json"));
        assert!(!lean.expect("lean").contains("prose"));
    }

    #[test]
    fn what_is_listed_can_be_shown() {
        let (code, text) = told(&["list"]);
        assert_eq!(code, exit::OK);
        assert!(
            text.contains("UKCore-Patient") && text.contains("uk-core"),
            "{text}"
        );
        let (code, text) = told(&["show", "UKCore-Patient"]);
        assert_eq!(code, exit::OK);
        assert!(text.contains("identifier:nhsNumber"), "{text}");
        assert!(
            text.lines().all(|line| line.chars().count() <= 100),
            "{text}"
        );
        let (code, text) = told(&["show", "UKCore-Patiet"]);
        assert_eq!(code, exit::FINDING);
        assert!(text.contains("UKCore-Patient"), "{text}");
    }
}
