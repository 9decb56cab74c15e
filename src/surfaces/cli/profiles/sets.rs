//! The lean sets on disk, their locks, and the tables compiled from all of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::package::{self, Source, cannot};
use crate::standards::profile::compile::{self, Lean, draft, terms};
use crate::standards::profile::table::Table;
use crate::standards::profile::{message, rules, table};

/// The sets of the shipped rules, in the order in which they are built on one another.
const ORDER: [&str; 4] = ["r4", "uk-core", "bars", "workwell"];

/// What a file of definitions may be.
const KINDS: [&str; 4] = [
    "StructureDefinition-",
    "ValueSet-",
    "CodeSystem-",
    "MessageDefinition-",
];

/// Where a lean set came from and what it holds.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lock {
    pub package: String,
    pub version: String,
    /// SHA-256 of each source file that contributed, by its path in the package.
    pub sources: BTreeMap<String, String>,
    /// Number of definitions.
    pub definitions: usize,
    /// SHA-256 over names and contents of the definitions.
    pub lean: String,
}

/// One set on disk.
pub(super) struct Set {
    /// Name of its folder.
    pub name: String,
    /// Its definitions as they stand in the files.
    pub files: BTreeMap<String, String>,
}

impl Set {
    /// Reads one folder.
    pub fn read(profiles: &Path, name: &str) -> Result<Set, String> {
        let folder = profiles.join(name);
        let entries = fs::read_dir(&folder).map_err(|error| cannot("read", &folder, &error))?;
        let mut files = BTreeMap::new();
        for entry in entries {
            let path = entry
                .map_err(|error| cannot("read", &folder, &error))?
                .path();
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let is_json = path
                .extension()
                .is_some_and(|extension| extension == "json");
            if is_json && KINDS.iter().any(|kind| file.starts_with(kind)) {
                let text = fs::read_to_string(&path).map_err(|e| cannot("read", &path, &e))?;
                files.insert(file.into_owned(), text);
            }
        }
        Ok(Set {
            name: name.to_owned(),
            files,
        })
    }

    /// Every set of a folder, in the order in which they are built on one another.
    pub fn all(profiles: &Path) -> Result<Vec<Set>, String> {
        let entries = fs::read_dir(profiles).map_err(|error| cannot("read", profiles, &error))?;
        let mut names: Vec<String> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.join("lock.json").is_file())
            .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
            .collect();
        let rank = |name: &String| ORDER.iter().position(|known| known == name);
        names.sort_by_key(|name| (rank(name).unwrap_or(ORDER.len()), name.clone()));
        names.iter().map(|name| Set::read(profiles, name)).collect()
    }

    /// The facts of its definitions; lean ones stay as they are.
    pub fn lean(&self) -> Result<Lean, String> {
        let mut lean = Lean::new();
        for (name, text) in &self.files {
            let source = Source {
                name: name.clone(),
                bytes: text.clone().into_bytes(),
            };
            let found = package::lean(&source, self.name == "r4");
            lean.extend(found.map_err(|error| format!("{}/{name}: {error}", self.name))?);
        }
        Ok(lean)
    }

    /// SHA-256 over names and contents.
    pub fn digest(&self) -> String {
        let mut listing = String::new();
        for (name, text) in &self.files {
            let _ = writeln!(listing, "{name} {}", hex(text.as_bytes()));
        }
        hex(listing.as_bytes())
    }
}

/// A generated table: its file, its text, and the text in this program.
pub(super) struct Compiled {
    pub file: &'static str,
    pub text: String,
    pub embedded: &'static str,
}

/// The tables of all sets, and what was guessed or left out while they were made.
pub(super) fn compile(sets: &[Set]) -> Result<(Vec<Compiled>, Vec<String>), String> {
    let told = |error: compile::CompileError| error.to_string();
    let mut leans = Vec::new();
    for set in sets {
        leans.push((set.name.as_str(), set.lean()?));
    }
    let of = |wanted: &str| leans.iter().find(|(name, _)| *name == wanted);
    let none = Lean::new();
    let base = of("r4").map_or(&none, |(_, lean)| lean);
    let elements = compile::table(base).map_err(told)?;
    // The table lives as long as the program: this verb compiles once.
    let text: &'static str = Box::leak(elements.clone().into_boxed_str());
    let base_table = Table::decode(text);
    let packages: Vec<(&str, &Lean)> = leans.iter().map(|(name, lean)| (*name, lean)).collect();
    let profiles = compile::profiles::profiles(&base_table, &packages, &[]).map_err(told)?;
    let wanted = terms::bound(&elements, &profiles.drafts);
    let terms = terms::Terms::of(&packages).map_err(told)?;
    let bars = of("bars").map_or(&none, |(_, lean)| lean);
    let mut own = String::new();
    for (_, lean) in leans.iter().filter(|(name, _)| *name != "bars") {
        let table = compile::messages(lean).map_err(told)?;
        own.push_str(table.strip_prefix(compile::HEAD).unwrap_or(&table));
    }
    let with_head = |text: String| format!("{}{text}", compile::HEAD);
    let tables = vec![
        Compiled {
            file: "r4/elements.table",
            text: elements,
            embedded: table::ELEMENTS,
        },
        Compiled {
            file: "bars/messages.table",
            text: compile::messages(bars).map_err(told)?,
            embedded: message::MESSAGES,
        },
        Compiled {
            file: "messages.table",
            text: with_head(own),
            embedded: rules::OWN_MESSAGES,
        },
        Compiled {
            file: "rules.table",
            text: with_head(draft::write(&profiles.drafts, &[])),
            embedded: rules::PROFILES,
        },
        Compiled {
            file: "codes.table",
            text: with_head(terms.table(&wanted, 0)),
            embedded: rules::CODES,
        },
    ];
    Ok((tables, profiles.warnings))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in digest(&SHA256, bytes).as_ref() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

pub(super) fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| cannot("write", path, &error))
}
