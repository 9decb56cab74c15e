//! The files of one folder and their digest.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA256};

use super::faults::Faults;
use crate::problem::area::tables as entry;

/// The tables of a folder, by their name relative to it.
#[derive(Default)]
pub(super) struct Folder {
    files: BTreeMap<String, Vec<u8>>,
}

impl Folder {
    /// Reads the named files, and every `codes/*.csv`. Tests and notes beside them are
    /// no part of the tables.
    pub(super) fn read(path: &Path, names: &[&str], faults: &mut Faults) -> Self {
        let mut folder = Self::default();
        for name in names {
            folder.take(path, (*name).to_owned(), faults);
        }
        for name in code_lists(&path.join("codes")) {
            folder.take(path, format!("codes/{name}"), faults);
        }
        folder
    }

    /// Whether it holds this file.
    pub(super) fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// Reads one more file.
    pub(super) fn take(&mut self, path: &Path, name: String, faults: &mut Faults) {
        match std::fs::read(path.join(&name)) {
            Ok(bytes) => {
                self.files.insert(name, bytes);
            }
            Err(error) => {
                let detail = format!("the file cannot be read ({})", error.kind());
                faults.add(&entry::FILE_MISSING, &name, (1, 1), detail);
            }
        }
    }

    /// The text of a file without a byte order mark. A file that is missing was reported
    /// when the folder was read; one that is not UTF-8 is reported here.
    pub(super) fn text(&self, name: &str, faults: &mut Faults) -> Option<&str> {
        let bytes = self.files.get(name)?;
        if is_workbook(bytes) {
            let detail = "this is a workbook of a spreadsheet under the name of a CSV file; open \
                          it in the spreadsheet and save it as \"CSV UTF-8\"";
            faults.add(&entry::NOT_READABLE, name, (1, 1), detail);
            return None;
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(text.strip_prefix('\u{feff}').unwrap_or(text)),
            Err(error) => {
                let before = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n');
                let line = before.count();
                let place = (u32::try_from(line).unwrap_or(u32::MAX), 1);
                let detail = match bytes.get(..2) {
                    Some([0xff, 0xfe] | [0xfe, 0xff]) => {
                        "this is UTF-16 (\"Unicode text\"); save the file as \"CSV UTF-8\""
                    }
                    _ => "not UTF-8; save the file as \"CSV UTF-8\"",
                };
                faults.add(&entry::NOT_READABLE, name, place, detail);
                None
            }
        }
    }

    /// The names of the code lists, without `codes/` and `.csv`, in order.
    pub(super) fn code_lists(&self) -> Vec<&str> {
        let names = self.files.keys();
        names
            .filter_map(|name| name.strip_prefix("codes/")?.strip_suffix(".csv"))
            .collect()
    }

    /// SHA-256 over name, length and bytes of every file in the order of their names.
    pub(super) fn digest(&self) -> String {
        let mut context = Context::new(&SHA256);
        for (name, bytes) in &self.files {
            context.update(name.as_bytes());
            context.update(&[0]);
            context.update(&(bytes.len() as u64).to_be_bytes());
            context.update(bytes);
        }
        let digest = context.finish();
        let mut hex = String::with_capacity(64);
        for byte in digest.as_ref() {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }
}

/// Whether a file begins as the archive that .xlsx and .ods are, or as the older .xls. No
/// table begins so: its first line names columns.
fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0])
}

/// The names of the folders in a folder, sorted; hidden ones and `codes`, `tests` are not
/// meant.
pub(super) fn subfolders(path: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for found in std::fs::read_dir(path)? {
        let found = found?;
        let name = found.file_name().to_string_lossy().into_owned();
        let meant = !name.starts_with('.') && name != "codes" && name != "tests";
        if meant && found.path().is_dir() {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn code_lists(path: &Path) -> Vec<String> {
    let Ok(found) = std::fs::read_dir(path) else {
        return Vec::new();
    };
    let names = found.flatten();
    let mut names: Vec<String> = names
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .filter(|name| {
            Path::new(name)
                .extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
        })
        .collect();
    names.sort_unstable();
    names
}
