//! Backup and restore of the file.
//!
//! A backup is made beside a running gateway (`VACUUM INTO` reads one instant of the
//! database and takes no lock that a writer would wait for). A restore has the store for
//! itself. Both prepare everything under a name that nobody opens and give it its own in
//! one step; while the name of a restore is there, nothing starts on the store.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::lock::beside;
use super::{check, migrate};
use crate::adapters::seal::Sha256;
use crate::problem::Problem;
use crate::problem::area::store::{BROKEN_OFF, FILE, FILE_EXISTS, KEY_OF_ANOTHER_STORE, UNSOUND};

/// Tells how far a long work is: what, how much is done, and of how much.
pub type Progress<'a> = &'a (dyn Fn(&str, u64, u64) + Sync);

/// A copy of a store in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// Its length in bytes.
    pub bytes: u64,
    /// The number of the newest audit row in it; 0 where there is none.
    pub audit: i64,
    /// When that row was written: the copy holds everything up to then.
    pub at: Option<Timestamp>,
}

/// How the file is called while a restore prepares it.
const RESTORING: &str = ".restoring";
/// How a backup is called until it is whole.
const PART: &str = ".part";

/// Refuses a store whose replacement was broken off. Errors: WW-STO-018.
pub(super) fn refuse_half_restored(path: &Path) -> Result<(), Problem> {
    let half = beside(path, RESTORING);
    if !half.exists() {
        return Ok(());
    }
    Err(Problem::new(&BROKEN_OFF)
        .at(path.display().to_string())
        .with(format!("{} is there", half.display())))
}

/// Copies the store at `path`, in use or not, into `file`, which must not exist, and checks
/// the copy. Errors: WW-STO-002 to -004, -019, -021, -024.
pub(in super::super) fn backup(
    path: &Path,
    file: &Path,
    progress: Progress<'_>,
) -> Result<Backup, Problem> {
    refuse_half_restored(path)?;
    if file.exists() {
        return Err(Problem::new(&FILE_EXISTS).at(file.display().to_string()));
    }
    let part = beside(file, PART);
    let made = copy_into(path, &part, progress).and_then(|()| inspect(&part));
    let made = made.and_then(|backup| {
        // Never replaces a file that has appeared meanwhile.
        std::fs::hard_link(&part, file).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Problem::new(&FILE_EXISTS).at(file.display().to_string()),
            _ => fault(file, &error),
        })?;
        Ok(backup)
    });
    // What is left of a failed one is of no use.
    let _ = std::fs::remove_file(&part);
    let backup = made?;
    sync_folder_of(file)?;
    Ok(backup)
}

/// A copy of one instant, on the disk, for its owner only.
fn copy_into(path: &Path, part: &Path, progress: Progress<'_>) -> Result<(), Problem> {
    // A log that an earlier attempt left would be taken for this copy's own.
    for ending in ["", "-wal", "-shm", "-journal"] {
        remove_if_there(&beside(part, ending))?;
    }
    let place = part
        .to_str()
        .ok_or_else(|| fault_of(part, "its name is no UTF-8"))?;
    let whole = std::fs::metadata(path).map_or(0, |found| found.len());
    let source = open_unchanging(path)?;
    migrate::refuse_unusable(&source, path, true)?;
    // VACUUM INTO takes an empty file as it is, and with it its rights.
    let file = super::private_file(part).map_err(|error| fault(part, &error))?;
    let is_over = AtomicBool::new(false);
    let copied = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let done = std::fs::metadata(part).map_or(0, |found| found.len());
                progress("bytes copied", done, whole);
                std::thread::park_timeout(Duration::from_millis(100));
            }
        });
        let copied = source.execute("VACUUM INTO ?1", [place]);
        is_over.store(true, Ordering::Relaxed);
        copied
    });
    copied.map_err(|error| super::about(path, &error))?;
    file.sync_all().map_err(|error| fault(part, &error))
}

/// Reads, and changes nothing, not even the log beside it.
fn open_unchanging(path: &Path) -> Result<Connection, Problem> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(path, flags).and_then(|connection| {
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.execute_batch("PRAGMA trusted_schema = OFF")?;
        Ok(connection)
    });
    opened.map_err(|error| super::about(path, &error))
}

/// Checks a copy. Errors: WW-STO-021 with what is wrong.
fn inspect(file: &Path) -> Result<Backup, Problem> {
    let unsound = |what: String| {
        Problem::new(&UNSOUND)
            .at(file.display().to_string())
            .with(what)
    };
    let connection = open_unchanging(file)?;
    let faults = check::check(&connection).map_err(|failure| unsound(failure.to_string()))?;
    if let Some(first) = faults.first() {
        return Err(unsound(format!("{} faults, first: {first}", faults.len())));
    }
    let newest = connection
        .query_row(
            "SELECT seq, at FROM audit ORDER BY seq DESC LIMIT 1",
            [],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
        )
        .optional()
        .map_err(|error| unsound(error.to_string()))?;
    drop(connection);
    let (digest, bytes) = digest_of(file)?;
    Ok(Backup {
        digest,
        bytes,
        audit: newest.map_or(0, |(seq, _)| seq),
        at: newest.and_then(|(_, at)| Timestamp::from_microsecond(at).ok()),
    })
}

