//! The file outside the store by which a gateway knows its store again.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use jiff::Timestamp;

use crate::adapters::seal::hex;
use crate::problem::Problem;
use crate::problem::area::store::EPOCH_FILE;

/// What a gateway last saw of its store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The store's epoch.
    pub epoch: u64,
    /// The number of the newest audit row, 0 where there was none.
    pub audit: i64,
    /// The hash of that row; zeros where there was none.
    pub leaf: [u8; 32],
    /// When that row was written.
    pub at: Timestamp,
}

/// Reads the file; `None` where there is none. Errors: WW-STO-015.
pub fn read(path: &Path) -> Result<Option<Seen>, Problem> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault(path, &error.kind().to_string())),
    };
    let seen = parse(&text).ok_or_else(|| fault(path, "it is not one of the gateway's"))?;
    Ok(Some(seen))
}

fn parse(text: &str) -> Option<Seen> {
    let table: toml::Table = text.parse().ok()?;
    let number = |key: &str| table.get(key)?.as_integer();
    let text = |key: &str| table.get(key)?.as_str();
    Some(Seen {
        epoch: number("epoch")?.try_into().ok()?,
        audit: number("audit")?,
        leaf: unhex(text("leaf")?)?,
        at: text("at")?.parse().ok()?,
    })
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(bytes)
}

/// Writes the file: beside, to the disk, and moved, so that there is never half of one.
/// Errors: WW-STO-015.
pub fn write(path: &Path, seen: &Seen) -> Result<(), Problem> {
    let text = format!(
        "# Written by workwell-gateway: how far it saw its store come. Never put this file back\n\
         # together with the store; by it the gateway knows that the store was put back.\n\
         epoch = {}\naudit = {}\nat = \"{}\"\nleaf = \"{}\"\n",
        seen.epoch,
        seen.audit,
        seen.at,
        hex(&seen.leaf)
    );
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let written = private(Path::new(&beside))
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        .and_then(|()| std::fs::rename(&beside, path));
    written.map_err(|error| fault(path, &error.kind().to_string()))
}

fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

fn fault(path: &Path, what: &str) -> Problem {
    Problem::new(&EPOCH_FILE)
        .at(path.display().to_string())
        .with(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen() -> Seen {
        Seen {
            epoch: 3,
            audit: 12_345,
            leaf: [0xab; 32],
            at: "2026-11-22T06:39:34.000001Z".parse().expect("a time"),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("w.epoch");
        assert_eq!(read(&path), Ok(None));
        write(&path, &seen()).expect("written");
        let second = Seen {
            audit: 12_346,
            ..seen()
        };
        write(&path, &second).expect("written over");
        assert_eq!(read(&path), Ok(Some(second)));
        let names: Vec<_> = std::fs::read_dir(folder.path()).expect("read").collect();
        assert_eq!(names.len(), 1);
    }

    #[test]
    fn anything_else_is_a_fault_and_not_an_absent_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("w.epoch");
        for text in ["", "epoch = 3\n", "epoch = -1\naudit = 1\nleaf = \"\"\n"] {
            std::fs::write(&path, text).expect("written");
            let problem = read(&path).expect_err("a fault");
            assert_eq!(problem.entry.code, EPOCH_FILE.code);
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let path = Path::new("/no-such-folder/w.epoch");
        let problem = write(path, &seen()).expect_err("a fault");
        assert_eq!(problem.path.as_deref(), Some("/no-such-folder/w.epoch"));
    }
}
