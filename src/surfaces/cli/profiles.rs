//! `profiles import` and `profiles check`: published definitions to lean rules.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::standards::fhir::xml;
use crate::standards::profile::compile::{self, Lean};
use crate::standards::profile::{message, table};

/// Exit codes (DESIGN section 7).
const OK: i32 = 0;
const FINDING: i32 = 1;
const USAGE: i32 = 2;

/// Largest XML definition that is read, in bytes.
const XML_CAP: usize = 16 * 1024 * 1024;

/// Lean conformance resources: import from a published package, or check.
#[derive(Debug, Args)]
pub struct ProfilesArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Read an unpacked package and write lean definitions, lock and tables
    Import(ImportArgs),
    /// Prove that lock, lean definitions and the tables in this program agree
    Check(CheckArgs),
}

/// Arguments of `profiles import`.
#[derive(Debug, Args)]
#[command(override_usage = "workwell-gateway profiles import --package NAME --version VERSION DIR")]
struct ImportArgs {
    /// Folder with the definitions, JSON or XML, read with its sub-folders
    dir: PathBuf,
    /// Name of the package, for the lock file
    #[arg(long, value_name = "NAME")]
    package: String,
    /// Version of the package, for the lock file
    #[arg(long)]
    version: String,
    /// Folder of the lean sets
    #[arg(long, default_value = "profiles")]
    into: PathBuf,
    /// Text for people, JSON for programs
    #[arg(long, value_enum, default_value_t = Format::Text, hide_possible_values = true)]
    format: Format,
}

/// Arguments of `profiles check`.
#[derive(Debug, Args)]
struct CheckArgs {
    /// Folder of the lean sets
    #[arg(long, default_value = "profiles")]
    profiles: PathBuf,
    /// Text for people, JSON for programs
    #[arg(long, value_enum, default_value_t = Format::Text, hide_possible_values = true)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// One lean set: which files, which table.
struct Set {
    folder: &'static str,
    prefix: &'static str,
    table: &'static str,
    embedded: &'static str,
    compile: fn(&Lean) -> Result<String, compile::CompileError>,
}

const SETS: [Set; 2] = [
    Set {
        folder: "r4",
        prefix: "StructureDefinition-",
        table: "elements.table",
        embedded: table::ELEMENTS,
        compile: compile::table,
    },
    Set {
        folder: "bars",
        prefix: "MessageDefinition-",
        table: "messages.table",
        embedded: message::MESSAGES,
        compile: compile::messages,
    },
];

/// Where a lean set came from and what it holds.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Lock {
    package: String,
    version: String,
    /// SHA-256 of each source file that contributed, by its path in the package.
    sources: BTreeMap<String, String>,
    /// Number of lean definitions.
    definitions: usize,
    /// SHA-256 over names and contents of the lean definitions.
    lean: String,
    /// SHA-256 of the table compiled from them.
    table: String,
}

/// What a run has to say: lines for people, and whether all is well.
#[derive(Debug, Default, Serialize)]
struct Report {
    ok: bool,
    lines: Vec<String>,
}

/// Runs the verb. Exit codes: 0 well, 1 something does not agree, 2 the folder
/// cannot be read or written.
pub fn run(args: ProfilesArgs, out: &mut dyn Write) -> i32 {
    let (format, result) = match args.action {
        Action::Import(args) => (args.format, import(&args)),
        Action::Check(args) => (args.format, check(&args.profiles)),
    };
    let (report, code) = match result {
        Ok(report) => {
            let code = if report.ok { OK } else { FINDING };
            (report, code)
        }
        Err(line) => {
            let lines = vec![line];
            (Report { ok: false, lines }, USAGE)
        }
    };
    let text = match format {
        Format::Text => report.lines.join("\n"),
        Format::Json => serde_json::json!({"ok": report.ok, "lines": report.lines}).to_string(),
    };
    // A closed pipe is the reader's choice and no failure of the verb.
    let _ = writeln!(out, "{text}");
    code
}