fn digest_of(file: &Path) -> Result<([u8; 32], u64), Problem> {
    let mut opened = File::open(file).map_err(|error| fault(file, &error))?;
    let mut digest = Sha256::default();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let read = opened
            .read(&mut buffer)
            .map_err(|error| fault(file, &error))?;
        if read == 0 {
            return Ok((digest.finish(), bytes));
        }
        digest.update(&buffer[..read]);
        bytes += read as u64;
    }
}

/// A checked copy of a backup beside the store, not in its place yet.
pub struct Prepared {
    /// The store that it will replace.
    path: PathBuf,
    /// Where it is.
    pub place: PathBuf,
    /// What it holds.
    pub backup: Backup,
}

/// Copies a backup beside the store and checks it: what it is, that it is whole, and that
/// it was sealed with this master key. From here until [`Prepared::put_in_place`] is done
/// nothing starts on the store. Errors: WW-STO-003, -004, -009, -021, -024; the store is
/// then as it was.
pub(in super::super) fn prepare(
    path: &Path,
    file: &Path,
    key_check: &[u8; 32],
    progress: Progress<'_>,
) -> Result<Prepared, Problem> {
    // The original is judged first, so that a wrong file leaves no trace.
    let (digest, bytes) = digest_of(file)?;
    let source = open_unchanging(file)?;
    migrate::refuse_unusable(&source, file, true)?;
    let unsound = |error: rusqlite::Error| {
        Problem::new(&UNSOUND)
            .at(file.display().to_string())
            .with(error.to_string())
    };
    let of = |name: &str| {
        let sql = "SELECT value FROM setting WHERE name = ?1";
        let found = source.query_row(sql, [name], |row| row.get::<_, Vec<u8>>(0));
        found.optional().map_err(unsound)
    };
    if of("key-check")?.as_deref() != Some(key_check.as_slice()) {
        return Err(Problem::new(&KEY_OF_ANOTHER_STORE).at(file.display().to_string()));
    }
    if of(super::super::sql::marks::COPYING)?.is_some() {
        return Err(Problem::new(&BROKEN_OFF).at(file.display().to_string()));
    }
    drop(source);
    inspect(file)?;
    let place = beside(path, RESTORING);
    let copied = copy_into(file, &place, progress).and_then(|()| inspect(&place));
    match copied {
        Ok(backup) => Ok(Prepared {
            path: path.to_owned(),
            place,
            // Of the file that was named, so that it can be compared with what was noted.
            backup: Backup {
                digest,
                bytes,
                ..backup
            },
        }),
        Err(problem) => {
            // The store is as it was, and may start.
            let _ = std::fs::remove_file(&place);
            Err(problem)
        }
    }
}

impl Prepared {
    /// Puts the copy in the place of the store, which is kept under a dated name; gives
    /// that name. Each step leaves either the store as it was or one that nothing starts
    /// on. Errors: WW-STO-024.
    pub fn put_in_place(self, now: Timestamp) -> Result<Option<PathBuf>, Problem> {
        let place = File::open(&self.place).and_then(|file| file.sync_all());
        place.map_err(|error| fault(&self.place, &error))?;
        let log = beside(&self.place, "-wal");
        if std::fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
            return Err(fault_of(&log, "it should be empty by now"));
        }
        for ending in ["-wal", "-shm"] {
            remove_if_there(&beside(&self.place, ending))?;
        }
        let kept = self.keep_what_was(now)?;
        for ending in ["-wal", "-shm"] {
            remove_if_there(&beside(&self.path, ending))?;
        }
        std::fs::rename(&self.place, &self.path).map_err(|error| fault(&self.path, &error))?;
        sync_folder_of(&self.path)?;
        Ok(kept)
    }

    fn keep_what_was(&self, now: Timestamp) -> Result<Option<PathBuf>, Problem> {
        if !self.path.exists() {
            return Ok(None);
        }
        // What is in the log belongs to it; a store that is damaged keeps its log beside.
        let _ = super::open_writer(&self.path).and_then(|connection| {
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        });
        let kept = free_name(&self.path, now);
        let move_to = |ending: &str| -> Result<(), Problem> {
            let from = beside(&self.path, ending);
            if ending.is_empty() || from.exists() {
                let to = beside(&kept, ending);
                std::fs::rename(&from, &to).map_err(|error| fault(&from, &error))?;
            }
            Ok(())
        };
        move_to("-wal")?;
        move_to("")?;
        Ok(Some(kept))
    }
}

/// `NAME.replaced-20261122T063934Z`, and a number where that is taken.
fn free_name(path: &Path, now: Timestamp) -> PathBuf {
    let stamp = now.strftime("%Y%m%dT%H%M%SZ");
    let first = beside(path, &format!(".replaced-{stamp}"));
    let mut name = first.clone();
    let mut number = 2;
    while name.exists() {
        name = beside(&first, &format!("-{number}"));
        number += 1;
    }
    name
}

fn remove_if_there(path: &Path) -> Result<(), Problem> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(fault(path, &error)),
        _ => Ok(()),
    }
}

fn sync_folder_of(path: &Path) -> Result<(), Problem> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| fault(folder, &error))
}

fn fault(path: &Path, error: &std::io::Error) -> Problem {
    fault_of(path, &error.kind().to_string())
}

fn fault_of(path: &Path, what: &str) -> Problem {
    Problem::new(&FILE)
        .at(path.display().to_string())
        .with(what.to_owned())
}
