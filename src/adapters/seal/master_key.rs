//! The master key file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use aws_lc_rs::rand;

use crate::problem::Problem;
use crate::problem::area::store::{
    KEY_MALFORMED, KEY_NOT_MADE, KEY_OPEN_TO_OTHERS, KEY_UNREADABLE, UNAVAILABLE,
};

/// Reads and judges the file.
pub(super) fn read(path: &Path) -> Result<[u8; 32], Problem> {
    let unreadable = |error: io::Error| about(&KEY_UNREADABLE, path, &error.kind().to_string());
    let file = File::open(path).map_err(unreadable)?;
    refuse_when_open_to_others(path, &file.metadata().map_err(unreadable)?)?;
    let text = io::read_to_string(file)
        .map_err(|_| about(&KEY_MALFORMED, path, "the file holds no text"))?;
    decode(text.trim()).ok_or_else(|| {
        let found = format!("found {} characters", text.trim().len());
        about(&KEY_MALFORMED, path, &found)
    })
}

/// Makes the file, which must not be there yet, readable by its owner only.
pub(super) fn create(path: &Path) -> Result<(), Problem> {
    let hex = super::hex(&random()?);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
        .open(path)
        .and_then(|mut file| {
            file.write_all(hex.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        })
        .map_err(|error| about(&KEY_NOT_MADE, path, &error.kind().to_string()))
}

/// 32 random bytes.
pub(super) fn random() -> Result<[u8; 32], Problem> {
    let mut bytes = [0u8; 32];
    rand::fill(&mut bytes)
        .map_err(|_| Problem::new(&UNAVAILABLE).with("the system gives no random bytes"))?;
    Ok(bytes)
}

fn decode(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0u8; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[index * 2..index * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(unix)]
fn refuse_when_open_to_others(path: &Path, metadata: &fs::Metadata) -> Result<(), Problem> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o777;
    let others = mode & 0o077;
    if others == 0 {
        return Ok(());
    }
    let found = format!("its mode is {mode:04o}, it must be 0600 or 0400");
    Err(about(&KEY_OPEN_TO_OTHERS, path, &found))
}

#[cfg(not(unix))]
fn refuse_when_open_to_others(_path: &Path, _metadata: &fs::Metadata) -> Result<(), Problem> {
    Ok(())
}

fn about(entry: &'static crate::problem::Entry, path: &Path, found: &str) -> Problem {
    Problem::new(entry)
        .at(path.display().to_string())
        .with(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::seal::Seal;

    #[test]
    fn a_made_key_is_read_back_and_never_made_twice() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("master.key");
        let first = Seal::create_dev(&path).expect("made").lookup("k", "v");
        let second = Seal::create_dev(&path).expect("opened").lookup("k", "v");
        assert_eq!(first, second);
        assert!(create(&path).is_err());
        let nowhere = create(&folder.path().join("no/such/folder.key")).expect_err("no folder");
        assert_eq!(nowhere.entry.code, KEY_NOT_MADE.code);
        assert!(!nowhere.entry.advice.contains("mode 0600"));
    }

    #[test]
    fn a_missing_or_malformed_key_is_named_by_its_path() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("master.key");
        let missing = read(&path).expect_err("no file");
        assert_eq!(missing.entry.code, KEY_UNREADABLE.code);
        assert_eq!(missing.path, Some(path.display().to_string()));

        create(&path).expect("made");
        fs::write(&path, "abc").expect("written");
        let malformed = read(&path).expect_err("three characters");
        assert_eq!(malformed.entry.code, KEY_MALFORMED.code);
        assert!(!malformed.to_string().contains("abc"));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("master.key");
        create(&path).expect("made");
        for mode in [0o640, 0o604, 0o660] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
            let refused = read(&path).expect_err("open to others");
            assert_eq!(refused.entry.code, KEY_OPEN_TO_OTHERS.code, "{mode:o}");
        }
    }
}
