//! Who works with the file: one gateway, or one verb that replaces or copies it.
//!
//! A lock on a file beside the database, held by the open file and so let go by the
//! operating system however the process ends. It is not the database itself: SQLite's own
//! locks on that would be dropped with the first descriptor closed.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::problem::Problem;
use crate::problem::area::store::{CANNOT_OPEN, IN_USE};

/// The store is ours until this is dropped.
#[derive(Debug)]
pub struct InUse {
    _held: File,
}

/// Takes the store at this path. Errors: WW-STO-017, while another holds it; WW-STO-002.
pub(in super::super) fn take(path: &Path) -> Result<InUse, Problem> {
    let place = beside(path, ".lock");
    let fault = |error: &std::io::Error| {
        Problem::new(&CANNOT_OPEN)
            .at(place.display().to_string())
            .with(error.kind().to_string())
    };
    let file = super::private_file(&place).map_err(|error| fault(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(InUse { _held: file }),
        Err(TryLockError::WouldBlock) => Err(Problem::new(&IN_USE).at(path.display().to_string())),
        Err(TryLockError::Error(error)) => Err(fault(&error)),
    }
}

/// The same path with an ending added to its name.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_a_store_until_it_lets_go() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("w.db");
        let first = take(&path).expect("nobody holds it");
        let second = take(&path).expect_err("it is held");
        assert_eq!(second.entry.code, IN_USE.code);
        drop(first);
        assert!(take(&path).is_ok());
    }
}