fn import(args: &ImportArgs) -> Result<Report, String> {
    let mut lean: [Lean; 2] = [Lean::new(), Lean::new()];
    let mut sources = [BTreeMap::new(), BTreeMap::new()];
    let mut lines = Vec::new();
    for path in files_below(&args.dir)? {
        let name = path.strip_prefix(&args.dir).unwrap_or(&path);
        let name = name.to_string_lossy().replace('\\', "/");
        let bytes = fs::read(&path).map_err(|error| cannot("read", &path, &error))?;
        let (found, hash) = match definitions(&bytes, &path) {
            Ok(found) => (found, hex(&bytes)),
            Err(reason) => {
                lines.push(format!("passed over {name}: {reason}"));
                continue;
            }
        };
        for (at, found) in found.into_iter().enumerate() {
            if !found.is_empty() {
                sources[at].insert(name.clone(), hash.clone());
                lean[at].extend(found);
            }
        }
    }
    let mut written = 0;
    for ((set, lean), sources) in SETS.iter().zip(&lean).zip(sources) {
        if !lean.is_empty() {
            lines.push(write_set(set, lean, sources, args)?);
            written += 1;
        }
    }
    if written == 0 {
        return Err(format!(
            "{} holds no R4 base definition and no MessageDefinition: name the unpacked package folder",
            args.dir.display()
        ));
    }
    lines.push("build the program again: the tables are embedded in it".to_owned());
    Ok(Report { ok: true, lines })
}

/// Base definitions and message definitions of one file.
fn definitions(bytes: &[u8], path: &Path) -> Result<[Lean; 2], String> {
    let is_xml = path.extension().is_some_and(|extension| extension == "xml");
    let converted;
    let json = if is_xml {
        converted = xml::to_json(bytes, XML_CAP).map_err(|faults| {
            let first = faults.first().map(ToString::to_string);
            first.unwrap_or_default()
        })?;
        &converted
    } else {
        bytes
    };
    let structures = compile::lean_structures(json).map_err(|error| error.to_string())?;
    let messages = compile::lean_messages(json).map_err(|error| error.to_string())?;
    Ok([structures, messages])
}

fn write_set(
    set: &Set,
    lean: &Lean,
    sources: BTreeMap<String, String>,
    args: &ImportArgs,
) -> Result<String, String> {
    let folder = args.into.join(set.folder);
    fs::create_dir_all(&folder).map_err(|error| cannot("create", &folder, &error))?;
    let table = (set.compile)(lean).map_err(|error| error.to_string())?;
    let lock = Lock {
        package: args.package.clone(),
        version: args.version.clone(),
        sources,
        definitions: lean.len(),
        lean: digest_of(lean),
        table: hex(table.as_bytes()),
    };
    for old in read_lean(&folder, set.prefix)?.keys() {
        if !lean.contains_key(old) {
            let path = folder.join(old);
            fs::remove_file(&path).map_err(|error| cannot("remove", &path, &error))?;
        }
    }
    for (name, text) in lean {
        write(&folder.join(name), text)?;
    }
    let text = serde_json::to_string_pretty(&lock).map_err(|error| error.to_string())?;
    write(&folder.join("lock.json"), &format!("{text}\n"))?;
    write(&folder.join(set.table), &table)?;
    Ok(format!(
        "{}: {} lean definitions from {} files, {} lines of table",
        folder.display(),
        lean.len(),
        lock.sources.len(),
        table.lines().count()
    ))
}

fn check(profiles: &Path) -> Result<Report, String> {
    let mut lines = Vec::new();
    let mut ok = true;
    for set in &SETS {
        let folder = profiles.join(set.folder);
        let faults = check_set(set, &folder)?;
        if faults.is_empty() {
            lines.push(format!(
                "{}: lock, definitions and tables agree",
                folder.display()
            ));
        }
        ok &= faults.is_empty();
        lines.extend(faults);
    }
    Ok(Report { ok, lines })
}

/// All disagreements of one lean set.
fn check_set(set: &Set, folder: &Path) -> Result<Vec<String>, String> {
    let lock_path = folder.join("lock.json");
    let text = fs::read_to_string(&lock_path).map_err(|e| cannot("read", &lock_path, &e))?;
    let lock: Lock = serde_json::from_str(&text)
        .map_err(|error| format!("{} is no lock file: {error}", lock_path.display()))?;
    let lean = read_lean(folder, set.prefix)?;
    let table_path = folder.join(set.table);
    let table = fs::read_to_string(&table_path).map_err(|e| cannot("read", &table_path, &e))?;
    let compiled = (set.compile)(&lean).map_err(|error| error.to_string())?;
    let claims = [
        (
            lean.len() == lock.definitions,
            "the number of lean definitions differs from the lock",
        ),
        (
            digest_of(&lean) == lock.lean,
            "the lean definitions differ from the lock",
        ),
        (
            hex(table.as_bytes()) == lock.table,
            "the table differs from the lock",
        ),
        (
            compiled == table,
            "the table is not the one compiled from the lean definitions",
        ),
        (
            set.embedded == table,
            "the table embedded in this program is another one: build again",
        ),
    ];
    Ok(claims
        .into_iter()
        .filter(|(holds, _)| !holds)
        .map(|(_, what)| format!("{}: {what}", folder.display()))
        .collect())
}

fn read_lean(folder: &Path, prefix: &str) -> Result<Lean, String> {
    let mut lean = Lean::new();
    for path in files_below(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(prefix) {
            let text = fs::read_to_string(&path).map_err(|e| cannot("read", &path, &e))?;
            lean.insert(name.into_owned(), text);
        }
    }
    Ok(lean)
}

/// JSON and XML files of a folder and its sub-folders, in order of their paths.
fn files_below(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| cannot("read", &folder, &error))?;
        for entry in entries {
            let path = entry
                .map_err(|error| cannot("read", &folder, &error))?
                .path();
            let extension = path.extension().and_then(|extension| extension.to_str());
            if path.is_dir() {
                folders.push(path);
            } else if matches!(extension, Some("json" | "xml")) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| cannot("write", path, &error))
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> String {
    format!("cannot {what} {}: {error}", path.display())
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in digest(&SHA256, bytes).as_ref() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn digest_of(lean: &Lean) -> String {
    let mut listing = String::new();
    for (name, text) in lean {
        let _ = writeln!(listing, "{name} {}", hex(text.as_bytes()));
    }
    hex(listing.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_lock_lean_definitions_and_embedded_tables_agree() {
        let report = check(Path::new("profiles")).expect("the lean sets are committed");
        assert!(report.ok, "{:?}", report.lines);
    }

    #[test]
    fn a_changed_definition_is_noticed() {
        let copy = tempfile::tempdir().expect("temporary folder");
        for set in &SETS {
            let to = copy.path().join(set.folder);
            fs::create_dir(&to).expect("folder");
            for entry in fs::read_dir(Path::new("profiles").join(set.folder)).expect("set") {
                let path = entry.expect("entry").path();
                fs::copy(&path, to.join(path.file_name().expect("name"))).expect("copy");
            }
        }
        let patient = copy.path().join("r4/StructureDefinition-Patient.json");
        let text = fs::read_to_string(&patient).expect("patient");
        fs::write(&patient, text.replacen("\"max\":\"1\"", "\"max\":\"*\"", 1)).expect("write");
        let report = check(copy.path()).expect("readable");
        assert!(!report.ok);
        assert_eq!(report.lines.len(), 3, "{:?}", report.lines);
    }

    #[test]
    fn a_folder_without_definitions_is_a_usage_error() {
        let empty = tempfile::tempdir().expect("temporary folder");
        let args = ImportArgs {
            dir: empty.path().to_owned(),
            package: "p".to_owned(),
            version: "1".to_owned(),
            into: empty.path().join("out"),
            format: Format::Text,
        };
        let mut out = Vec::new();
        let action = Action::Import(args);
        assert_eq!(run(ProfilesArgs { action }, &mut out), USAGE);
        assert!(String::from_utf8_lossy(&out).contains("no R4 base definition"));
    }
}
